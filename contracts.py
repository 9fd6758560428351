"""The tables that pass between rooms: their columns, their types, and what is always true of them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from words import Fault


@dataclass(frozen=True)
class Table:
    """A table's name, its key, its columns (name -> str, int or float), columns that may be empty, and its truths."""

    name: str
    key: tuple[str, ...]
    columns: dict[str, type]
    optional: frozenset[str] = frozenset()
    truths: tuple[tuple[str, Callable[[pd.DataFrame], np.ndarray]], ...] = ()


RESPONDENTS = Table(
    "RESPONDENTS",
    key=("unit_id",),
    columns={"unit_id": str, "area": str, "stratum": str, "psu": str, "weight": float, "interviewer": str},
    optional=frozenset({"interviewer"}),
    truths=(("weight >= 0", lambda t: t.weight >= 0),),
)
RESPONSES = Table("RESPONSES", key=("unit_id", "item"), columns={"unit_id": str, "item": str, "answer": str})
RECORDS = Table("RECORDS", key=("record", "area"), columns={"record": str, "area": str, "value": float})
RELEASED = Table("RELEASED", key=("unit_id", "field"), columns={"unit_id": str, "field": str, "value": str})
WEIGHTS = Table(
    "WEIGHTS",
    key=("wave", "unit_id", "step"),
    columns={"wave": str, "unit_id": str, "step": str, "weight": float},
    truths=(("weight > 0", lambda t: t.weight > 0),),
)
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


def check(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """`frame` with the table's columns in order and its types; a Fault if a column, key or truth is missing."""
    missing = [c for c in table.columns if c not in frame.columns]
    if missing:
        raise Fault(key="table.columns", table=table.name, columns=missing)
    frame = frame[list(table.columns)].reset_index(drop=True)
    required = [c for c in table.columns if c not in table.optional]
    empty = [c for c in required if frame[c].isna().any()]
    if empty:
        raise Fault(key="table.empty", table=table.name, columns=empty, row=int(frame[empty[0]].isna().argmax()))
    repeated = frame.duplicated(list(table.key))
    if repeated.any():
        row = frame.loc[repeated.idxmax(), list(table.key)]
        raise Fault(key="table.key", table=table.name, columns=list(table.key), found=[str(v) for v in row])
    for truth, holds in table.truths:
        wrong = ~np.asarray(holds(frame), dtype=bool)
        if wrong.any():
            raise Fault(
                key="table.truth",
                table=table.name,
                truth=truth,
                row=int(wrong.argmax()),
                count=int(wrong.sum()),
            )
    return frame.astype({c: kind for c, kind in table.columns.items() if kind is not str})
