"""Divide n interviews over strata in whole numbers: in proportion to population, or equally."""

import heapq

import numpy as np
import pandas as pd

from tables import STRATA, check
from words import Fault


def allocate_proportional(strata: pd.DataFrame, n: int, *, minimum=2) -> pd.Series:
    """n_h ∝ N_h in whole numbers that sum to n, with min(minimum, N_h) <= n_h <= N_h.  Cochran (1977) ch. 5.

    strata   a STRATA table: stratum, population N_h
    minimum  one number, or one a stratum (H,), in the order of `strata`; 2 lets each stratum's variance be estimated

    Every stratum starts at its minimum; each further interview goes where N_h/(n_h + 1/2) is largest, on a tie to the
    stratum that stands first (Webster's or Sainte-Laguë's divisor method). That is below 1 only in a stratum with
    n_h = N_h, so none is overfilled.
    Why not round n N_h/N and give the rest to the largest remainders: that is not monotone in n, so one interview
    more in all may take one away from a stratum (the Alabama paradox). A divisor method only ever adds, and among
    them this one rounds up and down alike, favouring neither large nor small strata.
    Balinski & Young (1982), Fair Representation.
    """
    strata = check(strata, STRATA)
    population = strata.population.to_numpy()
    sample = np.minimum(_minimums(minimum, len(strata)), population)
    _check_n(n, lowest=int(sample.sum()), highest=int(population.sum()))
    queue = [(-population[h] / (sample[h] + 0.5), h) for h in range(len(strata))]
    heapq.heapify(queue)
    for _ in range(n - int(sample.sum())):
        h = queue[0][1]
        sample[h] += 1
        heapq.heapreplace(queue, (-population[h] / (sample[h] + 0.5), h))
    return pd.Series(sample, index=pd.Index(strata.stratum, name="stratum"), name="sample")


def allocate_equally(units, n: int) -> pd.Series:
    """n over m units in whole numbers differing by at most 1; the first n mod m units, in their order, get one more."""
    units = pd.Index(units)
    if units.empty or units.has_duplicates:
        raise Fault(key="sampling.units", count=len(units), found=sorted({str(u) for u in units[units.duplicated()]}))
    if n < 0:
        raise Fault(key="sampling.too_few", found=n, expected=0)
    each, rest = divmod(n, len(units))
    return pd.Series(each + (np.arange(len(units)) < rest), index=units, name="sample")


def allocate_townships(townships: pd.DataFrame, strata: pd.DataFrame, n: int, *, minimum: int = 2) -> pd.Series:
    """n_h ∝ N_h over the counties, then n_h equally over the county's townships; at least `minimum` a township.

    townships  township, county;   strata  STRATA with the counties

    Equally, because no populations of townships exist: so within a county people of small townships are likelier to
    be drawn, and a county's figure needs weights once the townships' populations are known.
    """
    unmatched = set(townships.county) ^ set(strata.stratum)
    if unmatched:
        raise Fault(key="sampling.counties_differ", counties=sorted(unmatched))
    least = minimum * strata.stratum.map(townships.groupby("county").size()).to_numpy()
    by_county = allocate_proportional(strata, n, minimum=least)
    parts = [allocate_equally(t.township, int(by_county[county])) for county, t in townships.groupby("county")]
    return pd.concat(parts).reindex(pd.Index(townships.township))


def _minimums(minimum, count: int) -> np.ndarray:
    minimums = np.broadcast_to(np.asarray(minimum, dtype=np.int64), (count,))
    if (minimums < 0).any():
        raise Fault(key="sampling.minimum", found=int(minimums.min()))
    return minimums


def _check_n(n: int, *, lowest: int, highest: int) -> None:
    if n < lowest:
        raise Fault(key="sampling.too_few", found=n, expected=lowest)
    if n > highest:
        raise Fault(key="sampling.too_many", found=n, expected=highest)
