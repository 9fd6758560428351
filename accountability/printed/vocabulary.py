"""The words by which a bulletin says what its figures are: the table words/printed.csv, as patterns of text."""

import re
from collections.abc import Iterable
from functools import cache

from words import rows_of

ASCII_LETTER = re.compile(r"[a-z]", re.IGNORECASE)


@cache
def words_for(meaning: str) -> tuple[str, ...]:
    """The words of a meaning in all languages, the longest first."""
    row = next(row for row in rows_of("printed.csv") if row["meaning"] == meaning)
    listed = [word for column in row if column not in ("meaning", "place") for word in row[column].split(";") if word]
    return tuple(sorted(listed, key=len, reverse=True))


@cache
def name_of(meaning: str, language: str) -> str:
    """What a meaning is called in a language: the first of its words."""
    row = next(row for row in rows_of("printed.csv") if row["meaning"] == meaning)
    return row.get(language, row["en"]).split(";")[0]


def called(name: str, meanings: Iterable[str]) -> str | None:
    """Which of the meanings has this name or is called so in some language; None if none is."""
    plain = name.strip().lower()
    return next((m for m in meanings if plain == m or plain in map(str.lower, words_for(m))), None)


@cache
def meanings_of(place: str) -> tuple[str, ...]:
    """The meanings that stand in a header, as a label, in a row or in text, in the order of the table."""
    return tuple(row["meaning"] for row in rows_of("printed.csv") if row["place"] == place)


@cache
def pattern(meaning: str) -> re.Pattern:
    """Any of the words of a meaning; those of letters only as whole words."""
    return re.compile("|".join(map(_word, words_for(meaning))), re.IGNORECASE)


@cache
def pattern_at_end(meaning: str, most_between: int = 4) -> re.Pattern:
    """A text that ends with one of the words and at most so many further characters, none of them a digit."""
    return re.compile(rf"(?:{pattern(meaning).pattern})[^0-9]{{0,{most_between}}}$", re.IGNORECASE)


@cache
def pattern_at_start(meaning: str) -> re.Pattern:
    """One of the words at the start of a text, after blanks."""
    return re.compile(rf"\s*(?:{pattern(meaning).pattern})", re.IGNORECASE)


def _word(word: str) -> str:
    first = r"(?<![A-Za-z])" if ASCII_LETTER.match(word) else ""
    last = r"(?![A-Za-z])" if ASCII_LETTER.match(word[-1]) else ""
    return first + re.escape(word).replace(r"\ ", r"\s+") + last
