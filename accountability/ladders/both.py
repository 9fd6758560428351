"""The consequence that follows where several conditions hold in the same wave."""

import numpy as np

from accountability.ladders.consequence import Consequence
from accountability.ladders.history import History
from accountability.ladders.kind import Condition, ConsequenceKind


class Both(ConsequenceKind):
    """It follows where all its conditions hold together: below 80 and among the last five."""

    name = "both"
    several = True

    def events(self, consequence: Consequence, conditions: list[Condition], history: History) -> np.ndarray:
        """Where all conditions hold."""
        return np.logical_and.reduce([condition.holds for condition in conditions])
