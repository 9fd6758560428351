"""The flags of interviews simulated: how often they find what was planted, and how often they find what is not there.

Run `python -m study.quality.flags` for the tables of docs/quality.md. SIMULATED interviews only.
"""

from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import pandas as pd
import typer
from scipy.special import ndtri

from estimation.indicators.indicators import Item
from fieldwork.quality.flags import flags
from fieldwork.quality.interviews import Interviews
from service.store.runs import PURE_ROOMS, code_version
from study.streams import Task, run

DAYS, COACHED_FROM = 20, 10
ENOUGH = 100  # interviews of a planted interviewer: those with fewer are not counted as missed
PLANTED = 3  # interviewers, or areas, of a kind in a wave
SEED = 20261128
BUILD = Path(__file__).parents[2] / "build" / "flags"
SHOWN = ("areas", "interviews", "people", "team", "own", "turns", "items", "rho", "lazy", "copied", "coached")


class Cell(NamedTuple):
    """70 areas of 150 interviews by 60 interviewers, three an area, numbers dealt out by lot, 12 items.

    team     interviewers of an area;  own: they call nowhere else;  turns: they take over from each other by the day

    rho      of one item, about;  lazy: the part of their interviews that PLANTED interviewers make up: four in five of
             these have the best answer throughout, and they take half of the time
    copied   the part of their interviews that PLANTED other interviewers copy from another of theirs in the area
    coached  the part of all other answers that become the best one, in PLANTED areas, from the middle of the fieldwork
    """

    rho: float = 0.02
    lazy: float = 0.0
    copied: float = 0.0
    coached: float = 0.0
    areas: int = 70
    interviews: int = 150
    people: int = 60
    items: int = 12
    team: int = 3
    own: bool = False
    turns: bool = False


CELLS = [
    *(Cell(rho=rho) for rho in (0.0, 0.02, 0.05)),
    *(Cell(rho=rho, own=True, turns=True) for rho in (0.0, 0.05)),
    *(Cell(rho=rho, team=2, own=True, interviews=50, items=1) for rho in (0.02, 0.05)),
    *(Cell(rho=0.05, people=n, team=min(n, 3), areas=20, interviews=60) for n in (2, 3, 5, 8)),
    *(Cell(rho=rho, people=12, interviews=50, areas=70, items=1) for rho in (0.0, 0.05)),
    *(Cell(rho=rho, people=n, areas=6, interviews=20, items=3) for rho in (0.0, 0.05) for n in (3, 12)),
    Cell(rho=0.02, team=1, own=True),
    Cell(lazy=0.5, copied=0.4, coached=0.7),
    Cell(lazy=1.0, copied=0.6, coached=0.9),
    Cell(lazy=0.3, copied=0.2, coached=0.4),
]


