"""From a frame to a sample: who may be asked, and how many interviews each place is given; pure: values in and out."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the same names, for who checks types
    from sampling.allocation.allocation import (
        allocate_equally,
        allocate_neyman,
        allocate_power,
        allocate_proportional,
        allocate_townships,
        split_modes,
    )
    from sampling.allocation.constraints import ConstrainedAllocation, allocate_constrained
    from sampling.allocation.stage_constraints import allocate_stages_constrained
    from sampling.draw.balanced import draw_balanced
    from sampling.draw.coordination import coordinated_start
    from sampling.draw.draw import CodedFrame, draw_stratified, draw_stream, draw_systematic
    from sampling.draw.past import PastWave, Succession
    from sampling.draw.random_numbers import commitment, permanent_random_numbers, starting_point
    from sampling.draw.releases import interviews_short, release_progress, released, split_releases, unfinished
    from sampling.draw.rested import draw_rested, kept_counts
    from sampling.draw.roll import kept_counts_roll
    from sampling.draw.screened import dead_called, screened_weights
    from sampling.draw.seeded import draw_key
    from sampling.draw.spread import Spread
    from sampling.draw.stages import draw_two_stage, kish_person, kish_tables, last_birthday_probability
    from sampling.draw.unequal import draw_pps, inclusion_probabilities, joint_sampford, joint_systematic
    from sampling.frames.faults import Finding, list_findings, stratify
    from sampling.frames.phone import (
        Bank,
        NumberBanks,
        bank_findings,
        draw_numbers,
        landline_banks,
        mobile_banks,
        placed,
    )
    from sampling.frames.townships import CityFrame, city_frame, county_strata
    from sampling.planning.change_power import FallCurve, fall_curve
    from sampling.planning.constrained import Constraint, expected_margins
    from sampling.planning.foresight import Assumed, Foresight, foresee
    from sampling.planning.interviews import allocate
    from sampling.planning.power import LastKCurve, interviews_for, last_k_curve, league_rates
    from sampling.planning.size import (
        SampleSize,
        detectable_change,
        expected_precision,
        margin_of_error,
        numbers_needed,
        sample_size_change,
        sample_size_difference,
        sample_size_proportion,
    )
    from sampling.planning.staged_plan import allocate_stages, psu_list
    from sampling.planning.wanted import Wanted
    from sampling.proof.approved_draw import ApprovedWave, approved_digests, draw_approved
    from sampling.proof.chain import DrawnWave, record_rested, verify_chain
    from sampling.proof.digests import frame_digest
    from sampling.proof.draw_plan import DrawPlan
    from sampling.proof.numbered_draw import record_draw, verify_draw
    from sampling.proof.numbered_frame import NumberedFrame, numbered_frame
    from sampling.proof.proof import Verification
    from sampling.proof.record import Continued, DrawRecord
    from sampling.proof.screening import Screening, called_of_screening, differing_screenings, screening_of
    from sampling.proof.slip import slip, slip_of

# file -> the public names in it; each is loaded when it is first used, as in estimation/__init__.py
_NAMES = {
    "allocation/allocation": "allocate_equally allocate_neyman allocate_power allocate_proportional "
    "allocate_townships split_modes",
    "allocation/constraints": "ConstrainedAllocation allocate_constrained",
    "allocation/stage_constraints": "allocate_stages_constrained",
    "draw/balanced": "draw_balanced",
    "draw/coordination": "coordinated_start",
    "draw/draw": "CodedFrame draw_stratified draw_stream draw_systematic",
    "draw/random_numbers": "commitment permanent_random_numbers starting_point",
    "draw/releases": "interviews_short release_progress released split_releases unfinished",
    "draw/past": "PastWave Succession",
    "draw/rested": "draw_rested kept_counts",
    "draw/roll": "kept_counts_roll",
    "draw/screened": "dead_called screened_weights",
    "draw/seeded": "draw_key",
    "draw/spread": "Spread",
    "draw/stages": "draw_two_stage kish_person kish_tables last_birthday_probability",
    "draw/unequal": "draw_pps inclusion_probabilities joint_sampford joint_systematic",
    "frames/faults": "Finding list_findings stratify",
    "frames/phone": "Bank NumberBanks bank_findings draw_numbers landline_banks mobile_banks placed",
    "frames/townships": "CityFrame city_frame county_strata",
    "planning/change_power": "FallCurve fall_curve",
    "planning/constrained": "Constraint expected_margins",
    "planning/foresight": "Assumed Foresight foresee",
    "planning/interviews": "allocate",
    "planning/power": "LastKCurve interviews_for last_k_curve league_rates",
    "planning/size": "SampleSize detectable_change expected_precision margin_of_error numbers_needed "
    "sample_size_change sample_size_difference sample_size_proportion",
    "planning/staged_plan": "allocate_stages psu_list",
    "planning/wanted": "Wanted",
    "proof/approved_draw": "ApprovedWave approved_digests draw_approved",
    "proof/chain": "DrawnWave record_rested verify_chain",
    "proof/numbered_draw": "record_draw verify_draw",
    "proof/numbered_frame": "NumberedFrame numbered_frame",
    "proof/screening": "Screening called_of_screening differing_screenings screening_of",
    "proof/slip": "slip slip_of",
    "proof/digests": "frame_digest",
    "proof/draw_plan": "DrawPlan",
    "proof/proof": "Verification",
    "proof/record": "Continued DrawRecord",
}
_FILE_OF = {name: file.replace("/", ".") for file, names in _NAMES.items() for name in names.split()}
__all__ = sorted(_FILE_OF)


def __getattr__(name: str) -> Any:
    """A public name of this room, from its file."""
    if name not in _FILE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    public = getattr(import_module(f"{__name__}.{_FILE_OF[name]}"), name)
    globals()[name] = public
    return public


def __dir__() -> list[str]:
    return sorted({*globals(), *_FILE_OF})
