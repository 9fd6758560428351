"""Variances and design effects of many small areas, which borrow strength from one another as far as they are alike.

Smyth (2004, Statistical Applications in Genetics and Molecular Biology 3:3): the number of df that the league is worth
to an area is estimated from how much more the areas' variances differ than their own df explain.
"""

from typing import NamedTuple

import numpy as np
import scipy
from numpy.typing import ArrayLike

from estimation.columns.ties import onto_ends
from estimation.estimators.estimates import Estimate

FEWEST_AREAS = 3  # with fewer, nothing is learnt of how alike areas are
FEWEST_DF = 1.0  # the smallest number of df that a league is worth to an area, so that no variance is 0
ALONE = 50.0  # the df that "answers are independent" is worth to a design effect where each interview is a PSU
SURELY = 0.9  # areas are taken to differ by the upper limit of how much they do, one-sided at this level
DOWN = 0.5  # the part of the league's weight that draws a variance down: too small a one is worse than too large
ALIKE = 1e-9  # an excess of variance up to this is none
WIDEST = 1e8  # trigamma is inverted between 1/WIDEST and WIDEST


class Moderated(NamedTuple):
    """Moderated variances or design effects (k,) and their df (k,); the league's value and the df it is worth.

    league: a number, or (k,) if the league's value depends on the area's clusters
    """

    value: np.ndarray
    df: np.ndarray
    league: float | np.ndarray
    league_df: float

    def select(self, at: np.ndarray) -> "Moderated":
        """Those at the positions `at` (k',)."""
        league = self.league[at] if isinstance(self.league, np.ndarray) else self.league
        return self._replace(value=self.value[at], df=self.df[at], league=league)


def moderate(variance: ArrayLike, df: ArrayLike) -> Moderated:
    """s̃²_d = (d₀ s₀² + ν_d s²_d)/(d₀ + ν_d), with d₀ + ν_d df but at most Σν.  Smyth (2004), section 6.2 and (3).

    variance, df (k,): s²_d and ν_d.  Unlike Smyth, a variance above s₀² is shrunk with the weight d₀/2 only.
    If the true variances are distributed as s₀² d₀/χ²(d₀), then e_d = log s²_d - ψ(ν_d/2) + log(ν_d/2) has the mean
    log s₀² - ψ(d₀/2) + log(d₀/2) and the variance ψ′(ν_d/2) + ψ′(d₀/2), which gives s₀² and d₀.  Areas with s² = 0 or
    ν = 0 contribute to neither and receive s₀²: equal answers say that a variance is small, not how small.  With fewer
    than three other areas, s₀² is Σνs²/Σν and d₀ = 1.  A few areas that are much more mixed than all others widen the
    prior less than they should, and it is their variances that are shrunk; therefore the upper limit of ψ′(d₀/2)
    is used (`_random_effects`).
    """
    s2, known = np.broadcast_arrays(np.asarray(variance, dtype=float), np.asarray(df, dtype=float))
    df = np.minimum(known, WIDEST)
    telling = (s2 > 0) & (df > 0)
    nu, league_df = df[telling], FEWEST_DF
    if telling.sum() < FEWEST_AREAS:
        league = np.average(s2[telling], weights=nu) if telling.any() else s2.mean()
    else:
        logs = np.log(s2[telling]) - scipy.special.digamma(nu / 2) + np.log(nu / 2)
        centre, excess = _random_effects(logs, scipy.special.polygamma(1, nu / 2))
        league_df = np.inf if excess <= ALIKE else max(2 * _trigamma_inverse(excess), FEWEST_DF)
        league = np.exp(
            centre + (0 if np.isinf(league_df) else scipy.special.digamma(league_df / 2) - np.log(league_df / 2))
        )
    moderated = _drawn(s2, np.where(telling, df, 0.0), df, league, league_df, cap=max(df.sum(), FEWEST_DF))
    return moderated._replace(df=np.where(np.isinf(known), np.inf, moderated.df))


