"""Draw a wave as it was approved: from the frame then fixed, apart from earlier waves, and split into releases."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from sampling.draw.coordination import refuse_repeated
from sampling.draw.releases import split_releases
from sampling.planning.staged_plan import psu_list
from sampling.proof.proof import TWO_STAGE, DrawPlan, DrawRecord, frame_digests, record_draw
from words import Fault

JOINED = ["area", "first_phase"]  # columns of the frame that the drawn units keep


@dataclass(frozen=True)
class ApprovedWave:
    """What an approval fixed of a wave.

    wave, frame  their names
    digests      of the frame's units, as `approved_digests` gave them
    portions     of the drawn numbers, released one after the other
    """

    wave: str
    frame: str
    plan: DrawPlan
    digests: tuple[str, str, str | None]
    portions: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class EarlierWave:
    """A wave drawn before: its units as released so far (none: nothing is), and whether it has two stages."""

    wave: str
    released: pd.DataFrame
    staged: bool


def approved_digests(frame: pd.DataFrame, plan: DrawPlan) -> tuple[str, str, str | None]:
    """What an approval fixes of a frame: the digests `frame_digests`, of two stages with those of the frame's PSUs."""
    return frame_digests(frame, plan, _psus(frame, plan))


def draw_approved(
    frame: pd.DataFrame, approved: ApprovedWave, *, seed: str, code: str, earlier: Sequence[EarlierWave] = ()
) -> tuple[pd.DataFrame, DrawRecord]:
    """The wave's units with their release, area and first_phase, and the record that proves the draw.

    frame    unit_id, stratum, area, prn, first_phase and, of two stages, psu
    seed     the one committed to;   code  the program's version
    earlier  the wave continued, first, then those it continues itself with nobody kept, newest first; () if none
    Raises Fault for a frame that is not the one approved, for an earlier wave of which nothing is released or that has
    two stages, and for a unit rung in an earlier wave where the plan keeps nobody.
    """
    plan = approved.plan
    if approved_digests(frame, plan) != approved.digests:
        raise Fault(key="sample.frame_changed", wave=approved.wave, frame=approved.frame)
    before = _continued(approved.wave, earlier[0]) if earlier else None
    psus = _psus(frame, plan)
    sample, record = record_draw(frame, plan, seed=seed, wave=approved.wave, code=code, earlier=before, psus=psus)
    if plan.keep == 0.0:
        refuse_repeated(sample, [previous.released for previous in earlier])
    sample = split_releases(sample, approved.portions, within="stratum" if psus is None else "psu")
    by_unit = frame.set_index("unit_id")
    return sample.assign(**{column: sample.unit_id.map(by_unit[column]) for column in JOINED}), record


def _psus(frame: pd.DataFrame, plan: DrawPlan) -> pd.DataFrame | None:
    """The list of PSUs of a plan of two stages."""
    return psu_list(frame) if plan.method == TWO_STAGE else None


def _continued(wave: str, earlier: EarlierWave) -> pd.DataFrame:
    """What was released of the wave that is continued; a Fault if that is nothing, or if it has two stages."""
    if earlier.released.empty:
        raise Fault(key="sample.earlier_unreleased", wave=wave, earlier=earlier.wave)
    if earlier.staged:
        raise Fault(key="sample.earlier_staged", wave=wave, earlier=earlier.wave)
    return earlier.released
