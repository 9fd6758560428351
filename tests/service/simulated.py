"""Simulated interviews for any programme, and what each of its measures is, computed naively from the TOML alone."""

import tomllib
from fractions import Fraction
from functools import cache
from math import sqrt

import numpy as np
import pandas as pd


def simulated(data: dict, seed: int = 1, per_area: int = 24) -> pd.DataFrame:
    """SIMULATED interviews: every area alike, unequal weights, answers drawn at random, filters obeyed."""
    rng = np.random.default_rng(seed)
    area = np.repeat(list(data["areas"]), per_area)
    n = len(area)
    table = pd.DataFrame(
        {
            "id": [f"simulated-{seed}-{k}" for k in range(n)],
            data["columns"]["area"]: area,
            "weight": (1 + rng.integers(0, 9, n) / 4).astype(str),
        }
    )
    for name, item in data["items"].items():
        answers = list(item.get("answers", ()))
        if not answers:
            numbers = np.linspace(*item["range"], 11)
            answers = [f"{v:g}" for v in (numbers.round() if item.get("whole") else numbers)]
        likely = rng.dirichlet(np.full(len(answers), 2.0))
        cells = list(rng.choice(answers, n, p=likely))
        if "several" in item:
            cells = [item["several"].join(dict.fromkeys(rng.choice(answers, rng.integers(1, 5)))) for _ in range(n)]
        for k in range(n):
            asked = all(table[of][k] in codes for of, codes in item.get("asked_if", {}).items())
            if not asked or ("not_asked" in item and "asked_if" not in item and rng.random() < 0.1):
                cells[k] = item["not_asked"][0]
            elif "not_answered" in item and rng.random() < 0.08:
                cells[k] = item["not_answered"][0]
        table[name] = cells
    return table


def simulated_records(data: dict, seed: int = 1, *, everybody: bool = True) -> pd.DataFrame:
    """SIMULATED records, inside the bounds of every index that takes them; between 0 and 1 where none does."""
    rng = np.random.default_rng(seed)
    bounds = {k: p["bounds"] for m in data["measures"].values() for k, p in m.get("parts", {}).items() if "bounds" in p}
    areas = [*data["areas"], *(["*"] if everybody else [])]
    rows = [(r, a, round(rng.uniform(*bounds.get(r, (0, 1))), 2)) for r in data.get("records", {}) for a in areas]
    return pd.DataFrame(rows, columns=["record", "area", "value"])


@cache
def number(value) -> float:
    return float(Fraction(value))


def expanded(data: dict) -> dict[str, dict]:
    """The measures with `by` written out: name -> its table, the whole only where groups may be pooled."""
    found = {}
    for name, measure in data["measures"].items():
        by = measure.get("by")
        if by is None or not data["items"][by].get("never_pooled"):
            found[name] = measure
        for code in data["items"][by]["answers"] if by else ():
            found[f"{name}.{code}"] = measure | {"where": measure.get("where", {}) | {by: [code]}}
    return found


def linearised(data: dict, name: str, rows: list[dict], records: dict, area: str) -> tuple[float, dict]:
    """A measure over `rows` (those of one area, or all): its value, and id -> its linearised variable, or None."""
    measure = expanded(data)[name]
    if measure["kind"] == "index":
        return index(data, measure, rows, records, area)
    kept = [r for r in rows if all(r[item] in codes for item, codes in measure.get("where", {}).items())]
    items = [measure["items"]] if isinstance(measure["items"], str) else measure["items"]
    if measure.get("of") == "mentions":
        return mentions(data, measure, items[0], kept)
    weights = {i: number(w) for i, w in measure.get("weights", dict.fromkeys(items, Fraction(1, len(items)))).items()}
    worth = {r["id"]: {i: worth_of(data, measure, i, r[i]) for i in items} for r in kept}
    if measure.get("missing") == "item_means":
        means = [(weights[i], average(kept, {key: y[i] for key, y in worth.items()})) for i in items]
        return added(means)
    y = {}
    for key, each in worth.items():
        answered = {i: v for i, v in each.items() if v is not None}
        if answered and (len(answered) == len(items) or measure.get("missing") != "complete"):
            y[key] = sum(weights[i] * v for i, v in answered.items()) / sum(weights[i] for i in answered)
    return average(kept, y)


