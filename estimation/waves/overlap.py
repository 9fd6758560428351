"""The joint covariance of waves that share primary sampling units: rotating samples, panels, rolling windows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np
import scipy

from estimation.columns.matrices import Matrix
from estimation.estimators.estimates import Estimate, Linearization
from estimation.waves.drawn_correlations import drawn_correlations
from estimation.waves.influence import SharedInfluence, gram, influence_parts
from estimation.waves.waves import INDEPENDENT, Waves, is_independent

NEARLY = 1e-14  # an eigenvalue of r_a below this is rounding
NOTHING = 1e-10  # relative to the largest eigenvalue: a direction with less is taken to have no variance


def joint_waves(waves: Mapping[str, Linearization], estimates: Mapping[str, Estimate]) -> Waves:
    """The waves with their covariances C_st (k,k) from the PSUs that two waves share, or INDEPENDENT if none.

    waves      name -> linearisation, in the order of time
    estimates  name -> the estimates to which the covariances shall belong, of the same areas in one order, with the
               variances of the design or smoothed ones; correlations within a wave are always the design's

        C_st = S_s P_st S_t,   P_st = R_s^½ K_st R_t^½,   K_st = Λ^½ G_st Λ^½ + diag_a (r_a - λ_a G_a)_st,

    S_t   the standard errors of wave t, on a diagonal;  R_t: the correlations of its estimates
    G_st  the correlations between R_s^-½ θ_s and R_t^-½ θ_t that the stacked influence values give (`gram`), that is,
          after each wave's own correlations are removed
    G_a   (T,T), the entries of G for area a, with ones on the diagonal
    r_a   (T,T), the correlations between the waves of area a, shrunk towards the league's (`drawn_correlations`)
    λ_a   on the diagonal of Λ: the largest number, at most 1, for which r_a - λ_a G_a is positive semi-definite
    Then K with K_tt = I is positive semi-definite too, and so is the joint matrix of all waves, whose diagonal blocks
    are the covariances of the waves, unchanged.  Where nothing links areas, P_st is diagonal.
    PSUs are the same if the labels of stratum and PSU are the same.  For one area with the same PSUs in both waves, C
    is the textbook covariance of paired PSU totals.
    """
    used = {name: estimates[name] for name in waves}
    return SharedPsus.of(waves, next(iter(used.values())).names).joint(used)


@dataclass(frozen=True, eq=False)
class SharedPsus:
    """What `joint_waves` knows of waves before it is given the variances: it serves several sets of estimates.

    waves, areas  the names of the waves, in the order of time, and those of the areas
    influence     the stacked influence values
    meeting       the pairs of waves that share a PSU
    within, stacked   the design's R_t (k,k), and the Gram matrices (k,k) over the design's standard errors
    """

    waves: tuple[str, ...]
    areas: tuple
    influence: SharedInfluence
    meeting: list[tuple[int, int]]
    within: list[Matrix]
    stacked: dict[tuple[int, int], Matrix]

    @classmethod
    def of(cls, waves: Mapping[str, Linearization], areas: Sequence) -> "SharedPsus":
        """What the waves share for the estimates of these areas."""
        influence, linearizations = SharedInfluence.of(waves, areas), list(waves.values())
        pairs = combinations(range(len(linearizations)), 2)
        meeting = [pair for pair in pairs if influence.present[:, list(pair)].all(axis=1).any()]
        if not meeting:
            return cls(tuple(waves), tuple(areas), influence, [], [], {})
        designs = [w.estimate().select(areas) for w in linearizations]
        scale, parts = [_inverse(e.se) for e in designs], influence_parts(linearizations, areas)
        within = [_scaled(d, e.covariance, d) for d, e in zip(scale, designs, strict=True)]
        stacked = {(s, t): _scaled(scale[s], gram(parts[s], parts[t]), scale[t]) for s, t in meeting}
        return cls(tuple(waves), tuple(areas), influence, meeting, within, stacked)

    def joint(self, estimates: Mapping[str, Estimate]) -> Waves:
        """The waves with these estimates and the covariances between them (`joint_waves`)."""
        names, used = self.waves, tuple(estimates[name] for name in self.waves)
        cross: dict = dict.fromkeys(combinations(names, 2), INDEPENDENT)
        if not self.meeting:
            return Waves(names, used, cross)
        r, overlap, df = drawn_correlations(self.influence, np.stack([e.variance for e in used]))
        blocks = _linked([*self.within, *self.stacked.values()])
        entries = {pair: [(blocks.alone, blocks.alone, r[blocks.alone, *pair])] for pair in self.meeting}
        for at in blocks.several:
            stacked = {pair: _part(g, at) for pair, g in self.stacked.items()}
            for pair, matrix in _joint([_part(w, at) for w in self.within], stacked, r[at]).items():
                entries[pair].append((np.repeat(at, len(at)), np.tile(at, len(at)), matrix.ravel()))
        sparse = all(scipy.sparse.issparse(w) for w in self.within)
        for (s, t), parts in entries.items():
            rows, columns, values = (np.concatenate(part) for part in zip(*parts, strict=True))
            matrix = scipy.sparse.coo_array((values, (rows, columns)), shape=(len(self.areas), len(self.areas)))
            matrix = matrix.tocsr() if sparse else matrix.toarray()
            cross[names[s], names[t]] = _scaled(used[s].se, matrix, used[t].se)
        # the parts of both variances that come from common PSUs, and the df of the difference of these PSUs
        common = {
            (names[s], names[t]): (
                overlap[:, s, t] * used[s].variance,
                overlap[:, s, t] * used[t].variance,
                df[:, s, t],
            )
            for s, t in self.meeting
        }
        return Waves(names, used, cross, common=common)


def common_psu_covariance(before: Linearization, after: Linearization) -> Matrix:
    """C (k1,k2) of the estimates of two waves with the design's variances (`joint_waves`); 0 for areas of one wave."""
    inside = set(after.names)
    areas = [name for name in before.names if name in inside]
    one, two = before.estimate(), after.estimate()
    rows, columns = one.positions(areas), two.positions(areas)
    chosen = {"before": one.select(areas), "after": two.select(areas)}
    (cross,) = joint_waves({"before": before, "after": after}, chosen).cross.values()
    shape = (len(one.names), len(two.names))
    if is_independent(cross):
        return scipy.sparse.csr_array(shape) if scipy.sparse.issparse(one.covariance) else np.zeros(shape)
    entries = scipy.sparse.coo_array(cross)
    covariance = scipy.sparse.coo_array((entries.data, (rows[entries.row], columns[entries.col])), shape=shape)
    return covariance.tocsr() if scipy.sparse.issparse(cross) else covariance.toarray()


