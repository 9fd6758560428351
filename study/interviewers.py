"""Interviewers: how often a change is confirmed in a league in which nothing changed, and how often intervals hold.

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

    who     OWN: every area has `interviewers` of its own; POOL: every area has so many out of one pool of
            areas x interviewers / 4; CITY: so many in all, who call everywhere
    rho     intra-interviewer correlation;  lasting: the correlation of an interviewer's two effects, one in each wave
    moved   the interviewers are sent to other areas in the second wave;  else those of an area stay
    """

    areas: int = 70
    interviews: int = 125
    share: tuple[float, float] = (0.9, 0.0)
    who: str = OWN
    interviewers: int = 3
    rho: float = 0.02
    lasting: float = 0.0
    moved: bool = False


CELLS = [
    *(Cell(rho=rho) for rho in (0.0, 0.01, 0.02, 0.05)),
    *(Cell(interviewers=2, rho=rho) for rho in (0.0, 0.01, 0.02, 0.05)),
    *(Cell(who=POOL, interviewers=2, rho=rho) for rho in (0.0, 0.02, 0.05)),
    *(Cell(areas=14, interviewers=2, rho=rho) for rho in (0.0, 0.01, 0.02, 0.05)),
    *(Cell(areas=14, who=POOL, interviewers=2, rho=rho) for rho in (0.0, 0.02, 0.05)),
    *(Cell(areas=14, who=CITY, interviewers=5, rho=rho) for rho in (0.0, 0.02, 0.05)),
    Cell(interviewers=1),
    *(Cell(share=(p, 0.0), interviewers=2) for p in (0.5, 0.8, 0.95, 0.98)),
    Cell(share=(0.86, 0.06), interviewers=2, rho=0.05),
    Cell(areas=14, share=(0.5, 0.0), interviewers=2, rho=0.05),
    Cell(areas=14, share=(0.98, 0.0), interviewers=2, rho=0.05),
    *(Cell(interviewers=2, rho=0.05, lasting=r, moved=moved) for r in (0.5, 1.0) for moved in (False, True)),
    *(
        Cell(areas=14, who=who, interviewers=2, rho=0.05, lasting=1.0, moved=m)
        for who in (OWN, POOL)
        for m in (False, True)
    ),
    *(Cell(interviewers=count) for count in (4, 5)),
]


def shares(cell: Cell) -> np.ndarray:
    """The true shares (p,): normal deviates with the cell's mean and spread, the same in every league."""
    deviates = np.random.default_rng(cell.areas).standard_normal(cell.areas)
    return np.clip(cell.share[0] + cell.share[1] * deviates, 0.5, 0.99)


def shared_out(cell: Cell, rng: np.random.Generator) -> np.ndarray:
    """The interviewer of every number (areas x interviews,), drawn at random."""
    area = np.repeat(np.arange(cell.areas), cell.interviews)
    turn = rng.integers(0, cell.interviewers, len(area))
    if cell.who == CITY:
        return turn
    if cell.who == OWN:
        return area * cell.interviewers + turn
    pool = max(cell.interviewers + 1, cell.areas * cell.interviewers // 4)
    return np.array([rng.choice(pool, cell.interviewers, replace=False) for _ in range(cell.areas)])[area, turn]


def two_waves(cell: Cell, rng: np.random.Generator, *, counted: bool = True) -> list[WaveMeasure]:
    """Two waves in which nothing changed: an interviewer's share is a quantile of Beta(p k, (1-p) k), k = 1/ρ - 1."""
    share, area = shares(cell), np.repeat(np.arange(cell.areas), cell.interviews)
    design = Design.from_table(pd.DataFrame({"area": area, "weight": 1.0}), weight="weight", stratum="area")
    before, after = shared_out(cell, rng), shared_out(cell, rng)
    if cell.moved and cell.who == OWN:
        after = rng.permutation(cell.areas * cell.interviewers)[after]
    elif not cell.moved:
        after = before
    effect = rng.standard_normal((2, cell.areas * cell.interviewers + 2))
    effect[1] = cell.lasting * effect[0] + np.sqrt(1 - cell.lasting**2) * effect[1]
    waves = []
    for caller, place in zip((before, after), ndtr(effect), strict=True):
        chance = share[area]
        if cell.rho:
            k = 1 / cell.rho - 1
            pairs, of = np.unique(area * len(place) + caller, return_inverse=True)
            p = share[pairs // len(place)]
            chance = betaincinv(p * k, (1 - p) * k, place[pairs % len(place)])[of]
        y = (rng.random(len(area)) < chance).astype(float)
        waves.append(WaveMeasure(MEASURE, y, area, design, interviewer=caller if counted else None))
    return waves


def false_confirmation(waves: list[WaveMeasure], rng: np.random.Generator) -> bool:
    """Whether a change is confirmed anywhere, although nothing changed."""
    named = dict(zip("12", waves, strict=True))  # other people are asked in each
    cross = interviewers_between(named, waves[0].areas.names).get(("1", "2"), INDEPENDENT)
    shift = change(*(wave.counted for wave in waves), cross=cross)
    standing = standing_change(shift, rng=rng, level=1 - ALPHA_STANDING, draws=DRAWS)
    return bool((standing.p_standing <= ALPHA_STANDING).any())


def held(wave: WaveMeasure, cell: Cell) -> float:
    """The part of the areas' 95 % intervals that hold the true share."""
    limits, _ = measure_limits(wave, wave.areas, level=0.95)
    return float(((limits.lower <= shares(cell)) & (shares(cell) <= limits.upper)).mean())


def errors(cell: Cell, rng: np.random.Generator) -> pd.DataFrame:
    """One row, means over leagues: false confirmations and coverage, with interviewers ignored and counted; ρ uncut."""
    outcomes = []
    for _ in range(REPEATS):
        waves = two_waves(cell, rng)
        ignored = [WaveMeasure(w.measure, w.values, w.area, w.design) for w in waves]
        row: dict[str, Any] = {"false_ignored": false_confirmation(ignored, rng)}
        row |= {"false": false_confirmation(waves, rng)}
        row |= {"holds_ignored": held(ignored[0], cell), "holds": held(waves[0], cell)}
        part = waves[0].interviewers
        assert part is not None
        outcomes.append(row | {"rho": part.uncut if part.known else np.nan, "df": part.df})
    return pd.DataFrame(outcomes).astype(float).mean().to_frame().T


def table(rows: pd.DataFrame, cells=CELLS) -> pd.DataFrame:
    """One line per cell: percentages of leagues and of intervals with their Monte-Carlo errors."""
    lines = []
    for number, in_cell in rows.groupby("cell"):
        mean, error = in_cell.mean(), in_cell.std() / np.sqrt(len(in_cell))
        line = {c: f"{100 * mean[c]:.1f} ±{100 * error[c]:.1f}" for c in ("false_ignored", "false")}
        line |= {c: f"{100 * mean[c]:.1f}" for c in ("holds_ignored", "holds")}
        line |= {"rho": f"{mean.rho:.4f} ±{error.rho:.4f}", "df": f"{mean.df:.0f}"}
        lines.append(cells[int(str(number))]._asdict() | line)
    return pd.DataFrame(lines)


def main(streams: int = STREAMS, seed: int = SEED, workers: int = 1) -> None:
    """Simulate every cell and print the table."""
    tasks = [Task(errors, cell, 0, c, i, seed) for c, cell in enumerate(CELLS) for i in range(streams)]
    print(table(run(tasks, workers=workers)).to_string(index=False))


if __name__ == "__main__":
    typer.run(main)
