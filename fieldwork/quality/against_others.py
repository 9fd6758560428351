"""An interviewer's interviews against those that others took in the same areas, if numbers were given out by lot."""

from dataclasses import dataclass

import numpy as np
import scipy

LOW, HIGH, EITHER = "low", "high", "either"
EFFICIENCY = 0.37  # of the median of squares, beside their mean
TINY = 1e-12
MEDIAN = float(scipy.stats.chi2.ppf(0.5, 1))  # of z²


@dataclass(frozen=True, eq=False)
class Contrast:
    """J interviewers' means against those of others with the same areas.

    interviews (J,)    with a value, in areas in which others have some too
    own, others (J,)   the mean of the interviewer's values, and that of the others' in the same areas
    z (J,)             their difference in standard errors; NaN where nothing can be compared
    usual              τ, the standard deviation of interviewers' true means that most of them show
    p (J,)             one-sided or two-sided
    """

    interviews: np.ndarray
    own: np.ndarray
    others: np.ndarray
    z: np.ndarray
    usual: float
    p: np.ndarray


def against_others(values: np.ndarray, area: np.ndarray, who: np.ndarray, side: str) -> Contrast:
    """T_j = Σ_d n_jd (ȳ_jd - ȳ_d),  Var T_j = Σ_d n_jd (1 - n_jd/n_d) S_d² + τ² Σ_k (δ_jk n_j - M_jk)².

    M_jk = Σ_d n_jd n_kd/n_d: the first part is that of n_jd interviews drawn of n_d by lot, the second that of
    interviewers whose true means differ by τ, since every answer bears the mark of who took it (`usual_spread`).
    values (n,), NaN for none;  area, who (n,): codes;  side: LOW, HIGH or EITHER, where a value is conspicuous
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
    total = ((sums - n_jd * mean) * shared).sum(axis=1)
    by_lot = (n * (1 - n_jd / size) * square).sum(axis=1)
    marks = np.diag(n.sum(axis=1)) - (n / size) @ n.T
    z, usual, p = usual_spread(total, by_lot, (marks**2).sum(axis=1), side)
    n_j = n.sum(axis=1)
    rest = np.divide(of_area - sums, n_d - n_jd, out=np.zeros_like(sums), where=shared)
    own, others = (sums * shared).sum(axis=1), (n * rest).sum(axis=1)
    part = lambda sum_of: np.divide(sum_of, n_j, out=np.full(people, np.nan), where=n_j > 0)  # noqa: E731
    return Contrast(n_j.astype(int), part(own), part(others), z, usual, p)


def usual_spread(
    total: np.ndarray, by_lot: np.ndarray, marks: np.ndarray, side: str
) -> tuple[np.ndarray, float, np.ndarray]:
    """z_j = T_j/√(V_j + τ² B_j) (J,), τ, and p (J,); τ² >= 0 makes the median of z² that of χ²(1).

    A median is moved little by those interviewers who are to be found. It is as good as the mean square of .37 as
    many interviewers, hence t with .37 (J - 1) degrees of freedom.
    """
    known = by_lot > TINY
    z = np.full(len(total), np.nan)
    if not known.any():
        return z, 0.0, z
    squares, v, b = total[known] ** 2, by_lot[known], np.maximum(marks[known], TINY)
    low, high = 0.0, float((squares / b).max() / MEDIAN)
    if np.median(squares / v) <= MEDIAN:
        high = 0.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if np.median(squares / (v + middle * b)) > MEDIAN else (low, middle)
    z[known] = total[known] / np.sqrt(v + high * b)
    df = max(1.0, EFFICIENCY * (int(known.sum()) - 1))
    tails = {LOW: scipy.stats.t.cdf(z, df), HIGH: scipy.stats.t.sf(z, df)}
    tails[EITHER] = np.minimum(1.0, 2 * scipy.stats.t.sf(np.abs(z), df))
    return z, float(np.sqrt(high)), tails[side]
