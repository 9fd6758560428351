"""The table of verdicts on several areas together, of one wave or of a year."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from accountability.league.wave_measure import WaveMeasure
from accountability.rules import Rule, judge_together
from accountability.rules.joint import JointFigures
from accountability.rules.kind import Figures
from accountability.rules.table import wave_limits, wave_split
from estimation import Measure

Placing = Callable[[str], tuple[Figures, bool] | None]  # measure -> its figures, whether the largest are best; or None
Units = Mapping[str, Mapping[str, Sequence[str]]]  # over ("group", "league") -> unit -> its areas


def joint_verdicts(
    wave: WaveMeasure,
    areas: Sequence[str],
    units: Units,
    rules: Iterable[Rule],
    placing: Placing = lambda _: None,
) -> pd.DataFrame:
    """VERDICTS on a league's groups, or on the league, in one wave; rules: of this measure, of several areas together.

    areas: those of the league with answers;  placing: as in `joint_rows`
    """
    return joint_rows(
        rules,
        units,
        wave.measure,
        figures_of(wave, areas),
        lambda of_units: figures_of(pooled := pooled_wave(wave, of_units), pooled.answered(list(of_units))),
        placing,
    )


def joint_rows(
    rules: Iterable[Rule],
    units: Units,
    measure: Measure,
    areas: Figures,
    pooled: Callable[[Mapping[str, Sequence[str]]], Figures],
    placing: Placing = lambda _: None,
) -> pd.DataFrame:
    """VERDICTS of the units in which somebody answered; pooled: units -> the figures of the units themselves.

    placing: of the measure by which a rule's places go, the figures of the same league; None if nobody answered it:
    such a rule is not judged
    """
    answered, verdicts = set(areas.estimate.names), []
    for rule in rules:
        placed = placing(rule.placed_by) if rule.placed_by else None
        if rule.placed_by and placed is None:
            continue
        present = {unit: of for unit, of in units[rule.over].items() if answered & set(of)}
        if present:
            figures = JointFigures(areas, present, lambda of=present: pooled(of), measure.largest_is_best, placed)
            verdicts += judge_together([rule], figures)
    return pd.DataFrame([vars(verdict) for verdict in verdicts]).assign(measure=measure.name)


def figures_of(wave: WaveMeasure, areas: Sequence[str]) -> Figures:
    """The printed values of a wave with the limits that pages show, and who is among the last k of these areas."""
    return Figures(
        wave.areas.select(areas),
        limits=lambda level: wave_limits(wave, areas, level),
        split=lambda k, level: wave_split(wave, areas, k, level),
        printed_unit=wave.measure.printed_unit,
    )


def pooled_wave(wave: WaveMeasure, units: Mapping[str, Sequence[str]]) -> WaveMeasure:
    """The wave with units in the place of areas; those who live in none of them count for nothing.

    It speaks of the process behind the people, whether or not their number is known.
    """
    unit_of_area = {area: unit for unit, areas in units.items() for area in areas}
    unit = pd.Series(np.asarray(wave.area, dtype=object)).map(unit_of_area)
    inside = unit.notna().to_numpy()
    return replace(
        wave,
        values=np.where(inside, wave.values, np.nan),
        area=unit.fillna(next(iter(units))).to_numpy(dtype=object),
        overall=None,
        population=None,
        unanswered=None if wave.unanswered is None else wave.unanswered & inside,
        of_people=False,
    )
