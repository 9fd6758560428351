"""What a sentence claims of its own figures: gaps, changes, shares, totals and complements, computed again."""

import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import takewhile

from accountability.printed.findings import (
    Finding,
    Place,
    complement,
    difference,
    growth,
    judged,
    share,
    total,
)
from accountability.printed.numbers import Bounds, is_mistyped
from accountability.printed.sentences import (
    COUNT,
    PERCENT,
    PLACES,
    POINTS,
    RANK,
    SCORE,
    VALUES,
    Figure,
    Sentence,
    says,
)
from accountability.printed.shares import CLAUSE, claimed_shares, narrow
from accountability.printed.vocabulary import pattern, pattern_at_end

PLUS = re.compile(r"[^-+=*/(]{0,20}[+\uff0b][^-+=*/(]{0,20}")  # what stands between the parts of a sum, and before it
EQUALS = re.compile(r"[^-+=*/)]{0,20}[=\uff1d]\s*")
BRACKET = re.compile(
    r"[^,\uff0c;\uff1b]{0,20}[(\uff08]([^()\uff08\uff09,\uff0c;\uff1b]{0,20})$"
)  # up to a figure in brackets
ENGLISH_PARTS = re.compile(r"[,;:(]|\b(?:and|to|now)\b")
SEMICOLON = re.compile(r"[;\uff1b]")
CLOSING = re.compile(r"[)\uff09]")
LISTS = re.compile(r"^[^,;:(]{0,30}[:(]")  # a colon or bracket after a count: what it consists of follows
FAR = 30  # points: a percentage further off is perhaps no share of these counts
NEAR = 4  # a total that was meant is no more than so many times the sum before it, and no less than its part


def place_of(sentence: Sentence) -> Place:
    """Where a sentence stands."""
    return Place("", sentence.line, sentence.text, is_sentence=True)


def gaps(sentence: Sentence) -> Iterator[Finding | None]:
    """Highest 96.67, lowest 78.5, a gap of 18.1: highest − lowest."""
    figures = sentence.figures
    for figure in figures:
        if not _is_gap(figure):
            continue
        others = [f for f in figures if f.kind in VALUES and f is not figure and not _is_change(f)]
        high = [f for f in others if _labelled("high", f)]
        low = [f for f in others if _labelled("low", f)]
        earlier = [f for f in others if f.place < figure.place]
        if len(high) == 1 and len(low) == 1:
            first, second, certain = high[0], low[0], True
        elif len(earlier) == 2 or (len(earlier) > 2 and says("strong_difference", figure.before)):
            first, second = sorted(earlier[-2:], key=lambda f: f.number.value, reverse=True)
            certain = len(earlier) == 2
        else:
            continue
        values = {"first": first.text, "second": second.text}
        reading = difference("printed.gap", first.number, second.number, values)
        yield judged(reading, figure.number, place_of(sentence), certain=certain)


def changes(sentence: Sentence) -> Iterator[Finding | None]:
    """From 88.1 to 90.4, up 2.3 points; from 12th to 5th, up 7 places; from 2,000 to 2,500, up 25 %."""
    figures = sentence.figures
    for figure in figures:
        if figure.kind not in (POINTS, PLACES, SCORE, PERCENT, COUNT) or not _is_change(figure):
            continue
        bracketed = _in_brackets_after(figures, figure)
        if bracketed is not None:
            yield _changed(sentence, figure, *bracketed)
            continue
        kinds = (RANK,) if figure.kind == PLACES else (COUNT,) if figure.kind == COUNT else (*VALUES, COUNT)
        earlier = [f for f in figures[: figure.place] if f.kind in kinds and not _is_pure_change(f)]
        pair = _then_and_now(earlier)
        if pair is None or (pair[0].kind == COUNT and figure.kind not in (PERCENT, COUNT)):
            continue
        if not _is_about_another(figures, pair, figure):
            yield _changed(sentence, figure, *pair)


def _then_and_now(earlier: list[Figure]) -> tuple[Figure, Figure] | None:
    """The figure before and the figure now of those that stand before a change; None if nothing says which is which.

    Where the last of them is of an earlier wave, the one now is the last before it that is not: in “97.3 %, up from
    last quarter (96.9 %) by 0.4 and from last year (95.8 %) by 1.5 points” it is 97.3 both times.
    """
    if len(earlier) < 2:
        return None
    first, last = earlier[-2:]
    if _is_earlier(last):
        current = [f for f in earlier[:-1] if not _is_earlier(f)]
        if not current or current[-1].kind != last.kind:
            return None
        return last, current[-1]
    said = pattern_at_end("from", 12).search(first.before) or _is_earlier(first)
    return (first, last) if said and first.kind == last.kind else None


def _is_earlier(figure: Figure) -> bool:
    """Whether a figure is of an earlier wave by the words before it or, in English, right behind it: 12th last year."""
    _, *later = ENGLISH_PARTS.split(figure.before)
    own = " ".join(later) if later and figure.before.isascii() else figure.before
    behind = ENGLISH_PARTS.split(figure.after)[0] if figure.after.isascii() else ""
    return says("earlier", own) or says("earlier", behind)


