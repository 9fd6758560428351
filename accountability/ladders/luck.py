"""What chance alone would bring: a ladder replayed on simulated waves in which all areas are alike.

In every simulated wave each area has the same true value, that of the whole league, and its own sampling error.
Whatever follows there is undeserved.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from accountability.ladders.consequence import Consequence
from accountability.ladders.events import events_of
from accountability.ladders.history import History
from accountability.ladders.simulated import SimulatedMeasure, simulated_values
from accountability.rules import KINDS, Rule
from accountability.rules.joint import AREA, JointKind
from accountability.rules.kind import YEAR_AGO

MOST, LEAST = 2000, 100  # histories simulated
VALUES = 5_000_000  # simulated of one measure: fewer histories where there are many areas and periods
CELLS = 4_000_000  # of one array of simulated values


@dataclass(frozen=True, eq=False)
class Luck:
    """What a ladder brings where all areas are alike.

    chance      consequence -> the probability (T, p) that it follows for an area in a period
    ever        consequence -> area -> the probability that it follows for the area at least once
    expected    consequence -> how many times it follows in all periods and areas together, on average
    any_at_all  consequence -> the probability that it follows at all, for any area
    draws       how many histories were simulated: a probability q has the standard error √(q(1 - q)/draws)
    """

    chance: Mapping[str, np.ndarray]
    ever: Mapping[str, Mapping[str, float]]
    expected: Mapping[str, float]
    any_at_all: Mapping[str, float]
    draws: int


def luck(
    history: History,
    measures: Mapping[str, SimulatedMeasure],
    rules: Mapping[str, tuple[str, Rule]],
    consequences: Sequence[Consequence],
    rng: np.random.Generator,
    draws: int | None = None,
    since: int = 0,
    units: Mapping[str, Sequence[int]] = MappingProxyType({}),
) -> Luck:
    """The luck of a ladder in the periods of a history.

    draws     how many histories; None: MOST, fewer of many areas and periods, but LEAST at least
    since     the first period whose consequences count; those before it are only remembered

    history   whose waves, areas and judged verdicts the simulated histories share
    measures  measure -> what it is simulated from, over the history's areas but for its units at their end
    rules     rule -> its measure and itself
    units     groups of areas and leagues, as they stand at the end of the history's areas -> the places of their areas
    Rules of one measure are judged on the same simulated values; different measures are independent of each other.
    """
    chance = {c.name: np.zeros(history.judged[next(iter(rules))].shape) for c in consequences}
    ever = {c.name: np.zeros(len(history.areas)) for c in consequences}
    expected, any_at_all = (dict.fromkeys(chance, 0.0) for _ in range(2))
    T, p = len(history.waves), len(history.areas)
    draws = draws or int(np.clip(VALUES // max(1, T * p), LEAST, MOST))
    members = {history.areas.index(unit): list(places) for unit, places in units.items()}
    at_once = int(max(1, min(draws, CELLS // max(1, T * p))))
    for first in range(0, draws, at_once):
        size = min(at_once, draws - first)
        values = {name: simulated_values(measure, size, rng) for name, measure in measures.items()}
        missed = {
            name: _missed(
                rule,
                measures[measure],
                _judged_values(values[measure], history, rule, measures[measure].year_weight),
                history.judged[name],
                members,
                _placing(values, measures, history, rule),
            )
            for name, (measure, rule) in rules.items()
        }
        simulated = replace(history, missed=missed)
        for name, events in events_of(simulated, consequences).items():
            events[:, :since] = False
            chance[name] += events.sum(axis=0) / draws
            ever[name] += events.any(axis=1).sum(axis=0) / draws
            expected[name] += float(events.sum()) / draws
            any_at_all[name] += float(events.any(axis=(-2, -1)).sum()) / draws
    ever_by_area = {name: dict(zip(history.areas, map(float, ever[name]), strict=True)) for name in ever}
    return Luck(chance, ever_by_area, expected, any_at_all, draws)


def _judged_values(values: np.ndarray, history: History, rule: Rule, weight: np.ndarray | None) -> np.ndarray:
    """The values (draws, T, p) that a rule is judged on: those of the periods, or of an annual rule their means.

    An annual value stands in the last period of its year, and is the mean of the year's periods.  Of a rule about
    changes they are the differences from the period before that has values, or from that of a year ago.
    """
    if KINDS[rule.kind].of_changes:
        return _differences(values, history.a_year if rule.since == YEAR_AGO else None)
    if rule.name not in history.due:
        return values
    annual = np.full(values.shape, np.nan)
    for t in np.flatnonzero(history.is_due(rule.name)):
        if t + 1 >= history.a_year:
            year = slice(t + 1 - history.a_year, t + 1)
            counts = np.ones(values.shape[1:])[year] if weight is None else weight[year]
            annual[:, t] = (values[:, year] * counts).sum(axis=1) / counts.sum(axis=0)
    return annual


def _differences(values: np.ndarray, apart: int | None) -> np.ndarray:
    """The values less those `apart` periods before; None: less those of the last period before that has any."""
    surveyed = [t for t in range(values.shape[1]) if not np.isnan(values[0, t]).all()]
    before = dict(_before(surveyed)) if apart is None else {t: t - apart for t in surveyed if t >= apart}
    differences = np.full(values.shape, np.nan)
    for t, s in before.items():
        differences[:, t] = values[:, t] - values[:, s]
    return differences


def _before(surveyed: Sequence[int]) -> list[tuple[int, int]]:
    """(t, the one before t) of each but the first."""
    return list(zip(surveyed[1:], surveyed[:-1], strict=True))


def _placing(
    values: Mapping[str, np.ndarray], measures: Mapping[str, SimulatedMeasure], history: History, rule: Rule
) -> tuple[np.ndarray, bool] | None:
    """The values by which a rule's places go, and whether the largest are the best; None: those it is judged on."""
    if not rule.placed_by:
        return None
    measure = measures[rule.placed_by]
    return _judged_values(values[rule.placed_by], history, rule, measure.year_weight), measure.largest_is_best


