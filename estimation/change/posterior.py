"""How likely an area really fell, or is among the last: the empirical-Bayes posterior of true values and ranks."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy

from estimation.change.movement import chunks, cross_diagonal, equalized_waves, in_one_order, rank_rows
from estimation.change.spread import League, fit_league, inverse, learnt_variances, root, weighted_mean
from estimation.columns.ties import equalized, scale_of
from estimation.estimators.estimates import Estimate
from words import Fault


@dataclass(frozen=True, eq=False)
class TripleGoal:
    """Posterior draws summed up for three goals: each value, the ranks, and the shape of the league; (p,) each.

    mean, sd: of the draws, best for one area's value
    constrained: mean of the means + √(1 + mean sd²/var mean) (mean - mean of the means), spread as the true values are
    expected_rank: r̄_j, the mean of the draws' ranks;  rank: the rank of r̄_j, 1 = best
    ensemble: the (2 rank - 1)/(2p) quantile of all draws, so that the values have the league's shape in that order
    """

    mean: np.ndarray
    sd: np.ndarray
    constrained: np.ndarray
    ensemble: np.ndarray
    expected_rank: np.ndarray
    rank: np.ndarray


@dataclass(frozen=True, eq=False)
class WavePosterior:
    """One wave after the league's spread is taken into account: model-based probabilities, no error guarantee.

    goals: `TripleGoal`;  p_last (p,): P(among the last k), i.e. at least p - k areas are truly better
    league: what was learnt of μ and Τ, and whether the model fits (`league.fit.fits`)
    """

    names: tuple
    goals: TripleGoal
    p_last: np.ndarray
    k: int
    league: League

    def expected_wrong(self, listed) -> float:
        """How many of the areas named are expected not to be among the last k: Σ (1 - p_last)."""
        position = {name: j for j, name in enumerate(self.names)}
        return float(sum(1 - self.p_last[position[name]] for name in listed))

    def to_frame(self) -> pd.DataFrame:
        """One row a name: the columns of `TripleGoal`, and p_last."""
        columns = {**vars(self.goals), "p_last": self.p_last}
        return pd.DataFrame(columns, index=pd.Index(self.names, name="name"))


@dataclass(frozen=True, eq=False)
class ShiftPosterior:
    """Two waves and the change between them, areas in the order of the earlier; (p,) each; no error guarantee.

    before, after: goals and p_last of each wave as in `WavePosterior`
    change, change_sd: of θ_2 - θ_1;  p_score_worse: P(θ_2 is worse than θ_1)
    p_rank_worse, p_rank_better: P(r_2 > r_1), P(r_2 < r_1);  places: expected r_1 - r_2, positive for a rise
    p_last_both: P(among the last k in both waves)
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
        """Expected places gained."""
        return self.before.goals.expected_rank - self.after.goals.expected_rank

    def to_frame(self) -> pd.DataFrame:
        """One row a name: change, change_sd, the probabilities, places, and p_last of each wave."""
        names = ("change", "change_sd", "p_score_worse", "p_rank_worse", "p_rank_better", "places", "p_last_both")
        columns = {name: getattr(self, name) for name in names}
        columns |= {"p_last_before": self.before.p_last, "p_last_after": self.after.p_last}
        return pd.DataFrame(columns, index=pd.Index(self.names, name="name"))


def wave_posterior(
    estimate: Estimate, *, k: int, rng: np.random.Generator, largest_is_best: bool = True, draws: int = 4_000
) -> WavePosterior:
    """The posterior of one wave: θ_j ~ N(μ, τ²), e_j ~ N(θ_j, v_j), areas independent of each other.

    Draws as in `shift_posterior`, whose remarks hold here.  The model is Fay & Herriot's (1979, JASA 74:269) without
    covariates.
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
    cross,
    k: int,
    rng: np.random.Generator,
    largest_is_best: bool = True,
    draws: int = 4_000,
) -> ShiftPosterior:
    """The joint posterior of two waves: (θ_1j, θ_2j) ~ N(μ, Τ), e_j ~ N(θ_j, V_j), areas independent of each other.

    cross as for `change`; only each area's covariance with itself is used.  k: how many count as "the last".
    Of each draw Τ comes from its posterior (`fit_league`), μ | Τ ~ N(μ̂, (ΣW_j)⁻¹), and
    θ_j = μ + B_j(e_j - μ) + N(0, B_j V_j), B_j = Τ(Τ + V_j)⁻¹; a value without sampling error is its estimate.
    A rank is 1 + the number of areas truly better.  Standard errors are taken as known: give smoothed ones.
    The probabilities are right on average over leagues like the model's; "P > 0.95" is no test: where next to nothing
    changes they claim more change than there is.
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


