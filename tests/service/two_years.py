"""Quarters of some of Laibin's townships whose true rates are known, for tests: samples, answers and files.

SIMULATED: nobody was asked; every file says so.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from sampling import (
    CodedFrame,
    coordinated_start,
    draw_stratified,
    permanent_random_numbers,
    starting_point,
)

ROOT = Path(__file__).parents[2]
TOWNSHIPS, PROGRAMME = ROOT / "data" / "guangxi" / "laibin_townships.csv", Path(__file__).with_suffix(".txt")
NAME, FIRST_YEAR, SEED = "laibin_year_simulated", 2025, 4513
MEAN, SPREAD = 0.8955, 0.03  # of the true rates in the first half of the quarters, over townships
MOVES = {36: -0.20, 11: -0.10, 23: -0.06, 59: 0.06, 47: 0.04}  # true rank in the first half -> what the second adds
PEOPLE = (5_000, 11_000)  # on a township's list
RESPONSE, NO_ANSWER = 0.8, 0.02  # of those called; of those interviewed
STEADY = 0.6  # correlation of one person's answers in two quarters


@dataclass(frozen=True)
class Plan:
    """What is simulated.

    interviews: expected in a township and quarter;  quarters: an even number, whose second half has the moves
    overlap: part of a quarter's sample that is called again in the next;  moves: true rank -> change of the rate
    """

    interviews: int = 125
    quarters: int = 8
    seed: int = SEED
    overlap: float = 0.0
    moves: tuple[tuple[int, float], ...] = tuple(MOVES.items())

    @property
    def waves(self) -> list[str]:
        """2025Q1, 2025Q2, …"""
        return [f"{FIRST_YEAR + k // 4}Q{k % 4 + 1}" for k in range(self.quarters)]

    @property
    def halves(self) -> tuple[list[str], list[str]]:
        """The quarters before and after the moves."""
        return self.waves[: self.quarters // 2], self.waves[self.quarters // 2 :]

    @property
    def draw_seed(self) -> str:
        """The seed of the draws, whose commitment would be published before."""
        return f"simulated year of Laibin, seed {self.seed}"

    def rng(self, step: int) -> np.random.Generator:
        """The random stream of a step: 0 the truth, 1 the people, 2 + k the k-th quarter's answers."""
        return np.random.default_rng([self.seed, step])


@dataclass(frozen=True, eq=False)
class Year:
    """waves: name -> its file's table;  truth: wave, township, rate, rank (1 = best), move"""

    plan: Plan
    townships: pd.DataFrame
    waves: dict[str, pd.DataFrame]
    truth: pd.DataFrame


def simulate(plan: Plan, townships: pd.DataFrame) -> Year:
    """Draw every quarter's sample from one list of residents and make up the answers of those who are reached.

    townships: township, name, pinyin.  Apart from the overlap, nobody is drawn again until a list is used up.
    """
    truth = true_rates(plan, townships.township)
    frame = people(plan, townships.township)
    samples = draws(plan, frame)
    rates = truth.set_index(["wave", "township"]).rate
    waves = {w: answers(s, frame, rates[w], plan.rng(2 + k)) for k, (w, s) in enumerate(samples.items())}
    return Year(plan, townships, waves, truth)


def true_rates(plan: Plan, townships: Sequence[str]) -> pd.DataFrame:
    """wave, township, rate θ, rank, move: normal scores with mean 0.8955 and standard deviation 0.03, in random order.

    θ_(j) = μ + σ z_j/s, z_j = Φ⁻¹((j - ½)/p), s² = Σ z_j²/p; those at the ranks of `moves` have theirs added later.
    """
    p = len(townships)
    score = stats.norm.ppf((p - np.arange(1, p + 1) + 0.5) / p)  # from the first rank to the last
    rate = MEAN + SPREAD * score / np.sqrt(np.mean(score**2))
    move = pd.Series(0.0, index=range(1, p + 1)).add(pd.Series(dict(plan.moves), dtype=float), fill_value=0.0)
    order = plan.rng(0).permutation(np.asarray(townships))
    before = pd.DataFrame({"township": order, "rate": rate, "move": 0.0})
    after = before.assign(rate=rate + move.to_numpy(), move=move.to_numpy())
    parts = [before.assign(wave=w) for w in plan.halves[0]] + [after.assign(wave=w) for w in plan.halves[1]]
    truth = pd.concat(parts, ignore_index=True)
    truth["rank"] = truth.groupby("wave").rate.rank(ascending=False, method="min").astype(int)
    return truth[["wave", "township", "rate", "rank", "move"]].sort_values(["wave", "township"], ignore_index=True)


