"""Interviewers as a source of variance: estimated where they share areas' numbers at random, and added to the errors.

Every answer bears the mark of the interviewer who took it: y_i = θ_d + σ_d β_j + e_i for person i in area d called by
interviewer j, with Var β = θ and Var e = σ_d².  The intra-interviewer correlation is ρ = θ/(1 + θ).  Kish (1962),
JASA 57:92.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations

import numpy as np
import scipy
from numpy.typing import ArrayLike

from estimation.columns.codes import occurring_pairs
from estimation.columns.columns import column_codes
from estimation.estimators.design import Design
from estimation.estimators.domains import domain_codes
from estimation.estimators.estimates import SPARSE_FROM, Estimate
from estimation.estimators.laws import InterviewersLaw, SamplingLaw
from estimation.estimators.means import number_columns
from estimation.precision.interviewer_contrasts import Contrasts, contrasts_of

PRIOR = 30.0  # the answers that the league's variance within interviewers counts as in each area's


@dataclass(frozen=True, eq=False)
class InterviewerVariance:
    """What interviewers add to the variance of k areas' means, and how well it is known.

    names (k,)   the areas
    share (k,J)  W_dj, sparse: the part of area d's weight that interviewer j has
    spread (k,)  σ_d, shrunk towards the league's
    area_part (k,)  how far σ_d² is the area's own and not the league's: f_d/(f_d + PRIOR), f_d its df
    slope        λ, how the variance of an interviewer's answers follows their mean, pooled within areas
    contrasts    what ρ is estimated from
    shared       the number of areas with two interviewers or more
    alone        the areas with one interviewer
    """

    names: tuple
    share: scipy.sparse.csr_array
    spread: np.ndarray
    area_part: np.ndarray
    slope: float
    contrasts: Contrasts
    shared: int
    alone: tuple

    @property
    def known(self) -> bool:
        """Can ρ be estimated: does any area have two interviewers, and answers that vary?"""
        return self.contrasts.lever > 0

    @property
    def interviewers(self) -> int:
        """J, the number of interviewers."""
        return len(self.contrasts.people)

    @property
    def df(self) -> float:
        """The degrees of freedom of the estimate of ρ."""
        return self.contrasts.df

    @property
    def uncut(self) -> float:
        """ρ by the moment estimator without the bound at 0; it may be negative."""
        theta = (self.contrasts.between - self.contrasts.within) / self.contrasts.lever
        return theta / (1 + theta)

    @property
    def theta(self) -> float:
        """θ, never below 0; 0 where nothing can be known."""
        return self.contrasts.theta

    @property
    def rho(self) -> float:
        """ρ = θ/(1 + θ), never below 0."""
        return self.theta / (1 + self.theta)

    def limits(self, level: float = 0.95) -> tuple[float, float]:
        """Confidence limits of ρ, with Q/(tr N + Aθ) distributed as χ²(df)/df.

        For one area these are the limits of Searle, Casella & McCulloch (1992), 3.5.
        """
        tail, c = (1 - level) / 2, self.contrasts
        parts = [2 * scipy.special.gammaincinv(self.df / 2, q) / self.df for q in (1 - tail, tail)]
        low, high = (max(0.0, c.between / part - c.within) / c.lever for part in parts)
        return low / (1 + low), high / (1 + high)

    @cached_property
    def loading(self) -> scipy.sparse.csr_array:
        """B = (σ_d W_dj) (k,J): interviewers add the covariance θ BB'."""
        return scipy.sparse.csr_array(scipy.sparse.diags_array(self.spread) @ self.share)

    @cached_property
    def covariance(self) -> np.ndarray | scipy.sparse.sparray:
        """θ σ_d σ_e Σ_j W_dj W_ej (k,k), sparse only for many areas."""
        added = self.theta * (self.loading @ self.loading.T)
        return added if len(self.names) >= SPARSE_FROM else added.toarray()

    def added_to(self, estimate: Estimate) -> Estimate:
        """The estimate of the same areas with the interviewers' covariance added, and the df of the sum.

        V_d = V_sd + θ σ_d² Σ_j W_dj², V_sd being the estimate's variance.
        df_d = V_d²/(V_sd²/df_sd + (κ_d max(Q, tr N))²/df_Q), κ_d = σ_d² Σ_j W_dj²/A: Satterthwaite's formula, V_d
        being linear in Q.  Where Q < tr N, nothing is added to the variance, but the term with df_Q remains: an effect
        that few interviewers did not show may still exist.
        """
        if not self.known:
            return estimate
        of_areas = self.select(estimate.names)
        total = estimate.variance + of_areas.variance
        c = self.contrasts
        part = of_areas.squares / c.lever * max(c.between, c.within)
        spread = estimate.variance**2 / np.maximum(estimate.df, 1.0) + part**2 / c.df
        df = np.divide(total**2, spread, out=np.full(len(total), np.inf), where=spread > 0)
        df = np.where(estimate.df < 1, estimate.df, np.clip(df, 1.0, estimate.df))
        covariance = estimate.covariance
        if scipy.sparse.issparse(covariance) and not scipy.sparse.issparse(of_areas.covariance):
            covariance = covariance.toarray()
        covariance = covariance + of_areas.covariance
        law = estimate.law
        if isinstance(law, SamplingLaw) and not law.is_share:
            law = replace(law, interviewers=of_areas.added_law(estimate.value, law.interviews))
        return Estimate(estimate.names, estimate.value, covariance, df, estimate.flags, law)

    def added_law(self, value: np.ndarray, interviews: np.ndarray) -> InterviewersLaw:
        """What interviewers add to the law of these areas' scores (k,), made from n (k,) effective interviews."""
        cubes = np.asarray(self.share.power(3).sum(axis=1)).ravel()
        factor = self.theta * np.asarray(self.share.power(2).sum(axis=1)).ravel()
        third = 1.5 * self.theta**2 * cubes + 3 * factor / interviews
        level = self.area_part * value + (1 - self.area_part) * (interviews @ value) / interviews.sum()
        return InterviewersLaw(factor, self.spread**2, level, np.full(len(value), self.slope), third)

    def with_later(self, later: InterviewerVariance, lasting: float) -> scipy.sparse.csr_array:
        """r √(θ_1 θ_2) σ_1d σ_2e Σ_j W_1dj W_2ej (k,k'), sparse: the interviewers' covariance with a later wave.

        lasting: r, see `lasting_correlation`.
        """
        later_people = set(later.contrasts.people)
        in_both_waves = [name for name in self.contrasts.people if name in later_people]
        one, two = self.contrasts.places(in_both_waves), later.contrasts.places(in_both_waves)
        shared = self.loading[:, one] @ later.loading[:, two].T
        return lasting * np.sqrt(self.theta * later.theta) * shared

    def deff(self, n: np.ndarray) -> np.ndarray:
        """1 + θ n_d Σ_j W_dj² (k,) for n answers (k,): close to Kish's 1 + ρ(m - 1), and never below it."""
        return 1 + self.theta * n * np.asarray(self.share.multiply(self.share).sum(axis=1)).ravel()

    @property
    def variance(self) -> np.ndarray:
        """θ σ_d² Σ_j W_dj² (k,), the variance that interviewers add."""
        return self.theta * self.squares

    @property
    def se(self) -> np.ndarray:
        """The interviewers' part of the standard errors (k,)."""
        return np.sqrt(self.variance)

    @property
    def working(self) -> np.ndarray:
        """The number of interviewers who took answers in each area (k,)."""
        return np.diff(self.share.indptr)

    def pooled(self, weights: np.ndarray, name: str) -> InterviewerVariance:
        """The same for the mean of all areas with these weights (k,), which sum to 1; `name` is the mean's name."""
        spread = np.sqrt(weights @ self.spread**2)
        share = scipy.sparse.csr_array(np.asarray(weights)[None, :] @ self.loading) / spread
        return replace(self, names=(name,), share=share, spread=np.array([spread]), area_part=np.ones(1))

    @cached_property
    def squares(self) -> np.ndarray:
        """σ_d² Σ_j W_dj² (k,)."""
        return np.asarray(self.loading.multiply(self.loading).sum(axis=1)).ravel()

    def select(self, names: Sequence) -> InterviewerVariance:
        """The same for some of the areas, in the order of `names`."""
        position = {name: j for j, name in enumerate(self.names)}
        at = np.array([position[name] for name in names], dtype=int)
        return replace(
            self, names=tuple(names), share=self.share[at], spread=self.spread[at], area_part=self.area_part[at]
        )


