"""The cheapest allocation that meets several precision constraints at once: areas, items, whatever is to be precise."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sampling.allocation.allocation import bounds, with_cost
from words import Fault

ROUNDS = 20_000
CLOSE = 1e-10  # how far from its optimum the continuous programme is left, relative


@dataclass(frozen=True, eq=False)
class ConstrainedAllocation:
    """n_h in whole numbers that meet every constraint, and what that costs.

    sample    n_h by stratum
    precision one row a domain: wanted and expected standard error, multiplier λ_j >= 0: the cost saved if the wanted
              variance V_j were 1 % larger is about λ_j/100 (times the part of it that n_h can move)
    cost      Σ c_h n_h;   at_least  what no allocation within the bounds, whole or not, can undercut (the dual value)
    """

    sample: pd.Series
    precision: pd.DataFrame
    cost: float
    at_least: float


def allocate_constrained(
    strata: pd.DataFrame, spread: pd.DataFrame, standard_error: pd.Series, *, minimum=2, maximum=None
) -> ConstrainedAllocation:
    """The n_h with the smallest cost Σ c_h n_h such that each domain's mean has at most its wanted standard error.

    strata          STRATA and, if there, cost c_h > 0
    spread          domain, stratum, sd: S_jh of what is measured in domain j, a row for every stratum it consists of
    standard_error  wanted, by domain: √V_j of Σ_h W_jh ȳ_h, W_jh = N_h/Σ_{k in j} N_k
    minimum, maximum  as in `allocate_proportional`, the minimum at least 1

    Σ_h W_jh² S_jh² (1/n_h - 1/N_h) <= V_j is Σ_h a_jh/n_h <= 1, a_jh = W_jh² S_jh²/(V_j + Σ_h W_jh² S_jh²/N_h).  With
    multipliers λ the cost is smallest at n_h = √(Σ_j λ_j a_jh/c_h), cut to its bounds, and λ_j grows with (Σ_h
    a_jh/n_h)² until the constraints hold and only binding ones count.  Bethel (1989), Survey Methodology 15:47; Chromy
    (1987), Proc. ASA Survey Research Methods 194.  Whole numbers: from the ones just below, an interview at a time
    where it serves the unmet constraints most for its cost; then whatever is not needed is taken back.
    A domain may be an area, or an area and an item: any name.  Cost O(rounds · domains · strata).
    Raises Fault for a constraint that the highest n_h cannot meet, with what they reach.
    """
    table = with_cost(strata)
    lowest, highest = bounds(table, minimum, maximum, at_least=1)
    domains, effect, fixed, wanted = _programme(table, spread, standard_error)
    _refuse_unreachable(domains, effect, fixed, wanted, highest)
    a = effect / (wanted**2 + fixed)[:, None]
    cost = table.cost.to_numpy()
    multiplier, continuous, at_least = _continuous(a, cost, lowest.astype(float), highest.astype(float))
    sample = _whole_numbers(
        a, cost, np.clip(np.floor(continuous + 1e-9).astype(np.int64), lowest, highest), highest, lowest
    )
    expected = np.sqrt(np.maximum(effect @ (1 / sample) - fixed, 0.0))
    columns = {"wanted": wanted, "expected": expected, "multiplier": multiplier}
    precision = pd.DataFrame(columns, index=pd.Index(domains, name="domain"))
    by_stratum = pd.Series(sample, index=pd.Index(table.stratum, name="stratum"), name="sample")
    return ConstrainedAllocation(by_stratum, precision, float(cost @ sample), at_least)


def _programme(table: pd.DataFrame, spread: pd.DataFrame, standard_error: pd.Series):
    """Domains (J,), W²S² (J,H), Σ W²S²/N_h (J,) and the wanted standard errors (J,)."""
    domains = list(standard_error.index)
    unknown = sorted(set(spread.stratum) - set(table.stratum)) + sorted(set(spread.domain) ^ set(domains))
    if unknown or not standard_error.index.is_unique or spread.duplicated(["domain", "stratum"]).any():
        raise Fault(key="sampling.domains", found=[str(u) for u in unknown] or ["-"])
    wrong = [str(d) for d in standard_error.index[~(standard_error > 0)]]
    if wrong or not ((spread.sd >= 0) & np.isfinite(spread.sd)).all():
        raise Fault(key="sampling.precision", domains=wrong or ["-"])
    row, column = pd.Index(domains).get_indexer(spread.domain), pd.Index(table.stratum).get_indexer(spread.stratum)
    population = table.population.to_numpy(dtype=float)
    size, deviation = np.zeros((2, len(domains), len(table)))
    size[row, column], deviation[row, column] = population[column], spread.sd
    effect = (size / size.sum(axis=1, keepdims=True) * deviation) ** 2
    return domains, effect, effect @ (1 / population), standard_error.to_numpy(dtype=float)


def _refuse_unreachable(domains, effect, fixed, wanted, highest) -> None:
    """Which constraints fail even with the highest n_h, what is reached, and what was wanted."""
    best = np.sqrt(np.maximum(effect @ (1 / np.maximum(highest, 1)) - fixed, 0.0))
    unmet = best > wanted * (1 + 1e-12)
    if unmet.any():
        found = [f"{d}: {b:.4g} > {w:.4g}" for d, b, w, u in zip(domains, best, wanted, unmet, strict=True) if u]
        raise Fault(key="sampling.unreachable", domains=found)


def _continuous(a, cost, lowest, highest) -> tuple[np.ndarray, np.ndarray, float]:
    """λ (J,), n (H,) and the dual value min_n Σ c n + Σ_j λ_j (Σ_h a_jh/n_h - 1), a lower bound of every cost."""
    multiplier = np.sqrt(a * cost).sum(axis=1) ** 2 / len(a)
    best, at_least = np.array(highest), -np.inf
    for _ in range(ROUNDS):
        pull = multiplier @ a
        n = np.clip(np.sqrt(pull / cost), lowest, highest)
        used = a @ (1 / n)
        at_least = max(at_least, float(cost @ n + multiplier @ (used - 1)))
        if used.max() <= 1 + CLOSE:
            best = n if cost @ n < cost @ best else best
            if cost @ best - at_least <= CLOSE * at_least:
                break
        multiplier = multiplier * used**2
    return multiplier, best, at_least


def _whole_numbers(a, cost, sample, highest, lowest) -> np.ndarray:
    """The constraints met from `sample` upwards, one interview at a time; then what is not needed taken back."""
    sample = sample.copy()
    used = a @ (1 / sample)
    while (used > 1 + 1e-12).any():
        gain = a[used > 1 + 1e-12].sum(axis=0) * (1 / sample - 1 / (sample + 1)) / cost
        gain[sample >= highest] = -1.0
        sample[int(gain.argmax())] += 1
        used = a @ (1 / sample)
    for h in np.argsort(-cost, kind="stable"):
        while sample[h] > lowest[h] and (used + a[:, h] * (1 / (sample[h] - 1) - 1 / sample[h]) <= 1 + 1e-12).all():
            sample[h] -= 1
            used = a @ (1 / sample)
    return sample
