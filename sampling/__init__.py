"""From a frame to a sample: who may be asked, and how many interviews each place is given; pure: values in and out."""

from sampling.allocation import (
    allocate_equally,
    allocate_neyman,
    allocate_power,
    allocate_proportional,
    allocate_townships,
    split_modes,
)
from sampling.constraints import ConstrainedAllocation, allocate_constrained
from sampling.frame import CityFrame, city_frame, county_strata
from sampling.size import margin_of_error

__all__ = [
    "CityFrame",
    "ConstrainedAllocation",
    "allocate_constrained",
    "allocate_equally",
    "allocate_neyman",
    "allocate_power",
    "allocate_proportional",
    "allocate_townships",
    "city_frame",
    "county_strata",
    "margin_of_error",
    "split_modes",
]
