"""The calibration equations Σ d F(x'λ) x = T, solved by Newton's method; a Fault names a total that is not reached."""

from collections.abc import Sequence

import numpy as np
import scipy

from estimation.calibration.distances import LINEAR, Distance
from estimation.columns.columns import said
from estimation.columns.matrices import Matrix
from words import Fault

DEPENDENT = 1e-10  # a column whose pivot is no larger than this (of 1) is a linear combination of other columns
SHORTEST = 2.0**-30  # the smallest part of a Newton step that is tried


def g_weights(
    d: np.ndarray,
    x: Matrix,
    totals: np.ndarray,
    names: Sequence,
    distance: Distance,
    *,
    tolerance: float,
    max_steps: int,
) -> np.ndarray:
    """g = F(x'λ) (n,) such that Σ d g x = T; d (n,), x (n,q) dense or sparse, T (q,), names (q,) for messages.

    A Newton step δ of λ solves (Σ d F' x x') δ = T - Σ d g x.  It is halved until it brings the equations closer to
    being solved, which some step does because F increases.  They are solved when |T - Σ d g x| <= tolerance
    max(|T|, Σ d|x|) for every total; one further step then polishes the solution.
    """
    size = np.maximum(np.abs(totals), abs(x).T @ d)
    _refuse_unreachable(d, x, totals, names, distance, tolerance * size)
    size = np.where(size > 0, size, 1.0)
    multipliers = np.zeros(x.shape[1])
    g, left = _residual(d, x, totals, distance, multipliers)
    polished = False
    for _ in range(max_steps):
        reached = np.abs(left / size).max() <= tolerance
        if polished:
            break
        polished = reached
        direction = solve(cross_product(x, d * distance.slope(x @ multipliers)), left)
        multipliers, g, left, nearer = _shortened(d, x, totals, distance, multipliers, direction, g, left, size)
        if not nearer:
            break
    if np.abs(left / size).max() > tolerance:
        _refuse_unreached(d, x, totals, names, distance, left / size)
    return g


def _residual(d, x, totals, distance, multipliers) -> tuple[np.ndarray, np.ndarray]:
    """g = F(x'λ) (n,) and T - Σ d g x (q,) at λ = `multipliers` (q,)."""
    with np.errstate(over="ignore", invalid="ignore"):
        g = distance.g(x @ multipliers)
        return g, totals - x.T @ (d * g)


def _shortened(d, x, totals, distance, multipliers, direction, g, left, size):
    """λ, g and T - Σ d g x after the longest of δ, δ/2, δ/4 … that brings them closer, and whether there is one."""
    before, length = np.linalg.norm(left / size), 1.0
    while length >= SHORTEST:
        trial = multipliers + length * direction
        trial_g, trial_left = _residual(d, x, totals, distance, trial)
        remaining = np.linalg.norm(trial_left / size)
        if remaining <= (1 - length / 10_000) * before:  # False if it is NaN or infinite
            return trial, trial_g, trial_left, True
        length /= 2
    return multipliers, g, left, False


def solve(matrix: np.ndarray, right: np.ndarray) -> np.ndarray:
    """M⁻¹ r for a symmetric M >= 0, by Cholesky; by the pseudo-inverse where M's columns are linearly dependent."""
    size = np.sqrt(np.diag(matrix))
    size = np.where(size > 0, size, 1.0)
    scaled, right = matrix / np.outer(size, size), (right.T / size).T
    try:
        factor = scipy.linalg.cho_factor(scaled, check_finite=False)
        if (np.diag(factor[0]) ** 2).min(initial=1.0) > DEPENDENT:
            return (scipy.linalg.cho_solve(factor, right, check_finite=False).T / size).T
    except scipy.linalg.LinAlgError:
        pass
    values, vectors = scipy.linalg.eigh(scaled)
    kept = values > DEPENDENT
    vectors = vectors[:, kept]
    return ((vectors @ ((vectors.T @ right).T / values[kept]).T).T / size).T


def sweep(matrix: np.ndarray, right: np.ndarray, blocks: Sequence[slice], sweeps: int) -> np.ndarray:
    """B after so many rounds in which each margin in turn is fitted to what the other margins leave of z.

    matrix, right: M = Σ d xx' and Σ d x z;  blocks: each margin's columns of x, between which M is diagonal.
    """
    coefficients = np.zeros_like(right)
    for _ in range(sweeps):
        for block in blocks:
            count = np.diag(matrix)[block]
            left = right[block] - matrix[block] @ coefficients
            coefficients[block] += (left.T / np.where(count > 0, count, 1.0)).T
    return coefficients


def cross_product(x: Matrix, weight: np.ndarray) -> np.ndarray:
    """Σ weight x x' (q,q)."""
    if scipy.sparse.issparse(x):
        return (x.T @ scipy.sparse.diags_array(weight) @ x).toarray()
    return x.T @ (x * weight[:, None])


def _refuse_unreachable(d, x, totals, names, distance: Distance, slack) -> None:
    """A Fault for a total to which no row contributes, or which lies beyond what the bounds allow it, seen alone."""
    most = abs(x).T @ d
    for j in np.flatnonzero((most == 0) & (np.abs(totals) > 0)):
        raise Fault(key="calibration.nobody", name=said(names[j]), total=float(totals[j]))
    if not distance.bounded:
        return
    up, down = x.maximum(0) if scipy.sparse.issparse(x) else np.maximum(x, 0), None
    down = x - up
    low = up.T @ (d * distance.low) + down.T @ (d * distance.high)
    high = up.T @ (d * distance.high) + down.T @ (d * distance.low)
    beyond = (totals < low - slack) | (totals > high + slack)
    if beyond.any():
        j = int(beyond.argmax())
        least, most = _needed(d, x, totals)
        raise Fault(
            key="calibration.beyond_bounds",
            name=said(names[j]),
            total=float(totals[j]),
            low=float(low[j]),
            high=float(high[j]),
            least=least,
            most=most,
        )


def _refuse_unreached(d, x, totals, names, distance: Distance, relative) -> None:
    """A Fault that names the total furthest from being met, and what the bounds would have to allow."""
    j = int(np.abs(relative).argmax())
    reached_total = float(totals[j] - relative[j] * max(abs(totals[j]), (abs(x).T @ d)[j]))
    values = {"name": said(names[j]), "total": float(totals[j]), "found": reached_total}
    if distance.bounded:
        least, most = _needed(d, x, totals)
        raise Fault(key="calibration.bounds_not_met", least=least, most=most, **values)
    raise Fault(key="calibration.not_reached", distance=distance.name, **values)


def _needed(d, x, totals) -> tuple[float, float]:
    """The smallest and the largest g of the linear calibration without bounds, which bounds would have to allow."""
    multipliers = solve(cross_product(x, d), totals - x.T @ d)
    g = LINEAR.g(x @ multipliers)[d > 0]
    return float(g.min()), float(g.max())