def posterior_draws(e, v, league: League, *, draws: int, rng: np.random.Generator) -> np.ndarray:
    """θ (d,draws,p) given estimates e (p,d) and covariances v (p,d,d); formula under `shift_posterior`."""
    p, d = e.shape
    theta, start, learnt = np.empty((d, draws, p)), 0, learnt_variances(v)
    counts = _counts(league.weight, draws, rng)
    for part in chunks(len(counts), 16 * p):
        spread = league.spreads[part, None]
        mean, total = weighted_mean(e, inverse(spread + learnt))
        b = spread @ inverse(spread + v)
        kept, lower = np.moveaxis(np.eye(d) - b, 1, 3), np.moveaxis(root(b @ v), 1, 3)
        pulled, of_mean = np.einsum("mjab,jb->maj", b, e), root(inverse(total))
        for m, count in enumerate(counts[part]):
            mu = mean[m, :, None] + of_mean[m] @ rng.standard_normal((d, count))
            noise = _times(lower[m], rng.standard_normal((d, count, p)))
            theta[:, start : start + count] = pulled[m, :, None] + mu.T @ kept[m] + noise
            start += count
    certain = np.einsum("jaa->aj", v) == 0
    return np.where(certain[:, None, :], e.T[:, None, :], theta) if certain.any() else theta


def triple_goal(draws, *, largest_is_best: bool = True) -> TripleGoal:
    """Triple-goal estimates from draws (B,p) of p areas' true values.  Shen & Louis (1998), JRSS-B 60:455.

    Variances have divisor B - 1 (p - 1 between areas), the quantile interpolates linearly (R's type 7); areas with the
    same expected rank share the middle quantile.
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
    """Shares of the draws: expected (d,p), last (d,p), and for two waves last_both, worse, better (p,)."""

    k: int
    expected: np.ndarray
    last: np.ndarray
    last_both: np.ndarray
    worse: np.ndarray
    better: np.ndarray

    @classmethod
    def of(cls, theta, k: int, largest_is_best: bool) -> "_RankCounts":
        d, draws, p = theta.shape
        expected, last, both, worse, better = np.zeros((d, p)), np.zeros((d, p)), *np.zeros((3, p))
        for rows in chunks(draws, p):
            rank = [rank_rows(-wave[rows] if largest_is_best else wave[rows]) for wave in theta]
            among = [r > p - k for r in rank]
            expected += [r.sum(axis=0) for r in rank]
            last += [a.sum(axis=0) for a in among]
            both += (among[0] & among[-1]).sum(axis=0)
            worse += (rank[-1] > rank[0]).sum(axis=0)
            better += (rank[-1] < rank[0]).sum(axis=0)
        return cls(k, *(total / draws for total in (expected, last, both, worse, better)))


def _waves(names, theta, counts: _RankCounts, league: League, largest_is_best: bool) -> list[WavePosterior]:
    return [
        WavePosterior(names, _triple_goal(wave, expected, largest_is_best), last, counts.k, league)
        for wave, expected, last in zip(theta, counts.expected, counts.last, strict=True)
    ]


def _counts(weight, draws: int, rng: np.random.Generator) -> np.ndarray:
    """How many of `draws` each weighted Τ gets (m,): systematic resampling, less than one from weight × draws."""
    taken = np.minimum(np.floor(np.cumsum(weight) * draws + rng.random()), draws).astype(int)
    taken[-1] = draws
    return np.diff(taken, prepend=0)


def _times(lower, z) -> np.ndarray:
    """L_j z_j (d,B,p) for lower triangular L_j, given as (d,d,p), and z (d,B,p)."""
    return np.stack([sum(lower[a, b] * z[b] for b in range(a + 1)) for a in range(len(z))])


def _check_last(k: int, p: int) -> None:
    if p < 2:
        raise Fault(key="posterior.one_area")
    if k not in range(1, p):
        raise Fault(key="posterior.last", found=k, most=p - 1)
