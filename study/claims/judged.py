"""`python -m study.claims` judges every promise in every cell and ends with one line: cells, and cells above (0).

Each look doubles the leagues of the cells in which something is still open, so that all cells come first.  A claim is
settled in a cell when a rate of 7/5 of what it is allowed would give so few errors once in a thousand (it then needs no
more leagues), when so many errors would come once in a hundred million, or when the cell has had all leagues.
*Above its promise*: rejected at 1 % after Holm over the cells (exact binomial), and again with a fresh seed.
"""

import gc
import json
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from scipy import stats

from service.store.runs import code_version
from study.claims import probabilities, tables, year_pages
from study.claims.cells import CELLS, Cell, full_crossing, one_by_one
from study.claims.checks import ALPHA, CLAIMS, Covered, covered
from study.claims.draws import CountedLeagues, Truth, wave_sizes
from study.claims.persons import PersonLeagues
from words import LANGUAGES, speaker

BUILD = Path(__file__).parents[2] / "build" / "claims"
DOCS = Path(__file__).parents[2] / "docs"
PROBABLE, PROGRAMMES = 1500, 2000  # leagues whose probabilities are judged; programmes whose year's pages are
SEED = 20261126
LEVEL, POWER, TRUE = 0.01, 0.9, 0.07
NEVER, SURELY = 1e-3, 1e-8
LOOKS = (125, 250, 500, 1000, 2000)  # and then all leagues
LEAST_COVERAGE, MOST_COVERAGE, LEAST_LEVEL = 0.94, 0.97, 0.92
CHANGED = 10  # changed answers expected in an area, from which on a change's coverage must also not be too much


@dataclass
class Tally:
    """What was seen in a cell: claim -> [leagues, errors]; leagues, sums and sums of squares of `Covered`; seconds."""

    claims: dict = field(default_factory=lambda: {claim.name: [0, 0] for claim in CLAIMS})
    leagues: int = 0
    sums: list = field(default_factory=lambda: [0.0] * len(Covered._fields))
    squares: list = field(default_factory=lambda: [0.0] * len(Covered._fields))
    seconds: float = 0.0

    def mean(self, name: str) -> tuple[float, float]:
        """The mean over leagues of a part of `Covered`, and its Monte-Carlo error."""
        j, n = Covered._fields.index(name), max(self.leagues, 1)
        mean = self.sums[j] / n
        return mean, float(np.sqrt(max(self.squares[j] / n - mean**2, 0.0) / max(n - 1, 1)))


def leagues_needed(cells: int, *, allowed: float = ALPHA, true: float = TRUE) -> int:
    """The fewest leagues with which Holm's first step over the cells rejects with probability POWER if `true` holds."""
    for n in range(500, 100_000, 50):
        critical = stats.binom.isf(LEVEL / cells, n, allowed) + 1
        if stats.binom.sf(critical - 1, n, true) >= POWER:
            return n
    raise ValueError("more than 100,000 leagues")


def settled(allowed: float, leagues: int, errors: int, most: int) -> bool:
    """Does this claim need no more leagues in this cell?"""
    if leagues >= most:
        return True
    harmless = stats.binom.cdf(errors, leagues, allowed * TRUE / ALPHA) < NEVER
    return bool(leagues and (harmless or stats.binom.sf(errors - 1, leagues, allowed) < SURELY))


