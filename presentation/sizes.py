"""How many interviews a margin or a change needs, and what a number of interviews can tell, in words."""

from dataclasses import dataclass

from sampling import (
    SampleSize,
    detectable_change,
    margin_of_error,
    sample_size_change,
    sample_size_proportion,
)
from words import Fault, Speaker


@dataclass(frozen=True)
class SizeAsked:
    """What is asked, one of three: interviews for a margin, for a change, or what so many interviews can tell.

    share, deff         the share p that is expected, and the design effect
    overlap, correlation  of a change: the part of people that both waves have in common, and of their two answers
    population          N of the eligible, for a margin; None: very many
    """

    margin: float | None = None
    change: float | None = None
    interviews: int | None = None
    share: float = 0.5
    deff: float = 1.0
    level: float = 0.95
    power: float = 0.8
    overlap: float = 0.0
    correlation: float = 0.0
    population: int | None = None
    response_rate: float = 1.0
    eligibility: float = 1.0

    def __post_init__(self):
        if sum(value is not None for value in (self.margin, self.change, self.interviews)) != 1:
            raise Fault(key="size.one_of")


def size_lines(asked: SizeAsked, t: Speaker) -> list[str]:
    """The answer, and what it assumes.  A Fault for numbers outside their limits."""
    assumed = {"share": asked.share, "deff": asked.deff, "level": asked.level}
    numbers = {"response_rate": asked.response_rate, "eligibility": asked.eligibility}
    pairs = {"overlap": asked.overlap, "correlation": asked.correlation, "power": asked.power}
    given = {"p": asked.share, "deff": asked.deff, "level": asked.level}
    change = given | {"overlap": asked.overlap, "rho": asked.correlation, "power": asked.power}
    if asked.margin is not None:
        population = {} if asked.population is None else {"population": asked.population}
        needed = sample_size_proportion(asked.margin, **given, **population, **numbers)
        return [t("size.margin", margin=100 * asked.margin, **assumed), *_needed(needed, t)]
    if asked.change is not None:
        needed = sample_size_change(asked.change, **change, **numbers)
        return [t("size.change", change=100 * asked.change, **assumed, **pairs), *_needed(needed, t)]
    n = int(asked.interviews or 0)
    (margin,) = margin_of_error([n], **given)
    seen = detectable_change(n, n, **change)
    return [t("size.tells", interviews=n, margin=100 * margin, change=100 * seen, **assumed, **pairs)]


def _needed(needed: SampleSize, t: Speaker) -> list[str]:
    """The interviews, and the numbers that give them."""
    return [
        t("size.interviews", interviews=needed.completes),
        t("size.numbers", expected=needed.expected_numbers, draw=needed.draw),
    ]
