"""Proof of a draw: what was fixed before, what was made public after, and a second draw that must give the same.

Before the draw: the frame's digests (who could be drawn, with which numbers) and the commitment to the seed.  After it:
the seed.  Nobody could choose the frame to fit the seed or the seed to fit the frame; whoever holds the list of
unit_id, stratum and prn - no telephone numbers, no key - draws again and compares.
"""

import hashlib
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from sampling.coordination import coordinated_start
from sampling.draw import draw_stratified, draw_systematic
from sampling.random_numbers import commitment, starting_point
from sampling.unequal import PIVOTAL, SAMPFORD, SYSTEMATIC, draw_pps
from words import Fault

STRATIFIED, EVERY_NTH = "stratified", "systematic"
PPS = {"pps_systematic": SYSTEMATIC, "pps_sampford": SAMPFORD, "pps_pivotal": PIVOTAL}


@dataclass(frozen=True)
class DrawPlan:
    """How a sample is drawn, in plain values that can be written down.

    method      stratified, systematic, pps_systematic, pps_sampford, pps_pivotal
    allocation  n_h by stratum, as pairs in the order of their names
    size, order the column of sizes, the columns to sort by, where the method asks for them
    keep        None: the wave starts where its seed says; a part: after the earlier wave (`coordinated_start`), and
                where its seed says in strata that the earlier wave did not have
    """

    method: str
    allocation: tuple[tuple[str, int], ...]
    size: str | None = None
    order: tuple[str, ...] = ()
    keep: float | None = None

    def __post_init__(self):
        methods = [STRATIFIED, EVERY_NTH, *PPS]
        if self.method not in methods or (self.keep is not None and self.method != STRATIFIED):
            raise Fault(key="sampling.method", found=self.method, expected=methods)
        object.__setattr__(self, "allocation", tuple(sorted((str(s), int(n)) for s, n in self.allocation)))


@dataclass(frozen=True)
class DrawRecord:
    """All that a second draw needs, and what it must find; plain values, fit for JSON.

    frame, numbers  digests of (unit_id, stratum) and of (unit_id, prn and what else the plan reads): order-independent
    commitment      SHA-256 of the seed, public before the draw;   seed  public after it
    start           where the wave started, from seed and wave (of no effect if the plan continues an earlier wave)
    earlier         digest of the wave this one continues, or None
    sample          digest of the drawn units with their places and probabilities;   units  how many
    code            version of the program
    """

    wave: str
    plan: DrawPlan
    frame: str
    numbers: str
    commitment: str
    seed: str
    start: float
    earlier: str | None
    sample: str
    units: int
    code: str


@dataclass(frozen=True)
class Verification:
    """Whether a record holds, and if not, what differs: keys in words/ with their values, in the order of checking."""

    holds: bool
    differences: tuple[tuple[str, dict], ...] = field(default=())


