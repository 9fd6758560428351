"""Every sentence that a person reads, found by its key in one folder per language, and the error that carries a key.

A folder has one JSON file per subject, and a key is in the same file in every language. Chinese and English are
complete. Another language is one more folder; what it does not have yet is said in English.
"""

import csv
import json
import re
import string
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from importlib.resources import files

FOLDER = files(__name__)
Speaker = Callable[..., str]  # t(key, **values) -> the sentence in one language
COMPLETE = ("zh", "en")
LONGEST_LIST = 6
WHOLE = "all"  # {names:all}: a list that is never shortened
UNSAID = "unsaid"  # {count:unsaid}: a value that this language's sentence does without
FORMS = "|"  # {count:area|areas}: the word that goes with the number
EMPTY = '""'  # an empty text in a list: the code of an empty cell
MINUS = "\u2212"
OF_WAVES = ("wave", "waves", "earlier", "before", "after")  # blanks in which the name of a wave may stand
WAVE = re.compile(r"([0-9]{4})(?:Q([1-4])|-(0[1-9]|1[0-2]))?")  # year, quarter, month
IN_WORDS = "w"  # the conversion of such a blank
TYPED = re.compile(r" ?[(（][^()（）]*?(?:rankshift |--[a-z])[^()（）]*[)）]")  # a bracket with a command or an option
COMMAND = "`"  # stands around a command, in which a wave has the name that is typed
UNSEEN = ("Cc", "Cf", "Co", "Zl", "Zp")  # characters that steer a screen or are not seen on it
JOINERS = "\u200c\u200d"  # which some scripts are written with


def _sentences_in(folder) -> dict[str, str]:
    """The sentences of one language's folder, all its files together."""
    parts = sorted((file for file in folder.iterdir() if file.name.endswith(".json")), key=lambda file: file.name)
    return {key: template for file in parts for key, template in json.loads(file.read_text("utf-8")).items()}


def _languages() -> tuple[str, ...]:
    """The languages that have a folder: the two complete ones, then all others by name."""
    folders = {place.name for place in FOLDER.iterdir() if place.joinpath("language.json").is_file()}
    return (*COMPLETE, *sorted(folders.difference(COMPLETE)))


LANGUAGES = _languages()


class Fault(ValueError):
    """Something a person gave cannot be used: a key in words/, and the values its sentence needs.

    Pure rooms raise it; the shell renders it in the reader's language with `text(fault.key, language, **fault.values)`.
    `str(fault)` is the English sentence, for those who call the functions from Python.
    """

    def __init__(self, *, key: str, **values):
        self.key, self.values = key, values
        super().__init__(key)

    def __str__(self) -> str:
        return text(self.key, "en", **self.values)

    @property
    def sentences(self) -> "Sentences":
        """The sentence in every language, as a value of another sentence."""
        return sentences(self.key, **self.values)


class Sentences(dict[str, str]):
    """A sentence by language, as commands say it; `on_pages` is the same as pages say it.

    written  the sentence by language, for pages or not
    """

    def __init__(self, written: Callable[[bool], Mapping[str, str]]):
        super().__init__(written(False))
        self.written = written

    @property
    def on_pages(self) -> Mapping[str, str]:
        """The sentence by language without what only concerns those who type commands."""
        return self.written(True)


class Visible(str):
    """A text in which every character is seen."""


def visible(text: str) -> Visible:
    """The text with what steers a screen, or is not seen, written as Python writes it: a new line is \\n.

    A name from a file may hold line breaks, escape codes of a terminal, or signs that turn the direction of writing.
    """
    if text.isprintable():
        return Visible(text)
    hidden = {c for c in text if unicodedata.category(c) in UNSEEN and c not in JOINERS}
    return Visible(text.translate({ord(c): c.encode("unicode_escape").decode() for c in hidden}))


@cache
def on_pages(key: str, language: str) -> str:
    """The sentence `key` without its brackets that hold a command or an option of one: pages have neither."""
    return TYPED.sub("", dictionary(language)[key])


@cache
def dictionary(language: str) -> Mapping[str, str]:
    """All sentences of one language: key -> template; those that it lacks are the English ones."""
    sentences_of_folder = _sentences_in(FOLDER.joinpath(language))
    return sentences_of_folder if language in COMPLETE else {**dictionary("en"), **sentences_of_folder}


def rows_of(table: str) -> list[dict[str, str]]:
    """The rows of a table of names that stands beside the sentences: dispositions.csv, statuses.csv."""
    return list(csv.DictReader(FOLDER.joinpath(table).read_text("utf-8").splitlines()))


