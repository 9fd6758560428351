"""The joint covariance of waves that share primary sampling units: rotating samples, panels, rolling windows."""

from collections.abc import Mapping
from itertools import combinations
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from estimation.estimators.estimates import Estimate, Linearization
from estimation.waves.drawn_correlations import drawn_correlations
from estimation.waves.influence import SharedInfluence, gram
from estimation.waves.waves import INDEPENDENT, Waves, is_independent

NEARLY = 1e-14  # an eigenvalue of r_a below it is 0 but for rounding
NOTHING = 1e-10  # of the largest eigenvalue: a direction in which a correlation matrix has no variance


def joint_waves(waves: Mapping[str, Linearization], estimates: Mapping[str, Estimate]) -> Waves:
    """The waves together, with the covariances C_st (k,k) that the PSUs in two of them give, or INDEPENDENT.

    waves      name -> linearisation, in the order of time
    estimates  name -> the estimates of the same areas, in one order, that the covariances are for: the design's, or
               with smoothed variances;  correlations within a wave are the design's in both

        C_st = S_s P_st S_t,   P_st = R_s^½ K_st R_t^½,   K_st = Λ^½ G_st Λ^½ + diag_a (r_a - λ_a G_a)_st,

    S_t standard errors, R_t the correlations of wave t's estimates, G those between the waves' R_t^-½ θ_t in the Gram
    matrix of all waves' stacked influence values (`gram`), G_a (T,T) its part for area a alone, r_a (T,T) that area's
    correlations drawn to the league's (`drawn_correlations`), and λ_a, on Λ's diagonal, the largest share of the Gram
    matrix for which r_a - λ_a G_a is positive semi-definite.  So is K, then, with K_tt = I, and so is the joint matrix
    of all waves.  Its diagonal blocks are the waves' own, untouched.  Where nothing links areas, P_st is diagonal.
    PSUs are the same where stratum and PSU have the same labels.  A full panel of one area gives the textbook's
    covariance of paired PSU totals.
    """
    names, found, used = tuple(waves), list(waves.values()), tuple(estimates[name] for name in waves)
    areas = used[0].names
    pairs = list(combinations(range(len(names)), 2))
    shared = SharedInfluence.of(waves, areas)
    meeting = [(s, t) for s, t in pairs if shared.present[:, [s, t]].all(axis=1).any()]
    made = {(names[s], names[t]): INDEPENDENT for s, t in pairs}
    if not meeting:
        return Waves(names, used, made)
    r, overlap, df = drawn_correlations(shared, np.stack([e.variance for e in used]))
    plain = [w.estimate().select(areas) for w in found]
    scale = [_inverse(e.se) for e in plain]
    within = [_scaled(d, e.covariance, d) for d, e in zip(scale, plain, strict=True)]
    stacked = {(s, t): _scaled(scale[s], gram(found[s], found[t], areas), scale[t]) for s, t in meeting}
    blocks = _linked([*within, *stacked.values()])
    entries = {pair: [(blocks.alone, blocks.alone, r[blocks.alone, *pair])] for pair in meeting}
    for at in blocks.several:
        joint = _joint([_part(w, at) for w in within], {p: _part(g, at) for p, g in stacked.items()}, r[at])
        for pair, matrix in joint.items():
            entries[pair].append((np.repeat(at, len(at)), np.tile(at, len(at)), matrix.ravel()))
    sparse = all(sp.issparse(r) for r in within)
    for (s, t), parts in entries.items():
        rows, columns, values = (np.concatenate(part) for part in zip(*parts, strict=True))
        matrix = sp.coo_array((values, (rows, columns)), shape=(len(areas), len(areas)))
        matrix = matrix.tocsr() if sparse else matrix.toarray()
        made[names[s], names[t]] = _scaled(used[s].se, matrix, used[t].se)
    common = {
        (names[s], names[t]): (overlap[:, s, t] * used[s].variance, overlap[:, s, t] * used[t].variance, df[:, s, t])
        for s, t in meeting
    }
    return Waves(names, used, made, common=common)


