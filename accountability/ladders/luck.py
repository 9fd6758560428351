"""What chance alone would bring: a ladder replayed on simulated waves in which all areas are alike.

In every simulated wave each area has the same true value, that of the whole league, and its own sampling error.
Whatever follows there is undeserved.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from accountability.ladders.consequence import Consequence
from accountability.ladders.events import events_of
from accountability.ladders.history import History
from accountability.rules import KINDS, Rule

MOST, LEAST = 2000, 100  # histories simulated
VALUES = 5_000_000  # simulated of one measure: fewer histories where there are many areas and periods
CELLS = 4_000_000  # of one array of simulated values


@dataclass(frozen=True, eq=False)
class SimulatedMeasure:
    """A measure of one league in T periods: what is needed to simulate it with all areas alike.

    value (T, p)        the estimates;  NaN: not estimated
    se (T, p)           their standard errors, as ranks and rules are judged
    n_effective (T, p)  their effective numbers of answers
    equal_weights (T, p)  whether the effective number is the number of answers, so that equal counts are equal shares
    share               whether the measure is a share of those who answered
    low, high           the ends of its scale
    largest_is_best, printed_unit  as of the measure
    """

    value: np.ndarray
    se: np.ndarray
    n_effective: np.ndarray
    equal_weights: np.ndarray
    share: bool
    low: float
    high: float
    largest_is_best: bool
    printed_unit: float

    @property
    def alike(self) -> np.ndarray:
        """The value that all areas are given in each period (T,): their mean, weighted by the effective numbers."""
        weight = np.where(np.isnan(self.value), 0.0, np.nan_to_num(self.n_effective))
        total = weight.sum(axis=1)
        weighted_sum = (weight * np.nan_to_num(self.value)).sum(axis=1)
        return np.divide(weighted_sum, total, out=np.full(len(total), np.nan), where=total > 0)

    @property
    def design_effect(self) -> np.ndarray:
        """D_t = Σ_j n_j (n_j - 1) V_j / Σ_j n_j θ_j (1 - θ_j) of a share's period (T, 1), at least 1.

        n_j is the effective number, V_j the variance and θ_j the share of area j: what clusters and interviewers add to
        the errors beside the weights, over the league together.  It is 1 for simple random samples.
        """
        reach = self.high - self.low
        n, theta = np.nan_to_num(self.n_effective), (np.nan_to_num(self.value, nan=self.low) - self.low) / reach
        estimated = (n * (n - 1) * np.nan_to_num(self.se / reach) ** 2).sum(axis=1, keepdims=True)
        of_answers = (n * theta * (1 - theta)).sum(axis=1, keepdims=True)
        ratio = np.divide(estimated, of_answers, out=np.ones_like(estimated), where=of_answers > 0)
        return np.maximum(ratio, 1.0)


def simulated_values(measure: SimulatedMeasure, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Values (draws, T, p), all areas of a period alike, periods independent; NaN where there is no estimate.

    Shares: a binomial count of n* = round(n_eff/D) answers, D being the design effect of the period, moved by a uniform
    number between -1/2 and 1/2 and divided by n*; where weights are equal, brought to the nearest share of n answers,
    so that ties come as often as in the survey, and are left out where they do not.
    Others: normal, with the standard errors, cut off at the ends of the scale.
    """
    alike = np.broadcast_to(measure.alike[:, None], measure.value.shape)
    estimated = ~np.isnan(measure.value)
    values = np.full((draws, *measure.value.shape), np.nan)
    if measure.share:
        reach = measure.high - measure.low
        answers = np.maximum(np.rint(measure.n_effective[estimated]), 1.0)
        n = np.maximum(np.rint((measure.n_effective / measure.design_effect)[estimated]), 1.0)
        count = rng.binomial(n.astype(int), (alike[estimated] - measure.low) / reach, (draws, len(n))).astype(float)
        moved = np.clip(count + rng.uniform(-0.5, 0.5, count.shape), 0.0, n) / n
        on_grid = np.rint(moved * answers) / answers
        values[:, estimated] = measure.low + reach * np.where(measure.equal_weights[estimated], on_grid, moved)
    else:
        drawn = rng.normal(alike[estimated], measure.se[estimated], (draws, int(estimated.sum())))
        values[:, estimated] = np.clip(drawn, measure.low, measure.high)
    return values


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
) -> Luck:
    """The luck of a ladder in the periods of a history.

    draws     how many histories; None: MOST, fewer of many areas and periods, but LEAST at least
    since     the first period whose consequences count; those before it are only remembered

    history   whose waves, areas and judged verdicts the simulated histories share
    measures  measure -> what it is simulated from;  rules: rule -> its measure and itself
    Rules of one measure are judged on the same simulated values; different measures are independent of each other.
    """
    chance = {c.name: np.zeros(history.judged[next(iter(rules))].shape) for c in consequences}
    ever = {c.name: np.zeros(len(history.areas)) for c in consequences}
    expected, any_at_all = (dict.fromkeys(chance, 0.0) for _ in range(2))
    T, p = len(history.waves), len(history.areas)
    draws = draws or int(np.clip(VALUES // max(1, T * p), LEAST, MOST))
    at_once = int(max(1, min(draws, CELLS // max(1, T * p))))
    for first in range(0, draws, at_once):
        size = min(at_once, draws - first)
        values = {name: simulated_values(measure, size, rng) for name, measure in measures.items()}
        missed = {
            name: _missed(rule, measures[measure], _of_period(values[measure], history, name), history.judged[name])
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


def _of_period(values: np.ndarray, history: History, rule: str) -> np.ndarray:
    """The values (draws, T, p) that a rule is judged on: those of the periods, or of an annual rule their means.

    An annual value stands in the last period of its year, and is the mean of the year's periods.
    """
    if rule not in history.due:
        return values
    annual = np.full(values.shape, np.nan)
    for t in np.flatnonzero(history.is_due(rule)):
        if t + 1 >= history.a_year:
            annual[:, t] = values[:, t + 1 - history.a_year : t + 1].mean(axis=1)
    return annual


def _missed(rule: Rule, measure: SimulatedMeasure, values: np.ndarray, judged: np.ndarray) -> np.ndarray:
    """Whether the rule is missed as printed (draws, T, p), period by period among the areas judged there."""
    missed = np.zeros(values.shape, dtype=bool)
    for t in range(values.shape[1]):
        areas = judged[t]
        if areas.any():
            missed[:, t, areas] = KINDS[rule.kind].missed_by(
                values[:, t, areas],
                rule.threshold,
                largest_is_best=measure.largest_is_best,
                printed_unit=measure.printed_unit,
            )
    return missed
