"""What the quality of a quarter takes: 70 townships with 150 interviews each, played by the simulator.

    python -m bench.quality.quarter [--quick]

A list is drawn from and released, and its calls and answers are made up (SIMULATED), imported and weighted.  Processor
time, and time on the clock in brackets, of playing the quarter, of its flags, and of the standard errors for which the
whole weighting is repeated 500 times.  Wanted: 5, 2 and 20 s.
"""

import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from bench.measured import quick_asked
from fieldwork.calling_rules import ZONE
from fieldwork.simulated import Interviewing, Reaching, Truth, made_up_people
from sampling.planning.wanted import Wanted
from service.demonstration.story import known_totals
from service.drawing import draws, releases
from service.fieldwork.calls import import_calls, read_fieldwork, stop_fieldwork
from service.fieldwork.simulating import SimulatedWave, simulate_wave
from service.figures.quality import read_flags
from service.figures.response import read_response
from service.intake import imports
from service.protection.keys import Key
from service.samples import frames
from service.store.engine import Store
from service.store.permissions import CENTRE, Actor

PROGRAMME = Path(__file__).parents[2] / "data" / "laibin_quarters" / "programme.toml"
NAME, WAVE, SEED, LISTED_AGE = "laibin_quarters", "2026Q1", "bench", "listed_age"
BEGINS, DAYS = datetime(2026, 3, 2, 9, tzinfo=ZoneInfo(ZONE)), 21
FULL, QUICK = (150, 60, 500), (20, 6, 50)  # interviews in a township, interviewers, replicates
RESPONSE, ELIGIBLE, RATE, RHO = 0.62, 0.9, 0.9, 0.02
LISTED = 4  # people on the list for each interview
KEY, CENTRE_OF_BENCH = Key(bytes(64)), Actor("bench", CENTRE)


def drawn(store: Store, interviews: int) -> Truth:
    """A list, its totals and a sample of it that is released whole."""
    text = PROGRAMME.read_text("utf-8")
    begin, end = text.index("[records."), text.index("[rules.last_five]")
    imports.import_programme(store, (text[:begin] + text[end:]).encode(), PROGRAMME.name)
    areas = list(imports.current_programme(store, NAME)[1].areas)
    truth = Truth(dict.fromkeys(areas, RATE))
    listed = pd.DataFrame({"area": np.repeat(areas, LISTED * interviews), "source": "simulated"})
    listed.insert(0, "unit_id", [f"sim-{k:06d}" for k in range(len(listed))])
    people = made_up_people(listed, truth, seed=SEED)
    listed[LISTED_AGE] = people.age_group.to_numpy()
    centre, wanted = store.acting(CENTRE_OF_BENCH), interviews * len(areas)
    content = listed.to_csv(index=False).encode()
    frames.import_frame(centre, NAME, "list", content, "list.csv", frame_key=KEY, keep=[LISTED_AGE])
    totals = known_totals(people[people.number == ""], "2024", "township")
    imports.import_margins(centre, NAME, totals.to_csv(index=False).encode(), "totals.csv")
    plan = Wanted(wanted, "equal", response_rate=RESPONSE, eligibility=ELIGIBLE, portions=(1.0,))
    draws.make_plan(centre, NAME, WAVE, plan, frame="list")
    draws.approve_plan(centre, NAME, WAVE, frame_key=KEY)
    draws.draw_wave(centre, NAME, WAVE, frame_key=KEY)
    releases.release_next(centre, NAME, WAVE)
    return truth


def played(store: Store, truth: Truth, interviewers: int) -> SimulatedWave:
    """The quarter's calls and answers."""
    interviewing = Interviewing(tuple(f"i{k:03d}" for k in range(1, interviewers + 1)), RHO)
    span = {"begins": BEGINS, "ends": BEGINS + timedelta(days=DAYS)}
    return simulate_wave(store, NAME, WAVE, "safe", truth, Reaching(), interviewing, seed=SEED, **span)


def taken_in(store: Store, made: SimulatedWave) -> None:
    """Import the calls and answers, as anybody's."""
    centre = store.acting(CENTRE_OF_BENCH)
    import_calls(centre, NAME, WAVE, made.calls.to_csv(index=False).encode(), "calls.csv")
    if read_fieldwork(centre, NAME, WAVE).open:
        stop_fieldwork(centre, NAME, WAVE, "simulated")
    imports.import_wave(centre, NAME, WAVE, made.answers.to_csv(index=False).encode(), "answers.csv")


def timed(task: Callable[[], Any]) -> tuple[Any, str]:
    """What a task returns, and what it took."""
    processor, clock = time.process_time(), time.perf_counter()
    result = task()
    processor, clock = time.process_time() - processor, time.perf_counter() - clock
    return result, f"{processor:.2f} s ({clock:.2f} s)"


def main(interviews: int, interviewers: int, replicates: int) -> None:
    """Play the quarter in a temporary store, take it in, and print what each step took."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store.create(f"sqlite:///{Path(folder) / 'quality.db'}")
        truth = drawn(store, interviews)
        made, playing = timed(lambda: played(store, truth, interviewers))
        numbers, calls = len(made.answers), len(made.calls)
        print(f"{numbers:,} numbers, {calls:,} calls, {made.interviews:,} interviews played: {playing}")
        taken_in(store, made)
        found, flagging = timed(lambda: read_flags(store, NAME, WAVE))
        print(f"{len(found.flags.tests):,} tests for flags of {found.interviews:,} interviews: {flagging}")
        report, repeating = timed(lambda: read_response(store, NAME, WAVE, replicates=replicates))
        print(f"{report.replicates:,} replicates of the whole weighting: {repeating}")
        store.engine.dispose()


if __name__ == "__main__":
    main(*(QUICK if quick_asked() else FULL))
