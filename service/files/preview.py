"""What was recognised in a file, shown before anything of it is imported."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from fieldwork.phone_numbers import masked_text
from service.files.choice import Choice, Note
from service.files.read import FileRead, read_file
from words import Fault

SHOWN = 5  # rows of the file
Recognised = tuple[pd.DataFrame, Sequence[Note]]  # a table with codes for words, and what was changed for it


@dataclass(frozen=True, eq=False)
class Preview:
    """A file before it is imported.

    notes  what was recognised, and what was found in it that can be accepted
    uses   column -> what it is for: the end of a key in words/ (file.use.\u2026), "" if it is not used
    first  the first rows of the columns that are used, with telephone numbers masked
    rows   how many there are
    fault  why it cannot be imported as it is; None if it can
    """

    notes: tuple[Note, ...]
    uses: Mapping[str, str] = field(default_factory=dict)
    first: pd.DataFrame = field(default_factory=pd.DataFrame)
    rows: int = 0
    fault: Fault | None = None


def preview(
    content: bytes,
    file: str,
    uses: Mapping[str, str],
    check: Callable[[], Sequence[Note]],
    *,
    expected: Sequence[str],
    choice: Choice | None = None,
    usual: str = "utf-8",
    recognise: Callable[[FileRead], Recognised] = lambda read: (read.table, ()),
) -> Preview:
    """Read a file as an import would, and say what is recognised and what is wrong.

    uses   the columns that are known, and what each is for;  expected  those that must be there
    check  imports the file without keeping anything: what was found in it, or a Fault
    """
    try:
        read = read_file(content, file, expected, list(uses), choice=choice, usual=usual)
    except Fault as fault:
        return Preview((), fault=fault)
    table, notes = recognise(read)
    acceptable, fault = (), None
    try:
        acceptable = tuple(note for note in check() if note != read.form)
    except Fault as refusal:
        fault = refusal
    first = table[[c for c in table if c in uses]].head(SHOWN).map(masked_text)
    said = {column: uses.get(column, "") for column in table}
    return Preview((read.form, *notes, *acceptable), said, first, len(table), fault)
