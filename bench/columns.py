"""How a wave goes from its file to its figures, beside pyarrow reading the same file and writing it as Parquet.

python -m bench.columns [--quick | NAME ...]

Each step is a process of its own, on one thread; processor seconds and the peak of memory are those beyond the process
with everything loaded. The import has to do what the pair does not: to recognise the file, to check each cell and that
nobody occurs twice, and to make the digest by which the same answers in another order are the same version.
"""

import importlib
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.measured import peak, quick_asked

SIZES = {  # interviews, items, areas, measures
    "a million": (1_000_000, 20, 1_300, 3),
    "a province": (162_500, 10, 1_300, 10),
}
QUICK = {"a few": (400, 3, 8, 2)}
REPEATS = 2
STEPS = ("pair", "import", "load", "estimate")


def programme(items: int, areas: int, measures: int) -> bytes:
    """A programme of one league whose measures are shares of one item each."""
    lines = ['programme = "big"', 'name = { zh = "大", en = "Big" }', 'source = { zh = "虚构", en = "Made up" }']
    lines += ['note = { zh = "电话", en = "Telephone" }', "simulated = true", "[columns]", 'respondent = "id"']
    lines += ['area = "town"', 'stratum = ["town"]', 'weight = "weight"', "[design]", 'lonely = "error"']
    lines += ["[leagues.towns]", 'name = { zh = "镇", en = "Towns" }', "[areas]"]
    lines += [f'"{a:04d}" = {{ league = "towns", zh = "镇{a:04d}", en = "Town {a:04d}" }}' for a in range(areas)]
    for i in range(items):
        lines += [f"[items.q{i}]", f'text = {{ zh = "问{i}", en = "Question {i}" }}', 'not_answered = ["9"]']
        lines += [f'answers.{k} = {{ zh = "答{k}", en = "answer {k}" }}' for k in range(1, 6)]
    for m in range(measures):
        lines += [f"[measures.m{m}]", 'kind = "share"', f'items = "q{m}"', 'counts = ["1", "2"]', 'best = "largest"']
        lines += [f'name = {{ zh = "指标{m}", en = "Measure {m}" }}']
    return "\n".join(lines).encode()


def interviews(n: int, items: int, areas: int) -> bytes:
    """As many interviews in each area, which differ in their shares, with the weights of their areas, as CSV."""
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(1)
    area = np.arange(n) % areas
    effect = rng.normal(0, 0.15, areas)[area]
    columns = {"id": [f"u{k}" for k in range(n)], "town": np.array([f"{a:04d}" for a in range(areas)])[area]}
    columns["weight"] = np.array([f"{w:.6g}" for w in rng.uniform(50, 200, areas)])[area]
    for i in range(items):
        code = np.clip(5 * (rng.random(n) + effect), 0, 4).astype(int) + 1
        columns[f"q{i}"] = np.where(rng.random(n) < 0.03, 9, code)
    return pd.DataFrame(columns).to_csv(index=False).encode()


def step(name: str, folder: Path) -> dict:
    """One step in this process: its processor seconds, its peak of memory beyond the start, and bytes it wrote."""
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet

    from service.figures import loaded_waves, waves
    from service.intake import imports
    from service.store.engine import Store

    for part in ("scipy.sparse", "scipy.special"):  # loaded with everything else, as in the process where jobs stay
        importlib.import_module(part)
    file, written = folder / "wave.csv", folder / "pair.parquet"
    store = Store.create(f"sqlite:///{folder / 'store.db'}")
    if name == "import":
        imports.import_programme(store, (folder / "programme.toml").read_bytes(), "programme.toml")
    size, before, began = 0, peak(), time.process_time()
    if name == "pair":
        names = file.open().readline().strip().split(",")
        kinds = {column: pa.float64() if column == "weight" else pa.string() for column in names}
        table = pyarrow.csv.read_csv(
            file,
            read_options=pyarrow.csv.ReadOptions(use_threads=False),
            convert_options=pyarrow.csv.ConvertOptions(column_types=kinds),
        )
        pyarrow.parquet.write_table(table, written, compression="zstd")
        size = written.stat().st_size
    elif name == "import":
        imports.import_wave(store, "big", "2026Q1", file.read_bytes(), file.name)
        imported = time.process_time() - began, peak() - before
        store.engine.dispose()  # what is still in SQLite's log is written to the file
        size = (folder / "store.db").stat().st_size
        return {"seconds": imported[0], "memory": imported[1], "size": size}
    elif name == "load":
        loaded_waves.load_wave(store, 1)
    else:
        waves.estimate_wave(store, "big", "2026Q1", seed=str(time.time_ns()))
    taken, memory = time.process_time() - began, peak() - before
    return {"seconds": max(taken, 1e-6), "memory": max(memory, 1), "size": size}  # of the pair, what divides the others


def measured(name: str, folder: Path, repeats: int) -> dict:
    """The quickest of several runs of a step, each in a process of its own."""
    runs = []
    for _ in range(1 if name == "import" else repeats):  # a second import would change nothing
        asked = [sys.executable, "-m", "bench.columns", "step", name, str(folder)]
        runs.append(json.loads(subprocess.run(asked, capture_output=True, text=True, check=True).stdout))
    return min(runs, key=lambda run: run["seconds"])


def main(sizes: dict[str, tuple[int, int, int, int]], repeats: int) -> None:
    """Print a line for each step of each size."""
    for n, items, areas, measures in sizes.values():
        with tempfile.TemporaryDirectory() as made:
            folder = Path(made)
            (folder / "programme.toml").write_bytes(programme(items, areas, measures))
            asked = [sys.executable, "-m", "bench.columns", "make", made, *map(str, (n, items, areas))]
            subprocess.run(asked, check=True)  # on Linux a process's peak starts at that of the one that began it
            print(f"{n:,} interviews × {items} items, {areas:,} areas × {measures} measures", flush=True)
            found = {name: measured(name, folder, repeats) for name in STEPS}
            pair = found["pair"]
            for name, run in found.items():
                beside = (
                    f"{run['seconds'] / pair['seconds']:.1f}× the pair, memory {run['memory'] / pair['memory']:.1f}×"
                )
                size = f", {run['size'] / pair['size']:.1f}× its Parquet" if run["size"] else ""
                print(f"  {name}: {run['seconds']:.2f} s, {run['memory'] / 1e6:.0f} MB; {beside}{size}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["step"]:
        print(json.dumps(step(sys.argv[2], Path(sys.argv[3]))))
    elif sys.argv[1:2] == ["make"]:
        (Path(sys.argv[2]) / "wave.csv").write_bytes(interviews(*map(int, sys.argv[3:])))
    elif quick_asked():
        main(QUICK, 1)
    else:
        main({name: SIZES[name] for name in sys.argv[1:] or SIZES}, REPEATS)
