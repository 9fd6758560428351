"""Two-stage plans from a list: its PSUs with their sizes, how many of them are drawn, and how many units in each."""

from dataclasses import replace

import numpy as np
import pandas as pd

from sampling.allocation.stage_constraints import interviews_in_place
from sampling.planning.constrained import constrained_places, stratum_costs
from sampling.planning.interviews import allocate, refuse_more, yielding
from sampling.planning.size import numbers_needed
from sampling.planning.wanted import Wanted
from words import Fault

SIZE = "units"  # the column of sizes


def psu_list(units: pd.DataFrame) -> pd.DataFrame:
    """The PSUs of a frame (unit_id, stratum, psu, prn) as a table unit_id, stratum, prn, units M_i, sorted by unit_id.

    A PSU's prn is the smallest of its units', so that everyone who has the frame makes the same list.
    Raises Fault for a unit without PSU and for a PSU in two strata.
    """
    if "psu" not in units or units.psu.isna().any():
        raise Fault(key="sampling.without_psu", count=int(units.psu.isna().sum()) if "psu" in units else len(units))
    by = units.groupby("psu")
    spread = by.stratum.nunique()
    if (spread > 1).any():
        raise Fault(key="sampling.psu_in_strata", psus=sorted(spread.index[spread > 1]))
    psus = by.agg(stratum=("stratum", "first"), prn=("prn", "min"), **{SIZE: ("unit_id", "size")})
    return psus.rename_axis("unit_id").reset_index()


def allocate_stages(strata: pd.DataFrame, psus: pd.DataFrame, wanted: Wanted) -> pd.DataFrame:
    """The table of `allocate` with a column psus: k_h = ⌈n_h/b⌉ PSUs with b = `wanted.each` interviews in each.

    A stratum gets at least 2 PSUs if it has them, because its variance cannot be estimated from one.  The interviews
    are k_h b, which may be more than were wanted.  Every PSU drawn gives the same numbers: so many that those of each
    stratum suffice, with chance 0.95 in all strata together.
    With constraints the k_h are the fewest for their cost that meet these (`constrained_places`).
    Raises Fault for a stratum with fewer PSUs than it needs and for PSUs with fewer units than are drawn in each.
    """
    assert wanted.each is not None
    available = strata.stratum.map(psus.stratum.value_counts()).fillna(0).to_numpy(dtype=np.int64)
    if wanted.constraints:
        allocation, clusters = _constrained(strata, available, wanted)
    else:
        allocation = allocate(strata, replace(wanted, response_rate=1.0, eligibility=1.0, response_sd=0.0))
        least = np.where(allocation.interviews > 0, np.minimum(2, available), 0)
        clusters = np.maximum(-(-allocation.interviews.to_numpy() // wanted.each), least)
    over = clusters > available
    if over.any():
        rows = zip(allocation.stratum[over], clusters[over], available[over], strict=True)
        raise Fault(key="sampling.few_psus", strata=[f"{s}: {k} > {K}" for s, k, K in rows])
    options = yielding(wanted, strata=len(allocation))
    per_stratum = {k: numbers_needed(k * wanted.each, **options) for k in {int(k) for k in clusters if k}}
    per_psu = max((-(-size.draw // k) for k, size in per_stratum.items()), default=wanted.each)
    expected = [per_stratum[k].expected_numbers if k else 0 for k in clusters.tolist()]
    used = psus[psus.stratum.isin(set(allocation.stratum[clusters > 0]))]
    small = used.unit_id[used[SIZE] < per_psu]
    if len(small):
        raise Fault(key="sampling.small_psus", psus=sorted(small), expected=per_psu)
    counts = {"interviews": clusters * wanted.each, "release": expected, "numbers": clusters * per_psu}
    return allocation.assign(psus=clusters, **counts)


def with_best_each(wanted: Wanted, strata: pd.DataFrame) -> Wanted:
    """A plan of two stages by constraints that leaves open how many interviews a PSU has, with the best number.

    strata: stratum, area, population.  The cost of an interview is its mean over the strata, by their populations.
    """
    if wanted.icc is None or wanted.psu_cost is None or wanted.each is not None:
        return wanted
    costs = stratum_costs(strata, wanted.costs, wanted.cost)
    unit = 1.0 if costs is None else float(np.average(costs, weights=strata.population))
    return replace(wanted, each=interviews_in_place(wanted.icc, wanted.psu_cost, unit))


def _constrained(strata: pd.DataFrame, available: np.ndarray, wanted: Wanted) -> tuple[pd.DataFrame, np.ndarray]:
    """The strata with their interviews and cost, and the k_h (H,) that meet the plan's constraints."""
    assert wanted.each is not None and wanted.icc is not None and wanted.psu_cost is not None  # see `Wanted`
    costs = stratum_costs(strata, wanted.costs, wanted.cost)
    clusters = constrained_places(
        strata,
        wanted.constraints,
        psus=available,
        rho=wanted.icc,
        psu_cost=wanted.psu_cost,
        each=wanted.each,
        costs=costs,
        design_effect=wanted.assumed.design_effect,
    )
    refuse_more(int(clusters.sum()) * wanted.each, wanted)
    unit = (1.0 if costs is None else costs) + wanted.psu_cost / wanted.each
    return strata.assign(interviews=clusters * wanted.each, cost=unit), clusters
