"""A proof that comes as one ZIP archive, of a wave's draw or of a master sample, unpacked and verified.

It needs neither a store nor a key, as the commands `verify` and `frame verify-banks`, whose verdict it gives.
"""

import io
import json
import os
import re
import tempfile
import zipfile
import zlib
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sampling import Verification, slip_of
from service.files.bounds import check_size, check_zip
from service.samples.master import verify_master_folder
from service.samples.proof_files import RECORD, verify_folder
from words import Fault

FILE = r"[a-z]+[0-9]*\.(json|csv|parquet|toml)|README\.txt"
KNOWN = re.compile(rf"([A-Za-z0-9][\w.-]*/)?(earlier/[0-9]{{2,3}}/)?({FILE})")  # a proof's
TOP = (RECORD, "chain.json", "contents.json")  # one of them is in a proof's own folder


@dataclass(frozen=True)
class CheckedProof:
    """A proof that was verified.

    verification  what differs, and what the reader should know besides
    verdict       keys of words/ with their values: whether it holds, and what it was not compared with
    """

    verification: Verification
    verdict: tuple[tuple[str, dict], ...]


@contextmanager
def unpacked(content: bytes, file: str) -> Generator[Path]:
    """A folder with the files of an archive, as long as it is needed.

    A Fault for what is no archive, one that unpacks to too much, or has nothing of a proof.
    """
    check_size(content, file)
    check_zip(content, file)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        _unpack(content, file, folder)
        yield folder


def check_draw(folder: Path, *, published: str | None = None, screened: Sequence[str] = ()) -> CheckedProof:
    """Draw again from a proof's files and compare; published, screened: the lines as `verify_folder` takes them."""
    published = published.strip() if published is not None and published.strip() else None
    if _is_master(folder):
        return _checked_master(folder, published)
    record, verified = verify_folder(folder, published=published, screened=screened)
    wave = {"wave": record.wave}
    verdict = [("cli.verify_draw.holds", wave | {"units": record.units}) if verified.holds else ("check.fails", wave)]
    if published is None:
        verdict.append(("cli.verify_draw.not_compared", {"slip": slip_of(record)}))
    return CheckedProof(verified, tuple(verdict))


def _checked_master(folder: Path, published: str | None) -> CheckedProof:
    record, verified, lines = verify_master_folder(folder, published=published)
    frame = {"frame": record.plan.frame}
    holds = ("banks.holds", frame | {"value": record.value, "public": record.plan.public})
    verdict = [holds if verified.holds else ("check.fails", {"wave": record.plan.frame})]
    if published is None:
        verdict.append(("cli.verify_draw.not_compared", {"slip": record.plan.line}))
    noted = Verification(verified.holds, verified.differences, (("banks.lines", {"count": lines}), *verified.notes))
    return CheckedProof(noted, tuple(verdict))


def _unpack(content: bytes, file: str, folder: Path) -> None:
    """Write the files of a proof, and no others, whatever folder of the archive they are in."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [name for name in archive.namelist() if PurePosixPath(name).name in TOP]
        if not names:
            raise Fault(key="check.no_record", file=file)
        try:  # waves of one proof have a folder each: what they share is the proof's own
            shared = PurePosixPath(os.path.commonpath([PurePosixPath(name).parent for name in names]))
            top = "".join(f"{part}/" for part in shared.parts)
            for name in archive.namelist():
                inside = name.removeprefix(top)
                if name.startswith(top) and KNOWN.fullmatch(inside):
                    (folder / inside).parent.mkdir(parents=True, exist_ok=True)
                    (folder / inside).write_bytes(archive.read(name))
        except (zipfile.BadZipFile, zlib.error, RuntimeError, ValueError, EOFError, OSError) as error:
            raise Fault(key="check.no_record", file=file) from error


def _is_master(folder: Path) -> bool:
    """Whether a record is one of a master sample, whose plan has banks."""
    try:
        plain = json.loads((folder / RECORD).read_bytes())
        return "banks" in plain["plan"]
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return False  # reading it as a draw's record says what is wrong
