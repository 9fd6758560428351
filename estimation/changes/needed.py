"""How many interviews are needed to confirm a stated move, on each of the three levels of change.

These are planning formulas: normal theory, equal n and equal spread in every area, and no movement of the other areas.
They apply to a move that was stated beforehand or shrunk (`shrunken_move`), never to the observed one: the largest of
70 observed moves is mostly chance.
"""

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import ArrayLike

from estimation.estimators.estimates import Estimate
from words import Fault

SCORE, STANDING, RANK = "score", "standing", "rank"
ALPHA = {SCORE: 0.05, STANDING: 0.045, RANK: 0.005}  # 0.05 is split between standing and rank


def score_critical(areas: int, alpha: float) -> float:
    """Holm's first step, two-sided: Φ⁻¹(1 - α/(2p))."""
    return float(scipy.stats.norm.isf(alpha / (2 * areas)))


def standing_critical(areas: int, alpha: float) -> float:
    """First step of the max-T over p contrasts in both directions: 1 - 2(1 - Φ(c)) = (1-α)^{1/p}.

    Šidák (1967), JASA 62:626: P(max |Z_j| <= c) is at least 1 - α for any correlation.  With the correlation -1/(p-1)
    of the contrasts, c is too large by 0.0001 for 70 areas, 0.003 for 10, and 0.04 for 3.
    """
    return float(scipy.stats.norm.isf(-np.expm1(np.log1p(-alpha) / areas) / 2))


def rank_critical(areas: int, alpha: float) -> float:
    """First step of the max-T over all ordered pairs of three vectors (before, after, change), each at α/3.

    P(max_j Z_j - min_j Z_j <= c√2) = p ∫ φ(z) [Φ(z + c√2) - Φ(z)]^{p-1} dz, for the range of p independent normals.
    """
    z = np.linspace(-9, 9, 1801)

    def wider(c: float) -> float:
        inside = np.diff(scipy.stats.norm.cdf([z, z + c * 2**0.5]), axis=0)[0] ** (areas - 1)
        return 1 - areas * (scipy.stats.norm.pdf(z) * inside).sum() * (z[1] - z[0]) - alpha / 3

    return float(scipy.optimize.brentq(wider, 0, 12, xtol=1e-9))


def interviews_needed(
    shift: ArrayLike,
    *,
    level: str,
    areas: int,
    share: float | None = None,
    sd: float | None = None,
    power: float = 0.8,
    alpha: float | None = None,
    design_effect: float = 1.0,
    overlap: float = 0.0,
    correlation: float = 0.0,
    gap: ArrayLike | None = None,
    near: int | None = None,
) -> np.ndarray:
    """n per area and wave (k,), rounded up, at which a move of `shift` (k,) is confirmed with probability `power`.

    It is inf for no move.  With σ the standard deviation of one answer (sd, or √(p̄(1-p̄)) for a share) and D the design
    effect, a wave has the variance Dσ²/n and a change has V = 2Dσ²(1 - oρ)/n, where a part o (overlap) of the people
    answers twice with correlation ρ (Kish 1965, 12.4).  By level:
    score     the area's change:  n V (c + z)²/δ²,  z = Φ⁻¹(power), c = `score_critical`
    standing  the area's change against the mean change of all p:  n V (c + z)²/(δ²(1 - 1/p)), c = `standing_critical`
    rank      the area passes one neighbour that does not move, from a distance of `gap` (default δ/2) to one of
              δ - gap.  It is sufficient that the pair is proven before and after, and that the change vector proves
              the move against each of `near` other areas (default p-2) which are on an unclear side in some wave and
              could therefore hide the place gained.  n is such that the probabilities of missing one of these,
                Φ(c - gap/s) + Φ(c - (δ-gap)/s) + near Φ(c - δ/√(2V)),  s² = 2Dσ²/n, c = `rank_critical`,
              sum to 1 - power: the power is at least that for any correlation between the parts.
    alpha     the error of the level over the league; None: 0.05 for score, 0.045 for standing and 0.005 for rank
    Raises Fault for a parameter outside its range.

    Examples: a fall of 5 points from 90%, any of 70 areas: c = Φ⁻¹(1 - 0.05/140) = 3.38, and (3.38 + 0.84)² · 2 · 0.9 ·
    0.1/0.05² = 1,286 interviews per area and wave.

    >>> from estimation import interviews_needed
    >>> print(interviews_needed([-0.05], level="score", areas=70, share=0.9))
    [1286.]
    """
    sigma = answer_sd(share, sd)
    if level not in ALPHA:
        raise Fault(key="needed.level", found=level, expected=list(ALPHA))
    alpha = ALPHA[level] if alpha is None else alpha
    _check(areas, power, alpha, overlap, correlation)
    delta = np.abs(np.asarray(shift, dtype=float))
    one = design_effect * sigma**2  # n times the variance of a wave
    change = 2 * one * (1 - overlap * correlation)
    if level == RANK:
        gap = delta / 2 if gap is None else np.broadcast_to(np.abs(np.asarray(gap, dtype=float)), delta.shape)
        near = areas - 2 if near is None else near
        parts = np.vectorize(_n_of_rank, otypes=[float])
        return np.ceil(parts(delta, gap, near, one, change, rank_critical(areas, alpha), power))
    c = score_critical(areas, alpha) if level == SCORE else standing_critical(areas, alpha)
    part = 1.0 if level == SCORE else 1 - 1 / areas
    numerator = np.full(delta.shape, change * (c + scipy.stats.norm.ppf(power)) ** 2)
    return np.ceil(np.divide(numerator, delta**2 * part, out=np.full(delta.shape, np.inf), where=delta > 0))


