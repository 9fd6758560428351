"""What a change of rank consists of: how far chance moves an area, and what is due to it and to the other areas."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy

from estimation.columns.matrices import Matrix
from estimation.columns.ties import equalized, scale_of
from estimation.estimators.estimates import Estimate
from estimation.waves.noise import wave_draws
from estimation.waves.waves import INDEPENDENT, ROUNDING, Waves, is_independent
from words import Fault

CHUNK = 2**20  # ranks computed at a time, so that memory does not grow with the number of areas


@dataclass(frozen=True, eq=False)
class ShiftSplit:
    """The observed shift of each area (p,): rank_before - rank_after = own + others, positive if it rose.

    own, others: the places gained by its own movement and by the movement of the others, in multiples of ½
    """

    names: tuple
    rank_before: np.ndarray
    rank_after: np.ndarray
    own: np.ndarray
    others: np.ndarray

    def to_frame(self) -> pd.DataFrame:
        """A table with one row per name and the columns rank_before, rank_after, own and others."""
        columns = ("rank_before", "rank_after", "own", "others")
        return pd.DataFrame({c: getattr(self, c) for c in columns}, index=pd.Index(self.names, name="name"))


def shift_split(before: Estimate, after: Estimate, *, largest_is_best: bool = True) -> ShiftSplit:
    """The parts of each observed rank shift due to the area's own movement and to that of the others (Shapley values).

    R_st = 1 + #{k ≠ j: e_tk better than e_sj}: the rank of j's value in wave s among the others' values in wave t.
    own = ½[(R_11 - R_21) + (R_12 - R_22)], others = ½[(R_11 - R_12) + (R_21 - R_22)], own + others = R_11 - R_22.
    Equal values are equal across the waves too (estimation.columns.ties).
    The areas are in the order of `before`; a Fault names those of only one wave.  Both parts describe the estimates,
    including their sampling error, and should be shown together with `no_change_band`.
    """
    after, _ = in_one_order(before, after, INDEPENDENT)
    e = equalized_waves(before, after) * (-1 if largest_is_best else 1)
    r = [[_rank_in_field(values, field) for field in e] for values in e]
    own = (r[0][0] - r[1][0] + r[0][1] - r[1][1]) / 2
    others = (r[0][0] - r[0][1] + r[1][0] - r[1][1]) / 2
    return ShiftSplit(before.names, r[0][0], r[1][1], own, others)


def no_change_band(
    before: Estimate,
    after: Estimate,
    *,
    cross: Matrix,
    rng: np.random.Generator,
    draws: int = 4_000,
    level: float = 0.95,
) -> np.ndarray:
    """How many places each area moves by chance if no area changed: the `level` quantile of |rank move| (p,).

    True values are simulated from the league shrunk towards its mean: θ_j ~ N(m + b_j(e_j - m), b_j v_j),
    b_j = τ²/(τ² + v_j), where e is the mean of the two waves, v its variance, and τ² = max(0, var(e) - mean v) the
    variation that sampling error does not explain.  Both waves are then simulated around the same θ, with their
    covariance.  It describes chance and is not a test.  cross: as in `change`; the areas are in the order of `before`.
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


def in_one_order(before: Estimate, after: Estimate, cross: Matrix) -> tuple:
    """`after` with its areas in the order of `before`, and the columns of `cross` likewise (INDEPENDENT unchanged)."""
    Waves(("before", "after"), (before, after), {("before", "after"): cross})
    at, p = after.positions(before.names), len(before.names)
    if not is_independent(cross):
        cross = cross.tocsr() if scipy.sparse.issparse(cross) else np.asarray(cross, dtype=float)
        if cross.shape != (p, p):
            raise Fault(key="change.cross", found=str(cross.shape), expected=str((p, p)))
        cross = cross[:, at]
    return after.select(before.names), cross


def cross_diagonal(before: Estimate, after: Estimate, cross: Matrix) -> np.ndarray:
    """The covariance of each area between its two waves (p,), 0 if INDEPENDENT; a Fault if the se exclude it."""
    c = np.zeros(len(before.names)) if is_independent(cross) else np.asarray(cross.diagonal())
    impossible = c**2 > (1 + ROUNDING) * before.variance * after.variance
    if impossible.any():
        raise Fault(key="change.cross_large", names=[str(before.names[j]) for j in np.flatnonzero(impossible)])
    return c


def rank_rows(value: np.ndarray) -> np.ndarray:
    """The ranks within each row of value (B,p), 1 for the smallest; equal values share the smaller rank."""
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
    """The values of both waves (2,p), with equal ones made exactly equal within a wave and between waves."""
    values = np.stack([before.value, after.value])
    return equalized(values, scale=scale_of(values, np.append(before.se, after.se)))


def chunks(rows: int, columns: int) -> Iterator[slice]:
    """Slices of `rows` rows with about CHUNK entries each."""
    step = max(1, CHUNK // max(columns, 1))
    return (slice(start, min(start + step, rows)) for start in range(0, rows, step))


def _rank_in_field(values, field) -> np.ndarray:
    """1 + #{k ≠ j: field_k < values_j} (p,)."""
    return 1 + np.searchsorted(np.sort(field), values) - (field < values)
