"""One consequence of a ladder, as data: what it is called, and from which verdicts it follows."""

from dataclasses import dataclass

MISSED, MET = "missed", "met"
BREAKS, PASSES = "breaks", "passes"
AFTER_BREAK, AT_ONCE = "after_break", "at_once"


@dataclass(frozen=True)
class Consequence:
    """A consequence: its name, its kind (one of `KINDS`), and what it is of.

    of        rules, or consequences that stand before it
    when      "missed": it follows where the rules are missed; "met": where they are met, as a list of honour does
    times     how often (window) or how many waves in a row (streak)
    years     of a window: how many years it has
    calendar  of a window: whether its years are calendar years; otherwise it is the years up to the wave
    again     of a streak: "after_break": it follows once a streak; "at_once": the count begins again as soon as it is
              reached, so that a streak twice as long brings it twice
    gap       what a wave without a verdict on the area is to a streak: "breaks" ends it, "passes" is passed over
    """

    name: str
    kind: str
    of: tuple[str, ...]
    when: str = MISSED
    times: int = 1
    years: int = 0
    calendar: bool = False
    again: str = AFTER_BREAK
    gap: str = BREAKS

    @property
    def definition(self) -> tuple:
        """All but its name: two consequences with the same definition would always come together."""
        of = frozenset(self.of)
        return (self.kind, of, self.when, self.times, self.years, self.calendar, self.again, self.gap)
