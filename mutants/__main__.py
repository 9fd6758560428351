"""`python -m mutants` tries faults chosen at random until the time is up, and writes docs/mutants.md."""

import hashlib
import json
import random
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer

from mutants.document import Tried, accepted, document
from mutants.places import ROOMS, Mutant, files_of, mutant_of, places_of
from mutants.reached import joined, measure, read, test_modules, tests_of
from mutants.trial import KILLED, SURVIVED, Tree, in_child, warm

ROOT = Path(__file__).parents[1]
DOCS, KEPT = ROOT / "docs" / "mutants.md", ROOT / "build" / "mutants"
SEED = 1126
QUICK_ROOM, QUICK_MUTANTS, QUICK_MODULES = "fieldwork", 2, ["tests/fieldwork/test_attempts.py"]  # of --quick
MOST, SLACK, TIMES = 60.0, 15.0, 4  # CPU seconds of tests per mutant, which may take SLACK + TIMES × as long


def main(
    minutes: Annotated[float, typer.Option(help="minutes of trials, after it was measured which test runs what")] = 60,
    seed: Annotated[int, typer.Option(help="seed of the random choice of faults")] = SEED,
    only: Annotated[list[str] | None, typer.Option(help="a room or file; may be repeated")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="two faults in the smallest room; no file is written")] = False,
    most: Annotated[int, typer.Option(help="how many faults at most")] = 100_000,
    reuse: Annotated[bool, typer.Option("--reuse", help="go on where a run stopped: keep what it found")] = False,
):
    """Put one fault at a time into the pure rooms and see whether a test fails."""
    rooms = [QUICK_ROOM] if quick else list(only or ROOMS)
    with tempfile.TemporaryDirectory() as folder:
        tree = Tree(ROOT, Path(folder).resolve())
        warm(tree.tree)
        reached = reach(tree, QUICK_MODULES if quick else test_modules(tree.tree), kept=not quick, reuse=reuse)
        for test in reached["failed"]:
            print(f"fails without any fault and is left out: {test}")
        rng = random.Random(seed)
        places = [p for room in rooms for file in files_of(tree.tree, room) for p in places_of(tree.tree, file)]
        rng.shuffle(places)
        print(f"{len(places):,} places in {', '.join(rooms)}; seed {seed}", flush=True)
        dead = Dead(KEPT / "killed.txt", known=reuse)
        tried = trials(tree, places, reached, rng, dead, minutes=minutes, most=QUICK_MUTANTS if quick else most)
    text = document(tried, places=len(places), seed=seed, reasons=accepted())
    print(text)
    if not quick and not only:
        DOCS.write_text(text, "utf-8")
        print(DOCS)


class Dead:
    """The mutants that a test has killed, by the digest of their file; known: those of earlier runs are included."""

    def __init__(self, file: Path, *, known: bool):
        self.file = file
        self.digests = set(file.read_text("utf-8").split()) if known and file.is_file() else set()
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join(sorted(self.digests)), "utf-8")

    def __contains__(self, mutant: Mutant) -> bool:
        return self._digest(mutant) in self.digests

    def add(self, mutant: Mutant) -> None:
        self.digests.add(self._digest(mutant))
        with self.file.open("a", encoding="utf-8") as kept:
            kept.write(f"\n{self._digest(mutant)}")

    @staticmethod
    def _digest(mutant: Mutant) -> str:
        return hashlib.sha256(f"{mutant.place.file}\n{mutant.source}".encode()).hexdigest()


def trials(
    tree: Tree, places: list, reached: dict, rng: random.Random, dead: Dead, *, minutes: float, most: int
) -> list[Tried]:
    """The mutants at the places, in their order, until time or number is up."""
    end, tried = time.monotonic() + 60 * minutes, []
    for place in places:
        if time.monotonic() > end or len(tried) == most:
            break
        if (mutant := mutant_of(tree.tree, place, rng)) is None:
            continue
        tests = tests_of(reached, place.file, place.function, most=MOST)
        outcome = KILLED if mutant in dead else SURVIVED
        if tests and outcome == SURVIVED:
            limit = SLACK + TIMES * sum(reached["seconds"][t] for t in tests)
            outcome = tree.tried(place.file, mutant.source, tests, cpu_seconds=limit)
        tried.append(Tried(mutant, outcome, len(tests)))
        if outcome == KILLED and mutant not in dead:
            dead.add(mutant)
        if outcome == SURVIVED:
            description = f"{mutant.operator}, {len(tests)} tests\n  - {mutant.before}\n  + {mutant.after}"
            killed = sum(t.outcome != SURVIVED for t in tried)
            print(f"{killed}/{len(tried)} killed; survived: {place.file}:{place.line} {description}", flush=True)
    return tried


def reach(tree: Tree, modules: list[str], *, kept: bool, reuse: bool) -> dict:
    """Which tests run what, module by module; measured again where a test or a room has changed, unless `reuse`."""
    rooms = b"".join((tree.tree / f).read_bytes() for room in ROOMS for f in files_of(tree.tree, room))
    parts = []
    for module in modules:
        digest = hashlib.sha256((tree.tree / module).read_bytes() + rooms).hexdigest()
        file = KEPT / f"{module.replace('/', '.')}.json"
        part = read(file) if kept else {}
        if part.get("digest") != digest and not (reuse and part):
            with tempfile.NamedTemporaryFile("r+") as out:

                def measured(module=module, name=out.name) -> int:
                    Path(name).write_text(json.dumps(measure(tree.tree, [module])), "utf-8")
                    return 0

                if in_child(measured, cpu_seconds=1_800) != 0:
                    raise SystemExit(f"{module}: its tests did not come to an end")
                part = json.loads(Path(out.name).read_text("utf-8")) | {"digest": digest}
            if kept:
                KEPT.mkdir(parents=True, exist_ok=True)
                file.write_text(json.dumps(part), "utf-8")
        parts.append(part)
    return joined(parts)


if __name__ == "__main__":
    typer.run(main)
