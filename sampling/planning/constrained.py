"""Plans that meet several precision constraints at the least cost: of areas, of some together, of several questions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy

from sampling.allocation.constraints import allocate_constrained, domain_effects
from sampling.allocation.stage_constraints import allocate_stages_constrained
from words import Fault

ALL, AND = "all", "+"  # a domain of all areas, and between the areas of one domain
LEVEL = 0.95


@dataclass(frozen=True)
class Constraint:
    """How precise a share is to be: at most ± margin, half a 95 % interval, in a domain.

    domain     an area, several of them (a+b), or "all"
    share      the share that is expected, in (0, 1);  margin  in (0, 1), not in percentage points
    indicator  what is asked, where a domain has several constraints
    """

    domain: str
    share: float
    margin: float
    indicator: str = ""

    def __post_init__(self):
        for name, value in (("share", self.share), ("margin", self.margin)):
            if not 0 < value < 1:
                raise Fault(key="sampling.fraction", name=f"{self.label}: {name}", found=value)

    @property
    def label(self) -> str:
        """The domain, and the indicator if it has one: what the constraint is called."""
        return f"{self.domain} {self.indicator}".strip()

    @property
    def standard_error(self) -> float:
        """margin/1.96."""
        return self.margin / float(scipy.stats.norm.ppf((1 + LEVEL) / 2))


def stratum_costs(strata: pd.DataFrame, costs: Mapping[str, float], cost: float | None) -> pd.Series | None:
    """The cost of an interview in each stratum (H,): that of the stratum or else of its area; otherwise `cost`.

    strata: stratum, area.  None if no cost is known, or it is 0.
    Raises Fault for names that are neither, for costs that are not above 0, and for strata without a cost.
    """
    if not costs:
        return pd.Series(float(cost), index=strata.index) if cost else None
    unknown = sorted(set(costs) - set(strata.stratum) - set(strata.area))
    wrong = sorted(name for name, of in costs.items() if not 0 < of < np.inf)
    if unknown or wrong:
        raise Fault(key="sample.costs", names=unknown or wrong)
    by_stratum = strata.stratum.map(dict(costs)).fillna(strata.area.map(dict(costs)))
    by_stratum = by_stratum if cost is None else by_stratum.fillna(cost)
    if by_stratum.isna().any():
        raise Fault(key="sample.costs_missing", strata=list(strata.stratum[by_stratum.isna()]))
    return by_stratum.astype(float)


def constrained_interviews(
    strata: pd.DataFrame,
    constraints: Sequence[Constraint],
    *,
    costs: pd.Series | None,
    design_effect: float,
    eligibility: float,
    minimum: np.ndarray,
) -> np.ndarray:
    """The cheapest n_h (H,) that meet all constraints (`allocate_constrained`), with S² = deff p(1-p).

    strata   stratum, area, population, perhaps represents (`area_precision`);  costs  by stratum; None: all alike
    minimum  the least interviews of each stratum (H,)
    """
    table, spread, wanted = _tables(strata, constraints, design_effect, eligibility)
    table = table if costs is None else table.assign(cost=costs.to_numpy())
    highest = np.maximum(np.minimum(table.population, np.floor(eligibility * strata.population).astype(int)), 1)
    least = np.minimum(np.maximum(minimum, 1), highest)
    return allocate_constrained(table, spread, wanted, minimum=least, maximum=highest).sample.to_numpy()


def constrained_places(
    strata: pd.DataFrame,
    constraints: Sequence[Constraint],
    *,
    psus: np.ndarray,
    rho: float,
    psu_cost: float,
    each: int,
    costs: pd.Series | None,
    design_effect: float,
) -> np.ndarray:
    """The cheapest k_h (H,) PSUs with `each` interviews in each that meet all constraints.

    As in `allocate_stages_constrained`.
    psus: K_h (H,);  rho: the correlation of two answers in one PSU;  psu_cost: of one more PSU
    """
    table, spread, wanted = _tables(strata, constraints, design_effect, 1.0)
    unit = 1.0 if costs is None else costs.to_numpy()
    table = table.assign(psus=psus, rho=rho, psu_cost=psu_cost, cost=unit)
    return allocate_stages_constrained(table, spread, wanted, each=each).psus.to_numpy()


def expected_margins(
    allocation: pd.DataFrame,
    constraints: Sequence[Constraint],
    *,
    design_effect: float,
    eligibility: float,
    rho: float | None = None,
) -> pd.DataFrame:
    """One row for each constraint: label, share, margin (wanted) and expected, the margin of the interviews planned.

    allocation  of a plan: stratum, area, population, interviews and, of two stages, psus;  rho  of two stages
    """
    table, spread, wanted = _tables(allocation, constraints, design_effect, eligibility if rho is None else 1.0)
    _, effect, errors = domain_effects(table, spread, wanted)
    n = allocation.interviews.to_numpy(dtype=float)
    if rho is None:
        variance = effect @ (1 / n - 1 / np.maximum(table.population.to_numpy(dtype=float), n))
    else:
        variance = effect @ ((1 + (n / allocation.psus.to_numpy(dtype=float) - 1) * rho) / n)
    margins = [c.margin for c in constraints]
    expected = np.sqrt(variance) * np.array(margins) / errors
    labels, shares = [c.label for c in constraints], [c.share for c in constraints]
    return pd.DataFrame({"label": labels, "share": shares, "margin": margins, "expected": expected})


def _tables(
    strata: pd.DataFrame, constraints: Sequence[Constraint], design_effect: float, eligibility: float
) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    """STRATA of the eligible, S_jh by domain and stratum, and the wanted standard errors by domain."""
    labels = [constraint.label for constraint in constraints]
    twice = sorted({label for label in labels if labels.count(label) > 1})
    if twice:
        raise Fault(key="sample.constraint_twice", domains=twice)
    of_all = strata.get("represents", strata.population).to_numpy(dtype=float)
    population = np.maximum(np.floor(eligibility * of_all), 1).astype(np.int64)
    table = pd.DataFrame({"stratum": strata.stratum.to_numpy(), "population": population})
    rows, areas = [], set(strata.area)
    for constraint in constraints:
        named = areas if constraint.domain == ALL else set(constraint.domain.split(AND))
        if unknown := sorted(named - areas):
            raise Fault(key="sample.constraint_area", areas=unknown, domain=constraint.domain)
        sd = float(np.sqrt(design_effect * constraint.share * (1 - constraint.share)))
        rows += [(constraint.label, stratum, sd) for stratum in strata.stratum[strata.area.isin(named)]]
    spread = pd.DataFrame(rows, columns=["domain", "stratum", "sd"])
    wanted = pd.Series({constraint.label: constraint.standard_error for constraint in constraints}, dtype=float)
    return table, spread, wanted
