"""A frame as it is stored: each unit with its permanent random number, and the digests by which it is known again."""

from dataclasses import dataclass

import pandas as pd

from sampling.draw.random_numbers import permanent_random_numbers
from sampling.proof.digests import frame_digest


@dataclass(frozen=True, eq=False)
class NumberedFrame:
    """units: with prn and first_phase; digest: of unit_id and stratum; numbers: of unit_id and prn."""

    units: pd.DataFrame
    digest: str
    numbers: str


def numbered_frame(units: pd.DataFrame, *, key: bytes) -> NumberedFrame:
    """The units with their permanent random numbers; first_phase is 1 where the units are no sample themselves."""
    prn = permanent_random_numbers(units.unit_id, key=key)
    numbered = units.assign(prn=prn, first_phase=units.get("first_phase", 1.0))
    return NumberedFrame(numbered, frame_digest(numbered), frame_digest(numbered, ("unit_id", "prn")))
