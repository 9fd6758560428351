"""How fast weights are made: raking beside rimpy, bootstrap replicates beside svy and R's survey package.

    make bench            (or: .venv/bin/python -m bench.weighting [--quick])

Every side runs in a process of its own on the same table; times are medians, memory a process's peak above its input.
rimpy needs Python 3.12; with an older one it is left out by name.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from bench.measured import quick_asked

RAKE: dict[str, Any] = {
    "n": 1_000_000,
    "margins": {"age_sex": 12, "area": 100, "urban": 2, "education": 5},
    "population": 5e6,
}
BOOTSTRAP: dict[str, Any] = {"n": 200_000, "areas": 100, "strata": 200, "psus": 12_000, "crossing": False}
QUICK = {"rake": 4_000, "bootstrap": 12_000}  # rows of --quick
REPLICATES, PATIENCE = 500, 180
AGREE, NEAR, TIMES = 1e-6, 0.05, 20  # weights; standard errors of other draws, on average; times faster than a peer
SEED = 2026


def main(quick: bool) -> None:
    """Print both tables, each line as soon as it is measured."""
    rows = QUICK if quick else {"rake": RAKE["n"], "bootstrap": BOOTSTRAP["n"]}
    with tempfile.TemporaryDirectory() as folder:
        rake_beside_rimpy(folder, rows["rake"], peers=not quick)
        bootstrap_beside_peers(folder, rows["bootstrap"], peers=not quick)


def rake_beside_rimpy(folder: str, rows: int, *, peers: bool) -> None:
    """Print the times for rows with four margins, their categories whole numbers or text; without peers, text alone."""
    print(f"Raking {rows:,} rows on four margins (12, 100, 2 and 5 categories)")
    for kind in ("numbers", "text") if peers else ("text",):
        path = f"{folder}/rake-{kind}"
        _run("make_rake", path, kind, rows)
        ours = _run("rake", path, kind)
        print(f"{'rankshift, ' + kind:28}{ours['seconds']:9.3f} s{'':12}{ours['peak'] / 1e6:8.0f} MB")
        if not peers:
            continue
        if not _present("rimpy"):
            print(f"{'rimpy':28}  skipped: not there (needs Python 3.12: `make bench` installs it)")
            continue
        for frame in ("pandas", "polars"):
            theirs = _run("rimpy", path, frame)
            if theirs["difference"] > AGREE:
                sys.exit(f"weights of rimpy and rankshift differ by {theirs['difference']:.1e}")
            times = f"{theirs['seconds'] / ours['seconds']:.1f} x ours"
            print(
                f"{'rimpy, ' + frame:28}{theirs['seconds']:9.3f} s{times:>12}{theirs['peak'] / 1e6:8.0f} MB", flush=True
            )
    print()


def bootstrap_beside_peers(folder: str, rows: int, *, peers: bool) -> None:
    """500 Rao-Wu-Yue replicates, made and used for the means of 100 areas; the time to build the design is left out."""
    print(f"{REPLICATES} bootstrap replicates, {rows:,} rows, {BOOTSTRAP['psus']:,} PSUs, 100 areas")
    path = f"{folder}/bootstrap"
    _run("make_bootstrap", path, "", rows)
    ours = _run("bootstrap", path, "")
    print(f"{'rankshift':28}{ours['seconds']:9.3f} s{'':16}{ours['peak'] / 1e6:8.0f} MB")
    sides = (("svy", None), ("survey", ["Rscript", "bench/bootstrap.R", path, str(REPLICATES)]))
    for name, command in sides if peers else ():
        if not (_present("svy") if name == "svy" else shutil.which("Rscript")):
            print(f"{name:28}  skipped: not there")
            continue
        try:
            theirs = _run("svy", path, "") if command is None else _json(command)
        except subprocess.TimeoutExpired:
            more = PATIENCE / ours["seconds"]
            print(f"{name:28}  not done after {PATIENCE} s: more than {more:,.0f} x ours")
            continue
        off = abs(sum(theirs["se"]) / sum(ours["se"]) - 1)
        if off > NEAR:
            sys.exit(f"standard errors of {name} and rankshift differ by {off:.0%} on average")
        ratio = theirs["seconds"] / ours["seconds"]
        times = f"{ratio:,.0f} x ours" + ("" if ratio >= TIMES else " *")
        print(f"{name:28}{theirs['seconds']:9.3f} s{times:>16}{theirs['peak'] / 1e6:8.0f} MB", flush=True)


# ---------------------------------------------------------------- one side, in a process of its own


def make_rake(path: str, kind: str, rows: str) -> dict:
    """A table with four columns of categories, and known totals that differ from the sample's by up to 40 %."""
    import numpy as np
    import pandas as pd

    rng, n = np.random.default_rng(SEED), int(rows)
    columns, margins = {}, {}
    for name, k in RAKE["margins"].items():
        labels = pd.Series([f"{name} {j:03d}" for j in range(k)] if kind == "text" else range(k))
        codes = rng.choice(k, n, p=rng.dirichlet(np.full(k, 20.0)))
        columns[name] = labels.take(codes).reset_index(drop=True)
        totals = np.bincount(codes, minlength=k) * rng.uniform(0.7, 1.4, k)
        margins[name] = pd.Series(totals / totals.sum() * RAKE["population"], index=labels)
    pd.DataFrame(columns).to_parquet(path + ".parquet")
    pd.to_pickle(margins, path + ".pickle")
    return {}


