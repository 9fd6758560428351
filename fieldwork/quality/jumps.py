"""Areas in which answers became better in the middle of the fieldwork, as where residents are told what to say."""

from dataclasses import dataclass

import numpy as np
import scipy

from fieldwork.quality.dealt import DEALS, areas_apart

PART = 0.1  # of an area's interviews that must lie before and after a jump
FEWEST = 20  # interviews of an area
TINY = 1e-12


@dataclass(frozen=True, eq=False)
class Jumps:
    """The largest rise within each of p areas.

    interviews (p,); before, after (p,): the means up to the rise and from it on, interviewers' levels taken out
    first (p,)       the place of the first interview after it, -1 where nothing can be said
    z (p,)           its size in standard errors;  p (p,): of the largest z, about
    p_dealt          the same when each interviewer's answers in the area are put in any order (deals, p)
    """

    interviews: np.ndarray
    before: np.ndarray
    after: np.ndarray
    first: np.ndarray
    z: np.ndarray
    p: np.ndarray
    p_dealt: np.ndarray


def jumps(
    values: np.ndarray,
    time: np.ndarray,
    area: np.ndarray,
    day: np.ndarray,
    areas: int,
    *,
    rng: np.random.Generator,
    who: np.ndarray | None = None,
    deals: int = DEALS,
) -> Jumps:
    """z = max_m x_m'y/(s_m √(x_m'x_m)) over the days m at which a new one begins, in each area.

    x_m = 1{from the m-th interview on}, less its mean over the interviewer's interviews in the area: a change of
    interviewers in the middle of the fieldwork is no jump.  s_m² = |y - x_m b|²/(n - interviewers - 1), with y the
    answers less the interviewer's mean in the area and b = x_m'y/x_m'x_m.
    values (n,): NaN is left out;  time (n,) gives the order, day (n,) where splits may lie;  area, who (n,): codes
    """
    count = np.zeros(areas, dtype=int)
    before, after, z, p = (np.full(areas, np.nan) for _ in range(4))
    first, p_dealt = np.full(areas, -1), np.full((deals, areas), np.nan)
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.argsort(time[known], kind="stable")]
    for rows in (order[places] for places in areas_apart(area[order])):
        d, n = area[rows[0]], len(rows)
        count[d] = n
        person = np.zeros(n, dtype=int) if who is None else np.unique(who[rows], return_inverse=True)[1]
        splits = np.flatnonzero(np.diff(day[rows])) + 1
        splits = splits[(splits >= PART * n) & (splits <= (1 - PART) * n)]
        if n < FEWEST or not len(splits):
            continue
        size = np.bincount(person)
        step = (np.arange(n)[:, None] >= splits).astype(float)
        x = step - _means(step, person, size)[person]
        informative = (x**2).sum(axis=0) >= PART * (1 - PART) * n / 2
        if not informative.any() or n - len(size) < 2:
            continue
        x, splits = x[:, informative], splits[informative]
        y = values[rows] - _means(values[rows][:, None], person, size)[person, 0]
        df = n - len(size) - 1
        rise, of_split = _rises(np.vstack([y, _put_in_any_order(y, person, deals, rng)]), x, df)
        k = int(of_split[0].argmax())
        b, part = rise[0, k], 1 - splits[k] / n
        before[d], first[d], z[d] = values[rows].mean() - part * b, rows[splits[k]], of_split[0, k]
        after[d] = before[d] + b
        largest = _largest(of_split.max(axis=1), df, len(splits))
        p[d], p_dealt[:, d] = largest[0], largest[1:]
    return Jumps(count, before, after, first, z, p, p_dealt)


def _means(columns: np.ndarray, person: np.ndarray, size: np.ndarray) -> np.ndarray:
    """The means of columns (n,m) over each interviewer's interviews (interviewers, m)."""
    return (np.eye(len(size))[person].T @ columns) / size[:, None]


def _rises(y: np.ndarray, x: np.ndarray, df: int) -> tuple[np.ndarray, np.ndarray]:
    """b and z of every row of y (rows, n) at every split (rows, m)."""
    square = (x**2).sum(axis=0)
    product = y @ x
    within = np.maximum((y**2).sum(axis=1)[:, None] - product**2 / square, TINY)
    return product / square, product / np.sqrt(within / df * square)


def _put_in_any_order(y: np.ndarray, person: np.ndarray, deals: int, rng: np.random.Generator) -> np.ndarray:
    """Each interviewer's answers in any order, so many times (deals, n)."""
    places = np.argsort(person, kind="stable")
    drawn = np.argsort(person + rng.random((deals, len(y))), axis=1)
    mixed = np.empty((deals, len(y)))
    mixed[:, places] = y[drawn]
    return mixed


def _largest(b: np.ndarray, df: int, splits: int) -> np.ndarray:
    """P(max z > b) <= ½φ(b)(4/b + (b - 1/b) ln(81)) for splits between 10 and 90 %: Miller & Siegmund (1982),
    Biometrics 38, 1011-1016; or the number of splits times P(t > b), if that is less.  An order of areas with
    unlike numbers of splits: what counts is how often deals have one as small.
    """
    of_one = scipy.special.stdtr(df, -b)
    normal = np.maximum(scipy.special.ndtri(1 - np.clip(of_one, 1e-16, 0.15)), 1.0)
    density = np.exp(-(normal**2) / 2) / np.sqrt(2 * np.pi)
    continuous = np.where(b > 1, (4 / normal + (normal - 1 / normal) * np.log(81)) * density / 2, 1.0)
    return np.minimum(1.0, np.minimum(splits * of_one, continuous))
