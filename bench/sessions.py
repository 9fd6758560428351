"""Readers of pages as websocket sessions, as browsers open them, and the servers that they read from."""

import asyncio
import os
import signal
import socket
import subprocess
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

from bench.demo import ROOT

HEADLINES = {"leader": "h3", "empty": "h1", "plain": "h1"}  # the heading that is each page's first answer
CHARTS = ("vega_lite_chart", "arrow_vega_lite_chart")  # as Streamlit's messages name them
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
