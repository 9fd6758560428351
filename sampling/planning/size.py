"""The precision of a number of interviews, the interviews that a precision needs, and the numbers to draw for them.

These are planning figures by the normal approximation, rough where few "no" answers are expected, n(1-p) < 5 or so.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import scipy
from numpy.typing import ArrayLike

from sampling.allocation.allocation import refuse_larger
from words import Fault

ROUNDING = 1e-12
MOST = 10**7  # numbers that a stratum may need


@dataclass(frozen=True)
class SampleSize:
    """How many interviews are needed, and how many numbers for them.

    completes         the interviews needed
    expected_numbers  so many numbers give them on average
    draw              the smallest number of which, with chance 0.95, at least `completes` answer, each independently
    """

    completes: int
    expected_numbers: int
    draw: int


def margin_of_error(n: ArrayLike, *, p: float, level: float = 0.95, deff: float = 1.0) -> np.ndarray:
    """Expected half-width z √(deff p(1-p)/n) of the interval for a share p.

    n (k,)  interviews
    There is no finite population correction.  Where few "no" answers are expected, n(1-p) < 5 or so, the figure is
    rough, and the interval printed later is not symmetric.  Cochran (1977) ch. 4.

    Examples: 1,000 interviews and a share near one half give the 3.1 percentage points known from newspapers.

    >>> from sampling import margin_of_error
    >>> print(margin_of_error([1000], p=0.5).round(3))
    [0.031]
    """
    _fractions(p=p, level=level)
    _factor("deff", deff)
    n = np.asarray(n, dtype=float)
    if not (n >= 1).all():
        raise Fault(key="sampling.too_few", found=float(n.min()), expected=1)
    return scipy.stats.norm.ppf((1 + level) / 2) * np.sqrt(deff * p * (1 - p) / n)


def expected_precision(
    allocation: pd.DataFrame,
    *,
    p: float = 0.5,
    sd: float | None = None,
    level: float = 0.95,
    deff: float = 1.0,
    eligibility: float = 1.0,
    cost: float | None = None,
) -> pd.DataFrame:
    """The plan as a table: stratum, population, sample, margin of error, weight N_h/n_h, cost; the last row is the sum.

    p, sd        the share that is expected; or, of a mean of numbers, the known standard deviation S of one answer
    allocation   an ALLOCATION table and, optionally, cost c_h per interview
    cost         per interview in all strata, where `allocation` has no costs; None: no column of costs
    eligibility  the part of the population that is eligible: E_h = eligibility N_h can be asked
    margin_h = z √(deff S_h²/n_h (1 - n_h/E_h)), S_h² = p(1-p) E_h/(E_h - 1) of a share and S² of a mean; for all strata
    together z √(Σ (N_h/N)² deff S_h²/n_h (1 - n_h/E_h)).  The interval printed later has the same factor 1 - n/E
    (`estimation.precision.finite`).  Strata without an interview have no margin, and then all together have none.
    Cochran (1977) 3.2, 5.9. Raises Fault for more interviews than a stratum has eligible units.
    """
    _fractions(p=p, level=level)
    _factor("deff", deff)
    _rate("eligibility", eligibility)
    n, N = allocation["sample"].to_numpy(dtype=float), allocation.population.to_numpy(dtype=float)
    eligible = eligibility * N
    refuse_larger(allocation.stratum, n.astype(int), np.floor(eligible * (1 + ROUNDING)).astype(int))
    some = np.where(n > 0, n, np.nan)
    variance = deff * (_finite_variance(p, some, eligible) if sd is None else sd**2 / some * (1 - some / eligible))
    z = scipy.stats.norm.ppf((1 + level) / 2)
    table = pd.DataFrame(
        {"stratum": allocation.stratum.to_numpy(), "population": N.astype(int), "sample": n.astype(int)}
    )
    table = table.assign(margin=z * np.sqrt(variance), weight=N / some)
    unit_cost = allocation.cost.to_numpy(dtype=float) if "cost" in allocation else cost
    if unit_cost is not None:
        table = table.assign(cost=n * unit_cost)
    totals = {"population": int(N.sum()), "sample": int(n.sum()), "weight": N.sum() / n.sum() if n.sum() else np.nan}
    totals["margin"] = float(z * np.sqrt(((N / N.sum()) ** 2 * variance).sum()))
    if unit_cost is not None:
        totals["cost"] = table.cost.sum()
    return pd.concat([table, pd.DataFrame([{"stratum": None, **totals}])[table.columns]], ignore_index=True)


def sample_size_proportion(
    margin: float,
    *,
    p: float = 0.5,
    population: float = np.inf,
    level: float = 0.95,
    deff: float = 1.0,
    response_rate: float = 1.0,
    eligibility: float = 1.0,
) -> SampleSize:
    """Interviews at which a share p has the wanted margin: n = n_0/(1 + (n_0 - 1)/N), n_0 = deff z² p(1-p)/margin².

    population                  N, the eligible units
    response_rate, eligibility  as in `numbers_needed`
    With deff = 1 this is the smallest n whose margin in `expected_precision` is no larger.  Cochran (1977) 4.4; Kish
    (1965) for deff.

    Examples: Cochran (1977) 4.4, the island of 3,200 people, d = 0.05 with t = 2 (a level of 95.45%): n_0 = 400, n =
    356.

    >>> from sampling import sample_size_proportion
    >>> sample_size_proportion(0.05, p=0.5, level=0.9545, population=3200).completes
    356
    """
    _fractions(p=p, level=level, margin=margin)
    _factor("deff", deff)
    if not population >= 1:
        raise Fault(key="sampling.population", found=population)
    n0 = deff * scipy.stats.norm.ppf((1 + level) / 2) ** 2 * p * (1 - p) / margin**2
    n = n0 / (1 + (n0 - 1) / population)
    return numbers_needed(min(_up(n), population), response_rate=response_rate, eligibility=eligibility)


def sample_size_difference(
    difference: float,
    *,
    p: float,
    level: float = 0.95,
    power: float = 0.8,
    deff: float = 1.0,
    response_rate: float = 1.0,
    eligibility: float = 1.0,
) -> SampleSize:
    """Interviews in each of two independent groups to see p against p - difference with chance `power`.

    n = deff (z + z_power)² [p(1-p) + q(1-q)]/difference², q = p - difference, two-sided.  Without the
    continuity correction; one comparison: a league of areas needs `estimation.interviews_needed`.

    Examples: 50% against 40%: (1.96 + 0.84)² (0.25 + 0.24)/0.1² = 384.6, so 385 in each group.

    >>> from sampling import sample_size_difference
    >>> sample_size_difference(0.1, p=0.5).completes
    385
    """
    return sample_size_change(
        difference, p=p, level=level, power=power, deff=deff, response_rate=response_rate, eligibility=eligibility
    )


def sample_size_change(
    change: float,
    *,
    p: float,
    overlap: float = 0.0,
    rho: float = 0.0,
    level: float = 0.95,
    power: float = 0.8,
    deff: float = 1.0,
    response_rate: float = 1.0,
    eligibility: float = 1.0,
) -> SampleSize:
    """Interviews a wave to see a change from p to p - change; a part `overlap` answers in both, with correlation rho.

    n = deff (z + z_power)² [p(1-p) + q(1-q) - 2 overlap rho √(p(1-p) q(1-q))]/change².  Kish (1965), 12.4.
    """
    _change_fractions(p, change, overlap, rho, level, power)
    _factor("deff", deff)
    z = scipy.stats.norm.ppf((1 + level) / 2) + scipy.stats.norm.ppf(power)
    n = deff * z**2 * _change_variance(p, p - change, 1.0, 1.0, overlap * rho) / change**2
    return numbers_needed(_up(n), response_rate=response_rate, eligibility=eligibility)


def detectable_change(
    n_before: float,
    n_after: float,
    *,
    p: float,
    deff: float,
    overlap: float = 0.0,
    rho: float = 0.0,
    level: float = 0.95,
    power: float = 0.8,
) -> float:
    """The smallest change of a share p seen with chance `power`: (z + z_power) √V, V as in `change`, both waves at p.

    V = deff p(1-p) [1/n_1 + 1/n_2 - 2 overlap rho/√(n_1 n_2)];  overlap: common people over √(n_1 n_2).  Kish
    (1965), 12.4.

    Examples: (1.96 + 0.84) √(2 · 0.9 · 0.1/500) = 0.053, two independent waves of 500; in a panel with correlation
    0.75, half of it.

    >>> from sampling import detectable_change
    >>> print(round(detectable_change(500, 500, p=0.9, deff=1), 3))
    0.053
    >>> print(round(detectable_change(500, 500, p=0.9, deff=1, overlap=1, rho=0.75), 4))
    0.0266
    """
    _change_fractions(p, None, overlap, rho, level, power)
    _factor("deff", deff)
    if not (n_before >= 1 and n_after >= 1):
        raise Fault(key="sampling.too_few", found=min(n_before, n_after), expected=1)
    z = scipy.stats.norm.ppf((1 + level) / 2) + scipy.stats.norm.ppf(power)
    return float(z * np.sqrt(deff * _change_variance(p, p, n_before, n_after, overlap * rho)))


def numbers_needed(
    completes: float,
    *,
    response_rate: float = 1.0,
    eligibility: float = 1.0,
    assurance: float = 0.95,
    response_sd: float = 0.0,
) -> SampleSize:
    """How many numbers so many interviews need: expected_numbers = completes/(eligibility · response_rate).

    eligibility    the part of the numbers that are in use and belong to the population
    response_rate  the part of these that answer
    assurance      the chance with which the numbers to draw are to suffice
    response_sd    by how much the part that answers differs from place to place (standard deviation), which nobody
                   knows beforehand: interviews are then beta-binomial, with mean and spread of eligibility ·
                   response_rate as stated
    Miluo's survey called 79 numbers for each completed interview: eligibility · response_rate = 1/79.

    Examples: if every fourth number leads to an interview, 100 interviews need 400 numbers, or 459 to be 95% sure.

    >>> from sampling import numbers_needed
    >>> numbers_needed(100, response_rate=0.5, eligibility=0.5)
    SampleSize(completes=100, expected_numbers=400, draw=459)
    """
    _rate("response_rate", response_rate)
    _rate("eligibility", eligibility)
    _fractions(assurance=assurance)
    completes = int(completes)
    rate = response_rate * eligibility
    interviews_of = yields(rate, eligibility * response_sd)
    expected_numbers = _up(completes / rate)
    low, high = completes - 1, max(2 * expected_numbers, expected_numbers + 100)
    while interviews_of(high).sf(completes - 1) < assurance:
        low, high = high, 2 * high
        if high > MOST:
            raise Fault(key="sampling.never_enough", completes=completes, sd=response_sd, assurance=assurance)
    while high - low > 1:
        middle = (low + high) // 2
        enough = interviews_of(middle).sf(completes - 1) >= assurance
        low, high = (low, middle) if enough else (middle, high)
    return SampleSize(completes, expected_numbers, high)


def yields(rate: float, sd: float) -> Callable[[int], Any]:
    """How many interviews N numbers give: Binomial(N, q), q = rate or, with an sd, Beta with that mean and sd."""
    if not (sd >= 0 and (sd < ROUNDING or sd**2 < rate * (1 - rate))):
        raise Fault(key="sampling.response_sd", found=sd, rate=rate)
    if sd < ROUNDING:
        return lambda numbers: scipy.stats.binom(numbers, rate)
    a_plus_b = rate * (1 - rate) / sd**2 - 1  # of the Beta
    return lambda numbers: scipy.stats.betabinom(numbers, rate * a_plus_b, (1 - rate) * a_plus_b)


def _finite_variance(p: float, n, population) -> np.ndarray:
    """The variance S²/n (1 - n/N), S² = p(1-p) N/(N - 1), of a share among n of N units; 0 where all N are asked."""
    return p * (1 - p) / n * (population - n) / np.maximum(population - 1, 1)


def _change_variance(p: float, q: float, n1: float, n2: float, correlation: float) -> float:
    one, two = p * (1 - p) / n1, q * (1 - q) / n2
    return one + two - 2 * correlation * np.sqrt(one * two)


def _change_fractions(p, change, overlap, rho, level, power) -> None:
    _fractions(p=p, level=level, power=power)
    if change is not None:
        if change == 0:
            raise Fault(key="sampling.no_change")
        _fractions(**{"p - change": p - change})
    if not (0 <= overlap <= 1 and -1 < rho < 1):
        raise Fault(key="needed.overlap", overlap=overlap, correlation=rho)


def _factor(name: str, value: float) -> None:
    if not (value > 0 and np.isfinite(value)):
        raise Fault(key="sampling.factor", name=name, found=value)


def _rate(name: str, value: float) -> None:
    if not 0 < value <= 1:
        raise Fault(key="sampling.rate", name=name, found=value)


def _fractions(**named) -> None:
    for name, value in named.items():
        if not 0 < value < 1:
            raise Fault(key="sampling.fraction", name=name, found=value)


def _up(n: float) -> int:
    """n rounded up, except that a whole number which rounding errors raised slightly stays as it is."""
    return int(np.ceil(n * (1 - ROUNDING)))
