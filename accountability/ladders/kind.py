"""What every kind of consequence says of itself: its settings, when it follows, and on which waves it rests."""

from dataclasses import dataclass

import numpy as np

from accountability.ladders.consequence import Consequence
from accountability.ladders.history import History
from words import Fault


@dataclass(frozen=True, eq=False)
class Condition:
    """What a consequence is of, period by period.

    holds (…, T, p)  whether the condition holds, in R histories at once where there are as many
    judged (T, p)    whether it could be judged
    due (T,)         whether it was to be judged: an annual condition is so once a year
    """

    holds: np.ndarray
    judged: np.ndarray
    due: np.ndarray


class ConsequenceKind:
    """A kind of consequence; each is a class in a file of its own, which `ladders.KINDS` finds by itself.

    name      what a programme's TOML calls it (kind = "streak")
    settings  the settings it reads besides `kind`, `of`, `when` and `name`
    several   whether it is of several rules or consequences; otherwise it is of one
    """

    name: str
    settings: tuple[str, ...] = ()
    several: bool = False

    def check(self, consequence: Consequence) -> None:
        """A Fault if the consequence is not of as many conditions as the kind needs, or its settings do not fit."""
        if (len(consequence.of) > 1) != self.several or len(set(consequence.of)) < len(consequence.of):
            expected = "of = […, …]" if self.several else 'of = "…"'
            self._refuse(consequence, "of", list(consequence.of), expected)

    def _refuse(self, consequence: Consequence, setting: str, found: object, expected: str) -> None:
        raise Fault(
            key="consequence.setting", consequence=consequence.name, setting=setting, found=found, expected=expected
        )

    def _check_times(self, consequence: Consequence, least: int) -> None:
        if consequence.times < least:
            self._refuse(consequence, "times", consequence.times, f"{least}, {least + 1} …")

    def events(self, consequence: Consequence, conditions: list[Condition], history: History) -> np.ndarray:
        """In which periods the consequence follows for which areas: bool (…, T, p)."""
        raise NotImplementedError

    def rests_on(
        self, consequence: Consequence, conditions: list[Condition], history: History, t: int, area: int
    ) -> list[int]:
        """The periods whose conditions an event in period t rests on, of one history; t is the last of them."""
        return [t]
