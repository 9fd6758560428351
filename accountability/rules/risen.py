"""The rule "the value rose by so much": the list of risers."""

import numpy as np

from accountability.rules.kind import Figures, Judged, Kind
from estimation.columns.ties import at_least, scale_of


class Risen(Kind):
    """The value changed for the better by the threshold or more since another wave; a rise is one for the better.

    Figures here are changes, turned so that a rise is positive.  All areas of the league are judged at once: their
    limits are those of single areas at the level 1 - α/p, so that by Bonferroni's inequality all that is shown of the p
    areas is true together with probability 1 - α.
    """

    name = "risen"
    sentence = "rule.sentence.risen"
    settings = ("since",)
    of_changes = True

    def expected(self, threshold: float, *, low: float, high: float, areas: int) -> str | None:
        """More than nothing, and no more than the measure's scale is long."""
        return None if 0 < threshold <= high - low else f"> 0, ≤ {high - low:g}"

    def judge(self, rule: str, threshold: float, level: float, figures: Figures) -> Judged:
        """The changes and their joint limits against the threshold."""
        estimate = figures.estimate
        lower, upper = joint_limits(figures, level)
        scale = scale_of(estimate.value, estimate.se)
        printed, met, possible = (at_least(x, threshold, scale=scale) for x in (estimate.value, lower, upper))
        return Judged(estimate.names, printed, met, ~possible, estimate.value, lower, upper, level)

    def missed_by(
        self, values: np.ndarray, threshold: float, *, largest_is_best: bool, printed_unit: float
    ) -> np.ndarray:
        """Whether the change is not a rise by the threshold; values: changes of the measure."""
        return ~at_least(values if largest_is_best else -values, threshold)


def joint_limits(figures: Figures, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Limits of all changes together."""
    limits = figures.interval(1 - (1 - level) / len(figures.estimate.names))
    return limits.lower, limits.upper
