"""Lines of a TOML text: where an entry stands, which lines are not written as TOML, and which blocks are the rules'."""

import re
import tomllib
from dataclasses import dataclass

NAME = r"(?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*')"
PATH = rf"{NAME}(?:\s*\.\s*{NAME})*"
HEADER = re.compile(rf"^\s*\[\s*(?P<path>{PATH})\s*\]\s*(#.*)?$")
KEY = re.compile(rf"^\s*(?P<path>{PATH})\s*=")
PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")
LONG = ('"""', "'''")
RULES = ("rules", "consequences")
MOST = 50  # faults of one text


@dataclass(frozen=True)
class Misspelt:
    """A line that is not written as TOML: its number, the column where it goes wrong, the line itself, and the entry
    that it seems to be meant for."""

    line: int
    column: int
    text: str
    entry: str


def line_of(text: str, entry: str) -> int | None:
    """The number of the line (1, 2, …) on which an entry such as "rules.last.threshold" stands, or else the table that
    it belongs to; None where nothing of it stands in the text.

    >>> line_of('level = 0.9\\n[rules.last]\\nkind = "not_last"\\n', "rules.last.threshold")
    2
    """
    lines: dict[str, int] = {}
    within, inside_text = "", False
    for number, line in enumerate(text.split("\n"), start=1):
        if not inside_text:
            if header := HEADER.match(line):
                within = _joined(header["path"])
                lines.setdefault(within, number)
            elif key := KEY.match(line):
                path = _joined(key["path"])
                lines.setdefault(f"{within}.{path}" if within else path, number)
        inside_text ^= sum(line.count(mark) for mark in LONG) % 2 == 1
    name = entry
    while name:
        if name in lines:
            return lines[name]
        below = [number for known, number in lines.items() if known.startswith(f"{name}.")]
        if below:
            return min(below)
        name = name.rpartition(".")[0]
    return None


def written(text: str) -> tuple[str, tuple[Misspelt, ...]]:
    """The text without the lines that are not written as TOML, each of which is left empty; and these lines.

    With the heading of a table all that stands under it is left out, since it would be read as part of another table.
    """
    lines, misspelt = text.split("\n"), []
    while len(misspelt) < MOST:
        try:
            tomllib.loads("\n".join(lines))
            break
        except tomllib.TOMLDecodeError as error:
            place = PLACE.search(str(error))
            number, column = map(int, place.groups()) if place else (_last(lines), 1)
            number = min(number, len(lines))
            if not lines[number - 1].strip():
                number = _last(lines[:number])
            misspelt.append(Misspelt(number, column, lines[number - 1].strip(), _meant(lines, number - 1)))
            for left_out in _with_table(lines, number - 1):
                lines[left_out] = ""
        except (ValueError, RecursionError):  # read_programme says what is wrong
            break
    return "\n".join(lines), tuple(sorted(misspelt, key=lambda found: found.line))


def split_rules(text: str) -> tuple[str, str]:
    """A programme's text without its rules and consequences, and these alone; comments stay with what follows them."""
    kept: list[str] = []
    rules: list[str] = []
    waiting: list[str] = []
    place = kept
    inside_text = False
    for line in text.split("\n"):
        header = None if inside_text else HEADER.match(line)
        inside_text ^= sum(line.count(mark) for mark in LONG) % 2 == 1
        if header:
            place = rules if _joined(header["path"]).split(".")[0] in RULES else kept
        if not header and not inside_text and (not line.strip() or line.lstrip().startswith("#")):
            waiting.append(line)
            continue
        place += [*waiting, line]
        waiting = []
    place += waiting
    return "\n".join(kept).strip("\n") + "\n", "\n".join(rules).strip("\n") + "\n"


def _joined(path: str) -> str:
    """The names of a path joined by dots, without quotation marks."""
    return ".".join(name.strip().strip("\"'") for name in re.findall(NAME, path))


def _meant(lines: list[str], place: int) -> str:
    """The entry that the line at this place seems to be meant for: the table it stands in, and its first name."""
    line = lines[place]
    names = re.findall(NAME, line)
    if line.lstrip().startswith("["):
        return _joined(".".join(names))
    headers = (HEADER.match(lines[k]) for k in range(place, -1, -1))
    table = next((_joined(header["path"]) for header in headers if header), "")
    return ".".join(filter(None, [table, *(_joined(name) for name in names[:1])]))


def _last(lines: list[str]) -> int:
    """The number of the last line that is not empty; 1 where all are."""
    return max((number for number, line in enumerate(lines, start=1) if line.strip()), default=1)


def _with_table(lines: list[str], place: int) -> range:
    """The line at this place, and if it begins a table all up to the next one."""
    if not lines[place].lstrip().startswith("["):
        return range(place, place + 1)
    following = (k for k in range(place + 1, len(lines)) if lines[k].lstrip().startswith("["))
    return range(place, next(following, len(lines)))
