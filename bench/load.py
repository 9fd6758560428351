"""What reading the pages costs: time to the headline, to the whole page and to another area; for one reader and many.

    python -m bench.load [--quick]

Readers are real websocket sessions, as browsers open them.  In the same run two other pages are read: an empty one,
which has a title alone, and a plain one, which has a title, a table and a chart of 32 rows without any statistics.
The store is made from the ENSU demo.
"""

import asyncio
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from bench.measured import quick_asked

ROOT = Path(__file__).parents[1]
START = "from commands.cli import main; main()"
EMPTY = "import streamlit as st\nst.title('empty')\n"
PLAIN = EMPTY + "import altair as alt, pandas as pd, sqlalchemy\n"
PLAIN += "table = pd.DataFrame({'area': [f'area {j}' for j in range(32)], 'value': range(32)})\n"
PLAIN += "st.altair_chart(alt.Chart(table).mark_point().encode(x='value', y='area'))\nst.dataframe(table)\n"
HEADLINES = ("heading", "markdown", "alert", "html")  # the elements in which a page's first sentence may come
READERS, REPEATS = 20, 7
AREA = "lang=zh&area=01"
PATIENCE = 120  # seconds


class Reading(NamedTuple):
    """Seconds from asking for a page: until its first headline, and until nothing more comes."""

    headline: float
    whole: float


async def read(websocket, query: str) -> Reading:
    """Ask for the page of this address and read until it is whole."""
    request, start, headline = BackMsg(), time.perf_counter(), None
    request.rerun_script.query_string = query
    await websocket.send(request.SerializeToString())
    while True:
        message = ForwardMsg()
        message.ParseFromString(await asyncio.wait_for(websocket.recv(), PATIENCE))
        elapsed = time.perf_counter() - start
        if message.WhichOneof("type") == "delta" and headline is None:
            element = message.delta.new_element
            if message.delta.HasField("new_element") and element.WhichOneof("type") in HEADLINES:
                headline = elapsed
        if message.WhichOneof("type") == "script_finished":
            return Reading(elapsed if headline is None else headline, elapsed)


async def visit(port: int, queries: list[str]) -> list[Reading]:
    """One reader's session: these addresses one after another."""
    address = f"ws://127.0.0.1:{port}/_stcore/stream"
    async with connect(address, subprotocols=[Subprotocol("streamlit")], max_size=None) as websocket:
        return [await read(websocket, query) for query in queries]


async def together(port: int, readers: int) -> float:
    """Seconds until so many readers who come at once have all read the whole page."""
    start = time.perf_counter()
    await asyncio.gather(*(visit(port, ["lang=zh"]) for _ in range(readers)))
    return time.perf_counter() - start


def alone(port: int, repeats: int) -> tuple[Reading, float]:
    """Medians for one reader at a time: the page, and the same page for another area in the same session."""
    visits = [asyncio.run(visit(port, ["lang=zh", AREA])) for _ in range(repeats)]
    page = Reading(*(statistics.median(first[k] for first, _ in visits) for k in (0, 1)))
    return page, statistics.median(second.whole for _, second in visits)


def memory(pid: int) -> float:
    """The memory (MB) that a process holds now; NaN where the system does not say."""
    status = Path(f"/proc/{pid}/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1000 for line in lines if line.startswith("VmRSS")), float("nan"))


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


def measured(
    command: list[str], port: int, environment: dict[str, str], readers: int, repeats: int
) -> dict[str, float]:
    """Seconds and MB of one server; the first reader, who waits for imports, is not counted."""
    with serving(command, port, environment) as server:
        asyncio.run(visit(port, ["lang=zh", AREA]))
        page, area = alone(port, repeats)
        crowd = asyncio.run(together(port, readers))
        return {
            "headline": page.headline,
            "whole": page.whole,
            "another area": area,
            "readers": crowd,
            "memory": memory(server.pid),
        }


def main() -> None:
    """Measure the empty, the plain and the leader's page, and print the last one with its ratios to the others."""
    readers, repeats = (2, 1) if quick_asked() else (READERS, REPEATS)
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(os.environ) | {"RANKSHIFT_STORE": f"sqlite:///{folder}/bench.db"}
        environment |= {"STREAMLIT_SERVER_ADDRESS": "127.0.0.1", "STREAMLIT_SERVER_HEADLESS": "true"}
        ours = [sys.executable, "-c", START]
        load = [*ours, "load", "ensu2015", "--demo"]
        subprocess.run(load, cwd=ROOT, env=environment, check=True, capture_output=True)
        commands = {"leader": [*ours, "serve", "--port"]}
        for name, code in (("empty", EMPTY), ("plain", PLAIN)):
            page = Path(folder) / f"{name}.py"
            page.write_text(code, "utf-8")
            commands[name] = [sys.executable, "-m", "streamlit", "run", str(page), "--server.port"]
        for name, command in commands.items():
            port = free_port()
            results[name] = measured([*command, str(port)], port, environment, readers=readers, repeats=repeats)
    leader, empty, plain = results["leader"], results["empty"], results["plain"]
    for what, unit in (("headline", "s"), ("whole", "s"), ("another area", "s"), ("readers", "s"), ("memory", "MB")):
        name = f"{readers} readers at once" if what == "readers" else what
        beside = f"{leader[what] / empty[what]:.2f} of an empty page, {leader[what] / plain[what]:.2f} of a plain one"
        print(f"{name}: {leader[what]:.3g} {unit}, {beside}")
    crowds = ", ".join(f"{name} {page['readers'] / page['whole']:.1f}" for name, page in results.items())
    print(f"{readers} readers at once over one alone: {crowds}")


if __name__ == "__main__":
    main()
