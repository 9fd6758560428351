"""The calibration equations Σ d F(x'λ) x = T, by Newton's method; a Fault says which total cannot be reached."""

import numpy as np
import scipy.sparse as sp
from scipy import linalg

from estimation.calibration.distances import LINEAR, Distance
from estimation.columns.columns import said
from words import Fault

DEPENDENT = 1e-10  # a pivot this small beside 1 is a column that others already say
SHORTEST = 2.0**-30  # of a Newton step


def g_weights(d, x, totals, names, distance: Distance, *, tolerance: float, max_steps: int) -> np.ndarray:
    """g = F(x'λ) (n,) such that Σ d g x = T; d (n,), x (n,q) dense or sparse, T (q,).

    Newton's step solves (Σ d F' x x') δ = T - Σ d g x and is halved until the equations come closer; F rises, so some
    step does.  Reached when |T - Σ d g x| <= tolerance max(|T|, Σ d|x|) for every total; one more step polishes.
    """
    size = np.maximum(np.abs(totals), abs(x).T @ d)
    _refuse_unreachable(d, x, totals, names, distance, tolerance * size)
    size = np.where(size > 0, size, 1.0)
    step = np.zeros(x.shape[1])
    g, left = _residual(d, x, totals, distance, step)
    polished = False
    for _ in range(max_steps):
        reached = np.abs(left / size).max() <= tolerance
        if polished:
            break
        polished = reached
        direction = solve(cross_product(x, d * distance.slope(x @ step)), left)
        step, g, left, nearer = _shortened(d, x, totals, distance, step, direction, g, left, size)
        if not nearer:
            break
    if np.abs(left / size).max() > tolerance:
        _refuse_unreached(d, x, totals, names, distance, left / size)
    return g


def _residual(d, x, totals, distance, step):
    with np.errstate(over="ignore", invalid="ignore"):
        g = distance.g(x @ step)
        return g, totals - x.T @ (d * g)


def _shortened(d, x, totals, distance, step, direction, g, left, size):
    """The longest of δ, δ/2, δ/4 … after which the equations are nearer; False if none is."""
    before, length = np.linalg.norm(left / size), 1.0
    while length >= SHORTEST:
        trial = step + length * direction
        trial_g, trial_left = _residual(d, x, totals, distance, trial)
        distance_left = np.linalg.norm(trial_left / size)
        if distance_left <= (1 - length / 10_000) * before:  # not so if it is NaN or infinite
            return trial, trial_g, trial_left, True
        length /= 2
    return step, g, left, False


def solve(matrix, right) -> np.ndarray:
    """M⁻¹ r for a symmetric M >= 0 by Cholesky; the pseudo-inverse where its columns depend on one another."""
    size = np.sqrt(np.diag(matrix))
    size = np.where(size > 0, size, 1.0)
    scaled, right = matrix / np.outer(size, size), (right.T / size).T
    try:
        factor = linalg.cho_factor(scaled, check_finite=False)
        if (np.diag(factor[0]) ** 2).min(initial=1.0) > DEPENDENT:
            return (linalg.cho_solve(factor, right, check_finite=False).T / size).T
    except linalg.LinAlgError:
        pass
    values, vectors = linalg.eigh(scaled)
    kept = values > DEPENDENT
    vectors = vectors[:, kept]
    return ((vectors @ ((vectors.T @ right).T / values[kept]).T).T / size).T


def sweep(matrix, right, blocks, sweeps: int) -> np.ndarray:
    """B after some rounds of fitting each margin (a block of columns, diagonal in M) to what the others leave of z."""
    found = np.zeros_like(right)
    for _ in range(sweeps):
        for block in blocks:
            count = np.diag(matrix)[block]
            left = right[block] - matrix[block] @ found
            found[block] += (left.T / np.where(count > 0, count, 1.0)).T
    return found


def cross_product(x, weight) -> np.ndarray:
    """Σ weight x x' (q,q)."""
    if sp.issparse(x):
        return (x.T @ sp.diags_array(weight) @ x).toarray()
    return x.T @ (x * weight[:, None])


def _refuse_unreachable(d, x, totals, names, distance: Distance, slack) -> None:
    """A Fault for a total of which nobody has anything, or that lies beyond what the bounds allow on their own."""
    most = abs(x).T @ d
    for j in np.flatnonzero((most == 0) & (np.abs(totals) > 0)):
        raise Fault(key="calibration.nobody", name=said(names[j]), total=float(totals[j]))
    if not distance.bounded:
        return
    up, down = x.maximum(0) if sp.issparse(x) else np.maximum(x, 0), None
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
    j = int(np.abs(relative).argmax())
    found = float(totals[j] - relative[j] * max(abs(totals[j]), (abs(x).T @ d)[j]))
    values = {"name": said(names[j]), "total": float(totals[j]), "found": found}
    if distance.bounded:
        least, most = _needed(d, x, totals)
        raise Fault(key="calibration.bounds_not_met", least=least, most=most, **values)
    raise Fault(key="calibration.not_reached", distance=distance.name, **values)


def _needed(d, x, totals) -> tuple[float, float]:
    """The smallest and largest g of the linear calibration without bounds: what bounds would have to allow."""
    step = solve(cross_product(x, d), totals - x.T @ d)
    g = LINEAR.g(x @ step)[d > 0]
    return float(g.min()), float(g.max())
