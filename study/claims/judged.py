"""`python -m study.claims` judges every promise in every cell and ends with one line: cells, and cells above (0).

Each claim is tested league by league in each cell, as study/claims/sequential.py says, and again with a fresh seed
where it was found above its promise.
Each look doubles the leagues of the cells in which a claim is still open, so that all cells come first.
"""

import gc
import json
import math
import os
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from scipy import stats

from service.store.runs import code_version
from study.chain.written import apart
from study.claims import probabilities, tables, year_pages
from study.claims.cells import CELLS, OF_NUMBERS, OF_PEOPLE, Cell, full_crossing, kind, one_by_one
from study.claims.checks import CLAIMS, COVERED, Covered, covered
from study.claims.draws import CountedLeagues, Truth, wave_sizes
from study.claims.persons import PersonLeagues
from study.claims.populations import PopulationLeagues
from study.claims.sequential import ABOVE, LEVEL, OPEN, expected_leagues, verdict
from words import LANGUAGES, speaker

BUILD = Path(__file__).parents[2] / "build" / "claims"
DOCS = Path(__file__).parents[2] / "docs"
PROBABLE, PROGRAMMES = 1500, 2000  # leagues whose probabilities are judged; programmes whose year's pages are
SEED = 20261126
FIRST_LOOK, LOOKS = 125, 8  # leagues of the first look; how many looks, each with twice as many as the one before
LEAST_COVERAGE, MOST_COVERAGE, LEAST_LEVEL = 0.94, 0.97, 0.92
CHANGED = 10  # changed answers expected in an area, from which on a change's coverage must also not be too much


@dataclass
class Tally:
    """What was seen in a cell: claim -> [leagues, errors]; sums and sums of squares of `Covered`; seconds.

    leagues, covered: how many were drawn, and of how many the intervals were looked at
    """

    claims: dict = field(default_factory=lambda: {claim.name: [0, 0] for claim in CLAIMS})
    leagues: int = 0
    covered: int = 0
    sums: list = field(default_factory=lambda: [0.0] * len(Covered._fields))
    squares: list = field(default_factory=lambda: [0.0] * len(Covered._fields))
    seconds: float = 0.0

    def mean(self, name: str) -> tuple[float, float]:
        """The mean over leagues of a part of `Covered`, and its Monte-Carlo error."""
        j, n = Covered._fields.index(name), max(self.covered, 1)
        mean = self.sums[j] / n
        return mean, float(np.sqrt(max(self.squares[j] / n - mean**2, 0.0) / max(n - 1, 1)))


def judge(number: int, tally: Tally, upto: int, seed: int, *, cells: int, until: float = math.inf) -> Tally:
    """The tally with the claims that are open in it checked in leagues `tally.leagues` .. upto-1 of a cell of CELLS.

    number: the cell's place in CELLS;  cells: how many are judged;  until: nothing is begun after this time
    """
    is_open = {c.name: verdict(c.allowed, *tally.claims[c.name], cells) == OPEN for c in CLAIMS}
    if not any(is_open.values()) or upto <= tally.leagues or time.monotonic() > until:
        return tally
    start, cell = time.process_time(), CELLS[number]
    leagues = leagues_of(cell)
    drawing, testing = (_stream(seed, number, tally.leagues, part) for part in (0, 1))
    claims, count, intervals_checked = (
        {name: list(pair) for name, pair in tally.claims.items()},
        tally.leagues,
        tally.covered,
    )
    sums, squares = np.array(tally.sums), np.array(tally.squares)
    for league in leagues.drawn(drawing, upto - tally.leagues):
        count += 1
        if intervals_checked < COVERED:
            held = np.array(covered(league, leagues.truth))
            sums, squares, intervals_checked = sums + held, squares + held**2, intervals_checked + 1
        for claim in CLAIMS:
            if is_open[claim.name]:
                claims[claim.name][0] += 1
                claims[claim.name][1] += int(claim.false(league, leagues.truth, testing))
                is_open[claim.name] = verdict(claim.allowed, *claims[claim.name], cells) == OPEN
        if count >= FIRST_LOOK and not any(is_open.values()):
            break
    seconds = tally.seconds + time.process_time() - start
    return Tally(claims, count, intervals_checked, sums.tolist(), squares.tolist(), seconds)


def leagues_of(cell: Cell) -> CountedLeagues | PersonLeagues | PopulationLeagues:
    """What draws the leagues of a cell: counts where they are enough, persons, or the people on a list."""
    if cell.listed:
        return PopulationLeagues(cell)
    return (PersonLeagues if one_by_one(cell) else CountedLeagues)(cell)


def _stream(seed: int, number: int, leagues: int, part: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(key=[seed, (number * 1_000_000 + leagues) * 2 + part]))


# ---- what follows


