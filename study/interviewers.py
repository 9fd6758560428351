"""Interviewers: how often a league in which nothing changed holds a false "real", and how often intervals hold.

Run `python -m study.interviewers` for the table of docs/methods.md.
"""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import typer
from scipy.special import betaincinv, ndtr

from accountability.league.joined import interviewers_between
from accountability.league.limits import measure_limits
from accountability.league.wave_measure import WaveMeasure
from estimation import INDEPENDENT, Design, Measure, change, standing_change
from estimation.changes.league_comparison import ALPHA_STANDING
from estimation.indicators.indicators import SHARE
from study.streams import Task, run

MEASURE = Measure(SHARE, SHARE, ("q",), frozenset("1"), {}, True)
OWN, POOL, CITY = "own", "pool", "city"
DRAWS = 399
REPEATS = 20  # leagues a stream
STREAMS = 25
SEED = 20261126


class Cell(NamedTuple):
    """A league of areas, its true shares (mean, spread), and how numbers are shared out at random.

    who     OWN: `each` interviewers an area who ring nowhere else; POOL: `each` an area out of one pool of areas x each
            / 4; CITY: `each` in all, who ring everywhere
    rho     intra-interviewer correlation;  lasting: the correlation of an interviewer's effects in the two waves
    moved   the interviewers are sent to other areas in the second wave;  else those of an area stay
    """

    areas: int = 70
    interviews: int = 125
    share: tuple[float, float] = (0.9, 0.0)
    who: str = OWN
    each: int = 3
    rho: float = 0.02
    lasting: float = 0.0
    moved: bool = False


CELLS = [
    *(Cell(rho=rho) for rho in (0.0, 0.01, 0.02, 0.05)),
    *(Cell(each=2, rho=rho) for rho in (0.0, 0.01, 0.02, 0.05)),
    *(Cell(who=POOL, each=2, rho=rho) for rho in (0.0, 0.02, 0.05)),
    *(Cell(areas=14, each=2, rho=rho) for rho in (0.0, 0.01, 0.02, 0.05)),
    *(Cell(areas=14, who=POOL, each=2, rho=rho) for rho in (0.0, 0.02, 0.05)),
    *(Cell(areas=14, who=CITY, each=5, rho=rho) for rho in (0.0, 0.02, 0.05)),
    Cell(each=1),
    *(Cell(share=(p, 0.0), each=2) for p in (0.5, 0.8, 0.95, 0.98)),
    Cell(share=(0.86, 0.06), each=2, rho=0.05),
    Cell(areas=14, share=(0.5, 0.0), each=2, rho=0.05),
    Cell(areas=14, share=(0.98, 0.0), each=2, rho=0.05),
    *(Cell(each=2, rho=0.05, lasting=r, moved=moved) for r in (0.5, 1.0) for moved in (False, True)),
    *(Cell(areas=14, who=who, each=2, rho=0.05, lasting=1.0, moved=m) for who in (OWN, POOL) for m in (False, True)),
]


def shares(cell: Cell) -> np.ndarray:
    """The true shares (p,): normal deviates with the cell's mean and spread, the same in every league."""
    deviates = np.random.default_rng(cell.areas).standard_normal(cell.areas)
    return np.clip(cell.share[0] + cell.share[1] * deviates, 0.5, 0.99)


