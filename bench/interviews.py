"""Made-up interviews to measure on: text columns area, stratum and psu, a weight, and a yes/no answer y."""

import numpy as np
import pandas as pd

SEED = 2015


def interviews(n: int, areas: int, strata: int, psus: int, crossing: bool) -> pd.DataFrame:
    """n interviews in random order; every PSU is in one stratum.

    crossing  False: every PSU is also in one area, and the more numerous of areas and strata divide the other;
              True: an interview's area is drawn at random, so that PSUs and strata extend over all areas
    """
    rng = np.random.default_rng(SEED)
    psu = rng.permutation(np.arange(n) % psus)
    finest = psu % max(areas, strata)
    return pd.DataFrame(
        {
            "area": _text("area", rng.integers(areas, size=n) if crossing else finest % areas, areas),
            "stratum": _text("stratum", finest % strata, strata),
            "psu": _text("psu", psu, psus),
            "weight": rng.uniform(0.5, 2, n),
            "y": (rng.random(n) < 0.3).astype(float),
        }
    )


def _text(word: str, codes, count: int):
    return pd.array([f"{word} {code:06d}" for code in range(count)], dtype="str").take(codes)