def interviewer_variance(
    values: ArrayLike, area: ArrayLike, interviewer: ArrayLike, design: Design
) -> InterviewerVariance:
    """ρ pooled over the areas whose numbers two or more interviewers share at random, and what it adds to every area.

    values (n,)       the linearised values of any indicator, NaN for no answer
    area (n,), interviewer (n,)  of each interview

        t_dj = Σ_{i in d,j} w_i (y_i - ȳ_d),   Σ_i w_i² = Σ_i w_i in d          an area's weights sum to Kish's n
        Q    = Σ_j (Σ_d t_dj)²/m_j,            m_j = Σ_d w_dj                   areas with two interviewers or more
        θ    = (Q - tr(D⁻¹ N))/tr(D⁻¹ M M),    D = diag(m), M = Σ_d σ_d (diag(w_d.) - w_d. w_d.'/w_d)

    N is the covariance of Σ_d t_dj without interviewer effects, computed from s_d², the mean square within
    interviewers; σ_d² is s_d² shrunk towards the league's by `PRIOR` answers.  For one area θ is (MSB - MSW)/(n_0 MSW),
    the analysis of variance of unequal groups.  Without effects, Q has the expectation it has over all random
    divisions of the numbers among the interviewers, whatever the clusters of an area.  Numerators and denominators
    are added over areas before they are divided: a ratio per area would be too small where an interviewer makes the
    answers vary.  df = 2 E[Q]²/Var(Q) for normal effects.
    """
    _, y = number_columns(values, design, "mean")
    y = y[:, 0]
    codes, labels = domain_codes(area, design)
    who, people = column_codes(np.asarray(interviewer), "interviewer")
    kept = ~np.isnan(y) & (design.weight > 0)
    y, w, codes, who = y[kept], design.weight[kept], codes[kept], who[kept]
    answered, codes = np.unique(codes, return_inverse=True)
    working, who = np.unique(who, return_inverse=True)
    k, names = len(answered), tuple(labels[answered])
    w = w * (np.bincount(codes, w) / np.bincount(codes, w**2))[codes]
    cell, d, j = occurring_pairs(codes, who, k, len(working))
    weight, squared = np.bincount(cell, w), np.bincount(cell, w**2)
    size = np.bincount(d, weight)
    square, spread, area_part = _within(y, w, cell, d, weight, squared)
    shape = (k, len(working))
    share = scipy.sparse.csr_array((weight / size[d], (d, j)), shape=shape)
    has_several = np.bincount(d) > 1
    centre = np.bincount(codes, w * y) / size
    residual, in_shared_area = np.bincount(cell, w * (y - centre[codes])), has_several[d]
    cells = (values[in_shared_area] for values in (residual, d, j, weight, squared))
    contrasts = contrasts_of(tuple(people[working]), *cells, square, spread)
    alone = tuple(name for name, several in zip(names, has_several, strict=True) if not several)
    slope = _slope(y, w, cell, d, weight, squared)
    return InterviewerVariance(names, share, spread, area_part, slope, contrasts, int(has_several.sum()), alone)


