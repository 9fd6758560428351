"""The tables that pass between rooms: their columns, their types, and what is always true of them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from pandas.api.extensions import ExtensionArray

from words import Fault

MOBILE, LANDLINE = "mobile", "landline"  # the frames of telephone numbers, as tables and programmes name them


@dataclass(frozen=True)
class Table:
    """What a table promises to the room that receives it.

    key       the columns whose values together occur in one row only
    columns   name -> str, int, float or bool, in order
    optional  the columns that may have empty cells
    truths    (what is true of every row, in words; the function of the table that tests it, row by row)
    """

    name: str
    key: tuple[str, ...]
    columns: dict[str, type]
    optional: frozenset[str] = frozenset()
    truths: tuple[tuple[str, Callable[[pd.DataFrame], np.ndarray]], ...] = ()


# Of a wave, as imported: one row per respondent, and per number that an area's records give.  The answers have a column
# for each item of the programme, the released numbers one for each column that the weighting needs.
RESPONDENTS = Table(
    "RESPONDENTS",
    key=("unit_id",),
    columns={"unit_id": str, "area": str, "stratum": str, "psu": str, "weight": float, "interviewer": str},
    optional=frozenset({"interviewer"}),
    truths=(("weight >= 0", lambda t: t.weight >= 0),),
)
RECORDS = Table("RECORDS", key=("record", "area"), columns={"record": str, "area": str, "value": float})
# One row per respondent and step of the weighting: the weight after that step.
WEIGHTS = Table(
    "WEIGHTS",
    key=("wave", "unit_id", "step"),
    columns={"wave": str, "unit_id": str, "step": str, "weight": float},
    truths=(("weight > 0", lambda t: t.weight > 0),),
)
# Administrative divisions (a county is the parent of its townships), and what is drawn from each of them.
DIVISIONS = Table(
    "DIVISIONS",
    key=("code",),
    columns={"code": str, "name": str, "level": str, "parent": str},
    optional=frozenset({"parent"}),
)
STRATA = Table(
    "STRATA",
    key=("stratum",),
    columns={"stratum": str, "population": int},
    truths=(("population >= 1", lambda t: t.population >= 1),),
)
ALLOCATION = Table(
    "ALLOCATION",
    key=("stratum",),
    columns={"stratum": str, "population": int, "sample": int},
    truths=(("0 <= sample <= population", lambda t: t["sample"].between(0, t.population)),),
)
# What a wave's estimation gives: one row per measure and area, per two areas, and per area and league (`family`).
ESTIMATES = Table(
    "ESTIMATES",
    key=("measure", "domain"),
    columns={
        "measure": str,
        "domain": str,
        "estimate": float,
        "se": float,
        "df": float,
        "lower": float,
        "upper": float,
        "level": float,
        "method": str,
        "deff": float,
        "n": int,
        "n_effective": float,
        "population": float,
        "fpc": float,
        "unfit": str,
        "interviewers": float,
        "se_interviewer": float,
        "rho_interviewer": float,
        "rho_lower": float,
        "rho_upper": float,
        "rho_df": float,
    },
    optional=frozenset(
        {
            "deff",
            "population",
            "fpc",
            "interviewers",
            "se_interviewer",
            "rho_interviewer",
            "rho_lower",
            "rho_upper",
            "rho_df",
        }
    ),
    truths=(
        ("lower <= estimate <= upper", lambda t: (t.lower <= t.estimate) & (t.estimate <= t.upper)),
        ("se >= 0", lambda t: t.se >= 0),
        ("n >= 1", lambda t: t.n >= 1),
        ("n <= population", lambda t: ~(t.n > t.population * (1 + 1e-9))),
        ("fpc from 0 to 1", lambda t: t.fpc.isna() | t.fpc.between(0, 1)),
    ),
)
COVARIANCES = Table(
    "COVARIANCES",
    key=("measure", "domain", "other"),
    columns={"measure": str, "domain": str, "other": str, "covariance": float},
)
# Each type of person against the plain mean of all types of its kind; the limits hold for all of them together.
CONTRASTS = Table(
    "CONTRASTS",
    key=("measure", "types", "code"),
    columns={
        "measure": str,
        "types": str,
        "code": str,
        "relative": float,
        "se": float,
        "df": float,
        "lower": float,
        "upper": float,
        "p": float,
        "level": float,
        "family": int,
    },
    truths=(("lower <= relative <= upper", lambda t: (t.lower <= t.relative) & (t.relative <= t.upper)),),
)
RANKS = Table(
    "RANKS",
    key=("measure", "family", "area"),
    columns={
        "measure": str,
        "family": str,
        "area": str,
        "rank": int,
        "lower": int,
        "upper": int,
        "level": float,
    },
    truths=(
        (
            "1 <= lower <= rank <= upper",
            lambda t: (t.lower >= 1) & (t.lower <= t["rank"]) & (t["rank"] <= t.upper),
        ),
    ),
)
# Two windows compared, one row per measure and area; `own` and `others` split the places gained.
CHANGES = Table(
    "CHANGES",
    key=("measure", "area"),
    columns={
        "measure": str,
        "area": str,
        "from_wave": str,
        "to_wave": str,
        "change": float,
        "se": float,
        "se_design": float,
        "se_interviewer": float,
        "df": float,
        "lower": float,
        "upper": float,
        "level": float,
        "p": float,
        "p_holm": float,
        "q_screening": float,
        "relative": float,
        "relative_se": float,
        "relative_lower": float,
        "relative_upper": float,
        "p_standing": float,
        "p_worse_standing": float,
        "side": str,
        "rank_before": int,
        "before_lower": int,
        "before_upper": int,
        "rank_after": int,
        "after_lower": int,
        "after_upper": int,
        "places": int,
        "places_lower": int,
        "places_upper": int,
        "own": float,
        "others": float,
        "noise": int,
        "verdict": str,
        "alpha_standing": float,
        "alpha_rank": float,
        "family": int,
        "watched": int,
        "few_changed": float,
        "p_worse": float,
        "p_rank_worse": float,
        "p_rank_better": float,
        "p_last": float,
        "last": int,
        "fits": float,
        "one_margins": str,
        "change_one_margins": float,
        "places_one_margins": float,
        "verdict_one_margins": str,
    },
    optional=frozenset({"one_margins", "change_one_margins", "places_one_margins", "verdict_one_margins"})
    | frozenset(
        {"se_interviewer", "p_worse_standing", "side", "p_worse", "p_rank_worse", "p_rank_better", "p_last", "fits"}
        | {"few_changed"}
    ),
    truths=(
        ("lower <= change <= upper", lambda t: (t.lower <= t.change) & (t.change <= t.upper)),
        ("places = rank_before - rank_after", lambda t: t.places == t.rank_before - t.rank_after),
        ("own + others = places", lambda t: t.own + t.others == t.places),
        (
            "places_lower <= places <= places_upper",
            lambda t: (t.places_lower <= t.places) & (t.places <= t.places_upper),
        ),
    ),
)
# What each of the programme's rules says of each area; `printed` is the verdict without regard to sampling error.
VERDICTS = Table(
    "VERDICTS",
    key=("measure", "rule", "area"),
    columns={
        "measure": str,
        "rule": str,
        "area": str,
        "printed": bool,
        "outcome": str,
        "estimate": float,
        "lower": float,
        "upper": float,
        "threshold": float,
        "level": float,
    },
    truths=(("lower <= estimate <= upper", lambda t: (t.lower <= t.estimate) & (t.estimate <= t.upper)),),
)


def first_row(wrong: ArrayLike) -> int:
    """The first row where `wrong` (n,) holds, counted from 1, as every message names the rows of a table."""
    return int(np.asarray(wrong).argmax()) + 1


def has_twice(values: ExtensionArray, order: np.ndarray) -> bool:
    """Whether two of the values are the same; order: their places in ascending order.

    A million different texts are sorted in a third of the memory that a table of them takes.
    """
    ascending = values.take(order)
    return bool(np.asarray(ascending[1:] == ascending[:-1], dtype=bool).any())


def check(table: pd.DataFrame, contract: Table, *, twice: bool = True) -> pd.DataFrame:
    """The table with the contract's columns, in its order and of its types.

    twice: False where it is known that no key occurs twice
    Raises Fault if a column is missing, a required cell is empty, a key occurs twice, or a truth does not hold.
    """
    missing = [c for c in contract.columns if c not in table.columns]
    if missing:
        raise Fault(key="table.columns", table=contract.name, columns=missing)
    table = table[list(contract.columns)].reset_index(drop=True)
    required = [c for c in contract.columns if c not in contract.optional]
    empty = [c for c in required if table[c].isna().any()]
    if empty:
        raise Fault(key="table.empty", table=contract.name, columns=empty, row=first_row(table[empty[0]].isna()))
    if twice and _key_twice(table, list(contract.key)):
        repeated = table.duplicated(list(contract.key))
        row = table.loc[repeated.idxmax(), list(contract.key)]
        raise Fault(key="table.key", table=contract.name, columns=list(contract.key), found=[str(v) for v in row])
    for truth, holds in contract.truths:
        wrong = ~np.asarray(holds(table), dtype=bool)
        if wrong.any():
            raise Fault(
                key="table.truth",
                table=contract.name,
                truth=truth,
                row=first_row(wrong),
                count=int(wrong.sum()),
            )
    return table.astype({c: kind for c, kind in contract.columns.items() if kind is not str})


def _key_twice(table: pd.DataFrame, key: list[str]) -> bool:
    """Whether two rows have the same values in these columns."""
    if len(key) == 1 and isinstance(table[key[0]].dtype, pd.StringDtype):
        texts = table[key[0]].array
        return has_twice(texts, texts.argsort())
    return bool(table.duplicated(key).any())
