"""What the columns of a table say of one another, row by row: shares, changes, gaps, totals and complements."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from accountability.printed.findings import (
    READING,
    Finding,
    Place,
    Reading,
    complement,
    difference,
    growth,
    judged,
    share,
    total,
)
from accountability.printed.numbers import SIMPLE, Bounds, Printed
from accountability.printed.tables import Column, Row, Table
from accountability.printed.vocabulary import pattern, words_for

UNIT = re.compile(r"[(\uff08][^)\uff09]*[)\uff09]")  # of a heading, in brackets
TOTALS = ("sum_row", "whole_row", "part_row")
MOST = 0.6  # of the rows in which a reading must hold to be the table's own
FEW = 3  # rows; of fewer the headings alone decide


@dataclass(frozen=True)
class Relation:
    """A reading of a printed column by others: in each row what it should be; None where a figure is absent.

    sure: whether the headings leave no other reading, so that it needs no rows to confirm it
    of_totals: whether what holds in the rows of areas holds in those of totals too
    """

    column: Column
    reading: Callable[[Row], Reading | None]
    sure: bool
    of_totals: bool = False


def column_findings(table: Table) -> Iterator[Finding]:
    """The rows that break what their columns say of one another."""
    for relations in (_changes(table), _gaps(table), _shares(table), _sums(table), _complements(table)):
        by_column: dict[int, list[Relation]] = {}
        for relation in relations:
            by_column.setdefault(relation.column.place, []).append(relation)
        for of_column in by_column.values():
            yield from _best(table, of_column)


def place_in(table: Table, row: Row, column: Column) -> Place:
    """Where a cell stands."""
    return Place(table.name, row.number, column.heading, row.of)


def _best(table: Table, relations: Sequence[Relation]) -> Iterator[Finding]:
    """The findings of the reading that holds in most of the rows, if it is the table's own."""
    judged_rows = []
    for relation in relations:
        of_rows = [(row, relation.reading(row)) for row in table.areas if relation.column.place in row.numbers]
        known = [(row, reading) for row, reading in of_rows if reading is not None]
        found = [
            judged(r, row.numbers[relation.column.place], place_in(table, row, relation.column)) for row, r in known
        ]
        wrong = [finding for finding in found if finding is not None]
        if known:
            judged_rows.append((len(known) - len(wrong), len(known), relation.sure, wrong, relation))
    if not judged_rows:
        return
    fitting, rows, sure, wrong, best = max(judged_rows, key=lambda of: (of[0], of[2]))
    if rows >= FEW and fitting >= MOST * rows:
        yield from wrong
        yield from _in_totals(table, best)
    elif sure:  # it holds in few rows: what the headings say, as questions unless there are only a row or two
        yield from wrong if rows < FEW else (replace(finding, doubt=READING) for finding in wrong)


def _in_totals(table: Table, relation: Relation) -> Iterator[Finding]:
    """The findings of the table's own reading in its rows of totals; that of “the whole city” is asked about."""
    place = relation.column.place
    for row in table.rows if relation.of_totals else ():
        reading = relation.reading(row) if row.meaning in TOTALS and place in row.numbers else None
        finding = (
            None if reading is None else judged(reading, row.numbers[place], place_in(table, row, relation.column))
        )
        if finding is not None:
            yield finding if row.meaning == "sum_row" else replace(finding, doubt=READING)


def _changes(table: Table) -> Iterator[Relation]:
    """Now − before, of a figure; before − now, of a rank."""
    yield from _counted_changes(table)
    kinds = (("rate", "printed.change", "change"), ("rank", "printed.rank_change", "rank_change"))
    for kind, key, column_kind in kinds:
        pairs = [(a, b) for a in table.of(kind) for b in table.of(kind) if not a.earlier and b.earlier]
        for column in table.of(column_kind):
            for now, before in pairs:
                orders = ((now, before),) if kind == "rate" else ((before, now), (now, before))
                for first, second in orders:
                    sure = len(pairs) == 1 and (first, second) == orders[0]
                    of_totals = kind == "rate"
                    yield Relation(column, _subtraction(table, key, first, second), sure, of_totals)
                    yield Relation(column, _subtraction(table, key, first, second, unsigned=True), False, of_totals)


def _counted_changes(table: Table) -> Iterator[Relation]:
    """Now − before and 100 (now / before − 1), of counts and of columns headed by their periods, as 2025 and 2026."""
    for kind in ("count", "period", "total", "sample"):
        of_kind = table.of(kind)
        pairs = [(a, b) for a in of_kind for b in of_kind if not a.earlier and b.earlier and a.label == b.label]
        for column in table.of("change"):
            in_points = pattern("points").search(column.heading) is not None
            in_percent = "%" in column.heading.translate(SIMPLE) and not in_points
            for now, before in pairs:
                for unsigned in (False, True):
                    if not in_points:
                        sure = in_percent and len(pairs) == 1 and not unsigned and kind == "count"
                        yield Relation(column, _growing(column, now, before, unsigned=unsigned), sure, of_totals=True)
                    if not in_percent:
                        reading = _subtraction(table, "printed.change", now, before, unsigned=unsigned)
                        yield Relation(column, reading, sure=False, of_totals=True)


def _growing(column: Column, now: Column, before: Column, *, unsigned: bool) -> Callable[[Row], Reading | None]:
    """Growth in per cent; a cell that says “points” is a difference in a row of percentages."""

    def reading(row: Row) -> Reading | None:
        one, two = row.numbers.get(now.place), row.numbers.get(before.place)
        if one is None or two is None or two.bounds().low <= 0:
            return None
        values = {"first": one.text, "second": two.text}
        if pattern("points").search(row.numbers[column.place].text):
            if unsigned and two.value > one.value:
                one, two = two, one
            return difference("printed.change", one, two, values)
        return growth("printed.growth", two, one, values, unsigned=unsigned)

    return reading


