"""A plan of a draw: how a sample is drawn, in plain values that can be written down and bound by a line."""

from dataclasses import asdict, dataclass

from sampling.draw.spread import Spread
from sampling.draw.unequal import PIVOTAL, SAMPFORD, SYSTEMATIC
from sampling.planning.rotation import rotation_ages
from sampling.planning.wanted import check_part
from words import Fault

STRATIFIED, EVERY_NTH, BALANCED = "stratified", "systematic", "balanced"
RESTED = "rested"
TWO_STAGE, KISH = "two_stage", "kish"
PPS = {"pps_systematic": SYSTEMATIC, "pps_sampford": SAMPFORD, "pps_pivotal": PIVOTAL}
LATER = frozenset(  # fields that records of older versions do not have
    ("each", "pps", "person", "psus", "rest", "portions", "public", "value", "continued", "rates", "start", "seeded")
) | {"respondents", "rotation", "answered", "call_dead", "spread"}


@dataclass(frozen=True)
class DrawPlan:
    """How a sample is drawn, in plain values that can be written down.

    method      rested, stratified, systematic, balanced, pps_systematic, pps_sampford, pps_pivotal, two_stage
    allocation  n_h by stratum, as pairs in the order of the names; of a two-stage plan how many PSUs
    size, order the column of sizes and the columns to sort by, or to balance on, where the method needs them
    spread      of a rested draw: "sorted" or "balanced" by the columns of `order` (`Spread`); None: neither
    keep        None: the wave continues no other.  A part: of a rested draw, what is kept of the wave before
                (`draw_rested`); a stratified one starts after the earlier wave (`coordinated_start`), except in strata
                that the earlier wave did not have
    rest        of a rested draw: the waves for which nobody is taken again
    respondents  of a rested draw: True if only those are kept, or called again, who answered; None: all
    rotation    of a rested draw: the waves in and out of its rotation groups (`rotation_ages`); None: it has none
    portions    the parts in which it is released, one after the other; None in older plans of draws not rested
    public      what the public value will be that enters the draw ("the lottery's draw of 1 December"), or None
    each, pps   of a two-stage plan: units in every PSU, and the method of `draw_pps` that draws the PSUs by `size`
    person      "kish": every unit is a household and has its table (`kish_tables`); None: the unit itself is asked
    call_dead   the part δ of the numbers that a screening calls dead which is called all the same; None: no screening
    seeded      of two stages or unequal probabilities: True if the random numbers are those of this draw alone
                (`drawn_numbers`); None: they are the frame's permanent ones, as in older records
    """

    method: str
    allocation: tuple[tuple[str, int], ...]
    size: str | None = None
    order: tuple[str, ...] = ()
    keep: float | None = None
    each: int | None = None
    pps: str | None = None
    person: str | None = None
    rest: int | None = None
    portions: tuple[float, ...] | None = None
    public: str | None = None
    seeded: bool | None = None
    respondents: bool | None = None
    rotation: tuple[int, ...] | None = None
    call_dead: float | None = None
    spread: str | None = None

    def __post_init__(self):
        if self.call_dead is not None:
            check_part(self.call_dead)
        methods = [RESTED, STRATIFIED, EVERY_NTH, BALANCED, *PPS, TWO_STAGE]
        continues = self.method in (RESTED, STRATIFIED)
        if self.method not in methods or (self.keep is not None and not continues):
            raise Fault(key="sampling.method", found=self.method, expected=methods)
        staged = (self.each or 0) >= 1 and self.pps in PPS.values() and self.size is not None
        if self.method == TWO_STAGE and not (staged and self.person in (None, KISH)):
            raise Fault(key="sampling.two_stage", each=str(self.each), pps=str(self.pps), size=str(self.size))
        if (self.method == RESTED) != (self.rest is not None and self.portions is not None):
            raise Fault(key="sampling.rested_plan", rest=str(self.rest), portions=str(self.portions))
        if self.method != RESTED and (self.respondents or self.rotation):
            raise Fault(key="sampling.method", found=self.method, expected=[RESTED])
        if self.spread is not None:
            Spread(self.spread, tuple(self.order))
        if (self.method == RESTED and bool(self.order)) != (self.spread is not None):
            raise Fault(key="sampling.spread", kind=str(self.spread), columns=[*self.order] or ["-"])
        if self.rotation is not None:
            rotation_ages(self.rotation)
            object.__setattr__(self, "rotation", tuple(int(length) for length in self.rotation))
        if self.portions is not None:
            object.__setattr__(self, "portions", tuple(float(part) for part in self.portions))
        object.__setattr__(self, "allocation", tuple(sorted((str(s), int(n)) for s, n in self.allocation)))

    @property
    def binds_portions(self) -> bool:
        """Whether a draw that is no rested one has its portions in the plan, as older ones do not."""
        return self.method != RESTED and self.portions is not None

    def plain(self) -> dict:
        """In values fit for JSON, without the fields that its method does not have; the line of older plans stays."""
        return {k: v for k, v in asdict(self).items() if k not in LATER or v is not None}