def rake(path: str, kind: str) -> dict:
    """Ours, the base weights 1."""
    import numpy as np
    import pandas as pd

    from bench.measured import peak, seconds
    from estimation import rake

    table = pd.read_parquet(path + ".parquet")
    margins: Any = pd.read_pickle(path + ".pickle")
    base, before = np.ones(len(table)), peak()
    np.save(path + ".npy", rake(base, table, margins).weight)
    highest = peak()
    (taken,) = seconds(lambda: rake(base, table, margins).weight, repeats=7)
    return {"seconds": taken, "peak": highest - before}


def rimpy(path: str, frame: str) -> dict:
    """The peer: targets in per cent, weights to the population's size."""
    import numpy as np
    import pandas as pd
    import polars
    import rimpy

    from bench.measured import peak, seconds

    table = (pd if frame == "pandas" else polars).read_parquet(path + ".parquet")
    margins = pd.read_pickle(path + ".pickle")
    targets = {name: (totals / totals.sum() * 100).to_dict() for name, totals in margins.items()}
    before = peak()
    their_weights = rimpy.rake(table, targets, total=RAKE["population"])["weight"].to_numpy()
    highest, our_weights = peak(), np.load(path + ".npy")
    (taken,) = seconds(lambda: rimpy.rake(table, targets, total=RAKE["population"]), repeats=7)
    return {
        "seconds": taken,
        "peak": highest - before,
        "difference": float(np.abs(their_weights / our_weights - 1).max()),
    }


def make_bootstrap(path: str, _: str, rows: str) -> dict:
    """Interviews as the other bench makes them."""
    from bench.interviews import interviews

    options: dict[str, Any] = dict(BOOTSTRAP, n=int(rows))
    interviews(**options).to_csv(path + ".csv", index=False)
    return {}


def bootstrap(path: str, _: str) -> dict:
    """Ours: replicates and estimates."""
    import numpy as np
    import pandas as pd

    from bench.measured import peak, seconds
    from estimation import Design, bootstrap_weights, replicate_domain_means

    table = pd.read_csv(path + ".csv")
    design = Design.from_table(table, weight="weight", stratum="stratum", psu="psu")

    def run():
        replicates = bootstrap_weights(design, REPLICATES, rng=np.random.default_rng(SEED))
        return replicate_domain_means(table["y"], table["area"], replicates)

    before = peak()
    se = run().se.tolist()
    highest = peak()
    (taken,) = seconds(run, repeats=5)
    return {"seconds": taken, "peak": highest - before, "se": se}


def svy(path: str, _: str) -> dict:
    """The peer: the same replicates (Rao-Wu) and means."""
    import time

    import polars
    import svy

    from bench.measured import peak

    sample = svy.Sample(polars.read_csv(path + ".csv"), svy.Design(stratum="stratum", psu="psu", wgt="weight"))
    before, start = peak(), time.perf_counter()
    with_replicates = sample.weighting.create_bs_wgts(REPLICATES, rstate=SEED)
    means = with_replicates.estimation.mean("y", by="area", method="replication").estimates
    return {"seconds": time.perf_counter() - start, "peak": peak() - before, "se": [e.se for e in means]}


def _run(task: str, path: str, option: str, *rows: int) -> dict:
    return _json([sys.executable, "-m", "bench.weighting", task, path, option, *map(str, rows)])


def _json(command: list[str]) -> dict:
    process = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=PATIENCE)
    return json.loads(process.stdout.splitlines()[-1])


def _present(name: str) -> bool:
    try:
        return bool(version(name))
    except PackageNotFoundError:
        return False


TASKS = {f.__name__: f for f in (make_rake, rake, rimpy, make_bootstrap, bootstrap, svy)}

if __name__ == "__main__":
    if len(sys.argv) == 1 or quick_asked():
        main(quick_asked())
    else:
        print(json.dumps(TASKS[sys.argv[1]](*sys.argv[2:])))
