"""Outcomes of calls as a file writes them: AAPOR's codes, or a centre's own words, taken as their codes and said."""

from collections.abc import Mapping

import pandas as pd

from fieldwork import DISPOSITIONS, code_of
from service.files.choice import Note
from words import LANGUAGES, sentences

LISTED = 20  # unknown outcomes named in one sentence


def coded_outcomes(
    cells: pd.Series, words: Mapping[str, str], allowed: frozenset[str] = DISPOSITIONS
) -> tuple[pd.Series, tuple[Note, ...]]:
    """The code of each outcome, None where it is not known, and a Note of the words that were taken as codes.

    words: a centre's own, as its programme maps them to codes; allowed: the codes that may stand there
    """
    known = {cell: code_of(cell, words, allowed) for cell in cells.unique()}
    taken = [f"{cell} → {code}" for cell, code in known.items() if code is not None and not cell[:1].isdigit()]
    notes = (("file.read.as_codes", {"column": str(cells.name), "pairs": taken}),) if taken else ()
    return cells.map(known).astype(object), notes


def counted(cells: pd.Series) -> list[dict[str, str]]:
    """Each text with how many rows have it, the most frequent first; of very many, the first `LISTED`."""
    counts = cells.value_counts()
    listed = [sentences("list.bracketed", what=cell or "–", more=count) for cell, count in counts.iloc[:LISTED].items()]
    return listed + [dict.fromkeys(LANGUAGES, "…")] * (len(counts) > LISTED)
