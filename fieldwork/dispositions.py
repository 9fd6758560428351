"""Outcomes of a call: AAPOR's codes with their classes, and the words by which centres know them, from one table.

AAPOR, Standard Definitions, 9th and 10th editions, telephone surveys.  The table is words/dispositions.csv: to add an
outcome is to add its row.

code     as AAPOR prints it, without zeros at its end
class    I, P interviews; R, NC, O eligible without an interview (refusal, non-contact, other); UH, UR, UO may be
         eligible or not (is it a household? has it anybody eligible? other); NE not eligible
final    the number is not called again.  Not so a filled quota (4.8), since a quota that drops people favours those
         who are easy to reach, and a number temporarily out of service (4.33): of neither is it known that nobody is
         eligible
logged   may stand in a call log.  Not so 3.11, a number never called, and 4.42, in no edition since 2016
frames   the frames whose numbers can have it: landline, mobile, list
words    what centres write in its place
"""

from collections.abc import Mapping
from dataclasses import dataclass

from words import Fault, rows_of

ELIGIBLE_CLASSES = ("I", "P", "R", "NC", "O")
UNKNOWN_CLASSES = ("UH", "UR", "UO")
NOT_ELIGIBLE_CLASS = "NE"
CLASSES = (*ELIGIBLE_CLASSES, *UNKNOWN_CLASSES, NOT_ELIGIBLE_CLASS)


@dataclass(frozen=True)
class Outcome:
    """One row of the table: a code, its class, whether it ends the work, where it can occur, and how it is written."""

    code: str
    group: str
    final: bool
    logged: bool
    frames: frozenset[str]
    names: Mapping[str, str]
    words: frozenset[str]

    @property
    def eligible(self) -> bool | None:
        """Does it show that somebody eligible uses the number (True), or that nobody does (False)?  None: neither."""
        if self.group in ELIGIBLE_CLASSES:
            return True
        return False if self.group == NOT_ELIGIBLE_CLASS and self.final else None


def _outcome(row: Mapping[str, str]) -> Outcome:
    names = {language: row[language] for language in ("en", "zh")}
    written = frozenset(_plain(word) for word in (*row["words"].split(";"), *names.values()) if word)
    frames = frozenset(row["frames"].split())
    return Outcome(row["code"], row["class"], row["final"] == "yes", row["logged"] == "yes", frames, names, written)


def canonical(code: str) -> str:
    """The code without zeros at its end, because a spreadsheet turns 2.10 into 2.1."""
    return code.rstrip("0").rstrip(".") if "." in code else code


def _plain(word: str) -> str:
    """A word without blanks around it and without regard to capitals."""
    return " ".join(word.split()).casefold()


OUTCOMES = {row["code"]: _outcome(row) for row in rows_of("dispositions.csv")}
DISPOSITIONS = frozenset(code for code, outcome in OUTCOMES.items() if outcome.logged)
ENDING = frozenset(code for code, outcome in OUTCOMES.items() if outcome.final)
USUAL = ("1.1", "2.11", "2.12", "2.2", "3.12", "3.13", "4.3", "4.7")  # those that most calls end in
OFTEN = ("3.13", "3.12", "3.16", "2.21", "2.11", "2.12", "4.31", "4.33", "4.1", "4.7", "4.51", "2.35", "1.1")
# all that the page for calling offers, those that are chosen often first
OFFERED = (*OFTEN, *sorted(code for code in DISPOSITIONS if code not in OFTEN and OUTCOMES[code].frames))
INTERVIEW = tuple(code for code, outcome in OUTCOMES.items() if outcome.group in ("I", "P"))
ELIGIBLE = frozenset(code for code, outcome in OUTCOMES.items() if outcome.eligible)
NOT_ELIGIBLE = frozenset(code for code, outcome in OUTCOMES.items() if outcome.eligible is False)
WORDS = {word: code for code, outcome in OUTCOMES.items() if outcome.frames for word in outcome.words}


def code_of(written: str, own: Mapping[str, str] | None = None, allowed: frozenset[str] = DISPOSITIONS) -> str | None:
    """The code of an outcome as a file has it: a code, one of a centre's `own` words, or a usual one; else None.

    own      word -> code, as a programme maps them; they go before the usual words
    allowed  the codes that may stand there; those of a call log by default
    """
    code, word = canonical(written.strip()), _plain(written)
    if code in allowed:
        return code
    mapped = {_plain(name): canonical(to) for name, to in (own or {}).items()}
    mapped_code = mapped.get(word) or WORDS.get(word)
    return mapped_code if mapped_code in allowed else None


def codes_of_class(*groups: str) -> frozenset[str]:
    """The codes of these classes that a released number may have in the end, 3.11 (never called) among them."""
    return frozenset(code for code, outcome in OUTCOMES.items() if outcome.group in groups and outcome.frames)


def check_words(own: Mapping[str, str]) -> None:
    """A Fault for the first word that is mapped to what is no code that a number may have."""
    codes = codes_of_class(*CLASSES)
    for word, code in own.items():
        if canonical(code) not in codes:
            raise Fault(key="fieldwork.no_outcome", word=word, found=code, expected=sorted(codes))
