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
    strata: pd.DataFrame, spread: pd.DataFrame, standard_error: pd.Series, *, minimum: int = 2
) -> StagedAllocation:
    """The k_h and m_h with the smallest cost such that each domain's mean has at most its wanted standard error.

    strata          stratum, population N_h, psus K_h, rho ρ_h in (0, 1) (the correlation of two answers in one PSU),
                    psu_cost C_h > 0 (of one more PSU) and cost c_h > 0 (of one interview)
    spread          domain, stratum, sd: S_jh, a row for every stratum that is part of domain j
    standard_error  the wanted √V_j by domain;   minimum  the least PSUs of a stratum
    V_j = Σ_h W_jh² S_jh² [1 + (m_h - 1)ρ_h]/(k_h m_h), W_jh = N_h/Σ_{k in j} N_k, without finite population
    corrections, so on the safe side; cost Σ_h k_h (C_h + c_h m_h).  Whatever the multipliers of the constraints, the
    m_h that is best with a free k_h minimises (C + cm)[1 + (m-1)ρ]/m:  m = √(C(1-ρ)/(cρ)), and one of the two whole
    numbers next to it is taken (Cochran 1977, 10.6).  The k_h follow as in `allocate_constrained`.
    Raises Fault for a constraint that even k_h = K_h cannot meet.
    """
    rho, place, unit = (strata[c].to_numpy(dtype=float) for c in ("rho", "psu_cost", "cost"))
    domains, effect, wanted = domain_effects(strata, spread, standard_error)
    best = np.maximum(np.sqrt(place * (1 - rho) / (unit * rho)), 1.0)
    price = lambda m: (place + unit * m) * (1 + (m - 1) * rho) / m  # noqa: E731
    each = np.where(price(np.floor(best)) <= price(np.ceil(best)), np.floor(best), np.ceil(best))
    highest = strata.psus.to_numpy(dtype=float)
    lowest = np.minimum(float(minimum), highest)
    terms = lambda m: effect * (1 + (m - 1) * rho) / m  # noqa: E731
    refuse_unreachable(domains, terms(each), np.zeros(len(domains)), wanted, highest)
    scaled, cost = terms(each) / wanted[:, None] ** 2, place + unit * each
    _, continuous, _ = least_cost(scaled, cost, lowest, highest)
    begin = np.clip(np.floor(continuous + 1e-9).astype(np.int64), lowest, highest).astype(np.int64)
    psus = fewest_whole(scaled, cost, begin, highest.astype(np.int64), lowest.astype(np.int64))
    _, _, at_least = least_cost(terms(best) / wanted[:, None] ** 2, place + unit * best, 1e-9 * lowest, highest * best)
    expected = np.sqrt(terms(each) @ (1 / psus))
    index = pd.Index(strata.stratum, name="stratum")
    precision = pd.DataFrame({"wanted": wanted, "expected": expected}, index=pd.Index(domains, name="domain"))
    counts = pd.Series(psus, index=index, name="psus"), pd.Series(each.astype(int), index=index, name="each")
    return StagedAllocation(*counts, precision, float(cost @ psus), at_least)
