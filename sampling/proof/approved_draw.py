"""Draw a wave as it was approved: from the frame then fixed, after the waves before it, and split into releases."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sampling.draw.past import PastWave
from sampling.draw.releases import split_releases
from sampling.draw.roll import Roll
from sampling.planning.staged_plan import psu_list
from sampling.proof.chain import record_rested
from sampling.proof.digests import frame_digests
from sampling.proof.draw_plan import RESTED, TWO_STAGE, DrawPlan
from sampling.proof.numbered_draw import record_draw
from sampling.proof.record import Continued, DrawRecord
from words import Fault

JOINED = ["area", "first_phase", "prn"]  # columns of the frame that the drawn units keep


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


def approved_digests(frame: pd.DataFrame | Roll, plan: DrawPlan) -> tuple[str, str, str | None]:
    """What an approval fixes of a frame: the digests `frame_digests`, of two stages with those of the frame's PSUs.

    A Fault for a plan that does not draw from the roll of a large list: one that is neither rested nor of two stages.
    """
    if not isinstance(frame, pd.DataFrame) and plan.method != RESTED and not (plan.method == TWO_STAGE and plan.seeded):
        raise Fault(key="sampling.method", found=plan.method, expected=[RESTED, TWO_STAGE])
    return frame_digests(frame, plan, _psus(frame, plan))


def draw_approved(
    frame: pd.DataFrame | Roll,
    approved: ApprovedWave,
    *,
    seed: str,
    code: str,
    value: str | None = None,
    past: Sequence[PastWave] = (),
    continued: Continued | None = None,
) -> tuple[pd.DataFrame, DrawRecord]:
    """The wave's units with their release, area and first_phase, and the record that proves the draw.

    frame      unit_id, stratum, area, prn, first_phase and, of two stages, psu; or the roll of a large list
    seed       the one committed to;   code  the program's version
    value      the public value, if the plan names one
    past       the waves before it, oldest first;   continued  the last of them, as the approval bound it
    Raises Fault for a frame that is not the one approved.
    """
    plan = approved.plan
    digests = approved_digests(frame, plan)
    if digests != approved.digests:
        raise Fault(key="sample.frame_changed", wave=approved.wave, frame=approved.frame)
    wave = approved.wave
    before: dict[str, Any] = {"past": past, "continued": continued}
    if plan.method == RESTED:
        before["digests"] = digests
        sample, record = record_rested(frame, plan, seed=seed, wave=wave, code=code, value=value, **before)
        if not isinstance(frame, pd.DataFrame):
            return sample.assign(prn=0.0), record  # nobody has a permanent number
    else:
        psus = _psus(frame, plan)
        sample, record = record_draw(frame, plan, seed=seed, wave=wave, code=code, value=value, psus=psus)
        if not plan.binds_portions:
            sample = split_releases(sample, approved.portions, within="stratum" if psus is None else "psu")
    if not isinstance(frame, pd.DataFrame):
        listed = frame.find(sample.unit_id).set_index("unit_id")
        return sample.assign(area=sample.unit_id.map(listed.area), first_phase=1.0), record
    by_unit, made_for_draw = frame.set_index("unit_id"), ["prn"] if plan.seeded else []
    joined = {column: sample.unit_id.map(by_unit[column]) for column in JOINED if column not in made_for_draw}
    return sample.assign(**joined), record


def _psus(frame: pd.DataFrame | Roll, plan: DrawPlan) -> pd.DataFrame | None:
    """The list of PSUs of a plan of two stages."""
    if plan.method != TWO_STAGE:
        return None
    return psu_list(frame) if isinstance(frame, pd.DataFrame) else frame.psus
