"""What each design of comparison can detect: one township moves, and the standing level tests whether it did."""

from functools import cache, partial

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import ndtri
from scipy.stats import norm

from estimation import change, smooth_scores, smooth_shares, standing_change
from estimation.changes.comparisons import Comparison, comparison_power, score_information, usual_comparisons
from estimation.changes.league_comparison import ALPHA_STANDING
from study.moves import DRAWS
from study.surveys import QUARTERS, ROLLING, YEARS, League, compared

AREAS, INTERVIEWS, SHARE, MOVE, WATCH, CORRELATION = 70, 125, 0.9, 0.05, 5, 0.5
ANSWERS, SCORES, SATISFIED = np.array([0.02, 0.08, 0.5, 0.4]), np.array([0.0, 1 / 3, 2 / 3, 1.0]), 2
CUTS = ndtri(ANSWERS.cumsum()[:-1])  # of the latent answer: those above the second are the satisfied
REPEATS = 10
TERMS = 400  # of Hermite's series


def designs() -> dict[str, Comparison]:
    """The product's usual comparisons, and neighbouring rolling years: in effect a quarter on that of last year."""
    information = score_information(ANSWERS, SCORES, SATISFIED)
    usual = usual_comparisons(correlation=CORRELATION, information=information, watch=WATCH)
    return {"quarters": usual.pop("quarters"), ROLLING: Comparison(), **usual}


CELLS = list(designs())


def expected(name: str):
    """Normal theory's `comparison_power` of the design."""
    return comparison_power(
        designs()[name], MOVE, areas=AREAS, interviews=INTERVIEWS, share=SHARE, alpha=ALPHA_STANDING
    )


def called(name: str, rng: np.random.Generator) -> pd.DataFrame:
    """One row, means over replicates: power (the township that falls is confirmed to fall), and false (another one
    is confirmed to fall).  Its share goes from half of the move above `SHARE` to half of it below; all others stay."""
    design, watch = designs()[name], ()
    share, moved = np.full(AREAS, SHARE), np.zeros(AREAS)
    share[0], moved[0] = SHARE + MOVE / 2, -MOVE
    size, score = np.full(AREAS, INTERVIEWS), design.information != 1
    league = League(size, size, share, moved, common=1.0 if design.correlation else 0.0)
    if design.watch:
        watch = range(design.watch)
    comparison = ROLLING if name == ROLLING else QUARTERS if design.quarters == 1 else YEARS
    answers, smooth = partial(persons, score=score), smooth_scores if score else smooth_shares
    outcomes = []
    for pair in compared(league, comparison, rng, REPEATS, answers=answers, smooth=smooth):
        before, after, cross = pair.smooth
        shift = change(before, after, cross=cross)
        standing = standing_change(shift, rng=rng, watch=watch, level=1 - ALPHA_STANDING, draws=DRAWS)
        falls = (standing.p_standing <= ALPHA_STANDING) & (standing.relative < 0)
        outcomes.append({"power": falls[0], "false": falls[1:].any()})
    return pd.DataFrame(outcomes).astype(float).mean().to_frame().T


def persons(league: League, rng: np.random.Generator, repeats: int, *, score: bool) -> tuple[np.ndarray, np.ndarray]:
    """Every person's answer (m,repeats) before and after: whether satisfied, or the score; a panel asks them again."""
    latent = rng.standard_normal((2, len(league.area), repeats))
    if league.common:
        r = latent_correlation(score)
        latent[1] = r * latent[0] + np.sqrt(1 - r**2) * latent[1]
    answers = []
    for share, z in zip((league.share, league.share + league.moved), latent, strict=True):
        z += (ndtri(share) - ndtri(SHARE))[league.area, None]
        answers.append(SCORES[np.searchsorted(CUTS, z)] if score else (z > CUTS[-SATISFIED]).astype(float))
    return tuple(answers)


@cache
def latent_correlation(score: bool) -> float:
    """The correlation of two latent answers where that of the answers, with shares `ANSWERS`, is `CORRELATION`."""
    steps, cuts = (np.diff(SCORES), CUTS) if score else (np.ones(1), CUTS[-SATISFIED:][:1])
    mean = steps @ norm.sf(cuts)
    levels = np.append(0.0, steps.cumsum())
    variance = np.diff(norm.cdf([-np.inf, *cuts, np.inf])) @ levels**2 - mean**2
    return float(brentq(lambda r: hermite_correlation(r, steps, cuts, variance) - CORRELATION, 0, 0.999))


def hermite_correlation(r: float, steps, cuts, variance: float) -> float:
    """Σ_k c_k² r^k / variance, c_k = Σ_c step_c φ(cut_c) h_{k-1}(cut_c)/√k, h Hermite's polynomials of norm 1:
    the correlation of two step functions of normals correlated by r (Mehler's formula)."""
    last, now, total = np.zeros(len(cuts)), np.ones(len(cuts)), 0.0
    for k in range(1, TERMS):
        c = steps @ (norm.pdf(cuts) * now) / np.sqrt(k)
        total += c**2 * r**k
        last, now = now, (cuts * now - np.sqrt(k - 1) * last) / np.sqrt(k)
    return total / variance
