"""The rows of a table that sum up others: totals, highest, lowest, gap and mean; and its ranks."""

from collections.abc import Iterable, Iterator
from fractions import Fraction

from accountability.printed.columns import FEW, MOST, place_in
from accountability.printed.findings import Finding, Place, difference, judged, total
from accountability.printed.halves import judged_rate
from accountability.printed.numbers import Bounds, Printed
from accountability.printed.orders import Ranked, fewest_wrong, out_of_order
from accountability.printed.tables import Column, Row, Table
from accountability.printed.vocabulary import pattern

MOST_RANKED = 0.4  # of the rows may break the order of the figures; if more do, something else is ranked


def summary_findings(table: Table) -> Iterator[Finding]:
    """What the rows of totals, extremes and means say, computed again from the rows of areas."""
    by_meaning = {meaning: [r for r in table.rows if r.meaning == meaning] for meaning in ("high_row", "low_row")}
    for row in table.rows:
        for column in table.columns:
            figure = row.numbers.get(column.place)
            numbers = [r.numbers[column.place] for r in table.areas if column.place in r.numbers]
            if figure is None or not row.meaning or (len(numbers) < 2 and row.meaning != "gap_row"):
                continue
            finding = None
            if row.meaning in ("sum_row", "whole_row"):
                finding = _sum(table, row, column, numbers, figure)
            elif row.meaning in ("high_row", "low_row", "mean_row"):
                finding = _extreme(table, row, column, numbers, figure)
            elif row.meaning == "gap_row" and all(len(rows) == 1 for rows in by_meaning.values()):
                finding = _gap(table, row, column, by_meaning["high_row"][0], by_meaning["low_row"][0])
            if finding is not None:
                yield finding


def _sum(table: Table, row: Row, column: Column, numbers: list[Printed], figure: Printed) -> Finding | None:
    """The total of a column of counts, or 100 of shares; that of “the whole city” is asked about only if it is near."""
    if column.meaning not in ("count", "sample", "total") or any(r.meaning == "part_row" for r in table.rows):
        return None
    reading = total("printed.column_total", numbers, {"count": len(numbers)})
    near = abs(reading.value.low - figure.value) * 5 <= reading.value.low
    certain = row.meaning == "sum_row" and not _parts_of_parts(table)
    if row.meaning == "sum_row" and figure.bounds().meets(reading.own):
        return None
    blocks = [[r.numbers[column.place] for r in rows if column.place in r.numbers] for rows in table.blocks]
    blocks = [block for block in blocks if len(block) > 1]
    if len(blocks) > 1:
        return _divided(blocks, figure, place_in(table, row, column))
    return judged(reading, figure, place_in(table, row, column), certain=certain) if certain or near else None


def _parts_of_parts(table: Table) -> bool:
    """Whether a row is named as a part of the one above it, so that the rows together are more than the total."""
    return any(pattern("of_which").match(row.of) for row in table.areas)


def _divided(blocks: list[list[Printed]], figure: Printed, place: Place) -> Finding | None:
    """The total of a table that divides the same people several times, by sex and by age: it is that of each block.

    A block whose sum is another is a finding; if none has this sum, the blocks divide something else.
    """
    readings = [total("printed.column_total", block, {"count": len(block)}) for block in blocks]
    found = [judged(reading, figure, place) for reading in readings]
    wrong = [finding for finding in found if finding is not None]
    return wrong[0] if 0 < len(wrong) < len(found) else None


def _extreme(table: Table, row: Row, column: Column, numbers: list[Printed], figure: Printed) -> Finding | None:
    """The highest and the lowest are those of the rows; a mean lies between them. Of few rows it is a question."""
    if column.meaning in ("rank", "rank_change", ""):
        return None
    low, high = min(numbers, key=lambda n: n.value), max(numbers, key=lambda n: n.value)
    place = place_in(table, row, column)
    if row.meaning == "mean_row":
        between = Bounds(low.bounds().low, high.bounds().high)
        is_between = figure.bounds().meets(between) or column.meaning in ("count", "sample", "total")
        values = {"low": low.text, "high": high.text}
        return None if is_between else Finding("printed.mean", place, figure.text, "", values)
    extreme = high if row.meaning == "high_row" else low
    shorter = extreme.digits != figure.digits and figure.bounds().meets(extreme.bounds())
    if figure.value == extreme.value or shorter:
        return None
    key = "printed.highest" if row.meaning == "high_row" else "printed.lowest"
    return Finding(key, place, figure.text, extreme.text, {"count": len(numbers)})