def judge(cell: Cell, number: int, tally: Tally, upto: int, most: int, seed: int, *, sparing: int = 1) -> Tally:
    """The tally with the claims that are open in it checked in leagues `tally.leagues` .. upto-1 of the cell.

    sparing: dear claims in every so manieth league only.
    """
    open_claims = [c for c in CLAIMS if not settled(c.allowed, *tally.claims[c.name], most)]
    if not open_claims or upto <= tally.leagues:
        return tally
    start = time.perf_counter()
    leagues = (PersonLeagues if one_by_one(cell) else CountedLeagues)(cell)
    drawing, testing = (_stream(seed, number, tally.leagues, part) for part in (0, 1))
    claims = {name: list(pair) for name, pair in tally.claims.items()}
    sums, squares = np.array(tally.sums), np.array(tally.squares)
    for i, league in enumerate(leagues.drawn(drawing, upto - tally.leagues)):
        held = np.array(covered(league, leagues.truth))
        sums, squares = sums + held, squares + held**2
        for claim in open_claims:
            if claim.dear and i % sparing:
                continue
            claims[claim.name][0] += 1
            claims[claim.name][1] += int(claim.false(league, leagues.truth, testing))
    seconds = tally.seconds + time.perf_counter() - start
    return Tally(claims, upto, sums.tolist(), squares.tolist(), seconds)


def _stream(seed: int, number: int, done: int, part: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(key=[seed, (number * 1_000_000 + done) * 2 + part]))


# ---- what follows


def rejected(tallies: dict[int, Tally]) -> dict[str, set[int]]:
    """Claim -> cells in which it is rejected at LEVEL after Holm over the cells; coverage of changes and shares too."""
    found = {}
    for claim in CLAIMS:
        p = {k: stats.binom.sf(t.claims[claim.name][1] - 1, *_of(t, claim)) for k, t in tallies.items()}
        found[claim.name] = _after_holm(p)
    found["coverage_low"] = _after_holm({k: _below(t, "change", LEAST_COVERAGE) for k, t in tallies.items()})
    enough = {k: t for k, t in tallies.items() if changed_answers(CELLS[k]) >= CHANGED}
    found["coverage_high"] = _after_holm({k: 1 - _below(t, "change", MOST_COVERAGE) for k, t in enough.items()})
    found["level_low"] = _after_holm({k: _below(t, "level", LEAST_LEVEL) for k, t in tallies.items()})
    return found


def _of(tally: Tally, claim) -> tuple[int, float]:
    return max(tally.claims[claim.name][0], 1), claim.allowed


def _below(tally: Tally, name: str, limit: float) -> float:
    """p of "the mean is at least the limit"."""
    mean, error = tally.mean(name)
    return float(stats.norm.cdf((mean - limit) / error)) if error > 0 else float(mean >= limit)


def _after_holm(p: dict[int, float]) -> set[int]:
    """The cells rejected: from the smallest p on, while p <= LEVEL/(how many are left).  Holm (1979)."""
    found = set()
    for left, (k, each) in zip(range(len(p), 0, -1), sorted(p.items(), key=lambda pair: pair[1]), strict=True):
        if each > LEVEL / left:
            break
        found.add(k)
    return found


def changed_answers(cell: Cell) -> float:
    """Answers of an area's persons that would differ between two waves, 2np(1-p), in the smallest and surest area."""
    n, share = np.minimum.reduce(wave_sizes(cell)), Truth.of(cell).before
    return float((2 * n * share * (1 - share)).min())


# ---- the run


class Record:
    """Tallies kept in build/, one file a cell, seed and version of the code: a run that was stopped goes on."""

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
    return json.dumps(cell._asdict())


def run(
    numbers, most: int, *, seed: int, record: Record, until: float, sparing: int = 1, say=print
) -> dict[int, Tally]:
    """The tallies of the cells, after as many looks as the time allows."""
    for upto in [*(look for look in LOOKS if look < most), most]:
        for number in numbers:
            if time.monotonic() > until:
                break
            before = record.read(number)
            after = judge(CELLS[number], number, before, upto, most, seed, sparing=sparing)
            if after is not before:
                record.write(number, after)
        say(f"{upto} leagues: {sum(record.read(k).seconds for k in numbers) / 3600:.2f} h of processor time so far")
    return {k: record.read(k) for k in numbers}


