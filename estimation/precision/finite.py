"""Finite populations: the sampling error that remains where a part of the whole population was interviewed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from estimation.columns.columns import said
from estimation.estimators.design import Design
from estimation.estimators.domains import domain_codes
from estimation.estimators.estimates import Estimate, Linearization
from estimation.precision.smoothing import with_variance
from words import Fault

AREA, STRATUM = OF = ("area", "stratum")
ROUNDING = 1e-9  # the part by which an estimated N may be smaller than the number of interviews
WITHOUT_END = 1e12  # the factor of the effective n where everyone was interviewed
NOTHING = 1e-20  # the part of the process's variance up to which the rest is rounding: all were asked, or were alike


@dataclass(frozen=True)
class Population:
    """How many eligible units there are.

    of     "area" or "stratum"
    units  the name of an area, or of a stratum -> N; where a name is absent, N is not known
    """

    of: str
    units: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class FiniteEstimate:
    """k estimates about the eligible units that exist, instead of the process behind them.

    estimate         the same values with V_f = Σ_h W_h² (1-f_h) s_h²/n_h
    population (k,)  N, NaN where it is not known
    remaining (k,)   1 - f, that is V_f over the variance for the process; 0: all were interviewed, 1: N is not known
    """

    estimate: Estimate
    population: np.ndarray
    remaining: np.ndarray

    def select(self, names: Sequence) -> "FiniteEstimate":
        """The estimates of `names` (k',), in that order."""
        at = self.estimate.positions(names)
        return FiniteEstimate(self.estimate.select(names), self.population[at], self.remaining[at])

    def growth(self, n: np.ndarray, low: float, high: float) -> np.ndarray:
        """The factor (k,) of the effective n: g + (1/(1-f) - g) min(r, 1), g = -log(1-f)/f, r = x(1-f)/f.

        n (k,): answers; low, high: the ends of the scale; x = n min(θ, 1-θ) are the rarer answers, θ being the value
        rescaled to 0..1.  If K of N units would answer otherwise, then n units sampled from them all answer alike with
        probability (1-f)^K, nearly (the hypergeometric law); for a process in which a part q answers otherwise, the
        probability is (1-q)^n.  The two agree at K/N = q if n is multiplied by g.  The variance falls by the factor
        1-f, but this counts only where one more rarer answer is to be expected among those not interviewed: r.
        """
        f, theta = 1 - self.remaining, (self.estimate.value - low) / (high - low)
        partly = (f > 0) & (self.remaining > 0)
        remaining = np.where(partly, self.remaining, 1.0)
        g = np.divide(-np.log(remaining), f, out=np.ones(len(f)), where=partly)
        x = np.where(self.estimate.variance > 0, n * np.clip(np.minimum(theta, 1 - theta), 0, None), 0.0)
        r = np.divide(x * remaining, f, out=np.ones(len(f)), where=partly)
        return np.where(self.remaining > 0, g + (1 / remaining - g) * np.minimum(r, 1), WITHOUT_END)


def interview_fractions(population: Population, area: ArrayLike, design: Design, counted: ArrayLike) -> np.ndarray:
    """f_i (n,): n/N of the area or the stratum that an interview belongs to, 0 where N is not known.

    area (n,): each interview's area; counted (n,): whether it counts in n.
    Raises Fault that names every area or stratum with more interviews, counted or not, than eligible units.
    """
    codes, names = _groups(population, area, design)
    units = np.array([population.units.get(name, np.inf) for name in names], dtype=float)
    refuse_small(names, np.bincount(codes, minlength=len(names)), units)
    n = np.bincount(codes, np.asarray(counted, dtype=float), minlength=len(names))
    return np.minimum(n / units, 1.0)[codes]


def refuse_small(names: np.ndarray, interviews: np.ndarray, units: np.ndarray) -> None:
    """A Fault that names all areas or strata (k,) with more interviews (k,) than eligible units (k,)."""
    short = interviews > units * (1 + ROUNDING)
    if short.any():
        rows = zip(names[short], interviews[short], units[short], strict=True)
        raise Fault(key="population.small", found=[f"{said(name)}: {n} > {N:g}" for name, n, N in rows])


def finite_means(
    linearization: Linearization, population: Population, area: ArrayLike, fractions: np.ndarray, domain: ArrayLike
) -> FiniteEstimate:
    """The means of domains over the eligible units that exist: a stratum that was interviewed completely adds no error.

    linearization   of the means of the domains
    area (n,)       each interview's area
    fractions (n,)  from `interview_fractions`
    domain (n,)     each interview's domain
    If f is constant in every stratum, f_h enters the design's variance.  Where strata extend over several areas and
    only the areas' N are known, the variance is V_d (1-f_d).  In a cluster sample too, n counts units and not PSUs:
    1 - n/N then reduces the variance between PSU totals too little rather than too much, as long as the people of a
    PSU are no less alike than others.  Cochran (1977) 2.6, 5.4; Särndal, Swensson & Wretman (1992) 4.3.
    """
    design, process = linearization.design, linearization.estimate()
    codes, labels = domain_codes(domain, design)
    at = {label: j for j, label in enumerate(labels)}
    rows = np.array([at[name] for name in process.names])
    weight, weighted_f = (np.bincount(codes, design.weight * f, minlength=len(labels))[rows] for f in (1.0, fractions))
    part = weighted_f / weight
    by_stratum = _by_stratum(fractions, design)
    if by_stratum is None:
        estimate = with_variance(process, process.variance * (1 - part))
    else:
        estimate = replace(linearization, design=design.with_fractions(by_stratum)).estimate()
    least = np.ones(len(labels))
    np.minimum.at(least, codes, fractions)
    known = estimate.variance > NOTHING * process.variance
    if not known.all():
        estimate = with_variance(estimate, np.where(known, estimate.variance, 0.0))
    remaining = np.divide(estimate.variance, process.variance, out=1 - part, where=known)
    remaining = np.where(least[rows] < 1, remaining, 0.0)
    return FiniteEstimate(estimate, _units(population, area, design, codes)[rows], remaining)


def _groups(population: Population, area, design: Design) -> tuple[np.ndarray, np.ndarray]:
    """The code of each interview's area or stratum (n,), and the names of the areas or strata."""
    if population.of == STRATUM:
        return design.psu_stratum[design.psu], design.stratum_names
    return domain_codes(area, design)


def _by_stratum(fractions, design: Design) -> np.ndarray | None:
    """f_h (H,), or None if the interviews of a stratum have more than one f."""
    stratum = design.psu_stratum[design.psu]
    by_stratum = np.zeros(len(design.stratum_names))
    by_stratum[stratum] = fractions
    return by_stratum if (by_stratum[stratum] == fractions).all() else None


def _units(population: Population, area, design: Design, codes) -> np.ndarray:
    """N of each domain: the sum over its areas or strata, NaN if one is not known or belongs to several domains."""
    groups, names = _groups(population, area, design)
    pairs = pd.DataFrame({"group": groups, "domain": codes}).drop_duplicates()
    units = np.array([population.units.get(name, np.nan) for name in names], dtype=float)
    units[pairs.group[pairs.group.duplicated()]] = np.nan
    return np.bincount(pairs.domain, units[pairs.group])
