"""How fast a sample is drawn: from 10 million rows in memory beside polars and svy, from 100 million in Parquet.

Last, the second wave of a chain: 10,000 of 10 million in a large list, none of whom the first wave called.

    make bench            (or: .venv/bin/python -m bench.frames [--quick])

The frame is made up: units with a random number, 2,000 strata, 100,000 to draw.  Times are elapsed seconds with all
processors in use, medians of runs taken in turns; memory is a whole process's peak.  The large frame is ordered by its
random numbers, as `number_frame` leaves it; its scan reads the columns that the draw returns.
"""

import json
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.measured import installed, peak, quick_asked, seconds

STRATA, EACH, START = 2_000, 50, 0.37
IN_MEMORY, LARGE, QUICK = 10_000_000, 100_000_000, 30_000
SMALLEST = 150  # rows of a stratum; a frame with fewer rows than `STRATA` times as many has fewer strata
SCAN, GIGABYTES = 5, 4  # times DuckDB's own scan; GB
CONTINUED, BESIDE = 5, 1  # units of each stratum in each wave of a chain, and seconds
PEERS = {"polars": 1, "svy": 2}  # at least so many times faster


def main(quick: bool) -> None:
    """Print both tables, each line as soon as it is measured."""
    in_memory, in_parquet, peers = (QUICK, [QUICK], {}) if quick else (IN_MEMORY, [IN_MEMORY, LARGE], PEERS)
    names = ("rankshift", "numpy", "pandas", "duckdb", "ibis-framework", "polars", "svy")
    print(f"Python {platform.python_version()}, {', '.join(f'{n} {installed(n)}' for n in names)}\n")
    strata = strata_of(in_memory)
    print(f"{EACH * strata:,} units drawn from {in_memory:,} in {strata:,} strata, in memory")
    ours = _run("in_memory", in_memory)
    print(f"{'rankshift':28}{ours['draw']:9.3f} s   {ours['peak'] / 1e6:8,.0f} MB")
    print(f"{'  and coding the strata':28}{ours['coded']:9.3f} s")
    for peer, least in peers.items():
        if installed(peer) == "absent":
            print(f"{peer}  skipped: `make bench` installs it, or pip install {peer}")
            continue
        theirs = _run(peer, in_memory)
        for name in sorted(theirs.keys() & {"draw", "prefiltered"}):
            ratio = theirs[name] / ours["draw"]
            label = peer if name == "draw" else f"{peer}, prefiltered as ours"
            target = f" (>={least}){'' if ratio >= least else ' *'}" if name == "draw" else ""
            line = f"{label:28}{theirs[name]:9.3f} s   {theirs['peak'] / 1e6:8,.0f} MB"
            print(f"{line}   x ours {ratio:.1f}{target}", flush=True)
    print(f"\n{EACH * strata:,} units drawn from a Parquet file in {strata:,} strata, by DuckDB")
    for rows in in_parquet:
        m = _run("in_parquet", rows)
        ratio, memory = m["draw"] / m["scan"], m["peak"] / 1e9
        label = f"{rows:,} rows, {m['size'] / 1e9:.1f} GB"
        print(f"{label:28}draw {m['draw']:.2f} s, scan {m['scan']:.2f} s:", end=" ")
        print(f"{ratio:.2f} of the scan (<={SCAN}){'*' if ratio > SCAN else ''}", end=", ")
        print(f"{memory:.1f} GB (<={GIGABYTES}){'*' if memory > GIGABYTES else ''}", flush=True)
    rows = in_parquet[0]
    m = _run("continued", rows)
    beside = m["draw"] - m["scan"]
    print(f"\n{CONTINUED * strata:,} units drawn from a large list of {rows:,} after a wave of as many, by DuckDB")
    print(f"draw {m['draw']:.2f} s, scan {m['scan']:.2f} s:", end=" ")
    print(f"{beside:.2f} s beside the scan (<={BESIDE} s){'*' if beside > BESIDE else ''}", end=", ")
    print(f"{m['draw'] / m['scan']:.2f} of it, {m['peak'] / 1e9:.1f} GB", flush=True)
    print("* target missed")


