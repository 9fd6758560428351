"""How wide the columns of a printed table are, in which size its letters fit, and where its headings are divided.

Widths are counted in ems, of which a Chinese sign is one; a Latin letter or a digit is taken as wide as in the widest
of the fonts that may stand in for the official ones, so that no number is divided on a machine without those.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

FIRST_WIDE = 0x2190  # arrows, geometric signs and everything Chinese are as wide as the font is high
LATIN, BOLD = 0.64, 1.12  # ems of a Latin letter or digit; how much wider letters of a heading are
NARROW, SLIM = frozenset("Ifijlrt "), 0.42  # Latin letters that are narrow in all these fonts, and their ems
ROOM = 0.8  # ems beside the content of a cell
LEAST_POINTS, STEP = 6.5, 0.5  # the smallest letters of a table, and by what they become smaller
CHINESE = r"[\u2e80-\uff07\uff0a-\uffff]"
PIECE = re.compile(
    r"\uff08[^\uff09]*\uff09"  # a bracket with what is in it
    r"|[^\s\u2e80-\uffff]+\s*"  # Latin letters and digits up to a blank
    rf"|{CHINESE}{{3}}(?=(?:{CHINESE}{{2}})*(?!{CHINESE}))"  # of an odd number of Chinese signs the first three
    rf"|{CHINESE}{{1,2}}|\S\s*"  # then two by two
)


@dataclass(frozen=True)
class Layout:
    """The points of a table's letters, and of every column its part of the width and its heading in lines."""

    points: float
    shares: tuple[float, ...]
    headings: tuple[tuple[str, ...], ...]


def layout_of(heads: Sequence[str], rows: Sequence[Sequence[str]], width: float, points: float) -> Layout:
    """The layout of a table on a page of `width` points: the largest letters, at most of `points`, in which it fits.

    Where even the smallest are too large, columns of words give way, but none so far that a word is divided.
    """
    cells = [max((ems(row[k]) for row in rows), default=0.0) for k in range(len(heads))]
    narrowest = [BOLD * max(map(ems, pieces(head)), default=0.0) for head in heads]
    wanted = [max(pair) + ROOM for pair in zip(cells, narrowest, strict=True)]
    while points > LEAST_POINTS and sum(wanted) > width / points:
        points = max(points - STEP, LEAST_POINTS)
    room = width / points
    if sum(wanted) > room:
        wanted = _given_way(wanted, _least(rows, narrowest), room)
    shares = tuple(size / sum(wanted) for size in wanted)
    lines = [lines_of(head, share * room - ROOM) for head, share in zip(heads, shares, strict=True)]
    return Layout(points, shares, tuple(lines))


def _least(rows: Sequence[Sequence[str]], narrowest: Sequence[float]) -> list[float]:
    """What each column needs where its cells are divided between words."""
    words = [{word for row in rows for word in row[k].split()} for k in range(len(narrowest))]
    return [max([low, *map(ems, of)]) + ROOM for low, of in zip(narrowest, words, strict=True)]


def _given_way(wanted: Sequence[float], least: Sequence[float], room: float) -> list[float]:
    """Every column has its least, and its part of the room that is left."""
    spare = sum(wanted) - sum(least)
    part = max(room - sum(least), 0.0) / spare if spare > 0 else 0.0
    return [low + part * (size - low) for low, size in zip(least, wanted, strict=True)]


def lines_of(heading: str, width: float) -> tuple[str, ...]:
    """The heading in as few lines as fit into `width` ems, the longest of them as short as possible."""
    parts = pieces(heading)
    ways = [_joined(parts, cuts) for count in range(len(parts)) for cuts in combinations(range(1, len(parts)), count)]
    longest = {way: BOLD * max(map(ems, way), default=0.0) for way in ways}
    fitting = [way for way in ways if longest[way] <= width] or ways[-1:]
    return min(fitting, key=lambda way: (len(way), longest[way])) if fitting else (heading,)


def _joined(parts: Sequence[str], cuts: Sequence[int]) -> tuple[str, ...]:
    edges = (0, *cuts, len(parts))
    return tuple("".join(parts[a:b]).strip() for a, b in pairwise(edges))


def pieces(heading: str) -> list[str]:
    """The parts of a heading between which a line may end."""
    return PIECE.findall(heading)


def ems(text: str) -> float:
    """The width of a text."""
    return sum(1.0 if ord(sign) >= FIRST_WIDE else SLIM if sign in NARROW else LATIN for sign in text)
