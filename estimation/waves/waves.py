"""Linear combinations of waves: changes on the quarter or the year, rolling windows, trends; and breaks in a series."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import scipy
from numpy.typing import ArrayLike

from estimation.columns.matrices import Matrix
from estimation.columns.ties import without_rounding
from estimation.estimators.change_laws import ChangeLaw, Steps, combined_law
from estimation.estimators.estimates import Estimate
from estimation.estimators.variance import with_diagonal
from words import Fault

INDEPENDENT = "independent"  # what a caller says who knows that two waves share nobody; it is never assumed
ROUNDING = 1e-12  # a negative variance smaller than this, relative to its largest terms, is rounding


@dataclass(frozen=True, eq=False)
class Waves:
    """The same measure of the same areas in k waves, oldest first.

    names (k,)      the waves
    estimates (k,)  with the same areas, in any order
    cross           (earlier, later) -> the covariance (p,p) of the rows of the earlier with the columns of the later,
                    each in its own order of areas, or INDEPENDENT; no pair may be left out
    breaks          waves that begin something new (mode, questionnaire): nothing before them can be compared with them
    common          (earlier, later) -> three arrays (p,): the parts of the variances of the two waves that come from
                    PSUs in both, and the df of the difference of these PSUs; as `joint_waves` computes them, with the
                    areas in one order
    """

    names: tuple[str, ...]
    estimates: tuple[Estimate, ...]
    cross: dict
    breaks: frozenset = frozenset()
    common: dict = field(default_factory=dict)

    def __post_init__(self):
        areas = set(self.estimates[0].names)
        only = sorted({str(a) for e in self.estimates for a in areas ^ set(e.names)})
        if only:
            raise Fault(key="change.names", names=only, count=len(only))
        pairs = [(s, t) for j, t in enumerate(self.names) for s in self.names[:j]]
        unsaid = [f"{s}-{t}" for s, t in pairs if (s, t) not in self.cross]
        if unsaid:
            raise Fault(key="waves.cross_unsaid", pairs=unsaid)


def combine(
    waves: Waves,
    coefficients: ArrayLike | Mapping,
    *,
    third_ratio: float | np.ndarray = 1.0,
    steps: Steps | None = None,
) -> Estimate:
    """θ = Σ_t a_t θ_t for every area, V = Σ_s Σ_t a_s a_t C_st, C_tt = V_t.  Kish (1965), 12.4, for two waves.

    coefficients  a (k,), or a mapping wave -> a_t (0 for waves left out); see `window_change` and `slope`
    third_ratio   for a change whose waves share PSUs: its third cumulant over that of independent waves (`third_ratio`)
    steps         for such a change: what it consists of (`change_steps`), with the areas in the order of the first wave
    df = V²/Σ_s Σ_t |r_st q_s q_t|/√(df_s df_t), q_t = a_t Σ_s a_s C_st (which sum to V), r_st being the correlations of
    the waves.  For independent waves this is Satterthwaite's formula; variances that are estimated from the same PSUs
    are too large or too small together.  If the waves have `common`, the df are those of `_common_df`.
    For a change, 1/ν is added to 1/df, ν being the df of tails as heavy as those of few changed answers (`tail_df`).
    A θ that is only the rounding error of a_t θ_t becomes 0, and a V that is only rounding too, with its covariances:
    waves with the same answers of the same people have a change of 0 without an error.
    Raises Fault if the a_t reach over a break, or if a variance is negative.
    """
    a = _coefficients(waves, coefficients)
    _refuse_break(waves, a)
    areas, k = waves.estimates[0].names, len(waves.names)
    estimates = [e.select(areas) for e in waves.estimates]
    value, size = np.zeros((2, len(areas)))
    c = np.zeros((k, k, len(areas)))
    covariance: Matrix = 0.0
    for t, estimate in enumerate(estimates):
        value = value + a[t] * estimate.value
        size = np.maximum(size, np.abs(a[t] * estimate.value))
        covariance = covariance + a[t] ** 2 * estimate.covariance
        c[t, t] = estimate.variance
    for s, t in zip(*np.triu_indices(k, 1), strict=True):
        cross = waves.cross[waves.names[s], waves.names[t]]
        if a[s] * a[t] and not is_independent(cross):
            shared = _ordered(cross, waves.estimates[s], waves.estimates[t], areas)
            covariance = covariance + a[s] * a[t] * (shared + shared.T)
            c[s, t] = c[t, s] = shared.diagonal()
    v = np.asarray(covariance.diagonal())
    largest = np.einsum("t,tta->a", a**2, c)
    if (v < -ROUNDING * largest).any():
        raise Fault(key="change.variance", names=[str(areas[j]) for j in np.flatnonzero(v < 0)])
    flags = tuple(sorted({flag for e in estimates for flag in e.flags}))
    certain = v <= ROUNDING * largest  # no variance but rounding, which may be negative
    v = np.where(certain, 0.0, v)
    covariance = with_diagonal((covariance + covariance.T) / 2, v)
    if certain.any():
        covariance = _without(covariance, certain)
    law = combined_law(estimates, a, c, third_ratio, steps) if all(e.law is not None for e in estimates) else None
    value = without_rounding(value, size.max(initial=0.0))
    df = np.array([e.df for e in estimates], dtype=float)
    df = _common_df(a, c, df, waves) if waves.common else _df(a, c, df)
    if isinstance(law, ChangeLaw):
        uncertainty = 1 / df + 1 / law.tail_df(v)
        df = np.divide(1.0, uncertainty, out=np.full(len(df), np.inf), where=uncertainty > 0)
    return Estimate(areas, value, covariance, df, flags, law)


def _without(covariance: Matrix, certain: np.ndarray) -> Matrix:
    """The matrix with 0 in the rows and columns of what is certain (k,), dense or sparse as it is."""
    kept = (~certain).astype(float)
    if scipy.sparse.issparse(covariance):
        return scipy.sparse.csr_array(scipy.sparse.diags_array(kept) @ covariance @ scipy.sparse.diags_array(kept))
    return np.asarray(covariance) * kept[:, None] * kept


def window_change(before: Sequence, after: Sequence) -> dict:
    """a_t of the mean of the waves `after` minus the mean of the waves `before`.

    With one wave each it is the change on the quarter, or on the same quarter of the year before; with four each and
    none in both, the change between disjoint years; with overlapping windows, that of rolling means.

    Examples: the mean of two years; quarters that are in both windows cancel.

    >>> from estimation import window_change
    >>> window_change(["2025", "2026"], ["2026", "2027"])
    {'2025': -0.5, '2026': 0.0, '2027': 0.5}
    """
    a = dict.fromkeys([*before, *after], 0.0)
    for wave in before:
        a[wave] -= 1 / len(before)
    for wave in after:
        a[wave] += 1 / len(after)
    return a


def windows(waves: Waves, before: Sequence, after: Sequence) -> tuple[Estimate, Estimate, object]:
    """The mean of the waves `before`, the mean of the waves `after`, and the covariance between the two (p,p).

    These are what `change` and everything about ranks use as two waves: quarters, years or rolling windows.  A wave in
    both windows contributes its variance to the covariance, which is INDEPENDENT if no wave shares anything with any
    other.  Raises Fault if the windows reach over a break, whichever of them is the earlier.
    """
    a, b = (_coefficients(waves, dict.fromkeys(w, 1 / len(w))) for w in (before, after))
    _refuse_break(waves, a + b)
    one, two = combine(waves, a), combine(waves, b)
    areas, cross = one.names, 0.0
    for s, t in zip(*np.nonzero(np.outer(a, b)), strict=True):
        first, last = min(s, t), max(s, t)
        of_pair = waves.estimates[s].covariance if s == t else waves.cross[waves.names[first], waves.names[last]]
        if not is_independent(of_pair):
            shared = _ordered(of_pair, waves.estimates[first], waves.estimates[last], areas)
            cross = cross + a[s] * b[t] * (shared if s <= t else shared.T)
    return one, two, INDEPENDENT if isinstance(cross, float) else cross


def slope(times: ArrayLike) -> np.ndarray:
    """a_t = (t - t̄)/Σ(t - t̄)² (k,): the least-squares trend per unit of time over waves at `times` (k,).

    Examples: of four waves a year apart the trend is (-3 y1 - y2 + y3 + 3 y4)/10.

    >>> from estimation import slope
    >>> slope([1, 2, 3, 4]).round(12).tolist()
    [-0.3, -0.1, 0.1, 0.3]
    """
    t = np.asarray(times, dtype=float)
    if len(np.unique(t)) < 2:
        raise Fault(key="waves.times", found=[float(x) for x in t])
    centred = t - t.mean()
    return centred / (centred @ centred)


def is_independent(cross: Matrix) -> bool:
    """Whether `cross` is INDEPENDENT."""
    return isinstance(cross, str) and cross == INDEPENDENT


def _df(a, c, df) -> np.ndarray:
    """The df of `combine` (p,), from a (k,), C_st (k,k,p) and the waves' df (k,p); at least 1, at most Σ df_t."""
    df = np.maximum(df, 1.0)
    q = np.einsum("t,s,sta->ta", a, a, c)
    spread_of = np.sqrt(np.einsum("tta->ta", c))
    scale = spread_of[:, None] * spread_of
    r = np.abs(np.divide(c, scale, out=np.zeros_like(c), where=scale > 0))
    part = np.abs(q) / np.sqrt(df)
    spread = np.einsum("sta,sa,ta->a", r, part, part)
    combined = np.divide(q.sum(axis=0) ** 2, spread, out=np.full(q.shape[1], np.inf), where=spread > 0)
    return np.clip(combined, 1.0, df[a != 0].sum(axis=0))