def people(plan: Plan, townships: Sequence[str]) -> pd.DataFrame:
    """The made-up list: unit_id, stratum (the township), prn, and how easily each resident feels unsafe, in [0, 1).

    Of a township's N people, ⌊θN⌉ have a number below θ, to within one: the true rate is that of the list.
    """
    rng = plan.rng(1)
    parts = []
    for township in townships:
        size = int(rng.integers(*PEOPLE))
        unit_id = pd.Series([f"sim-{township}-{k:05d}" for k in range(size)], dtype=object)
        parts.append(
            pd.DataFrame(
                {
                    "unit_id": unit_id,
                    "stratum": township,
                    "prn": permanent_random_numbers(unit_id, key=plan.draw_seed.encode()),
                    "unease": (rng.permutation(size) + rng.random(size)) / size,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def draws(plan: Plan, frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Wave -> SAMPLE: the first starts where the seed says, each later one where `coordinated_start` says."""
    coded, samples = CodedFrame.of(frame), {}
    called = round(plan.interviews / RESPONSE)
    start = starting_point(plan.draw_seed, plan.waves[0])
    for wave in plan.waves:
        sample = draw_stratified(coded, pd.Series(called, index=coded.strata), start=start)
        if plan.overlap == 0:
            assert not sample.unit_id.isin({unit for before in samples.values() for unit in before.unit_id}).any()
        samples[wave], start = sample, coordinated_start(sample, keep=plan.overlap)
    return samples


def answers(sample: pd.DataFrame, frame: pd.DataFrame, rates: pd.Series, rng: np.random.Generator) -> pd.DataFrame:
    """A wave's file: those who answered the call, with weight N_h/m_h, m_h of the township's sample having answered.

    A person's answer is "safe" if a number is below θ: with probability √`STEADY` the person's own, else a new one; so
    two answers of one person at unchanged θ have correlation `STEADY`.
    """
    reached = sample[rng.random(len(sample)) < RESPONSE].reset_index(drop=True)
    unease = frame.set_index("unit_id").unease.loc[reached.unit_id].to_numpy()
    n = len(reached)
    number = np.where(rng.random(n) < np.sqrt(STEADY), unease, rng.random(n))
    safe = number < rates.loc[reached.stratum].to_numpy()
    item = np.where(safe, rng.choice(["1", "2"], n, p=[0.45, 0.55]), rng.choice(["3", "4"], n, p=[0.75, 0.25]))
    people_by, answered = frame.groupby("stratum").size(), reached.groupby("stratum").size()
    return pd.DataFrame(
        {
            "id": reached.unit_id,
            "township": reached.stratum,
            "weight": (people_by / answered)[reached.stratum].round(6).to_numpy(),
            "safe": np.where(rng.random(n) < NO_ANSWER, "9", item),
            "simulated": "true",
        }
    )


def programme(townships: pd.DataFrame) -> str:
    """The programme's file: its text, and the areas."""
    quoted = lambda name: json.dumps(name, ensure_ascii=False)  # noqa: E731
    rows = zip(townships.township, townships.name, townships.pinyin, strict=True)
    areas = [
        f'{code} = {{ league = "townships", group = "{code[:6]}", zh = {quoted(zh)}, en = {quoted(en)} }}'
        for code, zh, en in rows
    ]
    return PROGRAMME.read_text("utf-8") + "\n[areas]\n" + "\n".join(areas) + "\n"


def write(year: Year, folder: Path) -> None:
    """Programme, waves and, in a folder of its own so that `rankshift load` leaves it alone, the truth."""
    (folder / "truth").mkdir(parents=True, exist_ok=True)
    (folder / "programme.toml").write_text(programme(year.townships), "utf-8")
    for wave, table in year.waves.items():
        table.to_csv(folder / f"{NAME}_{wave}.csv", index=False, lineterminator="\n")
    truth = year.truth.assign(simulated="true")
    truth.to_csv(folder / "truth" / f"{NAME}_truth.csv", index=False, lineterminator="\n", float_format="%.6f")


def laibin() -> pd.DataFrame:
    """The 70 townships: township, name, pinyin."""
    return pd.read_csv(TOWNSHIPS, dtype=str)
