"""Finite populations: what is left of a figure's sampling error where a part of all who could be asked was asked."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from estimation.columns.columns import said
from estimation.estimators.design import Design
from estimation.estimators.domains import domain_codes
from estimation.estimators.estimates import Estimate, Linearization
from estimation.precision.smoothing import with_variance
from words import Fault

AREA, STRATUM = OF = ("area", "stratum")
ROUNDING = 1e-9  # an estimated N may fall below the interviews by so much of itself
WITHOUT_END = 1e12  # what the effective n grows by where everyone was asked
NOTHING = 1e-20  # of the process's variance: what rounding leaves where all was asked, or the rest was alike


@dataclass(frozen=True)
class Population:
    """How many eligible units there are: name of an area, or of a stratum -> N; of those left out N is not known."""

    of: str
    units: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class FiniteEstimate:
    """Estimates of the eligible units that there are, and how little of them was not asked; (k,) each.

    estimate    the same values with V_f = Σ_h W_h² (1-f_h) s_h²/n_h
    population  N of each, NaN where it is not known
    remaining   1 - f: V_f over the variance of the process behind them; 0: everyone was asked, 1: N is not known
    """

    estimate: Estimate
    population: np.ndarray
    remaining: np.ndarray

    def select(self, names) -> "FiniteEstimate":
        """Those of these names (k',), in that order."""
        at = self.estimate.positions(names)
        return FiniteEstimate(self.estimate.select(names), self.population[at], self.remaining[at])

    def growth(self, n, low: float, high: float) -> np.ndarray:
        """What the effective n grows by (k,): g + (1/(1-f) - g) min(r, 1), g = -log(1-f)/f, r = x(1-f)/f; n answers.

        If K of N units are otherwise than the n that were asked, all of these are alike with chance (1-f)^K, nearly:
        the hypergeometric law.  Of a process with a part q otherwise it is (1-q)^n: K/N = q for n g.  The variance
        falls by 1-f, but that counts only where one more is to be expected among the others: r, x = n min(θ, 1-θ) the
        rarer answers, θ the value on 0..1.
        """
        f, theta = 1 - self.remaining, (self.estimate.value - low) / (high - low)
        asked = (f > 0) & (self.remaining > 0)
        left = np.where(asked, self.remaining, 1.0)
        slower = np.divide(-np.log(left), f, out=np.ones(len(f)), where=asked)
        x = np.where(self.estimate.variance > 0, n * np.clip(np.minimum(theta, 1 - theta), 0, None), 0.0)
        expected = np.divide(x * left, f, out=np.ones(len(f)), where=asked)
        return np.where(self.remaining > 0, slower + (1 / left - slower) * np.minimum(expected, 1), WITHOUT_END)


def interview_fractions(population: Population, area, design: Design, counted) -> np.ndarray:
    """f_i (n,): n/N of the area or stratum an interview lies in, 0 where N is not known.

    area (n,): names;  counted (n,): the interviews that count as asked, for n;  all of them must fit into N
    Raises Fault that names every area or stratum with more interviews than eligible units.
    """
    codes, names = _groups(population, area, design)
    units = np.array([population.units.get(name, np.inf) for name in names], dtype=float)
    refuse_small(names, np.bincount(codes, minlength=len(names)), units)
    n = np.bincount(codes, np.asarray(counted, dtype=float), minlength=len(names))
    return np.minimum(n / units, 1.0)[codes]


def refuse_small(names, interviews, units) -> None:
    """A Fault that names all areas or strata (k,) with more interviews (k,) than eligible units (k,)."""
    short = interviews > units * (1 + ROUNDING)
    if short.any():
        rows = zip(names[short], interviews[short], units[short], strict=True)
        raise Fault(key="population.small", found=[f"{said(name)}: {n} > {N:g}" for name, n, N in rows])


def finite_means(linearization: Linearization, population: Population, area, fractions, domain) -> FiniteEstimate:
    """The means of domains among the eligible units there are; a stratum of which all were asked adds no error.

    fractions (n,): `interview_fractions`;  domain (n,): the domains whose means `linearization` has
    f_h stands in the design where every stratum has one f.  Where strata reach over areas and only the areas' N are
    known, V_d (1-f_d).  n counts units, also of a cluster sample: 1 - n/N then takes too little off the variance of PSU
    totals, not too much, as long as people of one PSU are no less alike than others.  Cochran (1977) 2.6, 5.4;
    Särndal, Swensson & Wretman (1992) 4.3.
    """
    design, process = linearization.design, linearization.estimate()
    codes, labels = domain_codes(domain, design)
    at = {label: j for j, label in enumerate(labels)}
    rows = np.array([at[name] for name in process.names])
    weight, taken = (np.bincount(codes, design.weight * f, minlength=len(labels))[rows] for f in (1.0, fractions))
    part = taken / weight
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
    """The area's or the stratum's code of every interview (n,), and their names."""
    if population.of == STRATUM:
        return design.psu_stratum[design.psu], design.stratum_names
    return domain_codes(area, design)


def _by_stratum(fractions, design: Design) -> np.ndarray | None:
    """f_h (H,), or None where a stratum's interviews have more than one f."""
    stratum = design.psu_stratum[design.psu]
    found = np.zeros(len(design.stratum_names))
    found[stratum] = fractions
    return found if (found[stratum] == fractions).all() else None


def _units(population: Population, area, design: Design, codes) -> np.ndarray:
    """N of each domain: the sum over its areas or strata, NaN where one is not known or reaches over domains."""
    groups, names = _groups(population, area, design)
    pairs = pd.DataFrame({"group": groups, "domain": codes}).drop_duplicates()
    units = np.array([population.units.get(name, np.nan) for name in names], dtype=float)
    units[pairs.group[pairs.group.duplicated()]] = np.nan
    return np.bincount(pairs.domain, units[pairs.group])