def rejected(tallies: dict[int, Tally]) -> dict[str, set[int]]:
    """Claim -> cells in which it is above its promise; coverage of changes and shares too, at LEVEL after Holm."""
    cells_above = {
        claim.name: {
            k for k, t in tallies.items() if verdict(claim.allowed, *t.claims[claim.name], len(tallies)) == ABOVE
        }
        for claim in CLAIMS
    }
    cells_above["coverage_low"] = _after_holm({k: _below(t, "change", LEAST_COVERAGE) for k, t in tallies.items()})
    enough = {k: t for k, t in tallies.items() if changed_answers(CELLS[k]) >= CHANGED}
    cells_above["coverage_high"] = _after_holm({k: 1 - _below(t, "change", MOST_COVERAGE) for k, t in enough.items()})
    cells_above["level_low"] = _after_holm({k: _below(t, "level", LEAST_LEVEL) for k, t in tallies.items()})
    return cells_above


def _below(tally: Tally, name: str, limit: float) -> float:
    """p of "the mean is at least the limit"."""
    mean, error = tally.mean(name)
    return float(stats.norm.cdf((mean - limit) / error)) if error > 0 else float(mean >= limit)


def _after_holm(p: dict[int, float]) -> set[int]:
    """The cells rejected: from the smallest p on, while p <= LEVEL/(how many are left).  Holm (1979)."""
    cells_rejected = set()
    for left, (k, p_value) in zip(range(len(p), 0, -1), sorted(p.items(), key=lambda pair: pair[1]), strict=True):
        if p_value > LEVEL / left:
            break
        cells_rejected.add(k)
    return cells_rejected


def changed_answers(cell: Cell) -> float:
    """Answers of an area's persons that would differ between two waves, 2np(1-p), in the smallest and surest area."""
    n, share = np.minimum.reduce(wave_sizes(cell)), Truth.of(cell).before
    return float((2 * n * share * (1 - share)).min())


# ---- the run


class Only(StrEnum):
    """The parts of the chapter that can be made apart from the others."""

    NUMBERS = OF_NUMBERS
    PEOPLE = OF_PEOPLE


