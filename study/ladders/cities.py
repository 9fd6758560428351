"""Cities by their counties, simulated: how often a verdict of the rule `enough` with places is false, and its luck.

    python -m study.ladders.cities [--leagues 150]

Three cities of four counties each; a city needs three counties that reach 80 % and are among the first nine of twelve.
The truth of the first city is at the edge of what costs it the title, so that a verdict errs as often as it can.
Chance by luck is compared with a second simulation that draws answers one by one and counts by itself; design effects
are there those of tens of neighbours.
"""

from typing import Annotated, NamedTuple

import numpy as np
import pandas as pd
import typer

from accountability.ladders.consequence import Consequence
from accountability.ladders.history import History
from accountability.ladders.luck import luck
from accountability.ladders.simulated import SimulatedMeasure
from accountability.league.wave_measure import WaveMeasure
from accountability.rules import MET, MISSED, Rule
from accountability.rules.joint_table import figures_of, joint_verdicts
from estimation import Design, Measure

SEED, LEAGUES, COUNTIES, TARGET, FIRST, TEN = 20261128, 150, 12, 0.8, 9, 10
SAFE = Measure("safe", "share", ("q",), frozenset({"1"}), {}, True)
PLACED = Rule("placed", "enough", TARGET, over="group", share=0.75, first=FIRST)
BY_ANOTHER = Rule("placed", "enough", TARGET, over="group", share=0.75, first=FIRST, placed_by="score")
NAMES = tuple(f"c{j:02}" for j in range(COUNTIES))
CITIES = {"group": {f"city{c}": NAMES[4 * c : 4 * c + 4] for c in range(3)}}
SIZES = {"60": (60,), "8": (8,), "20 to 200": (20, 40, 60, 200)}
CASES = {  # true shares of the first city's counties, their true places' values, and what the city truly does
    "just keeps it: three at 80 %, one far below": ((0.8, 0.8, 0.8, 0.4), (0.95,) * 4, True),
    "just keeps it: all safe, all four tied at the ninth place": ((0.95,) * 4, (0.85,) * 4, True),
    "just loses it: one below 80 %, one just below": ((0.97, 0.97, 0.799, 0.4), (0.95,) * 4, False),
    "just loses it: all safe, two just behind the ninth place": ((0.97,) * 4, (0.95, 0.95, 0.849, 0.849), False),
}
OTHERS = (0.96, 0.96, 0.96, 0.96, 0.96, 0.85, 0.85, 0.6)  # the eight other counties, by safety and by places


class Cell(NamedTuple):
    """A kind of league: its case, interviews by county in turn, people of a household who answer alike, and whether
    places go by another question of the same people."""

    case: str
    sizes: str
    deff: int
    another: bool


def cells() -> list[Cell]:
    """Every case by every size; deff 2 with the unequal sizes.  Where places cost the title they go by another measure;
    by the measure itself a county cannot be at 80 % and high in the league."""
    return [Cell(case, sizes, 2 if "to" in sizes else 1, True) for case in CASES for sizes in SIZES]


def of_answers(truth: np.ndarray, n: np.ndarray, deff: int, uniform: np.ndarray) -> WaveMeasure:
    """Counties of n people with these true shares, in households that answer alike; uniform: a number a household."""
    area = np.repeat(NAMES, n).astype(object)
    household = [f"{name}-{k // deff}" for name, size in zip(NAMES, n, strict=True) for k in range(size)]
    number = pd.factorize(pd.Series(household))[0]
    table = pd.DataFrame({"weight": 1.0, "stratum": area, "psu": household})
    values = (uniform[number] < np.repeat(truth, n)).astype(float)
    return WaveMeasure(SAFE, values, area, Design.from_table(table, weight="weight", stratum="stratum", psu="psu"))


def false_verdicts(cell: Cell, leagues: int, rng: np.random.Generator) -> tuple[int, int, int]:
    """Of the first city: shown the contrary of what it truly does; shown what it does; as printed the contrary."""
    shares, values, keeps = CASES[cell.case]
    n = np.resize(SIZES[cell.sizes], COUNTIES)
    counted = np.zeros(3, dtype=int)
    for _ in range(leagues):
        uniform = rng.random(n.sum())
        safe = of_answers(np.array(shares + OTHERS), n, cell.deff, uniform)
        places = of_answers(np.array(values + OTHERS), n, cell.deff, rng.random(n.sum()))
        placing = lambda _, data=places: (figures_of(data, NAMES), True)  # noqa: E731
        row = joint_verdicts(safe, NAMES, CITIES, [BY_ANOTHER], placing).set_index("area").loc["city0"]
        wrong, right = (MISSED, MET) if keeps else (MET, MISSED)
        counted += [row.outcome == wrong, row.outcome == right, bool(row.printed) != keeps]
    false, shown, printed = map(int, counted)
    return false, shown, printed


