"""The foreign reader of SPSS and Stata files in a process of its own: a damaged file that ends it ends nothing else."""

import io
import os
import pickle
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.files.bounds import check_cells, check_columns, check_rows, check_unpacked
from words import Fault

ROOT = Path(__file__).parents[2]
SECONDS = 120  # after which a reading is given up
SAV = "sav"


class Unreadable(Exception):
    """The reader could not read the file, or was ended by it; in the reader's words."""


@dataclass(frozen=True, eq=False)
class StatisticalFile:
    """What a .sav or .dta file holds.

    encoding  by which it was read; None if it names none
    names     of its columns, in order;  columns: name -> values;  formats: name -> how they are shown
    labels    name -> value -> label
    """

    encoding: str | None
    names: list[str]
    columns: Mapping[str, list]
    formats: Mapping[str, str]
    labels: Mapping[str, Mapping[Any, str]]


class _PlainValues(pickle.Unpickler):
    """Takes numbers, texts, lists and dictionaries from the other process, and nothing that could be called."""

    def find_class(self, module_name: str, global_name: str) -> Any:
        raise Unreadable(f"{module_name}.{global_name}")


def read_apart(content: bytes, file: str, kind: str, encodings: Sequence[str]) -> StatisticalFile:
    """Read a file in another process, by the first of the encodings that fits; "" is the one that the file names.

    Raises Unreadable, or a Fault if the file holds more than may be read.
    """
    command = [sys.executable, "-m", "service.files.foreign", kind, *encodings]
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    try:
        reader = subprocess.run(
            command, input=content, capture_output=True, timeout=SECONDS, env={**os.environ, "PYTHONPATH": paths}
        )
    except subprocess.TimeoutExpired as error:
        raise Unreadable(f"{SECONDS} s") from error
    if reader.returncode:
        raise Unreadable("ReaderEnded")
    outcome, *rest = _PlainValues(io.BytesIO(reader.stdout)).load()
    if outcome == "fault":
        key, values = rest
        raise Fault(key=key, **values | {"file": file})
    if outcome == "unreadable":
        raise Unreadable(*rest)
    return StatisticalFile(*rest)


def _first_read(content: bytes, kind: str, encodings: Sequence[str]) -> tuple:
    """What comes of the first encoding that fits; if none does, what was said of the first."""
    outcomes: list[tuple] = []
    for encoding in encodings:
        outcomes.append(_read(content, kind, encoding or None))
        if outcomes[-1][0] != "unreadable":
            return outcomes[-1]
    return outcomes[0]


def _read(content: bytes, kind: str, encoding: str | None) -> tuple:
    """What `read_apart` is sent: "read" with the fields of a StatisticalFile, "fault", or "unreadable"."""
    import pyreadstat

    read = pyreadstat.read_sav if kind == SAV else pyreadstat.read_dta
    options: dict[str, Any] = {"user_missing": True, "disable_datetime_conversion": True, "output_format": "dict"}
    try:
        _, head = read(io.BytesIO(content), encoding=encoding, metadataonly=True, **options)
        _check_sizes(head)
        columns, meta = read(io.BytesIO(content), encoding=encoding, row_limit=head.number_rows or 0, **options)
        names = list(meta.column_names)
        values = {name: list(columns[name]) for name in names}
        formats = {name: str(meta.original_variable_types.get(name, "")) for name in names}
        labels = {
            name: {code: str(label) for code, label in of.items()} for name, of in meta.variable_value_labels.items()
        }
        return "read", encoding or meta.file_encoding, names, values, formats, labels
    except Fault as fault:
        return "fault", fault.key, dict(fault.values)
    except Exception as error:  # whatever a foreign reader of binary files raises is said in one sentence
        return "unreadable", str(error)


def _check_sizes(head: Any) -> None:
    names, rows = head.column_names, head.number_rows or 0
    check_rows(rows, "")
    check_columns(len(names), "")
    check_cells(rows * len(names), "")
    check_unpacked(rows * sum(width or 0 for width in head.variable_storage_width.values()), "")


if __name__ == "__main__":
    _, asked_kind, *asked_encodings = sys.argv
    sys.stdout.buffer.write(pickle.dumps(_first_read(sys.stdin.buffer.read(), asked_kind, asked_encodings)))
