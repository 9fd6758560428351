"""The rule "the value stays at or below a limit": a target of minutes, or of any measure of which less is better."""

import numpy as np

from accountability.rules.at_least import AtLeast
from accountability.rules.kind import Figures, Judged
from estimation.columns.ties import TOLERANCE, at_least, scale_of


class AtMost(AtLeast):
    """The value is at most the threshold: shown by an interval wholly at or below it, missed by one wholly above.

    The mirror image of `at_least`: "10 minutes or fewer" holds at exactly 10 minutes, so an interval that ends at the
    threshold shows it, and one that begins there does not show it missed.
    """

    name = "at_most"
    sentence = "rule.sentence.at_most"
    upwards = False

    def judge(self, rule: str, threshold: float, level: float, figures: Figures) -> Judged:
        """The values and their limits against the threshold."""
        estimate = figures.estimate
        lower, upper, _ = figures.interval(level)
        value, scale = estimate.value, scale_of(estimate.value, estimate.se)
        met, possible = (at_least(threshold, limit, scale=scale) for limit in (upper, lower))
        return Judged(
            areas=estimate.names,
            printed=_printed_within(value, threshold, figures.printed_unit, scale),
            met=met,
            missed=~possible,
            value=value,
            lower=lower,
            upper=upper,
            level=level,
        )

    def missed_by(
        self, values: np.ndarray, threshold: float, *, largest_is_best: bool, printed_unit: float
    ) -> np.ndarray:
        """Whether the value exceeds the threshold."""
        return ~_printed_within(values, threshold, printed_unit, scale_of(values))


def _printed_within(value: np.ndarray, threshold: float, unit: float, scale: float) -> np.ndarray:
    """Whether each value, or what is printed of it, is at most the threshold; the last digit counts `unit`."""
    within = at_least(threshold, value, scale=scale)
    if unit == 0:
        return within
    last = np.floor(threshold / unit + TOLERANCE * max(1.0, abs(threshold / unit))) * unit
    return within | ~at_least(value, last + unit / 2, scale=scale)
