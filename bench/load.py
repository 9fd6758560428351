"""What reading the pages costs: time to the headline, the charts, the whole page and another area; for one and many.

    python -m bench.load [--quick]

Readers are real websocket sessions, as browsers open them.  In the same run two other pages are read: an empty one,
which has a title alone, and a plain one, which has a title, a table and a chart of 32 rows without any statistics.  All
three servers run at once and are read in turns, so that what else the machine does falls on all of them.  The headline
is the leader's counted sentence, the second heading of the page, and on the other two their title: style sheets and
scripts, which come before it, are no headline.  The store is made from the ENSU demo.
At last a browser reads the leader's page (bench.crowd).
"""

import asyncio
import os
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from bench.crowd import crowded
from bench.demo import START, load_demo
from bench.measured import quick_asked
from bench.sessions import HEADLINES, Reading, free_port, memory, processor, serving, together, visit

EMPTY = "import streamlit as st\nst.title('empty')\n"
PLAIN = EMPTY + "import altair as alt, pandas as pd, sqlalchemy\n"
PLAIN += "table = pd.DataFrame({'area': [f'area {j}' for j in range(32)], 'value': range(32)})\n"
PLAIN += "st.altair_chart(alt.Chart(table).mark_point().encode(x='value', y='area'))\nst.dataframe(table)\n"
TURNS = 7  # of a browser
READERS, REPEATS = 20, 15  # the least of so many is what the page costs when nothing else runs for a moment
AREA = "lang=zh&area=01"


def alone(ports: dict[str, int], pids: dict[str, int], repeats: int) -> dict[str, dict[str, float]]:
    """The least of many for one reader at a time, the pages in turns: a page, and in the same session another area.

    processor: the server's processor seconds for one page, which do not depend on what else the machine does.
    """
    visits: dict[str, list[list[Reading]]] = {name: [] for name in ports}
    spent = dict.fromkeys(ports, 0.0)
    for _ in range(repeats):
        for name, port in ports.items():
            before = processor(pids[name])
            visits[name].append(asyncio.run(visit(port, ["lang=zh", AREA], HEADLINES[name])))
            spent[name] += processor(pids[name]) - before
    pages = 2 * repeats
    return {name: {**_least(read), "processor": spent[name] / pages} for name, read in visits.items()}


def _least(visits: list[list[Reading]]) -> dict[str, float]:
    headline, charts, whole = (min(first[k] for first, _ in visits) for k in range(3))
    after = min(first.charts - first.headline for first, _ in visits)
    area = min(second.charts for _, second in visits)
    return {"headline": headline, "charts": charts, "charts after": after, "whole": whole, "another area": area}


def main() -> None:
    """Measure the empty, the plain and the leader's page, and print the last one with its ratios to the others.

    Then a browser reads the leader's page, alone and among the same number of readers.
    """
    readers, repeats = (2, 1) if quick_asked() else (READERS, REPEATS)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        environment = dict(os.environ) | {"RANKSHIFT_STORE": f"sqlite:///{folder}/bench.db"}
        environment |= {"STREAMLIT_SERVER_ADDRESS": "127.0.0.1", "STREAMLIT_SERVER_HEADLESS": "true"}
        ours = [sys.executable, "-c", START]
        load_demo(Path(folder), environment, quick=quick_asked())
        commands = {"leader": [*ours, "serve", "--port"]}
        for name, code in (("empty", EMPTY), ("plain", PLAIN)):
            page = Path(folder) / f"{name}.py"
            page.write_text(code, "utf-8")
            commands[name] = [sys.executable, "-m", "streamlit", "run", str(page), "--server.port"]
        ports, servers = {name: free_port() for name in commands}, {}
        for name, command in commands.items():
            port = ports[name]
            servers[name] = running.enter_context(serving([*command, str(port)], port, environment))
            asyncio.run(visit(port, ["lang=zh", AREA], HEADLINES[name]))  # who waits for imports is not counted
        results = alone(ports, {name: server.pid for name, server in servers.items()}, repeats)
        for name, port in ports.items():
            results[name]["one"] = min(asyncio.run(together(port, 1, HEADLINES[name])) for _ in range(repeats))
            results[name]["readers"] = asyncio.run(together(port, readers, HEADLINES[name]))
            results[name]["memory"] = memory(servers[name].pid)
        report(results, readers)
        crowded(ports["leader"], readers, repeats=1 if quick_asked() else TURNS)


def report(results: dict[str, dict[str, float]], readers: int) -> None:
    """Print the leader's page with its ratios to the other two."""
    leader, empty, plain = results["leader"], results["empty"], results["plain"]
    units = dict.fromkeys(("headline", "charts", "whole", "another area", "processor", "readers"), "s") | {
        "memory": "MB"
    }
    for what, unit in units.items():
        name = f"{readers} readers at once" if what == "readers" else what
        beside = f"{leader[what] / empty[what]:.2f} of an empty page, {leader[what] / plain[what]:.2f} of a plain one"
        print(f"{name}: {leader[what]:.3g} {unit}, {beside}")
    print(f"charts after the headline: {leader['charts after']:.3g} s")
    crowds = ", ".join(f"{name} {page['readers'] / page['one']:.1f}" for name, page in results.items())
    print(f"{readers} readers at once over one alone: {crowds}")


if __name__ == "__main__":
    main()
