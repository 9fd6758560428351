"""The consequence that follows each time."""

import numpy as np

from accountability.ladders.consequence import Consequence
from accountability.ladders.history import History
from accountability.ladders.kind import Condition, ConsequenceKind


class Each(ConsequenceKind):
    """It follows in every wave in which its rule is missed: among the last five, therefore a talk."""

    name = "each"

    def events(self, consequence: Consequence, conditions: list[Condition], history: History) -> np.ndarray:
        """Where the condition holds."""
        return conditions[0].holds
