"""Interviewers as a source of variance: their correlation, told where they share areas' numbers at random, and added.

Every answer an interviewer takes carries what is the interviewer's own: y_i = θ_d + σ_d β_j + e_i for i rung by j in
area d, Var β = θ, Var e = σ_d².  The intra-interviewer correlation is ρ = θ/(1 + θ).  Kish (1962), JASA 57:92.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations

import numpy as np
import scipy.sparse as sp
from scipy.special import gammaincinv

from estimation.columns.codes import occurring_pairs
from estimation.columns.columns import column_codes
from estimation.estimators.design import Design
from estimation.estimators.domains import domain_codes
from estimation.estimators.estimates import SPARSE_FROM, Estimate, number_columns

PRIOR = 30.0  # answers' worth of the whole league mixed into each area's variance within interviewers


@dataclass(frozen=True, eq=False)
class Contrasts:
    """What the answers of areas with two interviewers or more say of J interviewers: z (J,) = √θ L β + noise.

    people (J,): who they are;  L (J,J) sparse;  noise: its covariance N (J,J) sparse
    """

    people: tuple
    z: np.ndarray
    effect: sp.csr_array
    noise: sp.csr_array

    @cached_property
    def between(self) -> float:
        """Q = z'z."""
        return float(self.z @ self.z)

    @cached_property
    def within(self) -> float:
        """tr N, E[Q] without interviewers' effects; 0 where everybody answered the same."""
        return float(self.noise.trace())

    @cached_property
    def signal(self) -> sp.csr_array:
        """LL'."""
        return sp.csr_array(self.effect @ self.effect.T)

    @cached_property
    def lever(self) -> float:
        """A = tr LL': E[Q] = θA + tr N; 0 where nothing can be known."""
        return float(self.signal.trace()) if self.within > 0 else 0.0

    @cached_property
    def theta(self) -> float:
        """θ = max(0, Q - tr N)/A, 0 where nothing is known."""
        return max(0.0, self.between - self.within) / self.lever if self.lever else 0.0

    @cached_property
    def variance(self) -> sp.csr_array:
        """The covariance of z (J,J)."""
        return sp.csr_array(self.theta * self.signal + self.noise)

    @cached_property
    def df(self) -> float:
        """2 E[Q]²/Var(Q), normal effects."""
        squares = self.variance.multiply(self.variance).sum()
        return float(self.variance.trace() ** 2 / squares) if squares else 0.0

    def places(self, people) -> list[int]:
        """Where some of them stand."""
        place = {name: j for j, name in enumerate(self.people)}
        return [place[name] for name in people]


