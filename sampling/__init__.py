"""From a frame to a sample: who may be asked, and how many interviews each place is given; pure: values in and out."""

from sampling.allocation.allocation import (
    allocate_equally,
    allocate_neyman,
    allocate_power,
    allocate_proportional,
    allocate_townships,
    split_modes,
)
from sampling.allocation.constraints import ConstrainedAllocation, allocate_constrained
from sampling.draw.coordination import coordinated_start, refuse_repeated
from sampling.draw.draw import CodedFrame, draw_stratified, draw_stream, draw_systematic
from sampling.draw.random_numbers import commitment, permanent_random_numbers, starting_point
from sampling.draw.releases import release_progress, released, split_releases, unfinished
from sampling.draw.stages import draw_two_stage, kish_person, kish_tables, last_birthday_probability
from sampling.draw.unequal import draw_pps, inclusion_probabilities, joint_sampford, joint_systematic
from sampling.frames.faults import Finding, list_findings, stratify
from sampling.frames.phone import Bank, NumberBanks, bank_findings, draw_numbers, landline_banks, mobile_banks, placed
from sampling.frames.townships import CityFrame, city_frame, county_strata
from sampling.planning.change_power import FallCurve, fall_curve
from sampling.planning.foresight import Assumed, Foresight, foresee
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
from sampling.planning.wanted import Wanted, allocate
from sampling.proof.approved_draw import ApprovedWave, EarlierWave, approved_digests, draw_approved
from sampling.proof.numbered_frame import NumberedFrame, numbered_frame
from sampling.proof.proof import DrawPlan, DrawRecord, Verification, frame_digest, record_draw, verify_draw

__all__ = [
    "ApprovedWave",
    "Assumed",
    "Bank",
    "CityFrame",
    "CodedFrame",
    "ConstrainedAllocation",
    "DrawPlan",
    "DrawRecord",
    "EarlierWave",
    "FallCurve",
    "Finding",
    "Foresight",
    "LastKCurve",
    "NumberBanks",
    "NumberedFrame",
    "SampleSize",
    "Verification",
    "Wanted",
    "allocate",
    "allocate_constrained",
    "allocate_equally",
    "allocate_neyman",
    "allocate_power",
    "allocate_proportional",
    "allocate_stages",
    "allocate_townships",
    "approved_digests",
    "bank_findings",
    "city_frame",
    "commitment",
    "coordinated_start",
    "county_strata",
    "detectable_change",
    "draw_approved",
    "draw_numbers",
    "draw_pps",
    "draw_stratified",
    "draw_stream",
    "draw_systematic",
    "draw_two_stage",
    "expected_precision",
    "fall_curve",
    "foresee",
    "frame_digest",
    "inclusion_probabilities",
    "interviews_for",
    "joint_sampford",
    "joint_systematic",
    "kish_person",
    "kish_tables",
    "landline_banks",
    "last_birthday_probability",
    "last_k_curve",
    "league_rates",
    "list_findings",
    "margin_of_error",
    "mobile_banks",
    "numbered_frame",
    "numbers_needed",
    "permanent_random_numbers",
    "placed",
    "psu_list",
    "record_draw",
    "refuse_repeated",
    "release_progress",
    "released",
    "sample_size_change",
    "sample_size_difference",
    "sample_size_proportion",
    "split_modes",
    "split_releases",
    "starting_point",
    "stratify",
    "unfinished",
    "verify_draw",
]
