"""Reading large files, each in a process of its own.

A workbook of 200,000 rows beside python-calamine, a reader written in Rust; a million interviews as CSV, read as a
table, and checked as a wave; the largest workbook that is read, and one that is refused for its cells.

python -m bench.workbooks [--quick]
"""

import io
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.measured import installed, peak, quick_asked

ROWS, QUICK = 200_000, 500
COLUMNS = 20  # of the workbooks at the bound and beyond it
COUNTS = {  # how many of each of OTHERS, and with --quick
    "table": (1_000_000, 600),
    "wave": (1_000_000, 600),
    "most": (2_400_000, 400),
    "refused": (5_000_000, 0),  # a small one would not be refused
}
OTHERS = {  # what is measured -> what is said of it
    "table": "interviews as CSV, read as a table",
    "wave": "the same, checked as a wave",
    "most": "cells, the most that a workbook may have",
    "refused": "cells, refused",
}


def workbook(rows: int) -> bytes:
    """Ten columns as a wave has them: an id, a town, a weight and seven answers."""
    import numpy as np
    import xlsxwriter

    rng = np.random.default_rng(1)
    weights, answers = rng.random(rows).round(3).tolist(), rng.integers(1, 5, (rows, 7)).tolist()
    with xlsxwriter.Workbook(buffer := io.BytesIO(), {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["id", "town", "w", *(f"q{k}" for k in range(7))])
        for row in range(rows):
            sheet.write_row(row + 1, 0, [f"r{row}", f"\u9547{row % 70}", weights[row], *answers[row]])
    return buffer.getvalue()


def interviews(rows: int) -> bytes:
    """A wave of reference.examples with so many people, as CSV."""
    import pandas as pd

    from reference import examples

    table = examples.wave()
    table = pd.concat([table] * (rows // len(table) + 1), ignore_index=True).iloc[:rows]
    return table.assign(id=[f"2026Q1-{k:07}" for k in range(rows)]).to_csv(index=False).encode()


def grid(cells: int) -> bytes:
    """A workbook of numbers in twenty columns."""
    import xlsxwriter

    numbers = [float(k) for k in range(COLUMNS)]
    with xlsxwriter.Workbook(buffer := io.BytesIO(), {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, [f"q{k}" for k in range(COLUMNS)])
        for row in range(1, cells // COLUMNS):
            sheet.write_row(row, 0, numbers)
    return buffer.getvalue()


def measured_file(what: str, path: str) -> dict[str, float]:
    """Processor seconds and peak memory of one of OTHERS."""
    from programme.survey import read_programme
    from reference import examples
    from service.files.read import read_file
    from service.intake.wave_file import read_wave
    from words import Fault

    content, toml = Path(path).read_bytes(), (examples.FOLDER / "programme.toml").read_bytes()
    programme, small = read_programme(toml, "programme.toml"), interviews(60)
    read_wave(small, "small.csv", programme)  # what this imports is imported before the clock starts
    before, start = peak(), time.process_time()
    if what == "wave":
        read_wave(content, "wave.csv", programme)
    else:
        expected = ["id", "town", "weight"] if what == "table" else ["q0"]
        try:
            read_file(content, path, expected)
            assert what != "refused"
        except Fault as fault:
            assert (what, fault.key) == ("refused", "file.workbook_too_large"), fault
    return {"seconds": time.process_time() - start, "bytes": peak() - before}


def measured(reader: str, path: str) -> dict[str, float]:
    """Processor seconds and peak memory of one reading."""
    content: Any = Path(path).read_bytes()
    if reader == "ours":
        from service.files.read import read_file

        before, start = peak(), time.process_time()
        rows = len(read_file(content, "a.xlsx", ["id", "town"]).table)
    else:
        import python_calamine

        before, start = peak(), time.process_time()
        rows = len(python_calamine.load_workbook(io.BytesIO(content)).get_sheet_by_index(0).to_python()) - 1
    return {"rows": rows, "seconds": time.process_time() - start, "bytes": peak() - before}


def main() -> None:
    """Measure each reading in a process of its own; print seconds, memory and the ratio.

    The files are made by a process of its own too: on Linux a child's peak starts at its parent's size.
    """
    quick = quick_asked()
    with tempfile.TemporaryDirectory() as folder:
        rows, seconds, place = QUICK if quick else ROWS, {}, str(Path(folder, "rows"))
        counts = {what: numbers[quick] for what, numbers in COUNTS.items() if numbers[quick]}
        _apart("--make", json.dumps({"rows": rows} | counts), folder)
        for reader in ["ours"] + ["calamine"] * (installed("python-calamine") != "absent"):
            done = json.loads(_apart("--measured", reader, place))
            seconds[reader] = done["seconds"]
            print(f"{rows:,} rows of a workbook, {reader}: {_taken(done)}")
        if len(seconds) > 1:
            print(f"ours over python-calamine: {seconds['ours'] / seconds['calamine']:.1f}")
        for what, count in counts.items():
            done = json.loads(_apart("--measured", what, str(Path(folder, what))))
            print(f"{count:,} {OTHERS[what]}: {_taken(done)}")


def _apart(*arguments: str) -> str:
    """What this module prints in a process of its own."""
    command = [sys.executable, "-m", "bench.workbooks", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _taken(done: dict[str, float]) -> str:
    return f"{done['seconds']:.2f} s of processor time, {done['bytes'] / 1e6:.0f} MB"


if __name__ == "__main__":
    if "--make" in sys.argv:
        of_kind = {"rows": workbook, "table": interviews, "wave": interviews}
        for kind, size in json.loads(sys.argv[2]).items():
            Path(sys.argv[3], kind).write_bytes(of_kind.get(kind, grid)(size))
    elif "--measured" in sys.argv:
        _, _, kind, file = sys.argv
        print(json.dumps((measured_file if kind in OTHERS else measured)(kind, file)))
    else:
        main()
