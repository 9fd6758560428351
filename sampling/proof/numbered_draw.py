"""The record and the second draw of samples that go by random numbers of the units: all but the rested ones of a chain.

The numbers are the frame's permanent ones, or in two stages those that are made for the draw alone.
"""

import pandas as pd

from sampling.draw.balanced import draw_balanced
from sampling.draw.coordination import coordinated_start
from sampling.draw.draw import draw_stratified, draw_systematic
from sampling.draw.random_numbers import starting_point
from sampling.draw.releases import split_releases
from sampling.draw.roll import Roll
from sampling.draw.seeded import draw_key, drawn_numbers
from sampling.draw.stages import draw_two_stage, kish_tables
from sampling.draw.unequal import draw_pps
from sampling.proof.digests import frame_digests, numbers_columns, sample_digest
from sampling.proof.draw_plan import BALANCED, EVERY_NTH, PPS, RESTED, STRATIFIED, TWO_STAGE, DrawPlan
from sampling.proof.proof import Verification, check_value, differing_seed, verification
from sampling.proof.record import DrawRecord
from words import Fault

NUMBERED = (STRATIFIED, EVERY_NTH, BALANCED, *PPS, TWO_STAGE)


def record_draw(
    frame: pd.DataFrame | Roll,
    plan: DrawPlan,
    *,
    seed: str,
    wave: str,
    code: str,
    value: str | None = None,
    earlier: pd.DataFrame | None = None,
    psus: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, DrawRecord]:
    """Draw a wave's sample by random numbers, and the record that proves how it was drawn (rested: `record_rested`).

    frame    unit_id, stratum, prn and the columns that the plan names; of a seeded plan of two stages a roll too
    code     the version of the program
    value    the public value, if the plan names one
    earlier  the sample that this wave continues, as released, if a stratified plan has `keep`
    psus     of a two-stage plan: unit_id, stratum, prn and sizes of the PSUs; `frame` then has unit_id, psu, prn
    """
    _check_needed(plan, earlier, psus)
    check_value(plan, value)
    start = starting_point(seed, wave, value)
    sample = _draw(*numbered(frame, psus, plan, seed, wave, value), plan, start, earlier)
    digests = frame_digests(frame, plan, psus)
    record = DrawRecord.of_sample(
        sample, plan, digests, wave=wave, seed=seed, code=code, value=value, start=start, earlier=earlier
    )
    return sample, record


def verify_draw(
    frame: pd.DataFrame | Roll,
    record: DrawRecord,
    *,
    sample: pd.DataFrame | None = None,
    earlier: pd.DataFrame | None = None,
    psus: pd.DataFrame | None = None,
    published: str | None = None,
    code: str | None = None,
) -> Verification:
    """Draw again from `frame` as `record` says, and compare everything that can be compared.

    sample     the units said to have been drawn; those that are missing or added are counted and named
    earlier    the sample that the wave continues, if the plan has `keep`
    psus       of a two-stage plan: the list of PSUs
    published  the commitment as it was made public before the draw
    code       the version of the program that verifies; another one is reported, but is not a failure by itself
    """
    _check_needed(record.plan, earlier, psus)
    differing = _differing_values(frame, record, earlier, psus, published)
    start = record_start(record)
    lists = numbered(frame, psus, record.plan, record.seed, record.wave, record.value)
    again = lambda: _draw(*lists, record.plan, start, earlier)  # noqa: E731
    return verification(differing, record, again, sample=sample, code=code)


def record_start(record: DrawRecord) -> float:
    """Where a draw by random numbers started; a Fault for a rested draw, which has no such point."""
    if record.start is None:
        raise Fault(key="sampling.method", found=record.plan.method, expected=[*NUMBERED])
    return record.start


