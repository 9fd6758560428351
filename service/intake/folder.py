"""The files in a folder of waves: which is which wave's, its records beside it, and the known totals."""

import re
from itertools import pairwise
from pathlib import Path

from programme.wave_names import WAVE
from service.files.kinds import ENDINGS
from words import Fault

RECORDS_ENDING = "_records"  # how the name of a wave's file continues in that of its records
MARGINS = "margins"  # how the name of the file of known totals in a folder of waves begins
WAVE_AT_END = re.compile(rf"{WAVE.pattern}$")


def wave_files(folder: Path) -> list[tuple[str, Path]]:
    """The waves in a folder, oldest first: tables whose names end in the wave's, such as ensu_2015Q1.csv or w_2026.sav.

    Their records, if there are any, are in files beside them: ensu_2015Q1_records.csv (`records_beside`). A Fault for
    names without a wave, and for two files of one wave.
    """
    files = [f for f in _tables(folder) if f.stem != MARGINS and not f.stem.endswith(RECORDS_ENDING)]
    wave_of = {file: wave[0] for file in files if (wave := WAVE_AT_END.search(file.stem))}
    nameless = [file.name for file in files if file not in wave_of]
    if nameless or not wave_of:
        raise Fault(key="file.no_wave", folder=str(folder), files=nameless)
    waves = sorted((wave, file) for file, wave in wave_of.items())
    for (one, first), (other, second) in pairwise(waves):
        if one == other:
            raise Fault(key="file.wave_twice", wave=one, files=[first.name, second.name])
    return waves


def margins_in(folder: Path) -> Path | None:
    """The file of known totals in a folder of waves; None if there is none."""
    return next((file for file in _tables(folder) if file.stem == MARGINS), None)


def records_beside(file: Path) -> Path | None:
    """The records file beside a wave's file, or None if there is none."""
    return next((f for f in _tables(file.parent) if f.stem == file.stem + RECORDS_ENDING), None)


def _tables(folder: Path) -> list[Path]:
    """The files of a folder whose names end as those of tables do, without those that a spreadsheet has open."""
    return [
        f for f in sorted(folder.glob("*")) if f.suffix.lower()[1:] in ENDINGS and not f.name.startswith(("~", "."))
    ]
