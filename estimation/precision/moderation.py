"""Variances and design effects of many small areas, which lend each other strength as far as the areas are alike.

Smyth (2004, Statistical Applications in Genetics and Molecular Biology 3:3): how many df the league is worth to an area
is estimated, from how much more the areas' variances differ than their own df explain.
"""

from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq
from scipy.special import chdtri, digamma, polygamma

from estimation.columns.ties import onto_ends
from estimation.estimators.estimates import Estimate

FEWEST_AREAS = 3  # from which anything is learnt about how alike areas are
FEWEST_DF = 1.0  # that a league is worth to each of its areas, so that no variance is 0
ALONE = 50.0  # df that "answers are independent" is worth to a design effect where each interview is a PSU
SURELY = 0.9  # variances are taken to differ by as much as a league that differs less shows with this chance
DOWN = 0.5  # of the league's weight where it draws a variance down: one too small is an error, one too large is width
ALIKE = 1e-9  # an excess of variance that is none
WIDEST = 1e8  # trigamma is inverted between 1/WIDEST and WIDEST


class Moderated(NamedTuple):
    """Moderated variances or design effects (k,), their df (k,); the league's own value and its weight in df."""

    value: np.ndarray
    df: np.ndarray
    league: float
    league_df: float

    def select(self, at) -> "Moderated":
        """Those at these places (k',)."""
        return self._replace(value=self.value[at], df=self.df[at])


def moderate(variance, df) -> Moderated:
    """s̃²_d = (d₀ s₀² + ν_d s²_d)/(d₀ + ν_d), with d₀ + ν_d df but at most Σν.  Smyth (2004), section 6.2 and (3);
    ours is that a variance above s₀² is drawn down by d₀/2 only.

    True variances are taken for s₀² d₀/χ²(d₀): e_d = log s²_d - ψ(ν_d/2) + log(ν_d/2) then has the mean
    log s₀² - ψ(d₀/2) + log(d₀/2) and the variance ψ′(ν_d/2) + ψ′(d₀/2).  Areas with s² = 0 or ν = 0 teach nothing about
    either and take s₀²: equal answers say that a variance is small, not how small.  With fewer than three others s₀² is
    Σνs²/Σν and d₀ = 1.  A few areas more mixed than all others widen the prior less than they should, and theirs are
    the variances drawn down: so ψ′(d₀/2) is taken as large as it may be (`_random_effects`).
    """
    s2, known = np.broadcast_arrays(np.asarray(variance, dtype=float), np.asarray(df, dtype=float))
    df = np.minimum(known, WIDEST)
    telling = (s2 > 0) & (df > 0)
    nu, league_df = df[telling], FEWEST_DF
    if telling.sum() < FEWEST_AREAS:
        league = np.average(s2[telling], weights=nu) if telling.any() else s2.mean()
    else:
        logs = np.log(s2[telling]) - digamma(nu / 2) + np.log(nu / 2)
        centre, excess = _random_effects(logs, polygamma(1, nu / 2))
        league_df = np.inf if excess <= ALIKE else max(2 * _trigamma_inverse(excess), FEWEST_DF)
        league = np.exp(centre + (0 if np.isinf(league_df) else digamma(league_df / 2) - np.log(league_df / 2)))
    moderated = _drawn(s2, np.where(telling, df, 0.0), df, league, league_df, cap=max(df.sum(), FEWEST_DF))
    return moderated._replace(df=np.where(np.isinf(known), np.inf, moderated.df))


class Effects(NamedTuple):
    """Design effects δ of shares against Kish's n as the design gives them, and what is known of them; (k,) each.

    information  ν, the df that δ is worth;  df: χ, that of the clusters alone;  alone: df that δ = 1 is worth a priori
    """

    value: np.ndarray
    information: np.ndarray
    df: np.ndarray
    alone: np.ndarray