class Record:
    """Tallies kept in build/, one file per cell, seed and version of the code: a run that was stopped goes on."""

    def __init__(self, seed: int, folder: Path = BUILD):
        self.folder = folder / code_version().replace("/", "-") / str(seed)

    def read(self, number: int) -> Tally:
        """The cell's tally so far."""
        file = self.folder / f"{number:03d}.json"
        if not file.exists():
            return Tally()
        kept = json.loads(file.read_text("utf-8"))
        return Tally(**kept["tally"]) if kept["cell"] == _text(CELLS[number]) else Tally()

    def write(self, number: int, tally: Tally) -> None:
        """Keep it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"cell": _text(CELLS[number]), "tally": asdict(tally)})
        (self.folder / f"{number:03d}.json").write_text(text, "utf-8")


def _text(cell: Cell) -> str:
    """How the cell differs from the usual one: what is counted stays known when kinds of league are added."""
    usual = Cell()._asdict()
    return json.dumps({name: level for name, level in cell._asdict().items() if level != usual[name]})


def run(
    numbers, most: int, *, seed: int, record: Record, until: float = math.inf, processes: int = 1, say=print
) -> dict[int, Tally]:
    """The tallies of the cells, after as many looks as the time allows; at most so many leagues a cell."""
    looks = sorted({min(FIRST_LOOK * 2**look, most) for look in range(LOOKS)})
    with ProcessPoolExecutor(processes) if processes > 1 else nullcontext() as pool:
        for upto in looks:
            before = {k: record.read(k) for k in numbers}
            looked = partial(judge, upto=upto, seed=seed, cells=len(numbers), until=until)
            for k, tally in _as_they_come(pool, looked, before):
                if tally.leagues > before[k].leagues:
                    record.write(k, tally)
            tallies = {k: record.read(k) for k in numbers}
            still_open = sum(open_claims(t, len(numbers)) > 0 for t in tallies.values())
            hours_used = sum(t.seconds for t in tallies.values()) / 3600
            say(f"{upto} leagues: {still_open} cells open after {hours_used:.2f} hours of processor time")
            if not still_open:
                break
    return {k: record.read(k) for k in numbers}


def _as_they_come(pool, looked, before: dict[int, Tally]):
    """(cell, tally) of each look, in this process or as those of the pool end; costly cells begin first."""
    if pool is None:
        yield from ((k, looked(k, tally)) for k, tally in before.items())
        return
    dearest = sorted(before, key=lambda k: -before[k].seconds / max(before[k].leagues, 1))
    waiting = {pool.submit(looked, k, before[k]): k for k in dearest}
    for ended in as_completed(waiting):
        yield waiting[ended], ended.result()


def open_claims(tally: Tally, cells: int) -> int:
    """How many claims are not decided in this cell."""
    return sum(verdict(c.allowed, *tally.claims[c.name], cells) == OPEN for c in CLAIMS)


def unsettled(tallies: dict[int, Tally], cells: int) -> bool:
    """Whether a cell was not begun, or a claim is not decided in one."""
    return len(tallies) < cells or any(open_claims(t, cells) for t in tallies.values())


def hours(numbers, *, leagues: int = 2) -> tuple[float, float]:
    """Hours of processor time expected, from a few leagues a cell: if claims never err, and if they err as they may."""
    a_league = sum(judge(k, Tally(), leagues, 0, cells=len(numbers)).seconds for k in numbers) / leagues
    needed = [max(expected_leagues(c.allowed, part * c.allowed) for c in CLAIMS) for part in (0, 1)]
    return a_league * needed[0] / 3600, a_league * needed[1] / 3600


def main(
    quick: Annotated[bool, typer.Option(help="two leagues of two cells: does it run?")] = False,
    cells: Annotated[int, typer.Option(help="only so many cells, evenly taken; 0: all")] = 0,
    only: Annotated[
        Only | None, typer.Option(help="only the cells with answers that are numbers, or of the people on lists")
    ] = None,
    minutes: Annotated[float, typer.Option(help="stop after so many; the next run goes on")] = math.inf,
    processes: Annotated[int, typer.Option(help="cells judged at a time; 0: one a processor")] = 0,
    seed: Annotated[int, typer.Option(help="first half of the key of every random stream")] = SEED,
):
    """Judge every promise in every cell; the tallies are kept in build/ and a second run goes on where one stopped."""
    chosen, most = (2, 2) if quick else (cells or len(CELLS), FIRST_LOOK * 2**LOOKS)
    among = [k for k, cell in enumerate(CELLS) if only is None or kind(cell) == only]
    places = np.linspace(0, len(among) - 1, min(chosen, len(among)))
    numbers = sorted({among[round(place)] for place in places})
    gc.freeze()
    least_hours, usual_hours = hours(numbers, leagues=1 if quick else 2)
    print(f"{len(numbers)} of {full_crossing():,} possible cells:", end=" ")
    print(f"{least_hours:.1f} to {usual_hours:.1f} hours of processor time")
    until, record = time.monotonic() + 60 * minutes, Record(seed)
    options = {"until": until, "processes": processes or os.cpu_count() or 1}
    tallies = run(numbers, most, seed=seed, record=record, **options)
    tallies = {k: t for k, t in tallies.items() if t.leagues}
    above = confirmed(rejected(tallies), most, seed=seed, **options)
    if not quick:
        if only is not None:
            short = unsettled(tallies, len(numbers))
            _write(lambda text, t: tables.with_part(text, only, tables.part(only, tallies, above, t, short=short)))
        else:
            write(tallies, above, seed=seed, late=lambda: time.monotonic() > until)
    for name, where in above.items():
        for k in sorted(where):
            print(name, CELLS[k], tallies[k].claims.get(name, ""))
    print(f"cells {len(numbers)}, cells above {len(set().union(*above.values()))}")


def write(tallies: dict[int, Tally], above: dict, *, seed: int, late) -> None:
    """The chapter of docs/study.md and docs/study.zh.md, with what goes into it besides; late: whether time is up."""
    rows = probabilities.kept(BUILD / code_version().replace("/", "-"), PROBABLE, seed=seed, until=late)
    year = {}
    for cell in year_pages.CELLS:
        pages = year_pages.simulated(cell, PROGRAMMES, seed=seed, until=late)
        year |= {cell.share: (len(pages), year_pages.rates(pages))} if pages else {}
    other_results = {"calibration": probabilities.calibration(rows), "leagues": rows.league.nunique(), "year": year}
    short = unsettled(tallies, len(CELLS))
    _write(lambda text, t: tables.with_claims(text, tables.chapter(tallies, above, other_results, t, short=short)))


def _write(changed: Callable) -> None:
    """docs/study.md and docs/study.zh.md, each as changed(its text, its language's speaker)."""
    for language in LANGUAGES:
        file = DOCS / ("study.md" if language == "en" else f"study.{language}.md")
        text, of_chain = apart(file.read_text("utf-8"))  # that chapter is made by itself
        written = changed(text, speaker(language))
        file.write_text(f"{written.rstrip()}\n\n{of_chain}" if of_chain else written, "utf-8")


def confirmed(first: dict[str, set[int]], most: int, *, seed: int, until: float, processes: int) -> dict[str, set[int]]:
    """Of what was rejected, what is rejected again with a fresh seed, or is still open in it because time was up."""
    again = sorted(set().union(*first.values()))
    if not again:
        return first
    tallies = run(again, most, seed=seed + 1, record=Record(seed + 1), until=until, processes=processes)
    undecided = {k for k, t in tallies.items() if open_claims(t, len(again))}  # time was up: nothing is taken back
    second = rejected({k: t for k, t in tallies.items() if t.leagues})
    return {name: cells & (second[name] | undecided) for name, cells in first.items()}
