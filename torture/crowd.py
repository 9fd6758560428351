"""Many at once: writers beside readers, and draws and releases from several processes; nothing is lost or there twice.

Each process opens the store for itself, as commands do. What the store says of a busy engine ("locked") is counted:
nobody is to see it.
"""

import json
import os
import time
import traceback
from collections import Counter
from collections.abc import Callable

import sqlalchemy as sa

from sampling import Wanted
from service.drawing import draws, releases
from service.intake import imports
from service.intake.import_log import import_log
from service.samples import frames
from service.samples.samples import read_sample
from service.store import schema, trail
from service.store.engine import Store
from service.store.permissions import ADMINISTRATOR, CENTRE
from service.store.sickness import BUSY
from torture import world
from torture.engines import Place
from words import Fault

PROCESSES = 8
OUTCOMES = ("imported", "corrected", "unchanged")


def crowded(place: Place, *, seconds: float, attempts: int, processes: int = PROCESSES) -> int:
    """Writers beside readers for so long, then so many draws and releases; returns how many things were wrong."""
    place.use_heads()
    store = Store.create(place.url)
    content = (world.examples.FOLDER / "programme.toml").read_bytes()
    imports.import_programme(store.acting(world.ACTORS[CENTRE]), content, "p.toml")
    store.engine.dispose()
    return _writers_and_readers(place, seconds, processes) + _draws_and_releases(place, attempts, processes)


def _writers_and_readers(place: Place, seconds: float, processes: int) -> int:
    """Each writer corrects a wave of its own again and again; each reader verifies the trail and reads the log."""

    def write(k: int) -> Counter:
        said, store, end, seed = Counter(), place.opened(), time.monotonic() + seconds, 0
        while time.monotonic() < end or not seed:
            seed += 1
            wave = f"20{10 + k}Q1"
            actor = store.acting(world.ACTORS[CENTRE])
            imported = imports.import_wave(actor, world.PROGRAMME, wave, world.interviews(seed % 9 + 1), "w.csv")
            said[imported.outcome] += 1
        return said

    def read(_k: int) -> Counter:
        said, store, end = Counter(), place.opened().acting(world.ACTORS[ADMINISTRATOR]), time.monotonic() + seconds
        while time.monotonic() < end or not said:
            said["false finding"] += len(trail.verify_trail(store).findings)
            import_log(store)
            said["read"] += 1
        return said

    written, was_read = Counter(), Counter()
    for k, said in enumerate(_together(place, lambda k: write(k) if k < processes else read(k), 2 * processes)):
        (written if k < processes else was_read).update(said)
    store = place.opened().acting(world.ACTORS[ADMINISTRATOR])
    versions = len(imports.wave_versions(store, world.PROGRAMME))
    logged = len(import_log(store)) - 1
    made = written["imported"] + written["corrected"]
    faults = {
        "lost or doubled versions": abs(versions - made),
        "lost or doubled lines of the log": abs(
            logged - written.total() + _odd(written, {"imported", "corrected", "unchanged"})
        ),
        "findings in the trail": len(trail.verify_trail(store).findings) + was_read["false finding"],
        "locked": written[BUSY] + was_read[BUSY],
        "other refusals and traces": _odd(written, {*OUTCOMES, BUSY}) + _odd(was_read, {"read", "false finding", BUSY}),
    }
    print(f"{place.engine}: {processes} writers beside {processes} readers, {seconds} s")
    print(f"  written {dict(written)}, read {was_read['read']} times")
    store.engine.dispose()
    return _told(faults)


def _draws_and_releases(place: Place, attempts: int, processes: int) -> int:
    """Several processes try to draw and to release the same wave, all at once."""
    store = place.opened().acting(world.ACTORS[CENTRE])
    given = {"frame_key": world.FRAME_KEY}
    portions = 20
    people = world.examples.csv(world.examples.units()[["unit_id", "area"]], "utf-8")
    frames.import_frame(store, world.PROGRAMME, world.LIST, people, "l.csv", **given)
    wanted = Wanted(16, portions=(1 / portions,) * portions)
    draws.make_plan(store, world.PROGRAMME, world.WAVE, wanted)
    draws.approve_plan(store, world.PROGRAMME, world.WAVE, **given)
    store.engine.dispose()

    def work(k: int) -> Counter:
        said, opened = Counter(), place.opened().acting(world.ACTORS[CENTRE])
        for number in range(attempts // processes):
            try:
                if number % 2 == 0:
                    draws.draw_wave(opened, world.PROGRAMME, world.WAVE, **given)
                    said["drawn"] += 1
                else:
                    releases.release_next(opened, world.PROGRAMME, world.WAVE)
                    said["released"] += 1
            except Fault as fault:
                said[fault.key] += 1
        return said

    said = sum(_together(place, work, processes), Counter())
    store = place.opened().acting(world.ACTORS[CENTRE])
    sample = read_sample(store, world.PROGRAMME, world.WAVE)
    drawn = len(store.table(sa.select(schema.draws.c.draw_id)))
    administrator = store.acting(world.ACTORS[ADMINISTRATOR])
    faults = {
        "draws lost or doubled": abs(drawn - 1) + abs(said["drawn"] - 1),
        "releases lost or doubled": abs(len(sample.releases) - said["released"]),
        "units that stand twice": int(sample.units.unit_id.duplicated().sum()),
        "findings in the trail": len(trail.verify_trail(administrator).findings),
        "locked": said[BUSY],
        "traces": sum(count for key, count in said.items() if key.startswith("TRACEBACK")),
    }
    print(f"{place.engine}: {said.total()} draws and releases by {processes} processes: {dict(said)}")
    store.engine.dispose()
    return _told(faults)


def _told(faults: dict[str, int]) -> int:
    for what, count in faults.items():
        print(f"  {what}: {count}")
    return sum(faults.values())


def _odd(said: Counter, expected: set[str]) -> int:
    return sum(count for key, count in said.items() if key not in expected)


def _together(place: Place, work: Callable[[int], Counter], processes: int) -> list[Counter]:
    """What each process counted; a Fault or a trace that ends one is counted by its key."""
    pipes = []
    for k in range(processes):
        read_end, write_end = os.pipe()
        if os.fork() == 0:
            os.close(read_end)
            try:
                said = work(k)
            except Fault as fault:
                said = Counter({fault.key: 1})
            except BaseException:
                said = Counter({"TRACEBACK " + traceback.format_exc()[-700:]: 1})
            os.write(write_end, json.dumps(said).encode())
            os._exit(0)
        os.close(write_end)
        pipes.append(read_end)
    told = []
    for pipe in pipes:
        with os.fdopen(pipe, "rb") as opened:
            told.append(Counter(json.loads(opened.read() or b"{}")))
    for _ in pipes:
        os.wait()
    place.alone()
    return told
