"""What a plan can tell before anybody is rung: each area's precision, the cost, the last five, the falls seen."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from estimation import usual_comparisons
from sampling.power import change_curve, last_k_curve
from sampling.size import expected_precision
from words import Fault

LAST = 5  # areas on the list of the last
GRID = (0.5, 1.0, 2.0, 4.0)  # of the plan's interviews
DRAWS = 1_000  # leagues simulated for each number of interviews
COMPARED = ("quarters", "quarters_panel", "years")
LEVELS = ("score", "standing", "rank")


@dataclass(frozen=True)
class Assumed:
    """What a plan supposes of the areas: nobody has been asked yet.

    share          of the answers counted, the middle area's true one;   spread  standard deviation of true shares
    fall           of one area's share, that should be noticed;          design_effect  of an area's estimate
    panel          correlation of one person's two answers, for a panel
    """

    share: float = 0.9
    spread: float = 0.03
    fall: float = 0.05
    design_effect: float = 1.0
    panel: float = 0.5

    def rates(self, areas: int) -> np.ndarray:
        """True shares of m areas (m,): share + spread Φ⁻¹((j - 1/2)/m), kept within 0.01 and 0.99."""
        if not (0 < self.share < 1 and 0 <= self.spread < 0.5):
            raise Fault(key="foresight.assumed", share=self.share, spread=self.spread)
        middle = (np.arange(areas) + 0.5) / areas
        return np.clip(self.share + self.spread * stats.norm.ppf(middle), 0.01, 0.99)


@dataclass(frozen=True, eq=False)
class Foresight:
    """precision: area, population, sample, margin, weight and, with a cost, cost; all areas last (area None).

    power: one row a mean number of interviews an area (the plan's own has planned = True): right = P(the last k are
    the true ones), wrong = expected number wrongly listed, and for each comparison and level P(the fall is called)
    """

    k: int
    precision: pd.DataFrame
    power: pd.DataFrame

    @property
    def cost(self) -> float | None:
        """Of all interviews together."""
        return float(self.precision.cost.iloc[-1]) if "cost" in self.precision else None


def foresee(areas: pd.DataFrame, assumed: Assumed, *, rng: np.random.Generator, cost: float | None = None) -> Foresight:
    """What the interviews of each area can tell: `expected_precision`, `last_k_curve` and `change_curve` of one plan.

    areas: area, population, sample (interviews);  rng: of the simulated leagues;  cost: of an interview, if known.
    """
    allocation = areas.rename(columns={"area": "stratum"})
    precision = expected_precision(allocation, p=assumed.share, deff=assumed.design_effect, cost=cost)
    precision = precision.rename(columns={"stratum": "area"})
    n, m = areas["sample"].to_numpy(dtype=float), len(areas)
    k = min(LAST, m - 1)
    if k < 1 or not (n >= 1).all():
        return Foresight(k, precision, pd.DataFrame(columns=power_columns()))
    leagues = np.array([rng.permutation(assumed.rates(m)) for _ in range(DRAWS)])  # any area may be among the last
    sizes, effect = [n * g for g in GRID if (n * g >= 1).all()], assumed.design_effect
    curve = last_k_curve(leagues, sizes, k=k, rng=rng, draws=DRAWS, design_effect=effect)
    rows = pd.DataFrame({"interviews": curve.interviews, "right": curve.right, "wrong": curve.wrong})
    known = usual_comparisons(correlation=assumed.panel, information=1.0, watch=k)
    designs = {name: known[name] for name in COMPARED}
    falls = change_curve(
        assumed.fall, curve.interviews, designs, areas=m, share=assumed.share, design_effect=effect
    ).set_index(["design", "interviews"])
    for name in COMPARED:
        for level in LEVELS:
            rows[f"{name}_{level}"] = falls.loc[name, level].to_numpy()
    planned = np.isclose(rows.interviews, n.mean())
    return Foresight(k, precision, rows.assign(planned=planned)[power_columns()])


def power_columns() -> list[str]:
    """The columns of `Foresight.power`."""
    return ["interviews", "planned", "right", "wrong", *(f"{name}_{level}" for name in COMPARED for level in LEVELS)]