def in_language(names: Mapping[str, str], language: str) -> str:
    """The name in `language`; where it has none in it, the English, the Chinese or any other that there is."""
    return next(names[code] for code in (language, "en", "zh", *names) if code in names)


class _Sentence(string.Formatter):
    """str.format that also writes lists (shortened), values that come by language, and the word that fits a number."""

    def __init__(self, language: str, *, on_page: bool = False):
        self.language, self.on_page = language, on_page

    def parse(self, format_string):
        """The parts of a sentence; the blanks of waves that stand in no command are to be filled in words."""
        in_command = False
        for before, name, format_spec, conversion in super().parse(format_string):
            in_command ^= before.count(COMMAND) % 2 == 1
            in_words = name in OF_WAVES and not in_command
            yield before, name, format_spec, IN_WORDS if in_words else conversion

    def convert_field(self, value, conversion):
        """The value as the blank wants it: of a wave, or of several, what the language calls it."""
        return self.wave_in_words(value) if conversion == IN_WORDS else super().convert_field(value, conversion)

    def wave_in_words(self, value):
        """The first quarter of 2015 for 2015Q1; what is no name of a wave stays as it is."""
        if isinstance(value, list | tuple | set | frozenset):
            return [self.wave_in_words(one) for one in value]
        named = WAVE.fullmatch(value) if isinstance(value, str) else None
        if named is None:
            return value
        year, quarter, month = named.groups()
        kind = "wave.quarter" if quarter else "wave.month" if month else "wave.year"
        return dictionary(self.language)[kind].format(year=year, quarter=quarter, month=int(month or 0))

    def format_field(self, value, format_spec: str) -> str:
        if format_spec == UNSAID:
            return ""
        if FORMS in format_spec:
            return self.word_for(value, format_spec.split(FORMS))
        if isinstance(value, Mapping):
            by_language = value.on_pages if self.on_page and isinstance(value, Sentences) else value
            value = in_language(by_language, self.language)
        if isinstance(value, list | tuple | set | frozenset):
            return self.listed(
                [self.format_field(v, format_spec.removesuffix(WHOLE)) for v in value], whole=format_spec == WHOLE
            )
        if isinstance(value, str) and not isinstance(value, Visible):
            value = visible(value)
        written = format(value, format_spec.removesuffix(WHOLE))
        return written.replace("-", MINUS) if format_spec.startswith("+") else written

    def word_for(self, value, forms: list[str]) -> str:
        """The first form for the numbers that the language counts as one, else the last, also for what is no number."""
        number = len(value) if isinstance(value, list | tuple | set | frozenset) else value
        return forms[0 if str(number).removesuffix(".0") in dictionary(self.language)["language.one"].split() else -1]

    def listed(self, names: list[str], *, whole: bool) -> str:
        """The names with what stands between two of them; of a long list the first, and how many; of none, “none”."""
        words = dictionary(self.language)
        if not names:
            return words["list.none"]
        names = [name or EMPTY for name in names]
        shown = words["list.between"].join(names if whole else names[:LONGEST_LIST])
        if whole or len(names) <= LONGEST_LIST:
            return shown
        return words["list.shortened"].format(names=shown, count=len(names), more=len(names) - LONGEST_LIST)


def text(key: str, language: str, *, on_page: bool = False, **values) -> str:
    """The sentence `key` in `language` (one of LANGUAGES), its blanks filled with `values`.

    on_page: as a page says it, which knows no commands.
    """
    template = on_pages(key, language) if on_page else dictionary(language)[key]
    return _Sentence(language, on_page=on_page).vformat(template, (), values)


def sentences(key: str, **values) -> Sentences:
    """The sentence `key` by language: `text` writes such a value in its own."""
    return Sentences(partial(_in_all_languages, key, values))


def _in_all_languages(key: str, values: Mapping, on_page: bool) -> dict[str, str]:
    return {language: text(key, language, on_page=on_page, **values) for language in LANGUAGES}


def one_after_another(said: Sequence[Mapping[str, str]]) -> Sentences:
    """Several sentences by language as one text by language."""
    return Sentences(partial(_joined, said))


def _joined(said: Sequence[Mapping[str, str]], on_page: bool) -> dict[str, str]:
    parts = [one.on_pages if on_page and isinstance(one, Sentences) else one for one in said]
    return {code: text("list.between_sentences", code).join(part[code] for part in parts) for code in LANGUAGES}


def speaker(language: str, *, on_page: bool = False) -> Speaker:
    """t(key, **values) for one language; t("language.code") says which.

    on_page: for pages, which know no commands.
    """
    return partial(text, language=language, on_page=on_page)
