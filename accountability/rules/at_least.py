"""The rule "the value reaches a threshold": a target."""

import numpy as np

from accountability.rules.kind import Figures, Judged, Kind
from estimation.columns.ties import TOLERANCE, at_least, scale_of


class AtLeast(Kind):
    """The value reaches the threshold: shown by an interval wholly at or above it, missed by one wholly below.

    Inclusive is reaching: "80 % or more" holds at exactly 80 %, so an interval that begins at the threshold shows it,
    and one that ends there does not show it missed.  Equal is what estimation.columns.ties calls equal.
    """

    name = "at_least"
    sentence = "rule.sentence.at_least"

    def expected(self, threshold: float, *, low: float, high: float, areas: int) -> str | None:
        """A threshold on the measure's scale."""
        on_scale = at_least(threshold, low) and at_least(high, threshold)
        return None if on_scale else f"{low:g} … {high:g}"

    def judge(self, rule: str, threshold: float, level: float, figures: Figures) -> Judged:
        """The values and their limits against the threshold."""
        estimate = figures.estimate
        lower, upper, _ = figures.interval(level)
        value, scale = estimate.value, scale_of(estimate.value, estimate.se)
        printed = at_least(value, _least_printed(threshold, figures.printed_unit), scale=scale)
        met, possible = (at_least(limit, threshold, scale=scale) for limit in (lower, upper))
        return Judged(
            areas=estimate.names,
            printed=printed,
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
        """Whether the value does not reach the threshold."""
        return ~at_least(values, _least_printed(threshold, printed_unit))


def _least_printed(threshold: float, unit: float) -> float:
    """The smallest value printed as the threshold or more, where the last digit counts `unit`, halves up."""
    if unit == 0:
        return threshold
    first = np.ceil(threshold / unit - TOLERANCE * max(1.0, abs(threshold / unit))) * unit
    return min(threshold, first - unit / 2)