def _missed(
    rule: Rule,
    measure: SimulatedMeasure,
    values: np.ndarray,
    judged: np.ndarray,
    members: Mapping[int, Sequence[int]],
    placing: tuple[np.ndarray, bool] | None = None,
) -> np.ndarray:
    """Whether the rule is missed as printed (draws, T, areas and units), period by period among those judged there."""
    missed = np.zeros((*values.shape[:2], judged.shape[1]), dtype=bool)
    for t in range(values.shape[1]):
        if rule.over != AREA:
            of_period = {u: members[u] for u in members if judged[t, u]}
            placed = None if placing is None else (placing[0][:, t], placing[1])
            _missed_by_units(missed[:, t], rule, measure, values[:, t], of_period, placed)
            continue
        areas = judged[t, : values.shape[2]]
        if areas.any():
            missed[:, t, np.flatnonzero(areas)] = KINDS[rule.kind].missed_by(
                values[:, t, areas],
                rule.threshold,
                largest_is_best=measure.largest_is_best,
                printed_unit=measure.printed_unit,
            )
    return missed


def _missed_by_units(
    missed: np.ndarray,
    rule: Rule,
    measure: SimulatedMeasure,
    values: np.ndarray,
    members: Mapping[int, Sequence[int]],
    placing: tuple[np.ndarray, bool] | None,
) -> None:
    """Write into `missed` (draws, areas and units) whether each unit misses the rule by the values (draws, p)."""
    kind = KINDS[rule.kind]
    assert isinstance(kind, JointKind)
    for unit, places in members.items():
        estimated = [j for j in places if not np.isnan(values[0, j])]
        if estimated:
            missed[:, unit] = kind.missed_of_unit(
                values,
                estimated,
                rule,
                upwards=measure.largest_is_best,
                printed_unit=measure.printed_unit,
                placing=placing,
            )
