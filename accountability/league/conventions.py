"""What the tables of a league take as agreed: what everybody is called, and what holds where a programme is silent."""

import numpy as np
import pandas as pd

ALL = "*"  # the domain of everybody
LAST = 5  # of a league, where no rule says how many are called the last
RANK_SHARE = 0.1  # of the page's error, for the rank level: at ordinary n it has next to no power
PROBABILITIES = ("p_worse", "p_rank_worse", "p_rank_better", "p_last")  # columns of CHANGES
SIMULTANEOUS, MARGINAL = "simultaneous", "marginal"  # rank ranges that hold for all areas together, each alone


def all_in_one(rows: int) -> pd.Categorical:
    """The domain (n,) that everybody is in."""
    return pd.Categorical.from_codes(np.zeros(rows, dtype=np.int8), categories=[ALL])