def _is_about_another(figures: tuple[Figure, ...], pair: tuple[Figure, Figure], figure: Figure) -> bool:
    """Whether a change is of something else than the two figures before it.

    So it is after “of which” or a semicolon, or if it names an earlier wave of its own without that wave's figure.
    """
    first = min(f.place for f in pair)
    between = "".join(f.before for f in figures[first + 1 : figure.place + 1])
    if SEMICOLON.search(between) or says("of_which", between):
        return True
    is_next = max(f.place for f in pair) == figure.place - 1
    if says("own_base", figure.before) and not is_next:
        return True
    said_from = is_next and pattern_at_end("from", 12).search(pair[0].before)
    return says("earlier", figure.before) and not said_from


def _in_brackets_after(figures: tuple[Figure, ...], figure: Figure) -> tuple[Figure, Figure] | None:
    """The figure before and now of “93.6 %, up 1.2 points (92.5 % a year ago)”, where brackets say what it was."""
    if figure.kind not in (POINTS, PLACES) or not 0 < figure.place < len(figures) - 1:
        return None
    now, before = figures[figure.place - 1], figures[figure.place + 1]
    kinds = (RANK,) if figure.kind == PLACES else VALUES
    opened = BRACKET.match(before.before)
    if now.kind != before.kind or now.kind not in kinds or opened is None:
        return None
    if not says("earlier", opened[1] + CLOSING.split(before.after)[0]):
        return None
    return before, now


def _changed(sentence: Sentence, figure: Figure, before: Figure, now: Figure) -> Finding | None:
    place, rises = place_of(sentence), _last_direction(figure)
    values = {"first": now.text, "second": before.text}
    better = before.number.value > now.number.value if now.kind == RANK else now.number.value > before.number.value
    first, second = (now, before) if now.number.value > before.number.value else (before, now)
    if now.kind == COUNT and figure.kind == PERCENT:
        key = "printed.growth"
        finding = judged(growth(key, before.number, now.number, values, unsigned=True), figure.number, place)
    else:
        key = "printed.rank_change" if now.kind == RANK else "printed.change"
        reading = difference(key, first.number, second.number, values)
        finding = judged(reading, figure.number, place)
        if finding is not None and figure.kind == PERCENT and _relative_fits(figure, before, now):
            finding = None
    if finding is None and before.number.value != now.number.value and rises is not None and rises != better:
        return Finding("printed.direction", place, figure.text, "", values)
    return finding


def _relative_fits(figure: Figure, before: Figure, now: Figure) -> bool:
    """Whether a change in per cent is that of a percentage relative to itself."""
    relative = abs(100 * (now.number.value / before.number.value - 1))
    return figure.number.bounds().meets(Bounds(relative, relative))


def complements(sentence: Sentence) -> Iterator[Finding | None]:
    """The rest, 6.4 %: what is missing to 100 %."""
    for figure in sentence.figures:
        if figure.kind != PERCENT or not pattern_at_end("rest", 12).search(figure.before):
            continue
        earlier = [f for f in sentence.figures[: figure.place] if f.kind == PERCENT and not _is_change(f)]
        if not earlier:
            continue
        digits = max(f.number.digits for f in (*earlier, figure))
        reading = complement([f.number for f in earlier], digits)
        yield judged(reading, figure.number, place_of(sentence), certain=len(earlier) == 1)


def formulas(sentence: Sentence) -> Iterator[Finding | None]:
    """2,768 + 1,453 = 4,321, with words between the figures or not."""
    figures = sentence.figures
    for figure in figures:
        if figure.kind != COUNT or not EQUALS.fullmatch(figure.before):
            continue
        first = figure.place - 1
        while first > 0 and PLUS.fullmatch(figures[first].before):
            first -= 1
        parts = figures[first : figure.place]
        if len(parts) >= 2 and all(f.kind == COUNT for f in parts):
            values = {"parts": [f.text for f in parts]}
            yield judged(total("printed.total", [f.number for f in parts], values), figure.number, place_of(sentence))


def totals(sentence: Sentence) -> Iterator[Finding | None]:
    """2,768 and 1,453, 4,321 in all: the sum of the counts of one unit before the total, or after it.

    A count without a word for a total is one where “of which” follows and the sum of the parts is a typing error away.
    """
    figures = sentence.figures
    for figure in figures:
        announced = pattern_at_end("total_word", 6).search(figure.before) or says("total_after", figure.after[:20])
        if figure.kind != COUNT:
            continue
        if not announced:
            yield from _mistyped_whole(sentence, figure)
            continue
        earlier = _alike(figures[: figure.place], figure)
        later = [] if len(earlier) >= 2 else _alike(figures[figure.place + 1 :], figure)
        parts = earlier if len(earlier) >= 2 else later
        if len(parts) > 2 and parts[0].number.value == figure.number.value:  # the whole was named before its parts
            parts = earlier = parts[1:]
        if len(parts) < 2:
            continue
        values = {"parts": [f.text for f in parts]}
        reading = total("printed.total", [f.number for f in parts], values)
        named = all(f.unit == figure.unit for f in parts)
        near = reading.value.low <= NEAR * figure.number.value and figure.number.value <= NEAR * reading.value.low
        if (near or (named and parts is earlier)) and not _some_run_fits(parts, figure):
            yield judged(reading, figure.number, place_of(sentence), certain=named and parts is earlier)


