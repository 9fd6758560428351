"""Interviewers: how often a change is confirmed in a league in which nothing changed, and how often intervals hold.

`python -m study.interviewers` simulates what docs/quality.md promises and writes its table there and into
docs/quality.zh.md; with --every it prints all cells, of which docs/methods.md has some.
"""

from pathlib import Path
from typing import Annotated, Any, NamedTuple

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
from service.store.runs import code_version
from study.interviewer_tables import NAME, chapter
from study.streams import Task, run, those_kept
from study.written import write_between

MEASURE = Measure(SHARE, SHARE, ("q",), frozenset("1"), {}, True)
OWN, PART, POOL, CITY, LOT = "own", "part", "pool", "city", "lot"
DRAWS = 399
REPEATS = 20  # leagues a stream
STREAMS = 50
SEED = 20261126
DOCS = Path(__file__).parents[1] / "docs"
BUILD = Path(__file__).parents[1] / "build" / "interviewers"
SIMULATES = ("estimation", "accountability/league", "study/interviewers.py")


class Cell(NamedTuple):
    """A league of areas, its true shares (mean, spread), and how numbers are shared out at random.

    who     OWN: every area has `interviewers` of its own; PART: only every other area has, and the others one;
            POOL: every area has so many out of one pool of areas x interviewers / 4;
            CITY: so many in all, who call everywhere; LOT: areas x interviewers in all, who call everywhere
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
    *(Cell(areas=14, interviewers=count) for count in (1, 3, 5)),
    *(Cell(areas=6, interviewers=count) for count in (1, 2, 3, 5)),
    *(Cell(areas=areas, who=PART, interviewers=count) for areas in (70, 14, 6) for count in (2, 5)),
    *(Cell(areas=areas, who=POOL, interviewers=count) for areas in (70, 14, 6) for count in (3, 5)),
    Cell(areas=6, who=POOL, interviewers=2),
    *(Cell(areas=areas, who=LOT, interviewers=count) for areas in (70, 14, 6) for count in (1, 2, 3, 5)),
]


def promised() -> dict[int, Cell]:
    """The cells, by number, of the promise in docs/quality.md: ρ = .02 and one to five interviewers an area."""
    usual = Cell()
    of_promise = [
        number
        for number, cell in enumerate(CELLS)
        if cell.who != CITY and cell == usual._replace(areas=cell.areas, who=cell.who, interviewers=cell.interviewers)
    ]
    order = (OWN, PART, POOL, LOT)
    of_promise.sort(key=lambda k: (-CELLS[k].areas, order.index(CELLS[k].who), CELLS[k].interviewers))
    return {number: CELLS[number] for number in of_promise}


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
    if cell.who == LOT:
        return rng.integers(0, cell.areas * cell.interviewers, len(area))
    if cell.who in (OWN, PART):
        return area * cell.interviewers + turn * ((cell.who == OWN) | (area % 2))
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


RATES = ("false_ignored", "false", "holds_ignored", "holds", "rho")


def summary(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per cell, by its number: leagues, the means of RATES with their errors over streams (…_error), df."""
    groups = rows.groupby("cell")
    means, errors = groups[[*RATES, "df"]].mean(), groups[list(RATES)].sem().add_suffix("_error")
    return means.join(errors).assign(leagues=groups.size() * REPEATS)


def main(
    streams: Annotated[int, typer.Option(min=2, help=f"of {REPEATS} leagues, of each cell")] = STREAMS,
    every: Annotated[bool, typer.Option("--every", help="all cells, printed and written nowhere")] = False,
    kept: Annotated[bool, typer.Option("--kept", help="only what a run before has simulated")] = False,
    workers: Annotated[int, typer.Option(help="processes; the results do not depend on it")] = 1,
) -> None:
    """Simulate leagues in which nothing changed, and write how often a change is confirmed.

    What was simulated is kept in build/ by version of the code: a run that was stopped goes on.
    """
    code = code_version(SIMULATES)
    cells = dict(enumerate(CELLS)) if every else promised()
    tasks = [Task(errors, cell, 0, c, i, SEED) for c, cell in cells.items() for i in range(streams)]
    folder = BUILD / code.replace("/", "-")
    table = summary(run(those_kept(tasks, folder) if kept else tasks, workers=workers, folder=folder))
    print(
        pd.DataFrame(cells.values(), index=list(cells)).join(table.rename(columns={"rho": "estimated_rho"})).to_string()
    )
    if not every:
        print(*write_between(DOCS, "quality", NAME, lambda language: chapter(table, cells, language, code)))


if __name__ == "__main__":
    typer.run(main)
