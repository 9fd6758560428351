"""Proof of a draw: what was fixed before, what was made public after, and a second draw that must give the same.

Before the draw: the frame's digests (who could be drawn, with which numbers) and the commitment to the seed.  After it:
the seed.  Nobody could choose the frame to fit the seed or the seed to fit the frame; whoever holds the list of
unit_id, stratum and prn - no telephone numbers, no key - draws again and compares.  A draw of two stages has two
lists: the PSUs with their sizes, and the units with their PSU.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from sampling.draw.random_numbers import commitment, starting_point
from sampling.draw.releases import Through, is_out
from sampling.draw.unequal import PIVOTAL, SAMPFORD, SYSTEMATIC
from sampling.planning.rotation import rotation_ages
from words import Fault

STRATIFIED, EVERY_NTH, BALANCED = "stratified", "systematic", "balanced"
RESTED = "rested"
TWO_STAGE, KISH = "two_stage", "kish"
PPS = {"pps_systematic": SYSTEMATIC, "pps_sampford": SAMPFORD, "pps_pivotal": PIVOTAL}


@dataclass(frozen=True)
class DrawPlan:
    """How a sample is drawn, in plain values that can be written down.

    method      rested, stratified, systematic, balanced, pps_systematic, pps_sampford, pps_pivotal, two_stage
    allocation  n_h by stratum, as pairs in the order of the names; of a two-stage plan how many PSUs
    size, order the column of sizes and the columns to sort by, or to balance on, where the method needs them
    keep        None: the wave continues no other.  A part: of a rested draw, what is kept of the wave before
                (`draw_rested`); a stratified one starts after the earlier wave (`coordinated_start`), except in strata
                that the earlier wave did not have
    rest        of a rested draw: the waves for which nobody is taken again
    respondents  of a rested draw: True if only those are kept, or called again, who answered; None: all
    rotation    of a rested draw: the waves in and out of its rotation groups (`rotation_ages`); None: it has none
    portions    of a rested draw: the parts in which it is released, one after the other
    public      what the public value will be that enters the draw ("the lottery's draw of 1 December"), or None
    each, pps   of a two-stage plan: units in every PSU, and the method of `draw_pps` that draws the PSUs by `size`
    person      "kish": every unit is a household and has its table (`kish_tables`); None: the unit itself is asked
    seeded      of a two-stage plan: True if its random numbers are `drawn_numbers` of this draw alone; None: they are
                the frame's permanent ones, as in older records
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

    def __post_init__(self):
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
        if self.rotation is not None:
            rotation_ages(self.rotation)
            object.__setattr__(self, "rotation", tuple(int(length) for length in self.rotation))
        if self.portions is not None:
            object.__setattr__(self, "portions", tuple(float(part) for part in self.portions))
        object.__setattr__(self, "allocation", tuple(sorted((str(s), int(n)) for s, n in self.allocation)))

    def plain(self) -> dict:
        """In values fit for JSON, without the fields that its method does not have; the line of older plans stays."""
        return {k: v for k, v in asdict(self).items() if k not in LATER or v is not None}


LATER = frozenset(  # fields that records of older versions do not have
    ("each", "pps", "person", "psus", "rest", "portions", "public", "value", "continued", "rates", "start", "seeded")
) | {"respondents", "rotation", "answered"}


@dataclass(frozen=True)
class Continued:
    """The wave that another one continues, as it was when that one's line was published.

    wave, line  its name, and its own line
    releases    how many of its portions were out: of every stratum, or by stratum
    released    digest of the units in them, with their places
    answered    where the later wave calls respondents again: digest of who answered; otherwise None
    """

    wave: str
    line: str
    releases: Through
    released: str
    answered: str | None = None

    def __post_init__(self):
        if not isinstance(self.releases, int):
            object.__setattr__(self, "releases", dict(sorted(self.releases.items())))

    def plain(self) -> dict:
        """In values fit for JSON; what an older line bound stays as it was."""
        return {k: v for k, v in asdict(self).items() if k != "answered" or v is not None}


