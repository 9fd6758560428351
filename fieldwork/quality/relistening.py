"""Which interviews to listen to again, drawn by lot, and what a sample of them says of all."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy

RESULTS = GENUINE, DOUBTFUL, INVALID, NO_RECORDING = ("genuine", "doubtful", "invalid", "no_recording")


def relistening_sample(interviews: pd.DataFrame, part: float, *, rng: np.random.Generator) -> pd.DataFrame:
    """⌈part × n_j⌉ interviews of each interviewer j by lot, hence at least one of each, in the order of the table.

    interviews: unit_id, interviewer, area; where nobody knows the interviewer, the part is that of the whole
    """
    who = interviews.interviewer.astype(object).where(interviews.interviewer.notna(), "").to_numpy()
    lot = rng.permutation(len(interviews))
    place = pd.Series(lot).groupby(who).rank(method="first").to_numpy()
    size = pd.Series(who).map(pd.Series(who).value_counts()).to_numpy()
    return interviews[place <= np.ceil(part * size - 1e-9)].reset_index(drop=True)


@dataclass(frozen=True)
class Heard:
    """What was heard in a sample of n interviews: how many of each result, and the part of invalid ones with limits.

    Interviews without a recording are left out of the part; Clopper & Pearson (1934) for the limits, which take the
    interviews as drawn one by one from all of them.
    """

    drawn: int
    counts: dict[str, int]
    part: float
    lower: float
    upper: float


def heard(results: pd.Series, level: float = 0.95) -> Heard:
    """The summary of results (n,), of which some may be missing."""
    counts = {name: int((results == name).sum()) for name in RESULTS}
    n, k = counts[GENUINE] + counts[DOUBTFUL] + counts[INVALID], counts[INVALID]
    if not n:
        return Heard(len(results), counts, np.nan, np.nan, np.nan)
    tail = (1 - level) / 2
    lower = float(scipy.stats.beta.ppf(tail, k, n - k + 1)) if k else 0.0
    upper = float(scipy.stats.beta.ppf(1 - tail, k + 1, n - k)) if k < n else 1.0
    return Heard(len(results), counts, k / n, lower, upper)
