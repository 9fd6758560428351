"""R calls as they stand in tests/golden, read: function, arguments, formulas, and the tables they are about."""

import operator
import re
from pathlib import Path

import pandas as pd

GOLDEN = Path(__file__).parents[1] / "golden"
COMPARE = {">=": operator.ge, "<=": operator.le, "==": operator.eq, ">": operator.gt}
TABLES = {}


def table(name: str) -> pd.DataFrame:
    if name not in TABLES:
        TABLES[name] = pd.read_csv(GOLDEN / f"shared_{name}.csv")
    return TABLES[name]


def call(text: str):
    """An R call as (function, positional arguments, named arguments), arguments still text."""
    head, inside = re.fullmatch(r"([\w.]+)\((.*)\)", text.strip(), re.DOTALL).groups()
    positional, named = [], {}
    for part in split(inside, ","):
        found = re.fullmatch(r"([\w.]+)\s*=(?!=)\s*(.*)", part, re.DOTALL)
        if found:
            named[found[1]] = found[2].strip()
        else:
            positional.append(part)
    return head, positional, named


def split(text: str, at: str) -> list[str]:
    """Text cut at a character wherever no bracket is open."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter in "([{") - (letter in ")]}")
        if letter == at and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [p.strip() for p in parts if p.strip()]


def vector(text: str) -> list[str]:
    return [p.strip("'\"") for p in call(text)[1]] if text.startswith("c(") else [text.strip("'\"")]


def terms(formula: str) -> list[str]:
    return split(formula.lstrip("~"), "+")


def column(term: str, data: pd.DataFrame) -> pd.Series:
    """The values of an R expression of columns: numbers as they are, a comparison as 0, 1 or NaN."""
    if term in data.columns:
        return data[term]
    term = call(term)[1][0] if term.startswith("I(") else term

    def compared(match):
        values, constant = data[match[1]], match[3].strip("'")
        constant = constant if match[3].startswith("'") else float(constant)
        held.append(COMPARE[match[2]](values, constant).astype(float).where(values.notna()))
        return f"held[{len(held) - 1}]"

    held = []
    return eval(re.sub(r"(\w+)\s*(>=|<=|==|>)\s*('[^']*'|[\d.]+)", compared, term), {"held": held})


def columns(formula: str, data: pd.DataFrame) -> pd.DataFrame:
    """The columns of a formula, a text column as one 0/1 column a level."""
    found = {}
    for term in terms(formula):
        values = column(term, data)
        if isinstance(values.dtype, pd.StringDtype):
            for level in sorted(values.dropna().unique()):
                found[term + level] = (values == level).astype(float).where(values.notna())
        else:
            found[term] = values.astype(float)
    return pd.DataFrame(found)
