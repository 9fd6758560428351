"""Whatever somebody hands over as a proof, of figures or of a draw: a folder, a ZIP archive, a chain alone."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from sampling.proof.links import WAVES, read_chain
from service.files.bounds import read_bounded
from service.proof.chain_checked import CheckedChain, verify_chain_file, verify_chain_folder
from service.proof.chain_files import CHAIN
from service.proof.compared_checked import verify_compared
from service.samples.uploaded_proof import CheckedProof, check_draw, unpacked
from words import Fault, sentences


def check_place(
    place: Path,
    *,
    published: str | None = None,
    line: str | None = None,
    screened: Sequence[str] = (),
    answers: Path | None = None,
) -> CheckedProof:
    """The verdict on a proof in a folder, an archive (.zip) or a chain's file (.json), as `verify_chain_folder`.

    A proof without a chain is one of a draw (`check_draw`). answers: a folder or an archive too.
    """
    if place.suffix.lower() == ".json":
        lines = {"published": published, "line": line}
        return verdict_of(verify_chain_file(read_bounded(place), place.name, **lines), line)
    with ExitStack() as opened:
        folder, of_answers = (
            opened.enter_context(unpacked(read_bounded(given), given.name)) if given and given.is_file() else given
            for given in (place, answers)
        )
        assert folder is not None
        return _check(folder, of_answers, published, line, screened)


def check_upload(
    content: bytes,
    file: str,
    *,
    published: str | None = None,
    line: str | None = None,
    screened: Sequence[str] = (),
    answers: tuple[bytes, str] | None = None,
) -> CheckedProof:
    """The verdict on an archive; answers: the content and name of theirs. A Fault for what is no proof."""
    with ExitStack() as opened:
        folder = opened.enter_context(unpacked(content, file))
        of_answers = None if answers is None else opened.enter_context(unpacked(*answers))
        return _check(folder, of_answers, published, line, screened)


def _check(
    folder: Path, answers: Path | None, published: str | None, line: str | None, screened: Sequence[str]
) -> CheckedProof:
    published, line = (given.strip() or None if given is not None else None for given in (published, line))
    if not (folder / CHAIN).is_file():
        if answers is not None or line is not None:
            raise Fault(key="chain.no_chain", file=folder.name)
        return check_draw(folder, published=published, screened=screened)
    lines = {"published": published, "line": line, "screened": screened}
    chain = read_chain(read_bounded(folder / CHAIN), CHAIN)
    check = verify_compared if chain.links[0].name == WAVES else verify_chain_folder
    return verdict_of(check(folder, **lines, answers=answers), line)


def verdict_of(checked: CheckedChain, line: str | None) -> CheckedProof:
    """What is said first of a chain that was checked; line: the one it was compared with."""
    first, last = (sentences(f"chain.link.{name}") for name in checked.ends)
    if not checked.verification.holds:
        verdict: list[tuple[str, dict]] = [("chain.fails", {"wave": checked.wave})]
    else:
        key = "chain.holds_figures" if checked.is_computed else "chain.holds"
        verdict = [(key, {"wave": checked.wave, "first": first, "last": last})]
    if line is None:
        verdict.append(("chain.not_compared", {"line": checked.line}))
    return CheckedProof(checked.verification, tuple(verdict))