@dataclass(frozen=True, eq=False)
class InterviewerVariance:
    """What interviewers add to the variance of k areas' means, and how well it is known.

    names (k,), share W_dj (k,J) sparse: area d's weight that j has;  spread σ_d (k,): drawn to the league's
    contrasts: what ρ is known by;  told: how many areas have two interviewers or more;  alone: the areas with one
    """

    names: tuple
    share: sp.csr_array
    spread: np.ndarray
    contrasts: Contrasts
    told: int
    alone: tuple

    @property
    def known(self) -> bool:
        """Does any area have two interviewers, and answers that vary?  Else nothing can be said."""
        return self.contrasts.lever > 0

    @property
    def interviewers(self) -> int:
        """J."""
        return len(self.contrasts.people)

    @property
    def df(self) -> float:
        """Degrees of freedom that ρ is known by."""
        return self.contrasts.df

    @property
    def uncut(self) -> float:
        """ρ by the moment estimator, which may be below 0."""
        theta = (self.contrasts.between - self.contrasts.within) / self.contrasts.lever
        return theta / (1 + theta)

    @property
    def theta(self) -> float:
        """θ, never below 0; 0 where nothing is known."""
        return self.contrasts.theta

    @property
    def rho(self) -> float:
        """ρ = θ/(1 + θ), never below 0."""
        return self.theta / (1 + self.theta)

    def limits(self, level: float = 0.95) -> tuple[float, float]:
        """Limits of ρ, Q/(tr N + Aθ) taken as χ²(df)/df: Searle, Casella & McCulloch (1992), 3.5, for one area."""
        tail, c = (1 - level) / 2, self.contrasts
        parts = [2 * gammaincinv(self.df / 2, q) / self.df for q in (1 - tail, tail)]
        low, high = (max(0.0, c.between / part - c.within) / c.lever for part in parts)
        return low / (1 + low), high / (1 + high)

    @cached_property
    def loading(self) -> sp.csr_array:
        """σ_d W_dj (k,J): θ times its square is the covariance that interviewers add."""
        return sp.csr_array(sp.diags_array(self.spread) @ self.share)

    @cached_property
    def covariance(self):
        """θ σ_d σ_e Σ_j W_dj W_ej (k,k), sparse only for many areas."""
        added = self.theta * (self.loading @ self.loading.T)
        return added if len(self.names) >= SPARSE_FROM else added.toarray()

    def added_to(self, estimate: Estimate) -> Estimate:
        """The estimate of the same areas with V_d + θ σ_d² Σ_j W_dj², their covariances, and the df of both parts.

        df_d = V_d²/(V_sd²/df_sd + (κ_d max(Q, tr N))²/df_Q), κ_d = σ_d² Σ_j W_dj²/A: Satterthwaite's, V_d being
        linear in Q.  Where Q is cut at tr N and nothing is added, its df stay: what few interviewers did not show
        may be there.
        """
        if not self.known:
            return estimate
        own = self.select(estimate.names)
        total = estimate.variance + own.variance
        c = self.contrasts
        part = own.squares / c.lever * max(c.between, c.within)
        spread = estimate.variance**2 / np.maximum(estimate.df, 1.0) + part**2 / c.df
        df = np.divide(total**2, spread, out=np.full(len(total), np.inf), where=spread > 0)
        df = np.where(estimate.df < 1, estimate.df, np.clip(df, 1.0, estimate.df))
        covariance = estimate.covariance
        if sp.issparse(covariance) and not sp.issparse(own.covariance):
            covariance = covariance.toarray()
        return Estimate(estimate.names, estimate.value, covariance + own.covariance, df, estimate.flags, estimate.law)

    def with_later(self, later: "InterviewerVariance", lasting: float):
        """r √(θ_1 θ_2) σ_1d σ_2e Σ_j W_1dj W_2ej (k,k'), the covariance with a later wave; r: `lasting_correlation`."""
        there = set(later.contrasts.people)
        both = [name for name in self.contrasts.people if name in there]
        one, two = self.contrasts.places(both), later.contrasts.places(both)
        shared = self.loading[:, one] @ later.loading[:, two].T
        return lasting * np.sqrt(self.theta * later.theta) * shared

    def deff(self, n) -> np.ndarray:
        """1 + θ n_d Σ_j W_dj² (k,): Kish's 1 + ρ(m - 1) of n answers (k,) nearly, an upper limit of it."""
        return 1 + self.theta * n * np.asarray(self.share.multiply(self.share).sum(axis=1)).ravel()

    @property
    def variance(self) -> np.ndarray:
        """θ σ_d² Σ_j W_dj² (k,), what is added."""
        return self.theta * self.squares

    @property
    def se(self) -> np.ndarray:
        """The interviewers' part of the standard errors (k,)."""
        return np.sqrt(self.variance)

    @property
    def working(self) -> np.ndarray:
        """How many interviewers rang in each area (k,)."""
        return np.diff(self.share.indptr)

    def pooled(self, weights, name) -> "InterviewerVariance":
        """The same for the mean of the areas with these weights (k,), summing to 1: what is added to everybody's."""
        spread = np.sqrt(weights @ self.spread**2)
        share = sp.csr_array(np.asarray(weights)[None, :] @ self.loading) / spread
        return replace(self, names=(name,), share=share, spread=np.array([spread]))

    @cached_property
    def squares(self) -> np.ndarray:
        """σ_d² Σ_j W_dj² (k,)."""
        return np.asarray(self.loading.multiply(self.loading).sum(axis=1)).ravel()

    def select(self, names) -> "InterviewerVariance":
        """The same for some of the areas."""
        position = {name: j for j, name in enumerate(self.names)}
        at = np.array([position[name] for name in names], dtype=int)
        return replace(self, names=tuple(names), share=self.share[at], spread=self.spread[at])


