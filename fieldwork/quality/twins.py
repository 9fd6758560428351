"""Interviews that are nearly the same as others of the same interviewer, against those of the whole area."""

from dataclasses import dataclass

import numpy as np

from fieldwork.quality.against_others import HIGH, usual_spread

FEWEST_ITEMS = 5  # with fewer items interviews are alike by chance in every area
MAY_DIFFER = 0.05  # of the items: near duplicates differ in no more of them
DRAWS = 200


@dataclass(frozen=True, eq=False)
class Twins:
    """Near duplicates of J interviewers.

    interviews (J,)  that have a near duplicate in their area, whoever took it
    own (J,)         the part of these duplicates that the interviewer took too
    others (J,)      what it is when the area's interviews are dealt out again by lot, as many to each interviewer
    z, p (J,), usual  as in `against_others.Contrast`, one-sided
    pairs            interviewer's code -> places of the two interviews that are rarest among those that are the same
    """

    interviews: np.ndarray
    own: np.ndarray
    others: np.ndarray
    z: np.ndarray
    usual: float
    p: np.ndarray
    pairs: dict[int, tuple[int, int]]


def twins(codes: np.ndarray, area: np.ndarray, who: np.ndarray, *, rng: np.random.Generator) -> Twins:
    """codes (n,K): answers to K items;  area, who (n,): codes of each interview.

        A_ik = 1{k is a near duplicate of i in its area}/(number of these),   T_j = Σ_{i,k of j} A_ik

    An interview like very many others has many duplicates, of which few can be the same interviewer's: what is common
    in the area weighs nothing. The mean and the variance of T_j are those of dealing out the area's interviews again.
    """
    people, items = int(who.max()) + 1, codes.shape[1]
    may_differ = int(MAY_DIFFER * items)
    total, mean, variance, count, dealt_pairs = (np.zeros(people) for _ in range(5))
    pairs: dict[int, tuple[float, tuple[int, int]]] = {}
    order = np.argsort(area, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(area[order])) + 1):
        local, here = np.unique(who[rows], return_inverse=True)
        if len(local) < 2:
            continue
        alike = _agreements(codes[rows]) >= items - may_differ
        np.fill_diagonal(alike, False)
        degree = alike.sum(axis=1)
        paired = degree > 0
        if not paired.any():
            continue
        a = alike[paired] / degree[paired][:, None]
        own = np.eye(len(local))[here]
        total[local] += ((a @ own) * own[paired]).sum(axis=0)
        count[local] += own[paired].sum(axis=0)
        dealt_pairs[local] += own.sum(axis=0) * paired.mean()
        dealt = np.argsort(rng.random((DRAWS, len(rows))), axis=1)
        drawn = own[dealt]  # (draws, n, j)
        of_draw = np.einsum("rij,rij->rj", np.matmul(a, drawn), drawn[:, paired])
        mean[local] += of_draw.mean(axis=0)
        variance[local] += of_draw.var(axis=0, ddof=1)
        _rarest(pairs, alike, degree, rows, here, local)
    z, usual, p = usual_spread(total - mean, variance, dealt_pairs**2, HIGH)
    part = lambda sums: np.divide(sums, count, out=np.full(people, np.nan), where=count > 0)  # noqa: E731
    return Twins(count.astype(int), part(total), part(mean), z, usual, p, {j: pair for j, (_, pair) in pairs.items()})


def _agreements(codes: np.ndarray) -> np.ndarray:
    """How many items (m,m) two interviews answered with the same code; codes (m,K)."""
    agree = np.zeros((len(codes), len(codes)), dtype=np.int16)
    for column in codes.T:
        agree += column[:, None] == column[None, :]
    return agree


def _rarest(pairs, alike, degree, rows, here, local) -> None:
    """Note each interviewer's pair of near duplicates with the fewest others like them."""
    one, two = np.nonzero(np.triu(alike & (here[:, None] == here[None, :])))
    if not len(one):
        return
    size = degree[one] + degree[two]
    for k in np.argsort(size, kind="stable")[: 4 * len(local)]:
        person = int(local[here[one[k]]])
        if person not in pairs or size[k] < pairs[person][0]:
            pairs[person] = (float(size[k]), (int(rows[one[k]]), int(rows[two[k]])))