def _joint(within, stacked, shrunk) -> dict:
    """(s,t) -> P_st (k,k), for areas that are linked.

    within: R_t (k,k) of each wave; stacked: (s,t) -> the Gram matrix of the two waves over their standard errors (k,k);
    shrunk: r (k,T,T).
    """
    half, inverse = zip(*(_roots(r) for r in within), strict=True)
    standardised = {(s, t): inverse[s] @ g @ inverse[t] for (s, t), g in stacked.items()}
    of_area = np.tile(np.eye(len(within)), (len(shrunk), 1, 1))
    for (s, t), g in standardised.items():
        of_area[:, s, t] = of_area[:, t, s] = g.diagonal()
    root = np.sqrt(_room(shrunk, of_area))
    joint = {}
    for (s, t), g in standardised.items():
        k = root[:, None] * g * root
        joint[s, t] = half[s] @ (k + np.diag(shrunk[:, s, t] - k.diagonal())) @ half[t]
    return joint


def _room(shrunk, of_area) -> np.ndarray:
    """λ_a (k,): 1/(largest eigenvalue of r_a^-½ G_a r_a^-½), at most 1, so that r_a - λ_a G_a >= 0 in every direction.

    shrunk, of_area: r and G_a (k,T,T).
    """
    value, vector = np.linalg.eigh(shrunk)
    inverse = vector / np.sqrt(np.maximum(value, NEARLY))[:, None, :]
    largest = np.linalg.eigvalsh(np.swapaxes(inverse, 1, 2) @ of_area @ inverse)[:, -1]
    return np.where(largest < 1 / NOTHING, 1 / np.maximum(largest, 1.0), 0.0)


def _roots(correlation) -> tuple[np.ndarray, np.ndarray]:
    """R^½ and R^-½ (k,k), symmetric; R^-½ is 0 in directions without variance."""
    value, vector = np.linalg.eigh(correlation)
    kept = value > NOTHING * value[-1]
    root = np.sqrt(np.where(kept, value, 0.0))
    inverse = np.divide(1.0, root, out=np.zeros(len(root)), where=kept)
    return (vector * root) @ vector.T, (vector * inverse) @ vector.T


class _Blocks(NamedTuple):
    """The areas that nothing links to others, and the areas of each group that is linked."""

    alone: np.ndarray
    several: list[np.ndarray]


def _linked(matrices) -> _Blocks:
    """The blocks of areas that are linked by a correlation other than 0 in one of the matrices (k,k)."""
    links = sum(abs(scipy.sparse.csr_array(m)) for m in matrices)
    _, block = scipy.sparse.csgraph.connected_components(links, directed=False)
    order = np.argsort(block, kind="stable")
    size = np.bincount(block)
    groups = np.split(order, np.cumsum(size)[:-1])
    return _Blocks(np.flatnonzero(size[block] == 1), [at for at in groups if len(at) > 1])


def _scaled(left, matrix, right):
    """The matrix with its rows times `left` and its columns times `right`, dense or sparse as it is."""
    if scipy.sparse.issparse(matrix):
        return scipy.sparse.csr_array(scipy.sparse.diags_array(left) @ matrix @ scipy.sparse.diags_array(right))
    return left[:, None] * matrix * right


def _inverse(value) -> np.ndarray:
    """1/value, 0 where it is 0."""
    return np.divide(1.0, value, out=np.zeros(len(value)), where=value > 0)


def _part(matrix, at) -> np.ndarray:
    """The rows and columns at the positions `at`, as a dense array."""
    return matrix[at][:, at].toarray() if scipy.sparse.issparse(matrix) else matrix[np.ix_(at, at)]
