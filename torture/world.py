"""A made-up survey in which every use case has something to do: its story, and what a use case is given.

The use cases are found in service/ by their permissions. Those of the story are called in its order; any other is
called at the story's end with what its arguments' names say. Whoever adds one with an unknown argument is told so.
"""

import importlib
import inspect
import os
import pkgutil
import tempfile
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

import service
from reference import examples
from sampling import Wanted
from sampling.planning import foresight
from service.figures.league import read_league
from service.figures.weighing import read_weights
from service.protection.keys import Key
from service.samples.bank_files import ExchangeFile
from service.samples.samples import read_sample
from service.store import audit
from service.store.engine import Store
from service.store.permissions import ADMINISTRATOR, CENTRE, PERMITTED, STATISTICIAN, Actor

SIMULATED = Path(__file__).parents[1] / "data" / "laibin_simulated"
PROGRAMME, OTHER = "lakeside", "laibin_simulated"
EARLIER, BEFORE, WAVE = "2025Q4", "2026Q1", "2026Q2"  # two that are imported, one that is drawn
LIST = "residents"
KEY, NEW_KEY, FRAME_KEY = (Key(bytes(range(k, k + 64))) for k in range(3))
LATER = date.today() + timedelta(days=30)
NUMBER = "19901000000"
OUTSIDE = {  # use cases that are not called, and why
    "start": "begins another process, whose work is `refresh`, which is called",
    "work": "is that process",
}
Given = Mapping[str, Any]


class UnknownArgument(Exception):
    """A use case takes something of which this file does not say what it could be."""


def use_cases() -> dict[str, Callable]:
    """name -> function of every use case, as service/ has them."""
    found = {}
    for module in pkgutil.walk_packages(service.__path__, "service."):
        if ".migrations" not in module.name:  # run by Alembic alone
            loaded = importlib.import_module(module.name)
            for name, do in inspect.getmembers(loaded, inspect.isfunction):
                if getattr(do, "use_case", None) == name and do.__module__ == module.name:
                    found[name] = do
    return found


def table(kind: str) -> bytes:
    """An example file of this kind (reference.examples)."""
    return examples.csv(examples.KINDS[kind](), "utf-8")


def interviews(seed: int) -> bytes:
    """A wave's file; another seed gives other answers."""
    return examples.csv(examples.wave().assign(trust=[str((k * seed) % 11) for k in range(60)]), "utf-8")


def call_log(store: Store) -> bytes:
    """What was called of the released numbers: all of them, with an interview each."""
    out = released(store)
    rows = [(unit, f"2026/5/2 18:{k:02}:00", "a", "完成") for k, unit in enumerate(out)]
    return examples.csv(pd.DataFrame(rows, columns=["unit_id", "at", "interviewer", "disposition"]), "utf-8")


def released(store: Store) -> list[str]:
    """The units of the drawn wave that are released."""
    sample = read_sample(store.acting(ACTORS[ADMINISTRATOR]), PROGRAMME, WAVE)
    return sample.units.unit_id[sample.out].tolist()


def _contacts(_store: Store) -> bytes:
    return f"unit_id,phone,name\nu1,{NUMBER},某甲\nu2,19901000001,某乙\n".encode()


