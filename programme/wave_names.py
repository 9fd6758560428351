"""What a wave may be called: a year, a quarter or a month; 2015, 2015Q1, 2015-03."""

import re
from collections.abc import Iterator

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


def kind_of_wave(wave: str) -> str:
    """Whether a wave is a quarter, a month or a year."""
    _, quarter, month = parts_of_wave(wave)
    return "quarter" if quarter else "month" if month else "year"


def waves_a_year(wave: str) -> int:
    """How many waves of this kind a year has."""
    return {"quarter": 4, "month": 12, "year": 1}[kind_of_wave(wave)]


def waves_between(first: str, last: str) -> Iterator[str]:
    """The names of all waves of one kind from the first to the last, whether or not there was a survey.

    Examples:

    >>> from programme.wave_names import waves_between
    >>> list(waves_between("2025Q3", "2026Q2"))
    ['2025Q3', '2025Q4', '2026Q1', '2026Q2']
    """
    kind = kind_of_wave(first)
    for year in range(int(parts_of_wave(first)[0]), int(parts_of_wave(last)[0]) + 1):
        yield from (name for name in periods_of_year(f"{year:04}", kind) if first <= name <= last)


def following_wave(wave: str) -> str:
    """The wave after this one, of the same kind.

    Examples:

    >>> from programme.wave_names import following_wave
    >>> following_wave("2026Q4"), following_wave("2026-02"), following_wave("2026")
    ('2027Q1', '2026-03', '2027')
    """
    year_after = f"{int(parts_of_wave(wave)[0]) + 1:04}"
    return list(waves_between(wave, periods_of_year(year_after, kind_of_wave(wave))[0]))[1]


def rolling_waves(wave: str) -> list[str]:
    """The year's quarters or months that end with this one, oldest first.

    Examples:

    >>> from programme.wave_names import rolling_waves
    >>> rolling_waves("2026Q2")
    ['2025Q3', '2025Q4', '2026Q1', '2026Q2']
    """
    year_before = f"{int(parts_of_wave(wave)[0]) - 1:04}"
    first = periods_of_year(year_before, kind_of_wave(wave))[0]
    return list(waves_between(first, wave))[-waves_a_year(wave) :]


def periods_of_year(year: str, kind: str) -> list[str]:
    """The names of a year's quarters or months, or of the year."""
    parts = {"quarter": ("Q1", "Q2", "Q3", "Q4"), "month": [f"-{m:02}" for m in range(1, 13)], "year": ("",)}[kind]
    return [f"{year}{part}" for part in parts]
