"""Areas in which answers became better in the middle of the fieldwork, as where residents are told what to say."""

from dataclasses import dataclass

import numpy as np
import scipy

PART = 0.1  # of an area's interviews that must lie before and after a jump
FEWEST = 20  # interviews of an area


@dataclass(frozen=True, eq=False)
class Jumps:
    """The largest rise within each of p areas.

    interviews (p,); before, after (p,): the means up to the rise and from it on;  first (p,): the place of the first
    interview after it, -1 where nothing can be said;  z (p,) its size in standard errors;  p (p,) of the largest z
    """

    interviews: np.ndarray
    before: np.ndarray
    after: np.ndarray
    first: np.ndarray
    z: np.ndarray
    p: np.ndarray


def jumps(values: np.ndarray, time: np.ndarray, area: np.ndarray, day: np.ndarray, areas: int) -> Jumps:
    """z = max_m (ȳ_after - ȳ_before)/(s √(1/m + 1/(n-m))) over the days m at which a new one begins, in each area.

    values (n,): NaN is left out;  time (n,) gives the order, day (n,) where splits may lie;  area (n,): codes below
    `areas`.
    P(max z > b) ≤ ½φ(b)(4/b + (b - 1/b) ln(81)) for splits between 10 and 90 %: Miller & Siegmund (1982), Biometrics
    38, 1011-1016; or the number of splits times P(t > b), if that is less.
    """
    count = np.zeros(areas, dtype=int)
    before, after, z, p = (np.full(areas, np.nan) for _ in range(4))
    first = np.full(areas, -1)
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.lexsort((time[known], area[known]))]
    for rows in np.split(order, np.flatnonzero(np.diff(area[order])) + 1):
        n = len(rows)
        if not n:
            continue
        d = area[rows[0]]
        count[d] = n
        if n < FEWEST:
            continue
        y = values[rows]
        splits = np.flatnonzero(np.diff(day[rows])) + 1
        splits = splits[(splits >= PART * n) & (splits <= (1 - PART) * n)]
        if not len(splits):
            continue
        sums = np.cumsum(y)
        low, high = sums[splits - 1] / splits, (sums[-1] - sums[splits - 1]) / (n - splits)
        within = y @ y - splits * low**2 - (n - splits) * high**2
        deviation = np.sqrt(np.maximum(within, 1e-12) / (n - 2))
        of_split = (high - low) / (deviation * np.sqrt(1 / splits + 1 / (n - splits)))
        k = int(of_split.argmax())
        before[d], after[d], z[d], first[d] = low[k], high[k], of_split[k], rows[splits[k]]
        p[d] = _largest(float(of_split[k]), n - 2, len(splits))
    return Jumps(count, before, after, first, z, p)


def _largest(b: float, df: int, splits: int) -> float:
    """P(max z > b), see `jumps`."""
    bonferroni = splits * float(scipy.stats.t.sf(b, df))
    if b <= 1:
        return min(1.0, bonferroni)
    normal = float(scipy.stats.norm.isf(max(scipy.stats.t.sf(b, df), 1e-300)))
    density = float(scipy.stats.norm.pdf(normal))
    continuous = (4 / normal + (normal - 1 / normal) * np.log(81)) * density / 2
    return min(1.0, bonferroni, float(continuous))