def luck_twice(sizes: str, deff: int, another: bool, draws: int, rng: np.random.Generator) -> tuple[float, float]:
    """The probability that the first city misses the rule if all counties are alike at 85 %: by `luck`, and naively."""
    truth, n = 0.85, np.resize(SIZES[sizes], COUNTIES)
    of_one = _alike(n, deff, truth)
    judged = np.zeros((1, COUNTIES + 3), dtype=bool)
    judged[0, COUNTIES:] = True
    history = History(("2025",), np.array([2025]), 1, (*NAMES, *CITIES["group"]), {"placed": judged}, {})
    measures = {"safe": of_one, "score": of_one} if another else {"safe": of_one}
    rules = {"placed": ("safe", BY_ANOTHER if another else PLACED)}
    lost = [Consequence("lost", "each", ("placed",))]
    units = {city: [NAMES.index(name) for name in of] for city, of in CITIES["group"].items()}
    by_luck = luck(history, measures, rules, lost, rng, draws=draws, units=units).chance["lost"][0, COUNTIES]
    missed = 0
    for _ in range(draws):
        safe = _shares(n, deff, truth, rng)
        placed = _shares(n, deff, truth, rng) if another else safe
        kept = sum(
            round(safe[j], 3) >= TARGET and sum(value > placed[j] + 1e-12 for value in placed) < FIRST for j in range(4)
        )
        missed += kept < 3
    return float(by_luck), missed / draws


def _alike(n: np.ndarray, deff: int, truth: float) -> SimulatedMeasure:
    """What luck is simulated from: counties of n people with this design effect."""
    return SimulatedMeasure(
        value=np.full((1, COUNTIES), truth),
        se=np.sqrt(truth * (1 - truth) * deff / (n - 1))[None, :],
        n_effective=n[None, :].astype(float),
        equal_weights=np.full((1, COUNTIES), True),
        share=True,
        low=0.0,
        high=1.0,
        largest_is_best=True,
        printed_unit=0.001,
    )


def _shares(n: np.ndarray, deff: int, truth: float, rng: np.random.Generator) -> list[float]:
    """The share of each county of n people; with deff 2 of tens whose shares are Beta-distributed with ρ = 1/9."""
    if deff == 1:
        return [sum(rng.random() < truth for _ in range(size)) / size for size in n]
    concentration = TEN - 1 - 1  # 1/ρ - 1, where 1 + (10 - 1) ρ = 2
    tens = lambda size: rng.beta(truth * concentration, (1 - truth) * concentration, size // TEN)  # noqa: E731
    return [sum(rng.binomial(TEN, share) for share in tens(size)) / size for size in n]


def main(
    leagues: Annotated[int, typer.Option(min=1, help="leagues of each case")] = LEAGUES,
) -> None:
    """Print both tables as Markdown."""
    print(
        "| first city | interviews | leagues | shown the contrary | shown | printed the contrary |\n" + "|---" * 6 + "|"
    )
    for number, cell in enumerate(cells()):
        rng = np.random.Generator(np.random.Philox(key=[SEED, number]))
        false, right, printed = false_verdicts(cell, leagues, rng)
        sizes = cell.sizes + (", households of 2" if cell.deff == 2 else "")
        print(f"| {cell.case} | {sizes} | {leagues} | {false} | {right} | {printed} |")
    print("\n| places by | interviews | luck | naive | standard error of the difference |\n" + "|---" * 5 + "|")
    for number, (another, sizes) in enumerate((a, s) for a in (False, True) for s in SIZES):
        rng, draws = np.random.Generator(np.random.Philox(key=[SEED + 1, number])), 20 * leagues
        by_luck, naive = luck_twice(sizes, 2 if "to" in sizes else 1, another, draws, rng)
        error = np.sqrt(2 * max(naive * (1 - naive), 1 / draws) / draws)
        print(f"| {'another measure' if another else 'itself'} | {sizes} | {by_luck:.3f} | {naive:.3f} | {error:.3f} |")


if __name__ == "__main__":
    typer.run(main)
