"""Simulated values of a measure, all areas alike: what the luck of a ladder is counted on."""

from dataclasses import dataclass

import numpy as np
import scipy


@dataclass(frozen=True, eq=False)
class SimulatedMeasure:
    """A measure of one league in T periods: what is needed to simulate it with all areas alike.

    value (T, p)        the estimates;  NaN: not estimated
    se (T, p)           their standard errors, as ranks and rules are judged
    n_effective (T, p)  their effective numbers of answers
    equal_weights (T, p)  whether the effective number is the number of answers, so that equal counts are equal shares
    share               whether the measure is a share of those who answered
    correlation (T, T)  of an area's errors in two periods, where the same people were asked; None: independent
    year_weight (T, p)  what a period counts for in its year's mean; None: all the same
    low, high           the ends of its scale
    largest_is_best, printed_unit  as of the measure
    """

    value: np.ndarray
    se: np.ndarray
    n_effective: np.ndarray
    equal_weights: np.ndarray
    share: bool
    low: float
    high: float
    largest_is_best: bool
    printed_unit: float
    correlation: np.ndarray | None = None
    year_weight: np.ndarray | None = None

    @property
    def alike(self) -> np.ndarray:
        """The value that all areas are given in each period (T,): their mean, weighted by the effective numbers."""
        weight = np.where(np.isnan(self.value), 0.0, np.nan_to_num(self.n_effective))
        total = weight.sum(axis=1)
        weighted_sum = (weight * np.nan_to_num(self.value)).sum(axis=1)
        return np.divide(weighted_sum, total, out=np.full(len(total), np.nan), where=total > 0)

    @property
    def design_effect(self) -> np.ndarray:
        """D_t = Σ_j n_j (n_j - 1) V_j / Σ_j n_j θ_j (1 - θ_j) of a share's period (T, 1), at least 1.

        n_j is the effective number, V_j the variance and θ_j the share of area j: what clusters and interviewers add to
        the errors beside the weights, over the league together.  It is 1 for simple random samples.
        """
        reach = self.high - self.low
        n, theta = np.nan_to_num(self.n_effective), (np.nan_to_num(self.value, nan=self.low) - self.low) / reach
        estimated = (n * (n - 1) * np.nan_to_num(self.se / reach) ** 2).sum(axis=1, keepdims=True)
        of_answers = (n * theta * (1 - theta)).sum(axis=1, keepdims=True)
        ratio = np.divide(estimated, of_answers, out=np.ones_like(estimated), where=of_answers > 0)
        return np.maximum(ratio, 1.0)


def simulated_values(measure: SimulatedMeasure, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Values (draws, T, p), all areas of a period alike; NaN where there is no estimate.

    Shares: a binomial count of n* = round(n_eff/D) answers, D being the design effect of the period, moved by a uniform
    number between -1/2 and 1/2 and divided by n*; where weights are equal, brought to the nearest share of n answers,
    so that ties come as often as in the survey, and are left out where they do not.
    Others: normal, with the standard errors, cut off at the ends of the scale.
    Periods are independent, or where the measure has a correlation linked by a normal copula: counts and values are
    the quantiles of Φ(z), z ~ N(0, R).
    """
    alike = np.broadcast_to(measure.alike[:, None], measure.value.shape)
    estimated = ~np.isnan(measure.value)
    values = np.full((draws, *measure.value.shape), np.nan)
    if measure.share:
        reach = measure.high - measure.low
        answers = np.maximum(np.rint(measure.n_effective[estimated]), 1.0)
        n = np.maximum(np.rint((measure.n_effective / measure.design_effect)[estimated]), 1.0)
        chance = (alike[estimated] - measure.low) / reach
        if measure.correlation is None:
            count = rng.binomial(n.astype(int), chance, (draws, len(n))).astype(float)
        else:
            count = _binomial_quantiles(scipy.stats.norm.cdf(_linked(measure, draws, rng)[:, estimated]), n, chance)
        moved = np.clip(count + rng.uniform(-0.5, 0.5, count.shape), 0.0, n) / n
        on_grid = np.rint(moved * answers) / answers
        values[:, estimated] = measure.low + reach * np.where(measure.equal_weights[estimated], on_grid, moved)
    else:
        if measure.correlation is None:
            normal = rng.standard_normal((draws, int(estimated.sum())))
        else:
            normal = _linked(measure, draws, rng)[:, estimated]
        drawn = alike[estimated] + measure.se[estimated] * normal
        values[:, estimated] = np.clip(drawn, measure.low, measure.high)
    return values


def _linked(measure: SimulatedMeasure, draws: int, rng: np.random.Generator) -> np.ndarray:
    """z (draws, T, p) ~ N(0, R) over the periods of each area; R is brought to the nearest matrix that is possible."""
    assert measure.correlation is not None
    value, vector = np.linalg.eigh(measure.correlation)
    root = vector * np.sqrt(np.maximum(value, 0.0))
    root /= np.sqrt((root**2).sum(axis=1, keepdims=True))
    independent = rng.standard_normal((draws, *measure.value.shape))
    return np.einsum("st,dtp->dsp", root, independent)


def _binomial_quantiles(u: np.ndarray, n: np.ndarray, chance: np.ndarray) -> np.ndarray:
    """The numbers (draws, k) of n_k answers whose distribution functions first reach u (draws, k)."""
    count = np.empty(u.shape)
    for k, (answers, p) in enumerate(zip(n.astype(int), chance, strict=True)):
        count[:, k] = np.searchsorted(scipy.stats.binom.cdf(np.arange(answers), answers, p), u[:, k])
    return count
