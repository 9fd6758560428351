"""A made-up survey in which every use case has something to do: its story, and what a use case is given.

The use cases are found in service/ by their permissions. Those of the story are called in its order; any other is
called at the story's end with what its arguments' names say. A test calls all of them: whoever adds a use case that
needs something else, or that refuses what it is given here, is told so.
"""

import importlib
import inspect
import os
import pkgutil
import re
import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

import service
from fieldwork.simulated import Interviewing, Reaching, Truth
from presentation.bulletin.making import written
from presentation.bulletin.wording import Asked
from programme.editing.edited_rules import rules_of
from reference import examples
from sampling import Wanted
from sampling.planning import foresight
from service.bulletins.document import NOTICE, Document
from service.bulletins.facts import bulletin_facts
from service.bulletins.keeping import bulletin_list
from service.fieldwork.answering.responses import Response
from service.fieldwork.calling.attempts import Agreed
from service.fieldwork.relistening import read_relistening
from service.figures.comparable import wave_inputs
from service.figures.league import newest_run, read_league
from service.figures.weighing import read_weights
from service.intake.imports import current_programme
from service.intake.records_file import RecordsFile
from service.intake.rule_editing import read_rules
from service.protection import people
from service.protection.keys import Key
from service.samples.bank_files import ExchangeFile, read_banks
from service.samples.master import MasterPlan, master_plan
from service.samples.number_banks import NumberBanks
from service.samples.samples import read_sample
from service.store import audit
from service.store.engine import Store
from service.store.permissions import ADMINISTRATOR, CENTRE, PERMITTED, STATISTICIAN, Actor
from service.store.place import PLACE_VARIABLE
from words import speaker

SIMULATED = Path(__file__).parents[1] / "tests" / "surveys" / "laibin_simulated"
PROGRAMME, OTHER, PLAYED = "lakeside", "laibin_simulated", "played"  # of the last, calls and answers are made up
EARLIER, BEFORE, WAVE = "2025Q4", "2026Q1", "2026Q2"  # two that are imported, one that is drawn
YEAR = "2025"
LIST, BANKS, LARGE = "residents", "numbers", "roll"
PUBLIC = "the (made-up) lottery of 1 May"
KEY, NEW_KEY, FRAME_KEY = (Key(bytes(range(k, k + 64))) for k in range(3))
LATER = date.today() + timedelta(days=30)
TOMORROW = datetime.now(UTC) + timedelta(days=1)
BEGINS = datetime(2026, 5, 2, 1, tzinfo=UTC)
NUMBER = "19901000000"
PERSON, PASSWORD, IDENTITY = "bea", "a password of the torture", "zoe@example.org"
OUTSIDE = {  # use cases that are not called, and why
    "start": "begins another process, whose work is `refresh`, which is called",
    "work": "is that process",
}
REFUSING = {  # use cases that refuse at the story's end, and why nothing else can be asked of them
    "acknowledge_trail": "its line is lacking only after a kill; every kill then calls it",
    "cancel": "no job is running",
    "mark_demo": "a store with people or numbers never becomes a demonstration",
}
PROGRAMME_FILE = (
    (examples.FOLDER / "programme.toml").read_bytes()
    + """
[publish]
release = true

[records.crimes]
best = "smallest"
name = { zh = "刑事警情", en = "Crimes" }

[measures.index]
kind = "index"
best = "largest"
scale = [0, 1]
name = { zh = "指数", en = "Index" }
parts.safe = { weight = 0.5 }
parts.crimes = { weight = 0.5, bounds = [0, 100] }

[factors.why]
item = "why"
name = { zh = "原因", en = "Why" }

[types.ease]
item = "safe"
measures = ["trust"]
name = { zh = "安心与否", en = "At ease or not" }
groups.at_ease = { of = ["1", "2"], zh = "安心", en = "at ease" }
groups.uneasy = { of = ["3", "4"], zh = "不安心", en = "uneasy" }

[rules.last]
measure = "safe"
kind = "not_last"
threshold = 1
name = { zh = "不是最后一名", en = "Not the last" }

[rules.yearly]
measure = "safe"
kind = "not_last"
threshold = 1
period = "year"
name = { zh = "全年不是最后一名", en = "Not the last of the year" }

[consequences.talk]
kind = "each"
of = "last"
name = { zh = "约谈", en = "Talk" }
""".encode()
)
TOLD, _, COUNTED, _ = re.split(
    r"(?m)^(?=\[(?:items.trust|measures.safe|measures.trust)\])",
    (examples.FOLDER / "programme.toml").read_text("utf-8"),
)
OF_PLAYED = (
    re.sub(r"(?m)^weight = .*\n", "", TOLD).replace(f'"{PROGRAMME}"', f'"{PLAYED}"').replace('"id"', '"unit_id"')
    + COUNTED
    + """
[weighting]
disposition = "outcome"
responded = ["1.1"]
not_responded = ["2.11", "2.12", "2.21"]
unknown = ["3.1", "3.12", "3.13", "3.16", "3.21"]
ineligible = ["4.1", "4.32", "4.51", "4.7"]
base.weight = "base_weight"
eligibility.cells = ["town"]
nonresponse.cells = ["town"]
"""
).encode()
OTHER_RULES = rules_of(PROGRAMME_FILE, "p.toml").replace("Talk", "A visit and a talk")
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
    out = [unit for unit in released(store) if unit != _second(store)]  # whose interview is recorded by hand
    rows = [(unit, f"2026/5/2 18:{k:02}:00", "a", "完成") for k, unit in enumerate(out)]
    return examples.csv(pd.DataFrame(rows, columns=["unit_id", "at", "interviewer", "disposition"]), "utf-8")


