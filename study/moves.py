"""Size and power of every level of change, and of the usual practices without a test, in leagues of every kind."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.special import ndtri

from estimation import change, proportion_interval, rank_change, ranks, score_change, standing_change
from estimation.changes.league_comparison import ALPHA_RANK, ALPHA_STANDING
from study.leagues import ranks_hold
from study.surveys import QUARTERS, ROLLING, YEARS, Compared, League, compared

ALPHA = 0.05
DRAWS = 999
REPEATS = 20
LAST, FIVE = 5, 5
NORMAL = 1.96
LEVELS = ("score", "standing", "rank", "page")
PRACTICES = ("any_move", "five_places", "no_overlap", "plain_z")
RAW = ("movers", "places", "ten_places", "biggest", "new_faces")
SIMPLE, WEIGHTED, CLUSTERS, FEW, LINKED = "simple", "weighted", "clusters_25", "few", "linked"
ICC, WEIGHT_CV = 0.1, 0.5
PSUS = {SIMPLE: (121, 121), WEIGHTED: (121, 121), CLUSTERS: (25, 25), FEW: (9, 9), LINKED: (9, 121)}
MIDDLE = 0.9  # movers' shares lie half of the move on either side of it


class Cell(NamedTuple):
    """A league and what is compared: interviews and true shares from .. to, moves in points (none: nothing moves).

    normal: the true shares are normal quantiles, and `shares` their mean and standard deviation.
    """

    areas: int
    interviews: tuple[int, int]
    design: str = SIMPLE
    shares: tuple[float, float] = (0.8, 0.98)
    comparison: str = QUARTERS
    common: float = 0.0
    rho: float = 0.0
    same: float | None = None
    moves: tuple[float, ...] = ()
    normal: bool = False


USUAL, UNEQUAL = (100, 150), (30, 400)
PERSONS: dict[str, Any] = {"common": 1.0, "same": 0.5}
FALLS = (-3.0, -3.75, -4.4, -5.25, -6.0)
BALANCED = (-6.0, -3.0, -3.0, 6.0, 6.0)


def same_n(n: int) -> tuple[int, int]:
    """n interviews in every area."""
    return n, n


UNCHANGED = [
    # number of areas and interviews
    *(Cell(14, n) for n in (same_n(50), USUAL, same_n(400), same_n(6400))),
    *(Cell(70, n) for n in (same_n(50), USUAL, same_n(400), same_n(1600), same_n(6400))),
    *(Cell(140, n) for n in (same_n(50), USUAL, same_n(1600))),
    # all true shares equal
    *(Cell(70, USUAL, shares=(p, p)) for p in (0.8, 0.9, 0.95, 0.98)),
    # unequal weights, clusters, few degrees of freedom, unequal areas
    Cell(70, USUAL, WEIGHTED),
    Cell(70, USUAL, CLUSTERS),
    Cell(70, USUAL, FEW),
    Cell(70, USUAL, FEW, (0.9, 0.9)),
    Cell(70, same_n(400), FEW),
    Cell(70, same_n(1600), CLUSTERS),
    Cell(14, USUAL, FEW),
    Cell(140, USUAL, FEW),
    Cell(70, UNEQUAL, LINKED),
    *(Cell(70, UNEQUAL, LINKED, (p, p)) for p in (0.8, 0.9, 0.95, 0.98)),
    Cell(70, UNEQUAL, FEW, (0.9, 0.9)),
    Cell(140, UNEQUAL, LINKED, (0.9, 0.9)),
    # panels
    Cell(70, USUAL, **PERSONS),
    Cell(70, USUAL, common=1.0, same=0.9),
    Cell(140, USUAL, **PERSONS),
    Cell(70, USUAL, FEW, common=1.0, rho=0.9),
    Cell(70, USUAL, CLUSTERS, common=0.5, rho=0.9),
    Cell(70, UNEQUAL, LINKED, common=0.5, rho=0.9, same=0.5),
    # years
    Cell(70, USUAL, comparison=YEARS),
    Cell(70, USUAL, comparison=YEARS, **PERSONS),
    Cell(14, USUAL, FEW, comparison=YEARS),
    Cell(70, USUAL, comparison=ROLLING),
    Cell(70, UNEQUAL, LINKED, (0.9, 0.9), comparison=ROLLING),
    Cell(70, USUAL, FEW, (0.9, 0.9), comparison=ROLLING),
    # true shares not evenly spread
    Cell(70, USUAL, shares=(0.86, 0.05), normal=True),
]
CHANGED = [
    # one area falls and one rises
    *(Cell(70, USUAL, moves=(-m, m)) for m in (5.0, 10.0)),
    *(Cell(70, same_n(400), moves=(-m, m)) for m in (3.0, 5.0, 10.0)),
    *(Cell(70, same_n(1600), moves=(-m, m)) for m in (3.0, 5.0)),
    # five areas fall by 3 to 6 points
    Cell(70, USUAL, moves=FALLS),
    *(Cell(70, same_n(n), moves=FALLS) for n in (400, 800, 1600, 6400)),
    Cell(14, same_n(400), moves=FALLS),
    Cell(140, same_n(400), moves=FALLS),
    Cell(70, same_n(400), FEW, moves=FALLS),
    Cell(70, same_n(400), moves=FALLS, **PERSONS),
    Cell(70, USUAL, moves=FALLS, comparison=YEARS),
    # two of five rise as far as the others fall together
    Cell(70, same_n(1600), moves=BALANCED),
]


def league_of(cell: Cell) -> League:
    """The areas: shares at the middles of equal steps (normal: of probability), in an order unrelated to interviews."""
    p = cell.areas
    spread = np.geomspace if cell.design == LINKED else np.linspace
    interviews = np.round(spread(*cell.interviews, p)).astype(int)
    psus = np.minimum(np.round(spread(*PSUS[cell.design], p)).astype(int), interviews)
    middles = (np.arange(p) + 0.5) / p
    low, high = cell.shares
    share = low + high * ndtri(middles) if cell.normal else low + (high - low) * middles
    share = share[np.arange(p) * 17 % p]
    clustered = cell.design in (CLUSTERS, FEW, LINKED)
    return League(
        interviews,
        psus,
        share,
        _moved(share, cell.moves),
        icc=ICC if clustered else 0.0,
        weight_cv=0.0 if cell.design == SIMPLE else WEIGHT_CV,
        common=cell.common,
        rho=cell.rho,
        same=cell.same,
    )


def _moved(share, moves) -> np.ndarray:
    """Each move (in points), by an area of its own: the one whose share is nearest to half of it before `MIDDLE`."""
    moved = np.zeros(len(share))
    for points in moves:
        distance = np.where(moved == 0, np.abs(share + points / 200 - MIDDLE), np.inf)
        moved[distance.argmin()] = points / 100
    return moved


def rates(cell: Cell, rng: np.random.Generator) -> pd.DataFrame:
    """One row, means over replicates of `measured`."""
    league = league_of(cell)
    outcomes = [measured(c, rng) for c in compared(league, cell.comparison, rng, REPEATS)]
    return pd.DataFrame(outcomes).astype(float).mean().to_frame().T


def measured(pair: Compared, rng: np.random.Generator) -> dict:
    """The results of one replicate; `name` is a level or a practice.

    name_false   is any area said to have changed that did not, or to have changed the other way?
    name_hits    of the areas that moved, the part said to have moved, and which way
    name_others  of the areas that did not, the part said to have moved
    holds        whether both waves' rank sets and all places gained hold the truth, together at 99.5 %
    movers .. new_faces: what a reader of the raw ranks sees;  deff: variance over that of as many independent answers
    """
    directions = np.sign(np.round(pair.truth[1] - pair.truth[0], 9))
    moved = directions != 0
    rank, standing_truth, places = _levels(pair, rng, directions)
    said = standing_truth | _practices(pair, directions)
    row = {}
    for name, (call, truth) in said.items():
        row[f"{name}_false"] = ((call != 0) & (call != truth)).any()
        row[f"{name}_hits"] = ((call == directions) & moved).sum() / max(moved.sum(), 1)
        row[f"{name}_others"] = ((call != 0) & ~moved).sum() / (~moved).sum()
    row["page_false"] = row["standing_false"] or row["rank_false"]
    true_places = ranks(np.round(pair.truth[0], 9)) - ranks(np.round(pair.truth[1], 9))
    inside = ((rank.lower <= true_places) & (true_places <= rank.upper)).all()
    held = [ranks_hold(s, truth) for s, truth in zip((rank.before, rank.after), pair.truth, strict=True)]
    before = pair.plain[0]
    independent = pair.truth[0] * (1 - pair.truth[0]) / pair.n
    return (
        row
        | raw(*pair.plain[:2], places)
        | {"holds": inside and all(held)}
        | {"deff": before.variance.sum() / independent.sum()}
    )


def _levels(pair: Compared, rng: np.random.Generator, directions):
    """The rank level's result; level -> (the direction confirmed (p,), the true one); the raw places gained."""
    before, after, cross = pair.smooth
    shift = change(before, after, cross=cross)
    score = score_change(shift)
    standing = standing_change(shift, rng=rng, level=1 - ALPHA_STANDING, draws=DRAWS)
    rank = rank_change(before, after, cross=cross, rng=rng, level=1 - ALPHA_RANK, draws=DRAWS)
    delta = pair.truth[1] - pair.truth[0]
    relative = np.sign(np.round(delta - delta.mean(), 9))
    true_places = ranks(np.round(pair.truth[0], 9)) - ranks(np.round(pair.truth[1], 9))
    calls = {
        "score": (np.sign(score.change) * (score.p_holm <= ALPHA), directions),
        "standing": (np.sign(standing.relative) * (standing.p_standing <= ALPHA_STANDING), relative),
        "rank": (np.sign(rank.lower + rank.upper) * rank.proven, np.sign(true_places)),
    }
    page = np.where(calls["standing"][0] != 0, calls["standing"][0], calls["rank"][0])
    return rank, calls | {"page": (page, relative)}, rank.places


