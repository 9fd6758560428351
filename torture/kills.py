"""Kills: every use case that writes, restore and migration are killed at each named point and at random moments.

After each kill: the store opens and is sound, it is as it was before or after one of the commits (the very one, at a
named point), the trail has no finding that the point does not explain and none once it is acknowledged, and doing the
work again brings the store to where an undisturbed process brings it.
"""

import contextlib
import hashlib
import os
import random
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from service.store import audit, backup, large_objects, trail
from service.store.engine import Store, engine_of
from torture import world
from torture.engines import OBJECTS, POSTGRESQL, Place
from torture.points import BEFORE_COMMIT, BEFORE_HEAD, HALF_A_HEAD, Ended, in_a_process
from words import Fault

OLD_STORE = Path(__file__).parents[1] / "tests" / "service" / "landed"  # a store of the first revision, with data
LOGS = {"audit", "imports", "sign_ins"}  # doing something again adds lines to these
AT_RANDOM = "a random moment"
RESTORE, MIGRATION, MEND, REMOVAL = "restore", "migration", "mend", "removal"
ORPHAN, LONG_AGO = "f" * 64 + ".parquet", 1e9
EXPLAINED = {audit.UNKEPT, audit.HALF}
State = dict[str, tuple[int, str]]  # table -> rows, and a digest of what they say


@dataclass
class Tally:
    """What the kills showed: everything but the first two is to be nothing."""

    kills: Counter = field(default_factory=Counter)  # by the kind of point
    orphans: int = 0  # data files that a kill left and that were removed
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    unexplained: list[str] = field(default_factory=list)
    traces: list[str] = field(default_factory=list)

    def wrong(self) -> dict[str, list[str]]:
        """Kind -> what was wrong."""
        kinds = ("lost", "doubled", "unreadable", "unexplained", "traces")
        return {kind: getattr(self, kind) for kind in kinds}

    def count(self) -> int:
        """How many things were wrong."""
        return sum(map(len, self.wrong().values()))


@dataclass(frozen=True)
class Job:
    """Work to be killed: in which place it begins, how it ran undisturbed, and what the store was before and after."""

    name: str
    place: Place
    work: Callable[[Place], object]
    undisturbed: Ended
    before: State
    after: State


def state(place: Place) -> State:
    """Every table: how many rows, and a digest of them."""
    place.use_heads()
    engine = engine_of(place.url)
    found = {}
    try:
        with engine.connect().execution_options(reading=True) as connection:
            names = set(sa.inspect(connection).get_table_names())
            for name in sorted(names - {"alembic_version"}):
                rows = sorted(map(repr, connection.execute(sa.text(f'SELECT * FROM "{name}"')).all()))
                found[name] = (len(rows), hashlib.sha256("\n".join(rows).encode("utf-8", "replace")).hexdigest())
    finally:
        engine.dispose()
    return found


def counts(found: State) -> dict[str, int]:
    """How many rows each table has."""
    return {name: rows for name, (rows, _) in found.items()}


def jobs(first: Place, *, quick: bool = False) -> Iterator[Job]:
    """Every use case that writes, in the story's order, each in a place as it finds it; then restore and migration."""
    if not quick:
        world.prepare()
    Store.create(first.url).engine.dispose()
    place, found = first, world.use_cases()
    story = world.QUICK_STORY if quick else world.STORY
    told = [*story, *(() if quick else world.epilogue())]
    reads, uncalled = 0, []
    for number, (name, given, killed) in enumerate(told):
        in_story = number < len(story)

        def work(at: Place, name=name, given=given) -> object:
            store = at.opened().acting(world.actor_for(name))
            return found[name](store, **world.arguments_of(name, found[name], store, given, at.folder))

        before, following = state(place), place.copied()
        undisturbed = in_a_process(lambda w=work, p=following: w(p), record=lambda p=following: counts(state(p)))
        following.alone()
        if in_story and undisturbed.said != "done":
            raise AssertionError(f"the story stops at {name}: {undisturbed.said}")
        if "UnknownArgument" in undisturbed.said:
            raise AssertionError(f"say in torture/world.py what it is given: {undisturbed.said[-200:]}")
        if undisturbed.said.startswith("TRACEBACK"):
            uncalled.append((name, undisturbed.said))
        elif undisturbed.passed and killed:
            yield Job(name, place, work, undisturbed, before, state(following))
        elif killed:
            reads += 1
        if in_story:
            place = following
        else:
            following.removed()
    if not quick:
        yield _restore(place)
        yield _migration(place)
        yield _mend(place)
        yield _removal(place)
    print(f"{first.engine}: {reads} use cases wrote nothing, {len(uncalled)} could not be called")
    for name, said in uncalled:
        print(f"  {name}: {said.strip().splitlines()[-1]}")


