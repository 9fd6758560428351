"""The interviews and the numbers of each stratum that follow from what a centre wants of a wave's sample."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sampling.allocation.allocation import (
    allocate_equally,
    allocate_neyman,
    allocate_power,
    allocate_proportional,
    split_modes,
)
from sampling.planning.constrained import constrained_interviews, stratum_costs
from sampling.planning.kept import numbers_beside
from sampling.planning.wanted import EQUAL, NEYMAN, PROPORTIONAL, Wanted
from words import Fault

ASSURED = 0.95  # the chance that the numbers drawn suffice
NOBODY: Mapping[str, int] = {}


def allocate(strata: pd.DataFrame, wanted: Wanted, kept: Mapping[str, int] = NOBODY) -> pd.DataFrame:
    """One row per stratum: stratum, area, mode, population, interviews, release and numbers.

    strata  stratum, area, mode, population (units of the frame), as `frames.frame_strata`
    kept    by stratum, how many people are called again who answered before; their numbers are among the `numbers`
    Interviews go to the areas by the method, then within an area to its modes by their parts, or to its strata in
    proportion to their populations.  Every stratum of the frame gets at least one, since weights cannot stand for a
    stratum in which nobody is asked: an area's minimum is at least the number of its strata.
    release: the numbers expected to suffice;  numbers: those to be drawn, which suffice with chance 0.95 in all H
    strata together, since each has the chance 0.95^(1/H) (`numbers_needed`).  With `census` a stratum with fewer units
    is taken whole, and its interviews are those that its units are expected to give.
    Raises Fault for a share of an unknown area, fewer interviews than strata, a mode that an area does not have, a mode
    of the frame that is given no part, and more numbers than a stratum has.
    """
    areas = strata.groupby("area", as_index=False).agg(population=("population", "sum"), strata=("stratum", "size"))
    areas = areas.rename(columns={"area": "stratum"})
    if wanted.interviews < len(strata):
        raise Fault(key="sample.few_for_strata", found=wanted.interviews, expected=len(strata))
    unknown = sorted(set(wanted.shares) - set(areas.stratum))
    if unknown:
        raise Fault(key="sample.shares", areas=unknown)
    costs = stratum_costs(strata, wanted.costs, wanted.cost)
    if wanted.constraints:
        planned = strata.assign(interviews=_constrained(strata, wanted, costs))
    else:
        n = _by_area(areas.assign(cost=_area_costs(strata, costs)), wanted)
        planned = strata.assign(interviews=_within(strata, n, wanted, costs))
    if wanted.costs and costs is not None:
        planned["cost"] = costs
    again = planned.stratum.map(dict(kept)).fillna(0).astype(int)
    pairs, options = list(zip(planned.interviews, again, strict=True)), yielding(wanted, strata=len(planned))
    need = {(c, k): numbers_beside(c, k, wanted.again, **options) for c, k in set(pairs) if c}
    for column, name in (("release", "expected_numbers"), ("numbers", "draw")):
        planned[column] = [getattr(need[pair], name) if pair[0] else 0 for pair in pairs]
    if again.any():
        planned["kept"] = again
    small = planned.numbers > planned.population
    if not small.any():
        return planned
    if not wanted.census:
        rows = planned[small]
        too_small = [f"{s}: {n} > {N}" for s, n, N in zip(rows.stratum, rows.numbers, rows.population, strict=True)]
        raise Fault(key="sample.small_strata", strata=too_small)
    whole = planned.population.where(small, planned.numbers)
    expected = np.maximum(np.floor(whole * wanted.response_rate * wanted.eligibility + 1e-9).astype(int), 1)
    interviews = planned.interviews.where(~small, np.minimum(planned.interviews, expected))
    return planned.assign(interviews=interviews, numbers=whole, release=np.minimum(planned.release, whole))


def _area_costs(strata: pd.DataFrame, costs: pd.Series | None) -> np.ndarray | float:
    """c̄ of each area, in the order of their names: the mean of its strata's costs by population; 1 without costs."""
    if costs is None:
        return 1.0
    sums = strata.assign(total=costs * strata.population).groupby("area")[["total", "population"]].sum()
    return (sums.total / sums.population).to_numpy()


