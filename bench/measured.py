"""One measurement in a process of its own, so that its peak memory is its own: prints one line of JSON.

The parent (bench.estimation) imports neither numpy nor pandas: on Linux a child's peak starts at its parent's size.
"""

import json
import resource
import statistics
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

REPEATS = 9
LONGER = "a name of more than twelve bytes: "  # put before the areas' names


def installed(name: str) -> str:
    """A package's version, or "absent"."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"


def quick_asked() -> bool:
    """Whether --quick was asked for: a size that takes seconds, without the peers, to see that every step runs."""
    return "--quick" in sys.argv[1:]


def short_asked() -> bool:
    """Whether --short was asked for: a size that takes two minutes and measures the same thing on a smaller store."""
    return "--short" in sys.argv[1:]


def peak() -> int:
    """The most memory this process has had so far, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def seconds(*tasks, repeats: int = REPEATS, clock=time.perf_counter) -> list[float]:
    """The median time of each task; the tasks take turns, so that a busy moment of the machine affects all of them."""
    times = [[] for _ in tasks]
    for _ in range(repeats):
        for task, taken in zip(tasks, times, strict=True):
            start = clock()
            task()
            taken.append(clock() - start)
    return [statistics.median(taken) for taken in times]


def cpu_seconds(*tasks, repeats: int = REPEATS) -> list[float]:
    """The same in CPU time of all threads, on which other work of the machine has less influence."""
    return seconds(*tasks, repeats=repeats, clock=time.process_time)


def make(path: str, sizes: dict) -> dict:
    """A table of interviews written to `path`.pickle for us, and to `path`.csv for the peers if it is small."""
    from bench.interviews import interviews

    table = interviews(**sizes)
    table.to_pickle(path + ".pickle")
    if sizes["n"] <= 100_000:
        table.to_csv(path + ".csv", index=False)
    return {}


def floor(path: str, columns: dict) -> dict:
    """Ours against a floor: numpy that only groups the columns, already coded as integers.

    The floor is seven np.bincount: Σw and Σwy by area, and Σw, Σwy, Σw², Σw²y, Σw²y² by cell of stratum and area (the
    cells that occur, numbered beforehand).  That is every sum the means and their variances need if each interview is
    its own PSU; no variance is made of them, and nothing is read, checked or labelled.
    Ours: mean, standard error and interval by area, once with design and areas already coded, once from the text.
    """
    import numpy as np
    import pandas as pd

    from estimation import Design, domain_means

    def ours(area, design):
        estimate = domain_means(table["y"], area, design)
        return estimate.value, estimate.se, estimate.interval()

    def from_text():
        return ours(table["area"], Design.from_table(table, weight="weight", stratum="stratum", **columns))

    np.bincount(pd.factorize(pd.array(["a", "b"], dtype="str"))[0])  # what pandas loads when it is first used
    imported = peak()
    table: Any = pd.read_pickle(path + ".pickle")
    loaded = peak()
    from_text()
    highest = peak()

    design = Design.from_table(table, weight="weight", stratum="stratum", **columns)
    area, w, y = pd.factorize(table["area"])[0], table["weight"].to_numpy(), table["y"].to_numpy()
    areas = area.max() + 1
    cell = np.unique(design.psu_stratum[design.psu] * areas + area, return_inverse=True)[1]
    cells = cell.max() + 1

    def grouping():
        wy = w * y
        by_area = [np.bincount(area, v, areas) for v in (w, wy)]
        return by_area, [np.bincount(cell, v, cells) for v in (w, wy, w * w, w * wy, wy * wy)]

    bare, coded, text = cpu_seconds(grouping, lambda: ours(area, design), from_text)
    size = int(table.memory_usage(index=False, deep=True).sum())
    return {
        "floor": bare,
        "coded": coded,
        "text": text,
        "table": size,
        "loaded": loaded - imported,
        "peak": highest - loaded,
    }


def rankshift(path: str, areas: str) -> dict:
    """Ours on the peers' table: the design is built, the areas are "text", "long text" or "categories"."""
    import pandas as pd

    from estimation import Design, domain_means

    table = pd.read_csv(path + ".csv")
    area = LONGER + table["area"] if areas == "long text" else table["area"]
    area = area.astype("category") if areas == "categories" else area
    design = Design.from_table(table, weight="weight", stratum="stratum", psu="psu")
    before = peak()

    def run():
        estimate = domain_means(table["y"], area, design)
        return estimate.names, estimate.value, estimate.se, estimate.interval()

    names, value, se, _ = run()
    highest = peak()
    (taken,) = cpu_seconds(run)
    numbers = {name: [v, s] for name, v, s in zip(names, value.tolist(), se.tolist(), strict=True)}
    return {"version": version("rankshift"), "seconds": taken, "peak": highest - before, "numbers": numbers}


def svy(path: str, areas: str) -> dict:
    """Svy on the same: the sample with its design is built."""
    import polars
    import svy

    table = polars.read_csv(path + ".csv")
    if areas == "long text":
        table = table.with_columns(area=LONGER + polars.col("area"))
    if areas == "categories":
        table = table.with_columns(polars.col("area").cast(polars.Categorical))
    sample = svy.Sample(table, svy.Design(stratum="stratum", psu="psu", wgt="weight"))
    before, start = peak(), time.process_time()
    estimate: Any = sample.estimation.mean("y", by="area")
    means = estimate.estimates
    taken, highest = time.process_time() - start, peak()
    if taken < 10:
        (taken,) = cpu_seconds(lambda: sample.estimation.mean("y", by="area"), repeats=5)
    numbers = {e.by_level[0]: [e.est, e.se] for e in means}
    return {"version": version("svy"), "seconds": taken, "peak": highest - before, "numbers": numbers}


if __name__ == "__main__":
    task, path, options = sys.argv[1:]
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    print(
        json.dumps({"make": make, "floor": floor, "rankshift": rankshift, "svy": svy}[task](path, json.loads(options)))
    )