def hours(numbers, most: int, *, leagues: int = 2) -> tuple[float, float]:
    """Hours expected, from a few leagues a cell: at least (all settled after the second look) and at most."""
    a_league = [judge(CELLS[k], k, Tally(), leagues, most, 0).seconds / leagues for k in numbers]
    return sum(a_league) * min(LOOKS[1], most) / 3600, sum(a_league) * most / 3600


def main(
    quick: Annotated[bool, typer.Option(help="a few leagues of three cells: does it run?")] = False,
    cells: Annotated[int, typer.Option(help="only so many cells, evenly taken; 0: all")] = 0,
    leagues: Annotated[int, typer.Option(help="most leagues a cell; 0: as many as find a true 7 %")] = 0,
    minutes: Annotated[float, typer.Option(help="stop after so many; the next run goes on")] = float("inf"),
    sparing: Annotated[int, typer.Option(help="rank moves and the last k in every so manieth league only")] = 1,
    seed: Annotated[int, typer.Option(help="first half of the key of every random stream")] = SEED,
):
    """Judge every promise in every cell; the tallies are kept in build/ and a second run goes on where one stopped."""
    chosen = 3 if quick else (cells or len(CELLS))
    numbers = sorted({round(x) for x in np.linspace(0, len(CELLS) - 1, min(chosen, len(CELLS)))})
    most = 4 if quick else (leagues or leagues_needed(len(numbers)))
    gc.freeze()
    least_hours, most_hours = hours(numbers, most, leagues=1 if quick else 2)
    print(f"{len(numbers)} of {full_crossing():,} possible cells, at most {most:,} leagues each:", end=" ")
    print(f"{least_hours:.1f} to {most_hours:.1f} hours of processor time")
    until, record = time.monotonic() + 60 * minutes, Record(seed)
    tallies = run(numbers, most, seed=seed, record=record, until=until, sparing=sparing)
    tallies = {k: t for k, t in tallies.items() if t.leagues}
    above = confirmed(rejected(tallies), most, seed=seed, until=until, sparing=sparing)
    if not quick:
        write(tallies, above, most, seed=seed, late=lambda: time.monotonic() > until)
    for name, where in above.items():
        for k in sorted(where):
            print(name, CELLS[k], tallies[k].claims.get(name, ""))
    print(f"cells {len(numbers)}, cells above {len(set().union(*above.values()))}")


def write(tallies: dict[int, Tally], above: dict, most: int, *, seed: int, late) -> None:
    """The chapter of docs/study.md and docs/study.zh.md, with what goes into it besides; late: whether time is up."""
    rows = probabilities.kept(BUILD / code_version().replace("/", "-"), PROBABLE, seed=seed, until=late)
    year = {}
    for cell in year_pages.CELLS:
        pages = year_pages.simulated(cell, PROGRAMMES, seed=seed, until=late)
        year |= {cell.share: (len(pages), year_pages.rates(pages))} if pages else {}
    found = {"calibration": probabilities.calibration(rows), "leagues": rows.league.nunique(), "year": year}
    short = any(not settled(c.allowed, *x.claims[c.name], most) for x in tallies.values() for c in CLAIMS)
    for language in LANGUAGES:
        file = DOCS / ("study.md" if language == "en" else f"study.{language}.md")
        text = tables.chapter(tallies, above, found, speaker(language), short=short)
        file.write_text(tables.with_claims(file.read_text("utf-8"), text), "utf-8")


def confirmed(
    first: dict[str, set[int]], most: int, *, seed: int, until: float, sparing: int = 1
) -> dict[str, set[int]]:
    """Of what was rejected, what is rejected again with a fresh seed (Holm over the cells rejected)."""
    again = sorted(set().union(*first.values()))
    if not again:
        return first
    tallies = run(again, most, seed=seed + 1, record=Record(seed + 1), until=until, sparing=sparing)
    second = rejected({k: t for k, t in tallies.items() if t.leagues})
    return {name: cells & second[name] for name, cells in first.items()}
