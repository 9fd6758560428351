"""SIMULATED interviews of one wave, with what is planted in them, and whether the flags find it."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import ndtri

from estimation.indicators.indicators import Item
from fieldwork.quality.flags import flags
from fieldwork.quality.interviews import Interviews

DAYS, COACHED_FROM = 20, 10
ENOUGH = 100  # interviews of a planted interviewer: those with fewer are not counted as missed
LAZY, COPIED, COACHED = KINDS = ("lazy", "copied", "coached")
ALL_SAME = 0.8  # of the interviews that a lazy interviewer makes up: the best answer throughout
RHOS = (0.0, 0.02, 0.05)


class Cell(NamedTuple):
    """70 areas of 150 interviews by 60 interviewers, three an area, numbers dealt out by lot, 12 items.

    rho      of one item, about;  lazy: the part of their interviews that planted interviewers make up: ALL_SAME of
             these have the best answer throughout, and they take half of the time
    copied   the part of their interviews that planted other interviewers copy from another of theirs in the area
    coached  the part of all other answers that become the best one, in planted areas, from the middle of the fieldwork
    team     interviewers of an area;  own: they call nowhere else;  turns: they take over from each other by the day
    planted  how many interviewers of each kind, and areas
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
    planted: int = 3

    @property
    def interviewers(self) -> int:
        """How many there are in all."""
        return self.areas * self.team if self.own else self.people

    @property
    def untouched(self) -> bool:
        """Is nothing planted?"""
        return max(self.lazy, self.copied, self.coached) <= 0


STRENGTHS = ((0.3, 0.2, 0.4), (0.5, 0.4, 0.7), (1.0, 0.6, 0.9))  # lazy, copied, coached
CELLS = [
    *(Cell(rho=rho) for rho in RHOS),
    *(Cell(rho=rho, own=True) for rho in RHOS),
    *(Cell(rho=rho, own=True, turns=True) for rho in RHOS),
    Cell(team=1, own=True),
    *(Cell(rho=rho, team=2, own=True, interviews=50, items=1) for rho in RHOS),
    *(Cell(rho=rho, people=12, interviews=50, items=1) for rho in RHOS),
    *(Cell(rho=rho, people=n, team=min(n, 3), areas=20, interviews=60) for n in (2, 3, 5, 8) for rho in RHOS),
    *(Cell(rho=rho, people=n, areas=6, interviews=20, items=3) for n in (3, 12) for rho in RHOS),
    *(Cell(0.02, *strength) for strength in STRENGTHS),
    *(Cell(0.02, *strength, people=24, interviews=50) for strength in STRENGTHS),
    *(Cell(0.02, *strength, people=8, areas=20, interviews=60, planted=1) for strength in STRENGTHS),
    *(Cell(0.02, *strength, people=5, areas=20, interviews=60, planted=1) for strength in STRENGTHS),
    *(Cell(0.02, *strength, people=24, interviews=50, planted=1) for strength in STRENGTHS),
]