def _gaps(table: Table) -> Iterator[Relation]:
    """The figure − its target, or the other way round; highest − lowest."""
    for column in table.of("gap"):
        rates = [c for c in table.of("rate", "target") if c.place != column.place]
        targets = [c for c in rates if c.meaning == "target"]
        pairs = [(a, b) for a in rates for b in (targets or rates) if a != b and not a.earlier]
        for first, second in pairs:
            yield Relation(column, _subtraction(table, "printed.gap", first, second, unsigned=True), len(pairs) == 1)
            yield Relation(column, _subtraction(table, "printed.gap", first, second), sure=False)


def _subtraction(
    table: Table, key: str, first: Column, second: Column, *, unsigned: bool = False
) -> Callable[[Row], Reading | None]:
    digits = max(table.digits(first), table.digits(second))

    def reading(row: Row) -> Reading | None:
        one, two = row.numbers.get(first.place), row.numbers.get(second.place)
        if one is None or two is None:
            return None
        if unsigned and two.value > one.value:
            one, two = two, one
        return difference(key, one, two, {"first": one.text, "second": two.text}, digits=digits)

    return reading


def _shares(table: Table) -> Iterator[Relation]:
    """100 part / whole: a count of the row over another of it, or over the column's total."""
    counts = table.of("count", "sample", "total")
    wholes = [c for c in counts if c.meaning != "count"]
    answers = {c.label: c for c in counts if c.label}
    sums = [row for row in table.rows if row.meaning == "sum_row"]
    for column in table.of("share", "rate"):
        mixed = column.label == "satisfied" and "basically" in answers  # which of them a rate counts is for `halves`
        for part in [c for c in counts if c.meaning == "count"]:
            named = bool(column.label) and column.label == part.label
            for whole in wholes:
                sure = named and len(wholes) == 1 and not mixed
                yield Relation(column, _ratio([part], whole), sure, of_totals=True)
            planned = [c for c in counts if c.meaning == "count" and c is not part and not c.label]
            for whole in planned:
                sure = (
                    (named or _is_just_rate(column)) and part.label == "achieved" and len(planned) == 1 and not wholes
                )
                yield Relation(column, _ratio([part], whole), sure, of_totals=True)
            if len(sums) == 1 and part.place in sums[0].numbers:
                yield Relation(column, _of_total(part, sums[0].numbers[part.place]), sure=False)
        if {"satisfied", "basically"} <= set(answers):
            for whole in wholes:
                ratio = _ratio([answers["satisfied"], answers["basically"]], whole)
                yield Relation(column, ratio, sure=False, of_totals=True)


def _is_just_rate(column: Column) -> bool:
    """Whether a heading says “rate” and not of what."""
    return UNIT.sub("", column.heading).strip().lower() in words_for("rate_word")


def _ratio(parts: Sequence[Column], whole: Column) -> Callable[[Row], Reading | None]:
    def reading(row: Row) -> Reading | None:
        numbers = [row.numbers.get(part.place) for part in parts]
        of = row.numbers.get(whole.place)
        known = [number for number in numbers if number is not None]
        if of is None or len(known) < len(parts) or of.value <= 0:
            return None
        possible = _together(known)
        return share("printed.share", possible, of, {"first": " + ".join(n.text for n in known), "second": of.text})

    return reading


def _of_total(part: Column, whole: Printed) -> Callable[[Row], Reading | None]:
    def reading(row: Row) -> Reading | None:
        number = row.numbers.get(part.place)
        if number is None or whole.value <= 0:
            return None
        return share("printed.share", number.bounds(), whole, {"first": number.text, "second": whole.text})

    return reading


def _sums(table: Table) -> Iterator[Relation]:
    """A total column: the sum of all counts, of the three answers, or of those on its left."""
    counts = table.of("count")
    answers = [c for c in counts if c.label]
    totals = table.of("total", "sample")
    for column in totals:
        left = [c for c in counts if c.place < column.place]
        for parts in (counts, answers, left):
            if len(parts) >= 2:
                sure = parts is answers and len(answers) == 3 and len(totals) == 1
                yield Relation(column, _addition(parts), sure, of_totals=True)


def _addition(parts: Sequence[Column]) -> Callable[[Row], Reading | None]:
    def reading(row: Row) -> Reading | None:
        known = [row.numbers[part.place] for part in parts if part.place in row.numbers]
        return total("printed.total", known, {"parts": [n.text for n in known]}) if len(known) == len(parts) else None

    return reading


def _complements(table: Table) -> Iterator[Relation]:
    """Shares that are 100 % together: the last of them is what the others leave."""
    shares = table.of("share", "rate")
    labelled = [c for c in shares if c.label and not c.earlier]
    for parts in (shares, labelled):
        for start in range(len(parts) - 1):
            yield Relation(parts[-1], _rest(table, parts[start:-1]), sure=False)


def _rest(table: Table, others: Sequence[Column]) -> Callable[[Row], Reading | None]:
    digits = max(table.digits(c) for c in others)

    def reading(row: Row) -> Reading | None:
        known = [row.numbers[c.place] for c in others if c.place in row.numbers]
        if len(known) < len(others):
            return None
        return complement(known, digits)

    return reading


def _together(numbers: Sequence[Printed]) -> Bounds:
    possible = numbers[0].bounds()
    for number in numbers[1:]:
        possible = possible + number.bounds()
    return possible
