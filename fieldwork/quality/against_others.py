"""An interviewer's interviews against those that others took in the same areas, if numbers were given out by lot."""

from dataclasses import dataclass

import numpy as np
import scipy
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from fieldwork.quality.dealt import among

LOW, HIGH, EITHER = "low", "high", "either"
EFFICIENCY = 0.37  # of the median of squares, beside their mean
TINY = 1e-12
MEDIAN = float(scipy.stats.chi2.ppf(0.5, 1))  # of z²
HALVINGS = 40
Deals = list[tuple[np.ndarray, np.ndarray]]  # `dealt_again`


@dataclass(frozen=True, eq=False)
class Contrast:
    """J interviewers' means against those of others with the same areas.

    interviews (J,)    with a value, in areas in which others have some too
    own, others (J,)   the mean of the interviewer's values, and that of the others' in the same areas
    z (J,)             their difference in standard errors; NaN where nothing can be compared
    usual              τ, the standard deviation of interviewers' true means that most of them show
    p (J,)             one-sided or two-sided
    z_dealt, p_dealt   the same when the interviews are dealt out again (deals, J)
    """

    interviews: np.ndarray
    own: np.ndarray
    others: np.ndarray
    z: np.ndarray
    usual: float
    p: np.ndarray
    z_dealt: np.ndarray
    p_dealt: np.ndarray


def against_others(values: np.ndarray, area: np.ndarray, who: np.ndarray, side: str, deals: Deals) -> Contrast:
    """T_j = Σ_d n_jd (ȳ_jd - ȳ_d),  Var T_j = Σ_d n_jd (1 - n_jd/n_d) S_d² + τ² Σ_k (δ_jk n_j - M_jk)².

    M_jk = Σ_d n_jd n_kd/n_d: the first part is that of n_jd interviews drawn of n_d by lot, the second that of
    interviewers whose true means differ by τ, since every answer bears the mark of who took it (`usual_spread`).
    Where either side is conspicuous, honest interviewers' rates may differ by factors as well as by points (some are
    patient with those who have no opinion): the logit ln((n_j ȳ + ½)/(n_j (1 - ȳ) + ½)) is then compared too with that
    of what others lead one to expect, and the less conspicuous of both counts.

    values (n,)        of 0 to 1, NaN for none;  area, who (n,): codes
    side               LOW, HIGH or EITHER, where a value is conspicuous
    """
    kept = ~np.isnan(values)
    y, d, j = values[kept], area[kept], who[kept]
    people, areas = int(who.max(initial=-1)) + 1, int(area.max(initial=-1)) + 1
    n_jd = np.zeros((people, areas))
    sums = np.zeros((people, areas))
    np.add.at(n_jd, (j, d), 1.0)
    np.add.at(sums, (j, d), y)
    n_d, of_area = n_jd.sum(axis=0), sums.sum(axis=0)
    size = np.maximum(n_d, 1.0)
    mean = of_area / size
    square = np.bincount(d, (y - mean[d]) ** 2, minlength=areas) / np.maximum(n_d - 1, 1.0)
    shared = (n_jd > 0) & (n_jd < n_d)
    n = n_jd * shared
    n_j, expected = n.sum(axis=1), (n * mean).sum(axis=1)
    by_lot = (n * (1 - n_jd / size) * square).sum(axis=1)
    marks = ((np.diag(n_j) - (n / size) @ n.T) ** 2).sum(axis=1)
    total = ((sums - n_jd * mean) * shared).sum(axis=1)
    dealt = _dealt_totals(np.where(kept, values - mean[area], 0.0), kept, who, people, deals)
    totals = np.vstack([total, dealt])
    df = freedom(shared, by_lot)
    z, usual, p = usual_spread(totals, by_lot, marks, side, df)
    if side == EITHER:
        z, p = _by_logits(totals, expected, n_j, by_lot, marks, df, z, p)
    rest = np.divide(of_area - sums, n_d - n_jd, out=np.zeros_like(sums), where=shared)
    own, others = (sums * shared).sum(axis=1), (n * rest).sum(axis=1)
    part = lambda sum_of: np.divide(sum_of, n_j, out=np.full(people, np.nan), where=n_j > 0)  # noqa: E731
    return Contrast(n_j.astype(int), part(own), part(others), z[0], float(usual[0]), p[0], z[1:], p[1:])


