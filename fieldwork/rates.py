"""Outcome rates of released numbers: response, cooperation, refusal and contact, with their limits.

AAPOR, Standard Definitions, 10th edition.  With the numbers of each class (`fieldwork.dispositions`)

    k = I + P + R + NC + O      eligible numbers
    U = UH + UR + UO            numbers of which it is not known whether they are eligible
    eU = Σ e_c U_c              how many of these are taken to be eligible
    c = I + P + R + O           numbers at which somebody eligible was spoken to

    RR1 = I/(k+U)    RR2 = (I+P)/(k+U)    RR3 = I/(k+eU)    RR4 = (I+P)/(k+eU)    RR5 = I/k    RR6 = (I+P)/k
    COOP1 = I/c      COOP2 = (I+P)/c      COOP3 = I/(I+P+R)       COOP4 = (I+P)/(I+P+R)
    REF1 = R/(k+U)   REF2 = R/(k+eU)      REF3 = R/k
    CON1 = c/(k+U)   CON2 = c/(k+eU)      CON3 = c/k

A rate whose denominator has nobody is not a number.  A released number that was never called is in U.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from estimation.precision.intervals import mid_p_limits
from fieldwork.dispositions import CLASSES, ELIGIBLE_CLASSES, NOT_ELIGIBLE_CLASS, UNKNOWN_CLASSES
from words import Fault

INTERVIEWS, ANY_INTERVIEW, CONTACTED = ("I",), ("I", "P"), ("I", "P", "R", "O")
ALL_UNKNOWN, PART_OF_UNKNOWN, NO_UNKNOWN = "all", "part", "none"  # how much of U stands in a denominator
# rate -> classes of the numerator, classes of the denominator, how much of U stands in it
RATES = {
    "RR1": (INTERVIEWS, ELIGIBLE_CLASSES, ALL_UNKNOWN),
    "RR2": (ANY_INTERVIEW, ELIGIBLE_CLASSES, ALL_UNKNOWN),
    "RR3": (INTERVIEWS, ELIGIBLE_CLASSES, PART_OF_UNKNOWN),
    "RR4": (ANY_INTERVIEW, ELIGIBLE_CLASSES, PART_OF_UNKNOWN),
    "RR5": (INTERVIEWS, ELIGIBLE_CLASSES, NO_UNKNOWN),
    "RR6": (ANY_INTERVIEW, ELIGIBLE_CLASSES, NO_UNKNOWN),
    "COOP1": (INTERVIEWS, CONTACTED, NO_UNKNOWN),
    "COOP2": (ANY_INTERVIEW, CONTACTED, NO_UNKNOWN),
    "COOP3": (INTERVIEWS, ("I", "P", "R"), NO_UNKNOWN),
    "COOP4": (ANY_INTERVIEW, ("I", "P", "R"), NO_UNKNOWN),
    "REF1": (("R",), ELIGIBLE_CLASSES, ALL_UNKNOWN),
    "REF2": (("R",), ELIGIBLE_CLASSES, PART_OF_UNKNOWN),
    "REF3": (("R",), ELIGIBLE_CLASSES, NO_UNKNOWN),
    "CON1": (CONTACTED, ELIGIBLE_CLASSES, ALL_UNKNOWN),
    "CON2": (CONTACTED, ELIGIBLE_CLASSES, PART_OF_UNKNOWN),
    "CON3": (CONTACTED, ELIGIBLE_CLASSES, NO_UNKNOWN),
}
NEED_NO_UNKNOWN = ("RR5", "RR6", "REF3", "CON3")  # they say something only where no number of U can be eligible


@dataclass(frozen=True, eq=False)
class Rates:
    """The rates of some domains.

    counts       the numbers of each class, or the sums of their base weights: one row for each domain, columns CLASSES
    eligibility  e of each class of U: one row for each domain, columns UNKNOWN_CLASSES
    estimated    e is the one that the counts of the domain give, not one that was stated
    values, low, high: the rates as fractions and their limits; one row for each domain, columns RATES
    """

    counts: pd.DataFrame
    eligibility: pd.DataFrame
    estimated: bool
    values: pd.DataFrame
    low: pd.DataFrame
    high: pd.DataFrame


def outcome_rates(
    counts: pd.DataFrame,
    *,
    eligibility: float | Mapping[str, float] | None = None,
    squares: pd.DataFrame | None = None,
    level: float = 0.95,
) -> Rates:
    """All rates of each domain.

    counts       columns CLASSES: numbers, or sums of base weights, of each domain (a row)
    eligibility  e, for all classes of U or class -> e_c; left out, e = k/(k+NE) of the domain, and 1 where it has
                 neither
    squares      Σ w² of the same numbers, where counts are sums of weights w
    level        of the limits

    A rate is A/B with A and B sums over classes, and its limits are those of mid-p for a share A/B of n independent
    numbers, as if the numbers of a domain had been drawn independently.  Where every number counts 0, e or 1 in B,

        n = B²/Σ_c b_c² Σ w²

    and where the counts give e, which is then uncertain itself, that or, if it is less,

        n = (A/B)(1 - A/B)/v,   v = m/(m-1) Σ_c g_c² Σ w²,   g_c = (a_c - (A/B) b_c)/B,   m = (Σ w)²/Σ w²

    a_c and b_c: what one more number of class c adds to A and to B, in v with what it changes in e.

    >>> case = pd.DataFrame([{"I": 5, "P": 3, "R": 2, "NC": 1, "O": 2, "UH": 1, "UR": 0, "UO": 1, "NE": 1}])
    >>> outcome_rates(case, eligibility=0.5).values.loc[0, ["RR1", "RR3"]].round(4).tolist()
    [0.3333, 0.3571]
    """
    totals = _checked(counts)
    weight_squares = totals if squares is None else squares.reindex(columns=list(CLASSES)).to_numpy(float)
    e, by_total = _eligibility(totals, eligibility)
    columns = {name: _rate(totals, weight_squares, e, by_total, *RATES[name], level=level) for name in RATES}
    tables = [
        pd.DataFrame({name: column[place] for name, column in columns.items()}, index=counts.index)
        for place in range(3)
    ]
    of_unknown = pd.DataFrame(e, index=counts.index, columns=list(UNKNOWN_CLASSES))
    classes = pd.DataFrame(totals, index=counts.index, columns=list(CLASSES))
    return Rates(classes, of_unknown, eligibility is None, *tables)


def _checked(counts: pd.DataFrame) -> np.ndarray:
    """The counts (domains, classes) in the order of CLASSES; a Fault for a class that is missing or negative."""
    missing = [group for group in CLASSES if group not in counts.columns]
    if missing:
        raise Fault(key="rates.classes", missing=missing, expected=list(CLASSES))
    totals = counts[list(CLASSES)].to_numpy(float)
    if not np.all(np.isfinite(totals) & (totals >= 0)):
        raise Fault(key="rates.negative")
    return totals


def _eligibility(totals: np.ndarray, stated: float | Mapping[str, float] | None) -> tuple[np.ndarray, np.ndarray]:
    """e of each domain and class of U, and ∂e/∂T_c of an e that the counts give (domains, classes), else 0."""
    slope = np.zeros_like(totals)
    if stated is None:
        in_k, is_ne = _members(ELIGIBLE_CLASSES), _members((NOT_ELIGIBLE_CLASS,))
        k, ne = totals @ in_k, totals @ is_ne
        known = np.maximum(k + ne, 0)
        some = known > 0
        at_least_one = np.where(some, known, 1.0)
        e = np.where(some, k / at_least_one, 1.0)
        slope = np.where(some, 1 / at_least_one**2, 0.0)[:, None] * (ne[:, None] * in_k - k[:, None] * is_ne)
        return np.repeat(e[:, None], len(UNKNOWN_CLASSES), axis=1), slope
    by_class = stated if isinstance(stated, Mapping) else dict.fromkeys(UNKNOWN_CLASSES, stated)
    lacking = [group for group in UNKNOWN_CLASSES if group not in by_class]
    outside = {group: e for group, e in by_class.items() if not 0 <= e <= 1}
    if lacking or outside or not set(by_class) <= set(UNKNOWN_CLASSES):
        raise Fault(key="rates.eligibility", found=dict(by_class), expected=list(UNKNOWN_CLASSES))
    return np.tile([by_class[group] for group in UNKNOWN_CLASSES], (len(totals), 1)), slope


def _members(classes: tuple[str, ...]) -> np.ndarray:
    """1 for each of CLASSES that is among these, else 0."""
    return np.array([float(group in classes) for group in CLASSES])


def _rate(
    totals: np.ndarray,
    squares: np.ndarray,
    e: np.ndarray,
    e_slope: np.ndarray,
    upper: tuple[str, ...],
    lower: tuple[str, ...],
    unknown: str,
    *,
    level: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A/B of each domain and its limits, in the letters of `outcome_rates`."""
    a = np.tile(_members(upper), (len(totals), 1))
    b = np.tile(_members(lower), (len(totals), 1))
    in_u = [CLASSES.index(group) for group in UNKNOWN_CLASSES]
    if unknown == ALL_UNKNOWN:
        b[:, in_u] = 1.0
    if unknown == PART_OF_UNKNOWN:
        b[:, in_u] = e
    A, B = (a * totals).sum(axis=1), (b * totals).sum(axis=1)
    there = B > 0
    rate = np.divide(A, B, out=np.full(len(totals), np.nan), where=there)
    independent = np.divide(B**2, (b**2 * squares).sum(axis=1), out=np.ones(len(totals)), where=there)
    if unknown == PART_OF_UNKNOWN and e_slope.any():
        independent = np.minimum(independent, _independent(a, b, totals, squares, e_slope))
    low, high = mid_p_limits(np.where(there, rate, 0.5), independent, level)
    return rate, np.where(there, low, np.nan), np.where(there, high, np.nan)


def _independent(
    a: np.ndarray, b: np.ndarray, totals: np.ndarray, squares: np.ndarray, e_slope: np.ndarray
) -> np.ndarray:
    """(A/B)(1 - A/B)/v of each domain, where the counts give e, in the letters of `outcome_rates`.

    Half a number is added to every class first, since a class that had nobody by chance has no variance otherwise.
    """
    weight = np.divide(squares.sum(axis=1), totals.sum(axis=1), out=np.ones(len(totals)), where=totals.sum(axis=1) > 0)
    T, squares = totals + 0.5 * weight[:, None], squares + 0.5 * weight[:, None] ** 2
    A, B = (a * T).sum(axis=1), (b * T).sum(axis=1)
    in_u = [CLASSES.index(group) for group in UNKNOWN_CLASSES]
    b = b + T[:, in_u].sum(axis=1)[:, None] * e_slope
    r = A / B
    g = (a - r[:, None] * b) / B[:, None]
    m = T.sum(axis=1) ** 2 / squares.sum(axis=1)
    v = m / (m - 1) * (g**2 * squares).sum(axis=1)
    return r * (1 - r) / v
