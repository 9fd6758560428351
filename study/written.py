"""How a number, a table and a list are written in the documents, and a chapter between its marks."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from words import LANGUAGES

CLEAR = 2.0  # Monte-Carlo errors by which a cell must miss its level to be counted


def clear(error) -> np.ndarray:
    """By how much each cell must miss its level to be counted: CLEAR times its error, or the root mean square of all.

    A cell's error comes from its few streams, and may be 0 by chance.
    """
    error = np.asarray(error, dtype=float)
    return CLEAR * np.maximum(error, np.sqrt(np.mean(error**2)))


def percent(value: float, error: float) -> str:
    """95.1 ±0.2"""
    return f"{100 * value:.1f} ±{100 * error:.1f}"


def decimals(value: float, error: float, places: int = 2) -> str:
    """11.62 ±0.05"""
    return f"{value:.{places}f} ±{error:.{places}f}"


def span(values) -> str:
    """30–400, or one number"""
    low, high = np.min(values), np.max(values)
    return f"{low:g}" if low == high else f"{low:g}–{high:g}"


def markdown(head: Sequence, rows: Sequence[Sequence]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def bullets(sentences) -> str:
    """A list in Markdown."""
    return "\n".join(f"- {sentence}" for sentence in sentences)


def write_between(docs: Path, document: str, name: str, chapter: Callable[[str], str]) -> list[Path]:
    """Write chapter(language) between its marks into a document, in every language; the files written."""
    paths = []
    for language in LANGUAGES:
        path = docs / (f"{document}.md" if language == "en" else f"{document}.{language}.md")
        path.write_text(between(path.read_text("utf-8"), name, chapter(language)), "utf-8")
        paths.append(path)
    return paths


def between(text: str, name: str, chapter: str) -> str:
    """A document with this chapter between the marks <!-- name --> and <!-- end of name -->, instead of its old one."""
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    if text.count(begin) != 1 or text.count(end) != 1 or text.index(begin) > text.index(end):
        raise ValueError(f"A document has the marks {begin} and {end} once each, in this order.")
    before, rest = text.split(begin)
    return f"{before}{begin}\n{chapter}\n{end}{rest.split(end)[1]}"
