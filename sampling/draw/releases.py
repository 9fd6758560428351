"""Releases: a sample is given to the callers in random portions, and a portion that was begun is finished.

A stratum's numbers are called in the order of their places.  That order is random, so the numbers released so far are a
simple random sample of the stratum, smaller than the one drawn.  Nobody who does not answer is replaced by the next
number of a list: if interviews are lacking, a further portion is released.  A portion left unfinished would favour
people who are easy to reach.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from words import Fault


def split_releases(sample: pd.DataFrame, portions: ArrayLike, *, within: str = "stratum") -> pd.DataFrame:
    """The sample with a column `release` 1..R: the first ⌈n_h p_1⌉ places of each stratum, then up to ⌈n_h (p_1+p_2)⌉ …

    portions  parts of the sample, > 0, which sum to 1: (0.5, 0.25, 0.25).  They are rounded up, so that the first
              release reaches every stratum.  Each is a random portion because places are random.
    within    "psu" for a two-stage sample, whose places are counted within the PSU
    """
    portions = np.asarray(portions, dtype=float)
    if not (len(portions) and (portions > 0).all() and abs(portions.sum() - 1) < 1e-9):
        raise Fault(key="sampling.portions", found=[float(p) for p in portions])
    size = sample.groupby(within).place.transform("size").to_numpy()
    ends = np.ceil(size[:, None] * portions.cumsum() - 1e-9)
    ends[:, -1] = size
    return sample.assign(release=1 + (sample.place.to_numpy()[:, None] > ends).sum(axis=1))


def released(sample: pd.DataFrame, through: int, *, within: str = "stratum") -> pd.DataFrame:
    """The rows of releases 1..through, with the probability of being released: π_drawn m_h/n_h, m_h of n_h released.

    In a stratified sample that is m_h/N_h.  base_weight is 1/π.
    Raises Fault unless 1 <= through <= R.
    """
    most = int(sample.release.max())
    if not 1 <= through <= most:
        raise Fault(key="sampling.release", found=through, expected=most)
    chosen = sample[sample.release <= through]
    drawn = sample.groupby(within).size()
    part = chosen.groupby(within).size() / drawn
    probability = chosen.probability * chosen[within].map(part).to_numpy(dtype=float)
    return chosen.assign(probability=probability, base_weight=1 / probability).reset_index(drop=True)


def release_progress(
    sample: pd.DataFrame, tried: Iterable, finished: Iterable, *, through: int, within: str = "stratum"
) -> pd.DataFrame:
    """One row per release 1..through: release, units, and how many of them are tried, finished and open (not finished).

    tried     unit_ids called at least once
    finished  unit_ids that need no more calls (`fieldwork.work_done`)
    """
    begun = released(sample, through, within=within)
    left = unfinished(sample, finished, through=through, within=within)
    rung = begun[begun.unit_id.isin(set(tried))]
    numbers = range(1, through + 1)
    counts = {name: rows.release.value_counts() for name, rows in (("units", begun), ("tried", rung), ("open", left))}
    table = pd.DataFrame({name: [int(count.get(r, 0)) for r in numbers] for name, count in counts.items()})
    table.insert(0, "release", list(numbers))
    table.insert(3, "finished", table.units - table.open)
    return table


def unfinished(sample: pd.DataFrame, finished: Iterable, *, through: int, within: str = "stratum") -> pd.DataFrame:
    """The rows of releases 1..through whose unit_id is not among the `finished`: they are still to be called.

    A wave may be weighted only when none is left, but a further release may begin before that.
    """
    begun = released(sample, through, within=within)
    return begun[~begun.unit_id.isin(set(finished))].reset_index(drop=True)
