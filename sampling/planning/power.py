"""How well a plan's interviews will find the last k areas, by simulation, and the n at which a curve is high enough."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from estimation import Estimate
from estimation.changes.posterior import posterior_draws
from estimation.changes.spread import fit_league
from estimation.precision.smoothing import NOBODY, PRIOR
from estimation.ranking.k_split import critical_any, critical_independent
from words import Fault

LIMITS = 0.001, 0.999  # of a true share that the normal model would put outside
Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class LastKCurve:
    """How good a list of the last k is, for g numbers of interviews: (g,) each.

    interviews  per area and wave (the mean where areas differ)
    right       P(the list is exactly the truly last k)
    wrong       the expected number of areas listed that are not among the truly last k
    found       the expected number of the truly last k that are listed
    listed      the expected length of the list, above k where areas tie at the k-th last place, since all are listed
    shown       the expected number *shown* to be among the last k (K-split at alpha, half of it for IN)
    error       Monte-Carlo standard error of `right`
    """

    k: int
    interviews: np.ndarray
    right: np.ndarray
    wrong: np.ndarray
    found: np.ndarray
    listed: np.ndarray
    shown: np.ndarray
    error: np.ndarray

    def to_frame(self) -> pd.DataFrame:
        """One row per number of interviews."""
        names = ("right", "wrong", "found", "listed", "shown", "error")
        return pd.DataFrame({c: getattr(self, c) for c in names}, index=pd.Index(self.interviews, name="interviews"))


def league_rates(
    estimate: Estimate, *, draws: int, rng: np.random.Generator, areas: Iterable[str] | None = None
) -> np.ndarray:
    """Leagues of true shares (draws,p) drawn from the posterior of an earlier wave, as in `estimation.wave_posterior`.

    The spread of the estimates themselves would include their sampling error, and a plan made from them would find the
    last five too easily.  Shares are kept within 0.001 and 0.999.
    areas  names (p,); None: those of the estimate.  An area without an estimate is drawn from the normal distribution
           with the mean and standard deviation of the league's other areas
    """
    e, v = estimate.value[:, None], estimate.variance[:, None, None]
    theta = posterior_draws(e, v, fit_league(e, v, rng=rng), draws=draws, rng=rng)[0]
    names = list(estimate.names if areas is None else areas)
    known = [name for name in names if name in set(estimate.names)]
    mean, sd = theta.mean(axis=1, keepdims=True), theta.std(axis=1, ddof=1, keepdims=True)
    rates = mean + sd * rng.standard_normal((draws, len(names)))
    rates[:, [names.index(name) for name in known]] = theta[:, estimate.positions(known)]
    return np.clip(rates, *LIMITS)


def last_k_curve(
    rates: ArrayLike,
    interviews: ArrayLike,
    *,
    k: int,
    rng: np.random.Generator,
    draws: int = 4_000,
    design_effect: ArrayLike = 1.0,
    alpha: float = 0.05,
    independent: bool = True,
    progress: Progress | None = None,
) -> LastKCurve:
    """How often the last k of one simulated wave are the truly last k, for each number of interviews.

    rates       true shares (p,), or one league per draw (draws,p) as `league_rates` gives them; the largest is best
    interviews  n per area (g,), or of each area (g,p) where an allocation is known
    x_j ~ Binomial(n_j/D, θ_j), D the design effect, one or of each area (p,).  All areas with x_j/n_j <= the k-th
    smallest are listed.  An area is shown to be among the last if #{i: (x_i - x_j)/√(V_i + V_j) > c} >= p-k, with V the
    smoothed variance of `smooth_shares` and c that of the K-split for independent areas with the standard errors of the
    (average) league, or with independent=False for areas with any covariance.
    progress(done, of) is called after each number of interviews.
    Raises Fault for k outside 1..p-1 and for areas without interviews.
    """
    theta = leagues_of(rates, draws)
    p = theta.shape[1]
    grid = per_area(interviews, p)
    check_interviews(grid, design_effect)
    if not 1 <= k < p:
        raise Fault(key="last_k.k", found=k, areas=p, expected=p - 1)
    last = theta <= np.partition(theta, k - 1, axis=1)[:, k - 1 : k]
    one_league = np.atleast_2d(rates).shape[0] == 1
    typical = theta[0] if one_league else np.sort(theta, axis=1).mean(axis=0)
    rows, critical = [], {}
    for done, n in enumerate(grid, start=1):
        ratios = tuple(np.sqrt(typical * (1 - typical) * n.mean() / n))  # of standard errors: c knows no more of them
        if ratios not in critical:
            c = critical_independent(ratios, k, alpha / 2) if independent else critical_any(p, k, alpha / 2)
            critical[ratios] = c
        rows.append([n.mean(), *_wave(theta, last, n / design_effect, k, critical[ratios], rng)])
        if progress is not None:
            progress(done, len(grid))
    n, right, wrong, truly_last, length, shown = np.array(rows).T
    return LastKCurve(k, n, right, wrong, truly_last, length, shown, np.sqrt(right * (1 - right) / len(theta)))


def _wave(theta, last, n, k: int, c: float, rng: np.random.Generator) -> list[float]:
    """right, wrong, found, listed and shown, from one simulated wave per league."""
    n = np.maximum(np.round(n), 1).astype(np.int64)
    share = rng.binomial(n, theta) / n
    listed = share <= np.partition(share, k - 1, axis=1)[:, k - 1 : k]
    wrong = (listed & ~last).sum(axis=1)
    sums = (wrong == 0, wrong, (listed & last).sum(axis=1), listed.sum(axis=1), _shown(share, n, k, c))
    return [float(values.mean()) for values in sums]


def _shown(share, n, k: int, c: float) -> np.ndarray:
    """How many areas each draw (B,) shows to be among the last k; only its k lowest can be."""
    mean = (NOBODY + (share * n).sum(axis=1, keepdims=True)) / (1 + n.sum())
    q = (n * share + PRIOR * mean) / (n + PRIOR)
    v = q * (1 - q) / n
    count = np.zeros(len(share), dtype=np.int64)
    lowest = np.argpartition(share, k - 1, axis=1)[:, :k]
    for j in lowest.T[:, :, None]:
        x, v_of_area = np.take_along_axis(share, j, axis=1), np.take_along_axis(v, j, axis=1)
        count += ((share - x > c * np.sqrt(v + v_of_area)).sum(axis=1)) >= share.shape[1] - k
    return count


def interviews_for(interviews: ArrayLike, value: ArrayLike, wanted: float, *, falling: bool = False) -> float:
    """The n at which a curve reaches a wanted value, interpolated linearly in log n and rounded up.

    interviews, value  the points of the curve, (g,) each
    falling            True if the curve falls with n, as the number of areas wrongly listed does
    The curve is first made monotone, to remove Monte-Carlo noise.  The result is the first n if the value is reached
    there already, and infinite if it is not reached at the last n: nothing is extrapolated.
    """
    order = np.argsort(interviews)
    n, y = np.asarray(interviews, dtype=float)[order], np.asarray(value, dtype=float)[order] * (-1 if falling else 1)
    y, wanted = np.maximum.accumulate(y), -wanted if falling else wanted
    if wanted > y[-1]:
        return float("inf")
    at = int(np.searchsorted(y, wanted, side="left"))
    if at == 0:
        return float(np.ceil(n[0]))
    part = (wanted - y[at - 1]) / (y[at] - y[at - 1])
    return float(np.ceil(np.exp(np.log(n[at - 1]) + part * np.log(n[at] / n[at - 1])) - 1e-9))


def leagues_of(rates: ArrayLike, draws: int) -> np.ndarray:
    """True shares (draws,p), from one league (p,) for all draws or one per draw (draws,p); a Fault unless in (0, 1)."""
    leagues = np.atleast_2d(np.asarray(rates, dtype=float))
    if not ((leagues > 0) & (leagues < 1)).all() or len(leagues) not in (1, draws):
        raise Fault(key="power.rates", leagues=len(leagues), draws=draws)
    return np.broadcast_to(leagues, (draws, leagues.shape[1]))


def per_area(interviews: ArrayLike, p: int) -> list[np.ndarray]:
    """Interviews of each area (p,), for every point of a grid (g,) or (g,p)."""
    return [np.broadcast_to(np.asarray(n, dtype=float), (p,)) for n in np.atleast_1d(np.asarray(interviews))]


def check_interviews(grid: list[np.ndarray], design_effect: ArrayLike) -> None:
    """A Fault for an area with less than one interview and for a design effect that is not above 0."""
    smallest = float(np.min(design_effect))
    if not (smallest > 0 and all((n >= 1).all() for n in grid)):
        raise Fault(key="power.interviews", design_effect=smallest)
