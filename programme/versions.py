"""Versions of what is imported: whether a file is the newest version already, makes the next one or comes too late."""

from dataclasses import dataclass

from words import Fault

IMPORTED, UNCHANGED, CORRECTED = "imported", "unchanged", "corrected"


@dataclass(frozen=True)
class Version:
    """A version in the store: its number (1, 2, …), the digest of its content and the file it came from."""

    number: int
    digest: str
    file: str


@dataclass(frozen=True)
class Step:
    """What an import does: IMPORTED the first version, CORRECTED (a new one beside the old), or UNCHANGED."""

    outcome: str
    version: int

    @property
    def writes(self) -> bool:
        """Whether there is a version to write."""
        return self.outcome != UNCHANGED


def next_step(newest: Version | None, digest: str, *, began: int) -> Step:
    """What is to be done with content of this digest; a Fault if others imported a version since this import began.

    newest: the newest version now, None if there is none; began: its number when this import began (0 if none).
    Whoever imports what is there already changes nothing, even if others were faster; but nobody corrects a version
    that they have not seen.
    """
    number = number_of(newest)
    if newest is not None and newest.digest == digest:
        return Step(UNCHANGED, number)
    if number != began:
        raise Fault(key="import.overtaken", version=number, file="-" if newest is None else newest.file)
    return Step(IMPORTED if newest is None else CORRECTED, number + 1)


def number_of(newest: Version | None) -> int:
    """The number of the newest version; 0 if there is none yet."""
    return 0 if newest is None else newest.number
