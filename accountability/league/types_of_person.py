"""Types of person in one wave: the measure of one group by area, and each group against the mean of all groups."""

from dataclasses import replace

import numpy as np
import pandas as pd

from accountability.league.wave_measure import WaveMeasure
from estimation import Measure, field_contrast_test

COLUMNS = ("measure", "types", "code", "relative", "se", "df", "lower", "upper", "p", "level", "family")


def within(wave: WaveMeasure, measure: Measure, inside: np.ndarray) -> WaveMeasure:
    """The wave's measure among the respondents inside (n,) alone; measure: the group's, by its own name.

    The group is a domain of the one sample: who is outside it remains in the design.
    """
    unanswered = None if wave.unanswered is None else wave.unanswered & inside
    return replace(wave, measure=measure, values=np.where(inside, wave.values, np.nan), unanswered=unanswered)


def contrast_table(
    wave: WaveMeasure, group_of: np.ndarray, *, types: str, level: float, family: int, rng: np.random.Generator
) -> pd.DataFrame:
    """CONTRASTS: m_g = θ_g - Σ_k θ_k/G of the G groups in which anybody answered; empty where there is only one.

    group_of (n,): each respondent's group, "" for none.  p is that of max-T stepdown (`field_contrast_test`) times
    `family`, the number of kinds of types that share the error 1 - level; the limits hold for all groups together at
    1 - (1 - level)/family.  The groups are domains of one sample, whose covariance counts.  Interviewers are left out:
    each calls people of every group, so that nearly the same is added to all of them.  Of two groups both have the
    same p and opposite limits.
    """
    known = group_of != ""
    values = np.where(known, wave.values, np.nan)
    groups = replace(wave, values=values, area=group_of, overall=None, interviewer=None, population=None)
    estimate = groups.smoothed
    if len(estimate.names) < 2:
        return pd.DataFrame(columns=list(COLUMNS))
    contrast = field_contrast_test(estimate, rng=rng)
    limits, p = contrast.interval(1 - (1 - level) / family), contrast.p
    lower, upper = limits.lower, limits.upper
    if len(p) == 2:  # one differs just as the other does: the wider limits, the larger p
        lower, upper, p = np.minimum(lower, -upper[::-1]), np.maximum(upper, -lower[::-1]), np.maximum(p, p[::-1])
    reach = wave.measure.high - wave.measure.low
    return pd.DataFrame(
        {
            "measure": wave.measure.name,
            "types": types,
            "code": list(contrast.names),
            "relative": contrast.relative,
            "se": contrast.se,
            "df": contrast.df,
            "lower": np.maximum(lower, -reach),
            "upper": np.minimum(upper, reach),
            "p": np.minimum(family * p, 1.0),
            "level": level,
            "family": family,
        }
    )