def screened(store: Store) -> bytes:
    """What an operator says of the numbers that are drawn and not released: each other one is dead."""
    sample = read_sample(store.acting(ACTORS[ADMINISTRATOR]), PROGRAMME, WAVE)
    waiting = sample.units.unit_id[~sample.out]
    rows = [(unit, ("alive", "dead")[k % 2]) for k, unit in enumerate(waiting)]
    return examples.csv(pd.DataFrame(rows, columns=["unit_id", "status"]), "utf-8")


def released(store: Store) -> list[str]:
    """The units of the drawn wave that are released."""
    sample = read_sample(store.acting(ACTORS[ADMINISTRATOR]), PROGRAMME, WAVE)
    return sample.units.unit_id[sample.out & ~sample.units.unit_id.isin(sample.uncalled)].tolist()


def drawn_interviews(store: Store) -> bytes:
    """Interviews of all released numbers of the drawn wave that are called."""
    sample = read_sample(store.acting(ACTORS[ADMINISTRATOR]), PROGRAMME, WAVE)
    called = sample.units[sample.units.unit_id.isin(released(store))]
    answered = examples.wave().head(len(called)).assign(id=list(called.unit_id), town=list(called.area))
    return examples.csv(answered, "utf-8")


def answered(store: Store) -> bytes:
    """Answers of all released numbers that are called, but for the second."""
    others = [unit for unit in released(store) if unit != _second(store)]
    rows = [(unit, f"2026/5/2 19:{k:02}:00", "a", "1", "5") for k, unit in enumerate(others)]
    return examples.csv(pd.DataFrame(rows, columns=["unit_id", "at", "interviewer", "safe", "trust"]), "utf-8")


def _response(store: Store) -> Response:
    """The answers of the second released number."""
    released_at = read_sample(store, PROGRAMME, WAVE).releases["at"].iloc[0]
    return Response(_second(store), released_at.replace(tzinfo=UTC), {"safe": "2", "trust": "7"}, "a")


def _contacts(_store: Store) -> bytes:
    return f"unit_id,phone,name\nu1,{NUMBER},某甲\nu2,19901000001,某乙\n".encode()


RECORDS = RecordsFile(table("records"), "records.csv")


def _second(store: Store) -> str:
    """The second number of the first release, whatever is released later."""
    units = read_sample(store.acting(ACTORS[ADMINISTRATOR]), PROGRAMME, WAVE).units
    return units.unit_id[(units.release == 1) & units.unit_id.isin(released(store))].iloc[1]


def _first(store: Store) -> str:
    """The first number of those that are released."""
    return released(store)[0]


def _heard(store: Store) -> dict[str, str]:
    """What was heard of the first interview that is listened to again."""
    sample = read_relistening(store, PROGRAMME, BEFORE)
    assert sample is not None
    return {sample.interviews.unit_id.iloc[0]: "genuine"}


class Step(NamedTuple):
    """A use case of the story, what it is given beside what GIVEN says, and whether the torture kills it here."""

    use_case: str
    given: Given
    killed: bool = True


def _wave(wave: str, seed: int, *, killed: bool = True) -> Step:
    return Step("import_wave", {"wave": wave, "content": interviews(seed), "records": RECORDS}, killed)


def _simulated() -> tuple[Step, ...]:
    """A wave of a programme that says that it is simulated is drawn and released, and its fieldwork made up."""
    of = {"programme": PLAYED, "programme_name": PLAYED}
    drawing = ("make_plan", "approve_plan", "draw_wave", "release_next")
    return (
        Step("import_programme", {"content": OF_PLAYED, "file": "s.toml"}, killed=False),
        Step("import_frame", of | {"name": LIST, "content": table("list"), "delete_on": LATER}, killed=False),
        *(Step(name, of, killed=False) for name in drawing),
        Step("simulate_wave", of | {"wave": WAVE}),
    )


