"""The table of verdicts on changes between two waves: who rose, and who fell."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from accountability.league.changes import change_of
from accountability.league.wave_measure import WaveMeasure
from accountability.rules import Rule, judge
from accountability.rules.kind import Figures
from estimation import Interval
from estimation.changes.changes import change_interval, told_apart


def change_verdicts(
    waves: Mapping[str, WaveMeasure], before: str, after: str, areas: Sequence[str], rules: Iterable[Rule]
) -> pd.DataFrame:
    """VERDICTS of a measure's rules about changes, on the areas with answers in both waves; a rise is for the better.

    The changes are those of the league's page, with interviewers counted and with what waves of the same people share.
    Where a panel has too few changed answers to tell its areas apart, nothing is shown of any of them.
    """
    measure = waves[after].measure
    shift = change_of(waves, (before,), (after,), areas)
    sign, reach = (1.0 if measure.largest_is_best else -1.0), measure.high - measure.low

    def limits(level: float) -> Interval:
        interval = change_interval(shift, level)
        ends = np.sort(np.vstack([sign * interval.lower, sign * interval.upper]), axis=0)
        if not told_apart(shift):
            ends = np.broadcast_to([[-reach], [reach]], ends.shape)
        return Interval(np.maximum(ends[0], -reach), np.minimum(ends[1], reach), level)

    figures = Figures(replace(shift, value=sign * shift.value, law=None), limits=limits)
    return pd.DataFrame([vars(verdict) for verdict in judge(rules, figures)]).assign(measure=measure.name)