def simulated(cell: Cell, rng: np.random.Generator) -> Interviews:
    """SIMULATED interviews of one wave; the first interviewers, or areas, are the planted ones."""
    area = np.repeat(np.arange(cell.areas), cell.interviews)
    n, people = len(area), cell.areas * cell.team if cell.own else cell.people
    teams = np.array([rng.choice(people, cell.team, replace=False) for _ in range(cell.areas)])
    if cell.own:
        teams = np.arange(people).reshape(cell.areas, cell.team)
    day = rng.integers(0, DAYS, n)
    who = teams[area, day * cell.team // DAYS if cell.turns else rng.integers(0, cell.team, n)]
    code = _answers(cell, area, who, people, rng)
    minutes = np.exp(rng.normal(np.log(8), 0.35, n) + rng.normal(0, 0.08, people)[who])
    by_day = pd.Series(rng.random(n)).groupby([who, day])
    hour = 9 + 11.5 * (by_day.rank().to_numpy() - 0.5) / by_day.transform("count").to_numpy()
    began = pd.Timestamp("2026-03-02") + pd.to_timedelta(day, unit="D") + pd.to_timedelta(hour, unit="h")
    for j in range(PLANTED):
        own = np.flatnonzero(who == j)
        if cell.lazy:
            made_up = own[rng.random(len(own)) < cell.lazy]
            code[made_up[rng.random(len(made_up)) < 0.8]] = "1"
            minutes[made_up] *= 0.5
        own = np.flatnonzero(who == PLANTED + j)
        if cell.copied:
            for i in own[rng.random(len(own)) < cell.copied]:
                others = own[(area[own] == area[i]) & (own != i)]
                code[i] = code[rng.choice(others)] if len(others) else code[i]
        if cell.coached:
            told = np.flatnonzero((area == j) & (day >= COACHED_FROM))
            better = (rng.random((len(told), cell.items)) < cell.coached) & (code[told] != "9")
            code[told] = np.where(better, "1", code[told])
    names = [f"q{k + 1}" for k in range(cell.items)]
    items = {name: Item(name, dict.fromkeys("1234", ""), frozenset("9"), frozenset()) for name in names}
    return Interviews(
        unit_id=np.array([f"simulated-{i}" for i in range(n)], dtype=object),
        area=np.array([str(a) for a in area], dtype=object),
        interviewer=np.array([f"{j:02d}" for j in who], dtype=object),
        answers=pd.DataFrame(code, columns=names).astype("category"),
        items=items,
        best={name: frozenset("1") for name in names},
        began=began.to_numpy(),
        minutes=minutes,
    )


def _answers(cell: Cell, area: np.ndarray, who: np.ndarray, people: int, rng: np.random.Generator) -> np.ndarray:
    """Codes 1 (best) to 4 and 9 (don't know) of persons who differ, in areas that differ, with interviewers' marks."""
    n = len(area)
    level = ndtri(np.clip(rng.normal(0.8, 0.05, cell.areas), 0.5, 0.97))
    mark = np.sqrt(cell.rho / 2) * (rng.normal(size=(people, cell.items)) + rng.normal(size=(people, 1)))
    latent = (1.3 * level[area] + rng.normal(0, 0.8, n))[:, None] + rng.normal(0, 0.4, cell.items)
    latent += mark[who] + rng.normal(0, 0.8, (n, cell.items))
    code = np.select([latent > 0, latent > -1, latent > -1.7], ["1", "2", "3"], "4").astype(object)
    often = 0.03 * np.exp(rng.normal(0, 0.3, people))
    return np.where(rng.random((n, cell.items)) < often[who][:, None], "9", code)


def one_wave(cell: Cell, rng: np.random.Generator) -> pd.DataFrame:
    """One row: planted that could be found, those found, others flagged, and whether anything wrong was flagged."""
    interviews = simulated(cell, rng)
    flagged = flags(interviews, rng=rng).flagged
    people, areas = set(flagged.interviewer) - {""}, set(flagged.area) - {""}
    own = pd.Series(interviews.interviewer).value_counts()
    planted = {
        "lazy": {f"{j:02d}" for j in range(PLANTED)} if cell.lazy else set(),
        "copied": {f"{PLANTED + j:02d}" for j in range(PLANTED)} if cell.copied else set(),
        "coached": {str(a) for a in range(PLANTED)} if cell.coached else set(),
    }
    row: dict[str, float] = {}
    for kind, names in planted.items():
        can_be = names if kind == "coached" else {name for name in names if own.get(name, 0) >= ENOUGH}
        row |= {f"{kind}_planted": len(can_be), f"{kind}_found": len(can_be & (areas if kind == "coached" else people))}
    others = (people - planted["lazy"] - planted["copied"]) | (areas - planted["coached"])
    return pd.DataFrame([row | {"wrong": float(bool(others))}])


def table(rows: pd.DataFrame) -> pd.DataFrame:
    """One line per cell: planted found, per cent, and waves with a wrong flag, per cent, with Monte-Carlo errors."""
    lines = []
    for number, of_cell in rows.groupby("cell"):
        cell, waves = CELLS[int(str(number))], len(of_cell)
        wrong = of_cell.wrong.mean()
        line = {name: getattr(cell, name) for name in SHOWN}
        line["waves"] = waves
        for kind in ("lazy", "copied", "coached"):
            planted, found = of_cell[f"{kind}_planted"].sum(), of_cell[f"{kind}_found"].sum()
            hit = found / planted if planted else np.nan
            error = np.sqrt(hit * (1 - hit) / max(planted, 1))
            line[f"{kind} found"] = "–" if np.isnan(hit) else f"{100 * hit:.0f} ±{100 * error:.0f}"
        line["wrong"] = f"{100 * wrong:.1f} ±{100 * np.sqrt(wrong * (1 - wrong) / waves):.1f}"
        lines.append(line)
    return pd.DataFrame(lines)


def main(
    streams: Annotated[int, typer.Option(help="waves of each cell")] = 200,
    first: int = 0,
    cells: int = len(CELLS),
    seed: int = SEED,
    workers: int = 1,
) -> None:
    """Simulate so many cells from the first one on, and print the table; a run that was stopped goes on."""
    chosen = list(enumerate(CELLS))[first : first + cells]
    tasks = [Task(one_wave, cell, 0, c, i, seed) for c, cell in chosen for i in range(streams)]
    print(
        table(
            run(tasks, workers=workers, folder=BUILD / code_version((*PURE_ROOMS, "fieldwork")).replace("/", "-"))
        ).to_string(index=False)
    )


if __name__ == "__main__":
    typer.run(main)
