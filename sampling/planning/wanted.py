"""What a centre wants of a wave's sample, and the interviews and numbers of each stratum that follow from that."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from sampling.allocation.allocation import (
    allocate_equally,
    allocate_neyman,
    allocate_power,
    allocate_proportional,
    split_modes,
)
from sampling.planning.constrained import Constraint, constrained_interviews, stratum_costs
from sampling.planning.foresight import Assumed
from sampling.planning.kept import numbers_beside
from sampling.planning.rotation import rotation_ages
from words import Fault

PROPORTIONAL, EQUAL, NEYMAN, POWER = METHODS = ("proportional", "equal", "neyman", "power")
PPS_METHODS = ("systematic", "pivotal", "sampford")  # those of `draw_pps`
LONGEST = 40  # waves that a plan may let people rest
ASSURED = 0.95  # the chance that the numbers drawn suffice
NOBODY: Mapping[str, int] = {}
REST = 4  # waves for which nobody is called again: with quarterly waves, a year


@dataclass(frozen=True)
class Wanted:
    """What a sample plan is made from: the interviews, their allocation, and what is assumed of people and answers.

    method         one of METHODS
    q              of the power allocation: 0 gives equal precision, 1 Neyman's allocation
    minimum        the least interviews of every area
    modes          the parts of mobile and landline (mobile 3 : landline 1); empty: interviews are not split by mode
    response_rate, eligibility  of the numbers called, which say how many more numbers must be drawn
    response_sd    by how much the response rate differs between strata, as a standard deviation
    together       whether the numbers drawn suffice with chance ASSURED in all strata together; False in plans of older
                   versions, where that was the chance of each
    census         whether a stratum with fewer units than must be drawn is taken whole, instead of refused
    portions       the parts of the drawn numbers that are released one after the other
    cost           of an interview; None: not known
    after, keep    the earlier wave that this one continues, and the part of it that stays; 0: nobody is called again
    rest           the waves in which nobody is called again who was called in one; None in plans of older versions,
                   whose waves start after the last random number of the earlier one
    respondents, again  whether only those are kept who answered, and the part of these that is expected to answer again
    rotation       waves in, waves out, waves in, … of rotation groups, instead of `keep`; empty: there are none
    public         what the public value will be that enters the draw; None: whoever knows the seed knows the draw
    shares         assumed shares of areas for which `assumed.share` does not hold, used by Neyman and power allocation
    attempts       how often a number is called before it is given up; until then its release is not finished
    each, person   of a two-stage plan (`staged_plan`): interviews in every PSU drawn; "kish": the units are households
    pps            of a two-stage plan: the method of `draw_pps` that draws the PSUs, one of PPS_METHODS
    seeded         whether two stages go by random numbers of their draw alone; False in plans of older versions
    unequal, size  the method of PPS_METHODS by which units are drawn with π_i = n x_i/Σx in their strata, and the
                   column of the x_i; such a wave continues no other and is continued by none; None: π = n/N
    costs          by stratum or area, where `cost` does not hold: they count in Neyman's allocation and in constraints
    constraints    precisions to be met at the least cost, in place of an allocation by `method`; `interviews` is then
                   how many there can be at most
    icc, psu_cost  with constraints and two stages: the correlation of two answers in one PSU, and the cost of one more
    sort, balance  columns of the list by which it is sorted before every so-manieth is taken, or on which the sample is
                   balanced (`Spread`); one of the two at most
    call_dead      the part of the numbers that a screening calls dead which is called all the same; None: no screening
    """

    interviews: int
    method: str = PROPORTIONAL
    q: float = 0.5
    minimum: int = 2
    modes: Mapping[str, float] = field(default_factory=dict)
    response_rate: float = 1.0
    eligibility: float = 1.0
    portions: tuple[float, ...] = (0.5, 0.25, 0.25)
    cost: float | None = None
    after: str | None = None
    keep: float = 0.0
    rest: int | None = REST
    public: str | None = None
    assumed: Assumed = field(default_factory=Assumed)
    shares: Mapping[str, float] = field(default_factory=dict)
    attempts: int = 5
    each: int | None = None
    person: str | None = None
    seeded: bool = True
    pps: str = PPS_METHODS[0]
    response_sd: float = 0.0
    together: bool = True
    census: bool = False
    respondents: bool = False
    again: float = 0.7
    rotation: tuple[int, ...] = ()
    call_dead: float | None = None
    sort: tuple[str, ...] = ()
    balance: tuple[str, ...] = ()
    costs: Mapping[str, float] = field(default_factory=dict)
    constraints: tuple[Constraint, ...] = ()
    icc: float | None = None
    psu_cost: float | None = None
    unequal: str | None = None
    size: str | None = None

    def __post_init__(self):
        if self.call_dead is not None:
            check_part(self.call_dead)
        if self.method not in METHODS:
            raise Fault(key="sample.method", found=self.method, expected=list(METHODS))
        if self.pps not in PPS_METHODS:
            raise Fault(key="sampling.method", found=self.pps, expected=list(PPS_METHODS))
        parts = np.asarray(self.portions, dtype=float)
        if not (len(parts) and (parts > 0).all() and abs(parts.sum() - 1) < 1e-9):
            raise Fault(key="sampling.portions", found=list(self.portions))
        if self.cost is not None and not self.cost >= 0:
            raise Fault(key="sample.cost", found=self.cost)
        if not self.attempts >= 1:
            raise Fault(key="fieldwork.required", found=self.attempts)
        if self.shares and self.assumed.sd is not None:
            raise Fault(key="sample.shares_and_sd")
        if self.each is not None and (self.each < 1 or self.after is not None):
            raise Fault(key="sample.each", found=self.each, after=str(self.after))
        if not 0 <= self.keep <= 1:
            raise Fault(key="sampling.keep", found=self.keep)
        if self.rest is not None and not 0 <= self.rest <= LONGEST:
            raise Fault(key="sampling.rest", found=self.rest, most=LONGEST)
        if self.keep > 0 and self.rest is not None and self.rest < 1:
            raise Fault(key="sampling.keep_rest", keep=self.keep)
        if self.rotation:
            rotation_ages(self.rotation)
            if self.keep or self.rest is None or self.each is not None:
                raise Fault(key="sample.rotation", found=written_numbers(self.rotation, "-"))
        if (self.sort or self.balance) and (self.each is not None or self.rest is None):
            raise Fault(key="sample.spread_staged")
        if self.sort and self.balance:
            raise Fault(key="sample.sort_and_balance")
        if self.unequal is not None or self.size is not None:
            self._check_unequal()
        if self.constraints and self.modes:
            raise Fault(key="sample.constraints_modes")
        if (self.icc is not None or self.psu_cost is not None) and not self.constraints:
            raise Fault(key="sample.icc_alone")
        if self.constraints and (self.each is not None or self.icc is not None or self.psu_cost is not None):
            complete = self.icc is not None and self.psu_cost is not None
            if not complete or not (0 < float(self.icc or 0) < 1 and 0 < float(self.psu_cost or 0) < np.inf):
                raise Fault(key="sample.icc", icc=str(self.icc), psu_cost=str(self.psu_cost))
        if not 0 < self.again <= 1:
            raise Fault(key="sample.again", found=self.again)
        if self.public is not None and not self.public.strip():
            raise Fault(key="sample.public_empty")

    def _check_unequal(self) -> None:
        if self.unequal not in PPS_METHODS or not self.size:
            raise Fault(key="sample.unequal", method=str(self.unequal), expected=list(PPS_METHODS), size=str(self.size))
        alone = not (self.after or self.keep or self.respondents or self.rotation or self.each or self.spread)
        if not alone or self.rest is None:
            raise Fault(key="sample.unequal_alone")

    @property
    def spread(self) -> tuple[str, tuple[str, ...]] | None:
        """How the sample is spread, "sorted" or "balanced", and by which columns; None: it is not."""
        kinds = (("sorted", self.sort), ("balanced", self.balance))
        return next(((kind, columns) for kind, columns in kinds if columns), None)

    def plain(self) -> dict:
        """In values fit for JSON."""
        lists = {"portions": list(self.portions), "rotation": list(self.rotation)}
        columns = {"sort": list(self.sort), "balance": list(self.balance)}
        mappings = {"modes": dict(self.modes), "shares": dict(self.shares), "costs": dict(self.costs)}
        constraints = {"constraints": [asdict(constraint) for constraint in self.constraints]}
        return asdict(self) | lists | columns | mappings | constraints

    @classmethod
    def read(cls, plain: Mapping) -> "Wanted":
        """From such values."""
        older = {
            name: value for name, value in (("rest", None), ("together", False), ("seeded", False)) if name not in plain
        }
        tuples = {"portions": tuple(plain["portions"]), "rotation": tuple(plain.get("rotation", ()))}
        tuples |= {name: tuple(plain.get(name, ())) for name in ("sort", "balance")}
        constraints = tuple(Constraint(**constraint) for constraint in plain.get("constraints", ()))
        tuples |= {"constraints": constraints}
        fields: dict[str, Any] = {**plain, **older, **tuples, "assumed": Assumed(**plain["assumed"])}
        return cls(**fields)


def check_part(part: float) -> Fraction:
    """δ as the fraction that was written; a Fault unless 0 < δ <= 1, with six decimals at most."""
    if not 0 < part <= 1 or Fraction(repr(float(part))).denominator > 10**6:
        raise Fault(key="sampling.call_dead", found=part)
    return Fraction(repr(float(part)))


def read_numbers(written: str, between: str = ",", *, name: str) -> list[float]:
    """The numbers that a person wrote in one line ("0.5,0.25,0.25", "3:1"); the Fault calls them by `name`."""
    try:
        return [float(part) for part in written.split(between)]
    except ValueError as error:
        raise Fault(key="sample.numbers", name=name, found=written) from error


def read_columns(written: str | None) -> tuple[str, ...]:
    """The names of columns that a person wrote in one line ("age,sex"); () for an empty one."""
    return tuple(name.strip() for name in (written or "").split(",") if name.strip())


def read_rotation(written: str) -> tuple[int, ...]:
    """The rotation that a person wrote in one line ("2-2-2"); () for an empty one."""
    if not written.strip():
        return ()
    numbers = read_numbers(written, "-", name="rotation")
    if any(number % 1 for number in numbers):
        raise Fault(key="sample.numbers", name="rotation", found=written)
    return tuple(int(number) for number in numbers)


def written_numbers(numbers: Iterable[float], between: str = ",") -> str:
    """Numbers as a person writes them in one line."""
    return between.join(f"{number:g}" for number in numbers)


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
    bounds = {"minimum": np.minimum(np.maximum(wanted.minimum, areas.strata), areas.population)}
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