def strata_of(rows: int) -> int:
    """How many strata a frame of so many rows has."""
    return min(STRATA, rows // SMALLEST)


def in_memory(rows: int) -> dict:
    """`draw_stratified` from a frame that is coded once, and the coding."""
    from sampling import CodedFrame, draw_stratified

    table = _table(rows)
    wanted = _allocation(table.stratum.value_counts())
    coded = CodedFrame.of(table)
    code, draw = seconds(lambda: CodedFrame.of(table), lambda: draw_stratified(coded, wanted, start=START), repeats=5)
    return {"coded": code, "draw": draw, "peak": peak()}


def polars(rows: int) -> dict:
    """The rows with the smallest numbers from the start of each stratum; and the same after a filter like ours."""
    import polars as pl

    table = pl.from_pandas(_table(rows)).with_columns(pl.col("stratum").cast(pl.Categorical))
    n = EACH
    near = pl.col("prn").sub(START).mod(1.0)

    def plain():
        return table.with_columns(far=near).group_by("stratum").agg(pl.col("unit_id").bottom_k_by("far", n))

    def prefiltered():
        limit = (n + 6 * n**0.5 + 6) / (rows / strata_of(rows) * 0.9)
        few = table.with_columns(far=near).filter(pl.col("far") <= limit)
        return few.group_by("stratum").agg(pl.col("unit_id").bottom_k_by("far", n))

    draw, filtered = seconds(plain, prefiltered, repeats=3)
    return {"draw": draw, "prefiltered": filtered, "peak": peak()}


def svy(rows: int) -> dict:
    """svy's own stratified simple random sample."""
    import polars as pl
    import svy

    table = pl.from_pandas(_table(rows))
    sample = svy.Sample(table, svy.Design(stratum="stratum"))
    (draw,) = seconds(lambda: sample.sampling.srs(EACH, by="stratum", rstate=1), repeats=1)
    return {"draw": draw, "peak": peak()}


def in_parquet(rows: int) -> dict:
    """`draw_from_lake` beside a scan of the columns it returns."""
    from service.drawing.lake import draw_from_lake, open_lake, populations

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "frame.parquet"
        made = subprocess.run([sys.executable, "-m", "bench.frames", "make_parquet", str(rows), str(path)], check=True)
        assert made.returncode == 0
        lake = open_lake(spill=Path(folder))
        population_sizes = populations(lake, path)
        wanted = population_sizes.assign(sample=EACH)
        columns = lake.table(path)

        def scan():
            return columns.aggregate([columns.prn.sum(), columns.unit_id.max(), columns.stratum.max()]).to_pandas()

        scanned, draw = seconds(scan, lambda: draw_from_lake(lake, path, wanted, start=START), repeats=3)
        return {"draw": draw, "scan": scanned, "peak": peak(), "size": path.stat().st_size}


def continued(rows: int) -> dict:
    """`draw_rested_roll` of a second wave, with the lookups that a draw from a store makes, beside a scan of the file.

    The scan reads every unit_id and stratum.  N_h is counted with the draw, as nothing of the file is remembered.
    """
    import numpy as np
    import pandas as pd

    from sampling.draw.past import PastWave, Succession
    from sampling.draw.roll import RollStrata, draw_rested_roll
    from sampling.draw.seeded import draw_key
    from service.samples.roll_file import RollFile, roll_bytes

    with tempfile.TemporaryDirectory() as folder:
        path, strata = Path(folder) / "frame.parquet", strata_of(rows)
        names = np.array([f"s{h:04}" for h in range(strata)], dtype=object)
        units = pd.DataFrame({"unit_id": pd.Series(np.arange(rows)).astype("string[pyarrow]"), "area": "a"})
        path.write_bytes(roll_bytes(units.assign(stratum=names[np.random.default_rng(1).integers(strata, size=rows)])))
        wanted = dict.fromkeys(RollFile(path).population.index, CONTINUED)
        first, rates = draw_rested_roll(RollFile(path), wanted, Succession(4), key=draw_key("x" * 20, "w1", "1"))

        def second():
            roll = RollFile(path)
            past = [PastWave("w1", 4, RollStrata(roll), frozenset(first.unit_id), rates.assign(part=1.0))]
            return draw_rested_roll(roll, wanted, Succession(4, past=past), key=draw_key("x" * 20, "w2", "2"))[0]

        assert not set(second().unit_id) & set(first.unit_id)
        scan = lambda: RollFile(path).asked("SELECT sum(strlen(unit_id)), sum(strlen(stratum)) FROM roll")  # noqa: E731
        scanned, draw = seconds(scan, second, repeats=5)
        return {"draw": draw, "scan": scanned, "peak": peak()}


def make_parquet(rows: int, path: str) -> dict:
    """A frame in Parquet, ordered by its random numbers; DuckDB's hash stands for ours, which takes longer."""
    from service.drawing.lake import open_lake

    lake, start, strata = open_lake(spill=Path(path).parent), time.perf_counter(), strata_of(rows)
    duckdb: Any = lake.engine
    duckdb.raw_sql(
        f"""COPY (SELECT 'u' || lpad(i::VARCHAR, 9, '0') AS unit_id, 's' || lpad((hash(i) % {strata})::VARCHAR, 4, '0')
        AS stratum, (hash(i * 7 + 13) >> 11)::DOUBLE / 9007199254740992.0 AS prn FROM range({rows}) t(i) ORDER BY prn)
        TO '{path}' (FORMAT parquet)"""
    )
    return {"seconds": time.perf_counter() - start}


def _table(rows: int):
    """The frame in memory: unit_id, stratum (categories) and prn."""
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(1)
    names = pd.array([f"s{h:04}" for h in range(strata_of(rows))])
    stratum = pd.Categorical.from_codes(rng.integers(len(names), size=rows), names)
    unit = pd.Series(np.arange(rows)).astype("string[pyarrow]")
    return pd.DataFrame({"unit_id": unit, "stratum": stratum, "prn": rng.random(rows)})


def _allocation(counts):
    return {name: EACH for name in counts.index}


def _run(task: str, rows: int) -> dict:
    command = [sys.executable, "-m", "bench.frames", task, str(rows)]
    process = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(process.stdout.splitlines()[-1])


if __name__ == "__main__":
    if len(sys.argv) == 1 or quick_asked():
        main(quick_asked())
    else:
        tasks = {
            function.__name__: function for function in (in_memory, polars, svy, in_parquet, continued, make_parquet)
        }
        print(json.dumps(tasks[sys.argv[1]](int(sys.argv[2]), *sys.argv[3:])))