def lasting_correlation(waves: Sequence[InterviewerVariance]) -> float:
    """A lower estimate of r, the correlation of interviewers' effects between waves: r̂ less its error, within 0..1.

    Where two waves interview different people, z_s'z_t over the interviewers of both has the expectation
    r √(θ_s θ_t) tr(L_s L_t') and the variance tr(V_s V_t) + r² θ_s θ_t tr(L_s L_t' L_s L_t'), here taken at r = 1.
    r̂ is the ratio of the sums over all pairs of waves; the standard errors of the pairs are added up, as if their
    errors were perfectly correlated.  The error is subtracted because a larger r makes changes look more certain.
    """
    product = lever = error = 0.0
    for one, two in combinations([wave.contrasts for wave in waves], 2):
        second_people = set(two.people)
        in_both_waves = [name for name in one.people if name in second_people]
        at, to = one.places(in_both_waves), two.places(in_both_waves)
        scale, shared = np.sqrt(one.theta * two.theta), one.effect[at][:, at] @ two.effect[to][:, to].T
        product += float(one.z[at] @ two.z[to])
        lever += scale * shared.trace()
        spread = one.variance[at][:, at].multiply(two.variance[to][:, to]).sum()
        error += np.sqrt(spread + scale**2 * shared.multiply(shared.T).sum())
    return float(np.clip((product - error) / lever, 0.0, 1.0)) if lever > 0 else 0.0


def _within(y, w, cell, d, weight, squared) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """s_d² = Σ w (y - ȳ_dj)²/Σ_j (w_dj - Σw²/w_dj) (k,), the mean square within interviewers; σ_d (k,); f_d/(f_d + 30).

    σ_d² is s_d² shrunk towards the league's; f_d is the denominator.
    """
    centre = np.bincount(cell, w * y) / weight
    squares = np.bincount(d, np.bincount(cell, w * (y - centre[cell]) ** 2))
    free = np.bincount(d, weight - squared / weight)
    free = np.where(free > FREE, free, 0.0)
    square = np.divide(squares, free, out=np.zeros(len(free)), where=free > 0)
    league = squares.sum() / free.sum() if free.sum() else 0.0
    spread = np.sqrt((free * square + PRIOR * league) / (free + PRIOR))
    return square, np.where(spread > 0, spread, 1.0), free / (free + PRIOR)


def _slope(y, w, cell, d, weight, squared) -> float:
    """λ = Σ f_dj (ȳ_dj - ȳ_d)(s_dj² - s_d²)/Σ f_dj (ȳ_dj - ȳ_d)² over interviewers j of areas d; 0 if nothing is known.

    s_dj² is the variance of the answers given to j in d, f_dj = w_dj - Σw²/w_dj its df, ȳ_d and s_d² are their means
    with the weights f_dj.
    """
    mean = np.bincount(cell, w * y) / weight
    free = weight - squared / weight
    free = np.where(free > FREE, free, 0.0)
    squares = np.bincount(cell, w * (y - mean[cell]) ** 2)
    square = np.divide(squares, free, out=np.zeros(len(free)), where=free > 0)
    free_of_area = np.maximum(np.bincount(d, free), np.finfo(float).tiny)
    from_mean = mean - (np.bincount(d, free * mean) / free_of_area)[d]
    from_square = square - (np.bincount(d, free * square) / free_of_area)[d]
    lever = free @ from_mean**2
    return float(free @ (from_mean * from_square) / lever) if lever > FREE * (free @ squares) else 0.0


FREE = 1e-9  # degrees of freedom up to this are rounding: the interviewers of such an area have one answer each