def _restore(full: Place) -> Job:
    """A restore: into a store that has lost its last wave, or, on PostgreSQL, into an empty database."""
    copy = full.copied()
    file = copy.folder / "whole.db"
    store = copy.opened().acting(world.ACTORS[world.ADMINISTRATOR])
    backup.backup(store, file)
    store.engine.dispose()
    place = full.beside("emptied") if full.engine == POSTGRESQL else full.copied()

    def work(at: Place) -> object:
        at.use_heads()
        return backup.restore(file, at.url, replace=True)

    return _job(RESTORE, place, work)


def _migration(full: Place) -> Job:
    """A store of the first revision, with data, is opened by this code."""
    place = full.beside("old")
    dump = (OLD_STORE / f"schema2.{full.engine}.sql").read_text("utf-8")
    if full.engine == POSTGRESQL:
        engine = engine_of(place.url)
        with engine.begin() as connection:
            connection.exec_driver_sql(dump)
        engine.dispose()
    else:
        with contextlib.closing(sqlite3.connect(place.folder / "store.db")) as driver:
            driver.executescript(dump)
    return _job(MIGRATION, place, lambda at: at.opened())


def _mend(full: Place) -> Job:
    """A data file outside the store is gone, another is changed; both are put back from a backup."""
    place = full.copied()
    file = place.folder / "whole.db"
    store = place.opened().acting(world.ACTORS[world.ADMINISTRATOR])
    backup.backup(store, file)
    store.engine.dispose()
    gone, changed = _data_files(place)[:2]
    gone.unlink()
    changed.write_bytes(b"another")
    return _job(MEND, place, lambda at: backup.mend_objects(_administering(at), at.folder / file.name))


def _removal(full: Place) -> Job:
    """A file that no version names is removed."""
    place = full.copied()
    orphan = _data_files(place)[0].with_name(ORPHAN)
    orphan.write_bytes(b"an orphan")
    os.utime(orphan, (LONG_AGO, LONG_AGO))
    return _job(REMOVAL, place, lambda at: large_objects.remove_orphans(_administering(at)))


def _administering(place: Place) -> Store:
    return place.opened().acting(world.ACTORS[world.ADMINISTRATOR])


def _data_files(place: Place) -> list[Path]:
    """The data files outside a store."""
    return sorted((place.folder / OBJECTS).glob("*/*.parquet"))


def _job(name: str, place: Place, work: Callable[[Place], object]) -> Job:
    before, following = state(place), place.copied()
    undisturbed = in_a_process(lambda: work(following), record=lambda: counts(state(following)))
    following.alone()
    assert undisturbed.said == "done", undisturbed.said
    job = Job(name, place, work, undisturbed, before, state(following))
    following.removed()
    return job


def kill(job: Job, tally: Tally, *, at: int | None = None, after: float | None = None) -> None:
    """Kill a job once, and note what was wrong."""
    place = job.place.copied()
    point = AT_RANDOM if at is None else job.undisturbed.passed[at]
    where = f"{place.engine} {job.name}, {point}" + (f" ({at})" if at is not None else f" ({after:.4f} s)")
    ended = in_a_process(lambda: job.work(place), at=at, after=after)
    if ended.said != "killed" and at is not None:
        tally.traces.append(f"{where}: not reached; {ended.said}")
    if ended.said == "killed":
        tally.kills[point] += 1
    elif ended.said.startswith("TRACEBACK"):
        tally.traces.append(f"{where}: {ended.said}")
    place.alone()
    try:
        _judge(job, place, point, at, where, tally)
    except (Fault, sa.exc.DBAPIError, AssertionError) as error:
        tally.unreadable.append(f"{where}: {error}")
    place.removed()


