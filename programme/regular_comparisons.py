"""The comparisons that every wave has: with the wave before it, and with the same period of the year before."""

from collections.abc import Iterable
from dataclasses import dataclass

from accountability.rules.kind import PREVIOUS, YEAR_AGO
from programme.declared import Programme
from programme.wave_names import parts_of_wave


@dataclass(frozen=True)
class Regular:
    """One comparison of a wave that is made as a matter of course.

    kind     PREVIOUS: with the wave before it;  YEAR_AGO: with the same quarter or month of the year before
    broken   the wave from which on nothing earlier can be compared, if it lies between the two; else None
    """

    kind: str
    before: str
    after: str
    broken: str | None


def regular_comparisons(programme: Programme, waves: Iterable[str], wave: str) -> tuple[Regular, ...]:
    """The regular comparisons of `wave` with those of `waves` that are of its kind (quarters, months or years).

    A yearly wave has one at most, since the wave before it is that of the year before.
    """
    earlier = [name for name in waves if name < wave and _kind(name) == _kind(wave)]
    bases = {PREVIOUS: max(earlier, default=None), YEAR_AGO: year_before(wave)}
    if bases[YEAR_AGO] not in earlier or bases[YEAR_AGO] == bases[PREVIOUS]:
        del bases[YEAR_AGO]
    return tuple(
        Regular(kind, before, wave, programme.break_between(before, wave)) for kind, before in bases.items() if before
    )


def year_before(wave: str) -> str:
    """The wave of the same quarter or month a year earlier: 2025Q3 for 2026Q3."""
    year = parts_of_wave(wave)[0]
    return f"{int(year) - 1:04}{wave[len(year) :]}"


def _kind(wave: str) -> tuple[bool, bool]:
    _, quarter, month = parts_of_wave(wave)
    return quarter is not None, month is not None


def sharing_error(regular: Iterable[Regular], before: str, after: str) -> int:
    """How many comparisons share one page's error with that of `before` and `after`, itself included.

    The regular comparisons of a wave stand on one screen, so they share the error of one page; any other comparison is
    a page of its own.  Which they are depends on the waves' names alone, never on what was answered.
    """
    together = [(c.before, c.after) for c in regular if c.broken is None]
    return len(together) if (before, after) in together else 1


def shared_level(programme: Programme, comparisons: int) -> float:
    """1 - α/m: the level of each of m comparisons that share a page's error α = 1 - `programme.page_level`.

    By Bonferroni's inequality all m are right together with probability 1 - α at least, whatever waves they share.
    Where the programme divides the error of a year over its pages, each comparison is one of these pages (α itself).
    """
    if programme.comparing.yearly_error:
        return programme.page_level
    return 1 - (1 - programme.page_level) / comparisons
