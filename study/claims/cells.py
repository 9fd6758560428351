"""The cells in which every promise is judged: named corners, and a covering array of everything that may vary."""

from itertools import combinations, product
from typing import Any, NamedTuple

import numpy as np

NONE, HALF, FULL = "none", "half", "full"
SHARES, SCORES, RATINGS, MINUTES = "shares", "scores", "ratings", "minutes"
SPREAD = "N(.9,.03)"
PERSONS = 0  # df that stands for "as many PSUs as persons"
MOST_ROWS = 150_000  # interviews of one league in all its waves, where they have to be drawn and weighted one by one


class Cell(NamedTuple):
    """A kind of league.

    areas       how many
    interviews  of an area and wave: one number, the ends of a geometric row, or two that alternate
    share       the true share of all areas, or SPREAD: normal quantiles
    deff        Kish's, of weights that have nothing to do with the answers: a quarter of the persons weigh more
    df          of an area: clusters of equal size, one more than df; PERSONS: n - 1
    windows     waves before, waves after, interviews after over interviews before
    overlap     who is asked in every wave: NONE, HALF of the PSUs, FULL
    calibrated  raked to two margins, on which the answers depend
    interviewers  three an area, PSUs shared at random, 5 % of the latent variance (ρ = .017 at p = .9); counted
    together    what all areas' true shares change by from the first window to the second: nobody's standing does
    movers      a tenth of the areas truly move, half of them up and half down: nobody else's standing does
    answers     SHARES; or SCORES, RATINGS, MINUTES: numbers whose latent mean is that of a share (study/claims/numbers)
    listed      people on an area's list, of whom alone every figure is (study/claims/populations); 0: the process
    steady      the part of those people, as far as answers allow, who answer the same in the next wave
    """

    areas: int = 70
    interviews: tuple[int, ...] = (125,)
    share: float | str = 0.9
    deff: float = 1.0
    df: int = PERSONS
    windows: tuple[int, int, float] = (1, 1, 1.0)
    overlap: str = NONE
    calibrated: bool = False
    interviewers: bool = False
    movers: bool = False
    together: float = 0.0
    answers: str = SHARES
    listed: int = 0
    steady: float = 1.0


LEVELS = {
    "areas": (70, 14, 140),
    "interviews": ((125,), (8,), (30,), (50,), (400,), (1000,), (30, 400), (125, 1000, 2)),
    "share": (0.9, 0.5, 0.95, 0.98, 0.998, SPREAD),
    "deff": (1.0, 1.5, 2.0),
    "df": (PERSONS, 8, 24, 120),
    "windows": ((1, 1, 1.0), (4, 1, 1.0), (8, 1, 1.0), (8, 4, 1.0), (8, 2, 1.0), (1, 1, 0.5), (1, 1, 4.0)),
    "overlap": (NONE, HALF, FULL),
    "calibrated": (False, True),
    "interviewers": (False, True),
    "movers": (False, True),
}
CORNERS = (  # where the guarantee was seen to fail
    *(
        Cell(share=share, windows=windows)
        for windows in ((1, 1, 1.0), (4, 1, 1.0), (8, 1, 1.0), (8, 4, 1.0), (1, 1, 4.0))
        for share in (0.9, 0.95, SPREAD)
    ),
    Cell(share=0.98, windows=(8, 1, 1.0)),
    Cell(interviews=(125, 1000, 2), share=0.95),
    Cell(interviews=(30, 400), share=0.95),
    Cell(interviews=(30, 400), share=0.98, windows=(4, 1, 1.0)),
    Cell(share=0.95, windows=(4, 1, 1.0), overlap=FULL),
    Cell(overlap=HALF),
    Cell(share=0.95, windows=(8, 1, 1.0), movers=True),
    Cell(interviewers=True),
)


def interviews(cell: Cell) -> np.ndarray:
    """Interviews (p,) of an area in a wave of the first window."""
    n, p = cell.interviews, cell.areas
    if len(n) == 3:
        return np.where(np.arange(p) % n[2] == 0, n[0], n[1])
    return np.round(np.geomspace(n[0], n[-1], p)).astype(int)


def rows(cell: Cell) -> int:
    """Interviews of one league in all its waves."""
    before, after, ratio = cell.windows
    return int(interviews(cell).sum() * (before + after * ratio))


def one_by_one(cell: Cell) -> bool:
    """Whether interviews have to be drawn one by one: counts do not say who is asked again, or by whom."""
    apart = cell.answers != SHARES or cell.listed > 0
    return apart or cell.overlap != NONE or cell.calibrated or cell.interviewers


def possible(cell: Cell) -> bool:
    """Whether every PSU has a person, also in the smallest wave, and a league fits into memory."""
    least = interviews(cell).min() * min(cell.windows[2], 1.0)
    return (cell.df == PERSONS or least > cell.df) and (not one_by_one(cell) or rows(cell) <= MOST_ROWS)


def full_crossing() -> int:
    """How many cells are possible."""
    kinds = [name for name in LEVELS if name in ("areas", "interviews", "df", "windows")]
    cells, others = 0, len(LEVELS["share"]) * len(LEVELS["deff"]) * len(LEVELS["movers"])
    apart = len(LEVELS["overlap"]) * len(LEVELS["calibrated"]) * len(LEVELS["interviewers"]) - 1
    for levels in product(*(LEVELS[name] for name in kinds)):
        fields: dict[str, Any] = dict(zip(kinds, levels, strict=True))
        cell = Cell(**fields)
        cells += others * (possible(cell) + apart * possible(cell._replace(calibrated=True)))
    return cells