def _practices(pair: Compared, directions) -> dict:
    """Practice -> the direction it says (p,), the true one; on the design's own variances, as people have them."""
    before, after, cross = pair.plain
    places = ranks(before.value) - ranks(after.value)
    limits = [proportion_interval(e, pair.n, n_effective=pair.n_effective) for e in (before, after)]
    apart = (limits[1].lower > limits[0].upper).astype(int) - (limits[1].upper < limits[0].lower)
    shift = change(before, after, cross=cross)
    certain = np.where(shift.value == 0, 0.0, np.copysign(np.inf, shift.value))
    z = np.divide(shift.value, shift.se, out=certain, where=shift.se > 0)
    calls = {
        "any_move": np.sign(places),
        "five_places": np.sign(places) * (np.abs(places) >= FIVE),
        "no_overlap": apart,
        "plain_z": np.sign(shift.value) * (np.abs(z) > NORMAL),
    }
    return {name: (call, directions) for name, call in calls.items()}


def raw(before, after, places) -> dict:
    """How many areas' ranks move, by how many places on average and at most, who moves ten; new among the last five."""
    last = [set(np.argsort(e.value, kind="stable")[:LAST]) for e in (before, after)]
    size = np.abs(places)
    values = (size > 0).sum(), size.mean(), (size >= 10).mean(), size.max(), len(last[1] - last[0])
    return dict(zip(RAW, values, strict=True))