def common_psu_covariance(before: Linearization, after: Linearization):
    """C (k1,k2) of two waves' estimates with the design's variances, by `joint_waves`; 0 for areas of one wave."""
    inside = set(after.names)
    areas = [name for name in before.names if name in inside]
    one, two = before.estimate(), after.estimate()
    rows, columns = one.positions(areas), two.positions(areas)
    chosen = {"before": one.select(areas), "after": two.select(areas)}
    (cross,) = joint_waves({"before": before, "after": after}, chosen).cross.values()
    shape = (len(one.names), len(two.names))
    if is_independent(cross):
        return sp.csr_array(shape) if sp.issparse(one.covariance) else np.zeros(shape)
    entries = sp.coo_array(cross)
    whole = sp.coo_array((entries.data, (rows[entries.row], columns[entries.col])), shape=shape)
    return whole.tocsr() if sp.issparse(cross) else whole.toarray()


def _joint(within, stacked, drawn) -> dict:
    """P_st of areas that are linked: within R_t (k,k), stacked (s,t) -> the Gram matrix's correlations, r (k,T,T)."""
    half, inverse = zip(*(_roots(r) for r in within), strict=True)
    whole = {(s, t): inverse[s] @ g @ inverse[t] for (s, t), g in stacked.items()}
    own = np.tile(np.eye(len(within)), (len(drawn), 1, 1))
    for (s, t), g in whole.items():
        own[:, s, t] = own[:, t, s] = g.diagonal()
    root = np.sqrt(_room(drawn, own))
    made = {}
    for (s, t), g in whole.items():
        k = root[:, None] * g * root
        made[s, t] = half[s] @ (k + np.diag(drawn[:, s, t] - k.diagonal())) @ half[t]
    return made


def _room(drawn, own) -> np.ndarray:
    """λ (k,), the largest up to 1 with r - λ G positive semi-definite, r and G (k,T,T): 1/(largest of r^-½ G r^-½)."""
    value, vector = np.linalg.eigh(drawn)
    inverse = vector / np.sqrt(np.maximum(value, NEARLY))[:, None, :]
    largest = np.linalg.eigvalsh(np.swapaxes(inverse, 1, 2) @ own @ inverse)[:, -1]
    return np.where(largest < 1 / NOTHING, 1 / np.maximum(largest, 1.0), 0.0)


def _roots(correlation) -> tuple[np.ndarray, np.ndarray]:
    """R^½ and R^-½ (k,k), symmetric; 0 in directions without variance."""
    value, vector = np.linalg.eigh(correlation)
    kept = value > NOTHING * value[-1]
    root = np.sqrt(np.where(kept, value, 0.0))
    inverse = np.divide(1.0, root, out=np.zeros(len(root)), where=kept)
    return (vector * root) @ vector.T, (vector * inverse) @ vector.T


class _Blocks(NamedTuple):
    """Areas that nothing links to others, and for the rest the areas of each group that is linked."""

    alone: np.ndarray
    several: list[np.ndarray]


def _linked(matrices) -> _Blocks:
    """Which areas have correlations other than 0 in any of the matrices (k,k)."""
    links = sum(abs(sp.csr_array(m)) for m in matrices)
    _, block = connected_components(links, directed=False)
    order = np.argsort(block, kind="stable")
    size = np.bincount(block)
    groups = np.split(order, np.cumsum(size)[:-1])
    return _Blocks(np.flatnonzero(size[block] == 1), [at for at in groups if len(at) > 1])


def _scaled(left, matrix, right):
    """Each row and column of a matrix times its factor, dense or sparse as it was."""
    if sp.issparse(matrix):
        return sp.csr_array(sp.diags_array(left) @ matrix @ sp.diags_array(right))
    return left[:, None] * matrix * right


def _inverse(value) -> np.ndarray:
    """1/value, 0 where it is 0."""
    return np.divide(1.0, value, out=np.zeros(len(value)), where=value > 0)


def _part(matrix, at) -> np.ndarray:
    """Some rows and the same columns, written out."""
    return matrix[at][:, at].toarray() if sp.issparse(matrix) else matrix[np.ix_(at, at)]