def _n_of_rank(delta, gap, near, one, change, c, power) -> float:
    if delta == 0:
        return np.inf
    if not 0 < gap < delta:
        raise Fault(key="needed.gap", found=float(gap), expected=float(delta))
    distances = np.array([gap, delta - gap, delta])
    per_interview = distances / np.sqrt([2 * one, 2 * one, 2 * change])
    count = np.array([1, 1, near])

    def missing(log_n: float) -> float:
        return float(count @ scipy.stats.norm.sf(per_interview * np.exp(log_n / 2) - c)) - (1 - power)

    enough = 2 * np.log((c + 40) / per_interview.min())
    return float(np.exp(scipy.optimize.brentq(missing, enough - 30, enough, xtol=1e-10)))


def answer_sd(share: float | None, sd: float | None) -> float:
    """σ of one answer: sd, or √(p̄(1-p̄)) of a share p̄; a Fault unless exactly one of them is given and possible."""
    if (share is None) == (sd is None) or (share is not None and not 0 < share < 1) or (sd is not None and not sd > 0):
        raise Fault(key="needed.spread", share=str(share), sd=str(sd))
    if sd is not None:
        return sd
    assert share is not None
    return float(np.sqrt(share * (1 - share)))


def _check(areas: int, power: float, alpha: float, overlap: float, correlation: float) -> None:
    if not (areas >= 2 and 0 < power < 1 and 0 < alpha < 1):
        raise Fault(key="needed.areas", areas=areas, power=power, alpha=alpha)
    if not (0 <= overlap <= 1 and -1 < correlation < 1):
        raise Fault(key="needed.overlap", overlap=overlap, correlation=correlation)


@dataclass(frozen=True, eq=False)
class ShrunkenMove:
    """Shrunken moves of p areas.

    value (p,)    mean + weight (δ - mean)
    se (p,)       of the true move around it
    weight (p,)   τ²/(τ² + v)
    mean, spread  m and τ of the league's true moves
    """

    names: tuple
    value: np.ndarray
    se: np.ndarray
    weight: np.ndarray
    mean: float
    spread: float


def shrunken_move(shift: Estimate) -> ShrunkenMove:
    """Observed changes shrunk towards the league's mean change according to their sampling errors.

    δ_j ~ N(m, τ² + v_j), with areas treated as independent; τ² solves Σ (δ_j - m)²/(τ² + v_j) = p-1, where m is the
    mean weighted by 1/(τ² + v_j), and is 0 if the sum is smaller than p-1 at 0.  Fay & Herriot (1979), JASA 74:269.
    se² = weight v, without the uncertainty of m and τ².
    """
    delta, v = shift.value, shift.variance
    if len(delta) < 2 or not v.any():
        weight = np.ones(len(delta))
        return ShrunkenMove(shift.names, delta, np.sqrt(v), weight, float(delta.mean()), float(delta.std()))
    floor = 1e-12 * v.max()

    def excess(tau2: float) -> float:
        a = 1 / (tau2 + np.maximum(v, floor))
        return float((delta - a @ delta / a.sum()) ** 2 @ a) - (len(delta) - 1)

    tau2 = 0.0
    if excess(0.0) > 0:
        tau2 = float(scipy.optimize.brentq(excess, 0.0, len(delta) * np.ptp(delta) ** 2, xtol=floor))
    a = 1 / (tau2 + np.maximum(v, floor))
    mean = float(a @ delta / a.sum())
    weight = tau2 / (tau2 + np.maximum(v, floor))
    return ShrunkenMove(shift.names, mean + weight * (delta - mean), np.sqrt(weight * v), weight, mean, tau2**0.5)
