"""How long it takes to judge a league's consequences with their evidence: 1,300 areas, 40 quarters, 20 rules.

    python -m bench.judging.boards [--quick] [--digest]

The store is made first, in a folder of its own: one quarter is imported and estimated, and the others have its stored
figures, a third of the areas in each having the figures of others of them.  Then a new process judges the two years up
to the newest quarter, of which nothing was kept: it prints the processor time of the judging, that with all imports,
and the time in which a further process reads the board once it is kept.  With --digest it prints SHA-256 of the board
too, so that two versions of the code can be compared.
"""

import hashlib
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import sqlalchemy as sa

from bench.measured import peak, quick_asked
from service.figures import consequences, waves
from service.figures.kept_boards import content_of
from service.intake import imports
from service.intake.imports import current_programme
from service.protection import people
from service.store import audit, schema
from service.store.engine import Store
from service.store.objects import RESPONDENTS, add_objects, read_object
from service.store.rows import insert_rows

FULL, QUICK = (1_300, 40, 20), (30, 6, 4)  # areas, quarters, rules and as many consequences
PROGRAMME, LEAGUE, INTERVIEWS = "long", "all", 30
HEAD = """
programme = "long"
name = { zh = "长历史（模拟）", en = "A long history (simulated)" }
note = { zh = "模拟", en = "simulated" }
source = { zh = "模拟", en = "simulated" }
simulated = true
level = 0.95
columns = { respondent = "id", area = "area", stratum = ["area"], weight = "weight" }
design = { lonely = "error" }
leagues.all = { name = { zh = "全部", en = "All" } }

[items.safe]
text = { zh = "安全吗？", en = "Safe?" }
answers.1 = { zh = "是", en = "yes" }
answers.2 = { zh = "否", en = "no" }

[measures.safe]
kind = "share"
items = "safe"
counts = ["1"]
best = "largest"
name = { zh = "安全感", en = "Feels safe" }
"""


def programme(areas: list[str], rules: int) -> str:
    """A programme with rules of places and of values in turn, and a consequence of each."""
    lines = [HEAD, "[areas]", *(f'{area} = {{ league = "all", zh = "{area}", en = "{area}" }}' for area in areas)]
    for k in range(rules):
        kind, threshold = ("at_least", 0.7 + k / 200) if k % 2 else ("not_last", 5 + k)
        lines += [f"[rules.r{k}]", f'kind = "{kind}"', 'measure = "safe"', f"threshold = {threshold}"]
        lines += [f'name = {{ zh = "规则{k}", en = "Rule {k}" }}', f"[consequences.c{k}]", f'of = "r{k}"']
        lines += [f'name = {{ zh = "措施{k}", en = "Consequence {k}" }}']
        lines += [('kind = "each"', 'kind = "streak"\ntimes = 2', 'kind = "window"\ntimes = 2\nyears = 1')[k % 3]]
    return "\n".join(lines)


def make(url: str, sizes: tuple[int, int, int]) -> str:
    """A store of so many areas, quarters and rules; returns the name of its newest quarter."""
    count, quarters, rules = sizes
    rng = np.random.default_rng(3)
    areas = [f"a{j:04}" for j in range(count)]
    names = [f"{2015 + t // 4}Q{t % 4 + 1}" for t in range(quarters)]
    store = Store.create(url)
    people.mark_demo(store)
    imports.import_programme(store, programme(areas, rules).encode(), "long.toml")
    safe = rng.random(count * INTERVIEWS) < np.repeat(np.clip(rng.normal(0.89, 0.05, count), 0.6, 0.99), INTERVIEWS)
    rows = pd.DataFrame({"area": np.repeat(areas, INTERVIEWS), "weight": 1.0, "safe": np.where(safe, 1, 2)})
    imports.import_wave(store, PROGRAMME, names[0], rows.rename_axis("id").to_csv().encode(), "first.csv")
    run = waves.estimate_wave(store, PROGRAMME, names[0]).run_id
    for t, name in enumerate(names[1:], 1):
        moving = np.flatnonzero(rng.random(count) < 1 / 3)
        others = dict(zip([areas[j] for j in moving], [areas[j] for j in rng.permutation(moving)], strict=True))
        _copied(store, run, t, name, others)
    return names[-1]