STORY: tuple[Step, ...] = (
    Step("import_programme", {"content": PROGRAMME_FILE, "file": "p.toml"}),
    Step("import_frame", {"name": LIST, "content": table("list"), "delete_on": LATER}),
    Step("make_plan", {}),
    Step("approve_plan", {}),
    Step("draw_wave", {}),
    Step("release_next", {}),
    Step("list_interviewers", {"wave": WAVE, "names": ["a", "b"]}),
    Step("assign_numbers", {"wave": WAVE}),
    Step("answer_sheet", {"wave": WAVE}, killed=False),
    Step("next_numbers", {"wave": WAVE}),
    Step("take_number", {"wave": WAVE}),
    Step("masked_phone", {"wave": WAVE}, killed=False),
    Step("find_caller", {"wave": WAVE}, killed=False),
    Step("show_number", {"wave": WAVE}),
    Step("record_attempt", {"wave": WAVE}),
    Step("make_appointment", {"wave": WAVE}),
    Step("record_interview", {"wave": WAVE}),
    Step("release_sheet", {"wave": WAVE}),
    Step("screening_sheet", {"wave": WAVE}),
    Step("screen_numbers", {"content": screened}),
    Step("import_calls", {"content": call_log}),
    Step("release_next", {}),
    Step("stop_fieldwork", {}),
    Step("import_calls", {"content": call_log}),
    Step("import_responses", {"wave": WAVE, "content": answered}),
    Step("make_wave", {"wave": WAVE, "records": RECORDS}),
    *(_wave(f"{YEAR}Q{quarter}", quarter, killed=False) for quarter in (1, 2, 3)),
    _wave(EARLIER, 3),
    _wave(BEFORE, 7),
    _wave(BEFORE, 8),  # a correction
    Step("leave_out", {"units": ["7", "19"]}),
    Step("take_back", {}),
    Step("draw_relistening", {"seed": "torture"}),
    Step("record_relistening", {}),
    Step("estimate_wave", {"wave": EARLIER}),
    Step("estimate_wave", {"wave": BEFORE}),
    Step("compare_waves", {}),
    Step("judge_year", {}),
    Step("publish_wave", {}),
    Step("import_wave", {"wave": WAVE, "content": drawn_interviews, "records": RECORDS}),
    Step("keep_bulletin", {}),
    _wave(BEFORE, 9, killed=False),
    Step("estimate_wave", {"wave": BEFORE}, killed=False),
    Step("compare_waves", {}, killed=False),
    Step("publish_wave", {"note": "some interviews were made up"}),
    Step("import_programme", {"content": (SIMULATED / "programme.toml").read_bytes(), "file": "q.toml"}, killed=False),
    Step("import_margins", {"programme": OTHER, "content": (SIMULATED / "margins.csv").read_bytes()}),
    Step(
        "import_wave",
        {"programme_name": OTHER, "content": (SIMULATED / "laibin_simulated_2026Q1.csv").read_bytes()},
    ),
    Step("weigh_wave", {"programme_name": OTHER}),
    Step("estimate_wave", {"programme_name": OTHER}),
    *_simulated(),
    Step("import_contacts", {"wave": EARLIER, "content": _contacts}),
    Step("set_deletion", {"wave": EARLIER}),
    Step("find_number", {}),
    Step("masked_number", {"wave": EARLIER, "unit_id": "u1"}, killed=False),
    Step("call_sheet", {"wave": EARLIER}),
    Step("masked_contacts", {"wave": EARLIER}),
    Step("add_person", {"name": PERSON, "role": CENTRE}),
    Step("change_person", {"name": PERSON, "role": STATISTICIAN}),
    Step("add_person", {"name": "zoe", "role": CENTRE, "identity": IDENTITY}, killed=False),
    Step("commit_banks", {"name": BANKS, "content": table("prefixes")}),
    Step("import_banks", {"name": BANKS, "content": table("prefixes"), "value": "1 2 3", "accept": True}),
    Step("master_proof", {"name": BANKS}),
    Step("import_large", {"name": LARGE}),
    Step("backup", {}),
    Step("rotate_key", {}),
    Step("purge", {"key": None, "today": LATER + timedelta(days=1)}),
)
QUICK_STORY = tuple(step for step in STORY if step.use_case in ("import_contacts", "purge") or step is STORY[0])
QUICK = ("import_contacts", "purge")  # those of them that are killed
# use cases outside the story whose arguments are other things than elsewhere
OF_DRAWN: Given = {"wave": WAVE}
OTHERWISE: Mapping[str, Given] = {
    "change_password": {"old": PASSWORD, "new": "another long password"},
    "still_permitted": {"name": PERSON},
    "current_programme": {"name": PROGRAMME},
    "current_frame": {"name": LIST},
    "plan_outline": {"frame": LIST},
    "preview_wave": {"content": interviews(9)},
    "preview_frame": {"content": table("list")},
    "preview_prefixes": {"content": table("prefixes")},
    "preview_exchanges": {"content": table("exchanges")},
    "preview_margins": {"programme": OTHER, "content": (SIMULATED / "margins.csv").read_bytes()},
    "preview_contacts": {"content": _contacts},
    "read_weights": {"programme": OTHER},
    "weights_provenance": {"programme": OTHER},
    "current_margins": {"programme": OTHER, "period": "2020"},
    "read_bulletin": {"number": 1},
    "check_programme": {"content": PROGRAMME_FILE},
    "preview_rules": {"content": PROGRAMME_FILE},
    "save_rules": {"rules": OTHER_RULES, "note": "the area that is last is visited first"},
    **dict.fromkeys(
        ("draw_proof", "read_fieldwork", "read_hours", "read_kinds", "read_monitor", "read_plan", "read_rates"),
        OF_DRAWN,
    ),
    **dict.fromkeys(
        ("read_sample", "read_screening", "units_without_row", "drawn_population", "steps_of_wave"), OF_DRAWN
    ),
    **dict.fromkeys(("outcomes_of", "fieldwork_of", "interviewed", "short_strata"), OF_DRAWN),
    **dict.fromkeys(("responses_of", "sheet_interviewers", "lacking_for"), OF_DRAWN),
    **dict.fromkeys(("cancel_appointment", "differing_assignments", "find_unit"), OF_DRAWN),
    **dict.fromkeys(("give_back", "held_numbers", "interviewer_list", "read_calendar", "undealt_numbers"), OF_DRAWN),
    "retire_interviewer": {"wave": WAVE, "name": "b"},
    "preview_calls": {"wave": WAVE, "content": call_log},
    "preview_responses": {"wave": WAVE, "content": answered},
    "preview_screening": {"wave": WAVE, "content": screened},
}
ACTORS = {
    CENTRE: Actor(PERSON, CENTRE),
    ADMINISTRATOR: Actor("eve", ADMINISTRATOR),
    STATISTICIAN: Actor("bob", STATISTICIAN),
}
# what an argument of this name is given
GIVEN: Given = {
    **{"programme": PROGRAMME, "programme_name": PROGRAMME, "wave": BEFORE, "before": EARLIER, "after": BEFORE},
    **{"against": EARLIER, "year": YEAR, "seed": "torture", "note": ""},
    **{"key": KEY, "old": KEY, "new": NEW_KEY, "frame_key": FRAME_KEY, "delete_on": LATER, "today": date.today()},
    **{"wanted": Wanted(16, portions=(0.5, 0.5), call_dead=0.5), "file": "file.csv", "cities": [examples.CITY]},
    **{"content": b"a,b\n1,2\n", "prefixes": table("prefixes"), "exchanges": ExchangeFile(table("exchanges"), "e.csv")},
    **{"numbers": {"mobile": 40, "landline": 20}, "number": NUMBER, "reason": "torture", "job_id": 1},
    **{
        "measure": "safe",
        "league": "towns",
        "name": PERSON,
        "role": CENTRE,
        "identity": IDENTITY,
        "password": PASSWORD,
    },
    **{
        "area": "01",
        "kind": "shares",
        "use_case": "estimate",
        "period": BEFORE,
        "upto": BEFORE,
        "frame_id": 1,
        "draw_id": 1,
    },
    **{"version_id": 1, "names": (BEFORE,), "waves": (), "units": ["u001"], "public": PUBLIC},
    **{"interviewer": "a", "unit_id": _first, "outcome": "无人接听", "agreed": Agreed(TOMORROW)},
    "records": RECORDS,
    "runs": (1,),
    "t": speaker("zh"),
    "asked": {"day": "2026-05-15"},
    **{"truth": Truth(dict.fromkeys(examples.TOWNS, 0.9)), "reaching": Reaching(), "begins": BEGINS},
    **{"interviewing": Interviewing(("a", "b")), "ends": BEGINS + timedelta(days=14)},
}
OPTIONAL = {"key", "delete_on", "exchanges", "public"}  # arguments with a default that are given all the same
OF_WAVE = {"make_plan", "approve_plan", "draw_wave", "release_next", "import_calls", "screen_numbers", "stop_fieldwork"}