def design_effects(estimate: Estimate, n, n_effective) -> Effects:
    """δ_d = V n_K (n-1)/n / (p(1-p)), n interviews, n_K = n/D Kish's effective number; 1 for a simple random sample.

    Noise moves δ: by 2/χ, 1/χ = 1/df - 1/(n-1), where PSUs of independent answers differ by chance; by (D²-1)(1-2p)²/x
    where few rarer answers, x = n min(p, 1-p), carry unequal weights; and a single rarer answer tells nothing of it.
    So ν = (1 - 1/x)/(1/χ + (D²-1)(1-2p)²/2x).  That δ = 1 counts `ALONE`/m² df, m = n/(df+1) interviews a PSU: clusters
    of m can raise it by (m-1)ρ.
    """
    p, df = onto_ends(estimate.value), estimate.df
    n, kish = (np.broadcast_to(np.asarray(x, dtype=float), p.shape) for x in (n, n_effective))
    inside = (p > 0) & (p < 1) & (n > 1)
    effect = np.ones(p.shape)
    np.divide(estimate.variance * kish * (n - 1) / n, p * (1 - p), out=effect, where=inside)
    df = np.clip(df, 0.0, np.maximum(n - 1, 0.0))
    left = 1 / np.maximum(df, 1 / WIDEST) - 1 / np.maximum(n - 1, 1 / WIDEST)
    chi = np.where(df > 0, 1 / np.maximum(left, 1 / WIDEST), 0.0)
    rarer = np.where(inside, n * np.minimum(p, 1 - p), 1.0)
    noise = np.divide(1, chi, out=np.full(p.shape, np.inf), where=chi > 0)
    noise = noise + ((n / kish) ** 2 - 1) * (1 - 2 * p) ** 2 / (2 * rarer)
    return Effects(effect, np.maximum(1 - 1 / rarer, 0) / noise, chi, ALONE * ((df + 1) / n) ** 2)


def own_effects(estimate: Estimate, n, n_effective) -> Moderated:
    """Each share's δ by itself, drawn to 1 by `alone` df, and never below 1; see `design_effects`."""
    found = design_effects(estimate, n, n_effective)
    part = found.information / (found.alone + found.information)
    df = np.where(found.df > 0, found.alone + found.df, np.where(found.alone >= ALONE, ALONE, 0.0))
    return Moderated(np.maximum(1 + part * (found.value - 1), 1.0), df, 1.0, float(np.mean(found.alone)))


def moderate_effects(estimate: Estimate, n, n_effective) -> Moderated:
    """A league's design effects against Kish's n: (d₀ δ̄ + ν δ)/(d₀ + ν), d₀/2 where δ > δ̄; never below 1.

    δ and ν as in `design_effects`.  δ̄ = (a + Σνδ)/(a + Σν), a the mean of `alone`: the league is drawn to 1 as an area
    by itself is.  d₀ = 2/τ², τ² what δ/δ̄ vary beyond 2/ν.  df: d₀ + χ, at most Σχ.  Fewer than three areas that tell
    anything stand by themselves.
    """
    found = design_effects(estimate, n, n_effective)
    nu, alone, telling = found.information, found.alone.mean(), found.information > 0
    if telling.sum() < FEWEST_AREAS:
        return own_effects(estimate, n, n_effective)
    _, excess = _random_effects(found.value[telling], 2 / nu[telling], relative=True)
    league_df = np.inf if excess <= ALIKE else max(2 / excess, FEWEST_DF)
    league = (alone + nu @ found.value) / (alone + nu.sum())
    moderated = _drawn(found.value, nu, found.df, league, league_df, cap=found.df.sum())
    return moderated._replace(value=np.maximum(moderated.value, 1.0))


def _drawn(own, weight, df, league: float, league_df: float, *, cap: float) -> Moderated:
    """(d₀ league + ν own)/(d₀ + ν), half of d₀ where own is the larger; and d₀ + df at most `cap`."""
    drawing = league_df * np.where(own > league, DOWN, 1.0)
    part = np.zeros(own.shape) if np.isinf(league_df) else weight / (drawing + weight)
    return Moderated(league + part * (own - league), np.minimum(drawing + df, cap), float(league), float(league_df))


def _random_effects(values, noise, *, relative: bool = False) -> tuple[float, float]:
    """The centre c of values (k,) with variances noise + τ², and τ²; relative: of values/c.  Paule & Mandel (1982).

    τ² solves Σ (v - c)²/(noise + τ²) = χ², c the mean weighted by 1/(noise + τ²); χ² is not its mean k - 1 but what
    chance falls below in 10 %: the largest τ² at which values as alike as these still come up.
    """
    expected = chdtri(len(values) - 1, SURELY)

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
    excess = brentq(left, 0.0, high) if left(high) <= 0 else high
    return centre(excess), excess


def _trigamma_inverse(value: float) -> float:
    """x with ψ′(x) = value."""
    if value >= WIDEST:
        return value**-0.5
    return float(np.exp(brentq(lambda u: np.log(polygamma(1, np.exp(u)) / value), -np.log(WIDEST), np.log(WIDEST))))
