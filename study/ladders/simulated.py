"""Two years of a league with known true shares, and which confirmed consequences in it are false."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from accountability.ladders.consequence import Consequence
from accountability.ladders.events import Event, replay
from accountability.ladders.evidence import CONFIRMED, evidence
from accountability.ladders.history import History
from accountability.league.ranks import league_ranks
from accountability.league.wave_measure import WaveMeasure
from accountability.rules import Rule
from accountability.rules.annual import annual_estimates, annual_limits
from accountability.rules.table import verdict_table
from estimation import Design, Measure

AREAS, LAST, QUARTERS = 16, 4, 8
SAFE = Measure("safe", "share", ("q",), frozenset({"1"}), {}, True)
SCORE = Measure("score", "score", ("q",), frozenset(), {"1": 100, "2": 80, "3": 60, "4": 30, "5": 0}, True)
POINTS = np.array([100.0, 80.0, 60.0, 30.0, 0.0])
LADDER = (
    Consequence("talk", "each", ("last",)),
    Consequence("card", "streak", ("last",), times=2),
    Consequence("listed", "streak", ("last",), times=3),
    Consequence("veto", "window", ("listed",), times=2, years=2),
)
CHANCES = np.array([0.4, 0.35, 0.15, 0.07, 0.03])  # of the answers with these points
TRUE_SCORE = float(POINTS @ CHANCES)
ALIKE, EDGE, TURNS, EARNED = "alike", "edge", "turns", "earned"


class Cell(NamedTuple):
    """A league of 16 areas, the last 4 of which are listed.

    sizes   interviews of each area: 60 or 8 of all, or (unequal) 20 to 200;  deff: people of a household who answer
            alike, two in each for 2;  steady: the part of an area's answers that stay those of the quarter before
    truth   alike: all areas at .9;  edge: three far below and thirteen alike, so that the fourth is a matter of order;
            turns: the four last ones far below in odd quarters, in even ones equal to the others
            earned: the four last ones far below but in the fourth and eighth quarter, when they are far above: listed
            twice in two years, and a veto, is what they deserve
    """

    sizes: str
    deff: int
    steady: float
    truth: str


CELLS = [
    Cell("60", 1, 0.0, ALIKE),
    Cell("60", 1, 0.0, EDGE),
    Cell("60", 1, 0.0, TURNS),
    Cell("unequal", 2, 0.0, EDGE),
    Cell("unequal", 1, 0.8, EDGE),
    Cell("60", 1, 0.8, TURNS),
    Cell("8", 1, 0.0, EDGE),
    Cell("60", 1, 0.0, EARNED),
]


def interviews(cell: Cell) -> np.ndarray:
    """How many are asked in each area; an even number."""
    if cell.sizes == "unequal":
        return 2 * (np.round(np.geomspace(20, 200, AREAS)) // 2).astype(int)[np.argsort(np.arange(AREAS) * 7 % AREAS)]
    return np.full(AREAS, int(cell.sizes))


def true_shares(cell: Cell, quarter: int) -> tuple[np.ndarray, np.ndarray]:
    """The true shares, and which areas are truly the last four: ties are broken by the areas' order, the first being
    the worst."""
    shares = np.full(AREAS, 0.9)
    if cell.truth == EDGE:
        shares[1:LAST] = 0.5
    if cell.truth == TURNS and quarter % 2 == 0:
        shares[AREAS - LAST :] = 0.5
    if cell.truth == EARNED:
        shares[AREAS - LAST :] = 0.99 if quarter % 4 == 3 else 0.5
    order = np.lexsort((np.arange(AREAS), shares))
    return shares, np.isin(np.arange(AREAS), order[:LAST])


def quarters(cell: Cell, rng: np.random.Generator, measure: Measure = SAFE) -> Iterator[tuple[WaveMeasure, np.ndarray]]:
    """Each quarter's data, and which areas are truly the last."""
    n = interviews(cell)
    area = np.repeat([f"a{j:02}" for j in range(AREAS)], n).astype(object)
    person = np.concatenate([np.arange(size) for size in n])
    household = np.array([f"{a}-{k // cell.deff}" for a, k in zip(area, person, strict=True)])
    first = np.concatenate([(np.arange(size) // cell.deff) * cell.deff for size in n]) + np.repeat(np.cumsum(n) - n, n)
    unease = rng.random(len(area))
    for quarter in range(QUARTERS):
        shares, last = true_shares(cell, quarter)
        anew = rng.random(len(area)) >= cell.steady
        unease = np.where(anew, rng.random(len(area)), unease)
        asked = household if cell.steady else np.char.add(f"q{quarter}-", household)
        table = pd.DataFrame({"weight": 1.0, "stratum": area, "psu": asked})
        design = Design.from_table(table, weight="weight", stratum="stratum", psu="psu")
        values = (unease[first] < np.repeat(shares, n)).astype(float)
        if measure is SCORE:
            values = POINTS[np.searchsorted(np.cumsum(CHANCES), unease[first])]
        yield WaveMeasure(measure, values, area, design), last


def two_years(cell: Cell, rng: np.random.Generator) -> pd.DataFrame:
    """One league: of each consequence how many followed, were confirmed, and were confirmed though false.

    A consequence is false if one of the verdicts it rests on is: the area was not truly among the last in that quarter.
    """
    rules, outcomes, missed, truth = [Rule("last", "not_last", LAST)], {}, [], []
    names = tuple(f"{2025 + q // 4}Q{q % 4 + 1}" for q in range(QUARTERS))
    areas: tuple[str, ...] = ()
    for name, (data, last) in zip(names, quarters(cell, rng), strict=True):
        areas = tuple(data.areas.names)
        verdicts = verdict_table(data, league_ranks(data, list(areas), level=0.95, rng=rng, draws=200), rules)
        missed.append(~verdicts.printed.to_numpy(bool))
        truth.append(last)
        outcomes |= {
            ("last", name, row["area"]): row["outcome"] for row in verdicts[["area", "outcome"]].to_dict("records")
        }
    judged = np.ones((QUARTERS, AREAS), dtype=bool)
    history = History(names, np.repeat([2025, 2026], 4), 4, areas, {"last": judged}, {"last": np.array(missed)})
    deserved = {(name, area): bool(t[j]) for name, t in zip(names, truth, strict=True) for j, area in enumerate(areas)}
    events = replay(history, LADDER)
    return pd.DataFrame([_counts(consequence.name, events, outcomes, deserved) for consequence in LADDER])


def _counts(name: str, events: list[Event], outcomes: dict, deserved: dict) -> dict:
    of_consequence = [event for event in events if event.consequence == name]
    confirmed = [event for event in of_consequence if evidence(event, outcomes) == CONFIRMED]
    false = [e for e in confirmed if not all(deserved[v.wave, e.area] for v in e.verdicts)]
    undeserved = [e for e in of_consequence if not all(deserved[v.wave, e.area] for v in e.verdicts)]
    return {
        "consequence": name,
        "followed": len(of_consequence),
        "undeserved": len(undeserved),
        "confirmed": len(confirmed),
        "false": len(false),
        "any_false": bool(false),
    }


def annual_limits_of(cell: Cell, rng: np.random.Generator) -> pd.DataFrame:
    """One year: how many limits of annual scores miss the truth at 95 %, below and above it."""
    waves = {f"2025Q{q + 1}": data for q, (data, _) in zip(range(4), quarters(cell, rng, SCORE), strict=False)}
    names = list(next(iter(waves.values())).areas.names)
    limits = annual_limits(waves, annual_estimates(waves, names), level=0.95)
    below, above = int((limits.upper < TRUE_SCORE).sum()), int((limits.lower > TRUE_SCORE).sum())
    return pd.DataFrame([{"limits": AREAS, "below": below, "above": above}])
