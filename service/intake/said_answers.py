"""Answers that came in words, or in one column for each of them: taken as the programme's codes, and said."""

from collections.abc import Mapping

import pandas as pd

from estimation.indicators.indicators import Item
from programme.declared import Programme
from service.files.choice import Choice, Note
from service.files.coded import distinct, recoded
from service.files.decimals import with_points
from service.files.zeros import restored
from service.intake.outcomes import coded_outcomes
from words import sentences

UNTICKED = [text for texts in sentences("file.unticked").values() for text in texts.split("|")]  # in exports
CHOSEN = frozenset(("y", "yes", "1", "true", *sentences("yes").values()))  # as survey programs write a ticked box
NOT_CHOSEN = frozenset(("", "n", "0", "false", "n/a", *UNTICKED))
CODE_AND_TEXT = ". "  # between a question's code and its text in a heading: "safe. Do you feel safe?"


def as_codes(
    table: pd.DataFrame,
    labels: Mapping[str, Mapping[str, str]],
    programme: Programme,
    choice: Choice | None = None,
) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """The table with the programme's column names and codes, and what was changed for it.

    A heading may be the code and the text of a question. An item with several answers may have a column for each of
    them, why[1] or why_1. A cell that is no code of its column but a label in the file, or the text of an answer in the
    programme, is that answer's code; the names of areas are taken for their codes likewise. Zeros that a spreadsheet
    dropped from codes are restored if the choice says so.
    """
    notes: list[Note] = []
    table, commas = with_points(table, number_columns(programme))
    notes += commas
    known = [*programme.items, programme.columns.area, *programme.columns.respondent]
    short = {c: c.partition(CODE_AND_TEXT)[0] for c in table if CODE_AND_TEXT in c}
    renamed = {c: s for c, s in short.items() if (s in known and s not in table) or "[" in s}
    table = table.rename(columns=renamed)
    for item in programme.items.values():
        if item.separator and item.name not in table:
            table, joined = joined_boxes(table, item)
            notes += joined
        if item.name in table and not item.separator:
            texts = [(text, code) for code, names in item.answers.items() for text in names.values()]
            table, said = coded_texts(table, item.name, labels.get(item.name, {}), texts, item.codes)
            notes += said
            table, said = restored(table, item.name, item.codes, choice)
            notes += said
    area = programme.columns.area
    if area in table:
        names = [(text, code) for code, place in programme.areas.items() for text in place.name.values()]
        table, said = coded_texts(table, area, labels.get(area, {}), names, frozenset(programme.areas))
        notes += said
        table, said = restored(table, area, frozenset(programme.areas), choice)
        notes += said
    if programme.weighting is not None and programme.weighting.dispositions.column in table:
        table, said = _coded_dispositions(table, programme)
        notes += said
    return table, tuple(notes)


def number_columns(programme: Programme) -> list[str]:
    """The columns of a wave's file that hold numbers."""
    weighting = programme.weighting
    columns = [name for name, item in programme.items.items() if item.range is not None]
    columns += [] if programme.population.column is None else [programme.population.column]
    if weighting is None:
        return [*columns, programme.columns.weight]
    return [*columns, *(column for of in weighting.number_columns().values() for column in of)]


def _coded_dispositions(table: pd.DataFrame, programme: Programme) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """The table with outcomes in words as codes, where the code is one of the programme's and the word is not."""
    assert programme.weighting is not None
    column, codes = programme.weighting.dispositions.column, programme.weighting.dispositions.codes
    other = ~table[column].isin(codes)
    coded, notes = coded_outcomes(table[column][other], programme.outcomes, codes)
    return table.assign(**{column: coded.reindex(table.index).fillna(table[column]).astype(table[column].dtype)}), notes


def coded_texts(
    table: pd.DataFrame, column: str, labels: Mapping[str, str], texts: list[tuple[str, str]], codes: frozenset
) -> tuple[pd.DataFrame, list[Note]]:
    """The table with the column's labels and texts as codes; a text that two codes share is left as it is."""
    codes_of: dict[str, set[str]] = {}
    for text, code in texts:
        codes_of.setdefault(text.strip(), set()).add(code)
    taken: dict[str, str] = {}
    for cell in distinct(table[column]):
        if cell in codes:
            continue
        text = labels.get(cell, cell)
        meant = {text} if text in codes else codes_of.get(text, set())
        if len(meant) == 1:
            taken[cell] = min(meant)
    if not taken:
        return table, []
    pairs = [f"{cell} → {code}" for cell, code in taken.items()]
    table = table.assign(**{column: recoded(table[column], taken)})
    return table, [("file.read.as_codes", {"column": column, "pairs": pairs})]


def joined_boxes(table: pd.DataFrame, item: Item) -> tuple[pd.DataFrame, list[Note]]:
    """The table with a column of the item's codes, made from a column for each of its answers; a Note if there are any.

    A row with anything else than a ticked or an unticked box keeps what stands there, so that it is refused as a code.
    """
    boxes = {
        code: name for code in item.answers for name in (f"{item.name}[{code}]", f"{item.name}_{code}") if name in table
    }
    if len(boxes) < len(item.answers):
        return table, []
    cells = pd.DataFrame({code: table[name].str.lower() for code, name in boxes.items()})
    joined = [
        item.separator.join(code for code, cell in row.items() if cell not in NOT_CHOSEN)
        if all(cell in CHOSEN or cell in NOT_CHOSEN for cell in row.values())
        else item.separator.join(row.values())
        for row in cells.to_dict("records")
    ]
    column = pd.Series(joined, index=table.index, dtype=str)
    return table.assign(**{item.name: column}), [
        ("file.read.joined", {"column": item.name, "columns": [*boxes.values()]})
    ]
