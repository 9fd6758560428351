"""The consequence that follows after several waves in a row."""

import numpy as np

from accountability.ladders.consequence import AT_ONCE, PASSES, Consequence
from accountability.ladders.history import History
from accountability.ladders.kind import Condition, ConsequenceKind


class Streak(ConsequenceKind):
    """It follows when the condition has held in k waves in a row: three quarters among the last five, therefore listed.

    With L_t the length of the streak that ends in t (L_t = L_{t-1} + 1 where the condition holds, else 0), it follows
    where L_t = k, once a streak; with again = "at_once" where L_t is any multiple of k.
    A wave without a verdict ends the streak, or with gap = "passes" leaves it as it is.  Periods in which no verdict is
    due count for nothing: two years in a row are two annual verdicts.
    """

    name = "streak"
    settings = ("times", "again", "gap")

    def check(self, consequence: Consequence) -> None:
        """Two waves at least."""
        super().check(consequence)
        self._check_times(consequence, 2)

    def events(self, consequence: Consequence, conditions: list[Condition], history: History) -> np.ndarray:
        """Where the streak has just become long enough."""
        (condition,) = conditions
        length = np.zeros(condition.holds.shape[:-2] + condition.holds.shape[-1:], dtype=np.int32)
        events = np.zeros(condition.holds.shape, dtype=bool)
        for t in np.flatnonzero(condition.due):
            holds = condition.holds[..., t, :]
            longer = np.where(holds, length + 1, 0)
            unjudged = length if consequence.gap == PASSES else 0
            length = np.where(condition.judged[t], longer, unjudged)
            reached = length % consequence.times == 0 if consequence.again == AT_ONCE else length == consequence.times
            events[..., t, :] = holds & (length > 0) & reached
        return events

    def rests_on(
        self, consequence: Consequence, conditions: list[Condition], history: History, t: int, area: int
    ) -> list[int]:
        """The last k waves of the streak; with again = "at_once" those since it last followed."""
        (condition,) = conditions
        judged = np.flatnonzero(condition.judged[: t + 1, area])
        return [int(s) for s in judged[-consequence.times :]]