class Effects(NamedTuple):
    """Design effects of k shares against Kish's n, before moderation, and how much is known of them.

    value (k,)        δ
    information (k,)  ν, the df that δ is worth
    df (k,)           χ, the df that the clusters alone give it
    alone (k,)        the df that δ = 1 is worth a priori
    """

    value: np.ndarray
    information: np.ndarray
    df: np.ndarray
    alone: np.ndarray


def design_effects(estimate: Estimate, n: ArrayLike, n_effective: ArrayLike) -> Effects:
    """δ_d = V n_K (n-1)/n / (p(1-p)) (k,), which is 1 for a simple random sample.

    n (k,): interviews; n_effective (k,): n_K = n/D, Kish's effective number.
    The variance of δ has two parts: 2/χ, 1/χ = 1/df - 1/(n-1), because PSUs of independent answers differ by chance;
    and (D²-1)(1-2p)²/x, because few rarer answers, x = n min(p, 1-p), have unequal weights.  A single rarer answer
    says nothing of δ.  So ν = (1 - 1/x)/(1/χ + (D²-1)(1-2p)²/2x).  The prior value δ = 1 counts as `ALONE`/m² df with
    m = n/(df+1) interviews per PSU, because clusters of m interviews can raise δ by (m-1)ρ.
    """
    p, df = onto_ends(estimate.value), estimate.df
    n, kish = (np.broadcast_to(np.asarray(x, dtype=float), p.shape) for x in (n, n_effective))
    inside = (p > 0) & (p < 1) & (n > 1)
    effect = np.ones(p.shape)
    np.divide(estimate.variance * kish * (n - 1) / n, p * (1 - p), out=effect, where=inside)
    df = np.clip(df, 0.0, np.maximum(n - 1, 0.0))
    inverse_chi = 1 / np.maximum(df, 1 / WIDEST) - 1 / np.maximum(n - 1, 1 / WIDEST)
    chi = np.where(df > 0, 1 / np.maximum(inverse_chi, 1 / WIDEST), 0.0)
    rarer = np.where(inside, n * np.minimum(p, 1 - p), 1.0)
    noise = np.divide(1, chi, out=np.full(p.shape, np.inf), where=chi > 0)
    noise = noise + ((n / kish) ** 2 - 1) * (1 - 2 * p) ** 2 / (2 * rarer)
    return Effects(effect, np.maximum(1 - 1 / rarer, 0) / noise, chi, ALONE * ((df + 1) / n) ** 2)


def own_effects(estimate: Estimate, n: ArrayLike, n_effective: ArrayLike) -> Moderated:
    """The δ of each share alone, shrunk towards 1 by the `alone` df of `design_effects`, and never below 1."""
    effects = design_effects(estimate, n, n_effective)
    part = effects.information / (effects.alone + effects.information)
    df = np.where(effects.df > 0, effects.alone + effects.df, np.where(effects.alone >= ALONE, ALONE, 0.0))
    return Moderated(np.maximum(1 + part * (effects.value - 1), 1.0), df, 1.0, float(np.mean(effects.alone)))