def _judge(job: Job, place: Place, point: str, at: int | None, where: str, tally: Tally) -> None:
    found = state(place)
    commits = [dict(each) for each in job.undisturbed.commits]
    ends = [counts(job.before), *commits, counts(job.after)]
    if counts(found) not in ends:
        tally.lost.append(f"{where}: neither before nor after a commit: {_difference(found, job.before)}")
    if at is not None:
        done = sum(name == BEFORE_HEAD for name in job.undisturbed.passed[: at + 1])
        if done == 0 and point == BEFORE_COMMIT and not commits[:0] and job.name not in (RESTORE, MIGRATION):
            first = [name for name in job.undisturbed.passed[: at + 1] if name == BEFORE_COMMIT]
            if len(first) == 1 and found != job.before:
                tally.lost.append(f"{where}: changed before the first commit: {_difference(found, job.before)}")
        if done and counts(found) not in ends[done:]:
            tally.lost.append(f"{where}: a commit is gone: {_difference(found, job.before)}")
    if place.engine != POSTGRESQL and found:
        with contextlib.closing(sqlite3.connect(place.folder / "store.db")) as driver:
            assert driver.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    if "audit" in found and job.name != RESTORE:
        _judge_trail(place, point, at, where, tally)
    if job.name != MEND and large_objects.outside.name in found:
        _judge_objects(place, where, tally)
    if found != job.after:
        _again(job, place, where, tally)
    _judge_objects(place, f"{where}, at the end", tally)
    _remove_orphans(place, where, tally)


def _judge_objects(place: Place, where: str, tally: Tally) -> None:
    """Every data file outside the store that a version names is there and is the one that was written."""
    place.use_heads()
    engine = engine_of(place.url)
    with engine.connect().execution_options(reading=True) as connection:
        unsound = large_objects.unsound(connection)
    engine.dispose()
    if any(unsound.values()):
        tally.lost.append(f"{where}: data files outside the store: {unsound}")


def _remove_orphans(place: Place, where: str, tally: Tally) -> None:
    """Data files that no version names can all be removed."""
    store, age = _administering(place), large_objects.AGE
    vars(large_objects)["AGE"] = -1  # nobody is writing
    try:
        tally.orphans += len(large_objects.remove_orphans(store))
        with store.read() as connection:
            if left := large_objects.orphans(connection):
                tally.lost.append(f"{where}: data files that cannot be removed: {left}")
    finally:
        vars(large_objects)["AGE"] = age
        store.engine.dispose()


def _judge_trail(place: Place, point: str, at: int | None, where: str, tally: Tally) -> None:
    """The trail: what the point explains is a finding, which an administrator can acknowledge; nothing else is."""
    store = place.opened().acting(world.ACTORS[world.ADMINISTRATOR])
    tries = trail.TRIES
    vars(trail)["TRIES"] = 1  # nobody is writing
    try:
        keys = {finding.key for finding in trail.verify_trail(store).findings}
        allowed = EXPLAINED if at is None or point in (BEFORE_HEAD, HALF_A_HEAD) or "sync" in point else set()
        if keys - allowed:
            tally.unexplained.append(f"{where}: {sorted(keys)}")
        elif keys:
            trail.acknowledge_trail(store, "killed by the torture")
            left = trail.verify_trail(store).findings
            if left:
                tally.unexplained.append(f"{where}: acknowledged, and still {left}")
    finally:
        vars(trail)["TRIES"] = tries
        store.engine.dispose()


def _again(job: Job, place: Place, where: str, tally: Tally) -> None:
    """Whoever was killed does it again: the store is then where it is without a kill; nothing is there twice."""
    interrupted = counts(state(place))
    ended = in_a_process(lambda: job.work(place))
    place.alone()
    if ended.said.startswith("TRACEBACK"):
        tally.traces.append(f"{where}, again: {ended.said}")
    found, wanted = counts(state(place)), counts(job.after)
    for name in set(wanted) - LOGS:
        untouched = interrupted.get(name) == counts(job.before).get(name)
        if untouched and found.get(name) != wanted[name]:
            tally.doubled.append(f"{where}, again: {name} has {found.get(name)} rows, {wanted[name]} without a kill")


def _difference(found: State, other: State) -> dict[str, tuple]:
    names = set(found) | set(other)
    return {name: (found.get(name), other.get(name)) for name in names if found.get(name) != other.get(name)}


def named_kills(job: Job, tally: Tally, most: int) -> None:
    """One kill at each point that the job passes; of many of one kind the first ones and the last."""
    chosen: list[int] = []
    for kind in dict.fromkeys(job.undisturbed.passed):
        places = [number for number, name in enumerate(job.undisturbed.passed) if name == kind]
        chosen += places if len(places) <= most else [*places[: most - 1], places[-1]]
    for number in sorted(chosen):
        kill(job, tally, at=number)


def random_kills(job: Job, tally: Tally, how_many: int, rng: random.Random) -> None:
    """Kills at random moments of the job's own processor time."""
    for _ in range(how_many):
        kill(job, tally, after=rng.random() * max(job.undisturbed.cpu, 0.01))
