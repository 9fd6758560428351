"""Times in words: a wave, a window of several waves, and what a wave is compared with."""

from programme.wave_names import parts_of_wave
from service.figures.windows import WINDOWS, window
from words import Speaker


def wave_text(wave: str, t: Speaker) -> str:
    """A wave in words: the first quarter of 2015 for 2015Q1."""
    year, quarter, month = parts_of_wave(wave)
    if quarter:
        return t("wave.quarter", year=year, quarter=quarter)
    return t("wave.month", year=year, month=int(month)) if month else t("wave.year", year=year)


def window_text(text: str, t: Speaker) -> str:
    """A window in words: a wave, or the mean of several; the four quarters of a year are called by the year."""
    waves = window(text)
    if len(waves) == 1:
        return wave_text(waves[0], t)
    years = {parts_of_wave(wave)[0] for wave in waves}
    if len(years) == 1 and waves == [f"{min(years)}Q{q}" for q in (1, 2, 3, 4)]:
        return t("wave.mean_year", year=min(years))
    return t("wave.mean", names=[wave_text(wave, t) for wave in waves])


def comparison_text(name: str, t: Speaker) -> str:
    """A comparison in words, from its name in `comparisons`: an earlier wave, or two windows."""
    before, _, after = name.partition(WINDOWS)
    if not after:
        return wave_text(before, t)
    return t("wave.against", before=window_text(before, t), after=window_text(after, t))
