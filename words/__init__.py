"""Every sentence a person reads, found by key in a folder a language; and the error that carries such a key.

A folder has one JSON file for each subject; a key stands in one file, in the same one in every language.
"""

import json
import string
from collections.abc import Callable, Mapping
from functools import cache, partial
from importlib.resources import files

FOLDER = files(__name__)
Speaker = Callable[..., str]  # t(key, **values) -> the sentence in one language
SEPARATORS = {"zh": "、", "en": ", "}
LONGEST_LIST = 6


def _sentences_in(folder) -> dict[str, str]:
    """The sentences of one language's folder, all its files together."""
    parts = sorted((file for file in folder.iterdir() if file.name.endswith(".json")), key=lambda file: file.name)
    return {key: template for file in parts for key, template in json.loads(file.read_text("utf-8")).items()}


def _languages() -> tuple[str, ...]:
    """The languages that have a folder: Chinese, English, then all others by name."""
    others = {
        folder.name for folder in FOLDER.iterdir() if folder.is_dir() and folder.joinpath("language.json").is_file()
    }
    return ("zh", "en", *sorted(others - {"zh", "en"}))


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
    def sentences(self) -> dict[str, str]:
        """The sentence in both languages, as a value of another sentence."""
        return sentences(self.key, **self.values)


@cache
def dictionary(language: str) -> Mapping[str, str]:
    """All sentences of one language: key -> template."""
    return _sentences_in(FOLDER.joinpath(language))


class _Sentence(string.Formatter):
    """str.format that also writes lists (shortened) and values that come in both languages."""

    def __init__(self, language: str):
        self.language = language

    def format_field(self, value, format_spec: str) -> str:
        if isinstance(value, Mapping):
            value = value[self.language]
        if isinstance(value, list | tuple | set | frozenset):
            shown = [self.format_field(v, format_spec) for v in list(value)[:LONGEST_LIST]]
            more = len(value) - len(shown)
            return SEPARATORS[self.language].join(shown) + (f" … (+{more})" if more else "")
        return format(value, format_spec)


def text(key: str, language: str, **values) -> str:
    """The sentence `key` in `language` ("zh" or "en"), its blanks filled with `values`."""
    return _Sentence(language).vformat(dictionary(language)[key], (), values)


def sentences(key: str, **values) -> dict[str, str]:
    """The sentence `key` by language: `text` writes such a value in its own."""
    return {language: text(key, language, **values) for language in LANGUAGES}


def speaker(language: str) -> Speaker:
    """t(key, **values) for one language; t("language.code") says which."""
    return partial(text, language=language)
