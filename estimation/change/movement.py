"""What a rank move is made of: how far chance alone moves an area, and its own part and the others' in a shift."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp

from estimation.columns.ties import equalized, scale_of
from estimation.estimators.estimates import Estimate
from estimation.waves.noise import wave_draws
from estimation.waves.waves import INDEPENDENT, ROUNDING, Waves, is_independent
from words import Fault

CHUNK = 2**20  # ranks worked out at a time: memory stays flat however many areas there are


@dataclass(frozen=True, eq=False)
class ShiftSplit:
    """Each area's observed shift (p,): rank_before - rank_after = own + others places, positive when it rose.

    own: places gained by its own movement, others: by the movement of the rest; multiples of a half.
    """

    names: tuple
    rank_before: np.ndarray
    rank_after: np.ndarray
    own: np.ndarray
    others: np.ndarray

    def to_frame(self) -> pd.DataFrame:
        """One row a name: rank_before, rank_after, own, others."""
        columns = ("rank_before", "rank_after", "own", "others")
        return pd.DataFrame({c: getattr(self, c) for c in columns}, index=pd.Index(self.names, name="name"))


def shift_split(before: Estimate, after: Estimate, *, largest_is_best: bool = True) -> ShiftSplit:
    """How much of each observed rank shift is the area's own movement, how much that of the others: exact, Shapley's.

    R_st = 1 + #{k ≠ j: e_tk better than e_sj}: the rank of j's value of wave s in the others' field of wave t.
    own = ½[(R_11 - R_21) + (R_12 - R_22)], others = ½[(R_11 - R_12) + (R_21 - R_22)], own + others = R_11 - R_22.
    Equal values are equal across the waves too (estimation.columns.ties).
    Areas in the order of `before`; a Fault names those of one wave only.  Both parts describe the estimates, sampling
    error included: beside them belongs `no_change_band`.
    """
    after, _ = in_one_order(before, after, INDEPENDENT)
    e = equalized_waves(before, after) * (-1 if largest_is_best else 1)
    r = [[_rank_in_field(own, field) for field in e] for own in e]
    own = (r[0][0] - r[1][0] + r[0][1] - r[1][1]) / 2
    others = (r[0][0] - r[0][1] + r[1][0] - r[1][1]) / 2
    return ShiftSplit(before.names, r[0][0], r[1][1], own, others)


def no_change_band(
    before: Estimate,
    after: Estimate,
    *,
    cross,
    rng: np.random.Generator,
    draws: int = 4_000,
    level: float = 0.95,
) -> np.ndarray:
    """How many places an area like this one moves when nobody changed: the `level` quantile of |rank move| (p,).

    True values are drawn from the league shrunken to its mean: θ_j ~ N(m + b_j(e_j - m), b_j v_j), b_j = τ²/(τ² + v_j),
    with e the two waves' mean, v its variance and τ² = max(0, var(e) - mean v), the spread the noise does not explain;
    then both waves are drawn around the same θ with their covariance.  A description of chance, not a test.
    cross as for `change`; areas in the order of `before`.
    """
    after, cross = in_one_order(before, after, cross)
    p, c = len(before.names), cross_diagonal(before, after, cross)
    e, v = (before.value + after.value) / 2, (before.variance + after.variance + 2 * c) / 4
    tau2 = max(0.0, e.var(ddof=1) - v.mean()) if p > 1 else 0.0
    b = np.divide(tau2, tau2 + v, out=np.ones(p), where=tau2 + v > 0)
    first, second = wave_draws(before.covariance, after.covariance, cross, draws, rng)
    moves = np.empty((draws, p), dtype=np.int32)
    for rows in chunks(draws, p):
        deviation = rng.standard_normal(first[rows].shape) * np.sqrt(b * v)
        theta = e.mean() + b * (e - e.mean()) + deviation
        moves[rows] = rank_rows(-theta - first[rows]) - rank_rows(-theta - second[rows])
    return np.quantile(np.abs(moves), level, axis=0, method="inverted_cdf").astype(int)


def in_one_order(before: Estimate, after: Estimate, cross) -> tuple:
    """`after` with its areas in the order of `before`, and the covariance's columns likewise (INDEPENDENT stays)."""
    Waves(("before", "after"), (before, after), {("before", "after"): cross})
    at, p = after.positions(before.names), len(before.names)
    if not is_independent(cross):
        cross = cross.tocsr() if sp.issparse(cross) else np.asarray(cross, dtype=float)
        if cross.shape != (p, p):
            raise Fault(key="change.cross", found=str(cross.shape), expected=str((p, p)))
        cross = cross[:, at]
    return after.select(before.names), cross


def cross_diagonal(before: Estimate, after: Estimate, cross) -> np.ndarray:
    """The covariance of each area with itself (p,), 0 if INDEPENDENT; a Fault if larger than the se allow."""
    c = np.zeros(len(before.names)) if is_independent(cross) else np.asarray(cross.diagonal())
    impossible = c**2 > (1 + ROUNDING) * before.variance * after.variance
    if impossible.any():
        raise Fault(key="change.cross_large", names=[str(before.names[j]) for j in np.flatnonzero(impossible)])
    return c


def rank_rows(value) -> np.ndarray:
    """Ranks within each row of (B,p), 1 = smallest; equal values share the better place."""
    order = np.argsort(value, axis=1)
    ordered = np.take_along_axis(value, order, axis=1)
    place = np.broadcast_to(np.arange(1, value.shape[1] + 1, dtype=np.int32), value.shape)
    tied = ordered[:, 1:] == ordered[:, :-1]
    if tied.any():
        place = place.copy()
        place[:, 1:][tied] = 0
        np.maximum.accumulate(place, axis=1, out=place)
    ranked = np.empty(value.shape, dtype=np.int32)
    np.put_along_axis(ranked, order, place, axis=1)
    return ranked


def equalized_waves(before: Estimate, after: Estimate) -> np.ndarray:
    """Both waves' values (2,p), equal ones exactly equal, within a wave and between the two."""
    values = np.stack([before.value, after.value])
    return equalized(values, scale=scale_of(values, np.append(before.se, after.se)))


def chunks(rows: int, columns: int):
    """Slices of `rows` rows with about CHUNK entries each."""
    step = max(1, CHUNK // max(columns, 1))
    return (slice(start, min(start + step, rows)) for start in range(0, rows, step))


def _rank_in_field(own, field) -> np.ndarray:
    """1 + #{k ≠ j: field_k < own_j} (p,)."""
    return 1 + np.searchsorted(np.sort(field), own) - (field < own)
