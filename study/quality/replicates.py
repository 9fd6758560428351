"""The standard error of the whole weighting recipe, linearised and by replicates, against what repeated samples show.

Run `python -m study.quality.replicates` for the table of docs/quality.md, and with `--speed` for the time of 500
replicates of 10,500 interviews. SIMULATED numbers only.
"""

import time
from typing import Annotated, NamedTuple

import numpy as np
import pandas as pd
import typer

from estimation import Design, domain_means, replicate_domain_means, weigh
from estimation.estimators.random_signs import SignFactors, shared_signs
from estimation.response.recipe import recipe, replicates_of
from estimation.weighting.steps import Base, Calibrating, Dispositions, Nonresponse, TrimmingLimits, WeightingSteps
from study.streams import Task, run

OUTCOMES = Dispositions("outcome", frozenset("I"), frozenset("R"), frozenset("U"), frozenset("X"))
AGES, RESPONSE = list("12345"), (0.25, 0.35, 0.5, 0.65, 0.8)
SAFE = {"weak": (0.86, 0.88, 0.9, 0.92, 0.94), "strong": (0.45, 0.65, 0.8, 0.92, 0.98)}
REPLICATES, SEED = 100, 20261129


class Cell(NamedTuple):
    """Four areas; response depends on age, and answers too.

    numbers   released;  answers: "weak" or "strong" differences between ages
    steps     "cells" of age, "calibrated" besides, "trimmed" besides, or "propensity" (w/φ̂) alone
    """

    numbers: int
    answers: str
    steps: str


CELLS = [Cell(1600, a, s) for a in ("weak", "strong") for s in ("cells", "calibrated", "trimmed", "propensity")]


def steps_of(name: str) -> WeightingSteps:
    """The recipe of a cell."""
    if name == "propensity":
        how = Nonresponse(predictors=("age", "sex"), classes=0)
        return WeightingSteps(OUTCOMES, Base("base", None, {}), nonresponse=how)
    how = Nonresponse(cells=("age",))
    calibrating = None if name == "cells" else Calibrating(("sex", "area"))
    trimming = TrimmingLimits(0.0, 2.5) if name == "trimmed" else None
    return WeightingSteps(OUTCOMES, Base("base", None, {}), nonresponse=how, calibrating=calibrating, trimming=trimming)


def released(cell: Cell, rng: np.random.Generator, areas: int = 4) -> pd.DataFrame:
    """SIMULATED numbers drawn with replacement from a population of equal areas; one in twelve stays unknown."""
    n = cell.numbers
    table = pd.DataFrame({"age": rng.choice(AGES, n), "sex": rng.choice(list("fm"), n)})
    table["area"] = [f"{a:03d}" for a in rng.integers(0, areas, n)]
    place = table.age.astype(int).to_numpy() - 1
    responds = rng.random(n) < np.array(RESPONSE)[place] - 0.05 * (table.sex == "m")
    table["outcome"] = np.select([rng.random(n) < 1 / 12, responds], ["U", "I"], "R")
    table["base"] = 100.0
    return table.assign(safe=(rng.random(n) < np.array(SAFE[cell.answers])[place]).astype(float))


def totals(cell: Cell, areas: int = 4) -> pd.DataFrame:
    """The known totals of sex and area."""
    people = 100.0 * cell.numbers
    parts = {("sex", s): people / 2 for s in "fm"} | {("area", f"{a:03d}"): people / areas for a in range(areas)}
    return pd.DataFrame([(m, c, v) for (m, c), v in parts.items()], columns=["margin", "category", "total"])


def one_sample(cell: Cell, rng: np.random.Generator) -> pd.DataFrame:
    """One row for each area: the estimate and its variance in both ways."""
    table, steps = released(cell, rng), steps_of(cell.steps)
    weighting = weigh(table, steps, totals(cell))
    people = table[weighting.responded].reset_index(drop=True)
    design = weighting.design(Design.from_table(people, weight="base"))
    linear = domain_means(people.safe.to_numpy(), people.area.to_numpy(), design)
    whole = Design.from_table(table, weight="base")
    signs = shared_signs([whole.psu_names.tolist()], REPLICATES, rng=rng)[0]
    made = replicates_of(recipe(table, steps, weighting), SignFactors.of(whole, signs), design)
    again = replicate_domain_means(people.safe.to_numpy(), people.area.to_numpy(), made.replicates)
    columns = {"area": list(linear.names), "estimate": linear.value, "linear": linear.variance}
    return pd.DataFrame(columns | {"replicates": again.variance})


def table(rows: pd.DataFrame) -> pd.DataFrame:
    """One line per cell: the variance over samples, and both estimates of it as parts of that, with errors."""
    lines = []
    for number, of_cell in rows.groupby("cell"):
        cell, samples = CELLS[int(str(number))], of_cell["stream"].nunique()
        true = float(of_cell.groupby("area").estimate.var().mean())
        error = np.sqrt(2 / (samples * of_cell.area.nunique()))
        line = cell._asdict() | {"samples": samples, "se": f"{100 * np.sqrt(true):.2f}"}
        for name in ("linear", "replicates"):
            line[name] = f"{of_cell[name].mean() / true:.2f} ±{error:.2f}"
        lines.append(line)
    return pd.DataFrame(lines)


def speed(rng: np.random.Generator) -> tuple[int, float]:
    """How many interviews, and the seconds of processor time that 500 replicates of the whole recipe take."""
    cell = Cell(25_000, "weak", "trimmed")
    numbers, steps = released(cell, rng, areas=70), steps_of("trimmed")
    weighting = weigh(numbers, steps, totals(cell, areas=70))
    people = numbers[weighting.responded].reset_index(drop=True)
    design = weighting.design(Design.from_table(people, weight="base"))
    whole = Design.from_table(numbers, weight="base")
    begin = time.process_time()
    signs = shared_signs([whole.psu_names.tolist()], 500, rng=rng)[0]
    made = replicates_of(recipe(numbers, steps, weighting), SignFactors.of(whole, signs), design)
    replicate_domain_means(people.safe.to_numpy(), people.area.to_numpy(), made.replicates)
    return len(people), time.process_time() - begin


def main(
    samples: Annotated[int, typer.Option(help="of each cell")] = 300,
    timed: Annotated[bool, typer.Option("--speed", help="measure the time instead")] = False,
    seed: int = SEED,
    workers: int = 1,
) -> None:
    """Simulate every cell and print the table, or measure the time."""
    if timed:
        print(*speed(np.random.default_rng(seed)))
        return
    tasks = [Task(one_sample, cell, 0, c, i, seed) for c, cell in enumerate(CELLS) for i in range(samples)]
    print(table(run(tasks, workers=workers)).to_string(index=False))


if __name__ == "__main__":
    typer.run(main)