def _by_logits(totals, expected, n_j, by_lot, marks, df: float, z, p) -> tuple[np.ndarray, np.ndarray]:
    """z and p (rows, J), or those of logits where these are less conspicuous."""
    slope = n_j * (1 / (expected + 0.5) + 1 / (n_j - expected + 0.5)) / np.maximum(n_j, 1.0)
    logits = _logit(expected + totals, n_j) - _logit(expected, n_j)
    z_logit, _, p_logit = usual_spread(logits, slope**2 * by_lot, slope**2 * marks, EITHER, df)
    return less_conspicuous(z, z_logit), np.maximum(p, p_logit)


def usual_spread(
    totals: np.ndarray, by_lot: np.ndarray, marks: np.ndarray, side: str, df: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """z_j = T_j/√(V_j + τ² B_j), τ, and p, in each row of T (rows, J); τ² >= 0 makes the median of z² that of χ²(1).

    A median is moved little by those interviewers who are to be found.  It is as good as the mean square of .37 as
    many interviewers, hence t with df = .37 times the comparisons that are free (`freedom`).
    by_lot V, marks B (J,)
    """
    known = by_lot > TINY
    z, p = np.full(totals.shape, np.nan), np.full(totals.shape, np.nan)
    if not known.any():
        return z, np.zeros(len(totals)), p
    squares, v, b = totals[:, known] ** 2, by_lot[known], np.maximum(marks[known], TINY)
    low, high = np.zeros(len(totals)), (squares / b).max(axis=1) / MEDIAN
    high[np.median(squares / v, axis=1) <= MEDIAN] = 0.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        above = np.median(squares / (v + middle[:, None] * b), axis=1) > MEDIAN
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    z[:, known] = totals[:, known] / np.sqrt(v + high[:, None] * b)
    p[:, known] = tail(z[:, known], side, df)
    return z, np.sqrt(high), p


def tail(z: np.ndarray, side: str, df: float) -> np.ndarray:
    """The probability of a value at least as conspicuous."""
    if side == EITHER:
        return np.minimum(1.0, 2 * scipy.special.stdtr(df, -np.abs(z)))
    return scipy.special.stdtr(df, z if side == LOW else -z)


def freedom(shared: np.ndarray, by_lot: np.ndarray) -> float:
    """.37 (J - c), at least 1: of J interviewers in c groups that share no area with each other, each group's
    differences add up to 0.  shared (J, areas)"""
    known = by_lot > TINY
    person, place = np.nonzero(shared & known[:, None])
    people, areas = shared.shape
    links = coo_matrix((np.ones(len(person)), (person, people + place)), shape=(people + areas, people + areas))
    group = connected_components(links, directed=False)[1][:people]
    return max(1.0, EFFICIENCY * (int(known.sum()) - len(np.unique(group[known]))))


def less_conspicuous(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The one that is nearer to 0."""
    return np.where(np.abs(one) <= np.abs(other), one, other)


def _logit(total: np.ndarray, n: np.ndarray) -> np.ndarray:
    inside = np.clip(total, 0.0, n)
    return np.log((inside + 0.5) / (n - inside + 0.5))


def _dealt_totals(centred: np.ndarray, kept: np.ndarray, who: np.ndarray, people: int, deals: Deals) -> np.ndarray:
    """Σ of each interviewer's centred values in every deal (deals, J)."""
    totals = np.zeros((len(deals[0][1]) if deals else 0, people))
    for rows, order in deals:
        here = kept[rows]
        local, place = np.unique(who[rows][here], return_inverse=True)
        if len(local):
            by_person = np.argsort(place, kind="stable")
            begins = np.searchsorted(place[by_person], np.arange(len(local)))
            dealt = centred[rows][here][among(order, here)[:, by_person]]
            totals[:, local] += np.add.reduceat(dealt, begins, axis=1)
    return totals
