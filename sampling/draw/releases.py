"""Release a sample in random portions: what counts is what was released, and a release once begun is finished.

A stratum's numbers are rung in the order of their places.  That order is random, so whatever was released is a simple
random sample of the stratum, smaller than the one drawn.  Who does not answer is not replaced by the next in a list:
the next release replaces all of them.  A release left half worked would favour those who are easily reached.
"""

import numpy as np
import pandas as pd

from words import Fault


def split_releases(sample: pd.DataFrame, portions, *, within: str = "stratum") -> pd.DataFrame:
    """The sample with `release` 1..R: of each stratum the first ⌈n_h p_1⌉ places, then those up to ⌈n_h (p_1+p_2)⌉ …

    portions  parts of the sample, above 0, summing to 1: (0.5, 0.25, 0.25).  Rounded up, so that the first release
              reaches every stratum.  Each is a random portion because places are.
    within    "psu" for a sample of two stages, whose places count within the PSU
    """
    portions = np.asarray(portions, dtype=float)
    if not (len(portions) and (portions > 0).all() and abs(portions.sum() - 1) < 1e-9):
        raise Fault(key="sampling.portions", found=[float(p) for p in portions])
    size = sample.groupby(within).place.transform("size").to_numpy()
    ends = np.ceil(size[:, None] * portions.cumsum() - 1e-9)
    ends[:, -1] = size
    return sample.assign(release=1 + (sample.place.to_numpy()[:, None] > ends).sum(axis=1))


def released(sample: pd.DataFrame, through: int, *, within: str = "stratum") -> pd.DataFrame:
    """The rows of releases 1..through, with π and base weight of what was released: π_drawn m_h/n_h, m_h released.

    For a stratified sample π = m_h/N_h: the released numbers over the population, not the drawn ones.
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


def release_progress(sample: pd.DataFrame, tried, finished, *, through: int, within: str = "stratum") -> pd.DataFrame:
    """One row a release begun: release, units, and how many of them are tried, finished and open (not finished).

    tried, finished  unit_ids rung at least once, and those whose work is done (`fieldwork.work_done`)
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


def unfinished(sample: pd.DataFrame, finished, *, through: int, within: str = "stratum") -> pd.DataFrame:
    """Rows of the releases begun (1..through) whose unit_id is not yet among the `finished`: they are rung on.

    Only when none is left may the wave be weighted; another release may begin before.
    """
    begun = released(sample, through, within=within)
    return begun[~begun.unit_id.isin(set(finished))].reset_index(drop=True)