def covering_array(start=CORNERS) -> tuple[Cell, ...]:
    """Cells such that, with `start`, every pair of levels that occurs in some possible cell occurs in one of them.

    Greedy, deterministic: for the first pair still missing, the levels of the other factors are chosen one by one to
    add most pairs, the first named (usual) level where nothing is gained.
    """
    names = list(LEVELS)
    covered = {pair for cell in start for pair in _pairs(cell._asdict(), names)}
    wanted = [pair for a, b in combinations(names, 2) for pair in product(_named(a), _named(b))]
    chosen = []
    for pair in wanted:
        if pair in covered:
            continue
        cell = _completed(dict(pair), names, covered)
        if cell is not None:
            chosen.append(cell)
            covered |= set(_pairs(cell._asdict(), names))
    return tuple(chosen)


def _named(name: str) -> list[tuple]:
    return [(name, level) for level in LEVELS[name]]


def _pairs(levels: dict, names: list[str]):
    """The pairs of levels there are, each in the order of the factors."""
    there = [(name, levels[name]) for name in names if name in levels]
    return combinations(there, 2)


def _completed(chosen: dict, names: list[str], covered: set) -> Cell | None:
    """A possible cell with the levels chosen, or None."""
    for name in names:
        if name in chosen:
            continue
        gains = []
        for level in LEVELS[name]:
            tried: dict[str, Any] = chosen | {name: level}
            new = sum(pair not in covered for pair in _pairs(tried, names)) if possible(Cell(**tried)) else -1
            gains.append(new)
        if max(gains) < 0:
            return None
        chosen = chosen | {name: LEVELS[name][int(np.argmax(gains))]}
    return Cell(**chosen) if possible(Cell(**chosen)) else None


TOGETHER = (  # where the guarantee was seen to fail when the whole field moved
    Cell(share=0.96, windows=(8, 1, 1.0), together=0.03),
    Cell(share=0.975, windows=(8, 1, 1.0), together=0.02),
    Cell(share=0.98, interviews=(1000,), windows=(1, 1, 0.5), together=-0.03),
    Cell(share=0.96, windows=(4, 1, 1.0), overlap=FULL, together=0.03),
    Cell(share=0.9, windows=(4, 1, 1.0), overlap=FULL, together=-0.1),
    Cell(share=0.9, windows=(8, 1, 1.0), df=8, together=-0.1),
)
NUMBERS = (  # answers that are numbers, plain and where they are hardest: few, skewed, clustered, moving together
    Cell(answers=SCORES),
    Cell(answers=SCORES, interviews=(8,), windows=(8, 1, 1.0)),
    Cell(answers=SCORES, share=0.98, windows=(8, 1, 1.0)),
    Cell(answers=SCORES, windows=(4, 1, 1.0), overlap=FULL),
    Cell(answers=SCORES, interviewers=True),
    Cell(answers=SCORES, areas=140, df=8, movers=True),
    Cell(answers=RATINGS, deff=2.0, calibrated=True),
    Cell(answers=RATINGS, share=0.998, interviews=(50,), windows=(4, 1, 1.0), deff=1.5),
    Cell(answers=RATINGS, interviews=(125, 1000, 2), overlap=HALF),
    Cell(answers=MINUTES),
    Cell(answers=MINUTES, interviews=(8,)),
    Cell(answers=MINUTES, interviews=(30, 400), share=SPREAD),
    Cell(answers=MINUTES, windows=(8, 1, 1.0), overlap=HALF),
    Cell(answers=MINUTES, df=8, windows=(4, 1, 1.0), deff=1.5),
    Cell(answers=MINUTES, areas=14, movers=True, windows=(1, 1, 0.5)),
    Cell(answers=MINUTES, interviews=(50,), windows=(8, 1, 1.0), together=0.08),
    Cell(answers=MINUTES, windows=(4, 1, 1.0), overlap=FULL, together=-0.15),
)
PEOPLE = (  # figures of the people on the list alone: most of them asked, few people, a panel, windows, true movers
    Cell(areas=30, interviews=(100,), share=0.96, listed=125, steady=0.6),
    Cell(areas=30, interviews=(100,), listed=125, steady=0.6),
    Cell(areas=30, interviews=(8,), share=0.75, listed=12, steady=0.5),
    Cell(areas=30, interviews=(125,), listed=200, steady=0.9),
    Cell(areas=30, interviews=(100,), listed=125, steady=0.6, overlap=FULL),
    Cell(areas=30, interviews=(50,), windows=(4, 1, 1.0), listed=200, steady=0.8),
    Cell(areas=30, interviews=(100,), listed=200, steady=0.9, movers=True),
)
CELLS = (*CORNERS, *covering_array(), *TOGETHER, *NUMBERS, *PEOPLE)
OF_SHARES, OF_NUMBERS, OF_PEOPLE = "shares", "numbers", "people"


def kind(cell: Cell) -> str:
    """In which of the chapter's parts a cell is reported."""
    if cell.listed:
        return OF_PEOPLE
    return OF_SHARES if cell.answers == SHARES else OF_NUMBERS