def interviewer_variance(values, area, interviewer, design: Design) -> InterviewerVariance:
    """ρ pooled over areas whose numbers two or more interviewers share at random, and what it adds to every area.

    values (n,) with NaN for no answer (linearised ones of any indicator), area (n,), interviewer (n,)

        t_dj = Σ_{i in d,j} w_i (y_i - ȳ_d),   Σ_i w_i² = Σ_i w_i in d          an area's weights sum to Kish's n
        Q    = Σ_j (Σ_d t_dj)²/m_j,            m_j = Σ_d w_dj                   areas with two interviewers or more
        θ    = (Q - tr(D⁻¹ N))/tr(D⁻¹ M M),    D = diag(m), M = Σ_d σ_d (diag(w_d.) - w_d. w_d.'/w_d)

    N: the covariance of Σ_d t_dj without interviewers, from s_d², the mean square within them; σ_d² is s_d² drawn to
    the league's by `PRIOR` answers.  One area: (MSB - MSW)/(n_0 MSW), the analysis of variance of unequal groups.
    Without effects the expectation of Q is that of sharing the numbers out anew, whatever the areas' clusters.
    Areas are added before they are divided: a ratio an area would be small where an interviewer made the answers vary.
    df = 2 E[Q]²/Var(Q), normal effects.
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
    square, spread = _within(y, w, cell, d, weight, squared)
    shape = (k, len(working))
    share = sp.csr_array((weight / size[d], (d, j)), shape=shape)
    two = np.bincount(d) > 1
    centre = np.bincount(codes, w * y) / size
    residual, told = np.bincount(cell, w * (y - centre[codes])), two[d]
    cells = (values[told] for values in (residual, d, j, weight, squared))
    contrasts = _contrasts(tuple(people[working]), *cells, square, spread)
    alone = tuple(name for name, many in zip(names, two, strict=True) if not many)
    return InterviewerVariance(names, share, spread, contrasts, int(two.sum()), alone)


def lasting_correlation(waves: Sequence[InterviewerVariance]) -> float:
    """r, how far interviewers' effects in one wave are theirs in another, less its standard error, within 0..1.

    z_s'z_t over those in both has expectation r √(θ_s θ_t) tr(L_s L_t') where the waves ask other people, and variance
    tr(V_s V_t) + r² θ_s θ_t tr(L_s L_t' L_s L_t'), here at r = 1.  Sums over all pairs of waves, their errors added
    up as if they went together.  Less its error, because what is taken to last makes a change look more certain.
    """
    seen = lever = error = 0.0
    for one, two in combinations([wave.contrasts for wave in waves], 2):
        there = set(two.people)
        both = [name for name in one.people if name in there]
        at, to = one.places(both), two.places(both)
        scale, shared = np.sqrt(one.theta * two.theta), one.effect[at][:, at] @ two.effect[to][:, to].T
        seen += float(one.z[at] @ two.z[to])
        lever += scale * shared.trace()
        spread = one.variance[at][:, at].multiply(two.variance[to][:, to]).sum()
        error += np.sqrt(spread + scale**2 * shared.multiply(shared.T).sum())
    return float(np.clip((seen - error) / lever, 0.0, 1.0)) if lever > 0 else 0.0


def _within(y, w, cell, d, weight, squared) -> tuple[np.ndarray, np.ndarray]:
    """s_d² (k,): the mean square within interviewers, and σ_d: its root when drawn to the league's.

    s_d² = Σ w (y - ȳ_dj)²/(Σ_j w_dj - Σw²/w_dj).
    """
    centre = np.bincount(cell, w * y) / weight
    squares = np.bincount(d, np.bincount(cell, w * (y - centre[cell]) ** 2))
    free = np.bincount(d, weight - squared / weight)
    free = np.where(free > FREE, free, 0.0)
    square = np.divide(squares, free, out=np.zeros(len(free)), where=free > 0)
    league = squares.sum() / free.sum() if free.sum() else 0.0
    spread = np.sqrt((free * square + PRIOR * league) / (free + PRIOR))
    return square, np.where(spread > 0, spread, 1.0)


FREE = 1e-9  # answers left over in an area whose interviewers have one each: rounding


def _contrasts(people, t, d, j, weight, squared, square, spread) -> Contrasts:
    """z = D^-½ Σ_d t_d, L = D^-½ M and D^-½ N D^-½ from the cells of areas with two interviewers or more."""
    shape = (len(square), len(people))
    m = np.bincount(j, weight, minlength=shape[1])
    root = np.sqrt(np.divide(1.0, m, out=np.zeros(len(m)), where=m > 0))
    size, squares = np.bincount(d, weight, minlength=shape[0]), np.bincount(d, squared, minlength=shape[0])
    over = np.divide(1.0, size, out=np.zeros(len(size)), where=size > 0)
    w, q = (sp.csr_array((values, (d, j)), shape=shape) for values in (weight, squared))
    signal = _diagonal(j, weight * spread[d], shape) - w.T @ sp.diags_array(spread * over) @ w
    crossed = q.T @ sp.diags_array(square * over) @ w
    noise = _diagonal(j, squared * square[d], shape) - crossed - crossed.T
    noise = noise + w.T @ sp.diags_array(square * squares * over**2) @ w
    scale = sp.diags_array(root)
    effect, noise = sp.csr_array(scale @ signal), sp.csr_array(scale @ noise @ scale)
    return Contrasts(people, root * np.bincount(j, t, minlength=shape[1]), effect, noise)


def _diagonal(j, values, shape):
    return sp.diags_array(np.bincount(j, values, minlength=shape[1]).astype(float))
