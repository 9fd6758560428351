"""What the operator's screening says of numbers, as files write it, and which calls show that a number is in use."""

import pandas as pd

from fieldwork.dispositions import ELIGIBLE_CLASSES, codes_of_class
from words import rows_of

STATUSES = {row["code"]: row for row in rows_of("statuses.csv")}
NOT_IN_USE = frozenset(("4.3", "4.31", "4.32", "4.41"))  # not in service, non-working, disconnected, changed
SAYS_NOTHING = frozenset(("4.33", "4.4", "4.8", "4.81", "4.9"))  # somebody or nobody may have the number
RINGS = frozenset(("3.12", "3.14", "3.2", "3.21", "3.3"))  # busy, a voice mailbox, or somebody answered
IN_USE = (codes_of_class(*ELIGIBLE_CLASSES, "NE") | RINGS) - NOT_IN_USE - SAYS_NOTHING

_WRITTEN = {
    word.strip().casefold(): code
    for code, row in STATUSES.items()
    for word in (code, row["en"], row["zh"], *row["words"].split(";"))
}


def status_of(written: str) -> str | None:
    """alive, dead or unknown, from the word in which an operator's file says it; None for another word."""
    return _WRITTEN.get(" ".join(written.split()).casefold())


def in_use(outcomes: pd.DataFrame) -> pd.Series:
    """Whether a number is in use, by unit_id, for the numbers of which calls tell it.

    outcomes: unit_id, disposition.  One call that reached somebody, a fax or a busy line shows that a number is in use,
    whatever other calls said; that nobody answers shows nothing.
    """
    used, known = outcomes.disposition.isin(IN_USE), outcomes.disposition.isin(IN_USE | NOT_IN_USE)
    return used[known].groupby(outcomes.unit_id[known]).any()
