"""A plan's outline: by hand, beside the simulation of the program's own procedures, and refused plans."""

import numpy as np
import pandas as pd
from scipy.stats import norm

from sampling import Assumed, Wanted, allocate, foresee
from sampling.planning.outline import outline

STRATA = pd.DataFrame(
    {"stratum": list("abcd"), "area": list("abcd"), "mode": None, "population": [4000, 3000, 2000, 1000]}
)


def test_the_outline_is_the_one_computed_by_hand():
    allocation = allocate(STRATA, Wanted(1000, response_rate=0.5, minimum=10))
    comes_to = outline(allocation, Assumed(share=0.9, fall=0.08))
    assert (comes_to.areas, comes_to.interviews, comes_to.population) == (4, 1000, 10_000)
    assert (comes_to.fewest, comes_to.most) == (100, 400) and comes_to.numbers == allocation.numbers.sum()
    s, c = np.sqrt(2 * 0.09 / 250), norm.isf(0.05 / 8)  # the median of 400, 300, 200 and 100
    assert np.isclose(comes_to.visible, (c + norm.ppf(0.8)) * s)
    assert np.isclose(comes_to.chance, norm.cdf(0.08 / s - c))
    assert np.isclose(comes_to.widest, norm.ppf(0.975) * np.sqrt(0.09 * 1000 / 999 / 100 * 0.9))
    doubled = outline(allocation, Assumed(share=0.9, fall=0.08, design_effect=2.0))
    assert np.isclose(doubled.visible, np.sqrt(2) * comes_to.visible)
    mean = outline(allocation, Assumed(sd=30.0, fall=8.0, spread=3.0))
    assert np.isclose(mean.visible / comes_to.visible, 30 / 0.3)


def test_the_chance_is_near_the_simulated_one():
    strata = pd.DataFrame({"stratum": range(20), "area": range(20), "mode": None, "population": 50_000}).astype(
        {"stratum": str, "area": str}
    )
    allocation = allocate(strata, Wanted(20 * 400))
    assumed = Assumed(share=0.7, fall=0.12)
    simulated = foresee(allocation.rename(columns={"interviews": "sample"}), assumed, rng=np.random.default_rng(3))
    chance = simulated.called("quarters", "score").loc[400.0]
    assert abs(outline(allocation, assumed).chance - chance) < 0.06