def worth_of(data, measure, item, cell):
    """What a cell is worth, None where it leaves the measure."""
    question = data["items"][item]
    if measure["kind"] == "score":
        points = {k: number(v) for k, v in measure["points"].items()}
        return points.get(cell)
    if measure["kind"] == "mean":
        return None if cell in (*question.get("not_answered", ()), *question.get("not_asked", ())) else float(cell)
    codes = cell.split(question["several"]) if question.get("several") and cell else [cell]
    if any(c in measure["counts"] for c in codes):
        return 1.0
    return 0.0 if codes[0] in question["answers"] or codes[0] in measure.get("against", []) else None


def average(rows, y: dict):
    """The weighted mean and z = (y - mean)/Σw."""
    w = {r["id"]: float(r["weight"]) for r in rows if y.get(r["id"]) is not None}
    size = sum(w.values())
    if not size:
        return None
    value = sum(w[k] * y[k] for k in w) / size
    return value, {k: (y[k] - value) / size for k in w}


def mentions(data, measure, item, rows):
    """R = Σwy/Σwx and z = (y - Rx)/Σwx."""
    separator, answers = data["items"][item]["several"], data["items"][item]["answers"]
    x = {r["id"]: [c for c in r[item].split(separator) if c in answers] for r in rows}
    x = {key: codes for key, codes in x.items() if codes}
    w = {r["id"]: float(r["weight"]) for r in rows}
    y = {key: sum(c in measure["counts"] for c in codes) for key, codes in x.items()}
    total = sum(w[k] * len(x[k]) for k in x)
    if not total:
        return None
    value = sum(w[k] * y[k] for k in x) / total
    return value, {k: (y[k] - value * len(x[k])) / total for k in x}


def added(parts):
    """Σ a θ and Σ a z, None where a part has nobody."""
    if any(part is None for _, part in parts):
        return None
    value, z = sum(a * part[0] for a, part in parts), {}
    for a, (_, own) in parts:
        for key, v in own.items():
            z[key] = z.get(key, 0.0) + a * v
    return value, z


def index(data, measure, rows, records, area):
    """Σ a (to₀ + (v - low)/(high - low) (to₁ - to₀)); a record has no z."""
    low_to, high_to = measure.get("scale", [0, 100])
    parts = []
    for name, part in measure["parts"].items():
        low, high = part.get("bounds", [low_to, high_to])
        record = name in data.get("records", {})
        best = (data["records"][name] if record else expanded(data)[name])["best"]
        ends = (low_to, high_to) if best == measure["best"] else (high_to, low_to)
        slope = (ends[1] - ends[0]) / (high - low)
        found = (records[name, area], {}) if record else linearised(data, name, rows, records, area)
        if found is None:
            return None
        value, z = found
        put = ends[0] + (value - low) * slope, {k: slope * v for k, v in z.items()}
        parts.append((number(part["weight"]), put))
    return added(parts)


def standard_error(table: pd.DataFrame, area_column: str, z: dict) -> float:
    """√ Σ_h n_h/(n_h - 1) Σ_i (w z - mean)²: areas are the strata, every respondent a PSU, zero outside the measure."""
    variance = 0.0
    reached = table[area_column][table.id.isin(z)].unique()  # of other strata the sum is 0
    for _, stratum in table[table[area_column].isin(reached)].groupby(area_column):
        u = [float(w) * z.get(key, 0.0) for key, w in zip(stratum.id, stratum.weight, strict=True)]
        centre, n = sum(u) / len(u), len(u)
        variance += n / (n - 1) * sum((each - centre) ** 2 for each in u)
    return sqrt(variance)


def read_toml(content: bytes) -> dict:
    return tomllib.loads(content.decode("utf-8"))
