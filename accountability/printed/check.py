"""The check of a bulletin: its tables and its sentences, one after the other, and what could not be read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from accountability.printed.claims import changes, complements, formulas, gaps, partitions, shares, totals
from accountability.printed.columns import column_findings
from accountability.printed.findings import Finding
from accountability.printed.halves import halves_in_text
from accountability.printed.sentences import sentences_of
from accountability.printed.summaries import half_findings, rank_findings, summary_findings
from accountability.printed.tables import LEFT_OUT, Grid, Table, read_table
from accountability.printed.vocabulary import called, meanings_of, name_of
from words import LANGUAGES, Fault

CLAIMS = (gaps, changes, shares, totals, partitions, formulas, complements)


@dataclass(frozen=True)
class Unread:
    """A table of which some headings are not understood: its name, the row of its header, and these headings."""

    table: str
    row: int
    headings: tuple[str, ...]


@dataclass(frozen=True)
class Checked:
    """What was found in a bulletin, and what was not understood.

    tables, figures, sentences: how many were read; figures counts those of tables and sentences together
    understood: whether any column or any figure of a sentence could be read
    """

    findings: tuple[Finding, ...]
    unread: tuple[Unread, ...]
    tables: int
    sentences: int
    figures: int
    understood: bool


def check(text: str, grids: Sequence[Grid], meanings: Mapping[str, str] | None = None) -> Checked:
    """Compute again what the tables and sentences of a bulletin say of their own figures.

    meanings: heading -> one of `column_meanings`, or what it is called, where headings are not understood
    A Fault if `meanings` names something else.
    """
    tables = [read_table(grid, _known(meanings or {}), beside=text) for grid in grids]
    found = [finding for table in tables for finding in _in_table(table, text)]
    sentences = sentences_of(text)
    for sentence in sentences:
        claimed = [finding for rule in CLAIMS for finding in rule(sentence)]
        found += [finding for finding in (*claimed, halves_in_text(sentence)) if finding is not None]
    unread = tuple(
        Unread(table.name, table.header, tuple(c.heading or f"({c.place + 1})" for c in table.not_understood))
        for table in tables
        if table.not_understood
    )
    in_text = sum(len(sentence.figures) for sentence in sentences)
    figures = in_text + sum(len(row.numbers) for table in tables for row in table.rows)
    understood = in_text > 0 or any(_is_read(table) for table in tables)
    return Checked(_once(found), unread, len(tables), len(sentences), figures, understood)


def column_meanings() -> tuple[str, ...]:
    """What a column may be said to be."""
    return tuple(meaning for meaning in meanings_of("header") if meaning not in ("before",))


def meaning_names(language: str) -> list[str]:
    """What a column may be said to be, in the words of a language."""
    return [name_of(meaning, language) for meaning in column_meanings()]


def _known(meanings: Mapping[str, str]) -> dict[str, str]:
    """heading -> meaning, of names in any language."""
    known = {heading: called(name, column_meanings()) for heading, name in meanings.items()}
    wrong = sorted({meanings[heading] for heading, meaning in known.items() if meaning is None})
    if wrong:
        expected = {language: meaning_names(language) for language in LANGUAGES}
        names = {language: ", ".join(listed) for language, listed in expected.items()}
        raise Fault(key="printed.no_meaning", found=wrong, expected=names)
    return {heading: meaning for heading, meaning in known.items() if meaning is not None}


def _once(found: Sequence[Finding]) -> tuple[Finding, ...]:
    """One finding for each figure, that which is certain or else the first, in the order of the bulletin."""
    of_figure: dict[object, Finding] = {}
    for finding in sorted(found, key=lambda f: not f.certain):
        of_figure.setdefault((finding.place, finding.printed), finding)
    tables = list(dict.fromkeys(finding.place.table for finding in found))
    return tuple(sorted(of_figure.values(), key=lambda f: (tables.index(f.place.table), f.place.row)))


def _is_read(table: Table) -> bool:
    """Whether the table has a column that is computed again."""
    return any(column.meaning and column.meaning not in LEFT_OUT for column in table.columns)


def _in_table(table: Table, notes: str) -> list[Finding]:
    if not _is_read(table):
        return []
    return [*half_findings(table, notes), *rank_findings(table), *column_findings(table), *summary_findings(table)]