def _constrained(strata: pd.DataFrame, wanted: Wanted, costs: pd.Series | None) -> np.ndarray:
    """The interviews of each stratum (H,) that meet the plan's constraints; a Fault if they are more than it allows."""
    of_area = strata.groupby("area").stratum.transform("size").to_numpy()
    interviews = constrained_interviews(
        strata,
        wanted.constraints,
        costs=costs,
        design_effect=wanted.assumed.design_effect,
        eligibility=wanted.eligibility,
        minimum=-(-wanted.minimum // of_area),
    )
    refuse_more(int(interviews.sum()), wanted)
    return interviews


def refuse_more(needed: int, wanted: Wanted) -> None:
    """A Fault if the plan's constraints need more interviews than it allows."""
    if needed > wanted.interviews:
        raise Fault(key="sample.constraints_need", needed=needed, found=wanted.interviews)


def yielding(wanted: Wanted, *, strata: int) -> dict[str, float]:
    """The options of `numbers_needed` for one of so many strata."""
    assurance = ASSURED ** (1 / strata) if wanted.together else ASSURED
    rates = {"response_rate": wanted.response_rate, "eligibility": wanted.eligibility}
    return {**rates, "response_sd": wanted.response_sd, "assurance": assurance}


def _by_area(areas: pd.DataFrame, wanted: Wanted) -> pd.Series:
    """Interviews by area."""
    p = areas.stratum.map(dict(wanted.shares)).astype(float).fillna(wanted.assumed.share).to_numpy()
    sd = np.sqrt(p * (1 - p)) if wanted.assumed.sd is None else np.full(len(p), wanted.assumed.sd)
    least = np.minimum(np.maximum(wanted.minimum, areas.strata), areas.population)
    if wanted.interviews < least.sum():
        counts = {
            "found": wanted.interviews,
            "minimum": wanted.minimum,
            "areas": len(areas),
            "expected": int(least.sum()),
        }
        raise Fault(key="sampling.too_few_for_minimum", **counts)
    bounds = {"minimum": least}
    if wanted.method == PROPORTIONAL:
        interviews = allocate_proportional(areas, wanted.interviews, **bounds)
    elif wanted.method == EQUAL:
        maximum = areas.population.to_numpy()
        interviews = allocate_equally(areas.stratum, wanted.interviews, maximum=maximum, **bounds)
    elif wanted.method == NEYMAN:
        interviews = allocate_neyman(areas.assign(sd=sd), wanted.interviews, **bounds)
    else:
        interviews = allocate_power(areas.assign(cv=sd / p), wanted.interviews, q=wanted.q, **bounds)
    return pd.Series(interviews.to_numpy(), index=areas.stratum, name="sample")


def _within(strata: pd.DataFrame, n: pd.Series, wanted: Wanted, costs: pd.Series | None) -> np.ndarray:
    """The interviews of each stratum (H,), from those of its area; by Neyman's n_h ∝ N_h/√c_h where costs differ."""
    interviews = pd.Series(0, index=strata.index)
    if wanted.modes:
        place = strata.set_index(["area", "mode"]).index
        if not place.is_unique or strata["mode"].isna().any():
            raise Fault(key="sample.modes", modes=sorted(wanted.modes))
        nobody = sorted(mode for mode in set(strata["mode"]) if not wanted.modes.get(mode))
        if nobody:
            raise Fault(key="sample.mode_nobody", modes=nobody)
        split = _at_least_one(split_modes(n, dict(wanted.modes)), strata)
        for (area, mode), count in split.stack().items():  # noqa: PD013
            rows = strata.index[(strata.area == area) & (strata["mode"] == mode)]
            if count and rows.empty:
                raise Fault(key="sample.mode_absent", mode=mode, area=area)
            interviews[rows] = int(count)
        return interviews.to_numpy()
    alone = ~strata.area.duplicated(keep=False)  # all interviews of its area are its own
    interviews[alone] = strata.area[alone].map(n).astype(int)
    for area, part in strata[~alone].groupby("area"):
        of_area = part[["stratum", "population"]].reset_index(drop=True)
        if wanted.method == NEYMAN and wanted.costs and costs is not None:
            of_area = of_area.assign(cost=costs[part.index].to_numpy(), sd=1.0)
            interviews[part.index] = allocate_neyman(of_area, int(n[area]), minimum=1).to_numpy()
            continue
        interviews[part.index] = allocate_proportional(of_area, int(n[area]), minimum=1).to_numpy()
    return interviews.to_numpy()


def _at_least_one(split: pd.DataFrame, strata: pd.DataFrame) -> pd.DataFrame:
    """The split of areas (rows) over modes in which a stratum without interview takes one of its area's largest."""
    there = pd.crosstab(strata.area, strata["mode"]).reindex(index=split.index, columns=split.columns, fill_value=0) > 0
    split = split.copy()
    for row, column in zip(*np.nonzero(((split < 1) & there).to_numpy()), strict=True):
        split.iloc[row, split.iloc[row].to_numpy().argmax()] -= 1
        split.iloc[row, column] += 1
    return split
