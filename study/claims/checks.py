"""What a page claims about a league, and whether it is true: one check per claim."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from estimation import (
    field_contrast_test,
    last_k,
    rank_change,
    rank_confidence_set,
    ranks,
    score_change,
    standing_change,
)
from estimation.changes.changes import change_interval
from estimation.changes.league_comparison import ALPHA_RANK, ALPHA_STANDING
from estimation.changes.verdicts import ABOVE, BELOW, BOTH, UNDECIDED
from estimation.ranking.last_k import IN, OUT
from estimation.waves.noise import off_diagonal
from study.claims.draws import League, Truth
from study.leagues import ranks_hold

ALPHA, K = 0.05, 5
DRAWS = 399  # (1 + count)/(draws + 1) is a valid p whatever their number, and exact at 18/400 and 20/400
FEW, FEW_LEVEL, RANK_LEVEL = 199, 1 - 9 / 198, 1.0
"""Draws of rank sets, and levels of their quantiles that one more draw exceeds with probability 10/200 and 1/200."""
DIGITS = 9
COVERED = 500  # leagues whose intervals are looked at: 70 areas each tell more of a mean than one yes or no


class Claim(NamedTuple):
    """A claim with the error it is allowed, and `false(league, truth, rng)`, which says whether it erred."""

    name: str
    allowed: float
    false: Callable


def page(league: League, truth: Truth, rng: np.random.Generator) -> bool:
    """Whether an area is confirmed to have moved against its field that did not, or that moved the other way."""
    standing = standing_change(league.shift, rng=rng, level=1 - ALPHA_STANDING, draws=DRAWS)
    moved = truth.after - truth.before
    called = np.sign(standing.relative) * (standing.p_standing <= ALPHA_STANDING)
    return _wrong(called, np.sign(np.round(moved - moved.mean(), DIGITS)))


def fallen(league: League, truth: Truth, rng: np.random.Generator) -> bool:
    """Tested for falls only: whether an area is confirmed to have fallen against its field that did not."""
    standing = standing_change(league.shift, rng=rng, level=1 - ALPHA_STANDING, draws=DRAWS, side=BELOW)
    moved = truth.after - truth.before
    return bool(((standing.p_standing <= ALPHA_STANDING) & (np.round(moved - moved.mean(), DIGITS) >= 0)).any())


def score(league: League, truth: Truth, rng: np.random.Generator) -> bool:
    """Whether an area's own change is significant (Holm) although there is none, or has the wrong sign."""
    scores = score_change(league.shift)
    called = np.sign(scores.change) * (scores.p_holm <= ALPHA)
    return _wrong(called, np.sign(np.round(truth.after - truth.before, DIGITS)))


def rank_sets(league: League, truth: Truth, rng: np.random.Generator) -> bool:
    """Whether a true rank is outside its joint set."""
    return not ranks_hold(rank_confidence_set(league.newest, rng=rng, level=FEW_LEVEL, draws=FEW), truth.after)


def rank_moves(league: League, truth: Truth, rng: np.random.Generator) -> bool:
    """Whether a true rank of either window, or a true move, is outside what the rank level says."""
    rank_level = rank_change(league.before, league.after, cross=league.cross, rng=rng, level=RANK_LEVEL, draws=FEW)
    places = ranks(np.round(truth.before, DIGITS)) - ranks(np.round(truth.after, DIGITS))
    inside = ((rank_level.lower <= places) & (places <= rank_level.upper)).all()
    return not (inside and ranks_hold(rank_level.before, truth.before) and ranks_hold(rank_level.after, truth.after))


def last_in(league: League, truth: Truth, rng: np.random.Generator) -> bool:
    """Whether an area is shown to be among the last five that is not, true ties broken by the areas' order."""
    return bool((_split(league, 1.0).outcome == IN)[_order(truth)[K:]].any())


def last_out(league: League, truth: Truth, rng: np.random.Generator) -> bool:
    """Whether an area is shown not to be among the last five although it is."""
    return bool((_split(league, 1e-9).outcome == OUT)[_order(truth)[:K]].any())


def _split(league: League, in_share: float):
    covariance = "independent" if off_diagonal(league.newest.covariance) is None else "any"
    return last_k(league.newest, K, alpha=ALPHA, in_share=in_share, covariance=covariance)


def _order(truth: Truth) -> np.ndarray:
    return np.argsort(np.round(truth.after, DIGITS), kind="stable")


def _field(side: str) -> Callable:
    def false(league: League, truth: Truth, rng: np.random.Generator) -> bool:
        outcome = field_contrast_test(league.newest, rng=rng, draws=DRAWS, side=side).outcome(ALPHA)
        standing = np.sign(np.round(truth.after - truth.after.mean(), DIGITS))
        called = np.select([outcome == BELOW, outcome == ABOVE], [-1, 1], 0)
        assert set(np.unique(outcome)) <= {BELOW, ABOVE, UNDECIDED}
        return _wrong(called, standing)

    return false


CLAIMS = (
    Claim("page", ALPHA_STANDING, page),
    Claim("fallen", ALPHA_STANDING, fallen),
    Claim("score", ALPHA, score),
    Claim("field_below", ALPHA, _field(BELOW)),
    Claim("field_above", ALPHA, _field(ABOVE)),
    Claim("field_both", ALPHA, _field(BOTH)),
    Claim("rank_sets", ALPHA, rank_sets),
    Claim("rank_moves", ALPHA_RANK, rank_moves),
    Claim("last_in", ALPHA, last_in),
    Claim("last_out", ALPHA, last_out),
)


class Covered(NamedTuple):
    """The part of a league's areas whose interval holds the truth, and the intervals' mean width."""

    change: float
    change_width: float
    level: float
    level_width: float


def covered(league: League, truth: Truth) -> Covered:
    """The change's 95 % interval as pages print it, and that of the newest wave's own shares."""
    of_changes = _coverage(change_interval(league.shift, 1 - ALPHA), truth.after - truth.before)
    return Covered(*of_changes, *_coverage(league.limits, truth.after))


def _coverage(limits, truth) -> tuple[float, float]:
    inside = (limits.lower <= truth + 1e-12) & (truth - 1e-12 <= limits.upper)
    return float(inside.mean()), float((limits.upper - limits.lower).mean())


def _wrong(called, true) -> bool:
    return bool(((called != 0) & (called != true)).any())