def _common_df(a, c, df, waves: Waves) -> np.ndarray:
    """The df (p,) of waves whose `common` part is known, from a (k,), C_st (k,k,p) and the waves' df (k,p); at least 1.

    V = Σ_t b_t + Σ_{s<t} w_st,  b_t = a_t² V_t + Σ_s a_s a_t V_t(s),  w_st = -a_s a_t (V_s(t) + V_t(s) - 2 C_st),
    where V_t(s) is the part of V_t from PSUs that wave s has too: b_t is what each wave has apart, and w_st comes from
    the changes of common PSUs.
    df = V²/(Σ_s Σ_t |r_st b_s b_t|/√(df_s df_t) + (Σ w_st/√df_st)²).  If the same PSUs are in all waves, Σ w_st is the
    sum of squares of what each of them adds to the change, and is as uncertain as one variance of so many PSUs: the
    w_st of two waves within a window are negative, and their absolute values would count for too much.
    """
    df, v = np.maximum(df, 1.0), np.einsum("tta->ta", c)
    apart, of_common = a[:, None] ** 2 * v, np.zeros(v.shape[1])
    for (first, second), (early, late, of_pair) in waves.common.items():
        s, t = waves.names.index(first), waves.names.index(second)
        apart[s] += a[s] * a[t] * early
        apart[t] += a[s] * a[t] * late
        of_common -= a[s] * a[t] * (early + late - 2 * c[s, t]) / np.sqrt(np.maximum(of_pair, 1.0))
    scale = np.sqrt(v)[:, None] * np.sqrt(v)
    r = np.abs(np.divide(c, scale, out=np.zeros_like(c), where=scale > 0))
    part = np.abs(apart) / np.sqrt(df)
    spread = np.einsum("sta,sa,ta->a", r, part, part)
    spread += of_common**2
    total = np.einsum("s,t,sta->a", a, a, c)
    return np.maximum(np.divide(total**2, spread, out=np.full(len(total), np.inf), where=spread > 0), 1.0)


