"""What a wave may be called: a year, a quarter or a month; 2015, 2015Q1, 2015-03."""

import re

from words import Fault

WAVE = re.compile(r"([0-9]{4})(?:Q([1-4])|-(0[1-9]|1[0-2]))?")  # year, quarter, month


def parts_of_wave(wave: str) -> tuple[str, str | None, str | None]:
    """Year, quarter and month in the name of a wave: 2015Q1 gives ("2015", "1", None), 2015-03 ("2015", None, "03")."""
    named = WAVE.fullmatch(wave)
    assert named is not None
    year, quarter, month = named.groups()
    return year, quarter, month


def check_wave_name(wave: str) -> str:
    """The wave's name itself, if it is a period that sorts by time (2015Q1, 2015-03 or 2015); else a Fault."""
    if not WAVE.fullmatch(wave):
        raise Fault(key="wave.name", found=wave)
    return wave