def _newest_run(store: Store) -> int:
    run = newest_run(store, "estimate", programme=PROGRAMME, wave=BEFORE)
    assert run is not None
    return run["run_id"]


def _master_plan(_store: Store) -> MasterPlan:
    banks = NumberBanks(read_banks(table("prefixes"), "p.csv", GIVEN["exchanges"], GIVEN["cities"]))
    fixed = {"programme": PROGRAMME, "public": PUBLIC, "frame_key": FRAME_KEY}
    return master_plan(banks, BANKS, GIVEN["cities"], GIVEN["numbers"], **fixed)[0]


def _bulletin(store: Store) -> Document:
    """The notice of the wave that is published."""
    return written(bulletin_facts(store, PROGRAMME, wave=BEFORE), NOTICE, Asked(date(2026, 5, 15)), speaker("zh"))


READ: Mapping[str, Callable[[Store], Any]] = {  # arguments that are read from the store, or made
    "sample": lambda store: read_sample(store, PROGRAMME, WAVE),
    "league": lambda store: read_league(store, PROGRAMME),
    "weights": lambda store: read_weights(store, OTHER),
    "programme": lambda store: current_programme(store, PROGRAMME)[1],
    "inputs": lambda store: wave_inputs(store, current_programme(store, PROGRAMME)[1], [BEFORE]),
    "run_id": _newest_run,
    "plan": _master_plan,
    "document": _bulletin,
    "bulletins": lambda store: bulletin_list(store, PROGRAMME),
    "response": _response,
    "results": _heard,
    "began": lambda store: read_rules(store, PROGRAMME).version,
}


