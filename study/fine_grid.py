"""The default intervals of shares on a fine grid of true shares: their coverage, also at the worst share, and width.

`python -m study.fine_grid` prints one row per cell; with `--exact` what is true of simple random samples, without
simulation, beside what other limits have.  Widths are divided by those of Clopper and Pearson's limits on
Kish's n; in clustered cells, on Kish's n over the true design effect of the clusters, which no survey knows.
"""

from typing import Annotated, NamedTuple

import numpy as np
import pandas as pd
import scipy.sparse as sp
import typer
from scipy import stats
from scipy.optimize import brentq
from statsmodels.stats.proportion import proportion_confint

from estimation import Estimate, mid_p_limits, moderate_effects, own_effects, proportion_interval
from study.written import markdown, percent

FORTY = 40  # areas of a league
GRID = np.linspace(0.5, 0.998, 42)
FINE = np.linspace(0.5, 0.998, 499)
EXACT_SIZES = (50, 80, 125, 200, 400)
LEAST = 0.945  # mean coverage that is wanted at least
WEIGHT_SHARE = 0.2  # part of the sample in one half of the population, in cells whose weights are related to answers
APART = 0.5  # the strata's shares are p ± 0.5 (1 - p)


class Cell(NamedTuple):
    """A kind of area, with `areas` of them in a league (1: each by itself).

    psus of `size` interviews each, intracluster correlation `icc`;  deff of lognormal weights unrelated to answers
    strata: instead two strata sampled 1 : 4, whose shares differ; every interview is its own PSU
    """

    areas: int = 1
    psus: int = 125
    size: int = 1
    icc: float = 0.0
    deff: float = 1.0
    strata: bool = False


CLUSTERS = ((5, 10), (9, 8), (25, 5), (121, 3))  # PSUs, interviews in each
CELLS = (
    *(Cell(psus=n, deff=d) for d in (1.0, 1.5, 2.0) for n in (8, 20, 50, 125, 400)),
    *(Cell(areas=a, psus=n, strata=True) for a in (1, FORTY) for n in (50, 125, 400)),
    *(Cell(areas=FORTY, psus=m, size=b, icc=0.05, deff=d) for d in (1.0, 2.0) for m, b in CLUSTERS),
    *(Cell(psus=m, size=b, icc=0.05) for m, b in CLUSTERS),
)


def draw(cell: Cell, share: float, rng: np.random.Generator, count: int) -> tuple[Estimate, np.ndarray]:
    """The estimates of `count` areas and Kish's n of each."""
    shape = (count, cell.psus, cell.size)
    if cell.strata:
        rare = round(WEIGHT_SHARE * cell.psus)
        weight = np.where(np.arange(cell.psus) < rare, 0.5 / rare, 0.5 / (cell.psus - rare))[:, None]
        apart = APART * (1 - share) * np.where(np.arange(cell.psus) < rare, -1, 1)[:, None]
        y, weight = rng.random(shape) < share + apart, np.broadcast_to(weight, shape)
        parts = np.split(np.arange(cell.psus), [rare])
    else:
        spread = 1 / cell.icc - 1 if cell.icc else np.inf
        chance = rng.beta(share * spread, (1 - share) * spread, (count, cell.psus, 1)) if cell.icc else share
        y = rng.random(shape) < chance
        weight = rng.lognormal(sigma=np.sqrt(np.log(cell.deff)), size=shape)
        parts = [np.arange(cell.psus)]
    total = weight.sum(axis=(1, 2))
    p = np.where(y.all(axis=(1, 2)), 1.0, (weight * y).sum(axis=(1, 2)) / total)
    u = (weight * (y - p[:, None, None])).sum(axis=2) / total[:, None]
    variance = sum(u[:, part].var(axis=1, ddof=1) * len(part) for part in parts)
    variance[y.all(axis=(1, 2)) | ~y.any(axis=(1, 2))] = 0.0
    kish = np.minimum(total**2 / (weight**2).sum(axis=(1, 2)), cell.psus * cell.size)
    return Estimate(tuple(range(count)), p, sp.diags_array(variance).tocsr(), cell.psus - len(parts)), kish


def measured(cell: Cell, share: float, rng: np.random.Generator, leagues: int) -> tuple[float, float, float]:
    """Coverage at this share, mean width, and mean width of Clopper and Pearson's limits."""
    n, sums = cell.psus * cell.size, np.zeros(3)
    rounds, count = (1, leagues * FORTY) if cell.areas == 1 else (leagues, cell.areas)
    effects_of = own_effects if cell.areas == 1 else moderate_effects
    for _ in range(rounds):
        estimate, kish = draw(cell, share, rng, count)
        lower, upper, _ = proportion_interval(estimate, n, n_effective=kish, effects=effects_of(estimate, n, kish))
        known = kish / (1 + (cell.size - 1) * cell.icc)
        exact = proportion_confint(estimate.value * known, known, method="beta")
        sums += ((lower <= share) & (share <= upper)).mean(), (upper - lower).mean(), (exact[1] - exact[0]).mean()
    return tuple(sums / rounds)


