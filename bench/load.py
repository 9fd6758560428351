"""What reading the pages costs: time to the headline, the charts, the whole page and another area; for one and many.

    python -m bench.load [--quick]

Readers are real websocket sessions, as browsers open them.  In the same run two other pages are read: an empty one,
which has a title alone, and a plain one, which has a title, a table and a chart of 32 rows without any statistics.  All
three servers run at once and are read in turns, so that what else the machine does falls on all of them.  The headline
is the leader's counted sentence, the second heading of the page, and on the other two their title: style sheets and
scripts, which come before it, are no headline.  The store is made from the ENSU demo.
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from bench.demo import ROOT, START, load_demo
from bench.measured import quick_asked

EMPTY = "import streamlit as st\nst.title('empty')\n"
PLAIN = EMPTY + "import altair as alt, pandas as pd, sqlalchemy\n"
PLAIN += "table = pd.DataFrame({'area': [f'area {j}' for j in range(32)], 'value': range(32)})\n"
PLAIN += "st.altair_chart(alt.Chart(table).mark_point().encode(x='value', y='area'))\nst.dataframe(table)\n"
HEADLINES = {"leader": "h3", "empty": "h1", "plain": "h1"}  # the heading that is each page's first answer
CHARTS = ("vega_lite_chart", "arrow_vega_lite_chart")  # as Streamlit's messages name them
READERS, REPEATS = 20, 15  # the least of so many is what the page costs when nothing else runs for a moment
AREA = "lang=zh&area=01"
PATIENCE = 120  # seconds


class Reading(NamedTuple):
    """Seconds from asking for a page: until its headline, until its last chart, and until nothing more comes."""

    headline: float
    charts: float
    whole: float


async def read(websocket, query: str, headline: str) -> Reading:
    """Ask for the page of this address and read until it is whole; a page without the headline is a fault."""
    asked, start, headed, charted = BackMsg(), time.perf_counter(), None, 0.0
    asked.rerun_script.query_string = query
    await websocket.send(asked.SerializeToString())
    while True:
        message = ForwardMsg()
        message.ParseFromString(await asyncio.wait_for(websocket.recv(), PATIENCE))
        elapsed = time.perf_counter() - start
        if message.WhichOneof("type") == "delta" and message.delta.HasField("new_element"):
            element = message.delta.new_element
            kind = element.WhichOneof("type")
            if headed is None and kind == "heading" and element.heading.tag == headline:
                headed = elapsed
            charted = elapsed if kind in CHARTS else charted
        if message.WhichOneof("type") == "script_finished":
            assert headed is not None, f"no {headline} in {query}"
            return Reading(headed, charted or headed, elapsed)


async def visit(port: int, queries: list[str], headline: str) -> list[Reading]:
    """One reader's session: these addresses one after another."""
    address = f"ws://127.0.0.1:{port}/_stcore/stream"
    async with connect(address, subprotocols=[Subprotocol("streamlit")], max_size=None) as websocket:
        return [await read(websocket, query, headline) for query in queries]


async def together(port: int, readers: int, headline: str) -> float:
    """Seconds until so many readers who come at once have all connected and read the whole page."""
    start = time.perf_counter()
    await asyncio.gather(*(visit(port, ["lang=zh"], headline) for _ in range(readers)))
    return time.perf_counter() - start


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


def memory(pid: int) -> float:
    """The memory (MB) that a process holds now; NaN where the system does not say."""
    status = Path(f"/proc/{pid}/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1000 for line in lines if line.startswith("VmRSS")), float("nan"))


def processor(pid: int) -> float:
    """The processor seconds that a process has used; NaN where the system does not say."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return float("nan")
    user, system = stat.read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def serving(command: list[str], port: int, environment: dict[str, str]) -> Generator[subprocess.Popen]:
    """The server that a command starts, once it answers."""
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(4 * PATIENCE):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1)
                break
            except OSError:
                time.sleep(0.25)
        yield server
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main() -> None:
    """Measure the empty, the plain and the leader's page, and print the last one with its ratios to the others."""
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