@dataclass(frozen=True)
class DrawRecord:
    """All that a second draw needs and must find, in values fit for JSON.

    frame, numbers  digests of (unit_id, stratum) and of (unit_id, prn and what else the plan reads)
    commitment      SHA-256 of the seed, public before the draw
    seed            public after the draw
    start           where the wave started, from seed, wave and public value; None of a rested draw
    earlier         of a stratified draw: digest of the wave that this one continues, or None
    sample, units   digest of the drawn units with their places and probabilities, and how many they are
    code            version of the program
    psus            of a two-stage plan: digest of the PSUs with stratum, prn and size; `frame` is of (unit_id, psu)
    value           the public value that entered the draw; None if the plan names none
    continued       of a rested draw: the wave that it continues, or None
    rates           of a rested draw: stratum, rest, population and sample of `draw_rested`, one row each; in rotation
                    groups the age of the group too
    """

    wave: str
    plan: DrawPlan
    frame: str
    numbers: str
    commitment: str
    seed: str
    start: float | None
    earlier: str | None
    sample: str
    units: int
    code: str
    psus: str | None = None
    value: str | None = None
    continued: Continued | None = None
    rates: tuple[tuple, ...] | None = None

    def plain(self) -> dict:
        """In values fit for JSON, without the fields that its method does not have."""
        fields = {k: v for k, v in asdict(self).items() if k not in LATER or v is not None}
        before = {} if self.continued is None else {"continued": self.continued.plain()}
        return fields | {"plan": self.plan.plain()} | before

    @classmethod
    def of_sample(
        cls,
        sample: pd.DataFrame,
        plan: DrawPlan,
        digests: tuple[str, str, str | None],
        *,
        wave: str,
        seed: str,
        code: str,
        start: float | None = None,
        earlier: pd.DataFrame | None = None,
        value: str | None = None,
        continued: Continued | None = None,
        rates: tuple[tuple[str, int, int, int], ...] | None = None,
    ) -> "DrawRecord":
        """The record of a sample that was drawn by a plan.

        digests  of the frame, its numbers and its PSUs, as `frame_digests` gives them
        earlier  the sample that this one continues, as released; all else as the record's fields
        """
        frame, numbers, psus = digests
        return cls(
            wave=wave,
            plan=plan,
            frame=frame,
            numbers=numbers,
            commitment=commitment(seed),
            seed=seed,
            start=start,
            earlier=None if earlier is None else sample_digest(earlier),
            sample=sample_digest(sample),
            units=len(sample),
            code=code,
            psus=psus,
            value=value,
            continued=continued,
            rates=rates,
        )

    @classmethod
    def read(cls, plain: Mapping) -> "DrawRecord":
        """From such values."""
        _check_types(plain, DRAW_TYPES)
        _check_types(plain["plan"], PLAN_TYPES)
        _check_types(dict(plain["plan"]["allocation"]), dict.fromkeys(dict(plain["plan"]["allocation"]), int))
        plan = dict(plain["plan"])
        plan |= {"allocation": tuple(map(tuple, plan["allocation"])), "order": tuple(plan["order"])}
        fields: dict[str, Any] = {"start": None, **plain, "plan": DrawPlan(**plan)}
        if plain.get("continued") is not None:
            _check_types(plain["continued"], {"wave": str, "line": str, "released": str, "releases": (int, dict)})
            if isinstance(releases := plain["continued"]["releases"], dict):
                _check_types(releases, dict.fromkeys(releases, int))
            fields["continued"] = Continued(**plain["continued"])
        if plain.get("rates") is not None:
            fields["rates"] = tuple(map(tuple, plain["rates"]))
        return cls(**fields)


def _check_types(plain: Mapping, types: Mapping[str, Any]) -> None:
    """A TypeError for a field of another type, or a number that is not finite or beyond 2⁵³, which JSON can hold."""
    for name, kind in types.items():
        value = plain.get(name)
        right = isinstance(value, kind) and not isinstance(value, bool)
        if name in plain and not right and (value is not None or name in NEVER_NONE):
            raise TypeError(name)
        if isinstance(value, int | float) and not abs(value) < 2**53:
            raise ValueError(name)


NEVER_NONE = frozenset(("wave", "frame", "numbers", "commitment", "seed", "sample", "code", "units", "plan", "method"))
DRAW_TYPES: dict[str, Any] = dict.fromkeys(
    ("wave", "frame", "numbers", "commitment", "seed", "earlier", "sample", "code", "psus", "value"), str
) | {"start": (int, float), "units": int, "plan": dict, "continued": dict}
PLAN_TYPES: dict[str, Any] = dict.fromkeys(("method", "size", "pps", "person", "public"), str) | {
    "keep": (int, float),
    "each": int,
    "rest": int,
    "portions": list,
    "allocation": list,
    "order": list,
}


@dataclass(frozen=True)
class Verification:
    """Whether a record holds, and if not, what differs: keys of words/ with their values, in the order of checking.

    notes: what the reader should know besides, whether it holds or not
    """

    holds: bool
    differences: tuple[tuple[str, dict], ...] = field(default=())
    notes: tuple[tuple[str, dict], ...] = field(default=())


def frame_digest(frame: pd.DataFrame, columns: Sequence[str] = ("unit_id", "stratum")) -> str:
    """SHA-256, hexadecimal, of the sorted BLAKE2b digests of the rows, so that the order of the rows does not matter.

    Numbers are written in their shortest exact decimal form.  The time is O(N log N), about 2 µs per row and column.
    Raises Fault for a missing column and for a unit_id in two rows, which would not say which unit is meant.
    """
    missing = [c for c in columns if c not in frame]
    if missing:
        raise Fault(key="table.columns", table="FRAME", columns=missing)
    repeated = frame.unit_id.duplicated()
    if repeated.any():
        raise Fault(key="sampling.repeated", count=int(repeated.sum()), found=str(frame.unit_id[repeated].iloc[0]))
    texts = [_as_text(frame[c]) for c in columns]
    rows = b"".join(
        hashlib.blake2b("\0".join(row).encode(), digest_size=32).digest() for row in zip(*texts, strict=True)
    )
    ordered = np.sort(np.frombuffer(rows, dtype="S32")) if rows else np.array([], dtype="S32")
    header = f"rankshift frame\0{','.join(columns)}\0{len(frame)}\0"
    return hashlib.sha256(header.encode() + ordered.tobytes()).hexdigest()


