"""The comparisons of a wave: the regular ones, with the wave before and with last year's, and others asked for."""

from collections.abc import Callable

from programme.wave_names import parts_of_wave, rolling_waves
from service.figures.comparable import NEVER, never_comparable, regular_of_wave
from service.figures.computing import Progress
from service.figures.league import comparisons
from service.figures.waves import (
    SEED,
    Computed,
    compare_waves,
    estimate_wave,
    judge_rolling,
    judge_year,
    year_waves,
)
from service.figures.windows import JOINED, WINDOWS
from service.intake.imports import current_programme, wave_versions
from service.store.engine import Store
from service.store.permissions import permitted
from words import Fault

Step = tuple[str, Callable[[Progress], Computed]]  # the waves in words of the store ("2015Q1 → 2015Q2"), and the work


@permitted
def wave_steps(store: Store, programme: str, wave: str, *, seed: str = SEED) -> list[Step]:
    """What is computed of a wave: its estimate, then each regular comparison that can be made.

    A comparison over a break, or between totals with other categories, is not among them.  With a year's last wave
    the annual rules are judged, if all of its waves are there.
    """
    steps: list[Step] = [(wave, lambda p: estimate_wave(store, programme, wave, seed=seed, progress=p))]
    steps += comparison_steps(store, programme, wave, seed=seed) + annual_steps(store, programme, wave, seed=seed)
    return steps + rolling_steps(store, programme, wave, seed=seed)


@permitted
def annual_steps(store: Store, programme_name: str, wave: str, *, seed: str = SEED) -> list[Step]:
    """The year that a wave ends, judged; nothing without annual rules, or where a wave of the year is missing."""
    year, programme = parts_of_wave(wave)[0], current_programme(store, programme_name)[1]
    if not programme.judges_years:
        return []
    try:
        names = year_waves(wave_versions(store, programme_name).wave, year)
    except Fault:
        return []
    if wave != names[-1] or programme.break_between(names[0], names[-1]) is not None:
        return []
    return [(year, lambda p: judge_year(store, programme_name, year, seed=seed, progress=p))]


@permitted
def rolling_steps(store: Store, programme_name: str, wave: str, *, seed: str = SEED) -> list[Step]:
    """The last areas by the year's waves that end with `wave`; nothing without a rule that lists them, or where one of
    these waves is missing or a break lies among them."""
    programme, names = current_programme(store, programme_name)[1], rolling_waves(wave)
    there = {*names} <= {*wave_versions(store, programme_name).wave} and len(names) > 1
    if not there or not any(programme.listing_rules.values()) or programme.break_between(names[0], names[-1]):
        return []
    return [(JOINED.join(names), lambda p: judge_rolling(store, programme_name, wave, seed=seed, progress=p))]


@permitted
def comparison_steps(store: Store, programme: str, wave: str, *, seed: str = SEED) -> list[Step]:
    """The regular comparisons of a wave that can be made."""
    pairs = [(c.before, c.after) for c in regular_of_wave(store, programme, wave)]
    faults = {pair: never_comparable(store, programme, *pair) for pair in pairs}
    return [
        (" → ".join(pair), lambda p, pair=pair: compare_waves(store, programme, *pair, seed=seed, progress=p))
        for pair, fault in faults.items()
        if fault is None or fault.key not in NEVER
    ]


@permitted
def asked_steps(store: Store, programme: str, wave: str, *, seed: str = SEED) -> list[Step]:
    """The comparisons ending with a wave that somebody asked for besides the regular ones, and that can still be made.

    They are released with the wave, so that they are computed again with it when its data were corrected.
    """
    regular = {(c.before, c.after) for c in regular_of_wave(store, programme, wave)}
    named = [name.partition(WINDOWS) for name in comparisons(store, programme, wave)]
    asked = [ends for before, _, after in named if (ends := (before, after or wave)) not in regular]
    faults = {ends: never_comparable(store, programme, *ends) for ends in asked}
    return [
        (" → ".join(ends), lambda p, ends=ends: compare_waves(store, programme, *ends, seed=seed, progress=p))
        for ends, fault in faults.items()
        if fault is None or fault.key not in NEVER
    ]
