"""A table of a programme's TOML file and its place there, so that every fault names the place and what is expected."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from datetime import time as of_day
from fractions import Fraction
from typing import Any

from words import LANGUAGES, Fault, in_language, visible

CODE = re.compile(r"[\w.-]+")
LANGUAGE = re.compile(r"[a-z]{2}")
LONGEST = 100  # characters of what was found, in a sentence
# what a person may write where the type does not fit
TYPES = {
    str: '"…"',
    dict: "{ … }",
    int: "5",
    list: "[…]",
    bool: "true, false",
    str | list: '"…", ["…"]',
    int | float | str: '66.7, "200/3"',
    str | of_day: '"18:30"',
    date | str: "2026-03-20",
}


@dataclass(frozen=True)
class Entry:
    """A table of the TOML file, its path there, and the file's name, so that a fault can name the place.

    lenient: keys that nothing reads are passed over, as they were when the file was imported by an older program
    """

    file: str
    path: str
    data: Mapping
    lenient: bool = False

    def where(self, key: str) -> str:
        """The full name of an entry, such as measures.safe.counts."""
        return f"{self.path}.{key}" if self.path else key

    def fault(self, key: str, found: Any, expected: Any) -> Fault:
        """A Fault naming file and entry, what was found and what was expected; a text without end is cut."""
        if not isinstance(found, list | tuple) and len(str(found)) > LONGEST:
            found = f"{str(found)[:LONGEST]}…"
        return Fault(key="programme.entry", file=self.file, entry=self.where(key), found=found, expected=expected)

    def get(self, key: str, kind: Any, default: Any = None) -> Any:
        """The value of `key`; a Fault if it is missing and has no default, or is not of type `kind`."""
        value = self.data.get(key, default)
        if value is None:
            raise Fault(key="programme.missing", file=self.file, entry=self.where(key))
        if not isinstance(value, kind) or (kind is not bool and isinstance(value, bool)):
            raise self.fault(key, repr(value), TYPES[kind])
        return value

    def known(self, keys: Iterable[str], *, languages: bool = False) -> None:
        """A Fault for the first key of this table that is not one of `keys`, nor (languages) two letters."""
        if self.lenient:
            return
        allowed = sorted({*keys, *(LANGUAGES if languages else ())})
        for key in self.data:
            if key not in allowed and not (languages and LANGUAGE.fullmatch(key)):
                raise Fault(key="programme.unknown_key", file=self.file, entry=self.where(key), expected=allowed)

    def at(self, key: str) -> "Entry":
        """The table under `key`."""
        return replace(self, path=self.where(key), data=self.get(key, dict))

    def entries(self, key: str, default: Mapping | None = None) -> dict[str, "Entry"]:
        """The tables under `key`, by name; at least one unless a default is given."""
        table = self.get(key, dict, default)
        if not table and default is None:
            raise self.fault(key, "{}", "[" + self.where(key) + ".…]")
        return {k: replace(self, path=self.where(key), data=table).at(k) for k in table}

    def code(self, key: str) -> str:
        """The value of `key` as a short name without spaces."""
        value = self.get(key, str)
        if not CODE.fullmatch(value):
            raise self.fault(key, repr(value), "A-Z a-z 0-9 _ . -")
        return value

    def names(self, key: str) -> Mapping[str, str]:
        """The name under `key` in every language; a language is written with two letters."""
        table = self.at(key)
        table.known((), languages=True)
        return table.by_language()

    def by_language(self) -> Mapping[str, str]:
        """The name in every language; for a language that this table does not have, the name in one that it has."""
        given_in = [language for language in LANGUAGES if language in self.data]
        names_given = {language: str(visible(self.get(language, str))) for language in given_in}
        if not names_given:
            raise Fault(key="programme.missing", file=self.file, entry=self.where(" | ".join(LANGUAGES)))
        return {language: in_language(names_given, language) for language in LANGUAGES}

    def one_of(self, key: str, allowed: Iterable[str]) -> str:
        """The value of `key`, which must be one of `allowed`."""
        value = self.get(key, str)
        if value not in allowed:
            raise self.fault(key, repr(value), list(allowed))
        return value

    def texts(self, key: str, default: Sequence[str] | None = None) -> tuple[str, ...]:
        """One text or a list of texts."""
        value = self.get(key, str | list, default)
        values = (value,) if isinstance(value, str) else tuple(value)
        if not all(isinstance(v, str) for v in values):
            raise self.fault(key, repr(value), '["…"]')
        return values

    def number(self, key: str) -> float:
        """A number; a text such as "200/3" is an exact fraction."""
        value = self.get(key, int | float | str)
        try:
            return float(Fraction(value))
        except (ValueError, ZeroDivisionError, OverflowError) as error:
            raise self.fault(key, repr(value), TYPES[int | float | str]) from error