def simulated(cell: Cell, rng: np.random.Generator) -> Interviews:
    """SIMULATED interviews of one wave; the first interviewers, or areas, are the planted ones."""
    area = np.repeat(np.arange(cell.areas), cell.interviews)
    n, people = len(area), cell.interviewers
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
    _plant(cell, area, who, day, code, minutes, rng)
    names = [f"q{k + 1}" for k in range(cell.items)]
    items = {name: Item(name, dict.fromkeys("1234", ""), frozenset("9"), frozenset()) for name in names}
    return Interviews(
        unit_id=np.array([f"simulated-{i}" for i in range(n)], dtype=object),
        area=np.array([str(a) for a in area], dtype=object),
        interviewer=np.array([_name(j) for j in who], dtype=object),
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


def _plant(cell: Cell, area, who, day, code: np.ndarray, minutes: np.ndarray, rng: np.random.Generator) -> None:
    """Change the answers, code (n, items), and minutes (n,) of what is planted."""
    for j in range(cell.planted):
        own = np.flatnonzero(who == j)
        if cell.lazy:
            made_up = own[rng.random(len(own)) < cell.lazy]
            code[made_up[rng.random(len(made_up)) < ALL_SAME]] = "1"
            minutes[made_up] *= 0.5
        own = np.flatnonzero(who == cell.planted + j)
        if cell.copied:
            for i in own[rng.random(len(own)) < cell.copied]:
                others = own[(area[own] == area[i]) & (own != i)]
                code[i] = code[rng.choice(others)] if len(others) else code[i]
        if cell.coached:
            told = np.flatnonzero((area == j) & (day >= COACHED_FROM))
            better = (rng.random((len(told), cell.items)) < cell.coached) & (code[told] != "9")
            code[told] = np.where(better, "1", code[told])


def one_wave(cell: Cell, rng: np.random.Generator) -> pd.DataFrame:
    """One row: planted that could be found, those found, and whether anything wrong was flagged."""
    interviews = simulated(cell, rng)
    flagged = flags(interviews, rng=rng).flagged
    named = set(flagged.interviewer) - {""}, set(flagged.area) - {""}
    interviews_of = pd.Series(interviews.interviewer).value_counts()
    lazy = [_name(j) for j in range(cell.planted)] if cell.lazy else []
    copying = [_name(cell.planted + j) for j in range(cell.planted)] if cell.copied else []
    coached = {str(a) for a in range(cell.planted)} if cell.coached else set()
    row: dict[str, float] = {}
    for kind, names in ((LAZY, lazy), (COPIED, copying)):
        can_be_found = {name for name in names if interviews_of.get(name, 0) >= ENOUGH}
        row |= {f"{kind}_planted": len(can_be_found), f"{kind}_found": len(can_be_found & named[0])}
    row |= {f"{COACHED}_planted": len(coached), f"{COACHED}_found": len(coached & named[1])}
    wrong = (named[0] - {*lazy, *copying}) | (named[1] - coached)
    return pd.DataFrame([row | {"wrong": float(bool(wrong))}])


def _name(interviewer: int) -> str:
    return f"{interviewer:02d}"


def summary(waves: pd.DataFrame) -> pd.DataFrame:
    """One row per cell, by its number: waves, and for wrong and each kind the rate and its error (…_error)."""
    rows: dict[int, dict[str, float]] = {}
    for number, of_cell in waves.groupby("cell"):
        planted = {kind: (of_cell[f"{kind}_found"], of_cell[f"{kind}_planted"]) for kind in KINDS}
        pairs = {"wrong": (of_cell.wrong, pd.Series(1.0, of_cell.index)), **planted}
        row = rows[int(str(number))] = {"waves": float(len(of_cell))}
        for name, (found, possible) in pairs.items():
            row[name], row[f"{name}_error"] = rate_and_error(found.to_numpy(float), possible.to_numpy(float))
    return pd.DataFrame.from_dict(rows, orient="index")


def rate_and_error(found: np.ndarray, possible: np.ndarray) -> tuple[float, float]:
    """r = F/M over R waves, F = Σ f_i, M = Σ m_i, and the larger one of two standard errors of it.

    √(R/(R-1) Σ (f_i - r m_i)²)/M counts that what is planted in one wave is often found together;
    √(q(1 - q)/(M + 2)), q = (F + 1)/(M + 2), is not 0 where all or nothing was found.
    """
    total, waves = possible.sum(), len(found)
    if total <= 0:
        return np.nan, np.nan
    rate, inside = found.sum() / total, (found.sum() + 1) / (total + 2)
    between = np.sqrt(waves / max(waves - 1, 1) * ((found - rate * possible) ** 2).sum()) / total
    return float(rate), float(max(between, np.sqrt(inside * (1 - inside) / (total + 2))))