def coverage(cell: Cell, rng: np.random.Generator, leagues: int = 50) -> pd.DataFrame:
    """One row per share of the grid: coverage, width, exact (Clopper and Pearson's width)."""
    rows = [measured(cell, share, rng, leagues) for share in GRID]
    return pd.DataFrame(rows, columns=["coverage", "width", "exact"]).assign(share=GRID)


def summary(table: pd.DataFrame, intervals: int) -> list[str]:
    """Mean coverage, the worst and where, widths over the exact ones: mean and largest; `intervals` for every share."""
    worst, mean = table.loc[table.coverage.idxmin()], table.coverage.mean()
    ratio = table.width / table.exact
    errors = [np.sqrt(c * (1 - c) / n) for c, n in ((mean, intervals * len(table)), (worst.coverage, intervals))]
    figures = percent(mean, errors[0]), percent(worst.coverage, errors[1])
    return [*figures, f"{worst.share:.3f}", f"{ratio.mean():.3f}", f"{ratio.max():.3f}"]


def exactly(n: int, limits) -> tuple[float, float, float]:
    """Of limits(answers (n+1,), n) over `FINE`: mean and least coverage, mean of the width over Clopper-Pearson's.

    Exact: the binomial law of a simple random sample, all numbers of answers weighted by their probability.
    """
    x = np.arange(n + 1)
    (lower, upper), exact = limits(x, n), proportion_confint(x, n, method="beta")
    chance = stats.binom.pmf(x, n, FINE[:, None])
    covered = (chance * ((lower <= FINE[:, None]) & (FINE[:, None] <= upper))).sum(axis=1)
    ratio = chance @ (upper - lower) / (chance @ (exact[1] - exact[0]))
    return float(covered.mean()), float(covered.min()), float(ratio.mean())


def default_limits(level: float):
    """The default limits of a simple random sample, as `exactly` takes them."""
    return lambda x, n: mid_p_limits(x / n, n, level)


def level_for(n: int, coverage: float) -> float:
    """The level at which the default limits cover so much on average."""
    return float(brentq(lambda level: exactly(n, default_limits(level))[0] - coverage, 0.9, 0.97, xtol=1e-4))


def exact_rows() -> list[list[str]]:
    """One row per n: the default, the default at the level that covers `LEAST` on average, Jeffreys, Wilson."""
    others = [lambda x, n, m=m: proportion_confint(x, n, method=m) for m in ("jeffreys", "wilson")]
    lines = []
    for n in EXACT_SIZES:
        level = level_for(n, LEAST)
        rows = [exactly(n, limits) for limits in (default_limits(0.95), default_limits(level), *others)]
        cells = [f"{100 * mean:.1f} {100 * least:.1f} {ratio:.3f}" for mean, least, ratio in rows]
        lines.append([str(n), cells[0], f"{100 * level:.1f}: {cells[1]}", *cells[2:]])
    return lines


def main(
    exact: Annotated[bool, typer.Option(help="simple random samples, exactly; nothing is simulated")] = False,
    quick: Annotated[bool, typer.Option(help="two leagues per cell")] = False,
    leagues: Annotated[int, typer.Option(help="leagues of 40 areas (or 40 single areas) per cell and share")] = 50,
    seed: Annotated[int, typer.Option(help="of the random stream")] = 20261126,
):
    """Print coverage and widths of the default intervals of shares, one row per cell."""
    if exact:
        print(markdown(["n", "default", "default at level", "Jeffreys", "Wilson"], exact_rows()))
        return
    leagues, lines = (2 if quick else leagues), []
    for k, cell in enumerate(CELLS):
        table = coverage(cell, np.random.Generator(np.random.Philox(key=[seed, k])), leagues)
        kind = "strata" if cell.strata else "clusters" if cell.icc else "persons"
        who = "league" if cell.areas > 1 else "alone"
        n = cell.psus * cell.size
        lines.append([kind, who, n, cell.psus, f"{cell.deff:g}", *summary(table, leagues * FORTY)])
        print("| " + " | ".join(map(str, lines[-1])) + " |", flush=True)
    head = ["design", "areas", "n", "PSUs", "deff", "mean coverage", "worst", "at", "width", "widest"]
    print(markdown(head, lines))


if __name__ == "__main__":
    typer.run(main)
