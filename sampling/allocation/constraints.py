"""The cheapest allocation that meets several precision constraints at once, such as one for every area or item."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sampling.allocation.allocation import WholeNumbers, bounds, with_cost
from words import Fault

ROUNDS = 20_000
CLOSE = 1e-10  # the relative distance from the optimum at which the iteration ends


@dataclass(frozen=True, eq=False)
class ConstrainedAllocation:
    """The n_h, whole numbers, that meet every constraint, and what they cost.

    sample     n_h by stratum
    precision  one row per domain: wanted and expected standard error, and the multiplier λ_j >= 0: about λ_j/100 would
               be saved if the wanted variance V_j were 1 % larger (times the part of V_j that depends on n_h)
    cost       Σ c_h n_h
    at_least   a lower bound of the cost of every allocation within the bounds, in whole numbers or not (the dual value)
    """

    sample: pd.Series
    precision: pd.DataFrame
    cost: float
    at_least: float


def allocate_constrained(
    strata: pd.DataFrame,
    spread: pd.DataFrame,
    standard_error: pd.Series,
    *,
    minimum: WholeNumbers = 2,
    maximum: WholeNumbers | None = None,
) -> ConstrainedAllocation:
    """The n_h with the smallest cost Σ c_h n_h such that each domain's mean has at most its wanted standard error.

    strata          STRATA and, optionally, cost c_h > 0
    spread          domain, stratum, sd: S_jh of what is measured in domain j, a row for every stratum that is part of j
    standard_error  the wanted √V_j of Σ_h W_jh ȳ_h, W_jh = N_h/Σ_{k in j} N_k, by domain
    minimum, maximum  as in `allocate_proportional`, the minimum at least 1

    Σ_h W_jh² S_jh² (1/n_h - 1/N_h) <= V_j is Σ_h a_jh/n_h <= 1, a_jh = W_jh² S_jh²/(V_j + Σ_h W_jh² S_jh²/N_h).  With
    multipliers λ the cost is smallest at n_h = √(Σ_j λ_j a_jh/c_h), cut to its bounds, and λ_j grows with (Σ_h
    a_jh/n_h)² until the constraints hold and only binding ones count.  Bethel (1989), Survey Methodology 15:47; Chromy
    (1987), Proc. ASA Survey Research Methods 194.  The continuous n_h are rounded down, interviews are
    added one at a time where they help the unmet constraints most for their cost, and those that turn out not to be
    needed are taken away again.  A domain may have any name, so it can be an area, or an area and an item.  The time
    is O(rounds · domains · strata).
    Raises Fault for a constraint that even the highest n_h cannot meet, and says what they reach.
    """
    table = with_cost(strata)
    lowest, highest = bounds(table, minimum, maximum, at_least=1)
    domains, effect, fixed, wanted = _constraint_terms(table, spread, standard_error)
    refuse_unreachable(domains, effect, fixed, wanted, highest)
    a = effect / (wanted**2 + fixed)[:, None]
    cost = table.cost.to_numpy()
    multiplier, continuous, at_least = least_cost(a, cost, lowest.astype(float), highest.astype(float))
    sample = fewest_whole(
        a, cost, np.clip(np.floor(continuous + 1e-9).astype(np.int64), lowest, highest), highest, lowest
    )
    expected = np.sqrt(np.maximum(effect @ (1 / sample) - fixed, 0.0))
    columns = {"wanted": wanted, "expected": expected, "multiplier": multiplier}
    precision = pd.DataFrame(columns, index=pd.Index(domains, name="domain"))
    by_stratum = pd.Series(sample, index=pd.Index(table.stratum, name="stratum"), name="sample")
    return ConstrainedAllocation(by_stratum, precision, float(cost @ sample), at_least)


def _constraint_terms(table: pd.DataFrame, spread: pd.DataFrame, standard_error: pd.Series):
    """Domains (J,), W²S² (J,H), Σ W²S²/N_h (J,) and the wanted standard errors (J,)."""
    domains, effect, wanted = domain_effects(table, spread, standard_error)
    return domains, effect, effect @ (1 / table.population.to_numpy(dtype=float)), wanted


def domain_effects(
    table: pd.DataFrame, spread: pd.DataFrame, standard_error: pd.Series
) -> tuple[list, np.ndarray, np.ndarray]:
    """Domains (J,), W²S² (J,H) and the wanted standard errors (J,), from the tables of `allocate_constrained`."""
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
    return domains, effect, standard_error.to_numpy(dtype=float)


def refuse_unreachable(
    domains: list, effect: np.ndarray, fixed: np.ndarray, wanted: np.ndarray, highest: np.ndarray
) -> None:
    """A Fault that names the constraints which fail even with the highest n_h: both standard errors."""
    best = np.sqrt(np.maximum(effect @ (1 / np.maximum(highest, 1)) - fixed, 0.0))
    unmet = best > wanted * (1 + 1e-12)
    if unmet.any():
        total = [f"{d}: {b:.4g} > {w:.4g}" for d, b, w, u in zip(domains, best, wanted, unmet, strict=True) if u]
        raise Fault(key="sampling.unreachable", domains=total)


def least_cost(
    a: np.ndarray, cost: np.ndarray, lowest: np.ndarray, highest: np.ndarray
) -> tuple[np.ndarray, np.ndarray, float]:
    """λ (J,), n (H,) and the dual value min_n Σ c n + Σ_j λ_j (Σ_h a_jh/n_h - 1), a lower bound of the cost."""
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


def fewest_whole(
    a: np.ndarray, cost: np.ndarray, sample: np.ndarray, highest: np.ndarray, lowest: np.ndarray
) -> np.ndarray:
    """`sample` (H,) raised one interview at a time until every constraint is met, then freed of what is not needed."""
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