def _coefficients(waves: Waves, coefficients) -> np.ndarray:
    """a (k,) from an array or a mapping; a Fault for unknown waves, and if all a_t are 0."""
    if isinstance(coefficients, dict):
        unknown = [str(w) for w in coefficients if w not in waves.names]
        if unknown:
            raise Fault(key="waves.unknown", found=unknown, expected=list(waves.names))
        coefficients = [coefficients.get(name, 0.0) for name in waves.names]
    a = np.asarray(coefficients, dtype=float)
    if a.shape != (len(waves.names),) or not a.any():
        raise Fault(key="waves.coefficients", found=[float(x) for x in a.ravel()], expected=len(waves.names))
    return a


def _refuse_break(waves: Waves, a) -> None:
    """A Fault if a break lies between the waves with a_t != 0."""
    used = np.flatnonzero(a)
    crossed = [name for name in waves.names[used[0] + 1 : used[-1] + 1] if name in waves.breaks]
    if crossed:
        first, last = (str(waves.names[j]) for j in (used[0], used[-1]))
        raise Fault(key="change.break", before=first, after=last, waves=crossed)


def _ordered(cross, earlier: Estimate, later: Estimate, areas):
    """The covariance (p,p) with rows and columns in the order of `areas`."""
    c = cross.tocsr() if scipy.sparse.issparse(cross) else np.asarray(cross, dtype=float)
    k = len(areas)
    if c.shape != (k, k):
        raise Fault(key="change.cross", found=str(c.shape), expected=str((k, k)))
    return c[earlier.positions(areas)][:, later.positions(areas)]