def _mistyped_whole(sentence: Sentence, figure: Figure) -> Iterator[Finding | None]:
    """4,321 calls, of which 2,768 and 1,453: a question, since what is named need not be all."""
    following = sentence.figures[figure.place + 1 :]
    is_listed = bool(following) and LISTS.search(narrow(following[0].before)) is not None
    if not following or not (is_listed or says("of_which", following[0].before)):
        return
    one_by_one = takewhile(lambda f: f.kind == COUNT, following) if is_listed else following
    counts = [f for f in one_by_one if f.kind == COUNT]
    parts = counts if figure.unit.isascii() else [f for f in counts if f.unit == figure.unit]
    if len(parts) >= 2 and is_mistyped(figure.number.value, sum((f.number.value for f in parts), Fraction())):
        reading = total("printed.total", [f.number for f in parts], {"parts": [f.text for f in parts]})
        yield judged(reading, figure.number, place_of(sentence), certain=False)


def partitions(sentence: Sentence) -> Iterator[Finding | None]:
    """173 townships: 110 reached the target and 73 did not: those that did and those that did not are all."""
    for whole, first, second in zip(sentence.figures, sentence.figures[1:], sentence.figures[2:], strict=False):
        if {whole.kind, first.kind, second.kind} != {COUNT} or not _without(first, second):
            continue
        if whole.unit == first.unit == second.unit or whole.unit.isascii():
            reading = total("printed.total", [first.number, second.number], {"parts": [first.text, second.text]})
            yield judged(reading, whole.number, place_of(sentence), certain=False)


def _without(first: Figure, second: Figure) -> bool:
    """Whether the second count is of those without what the first ones have: 达标110个、未达标73个; 73 did not."""
    if pattern("without").match(second.after.strip()):
        return True
    named, other = (CLAUSE.split(narrow(figure.before))[-1].strip() for figure in (first, second))
    return len(named) >= 2 and pattern("without").match(other) is not None and other.endswith(named)


def _some_run_fits(parts: list[Figure], figure: Figure) -> bool:
    """Whether the last two, three … of the parts have this sum: the first ones belong to something else."""
    return any(sum(f.number.value for f in parts[k:]) == figure.number.value for k in range(len(parts) - 1))


def _alike(figures: tuple[Figure, ...], total_figure: Figure) -> list[Figure]:
    """The counts that may be parts of a total: of its unit, or all if it has none."""
    counts = [f for f in figures if f.kind == COUNT]
    alike = [f for f in counts if f.unit == total_figure.unit]
    loose = not alike and (not total_figure.unit or total_figure.unit.isascii())
    return alike if len(alike) >= 2 else counts if loose else []


def _is_gap(figure: Figure) -> bool:
    """Whether the words before a figure say that it is a difference; short ones stand right before points.

    A rise (提高) or a fall (降低), whose last sign is such a word, is a change and no gap.
    """
    is_short = pattern_at_end("short_difference", 1).search(figure.before) is not None and not _is_change(figure)
    if is_short and (figure.kind == POINTS or (figure.kind == SCORE and says("target", figure.before))):
        return True
    return figure.kind in (POINTS, SCORE, PERCENT) and pattern_at_end("difference").search(figure.before) is not None


def _labelled(meaning: str, figure: Figure) -> bool:
    return pattern_at_end(meaning, 14).search(figure.before) is not None


def _is_change(figure: Figure) -> bool:
    return pattern_at_end("change_word", 4).search(figure.before) is not None and not pattern_at_end("to", 2).search(
        figure.before
    )


def _is_pure_change(figure: Figure) -> bool:
    return figure.kind == POINTS or _is_change(figure)


def _last_direction(figure: Figure) -> bool | None:
    """True if the words before a change say up, False if down, None if neither or both."""
    up, down = (pattern_at_end(meaning, 4).search(figure.before) is not None for meaning in ("up", "down"))
    return up if up != down else None


def shares(sentence: Sentence) -> Iterator[Finding | None]:
    """110 of 173 townships, 57.8 %: part over whole."""
    for part, whole, figure, certain in claimed_shares(sentence):
        values = {"first": part.text, "second": whole.text}
        reading = share("printed.share", part.number.bounds(), whole.number, values)
        certain = certain and abs(reading.value.low - figure.number.value) <= FAR
        yield judged(reading, figure.number, place_of(sentence), certain=certain)