# the story: a use case, and what it is given beside what GIVEN says
STORY: tuple[tuple[str, Given], ...] = (
    ("import_programme", {"content": (examples.FOLDER / "programme.toml").read_bytes(), "file": "p.toml"}),
    ("import_frame", {"name": LIST, "content": table("list"), "delete_on": LATER}),
    ("make_plan", {}),
    ("approve_plan", {}),
    ("draw_wave", {}),
    ("release_next", {}),
    ("import_calls", {"content": call_log}),
    ("release_next", {}),
    ("import_wave", {"wave": EARLIER, "content": interviews(3)}),
    ("import_wave", {"wave": BEFORE, "content": interviews(7)}),
    ("import_wave", {"wave": BEFORE, "content": interviews(8)}),  # a correction
    ("estimate_wave", {"wave": EARLIER}),
    ("estimate_wave", {"wave": BEFORE}),
    ("compare_waves", {}),
    ("import_programme", {"content": (SIMULATED / "programme.toml").read_bytes(), "file": "q.toml"}),
    ("import_margins", {"programme": OTHER, "content": (SIMULATED / "margins.csv").read_bytes()}),
    (
        "import_wave",
        {"programme_name": OTHER, "content": (SIMULATED / "laibin_simulated_2026Q1.csv").read_bytes()},
    ),
    ("weigh_wave", {"programme_name": OTHER}),
    ("estimate_wave", {"programme_name": OTHER}),
    ("import_contacts", {"wave": EARLIER, "content": _contacts}),
    ("set_deletion", {"wave": EARLIER}),
    ("find_number", {}),
    ("call_sheet", {"wave": EARLIER}),
    ("add_person", {"name": "bea", "role": CENTRE}),
    ("change_person", {"name": "bea", "role": STATISTICIAN}),
    ("backup", {}),
    ("rotate_key", {}),
    ("purge", {"key": None, "today": LATER + timedelta(days=1)}),
)
QUICK_STORY = tuple(step for step in STORY if step[0] in ("import_contacts", "purge") or step is STORY[0])
QUICK = ("import_contacts", "purge")  # those of them that are killed
# use cases outside the story whose arguments are other things than elsewhere
OTHERWISE: Mapping[str, Given] = {
    "change_password": {"old": "not the password", "new": "another long password"},
    "sign_in": {"name": "bea"},
    "acknowledge_trail": {"reason": "nothing to acknowledge"},
}
ACTORS = {
    CENTRE: Actor("ann", CENTRE),
    ADMINISTRATOR: Actor("eve", ADMINISTRATOR),
    STATISTICIAN: Actor("bob", STATISTICIAN),
}
# what an argument of this name is given
GIVEN: Given = {
    **{"programme": PROGRAMME, "programme_name": PROGRAMME, "wave": BEFORE, "before": EARLIER, "after": BEFORE},
    **{"key": KEY, "old": KEY, "new": NEW_KEY, "frame_key": FRAME_KEY, "delete_on": LATER, "today": date.today()},
    **{
        "wanted": Wanted(8, portions=(0.5, 0.5)),
        "file": "file.csv",
        "content": b"a,b\n1,2\n",
        "cities": [examples.CITY],
    },
    **{"numbers": {"mobile": 40, "landline": 0}, "number": NUMBER, "reason": "torture", "run_id": 1, "job_id": 1},
    **{"measure": "safe", "league": "towns", "name": "bea", "role": CENTRE, "identity": "bea", "password": "no"},
    **{"area": "01", "kind": "shares", "use_case": "estimate", "period": BEFORE, "upto": BEFORE, "frame_id": 1},
    **{"version_id": 1, "names": (), "inputs": (), "waves": (), "units": ["u1"], "prefixes": table("prefixes")},
    **{"public": "", "plan": None, "path": SIMULATED / "list" / "simulated_list.csv", "records": None},
    "exchanges": ExchangeFile(table("exchanges"), "e.csv"),
}
OF_WAVE = {"make_plan", "approve_plan", "draw_wave", "release_next", "import_calls", "stop_fieldwork"}
OBJECTS: Mapping[str, Callable[[Store], Any]] = {  # arguments that are read from the store
    "sample": lambda store: read_sample(store, PROGRAMME, WAVE),
    "league": lambda store: read_league(store, PROGRAMME),
    "weights": lambda store: read_weights(store, OTHER),
}


def arguments_of(name: str, do: Callable, store: Store, given: Given, folder: Path) -> dict[str, Any]:
    """What a use case is called with: what the story gives it, else by the names of its arguments."""
    known = {**GIVEN, **given}
    if name in OF_WAVE and "wave" not in given:
        known["wave"] = WAVE
    if name == "backup":
        known["file"] = folder / "backup.db"
    arguments = {}
    for parameter in list(inspect.signature(do).parameters.values())[1:]:
        needed = parameter.default is parameter.empty and parameter.kind is not parameter.VAR_KEYWORD
        if not needed and parameter.name not in given and parameter.name not in ("key", "delete_on"):
            continue
        if parameter.kind is parameter.VAR_KEYWORD:
            arguments |= {"programme": PROGRAMME, "wave": BEFORE} if parameter.name == "arguments" else {}
            continue
        annotation = str(parameter.annotation)
        if parameter.name in OBJECTS and "str" not in annotation:
            value = OBJECTS[parameter.name](store)
        elif parameter.name == "programme" and "Programme" in annotation:
            value = None
        elif parameter.name not in known:
            raise UnknownArgument(f"{name}: {parameter.name}")
        else:
            value = known[parameter.name]
        arguments[parameter.name] = value(store) if callable(value) and parameter.name == "content" else value
    return arguments


def actor_for(name: str) -> Actor:
    """Somebody whose role permits a use case."""
    return next(ACTORS[role] for role in (CENTRE, ADMINISTRATOR, STATISTICIAN) if role in PERMITTED[name])


def prepare() -> None:
    """Play the story once, so that no killed process loads what is loaded late; plans simulate few leagues."""
    vars(foresight).update(DRAWS=50, FALLING=5)
    os.environ.pop(audit.HEAD_VARIABLE, None)  # heads lie beside the store, whatever place was used before
    with tempfile.TemporaryDirectory() as folder:
        played(Path(folder)).engine.dispose()


def played(folder: Path, until: str | None = None) -> Store:
    """A SQLite store in which the story was played, to its end or through a use case's first time."""
    store, found = Store.create(f"sqlite:///{folder}/store.db"), use_cases()
    for name, given in STORY:
        acting = store.acting(actor_for(name))
        found[name](acting, **arguments_of(name, found[name], acting, given, folder))
        if name == until:
            break
    return store
