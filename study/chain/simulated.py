"""One survey after another of the same made-up list: drawn, called, answered, weighted and estimated.

People are fixed; the sample, the calls and the answers are drawn again.  The response depends on age and on the area,
as does what people think: without the adjustment, young people, who feel less safe, are too few.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from accountability.league.estimates import estimate_table
from accountability.league.wave_measure import WaveMeasure
from estimation import Design, Measure
from estimation.weighting.steps import (
    Ages,
    Base,
    Calibrating,
    Dispositions,
    Nonresponse,
    WeightingSteps,
)
from estimation.weighting.weighting import weigh
from fieldwork.assignment import assigned_interviewers
from fieldwork.calling_rules import ZONE, CallingRules
from fieldwork.final_outcomes import final_outcomes
from fieldwork.simulated import (
    Interviewing,
    Question,
    Reaching,
    Truth,
    answer,
    made_up_people,
    play_calls,
    simulated_responses,
)
from fieldwork.simulated.people import PERSON, chance_good

AREAS = {"a": 0.95, "b": 0.92, "c": 0.90, "d": 0.88, "e": 0.85, "f": 0.80}  # true rates
WILLING = {"a": 1.0, "b": 0.75, "c": 0.9, "d": 1.0, "e": 0.7, "f": 0.85}
LISTED, DRAWN, DAYS, LEVEL = 3_000, 220, 10, 0.95  # people and numbers drawn in an area; days of fieldwork
BEGINS = datetime(2026, 3, 2, 9, tzinfo=ZoneInfo(ZONE))
NAMES, SEED = tuple(f"i{k}" for k in range(12)), "the chain"
SAFE = Question("safe", ("1", "2"), ("3", "4"), "9")
MEASURE = Measure("safe", "share", ("safe",), frozenset({"1", "2"}), {}, largest_is_best=True)
ADJUSTED, LEFT_OUT = "adjusted", "left_out"
ALL = "all"
STEPS = WeightingSteps(
    Dispositions(
        "outcome",
        frozenset({"1.1"}),
        frozenset({"2.11", "2.12", "2.21"}),
        frozenset({"3.11", "3.12", "3.13", "3.16", "3.21"}),
        frozenset({"4.1", "4.32", "4.51", "4.7"}),
    ),
    Base("base", None, {}),
    ("area",),
    Ages("age", tuple(Truth(AREAS).age_shares)),
    Nonresponse(("age_group",)),
    None,
    Calibrating(("area", "sex*age_group")),
)


@dataclass(frozen=True, eq=False)
class City:
    """people: the list, by unit_id;  truth: the share of good answers were everybody asked, by area and of "all"
    totals: known totals of those behind whose number somebody is
    """

    people: pd.DataFrame
    truth: pd.Series
    totals: pd.DataFrame


@cache
def city() -> City:
    """The made-up list, always the same."""
    area = np.repeat(list(AREAS), LISTED)
    units = pd.DataFrame({"unit_id": [f"u{k:06d}" for k in range(len(area))], "area": area})
    truth = Truth(AREAS)
    people = made_up_people(units, truth, seed=SEED)
    there = people[people.number == PERSON]
    own, q = np.sqrt(truth.steady), chance_good(there, truth)
    chance = pd.Series(own * (there.unease.to_numpy() < q) + (1 - own) * q, index=there.index)
    by_area = chance.groupby(there.area).mean()
    cells = (there.sex + "*" + there.age_group).value_counts()
    rows = [("area", name, n) for name, n in there.area.value_counts().items()]
    rows += [("sex*age_group", name, n) for name, n in cells.items()]
    totals = pd.DataFrame(rows, columns=["margin", "category", "total"])
    return City(people, pd.concat([by_area, pd.Series({ALL: chance.mean()})]), totals)


def survey(numbers: int, rng: np.random.Generator) -> pd.DataFrame:
    """One survey of so many numbers in each area: way (adjusted, or only with base weights), domain, estimate, lower,
    upper and true.
    """
    of = city()
    drawn = of.people.groupby("area", sort=False).sample(numbers, random_state=rng).sample(frac=1, random_state=rng)
    owner = assigned_interviewers(list(drawn.index), NAMES, rng)
    ends, interviewing, truth = BEGINS + timedelta(days=DAYS), Interviewing(NAMES, an_hour=20), Truth(AREAS)
    rules = CallingRules(4, until=ends)
    calls, _ = play_calls(drawn, owner, Reaching(willing=WILLING), interviewing, rules, BEGINS, ends, rng=rng)
    done = calls[calls.disposition == "1.1"].set_index("unit_id")
    asked = drawn.loc[done.index], done.interviewer, done["at"]
    cells = answer(*asked, truth, interviewing, [SAFE], seed=SEED, rng=rng)
    counted = calls.value_counts(["unit_id", "disposition"]).rename("attempts").reset_index()
    final = final_outcomes(counted, list(drawn.index))
    rows = simulated_responses(drawn, final, cells, done.interviewer).assign(base=LISTED / numbers)
    return pd.concat([_estimated(rows, way).assign(way=way) for way in (ADJUSTED, LEFT_OUT)], ignore_index=True)


def _estimated(rows: pd.DataFrame, way: str) -> pd.DataFrame:
    """The estimates and intervals that a page shows, with all adjustments or with base weights alone."""
    of, answered = city(), rows[rows.outcome == "1.1"].reset_index(drop=True)
    design = Design.from_table(answered, weight="base", stratum="area", psu="unit_id")
    if way == ADJUSTED:
        weighting = weigh(rows.assign(base=rows.base.astype(str)), STEPS, of.totals)
        design = weighting.design(design.reweighted(weighting.weight))
    values = answered.safe.map({"1": 1.0, "2": 1.0, "3": 0.0, "4": 0.0}).to_numpy(float)
    table = estimate_table(WaveMeasure(MEASURE, values, pd.Categorical(answered.area), design), level=LEVEL)
    domain = table.domain.astype(str).where(table.domain.astype(str).isin(AREAS), ALL)
    return table[["estimate", "lower", "upper"]].assign(domain=domain, true=domain.map(of.truth).to_numpy())


def summary(surveys: pd.DataFrame) -> pd.DataFrame:
    """By way and domain: surveys, true, bias of the estimate with its error, and how often the interval has the truth.

    error = sd/√R;  coverage_error = √(c(1 - c)/R) with c the level.
    """
    error = surveys.estimate - surveys.true
    inside = (surveys.lower <= surveys.true) & (surveys.true <= surveys.upper)
    by = surveys.assign(error=error, inside=inside).groupby(["way", "domain"])
    table = by.agg(
        surveys=("error", "size"), true=("true", "first"), bias=("error", "mean"), coverage=("inside", "mean")
    )
    table["error"] = by.error.std() / np.sqrt(table.surveys)
    table["coverage_error"] = np.sqrt(LEVEL * (1 - LEVEL) / table.surveys)
    return table