def _gap(table: Table, row: Row, column: Column, high: Row, low: Row) -> Finding | None:
    one, two = high.numbers.get(column.place), low.numbers.get(column.place)
    if one is None or two is None or column.meaning in ("rank", "rank_change", ""):
        return None
    values = {"first": one.text, "second": two.text}
    reading = difference("printed.gap", one, two, values, digits=table.digits(column))
    return judged(reading, row.numbers[column.place], place_in(table, row, column))


def rank_findings(table: Table) -> Iterator[Finding]:
    """Ranks that the figures do not allow; which figures are ranked, and whether the largest is best, the rows say."""
    for column in table.of("rank"):
        best: tuple[float, list[Finding]] | None = None
        for rate in [c for c in table.of("rate", "share", "period", "count") if c.earlier == column.earlier]:
            for largest_is_best in (True, False):
                found, wrong, rows = _ranked(table, column, rate, largest_is_best)
                nearest = abs(rate.place - column.place) / 1e6 + (0 if largest_is_best else 1e-4)
                if rows >= FEW and (best is None or wrong + nearest < best[0]):
                    best = wrong + nearest, found
        if best is not None and best[0] < MOST_RANKED + 1e-3:
            yield from best[1]


def _ranked(table: Table, column: Column, rate: Column, largest_is_best: bool) -> tuple[list[Finding], float, int]:
    """The findings of a column of ranks as ranks of another, the part of the rows that is wrong, and their number."""
    digits = table.digits(rate)
    rows = {}
    for place, row in enumerate(table.areas):
        rank, figure = row.numbers.get(column.place), row.numbers.get(rate.place)
        if rank is not None and figure is not None and rank.exact and rank.value > 0:
            rows[place] = Ranked(place, int(rank.value), figure.bounds(digits))
    if not rows:
        return [], 1.0, 0
    found = []
    for ranked, best, worst in out_of_order(list(rows.values()), largest_is_best=largest_is_best):
        row = table.areas[ranked.row]
        expected = str(best) if best == worst else f"{best}–{worst}"
        values = {"first": row.numbers[rate.place].text, "heading": rate.heading}
        place = place_in(table, row, column)
        found.append(Finding("printed.rank", place, row.numbers[column.place].text, expected, values))
    return found, fewest_wrong(list(rows.values()), largest_is_best=largest_is_best) / len(rows), len(rows)


def half_findings(table: Table, notes: str) -> Iterator[Finding]:
    """Satisfaction rates that count “basically satisfied” half, unsaid; notes: the text beside the table."""
    counts = {c.label: c for c in table.of("count") if not c.earlier and c.label}
    rates = [c for c in table.of("rate", "share") if not c.earlier and c.label in ("", "satisfied") and _is_rate(c)]
    if not {"satisfied", "basically"} <= set(counts) or len(rates) != 1:
        return
    (column,) = rates
    unlabelled = [c for c in table.of("count") if not c.earlier and not c.label]
    wholes = [*table.of("sample", "total"), *(unlabelled if len(unlabelled) == 1 else ())]
    said = pattern("counted_half").search(notes + column.heading) is not None
    found = []
    for row in table.areas:
        least = sum((row.numbers[c.place].value for c in counts.values() if c.place in row.numbers), Fraction())
        whole = (row.numbers[c.place] for c in wholes if c.place in row.numbers)
        given = next((number for number in whole if number.value >= least), None)
        replies = given or _all(row, counts.values())
        named = {name: row.numbers.get(counts[name].place) for name in ("satisfied", "basically")}
        known = {name: number for name, number in named.items() if number is not None}
        rate = row.numbers.get(column.place)
        if replies is None or rate is None or len(known) < 2 or replies.value <= 0:
            continue
        found.append(judged_rate(known, replies, rate, place_in(table, row, column), half_is_said=said))
    halves = [f for f in found if f is not None and f.key == "printed.half"]
    others = [f for f in found if f is not None and f.key != "printed.half"]
    yield from halves
    if others and (len(found) < FEW or len(found) - len(others) >= MOST * len(found)):
        yield from others


def _is_rate(column: Column) -> bool:
    return pattern("rate").search(column.heading) is not None


def _all(row: Row, columns: Iterable[Column]) -> Printed | None:
    """The sum of the three answers of a row, if it has all of them."""
    numbers = [row.numbers[c.place] for c in columns if c.place in row.numbers]
    if len(numbers) < 3:
        return None
    value = sum((number.value for number in numbers), Fraction())
    return Printed(f"{int(value):,}", value, 0, True)