def _copied(store: Store, run: int, t: int, name: str, others: dict[str, str]) -> None:
    """The wave `name`, `t` waves after the first, with other people and the first one's stored figures.

    others: whose figures -> the area that has them
    """
    runs, inputs = (
        store.table(sa.select(table).where(table.c.run_id == run)) for table in (schema.runs, schema.run_inputs)
    )
    wave = store.table(sa.select(schema.waves)).iloc[0].to_dict()
    version, copy = int(wave["version_id"]) + t, run + 1_000 + t
    tables = {name: read_object(store, int(wave["version_id"]), name) for name in ("respondents", "answers", "records")}
    asked = tables[RESPONDENTS]
    tables[RESPONDENTS] = asked.assign(psu=asked.psu + f".{t}", unit_id=asked.unit_id + f".{t}")
    with store.begin() as connection:
        connection.execute(schema.waves.insert().values(wave | {"version_id": version, "wave": name, "digest": name}))
        add_objects(connection, version, tables)
        row = runs.iloc[0].to_dict()
        arguments = row["arguments"] | {"wave": name}
        connection.execute(schema.runs.insert().values(row | {"run_id": copy, "arguments": arguments}))
        for of in inputs.to_dict("records"):
            number = version if of["kind"] == "wave" else of["version_id"]
            connection.execute(schema.run_inputs.insert().values(of | {"run_id": copy, "version_id": number}))
        for table in ("ESTIMATES", "RANKS", "VERDICTS"):
            stored = schema.DERIVED[table]
            figures = pd.read_sql(sa.select(stored).where(stored.c.run_id == run), connection).drop(columns="run_id")
            area = "domain" if table == "ESTIMATES" else "area"
            figures[area] = figures[area].map(lambda code: others.get(code, code))
            insert_rows(connection, stored, figures, run_id=copy)
        audit.append(connection, store.actor, "run", {"run": copy})


def judge(url: str, wave: str) -> dict[str, object]:
    """Judge the board of a wave, of which nothing is kept, and keep it."""
    store = Store.open(url)
    declared = current_programme(store, PROGRAMME)[1]
    began = time.process_time()
    board = consequences._judged(store, declared, LEAGUE, wave)
    taken = time.process_time() - began
    digest = hashlib.sha256(content_of(board)).hexdigest()
    whole, most = time.process_time(), peak()
    consequences.keep_boards(store, PROGRAMME)
    return {"judged": taken, "whole": whole, "MB": most / 1e6, "rows": len(board.listed), "digest": digest}


def read(url: str, wave: str) -> dict[str, object]:
    """Read the board that is kept."""
    store = Store.open(url)
    began = time.process_time()
    consequences.read_consequences(store, PROGRAMME, wave=wave)
    return {"read": time.process_time() - began}


STEPS = {"judge": judge, "read": read}


def _in_a_process(step: str, url: str, wave: str) -> dict[str, object]:
    """What a step measured in a new process."""
    command = [sys.executable, "-m", "bench.judging.boards", step, url, wave]
    printed = subprocess.run(command, cwd=Path(__file__).parents[2], check=True, capture_output=True, text=True)
    return json.loads(printed.stdout)


def main() -> None:
    """Make the store and measure each step in a process of its own; with --quick in this one."""
    sizes = QUICK if quick_asked() else FULL
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/long.db"
        wave = make(url, sizes)
        measured: dict[str, object] = {}
        for step, function in STEPS.items():
            measured |= function(url, wave) if quick_asked() else _in_a_process(step, url, wave)
    areas, quarters, rules = sizes
    print(f"{areas} areas × {quarters} quarters × {rules} rules, {measured['rows']} consequences of two years:")
    print(
        "  judged with evidence in {judged:.2f} s of processor time, {whole:.2f} s with imports, {MB:.0f} MB".format(
            **measured
        )
    )
    print("  read once kept, by a new process: {read:.3f} s".format(**measured))
    if "--digest" in sys.argv:
        print(f"  {measured['digest']}")


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in STEPS:
        print(json.dumps(STEPS[sys.argv[1]](*sys.argv[2:])))
    else:
        main()
