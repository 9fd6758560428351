"""The cheapest two-stage allocation under several precision constraints, where people of one place answer alike."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sampling.allocation.constraints import domain_effects, fewest_whole, least_cost, refuse_unreachable


@dataclass(frozen=True, eq=False)
class StagedAllocation:
    """How many PSUs of each stratum, and how many interviews in each of them.

    psus, each  k_h and m_h by stratum, whole numbers
    precision   one row per domain: wanted and expected standard error
    cost        Σ k_h (C_h + c_h m_h)
    at_least    a lower bound of the cost of every allocation with k_h within its bounds, in whole numbers or not
    """

    psus: pd.Series
    each: pd.Series
    precision: pd.DataFrame
    cost: float
    at_least: float


def allocate_stages_constrained(
    strata: pd.DataFrame,
    spread: pd.DataFrame,
    standard_error: pd.Series,
    *,
    minimum: int = 2,
    each: int | None = None,
) -> StagedAllocation:
    """The k_h and m_h with the smallest cost such that each domain's mean has at most its wanted standard error.

    strata          stratum, population N_h, psus K_h, rho ρ_h in (0, 1) (the correlation of two answers in one PSU),
                    psu_cost C_h > 0 (of one more PSU) and cost c_h > 0 (of one interview)
    spread          domain, stratum, sd: S_jh, a row for every stratum that is part of domain j
    standard_error  the wanted √V_j by domain;   minimum  the least PSUs of a stratum
    each            the m of all strata, where it is given; None: the best m_h of each
    V_j = Σ_h W_jh² S_jh² [1 + (m_h - 1)ρ_h]/(k_h m_h), W_jh = N_h/Σ_{k in j} N_k, without finite population
    corrections, so on the safe side; cost Σ_h k_h (C_h + c_h m_h).  Whatever the multipliers of the constraints, the
    m_h that is best with a free k_h minimises (C + cm)[1 + (m-1)ρ]/m:  m = √(C(1-ρ)/(cρ)), and one of the two whole
    numbers next to it is taken (Cochran 1977, 10.6).  The k_h follow as in `allocate_constrained`.
    Raises Fault for a constraint that even k_h = K_h cannot meet.
    """
    rho, place, unit = (strata[c].to_numpy(dtype=float) for c in ("rho", "psu_cost", "cost"))
    domains, effect, wanted = domain_effects(strata, spread, standard_error)
    best = np.full(len(strata), float(each)) if each is not None else best_in_place(rho, place, unit)
    in_place = best if each is not None else _whole_in_place(best, rho, place, unit)
    highest = strata.psus.to_numpy(dtype=float)
    lowest = np.minimum(float(minimum), highest)
    terms = lambda m: effect * (1 + (m - 1) * rho) / m  # noqa: E731
    refuse_unreachable(domains, terms(in_place), np.zeros(len(domains)), wanted, highest)
    scaled, cost = terms(in_place) / wanted[:, None] ** 2, place + unit * in_place
    _, continuous, _ = least_cost(scaled, cost, lowest, highest)
    begin = np.clip(np.floor(continuous + 1e-9).astype(np.int64), lowest, highest).astype(np.int64)
    psus = fewest_whole(scaled, cost, begin, highest.astype(np.int64), lowest.astype(np.int64))
    _, _, at_least = least_cost(terms(best) / wanted[:, None] ** 2, place + unit * best, 1e-9 * lowest, highest * best)
    expected = np.sqrt(terms(in_place) @ (1 / psus))
    index = pd.Index(strata.stratum, name="stratum")
    precision = pd.DataFrame({"wanted": wanted, "expected": expected}, index=pd.Index(domains, name="domain"))
    counts = pd.Series(psus, index=index, name="psus"), pd.Series(in_place.astype(int), index=index, name="each")
    return StagedAllocation(*counts, precision, float(cost @ psus), at_least)


def best_in_place(rho: np.ndarray, place: np.ndarray, unit: np.ndarray) -> np.ndarray:
    """m = √(C(1-ρ)/(cρ)) (H,), at least 1: the interviews in each PSU at which a given precision costs least."""
    return np.maximum(np.sqrt(place * (1 - rho) / (unit * rho)), 1.0)


def interviews_in_place(rho: float, place: float, unit: float) -> int:
    """The best m as a whole number, for one correlation ρ, one cost C of a PSU and one cost c of an interview.

    Examples: answers of a village that correlate by .05, a journey that costs as much as ten interviews.

    >>> from sampling.allocation.stage_constraints import interviews_in_place
    >>> interviews_in_place(0.05, 100.0, 10.0)
    14
    """
    of_one = (np.array([rho]), np.array([place]), np.array([unit]))
    return int(_whole_in_place(best_in_place(*of_one), *of_one)[0])


def _whole_in_place(best: np.ndarray, rho: np.ndarray, place: np.ndarray, unit: np.ndarray) -> np.ndarray:
    """The better of the two whole numbers next to the best m (H,)."""
    price = lambda m: (place + unit * m) * (1 + (m - 1) * rho) / m  # noqa: E731
    return np.where(price(np.floor(best)) <= price(np.ceil(best)), np.floor(best), np.ceil(best))
