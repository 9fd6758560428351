"""The empirical-Bayes posterior of true values and ranks: the probability that an area fell, or is among the last."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy
from numpy.typing import ArrayLike

from estimation.changes.movement import chunks, cross_diagonal, equalized_waves, in_one_order, rank_rows
from estimation.changes.spread import League, fit_league, inverse, learnt_variances, root, weighted_mean
from estimation.columns.matrices import Matrix
from estimation.columns.ties import equalized, scale_of
from estimation.estimators.estimates import Estimate
from words import Fault


@dataclass(frozen=True, eq=False)
class TripleGoal:
    """Posterior draws summarised for three goals: each value, the ranks, and the shape of the league; arrays (p,).

    mean, sd       of the draws; the mean is the best estimate of a single area's value
    constrained    mean of the means + √(1 + mean sd²/var mean) (mean - mean of the means), which vary as much as the
                   true values
    ensemble       the (2 rank - 1)/(2p) quantile of all draws: values in the order of `rank` with the league's shape
    expected_rank  r̄_j, the mean of the ranks in the draws
    rank           the rank of r̄_j, 1 = best
    """

    mean: np.ndarray
    sd: np.ndarray
    constrained: np.ndarray
    ensemble: np.ndarray
    expected_rank: np.ndarray
    rank: np.ndarray


@dataclass(frozen=True, eq=False)
class WavePosterior:
    """The posterior of one wave: probabilities from a model, without a guaranteed error rate.

    goals        summaries of the true values
    p_last (p,)  P(among the last k), that is, at least p - k areas are truly better
    league       what the estimates say about μ and Τ, and whether the model fits (`league.fit.fits`)
    """

    names: tuple
    goals: TripleGoal
    p_last: np.ndarray
    k: int
    league: League

    def to_frame(self) -> pd.DataFrame:
        """A table with one row per name, the columns of `TripleGoal`, and p_last."""
        columns = {**vars(self.goals), "p_last": self.p_last}
        return pd.DataFrame(columns, index=pd.Index(self.names, name="name"))


@dataclass(frozen=True, eq=False)
class ShiftPosterior:
    """The posterior of two waves and of the change between them, without a guaranteed error rate; arrays (p,).

    names           the areas, in the order of the earlier wave
    before, after   each wave
    change, change_sd           mean and standard deviation of θ_2 - θ_1
    p_score_worse               P(θ_2 is worse than θ_1)
    p_rank_worse, p_rank_better P(r_2 > r_1) and P(r_2 < r_1)
    p_last_both                 P(among the last k in both waves)
    """

    names: tuple
    before: WavePosterior
    after: WavePosterior
    change: np.ndarray
    change_sd: np.ndarray
    p_score_worse: np.ndarray
    p_rank_worse: np.ndarray
    p_rank_better: np.ndarray
    p_last_both: np.ndarray
    k: int
    league: League

    @property
    def places(self) -> np.ndarray:
        """The expected number of places gained, r_1 - r_2 (p,), positive for a rise."""
        return self.before.goals.expected_rank - self.after.goals.expected_rank

    def to_frame(self) -> pd.DataFrame:
        """A table with one row per name: change, change_sd, the probabilities, places, and p_last of each wave."""
        names = ("change", "change_sd", "p_score_worse", "p_rank_worse", "p_rank_better", "places", "p_last_both")
        columns = {name: getattr(self, name) for name in names}
        columns |= {"p_last_before": self.before.p_last, "p_last_after": self.after.p_last}
        return pd.DataFrame(columns, index=pd.Index(self.names, name="name"))


def wave_posterior(
    estimate: Estimate, *, k: int, rng: np.random.Generator, largest_is_best: bool = True, draws: int = 4_000
) -> WavePosterior:
    """The posterior of one wave: θ_j ~ N(μ, τ²), e_j ~ N(θ_j, v_j), with independent areas.

    k: how many areas count as the last.  The draws are made, and the remarks apply, as in `shift_posterior`.  The model
    is that of Fay & Herriot (1979, JASA 74:269) without covariates.
    """
    _check_last(k, len(estimate.names))
    e = equalized(estimate.value, scale=scale_of(estimate.value, estimate.se))[:, None]
    v = estimate.variance[:, None, None]
    league = fit_league(e, v, rng=rng)
    theta = posterior_draws(e, v, league, draws=draws, rng=rng)
    counts = _RankCounts.of(theta, k, largest_is_best)
    return _waves(estimate.names, theta, counts, league, largest_is_best)[0]


def shift_posterior(
    before: Estimate,
    after: Estimate,
    *,
    cross: Matrix | str,
    k: int,
    rng: np.random.Generator,
    largest_is_best: bool = True,
    draws: int = 4_000,
) -> ShiftPosterior:
    """The joint posterior of two waves: (θ_1j, θ_2j) ~ N(μ, Τ), e_j ~ N(θ_j, V_j), with independent areas.

    cross   as in `change`; only the covariance of each area with itself is used
    k       how many areas count as the last
    In each draw Τ is from its posterior (`fit_league`), μ | Τ ~ N(μ̂, (ΣW_j)⁻¹), and
    θ_j = μ + B_j(e_j - μ) + N(0, B_j V_j), B_j = Τ(Τ + V_j)⁻¹; a value without sampling error equals its estimate.
    A rank is 1 + the number of areas that are truly better.  Standard errors are treated as known: use smoothed ones.
    The probabilities are right on average over leagues like those of the model.  "P > 0.95" is not a test: where
    almost nothing changes, a list of such areas claims more change than there is.
    """
    after, cross = in_one_order(before, after, cross)
    _check_last(k, len(before.names))
    e = equalized_waves(before, after).T
    v = np.zeros((len(e), 2, 2))
    v[:, 0, 0], v[:, 1, 1] = before.variance, after.variance
    v[:, 0, 1] = v[:, 1, 0] = cross_diagonal(before, after, cross)
    league = fit_league(e, v, rng=rng)
    theta = posterior_draws(e, v, league, draws=draws, rng=rng)
    counts = _RankCounts.of(theta, k, largest_is_best)
    earlier, later = _waves(before.names, theta, counts, league, largest_is_best)
    change = theta[1] - theta[0]
    worse = (change < 0 if largest_is_best else change > 0).mean(axis=0)
    shares = (counts.worse, counts.better, counts.last_both)
    return ShiftPosterior(
        before.names, earlier, later, change.mean(axis=0), change.std(axis=0, ddof=1), worse, *shares, k, league
    )


def posterior_draws(
    e: np.ndarray, v: np.ndarray, league: League, *, draws: int, rng: np.random.Generator
) -> np.ndarray:
    """θ (d,draws,p) given estimates e (p,d) and covariances v (p,d,d), by the formula in `shift_posterior`."""
    p, d = e.shape
    theta, start, learnt = np.empty((d, draws, p)), 0, learnt_variances(v)
    counts = _counts(league.weight, draws, rng)
    for part in chunks(len(counts), 16 * p):
        spread = league.spreads[part, None]
        mean, total = weighted_mean(e, inverse(spread + learnt))
        b = spread @ inverse(spread + v)
        mean_part, lower = np.moveaxis(np.eye(d) - b, 1, 3), np.moveaxis(root(b @ v), 1, 3)
        estimate_part, mean_root = np.einsum("mjab,jb->maj", b, e), root(inverse(total))
        for m, count in enumerate(counts[part]):
            mu = mean[m, :, None] + mean_root[m] @ rng.standard_normal((d, count))
            noise = _times(lower[m], rng.standard_normal((d, count, p)))
            theta[:, start : start + count] = estimate_part[m, :, None] + mu.T @ mean_part[m] + noise
            start += count
    certain = np.einsum("jaa->aj", v) == 0
    return np.where(certain[:, None, :], e.T[:, None, :], theta) if certain.any() else theta


def triple_goal(draws: ArrayLike, *, largest_is_best: bool = True) -> TripleGoal:
    """Triple-goal estimates from draws (B,p) of the true values of p areas.  Shen & Louis (1998), JRSS-B 60:455.

    Variances have the divisor B - 1 (p - 1 between areas), and quantiles interpolate linearly (R's type 7).  Areas with
    the same expected rank share the middle quantile.
    """
    draws = np.asarray(draws, dtype=float)
    expected = np.zeros(draws.shape[1])
    for rows in chunks(*draws.shape):
        expected += rank_rows(-draws[rows] if largest_is_best else draws[rows]).sum(axis=0)
    return _triple_goal(draws, expected / len(draws), largest_is_best)


def _triple_goal(draws, expected_rank, largest_is_best: bool) -> TripleGoal:
    mean, variance = draws.mean(axis=0), draws.var(axis=0, ddof=1)
    between = mean.var(ddof=1)
    stretch = np.sqrt(1 + variance.mean() / between) if between > 0 else 1.0
    middle = scipy.stats.rankdata(-expected_rank if largest_is_best else expected_rank)
    ordered = np.sort(draws, axis=None)
    at = (2 * middle - 1) / (2 * len(mean)) * (draws.size - 1)
    below = at.astype(int)
    ensemble = ordered[below] + (at - below) * (ordered[np.minimum(below + 1, draws.size - 1)] - ordered[below])
    rank = scipy.stats.rankdata(expected_rank, method="min").astype(int)
    constrained = mean.mean() + stretch * (mean - mean.mean())
    return TripleGoal(mean, np.sqrt(variance), constrained, ensemble, expected_rank, rank)


@dataclass(frozen=True, eq=False)
class _RankCounts:
    """Means over the draws: the rank (expected) and being among the last k (last) of each wave (d,p); and for two waves
    being among the last in both (last_both), and a worse or better rank in the second (p,)."""

    k: int
    expected: np.ndarray
    last: np.ndarray
    last_both: np.ndarray
    worse: np.ndarray
    better: np.ndarray

    @classmethod
    def of(cls, theta: np.ndarray, k: int, largest_is_best: bool) -> "_RankCounts":
        d, draws, p = theta.shape
        expected, last, last_both, worse, better = np.zeros((d, p)), np.zeros((d, p)), *np.zeros((3, p))
        for rows in chunks(draws, p):
            rank = [rank_rows(-wave[rows] if largest_is_best else wave[rows]) for wave in theta]
            among = [r > p - k for r in rank]
            expected += [r.sum(axis=0) for r in rank]
            last += [a.sum(axis=0) for a in among]
            last_both += (among[0] & among[-1]).sum(axis=0)
            worse += (rank[-1] > rank[0]).sum(axis=0)
            better += (rank[-1] < rank[0]).sum(axis=0)
        return cls(k, *(total / draws for total in (expected, last, last_both, worse, better)))


def _waves(names, theta, counts: _RankCounts, league: League, largest_is_best: bool) -> list[WavePosterior]:
    return [
        WavePosterior(names, _triple_goal(wave, expected, largest_is_best), last, counts.k, league)
        for wave, expected, last in zip(theta, counts.expected, counts.last, strict=True)
    ]


def _counts(weight, draws: int, rng: np.random.Generator) -> np.ndarray:
    """How many of `draws` each weighted Τ receives (m,), by systematic resampling: within one of weight × draws."""
    cumulative = np.minimum(np.floor(np.cumsum(weight) * draws + rng.random()), draws).astype(int)
    cumulative[-1] = draws
    return np.diff(cumulative, prepend=0)


def _times(lower, z) -> np.ndarray:
    """L_j z_j (d,B,p) for lower triangular L_j, given as (d,d,p), and z (d,B,p)."""
    return np.stack([sum(lower[a, b] * z[b] for b in range(a + 1)) for a in range(len(z))])


def _check_last(k: int, p: int) -> None:
    if p < 2:
        raise Fault(key="posterior.one_area")
    if k not in range(1, p):
        raise Fault(key="posterior.last", found=k, most=p - 1)
