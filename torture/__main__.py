"""`python -m torture`: kills, crowds and a deleted number, on both engines; fails if anything it counts is wrong."""

import random
import sys
import time

from torture import crowd, kills, planted, world
from torture.engines import ENGINES, Place, empty_place

SEED = 20_261_127
MOST, AT_RANDOM = 4, 3  # kills of a job at one kind of point, and at random moments
LATE_AT_RANDOM = 2  # random kills of a job once the minutes are over; on both engines more than 200 all the same
SPOKEN = 5  # jobs between two lines on how far it is
MINUTES = 20  # of kills on each engine; later jobs are killed once at each kind of point
SECONDS, ATTEMPTS = 60, 6_000  # of writers beside readers; of draws and releases, on each engine
WAYS = KILLS, NUMBER, CROWD = ("kills", "number", "crowd")
ONCE = "--once"  # every job is killed as later ones are: once at each kind of point, and LATE_AT_RANDOM times at random
QUICK = "--quick"  # one engine, three use cases, seconds
QUICK_SECONDS, QUICK_ATTEMPTS, QUICK_PROCESSES = 0.2, 8, 2


def main() -> None:
    """Torture both engines in every way; engines and ways that are named: only these."""
    quick, minutes = QUICK in sys.argv[1:], 0 if ONCE in sys.argv[1:] else MINUTES
    named = [engine for engine in ENGINES if engine in sys.argv[1:]]
    ways = [way for way in WAYS if way in sys.argv[1:]] or WAYS
    seconds, attempts = (QUICK_SECONDS, QUICK_ATTEMPTS) if quick else (SECONDS, ATTEMPTS)
    processes = QUICK_PROCESSES if quick else crowd.PROCESSES
    wrong = 0
    for engine in named or (ENGINES[:1] if quick else ENGINES):
        for way in ways:
            with empty_place(engine) as place:
                if way == KILLS:
                    wrong += killed(place, quick=quick, minutes=minutes)
                elif way == NUMBER:
                    wrong += planted.searched(place)
                else:
                    wrong += crowd.crowded(place, seconds=seconds, attempts=attempts, processes=processes)
    print(f"wrong {wrong}")
    sys.exit(bool(wrong))


def killed(place: Place, *, quick: bool, minutes: float) -> int:
    """Kill every job of an engine, at full number for so many minutes; returns how much was wrong."""
    rng, tally, names, begun = random.Random(SEED), kills.Tally(), [], time.monotonic()
    for job in kills.jobs(place, quick=quick):
        if quick and job.name not in world.QUICK:
            continue
        names.append(job.name)
        late = time.monotonic() - begun > minutes * 60
        kills.named_kills(job, tally, 1 if quick or late else MOST)
        kills.random_kills(job, tally, 1 if quick else LATE_AT_RANDOM if late else AT_RANDOM, rng)
        if len(names) % SPOKEN == 0:
            print(f"{place.engine}: {len(names)} jobs, {tally.kills.total()} kills, wrong {tally.count()}", flush=True)
    at_random = tally.kills[kills.AT_RANDOM]
    print(f"{place.engine}: {len(names)} jobs, {len(set(names))} kinds")
    print(f"{place.engine}: {tally.kills.total()} kills, {at_random} at random moments")
    print(f"{place.engine}: {tally.orphans} data files outside the store left by kills, all removed")
    for point, count in sorted(tally.kills.items()):
        print(f"  {point}: {count}")
    for kind, found in tally.wrong().items():
        print(f"  {kind}: {len(found)}")
        for sentence in found:
            print(f"    {sentence}")
    return tally.count()


if __name__ == "__main__":
    main()
