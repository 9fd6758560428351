"""What a centre wants of a wave's sample, as it is written, checked and kept."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from sampling.planning.constrained import Constraint
from sampling.planning.foresight import Assumed
from sampling.planning.rotation import rotation_ages
from words import Fault

PROPORTIONAL, EQUAL, NEYMAN, POWER = METHODS = ("proportional", "equal", "neyman", "power")
PPS_METHODS = ("systematic", "pivotal", "sampford")  # those of `draw_pps`
LONGEST = 40  # waves that a plan may let people rest
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
    together       whether the numbers drawn suffice with chance 0.95 in all strata together; False in plans of older
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