def moderate_effects(estimate: Estimate, n: ArrayLike, n_effective: ArrayLike) -> Moderated:
    """A league's design effects against Kish's n: (d₀ δ̄_d + ν δ)/(d₀ + ν), with d₀/2 where δ > δ̄_d; never below 1.

    δ, ν and χ are those of `design_effects`.  δ̄_d = δ₀ + ρ x_d is the league's value for an area with m = df + 1 PSUs.
    Clusters raise δ by ρ (Σ_j W_j²/Σw² - 1), W_j being the weight of PSU j; that is ρ x_d, x_d = n_K/m - n_K/n, if
    weights have nothing to do with PSUs.  ρ = Σνx(δ - δ₀)/((1 + a/Σν) Σνx²), a being the mean of `alone`: it is shrunk
    as a single area's δ - 1 is.  δ₀ = (a + Σνδ)/(a + Σν) over the areas in which each interview is a PSU, else 1.
    d₀ = 2/τ², where τ² is the variance of δ/δ̄_d beyond 2/ν.  The df are d₀ + χ, at most Σχ.  If fewer than three areas
    have ν > 0, the result is that of `own_effects`.
    """
    effects = design_effects(estimate, n, n_effective)
    nu, alone, telling = effects.information, effects.alone.mean(), effects.information > 0
    if telling.sum() < FEWEST_AREAS:
        return own_effects(estimate, n, n_effective)
    n, kish = (np.broadcast_to(np.asarray(x, dtype=float), nu.shape) for x in (n, n_effective))
    clustered = kish * np.maximum(1 / (np.maximum(estimate.df, 0.0) + 1) - 1 / n, 0.0)
    league = _expected_effects(effects.value, nu, alone, np.where(clustered > ALIKE, clustered, 0.0))
    _, excess = _random_effects((effects.value / league)[telling], 2 / nu[telling], relative=True)
    league_df = np.inf if excess <= ALIKE else max(2 / excess, FEWEST_DF)
    moderated = _drawn(effects.value, nu, effects.df, league, league_df, cap=effects.df.sum())
    return moderated._replace(value=np.maximum(moderated.value, 1.0))


def _expected_effects(effect, nu, alone: float, x: np.ndarray) -> np.ndarray:
    """δ̄_d (k,) of `moderate_effects`."""
    persons = ~(x > 0)
    base = (alone + nu[persons] @ effect[persons]) / (alone + nu[persons].sum()) if persons.any() else 1.0
    squares = nu @ x**2
    if not squares > 0:
        return np.full(x.shape, base)
    rho = (nu * x) @ (effect - base) / ((1 + alone / nu.sum()) * squares)
    return base + np.maximum(rho, -base / (2 * x.max())) * x


def _drawn(value, weight, df, league: float | np.ndarray, league_df: float, *, cap: float) -> Moderated:
    """(d₀ league + ν value)/(d₀ + ν), with half of d₀ where value > league; its df are d₀ + df, at most `cap`."""
    drawing = league_df * np.where(value > league, DOWN, 1.0)
    part = np.zeros(value.shape) if np.isinf(league_df) else weight / (drawing + weight)
    return Moderated(league + part * (value - league), np.minimum(drawing + df, cap), league, float(league_df))


def _random_effects(values, noise, *, relative: bool = False) -> tuple[float, float]:
    """The centre c of values v (k,) with variances noise + τ², and an upper limit of τ².  Paule & Mandel (1982).

    τ² solves Σ (v - c)²/(noise + τ²) = χ², where c is the mean weighted by 1/(noise + τ²).  Instead of its mean k - 1,
    χ² is the value that χ²(k - 1) falls below with probability 10 %: at a larger τ², values as alike as these would be
    rarer than that.  relative: τ² is that of v/c.
    """
    expected = scipy.special.chdtri(len(values) - 1, SURELY)

    def centre(excess):
        return np.average(values, weights=1 / (noise + excess))

    def left(excess):
        scale = centre(excess) if relative else 1.0
        return np.sum(((values - centre(excess)) / scale) ** 2 / (noise + excess)) - expected

    if left(0.0) <= 0:
        return centre(0.0), 0.0
    high = 1.0
    while left(high) > 0 and high < WIDEST:
        high *= 4
    excess = scipy.optimize.brentq(left, 0.0, high) if left(high) <= 0 else high
    return centre(excess), excess


def _trigamma_inverse(value: float) -> float:
    """x with ψ′(x) = value."""
    if value >= WIDEST:
        return value**-0.5
    end = np.log(WIDEST)
    return float(
        np.exp(scipy.optimize.brentq(lambda u: np.log(scipy.special.polygamma(1, np.exp(u)) / value), -end, end))
    )