def shared_out(cell: Cell, rng: np.random.Generator) -> np.ndarray:
    """The interviewer of every number (areas x interviews,), drawn anew."""
    area = np.repeat(np.arange(cell.areas), cell.interviews)
    turn = rng.integers(0, cell.each, len(area))
    if cell.who == CITY:
        return turn
    if cell.who == OWN:
        return area * cell.each + turn
    pool = max(cell.each + 1, cell.areas * cell.each // 4)
    return np.array([rng.choice(pool, cell.each, replace=False) for _ in range(cell.areas)])[area, turn]


def two_waves(cell: Cell, rng: np.random.Generator, *, counted: bool = True) -> list[WaveMeasure]:
    """Two waves in which nothing changed: an interviewer's share is a quantile of Beta(p k, (1-p) k), k = 1/ρ - 1."""
    share, area = shares(cell), np.repeat(np.arange(cell.areas), cell.interviews)
    design = Design.from_table(pd.DataFrame({"area": area, "weight": 1.0}), weight="weight", stratum="area")
    before, after = shared_out(cell, rng), shared_out(cell, rng)
    if cell.moved and cell.who == OWN:
        after = rng.permutation(cell.areas * cell.each)[after]
    elif not cell.moved:
        after = before
    effect = rng.standard_normal((2, cell.areas * cell.each + 2))
    effect[1] = cell.lasting * effect[0] + np.sqrt(1 - cell.lasting**2) * effect[1]
    waves = []
    for rang, place in zip((before, after), ndtr(effect), strict=True):
        chance = share[area]
        if cell.rho:
            k = 1 / cell.rho - 1
            pairs, of = np.unique(area * len(place) + rang, return_inverse=True)
            p = share[pairs // len(place)]
            chance = betaincinv(p * k, (1 - p) * k, place[pairs % len(place)])[of]
        y = (rng.random(len(area)) < chance).astype(float)
        waves.append(WaveMeasure(MEASURE, y, area, design, interviewer=rang if counted else None))
    return waves


def false_real(waves: list[WaveMeasure], rng: np.random.Generator) -> bool:
    """Is a movement called real somewhere, where nothing changed?"""
    named = dict(zip("12", waves, strict=True))  # other people are asked in each
    cross = interviewers_between(named, waves[0].areas.names).get(("1", "2"), INDEPENDENT)
    shift = change(*(wave.counted for wave in waves), cross=cross)
    found = standing_change(shift, rng=rng, level=1 - ALPHA_STANDING, draws=DRAWS)
    return bool((found.p_standing <= ALPHA_STANDING).any())


def held(wave: WaveMeasure, cell: Cell) -> float:
    """The part of the areas' 95 % intervals that hold the true share."""
    limits, _ = measure_limits(wave, wave.areas, level=0.95)
    return float(((limits.lower <= shares(cell)) & (shares(cell) <= limits.upper)).mean())


def errors(cell: Cell, rng: np.random.Generator) -> pd.DataFrame:
    """One row, means over leagues: a false "real" and coverage, with interviewers ignored and counted; ρ uncut."""
    found = []
    for _ in range(REPEATS):
        waves = two_waves(cell, rng)
        ignored = [WaveMeasure(w.measure, w.values, w.area, w.design) for w in waves]
        row: dict[str, Any] = {"false_ignored": false_real(ignored, rng), "false": false_real(waves, rng)}
        row |= {"holds_ignored": held(ignored[0], cell), "holds": held(waves[0], cell)}
        part = waves[0].interviewers
        assert part is not None
        found.append(row | {"rho": part.uncut if part.known else np.nan, "df": part.df})
    return pd.DataFrame(found).astype(float).mean().to_frame().T


def table(rows: pd.DataFrame, cells=CELLS) -> pd.DataFrame:
    """A line a cell: per cents of leagues and intervals with Monte-Carlo errors."""
    found = []
    for number, mine in rows.groupby("cell"):
        mean, error = mine.mean(), mine.std() / np.sqrt(len(mine))
        line = {c: f"{100 * mean[c]:.1f} ±{100 * error[c]:.1f}" for c in ("false_ignored", "false")}
        line |= {c: f"{100 * mean[c]:.1f}" for c in ("holds_ignored", "holds")}
        line |= {"rho": f"{mean.rho:.4f} ±{error.rho:.4f}", "df": f"{mean.df:.0f}"}
        found.append(cells[int(str(number))]._asdict() | line)
    return pd.DataFrame(found)


def main(streams: int = STREAMS, seed: int = SEED, workers: int = 1) -> None:
    """Simulate every cell and print the table."""
    tasks = [Task(errors, cell, 0, c, i, seed) for c, cell in enumerate(CELLS) for i in range(streams)]
    print(table(run(tasks, workers=workers)).to_string(index=False))


if __name__ == "__main__":
    typer.run(main)