def arguments_of(name: str, do: Callable, store: Store, given: Given, folder: Path) -> dict[str, Any]:
    """What a use case is called with: what the story gives it, else by the names of its arguments."""
    known = {**GIVEN, **given}
    if name in OF_WAVE and "wave" not in given:
        known["wave"] = WAVE
    if name in ("backup", "mend_objects"):  # the first of them writes it
        known["file"] = folder / "backup.db"
    if name == "import_large":
        known["path"] = folder / "large.csv"
        known["path"].write_bytes(examples.csv(examples.units()[["unit_id", "area"]], "utf-8"))
    arguments = {}
    for parameter in list(inspect.signature(do).parameters.values())[1:]:
        if parameter.kind is parameter.VAR_KEYWORD:
            arguments |= {"programme": PROGRAMME, "wave": BEFORE} if parameter.name == "arguments" else {}
            continue
        optional = parameter.default is not parameter.empty and parameter.name not in OPTIONAL
        if optional and parameter.name not in given:
            continue
        if parameter.name in READ and "str" not in str(parameter.annotation).split("[")[0]:
            value = READ[parameter.name](store)
        elif parameter.name not in known:
            raise UnknownArgument(f"{name}: {parameter.name}")
        else:
            value = known[parameter.name]
        arguments[parameter.name] = (
            value(store) if callable(value) and parameter.name in ("content", "unit_id") else value
        )
    return arguments


def epilogue() -> list[Step]:
    """Every use case that the story does not have, called at its end."""
    of_story = {step.use_case for step in STORY}
    return [Step(name, OTHERWISE.get(name, {})) for name in sorted(set(use_cases()) - of_story - set(OUTSIDE))]


def actor_for(name: str) -> Actor:
    """Somebody whose role permits a use case."""
    return next(ACTORS[role] for role in (CENTRE, ADMINISTRATOR, STATISTICIAN) if role in PERMITTED[name])


def prepare() -> None:
    """Play the story once, so that no killed process loads what is loaded late; plans simulate few leagues.

    One-time passwords are not made by chance, since another process signs in with them.
    """
    vars(foresight).update(DRAWS=50, FALLING=5)
    vars(people).update(_one_time=lambda: PASSWORD)
    for variable in (audit.HEAD_VARIABLE, PLACE_VARIABLE):  # all lies beside the store, whatever place was used before
        os.environ.pop(variable, None)
    with tempfile.TemporaryDirectory() as folder:
        played(Path(folder)).engine.dispose()


def played(folder: Path, until: str | None = None) -> Store:
    """A SQLite store in which the story was played, to its end or through a use case's first time."""
    store, found = Store.create(f"sqlite:///{folder}/store.db"), use_cases()
    for name, given, _ in STORY:
        acting = store.acting(actor_for(name))
        found[name](acting, **arguments_of(name, found[name], acting, given, folder))
        if name == until:
            break
    return store
