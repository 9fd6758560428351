"""The rule "the value did not fall by so much": the list of fallers is of those who missed it."""

import numpy as np

from accountability.rules.kind import Figures, Judged
from accountability.rules.risen import Risen, joint_limits
from estimation.columns.ties import at_least, scale_of


class NotFallen(Risen):
    """The value did not change for the worse by the threshold or more: the list of fallers is of those who missed it.

    Limits are joint, as those of `Risen`.
    """

    name = "not_fallen"
    sentence = "rule.sentence.not_fallen"

    def judge(self, rule: str, threshold: float, level: float, figures: Figures) -> Judged:
        """The changes and their joint limits against the threshold with its sign turned."""
        estimate = figures.estimate
        lower, upper = joint_limits(figures, level)
        scale = scale_of(estimate.value, estimate.se)
        fallen, possible, missed = (at_least(-threshold, x, scale=scale) for x in (estimate.value, lower, upper))
        return Judged(estimate.names, ~fallen, ~possible, missed, estimate.value, lower, upper, level)

    def passed_at(self, threshold: float) -> float:
        """A fall by the threshold."""
        return -threshold

    def missed_by(
        self, values: np.ndarray, threshold: float, *, largest_is_best: bool, printed_unit: float
    ) -> np.ndarray:
        """Whether the change is a fall by the threshold; values: changes of the measure."""
        return at_least(-threshold, values if largest_is_best else -values)
