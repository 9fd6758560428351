"""Running text as sentences, and a sentence as its figures with the words between them."""

import re
from dataclasses import dataclass, replace
from functools import cached_property

from accountability.printed.numbers import NUMBER, SIMPLE, Printed, printed
from accountability.printed.spelled import in_digits
from accountability.printed.vocabulary import pattern, pattern_at_end, pattern_at_start

END = re.compile(r"[\u3002\uff01\uff1f!?\n]+|\.(?=\s|$)")
PERCENT, POINTS, SCORE, RANK, PLACES, COUNT, OTHER = "percent", "points", "score", "rank", "places", "count", "other"
VALUES = (PERCENT, SCORE)  # of which differences are taken
UNITS = (("points", POINTS), ("percent", PERCENT), ("ordinal", RANK), ("date", OTHER), ("places", PLACES))
SPANNED = re.compile(r"(?:[\u2013\u2014~\uff5e/\u00b1^*\u00d7\u00b7]|[A-Za-z_]\s*=)\s*$")  # of a range, ± or n =
SPAN = re.compile(r"(?:\s*[\u2013\u2014~\uff5e]\s*\d|[/^*])")
YEAR = range(1900, 2101)
LONGEST_FIGURE = 24  # characters; what is longer is no figure of a bulletin
LISTED = re.compile(r"[\s,/\u3001]+")
UNIT = re.compile(r"\s*([\u4e00-\u9fff]|[A-Za-z][A-Za-z-]*)")
AFTER_SCALE = re.compile(r"[\u4e00-\u9fff]?")  # of what ten thousands are: 207万人


@dataclass(frozen=True)
class Figure:
    """A number in a sentence: what it is, its unit's first sign or word, and the words before and after it.

    before and after reach to the next figure on either side.
    """

    number: Printed
    kind: str
    unit: str
    before: str
    after: str
    place: int

    @property
    def text(self) -> str:
        """The number as it is printed."""
        return self.number.text


@dataclass(frozen=True)
class Sentence:
    """A sentence and the line it stands in, from 1."""

    text: str
    line: int

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """Its figures in their order; numbers of years, tables and paragraphs and endless ones are left out."""
        plain = in_digits(self.text).translate(SIMPLE)
        found = [match for match in NUMBER.finditer(plain) if len(match[0]) <= LONGEST_FIGURE]
        ends = [0, *(match.end() for match in found)]
        starts = [*(match.start() for match in found), len(plain)]
        read = []
        for k, match in enumerate(found):
            before, after = plain[ends[k] : starts[k]], plain[match.end() : starts[k + 1]]
            kind = OTHER if SPANNED.search(before) or SPAN.match(after) else _kind(match[0], before, after)
            scale = pattern_at_start("scale").match(after) if kind == COUNT else None
            is_whole_number = kind in (COUNT, RANK, PLACES) and not scale
            about = pattern_at_end("about", 1).search(before) or pattern_at_start("or_so").match(after)
            is_about = about is not None and kind in (COUNT, PERCENT)
            number = printed(match[0], exact=not is_about and (is_whole_number or says_last("target", before)))
            number = replace(number, about=is_about)
            read.append(Figure(number, kind, _unit(after, scale), before, after, k))
        return tuple(_percents_of_a_list(read))


def sentences_of(text: str) -> list[Sentence]:
    """The sentences of a text, line by line."""
    found = []
    for line, words in enumerate(text.split("\n"), 1):
        found += [Sentence(part.strip(), line) for part in END.split(words) if part and part.strip()]
    return found


def _unit(after: str, scale: re.Match | None) -> str:
    """The first sign or word after a number, with that of ten thousands or millions before it."""
    if scale is not None:
        of = AFTER_SCALE.match(after, scale.end())
        return scale[0].strip().lower() + (of[0] if of else "")
    unit = UNIT.match(after)
    return unit[1].lower() if unit else ""


def _kind(number: str, before: str, after: str) -> str:
    is_rank = says_last("rank_sign", before)
    for meaning, kind in (*UNITS, ("score", SCORE)):
        if pattern_at_start(meaning).match(after):
            return RANK if kind == PLACES and is_rank else kind
    if is_rank:
        return RANK
    if says_last("numbered", before):
        return OTHER
    if pattern_at_start("scale").match(after):
        return COUNT
    if "." in number:
        return SCORE
    unit = UNIT.match(after)
    if number.isdigit() and int(number) in YEAR and (unit is None or unit[1].isascii()):
        return OTHER
    is_score = unit is None and any(says_last(meaning, before) for meaning in ("target", "high", "low"))
    return SCORE if is_score else COUNT


def _percents_of_a_list(figures: list[Figure]) -> list[Figure]:
    """In “50, 45.5 and 65.9 %” every number is a percentage."""
    read = list(figures)
    for k in range(len(read) - 2, -1, -1):
        following = read[k + 1]
        listed = following.kind == PERCENT and LISTED.sub("", pattern("and").sub("", following.before)) == ""
        if listed and read[k].kind in (SCORE, COUNT):
            number = printed(read[k].text, exact=False)
            read[k] = Figure(number, PERCENT, read[k].unit, read[k].before, read[k].after, k)
    return read


def says_last(meaning: str, words: str) -> bool:
    """Whether the words end with one of a meaning."""
    return pattern_at_end(meaning, 1).search(words) is not None


def says(meaning: str, words: str) -> bool:
    """Whether one of the words of a meaning is among these."""
    return pattern(meaning).search(words) is not None
