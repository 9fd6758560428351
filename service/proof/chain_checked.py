"""A chain of proof checked from its files alone: its links, the files beside it, and the draw, without any answers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from sampling import Verification
from sampling.proof.linked_draw import differing_draw
from sampling.proof.links import (
    CALLS,
    DRAW,
    FIGURES,
    RESPONSES,
    WEIGHTS,
    ProofChain,
    differing_links,
    link_name,
    read_chain,
)
from service.files.bounds import read_bounded
from service.proof.answers_checked import differing_answers
from service.proof.chain_files import CHAIN, digests
from service.samples.proof_files import BESIDE, RECORD, SAMPLE, listed_screenings, read_record_file, read_units
from service.samples.proof_files import verify_folder as verify_draw_folder
from service.store.runs import code_version
from words import Fault

Said = tuple[str, dict]
NO_FAULT = ("proof.code", "chain.code", "chain.in_wave")  # another version of the program, a heading: alone none


@dataclass(frozen=True, eq=False)
class CheckedChain:
    """A chain that was checked: its wave, its line, what differs and what besides the reader should know.

    ends                   the names of its first and last link
    is_drawn, is_computed  whether the draw was drawn again, and whether the figures were computed again
    """

    wave: str
    ends: tuple[str, str]
    line: str
    verification: Verification
    is_drawn: bool
    is_computed: bool


def verify_chain_file(
    content: bytes, file: str, *, published: str | None = None, line: str | None = None
) -> CheckedChain:
    """Check the links of a chain that came without its files; the lines are those of `verify_chain_folder`."""
    chain = read_chain(content, file)
    differences = (*differing_links(chain, line), *_differing_line(chain, published))
    verification = Verification(not differences, differences, (("chain.links_only", {"wave": chain.wave}),))
    ends = chain.links[0].name, chain.links[-1].name
    return CheckedChain(chain.wave, ends, chain.line, verification, is_drawn=False, is_computed=False)


def verify_chain_folder(
    folder: Path,
    *,
    published: str | None = None,
    line: str | None = None,
    screened: Sequence[str] = (),
    answers: Path | None = None,
) -> CheckedChain:
    """Check the chain in a folder, with the draw if its proof is there; this needs neither a store nor a key.

    published  the line made public before the draw, and
    line       the one made public with the figures, both from another source than the folder
    screened   the lines of the wave's screenings, as they were noted
    answers    the folder of the answers: weights and figures are then computed again
    """
    chain = read_chain(read_bounded(folder / CHAIN), CHAIN)
    is_drawn = chain.drawn_here and (folder / RECORD).is_file()
    differences = [*differing_links(chain, line), *named(differing_files(chain, folder, (WEIGHTS, FIGURES)))]
    notes: list[Said] = []
    if is_drawn:
        differing, notes = _checked_draw(chain, folder, published, screened)
        differences += differing
    else:
        differences += _differing_line(chain, published)
        notes.append(("chain.draw_not_checked" if chain.drawn_here else "chain.elsewhere", {"wave": chain.wave}))
    if answers is None:
        notes.append(("chain.figures_not_computed", {}))
    else:
        differences += named(differing_answers(chain, folder, answers))
        recorded = chain.says(FIGURES).get("code")
        notes += [] if recorded == code_version() else [("chain.code", {"recorded": recorded, "found": code_version()})]
    notes += _accepted(chain)
    holds = all(key in NO_FAULT for key, _ in differences)
    verification = Verification(holds, tuple(differences), tuple(notes))
    ends = chain.links[0].name, chain.links[-1].name
    return CheckedChain(chain.wave, ends, chain.line, verification, is_drawn, answers is not None)


def _differing_line(chain: ProofChain, published: str | None) -> list[Said]:
    """What does not fit between the line made public before a draw and a chain whose draw is not drawn again."""
    if published is None:
        return []
    if not chain.drawn_here:
        return [("chain.no_draw", {"wave": chain.wave})]
    found = str(chain.says(DRAW).get("line"))
    return [] if published.strip().lower() == found else [("proof.slip", {"published": published, "found": found})]


def named(differing: Iterable[Said]) -> list[Said]:
    """What differs, up to the first thing with which nothing can be computed, and that in one sentence.

    A forged file may hold anything, so that every error of reading or computing is a difference.
    """
    found: list[Said] = []
    try:
        for difference in differing:
            found.append(difference)
    except Fault as fault:
        found.append((fault.key, fault.values))
    except Exception as error:
        problem = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        found.append(("chain.cannot_compute", {"reason": problem}))
    return found


def _checked_draw(
    chain: ProofChain, folder: Path, published: str | None, screened: Sequence[str]
) -> tuple[list[Said], list[Said]]:
    """What differs when the draw is drawn again and its proof compared with the links, and what else is said of it."""
    notes: list[Said] = []

    def differing() -> Iterator[Said]:
        content = read_bounded(folder / RECORD)
        record = read_record_file(content, BESIDE)
        sample = read_units(folder / SAMPLE, ["unit_id", "stratum", "place", "release"])
        yield from differing_draw(chain, record, sample, listed_screenings(content))
        _, drawn = verify_draw_folder(folder, published=published, screened=screened)
        notes.extend(drawn.notes)
        yield from drawn.differences

    return named(differing()), notes


def differing_files(
    chain: ProofChain, folder: Path, links: Sequence[str], apart: Set[str] = frozenset()
) -> Iterator[Said]:
    """Files beside the chain that are absent, changed or none of it, by these links and by the list in chain.json.

    apart: folders that have chains of their own
    """
    lists = [(link_name(link), files_of(chain, link)) for link in links] + [(CHAIN, chain.files)]
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    there = {name for name in there if name.split("/")[0] not in apart}
    found = digests({name: (folder / name).read_bytes() for name in there})
    said: set[tuple[str, str]] = set()
    for where, expected in lists:
        for name, digest in sorted(expected.items()):
            if (name, str(digest)) in said:
                continue
            said.add((name, str(digest)))
            if name not in there:
                yield "chain.file_absent", {"file": name, "link": where}
            elif found[name] != digest:
                yield "chain.file_changed", {"file": name, "link": where, "expected": digest, "found": found[name]}
    for name in sorted(there - set(chain.files) - {CHAIN}):
        yield "chain.file_unknown", {"file": name}


def files_of(chain: ProofChain, link: str) -> Mapping[str, str]:
    """The files whose digests a link has."""
    files = chain.says(link).get("files", {})
    return files if isinstance(files, dict) else {}


def _accepted(chain: ProofChain) -> list[Said]:
    """What was accepted of differences from the sample, and of fieldwork that was stopped, with the reasons."""
    notes: list[Said] = []
    of_sample = chain.says(RESPONSES).get("of_sample")
    if isinstance(of_sample, dict) and of_sample.get("reason"):
        notes.append(("chain.accepted", {"wave": chain.wave, "reason": str(of_sample["reason"])}))
    stopped = chain.says(WEIGHTS).get("stopped")
    for stop in stopped if isinstance(stopped, list) else []:
        if isinstance(stop, dict):
            notes.append(("chain.stopped", {name: stop.get(name) for name in ("open", "units", "reason")}))
    if chain.drawn_here and not chain.says(CALLS).get("attempts"):
        notes.append(("chain.no_calls", {"wave": chain.wave}))
    return notes