def psu_digest(psus: pd.DataFrame, plan: DrawPlan) -> str:
    """`frame_digest` of the PSUs by unit_id, stratum, permanent random number and sizes, written as floats."""
    size = str(plan.size)
    sizes = psus.assign(**{size: psus[size].astype(float)}) if size in psus else psus
    return frame_digest(sizes, ("unit_id", "stratum", *([] if plan.seeded else ["prn"]), size))


def released_digest(sample: pd.DataFrame, through: Through) -> str:
    """Digest of the units that are released when so many portions are, with stratum, place and release."""
    return frame_digest(sample[is_out(sample, through)], ("unit_id", "stratum", "place", "release"))


def answered_digest(answered: Iterable[str]) -> str:
    """Digest of the unit_ids of those who answered."""
    return frame_digest(pd.DataFrame({"unit_id": sorted(answered)}, dtype=str), ("unit_id",))


def frame_digests(frame: pd.DataFrame, plan: DrawPlan, psus: pd.DataFrame | None = None) -> tuple[str, str, str | None]:
    """The digests that a plan fixes before the draw: who could be drawn, their random numbers, and the PSUs."""
    clusters = None if psus is None else psu_digest(psus, plan)
    return frame_digest(frame, _who(plan)), frame_digest(frame, numbers_columns(plan)), clusters


def check_value(plan: DrawPlan, value: str | None) -> None:
    """A Fault unless a public value is there exactly when the plan names one."""
    if (plan.public is None) != (value is None):
        raise Fault(key="proof.value_needed" if value is None else "proof.value_unwanted", public=str(plan.public))


def verification(
    differing: Iterable[tuple[str, dict]],
    record: DrawRecord,
    again: Callable[[], pd.DataFrame],
    *,
    sample: pd.DataFrame | None,
    code: str | None,
) -> Verification:
    """What differs before and after drawing again; another version of the program is reported, but is not a failure."""
    differences = list(differing)
    try:
        differences += differing_units(again(), record, sample)
    except Fault as fault:
        differences.append(("proof.cannot_draw", {"reason": fault.sentences}))
    said = [] if code in (None, record.code) else [("proof.code", {"recorded": record.code, "found": code})]
    return Verification(not differences, (*differences, *said))


def differing_seed(record: Any, label: str, published: str | None) -> Iterator[tuple[str, dict]]:
    """What does not agree among the seed, its commitment (as recorded and as published) and the start."""
    if commitment(record.seed) != record.commitment:
        yield "proof.commitment", {"recorded": record.commitment}
    if published is not None and published != record.commitment:
        yield "proof.published", {"published": published, "recorded": record.commitment}
    value = getattr(record, "value", None)
    if record.start is not None and starting_point(record.seed, label, value) != record.start:
        yield "proof.start", {"recorded": record.start, "found": starting_point(record.seed, label, value)}


def differing_units(again: pd.DataFrame, record: Any, sample: pd.DataFrame | None) -> Iterator[tuple[str, dict]]:
    """Where a second draw differs from the record (its sample and units) and from the `sample` shown."""
    if sample_digest(again) != record.sample:
        yield "proof.sample", {"drawn": len(again), "recorded": record.units}
    if sample is not None:
        added = sorted(set(sample.unit_id) - set(again.unit_id))
        missing = sorted(set(again.unit_id) - set(sample.unit_id))
        if added or missing:
            yield "proof.units", {"added": added or ["-"], "missing": missing or ["-"]}


def _who(plan: DrawPlan) -> tuple[str, str]:
    """Who could be drawn, and where: the frame's own columns."""
    return ("unit_id", "psu" if plan.method == TWO_STAGE else "stratum")


def numbers_columns(plan: DrawPlan) -> tuple[str, ...]:
    """What besides these settles the draw or the weights; of two stages the sizes are the PSUs'."""
    if plan.method == RESTED or plan.seeded:
        return ("unit_id", "first_phase")
    sizes = [plan.size] if plan.size and plan.method != TWO_STAGE else []
    return ("unit_id", "prn", *sizes, *plan.order)


def sample_digest(sample: pd.DataFrame) -> str:
    """Digest of a sample: its units with stratum, place and probability; of two stages PSU, π_I and table too; of a
    rested draw also rest, release and base weight.
    """
    if "rest" in sample:
        of_group = ("age",) if "age" in sample else ()
        weights = ("place", "release", "probability", "base_weight", "first_phase")
        return frame_digest(sample, ("unit_id", "stratum", "rest", *of_group, *weights))
    staged = ("psu", "first_probability") if "first_probability" in sample else ()
    tables = (KISH,) if KISH in sample else ()
    return frame_digest(sample, ("unit_id", "stratum", "place", "probability", *staged, *tables))


def _as_text(column: pd.Series) -> list[str]:
    if pd.api.types.is_numeric_dtype(column):
        return [repr(value) for value in column.tolist()]
    return column.astype(str).tolist()
