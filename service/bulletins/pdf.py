"""A Word file or a slide as PDF, by LibreOffice where this machine has it; missing fonts are replaced by free ones."""

import os
import re
import shutil
import subprocess
import tempfile
import zlib
from functools import cache
from pathlib import Path

from service.bulletins.fonts import FONTS, LATIN
from service.bulletins.sealed import sealed_pdf, with_parts
from service.store.aside import write_new
from words import Fault

PROGRAMS = ("soffice", "libreoffice")
PLACES = ("/usr/bin", "/opt/libreoffice/program", "/Applications/LibreOffice.app/Contents/MacOS")
SECONDS = 120  # that LibreOffice has
LATIN_OTHERS = {
    LATIN: ("Liberation Serif", "Tinos", "DejaVu Serif"),
    "Arial": ("Liberation Sans", "Arimo", "DejaVu Sans"),
}
# the empty page before a foot on an even page is printed, so that the foot is on the back of its sheet
WITH_EMPTY_PAGES = 'pdf:writer_pdf_Export:{"IsSkipEmptyPages":{"type":"boolean","value":"false"}}'
CONTENTS = re.compile(rb"/Type/Page/[^>]*?/Contents (\d+) 0 R")  # of each page, in order
DRAWN = 20  # bytes that a page with anything on it has at least; an empty one has the width of a line, 6
XML = re.compile(r"(word|ppt)/.*\.xml")


def has_office() -> bool:
    """Whether this machine has a LibreOffice."""
    return _program() is not None


def pdf_bytes(content: bytes, suffix: str) -> bytes:
    """The file, .docx or .pptx, as PDF; a Fault if there is no LibreOffice, or it made none."""
    program = _program()
    if program is None:
        raise Fault(key="bulletin.no_office")
    with tempfile.TemporaryDirectory(prefix="rankshift-pdf-") as folder:
        file = Path(folder) / f"bulletin{suffix}"
        write_new(file, with_fonts_at_hand(content))
        profile = (Path(folder) / "profile").as_uri()
        filters = WITH_EMPTY_PAGES if suffix == ".docx" else "pdf"
        command = [
            program,
            f"-env:UserInstallation={profile}",
            "--headless",
            "--convert-to",
            filters,
            "--outdir",
            folder,
        ]
        environment = {**os.environ, "HOME": folder}
        try:
            subprocess.run([*command, str(file)], timeout=SECONDS, capture_output=True, check=True, env=environment)
            return sealed_pdf(file.with_suffix(".pdf").read_bytes())
        except (OSError, subprocess.SubprocessError) as error:
            raise Fault(key="bulletin.office_failed", problem=str(error)[:200]) from error


def empty_before_last(content: bytes) -> bool:
    """Whether the page before the last of a PDF that LibreOffice made is empty."""
    numbers = CONTENTS.findall(content)
    if len(numbers) < 2:
        return False
    stream = re.search(rb"\n" + numbers[-2] + rb" 0 obj\n<<.*?>>\nstream\n(.*?)\nendstream", content, re.DOTALL)
    return stream is not None and len(zlib.decompress(stream[1])) < DRAWN


def with_fonts_at_hand(content: bytes) -> bytes:
    """The file with each font that this machine lacks replaced by the first of its substitutes that is there."""
    here = _families()
    replacing = {}
    for row in FONTS.values():
        replacing[row["family"]] = next((name for name in row["others"].split(";") if name in here), row["family"])
    for name, others in LATIN_OTHERS.items():
        replacing[name] = next((other for other in others if other in here), name)
    replacing = {name: other for name, other in replacing.items() if name not in here}

    def changed(name: str, part: bytes) -> bytes:
        if XML.fullmatch(name):
            for family, other in replacing.items():
                part = part.replace(f'"{family}"'.encode(), f'"{other}"'.encode())
        return part

    return with_parts(content, changed)


@cache
def _families() -> frozenset[str]:
    from matplotlib import font_manager

    return frozenset(font.name for font in font_manager.fontManager.ttflist)


def _program() -> str | None:
    path = os.pathsep.join([os.environ.get("PATH", ""), *PLACES])
    return next((found for name in PROGRAMS if (found := shutil.which(name, path=path))), None)
