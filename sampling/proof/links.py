"""The chain of proof: what is said of each step from the frame to a wave's figures, with the digest of the step before.

d_k = SHA-256("rankshift link" | JSON {link, wave, says, previous: d_{k-1}}),   d_0 = sixty-four zeros

The digest of the last link is the line to publish with the figures: nothing that any link says can change without it.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from words import Fault, sentences

BEGINNING = "0" * 64
FRAME, DRAW, RELEASE, CALLS = "frame", "draw", "release", "calls"
RESPONSES, WEIGHTS, FIGURES = "responses", "weights", "figures"
ELSEWHERE = (RESPONSES, WEIGHTS, FIGURES)  # the links of a wave that was not drawn here
HERE = (FRAME, DRAW, RELEASE, CALLS, *ELSEWHERE)
WAVES, CHANGES = COMPARED = "waves", "changes"  # of a comparison: the lines of its waves' chains, and what changed
FIELDS = {"link": str, "wave": str, "says": dict, "previous": str, "digest": str}


@dataclass(frozen=True)
class Link:
    """One step: its name, its wave, what is said of it in values fit for JSON, and two digests as they are written.

    previous  the digest of the link before
    digest    its own, which is `computed` unless somebody changed the link
    """

    name: str
    wave: str
    says: Mapping[str, Any]
    previous: str
    digest: str

    @property
    def computed(self) -> str:
        """The digest of what the link says now."""
        return link_digest(self.name, self.wave, self.says, self.previous)

    def plain(self) -> dict[str, Any]:
        """In values fit for JSON."""
        values = self.name, self.wave, dict(self.says), self.previous, self.digest
        return dict(zip(FIELDS, values, strict=True))


@dataclass(frozen=True)
class ProofChain:
    """The links of a wave's figures, and the files beside them: name -> SHA-256."""

    links: tuple[Link, ...]
    files: Mapping[str, str]

    @property
    def line(self) -> str:
        """The line to publish with the figures: the digest of the last link."""
        return self.links[-1].digest

    @property
    def wave(self) -> str:
        """The wave whose figures these are."""
        return self.links[-1].wave

    @property
    def drawn_here(self) -> bool:
        """Whether the chain begins with a frame."""
        return self.links[0].name == FRAME

    def says(self, name: str) -> Mapping[str, Any]:
        """What the link of this name says; nothing if there is none."""
        return next((link.says for link in self.links if link.name == name), {})

    @property
    def content(self) -> bytes:
        """The chain as a file, which can be written in one way only."""
        plain = {"links": [link.plain() for link in self.links], "files": dict(self.files)}
        text = json.dumps(plain, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False)
        return f"{text}\n".encode()


def canonical(value: Any) -> str:
    """The only way in which a value is written before it is digested: JSON, keys sorted, no blanks."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def link_digest(name: str, wave: str, says: Mapping[str, Any], previous: str) -> str:
    """d_k, from what a link says and d_{k-1} (`previous`)."""
    fixed = {"link": name, "wave": wave, "says": says, "previous": previous}
    return hashlib.sha256(f"rankshift link\0{canonical(fixed)}".encode()).hexdigest()


def linked(wave: str, steps: Mapping[str, Mapping[str, Any]], files: Mapping[str, str]) -> ProofChain:
    """The chain of a wave's steps, name -> what is said of it, in their order."""
    links: list[Link] = []
    for name, says in steps.items():
        before = links[-1].digest if links else BEGINNING
        links.append(Link(name, wave, says, before, link_digest(name, wave, says, before)))
    return ProofChain(tuple(links), files)


def read_chain(content: bytes, file: str) -> ProofChain:
    """The chain in a file's bytes; a Fault unless they are exactly what writing the same chain gives."""
    try:
        plain = json.loads(content.decode())
        rows, files = plain["links"], plain["files"]
        is_list = isinstance(files, dict) and all(isinstance(digest, str) for digest in files.values())
        if set(plain) != {"links", "files"} or not is_list or not rows:
            raise TypeError("links, files")
        for row in rows:
            if set(row) != set(FIELDS) or not all(isinstance(row[name], kind) for name, kind in FIELDS.items()):
                raise TypeError(", ".join(FIELDS))
        chain = ProofChain(tuple(Link(*(row[name] for name in FIELDS)) for row in rows), files)
        written = chain.content
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Fault(key="chain.unreadable", file=file, problem=str(error)) from error
    if written != content:
        raise Fault(key="chain.written_otherwise", file=file, line=_first_other_line(content, written))
    return chain


def differing_links(chain: ProofChain, published: str | None = None) -> Iterator[tuple[str, dict]]:
    """What does not fit among the links, and the line that was published with the figures (None: nobody noted it)."""
    names = [link.name for link in chain.links]
    expected = COMPARED if WAVES in names else HERE if FRAME in names else ELSEWHERE
    if names != list(expected):
        yield "chain.order", {"found": spoken(names), "expected": spoken(expected)}
    before = BEGINNING
    for number, link in enumerate(chain.links, 1):
        which = {"number": number, "link": link_name(link.name)}
        if link.computed != link.digest:
            yield "chain.changed", which | {"found": link.digest, "expected": link.computed}
        if link.previous != before:
            yield "chain.previous", which | {"found": link.previous, "expected": before}
        if link.wave != chain.wave:
            yield "chain.other_wave", which | {"found": link.wave, "expected": chain.wave}
        before = link.digest
    if published is not None and published.strip().lower() != chain.line:
        yield "chain.line", {"found": chain.line, "expected": published.strip()}


def differing_says(
    name: str, says: Mapping[str, Any], there: Mapping[str, Any], file: str
) -> Iterator[tuple[str, dict]]:
    """What a link says otherwise than what a file beside it gives (`there`, of the fields that the file can give)."""
    for field, found in there.items():
        if field not in says or canonical(says[field]) != canonical(found):
            values = {"expected": _shown(says.get(field)), "found": _shown(found), "file": file}
            yield "chain.says", {"link": link_name(name), "field": sentences(f"chain.field.{field}")} | values


def link_name(name: str) -> dict[str, str] | str:
    """A link's name in every language; a name that no link has as it stands there."""
    return sentences(f"chain.link.{name}") if name in (*HERE, *COMPARED) else name


def spoken(names: Sequence[str]) -> list:
    """The names of links, as a value of a sentence."""
    return [link_name(name) for name in names] or ["-"]


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else canonical(value)[:200]


def _first_other_line(content: bytes, written: bytes) -> int:
    pairs = zip(content.split(b"\n"), written.split(b"\n"), strict=False)
    return next((number for number, (found, right) in enumerate(pairs, 1) if found != right), content.count(b"\n"))