def numbered(
    frame: pd.DataFrame | Roll, psus: pd.DataFrame | None, plan: DrawPlan, seed: str, wave: str, value: str | None
) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """The frame and its PSUs with the random numbers by which they are drawn: of a seeded plan those of this draw.

    Of a roll only the units of the PSUs that are drawn: the first stage is drawn for that, from its own numbers.
    """
    if not plan.seeded:
        assert isinstance(frame, pd.DataFrame)  # see `approved_digests`
        return frame, psus
    key = draw_key(seed, wave, value)
    of_psus = None if psus is None else psus.assign(prn=drawn_numbers(psus.unit_id.astype(str), key, name="psu"))
    if not isinstance(frame, pd.DataFrame):
        assert of_psus is not None and plan.pps is not None  # see `approved_digests`
        start, size = starting_point(seed, wave, value), str(plan.size)
        frame = frame.in_psus(draw_pps(of_psus, dict(plan.allocation), size, start=start, method=plan.pps).unit_id)
    return frame.assign(prn=drawn_numbers(frame.unit_id.astype(str), key, name="unit")), of_psus


def check_earlier(plan: DrawPlan, earlier: pd.DataFrame | None) -> None:
    """A Fault unless an earlier sample is there exactly when the plan, which is no rested one, continues one."""
    if plan.method == RESTED:
        raise Fault(key="sampling.method", found=plan.method, expected=[*NUMBERED])
    if (plan.keep is None) != (earlier is None):
        raise Fault(key="proof.earlier_needed", keep=str(plan.keep))


def _differing_values(frame, record: DrawRecord, earlier, psus, published):
    who, numbers, clusters = frame_digests(frame, record.plan, psus)
    if clusters != record.psus:
        yield "proof.psus", {"psus": len(psus)}
    if who != record.frame:
        rows = len(frame) if isinstance(frame, pd.DataFrame) else int(frame.population.sum())
        yield "proof.frame", {"rows": rows}
    elif numbers != record.numbers:
        yield "proof.numbers", {"columns": list(numbers_columns(record.plan)[1:])}
    yield from differing_seed(record, record.wave, published)
    if (None if earlier is None else sample_digest(earlier)) != record.earlier:
        yield "proof.earlier", {"wave": record.wave}


def _draw(frame: pd.DataFrame, psus: pd.DataFrame | None, plan: DrawPlan, start: float, earlier) -> pd.DataFrame:
    allocation = dict(plan.allocation)
    size = str(plan.size)
    if plan.method == TWO_STAGE:
        assert plan.each is not None and plan.pps is not None and psus is not None  # see `DrawPlan`
        drawn = draw_two_stage(psus, frame, allocation, plan.each, size=size, start=start, method=plan.pps)
        return drawn if plan.person is None else drawn.assign(kish=kish_tables(drawn.unit_id, drawn.prn))
    if plan.method == STRATIFIED:
        starts = dict.fromkeys(allocation, start)
        if plan.keep is not None:
            starts |= coordinated_start(earlier, keep=plan.keep).to_dict()
        return draw_stratified(frame, allocation, start=starts)
    if plan.method == BALANCED:
        return draw_balanced(frame, allocation, plan.order, start=start)
    if plan.method == EVERY_NTH:
        return draw_systematic(frame, allocation, start=start, order=list(plan.order))
    sized = frame.assign(**{size: sizes_of(frame, size)})
    drawn = draw_pps(sized, allocation, size, start=start, method=PPS[plan.method], order=list(plan.order))
    return drawn if plan.portions is None else split_releases(drawn, plan.portions)


def sizes_of(frame: pd.DataFrame, size: str) -> pd.Series:
    """The sizes x_i of a frame's units, from numbers or their text; a Fault for others, and without the column."""
    if size not in frame:
        raise Fault(key="sampling.no_columns", columns=[size])
    sizes = pd.to_numeric(frame[size], errors="coerce")
    if sizes.isna().any():
        raise Fault(key="sampling.size", found=str(frame[size][sizes.isna()].iloc[0]) or "-")
    return sizes.astype(float)


def _check_needed(plan: DrawPlan, earlier: pd.DataFrame | None, psus: pd.DataFrame | None) -> None:
    """A Fault unless what the plan needs besides the frame is there, and nothing else."""
    check_earlier(plan, earlier)
    if (plan.method == TWO_STAGE) != (psus is not None):
        raise Fault(key="proof.psus_needed", method=plan.method)
