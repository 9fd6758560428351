"""Every use case and every role: found by looking at the code, so that a new one without a permission fails here."""

import importlib
import inspect
import pkgutil

import pytest
import sqlalchemy as sa

import service
from service.store import audit, schema
from service.store.permissions import ADMINISTRATOR, CENTRE, LEADER, PERMITTED, ROLES, STATISTICIAN, Actor
from words import Fault

NO_USE_CASES = {  # functions that take a store and are called by use cases or the command line only
    "service.demonstration.playing.play",
    "service.protection.erasure.store_files",
    "service.protection.erasure.scrub",
    "service.protection.erasure.leftovers",
    "service.protection.erasure.owed",
    "service.intake.import_log.refusals_logged",
    "service.figures.league.read_estimated",
    "service.figures.judged_history.judged_history",
    "service.figures.lucky.league_luck",
    "service.figures.kept_boards.board_key",
    "service.figures.kept_boards.kept_board",
    "service.figures.kept_boards.keep",
    "service.figures.area_page.area_waves",
    "service.figures.responding.eligible_people",
    "service.figures.responding.released_design",
    "service.figures.responding.sample_of",
    "service.figures.quality.interviews_of",
    "service.fieldwork.kinds.filed_answers",
    "service.fieldwork.modes.modes_of",
    "service.intake.lacking_versions.left_out_of",
    "service.intake.lacking_versions.tables_of",
    "service.intake.out_again.out_again",
    "service.bulletins.facts.response_rates",
    "service.proof.chain_files.input_files",
    "service.proof.proof_links.estimated",
    "service.proof.proof_links.said_of_draw",
    "service.proof.proof_links.attempts_then",
    "service.proof.proof_links.described",
    "service.proof.proof_links.stored_weights",
    "service.proof.proof_links.computed_tables",
    "service.proof.proof_links.trail_line",
    "service.samples.chain.chain_of",
    "service.samples.chain.drawn_wave",
    "service.samples.chain.past_waves",
    "service.samples.frame_versions.tried_import",
    "service.samples.frame_versions.numbers_vault",
    "service.samples.frame_versions.newest_number",
    "service.samples.frame_versions.add_version",
    "service.samples.frames.areas_before",
    "service.samples.frames.frame_key_of",
    "service.samples.roll_file.stored_roll",
    "service.intake.released.read_released",
    "service.store.objects.read_object",
    "service.fieldwork.calling.assigning.assigned_rows",
    "service.fieldwork.calling.holding.states_now",
    "service.fieldwork.calling.lineup.lineup_of",
    "service.fieldwork.calling.lineup.order_of",
}


FRAME_IMPORTS = {"import_frame", "preview_frame", "import_large"}


def use_cases() -> dict:
    """name -> function: every public function in service/ whose first argument is a store."""
    found = {}
    for module in pkgutil.walk_packages(service.__path__, "service."):
        if ".migrations" in module.name:  # run by Alembic alone
            continue
        loaded = importlib.import_module(module.name)
        for name, do in inspect.getmembers(loaded, inspect.isfunction):
            first = next(iter(inspect.signature(do).parameters), None)
            outside = f"{module.name}.{name}" in NO_USE_CASES
            if do.__module__ == module.name and not name.startswith("_") and first == "store" and not outside:
                found[name] = do
    return found


CASES = use_cases()


@pytest.fixture(autouse=True)
def heads_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv(audit.HEAD_VARIABLE, str(tmp_path / "heads"))


@pytest.fixture(scope="module")
def empty(fresh_store):
    made = fresh_store("sqlite")
    yield made
    made.engine.dispose()


def test_every_function_that_takes_a_store_asks_who_may():
    assert len(CASES) > 35
    assert not [name for name, do in CASES.items() if getattr(do, "use_case", None) != name]


def test_every_permission_belongs_to_a_use_case_and_somebody_may():
    assert set(PERMITTED) == set(CASES)
    assert all(roles and roles <= set(ROLES) for roles in PERMITTED.values())


def denials(store) -> int:
    """How many lines of the trail say that somebody was denied something."""
    with store.read() as connection:
        said = sa.select(sa.func.count()).where(schema.audit.c.action == "denied")
        return connection.scalar(said)


@pytest.mark.parametrize("role", [*ROLES, "", "root"])
def test_a_use_case_is_refused_to_every_role_that_has_no_permission(empty, role):
    """Called with arguments that cannot be right: who is permitted gets past the check, to another error or answer."""
    acting = empty.acting(Actor("ann", role))
    for name, do in CASES.items():
        needed = [p for p in inspect.signature(do).parameters.values() if p.default is p.empty][1:]
        positional = [None for p in needed if p.kind is p.POSITIONAL_OR_KEYWORD]
        options = {p.name: None for p in needed if p.kind is p.KEYWORD_ONLY}
        refused = False
        before = denials(empty)
        try:
            do(acting, *positional, **options)
        except Fault as fault:
            refused = fault.key == "permission.denied" and fault.values["use_case"] == name
        except Exception:  # past the check, the arguments are wrong
            refused = False
        assert refused == (role not in PERMITTED[name]), name
        assert denials(empty) - before == refused, name


def test_no_use_case_lets_its_caller_say_who_acts():
    """The store's actor is the one who did it; a name beside it could be somebody else's."""
    for name, do in CASES.items():
        for parameter in inspect.signature(do).parameters.values():
            columns = parameter.name == "by" and name in FRAME_IMPORTS  # those to stratify by
            assert parameter.annotation is not Actor, name
            assert parameter.name not in {"by", "actor", "operator"} or columns, name


def test_what_matters_most_is_written_out_once_more():
    leader = {name for name, roles in PERMITTED.items() if LEADER in roles}
    assert not leader & {"load_wave", "import_wave", "import_log", "estimate_wave", "call_sheet", "masked_contacts"}
    assert PERMITTED["call_sheet"] == {CENTRE}
    assert not any("contact" in name or "key" in name for name, r in PERMITTED.items() if STATISTICIAN in r)
    for name in ("add_person", "change_person", "new_password", "purge", "rotate_key"):
        assert PERMITTED[name] == {ADMINISTRATOR}


def test_whoever_opens_the_store_by_its_file_acts_as_administrator(empty):
    assert empty.actor.role == ADMINISTRATOR and empty.actor.name
    assert empty.acting(Actor("ann", LEADER)).actor.role == LEADER and empty.actor.role == ADMINISTRATOR
