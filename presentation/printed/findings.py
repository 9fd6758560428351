"""The findings of a checked bulletin as the rows of a table, and the sentences above and below it."""

from collections.abc import Iterable

import pandas as pd

from accountability.printed import check
from accountability.printed.check import Checked
from accountability.printed.findings import Finding, Place
from words import Fault, Speaker

LONGEST = 60  # characters of a sentence that are shown


def finding_table(checked: Checked, t: Speaker) -> pd.DataFrame:
    """Verdict, place, what is printed, what it should be, and why: a row for each finding, under its headings."""
    rows = [
        (
            t("printed.wrong") if finding.certain else t("printed.question"),
            place_text(finding.place, t),
            finding.printed,
            finding.expected or "–",
            why(finding, t),
        )
        for finding in checked.findings
    ]
    headings = (
        t("printed.column.verdict"),
        t("printed.column.place"),
        t("printed.column.printed"),
        t("printed.column.expected"),
        t("printed.column.why"),
    )
    return pd.DataFrame(rows, columns=pd.Index(headings), dtype=str)


def why(finding: Finding, t: Speaker) -> str:
    """Why a figure is not right, and by which other reading it could be."""
    said = t(finding.key, **finding.values)
    return t("printed.doubted", why=said, doubt=t(finding.doubt)) if finding.doubt else said


def place_text(place: Place, t: Speaker) -> str:
    """A row and a column of a table, or a line of text with the start of its sentence."""
    cell = place.cell if len(place.cell) <= LONGEST else f"{place.cell[:LONGEST]}…"
    if place.is_sentence:
        return t("printed.place.sentence", row=place.row, sentence=cell)
    values = {"row": place.row, "of": place.of, "column": cell}
    if place.table.isdigit():
        return t("printed.place.numbered", table=place.table, **values)
    if place.table:
        return t("printed.place.sheet", table=place.table, **values)
    return t("printed.place.cell", **values)


def summary(checked: Checked, t: Speaker) -> str:
    """How many figures were read, how many are wrong, and how many are asked about."""
    wrong = sum(finding.certain for finding in checked.findings)
    values = {"tables": checked.tables, "sentences": checked.sentences, "figures": checked.figures}
    return t("printed.summary", wrong=wrong, questions=len(checked.findings) - wrong, **values)


def unread_lines(checked: Checked, t: Speaker) -> list[str]:
    """The headings that were not understood, a line for each table, and which words are."""
    lines = [
        t("printed.unread", row=unread.row, headings=list(unread.headings))
        if not unread.table
        else t("printed.unread_in", table=unread.table, row=unread.row, headings=list(unread.headings))
        for unread in checked.unread
    ]
    return [*lines, t("printed.unread_way_out")] if lines else []


def meaning_names(t: Speaker) -> list[str]:
    """What a column may be said to be, in the reader's language."""
    return check.meaning_names(t("language.code"))


def meanings_of_lines(lines: Iterable[str]) -> dict[str, str]:
    """heading -> meaning of lines such as Opinion=rate; a Fault for a line without either."""
    meanings = {}
    for line in filter(None, map(str.strip, lines)):
        heading, sign, meaning = line.rpartition("=")
        if not sign or not heading.strip() or not meaning.strip():
            raise Fault(key="printed.no_pair", found=line)
        meanings[heading.strip()] = meaning.strip()
    return meanings