def frame_digest(frame: pd.DataFrame, columns=("unit_id", "stratum")) -> str:
    """SHA-256, hexadecimal, over the sorted BLAKE2b digests of the rows: the same in any order of rows.

    Numbers enter by their shortest exact decimal form.  A unit_id that stands there twice is a Fault: then the rows
    would not say who is meant.  O(N log N), about 2 µs a row and column.
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


def record_draw(
    frame: pd.DataFrame, plan: DrawPlan, *, seed: str, wave: str, code: str, earlier: pd.DataFrame | None = None
) -> tuple[pd.DataFrame, DrawRecord]:
    """Draw the wave's sample and write down what proves it.

    frame    unit_id, stratum, prn and the columns the plan names;   code  the program's version
    earlier  the sample this wave continues, where the plan says `keep`: as released
    """
    check_earlier(plan, earlier)
    start = starting_point(seed, wave)
    sample = _draw(frame, plan, start, earlier)
    record = DrawRecord(
        wave=wave,
        plan=plan,
        frame=frame_digest(frame),
        numbers=frame_digest(frame, _columns(plan)),
        commitment=commitment(seed),
        seed=seed,
        start=start,
        earlier=None if earlier is None else sample_digest(earlier),
        sample=sample_digest(sample),
        units=len(sample),
        code=code,
    )
    return sample, record


def verify_draw(
    frame: pd.DataFrame,
    record: DrawRecord,
    *,
    sample: pd.DataFrame | None = None,
    earlier: pd.DataFrame | None = None,
    published: str | None = None,
    code: str | None = None,
) -> Verification:
    """Draw again from `frame` as `record` says, and compare everything that can be compared.

    sample     the units said to have been drawn, if known: those missing or added are counted and named
    earlier    the sample the wave continues, where the plan says `keep`
    published  the commitment as it was made public before the draw;   code  the version that verifies
    A different version of the program is said, and is no failure by itself.
    """
    check_earlier(record.plan, earlier)
    found = list(_differing_values(frame, record, earlier, published))
    try:
        again = _draw(frame, record.plan, record.start, earlier)
    except Fault as fault:
        found.append(("proof.cannot_draw", {"reason": str(fault)}))
    else:
        found += differing_units(again, record, sample)
    return verification(found, record, code)


def verification(found: list, record, code: str | None) -> Verification:
    """What differs, and whether the record holds in spite of it: another version of the program is no failure."""
    said = [] if code in (None, record.code) else [("proof.code", {"recorded": record.code, "found": code})]
    return Verification(not found, (*found, *said))


def _differing_values(frame, record: DrawRecord, earlier, published):
    if frame_digest(frame) != record.frame:
        yield "proof.frame", {"rows": len(frame)}
    elif frame_digest(frame, _columns(record.plan)) != record.numbers:
        yield "proof.numbers", {"columns": list(_columns(record.plan)[1:])}
    yield from differing_seed(record, record.wave, published)
    if (None if earlier is None else sample_digest(earlier)) != record.earlier:
        yield "proof.earlier", {"wave": record.wave}


def differing_seed(record, label: str, published: str | None):
    """What does not fit among seed, commitment (as recorded and as published) and start."""
    if commitment(record.seed) != record.commitment:
        yield "proof.commitment", {"recorded": record.commitment}
    if published is not None and published != record.commitment:
        yield "proof.published", {"published": published, "recorded": record.commitment}
    if starting_point(record.seed, label) != record.start:
        yield "proof.start", {"recorded": record.start, "found": starting_point(record.seed, label)}


def differing_units(again: pd.DataFrame, record, sample: pd.DataFrame | None):
    """What a second draw finds other than the record (its sample and units) and other than the `sample` shown."""
    if sample_digest(again) != record.sample:
        yield "proof.sample", {"drawn": len(again), "recorded": record.units}
    if sample is not None:
        added = sorted(set(sample.unit_id) - set(again.unit_id))
        missing = sorted(set(again.unit_id) - set(sample.unit_id))
        if added or missing:
            yield "proof.units", {"added": added or ["-"], "missing": missing or ["-"]}


def _draw(frame: pd.DataFrame, plan: DrawPlan, start: float, earlier: pd.DataFrame | None) -> pd.DataFrame:
    allocation = dict(plan.allocation)
    if plan.method == STRATIFIED:
        starts = dict.fromkeys(allocation, start)
        if plan.keep is not None:
            starts |= coordinated_start(earlier, keep=plan.keep).to_dict()
        return draw_stratified(frame, allocation, start=starts)
    if plan.method == EVERY_NTH:
        return draw_systematic(frame, allocation, start=start, order=list(plan.order))
    return draw_pps(frame, allocation, plan.size, start=start, method=PPS[plan.method], order=list(plan.order))


def _columns(plan: DrawPlan) -> tuple[str, ...]:
    """What besides unit_id and stratum settles the draw."""
    return ("unit_id", "prn", *([plan.size] if plan.size else []), *plan.order)


def sample_digest(sample: pd.DataFrame) -> str:
    """Digest of a sample: its units with stratum, place and probability."""
    return frame_digest(sample, ("unit_id", "stratum", "place", "probability"))


def check_earlier(plan: DrawPlan, earlier: pd.DataFrame | None) -> None:
    """A Fault unless an earlier sample is there exactly when the plan continues one."""
    if (plan.keep is None) != (earlier is None):
        raise Fault(key="proof.earlier_needed", keep=str(plan.keep))


def _as_text(column: pd.Series) -> list[str]:
    if pd.api.types.is_numeric_dtype(column):
        return [repr(value) for value in column.tolist()]
    return column.astype(str).tolist()
