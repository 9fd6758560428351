"""Reading a workbook of 200,000 rows: ours beside python-calamine, a reader written in Rust, each in its own process.

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


def measured(reader: str, path: str) -> dict[str, float]:
    """Processor seconds and peak memory of one reading."""
    content: Any = Path(path).read_bytes()
    if reader == "ours":
        from service.files.read import read_file

        before, start = peak(), time.process_time()
        rows = len(read_file(content, "a.xlsx", ["id", "town"]).table)
    else:
        import python_calamine  # ty: ignore[import-not-found]

        before, start = peak(), time.process_time()
        rows = len(python_calamine.load_workbook(io.BytesIO(content)).get_sheet_by_index(0).to_python()) - 1
    return {"rows": rows, "seconds": time.process_time() - start, "bytes": peak() - before}


def main() -> None:
    """Measure each reader in a process of its own; print seconds, memory and the ratio."""
    rows = QUICK if quick_asked() else ROWS
    found: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, "wave.xlsx")
        place.write_bytes(workbook(rows))
        for reader in ["ours"] + ["calamine"] * (installed("python-calamine") != "absent"):
            command = [sys.executable, "-m", "bench.workbooks", "--measured", reader, str(place)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            found[reader] = json.loads(done.stdout)
            seconds, size = found[reader]["seconds"], found[reader]["bytes"] / 1e6
            print(f"{rows:,} rows of a workbook, {reader}: {seconds:.2f} s of processor time, {size:.0f} MB")
    if len(found) > 1:
        print(f"ours over python-calamine: {found['ours']['seconds'] / found['calamine']['seconds']:.1f}")


if __name__ == "__main__":
    if "--measured" in sys.argv:
        print(json.dumps(measured(*sys.argv[-2:])))
    else:
        main()
