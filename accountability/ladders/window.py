"""The consequence that follows when something has happened several times within a stretch of time."""

import numpy as np

from accountability.ladders.consequence import Consequence
from accountability.ladders.history import History
from accountability.ladders.kind import Condition, ConsequenceKind


class Window(ConsequenceKind):
    """It follows when the condition holds for the k-th time in the window: listed twice in two years, therefore a veto.

    The window of a wave is the `years` years that end with it, or with calendar = true the calendar year it lies in
    and those before.  It follows where the condition holds and the window counts exactly k, so that a (k+1)-th time in
    the same window brings nothing new.
    """

    name = "window"
    settings = ("times", "years", "calendar")

    def check(self, consequence: Consequence) -> None:
        """Twice at least, in a year at least."""
        super().check(consequence)
        self._check_times(consequence, 2)
        if consequence.years < 1:
            self._refuse(consequence, "years", consequence.years, "1, 2 …")

    def events(self, consequence: Consequence, conditions: list[Condition], history: History) -> np.ndarray:
        """Where the condition holds and has held k times in the window."""
        (condition,) = conditions
        holds = condition.holds
        events = np.zeros(holds.shape, dtype=bool)
        for t in range(holds.shape[-2]):
            first = self._first(consequence, history, t)
            counted = holds[..., first : t + 1, :].sum(axis=-2)
            events[..., t, :] = holds[..., t, :] & (counted == consequence.times)
        return events

    def rests_on(
        self, consequence: Consequence, conditions: list[Condition], history: History, t: int, area: int
    ) -> list[int]:
        """The waves of the window in which the condition holds."""
        first = self._first(consequence, history, t)
        return [first + int(s) for s in np.flatnonzero(conditions[0].holds[first : t + 1, area])]

    def _first(self, consequence: Consequence, history: History, t: int) -> int:
        """The first period of the window that ends with t."""
        if consequence.calendar:
            return int(np.searchsorted(history.year, history.year[t] - consequence.years + 1))
        return max(0, t + 1 - consequence.years * history.a_year)
