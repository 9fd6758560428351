"""Interviews that are nearly the same as others of the same interviewer, against those of the whole area."""

from dataclasses import dataclass

import numpy as np

from fieldwork.quality.against_others import HIGH, Deals, freedom, usual_spread

FEWEST_ITEMS = 5  # with fewer items interviews are alike by chance in every area
MAY_DIFFER = 0.05  # of the items: near duplicates differ in no more of them
AT_ONCE = 4_000_000  # numbers of one block of deals
LOOKED_UP = 40  # what looking up a pair takes, beside one product


@dataclass(frozen=True, eq=False)
class Twins:
    """Near duplicates of J interviewers.

    interviews (J,)  that have a near duplicate in their area, whoever took it
    own (J,)         the part of these duplicates that the interviewer took too
    others (J,)      what it is when the area's interviews are dealt out again by lot, as many to each interviewer
    z, p, usual, z_dealt, p_dealt  as in `against_others.Contrast`, one-sided
    pairs            interviewer's code -> places of the two interviews that are rarest among those that are the same
    """

    interviews: np.ndarray
    own: np.ndarray
    others: np.ndarray
    z: np.ndarray
    usual: float
    p: np.ndarray
    z_dealt: np.ndarray
    p_dealt: np.ndarray
    pairs: dict[int, tuple[int, int]]


def twins(codes: np.ndarray, area: np.ndarray, who: np.ndarray, deals: Deals) -> Twins:
    """codes (n,K): answers to K items;  area, who (n,): codes of each interview.

        A_ik = 1{k is a near duplicate of i in its area}/(number of these),   T_j = Σ_{i,k of j} A_ik

    An interview like very many others has many duplicates, of which few can be the same interviewer's: what is common
    in the area weighs nothing.  The mean E_j and the variance of T_j are those of dealing out the area's interviews
    again.
    """
    people, areas, items = int(who.max()) + 1, int(area.max()) + 1, codes.shape[1]
    may_differ = int(MAY_DIFFER * items)
    total, variance, count, dealt_pairs = (np.zeros(people) for _ in range(4))
    dealt = np.zeros((len(deals[0][1]) if deals else 0, people))
    shared = np.zeros((people, areas), dtype=bool)
    pairs: dict[int, tuple[float, tuple[int, int]]] = {}
    for rows, order in deals:
        local, here = np.unique(who[rows], return_inverse=True)
        alike = _agreements(codes[rows]) >= items - may_differ
        np.fill_diagonal(alike, False)
        degree = alike.sum(axis=1)
        paired = degree > 0
        if not paired.any():
            continue
        shared[local, area[rows[0]]] = True
        a = alike[paired] / degree[paired][:, None]
        own = np.eye(len(local))[here]
        total[local] += ((a @ own) * own[paired]).sum(axis=0)
        count[local] += own[paired].sum(axis=0)
        dealt_pairs[local] += own.sum(axis=0) * paired.mean()
        of_deal = _of_deals(a, own, paired, order)
        dealt[:, local] += of_deal
        variance[local] += of_deal.var(axis=0, ddof=1)
        _rarest(pairs, alike, degree, rows, here, local)
    mean = dealt.mean(axis=0) if len(dealt) else total
    totals, df = np.vstack([total, dealt]), freedom(shared, variance)
    z, usual, p = usual_spread(totals - mean, variance, dealt_pairs**2, HIGH, df)
    part = lambda sums: np.divide(sums, count, out=np.full(people, np.nan), where=count > 0)  # noqa: E731
    rarest = {j: pair for j, (_, pair) in pairs.items()}
    return Twins(count.astype(int), part(total), part(mean), z[0], float(usual[0]), p[0], z[1:], p[1:], rarest)


def _of_deals(a: np.ndarray, own: np.ndarray, paired: np.ndarray, order: np.ndarray) -> np.ndarray:
    """T_j of an area in every deal (deals, J).

    With many interviewers few of the n² pairs are one interviewer's, and each deal's are looked up; with few, products
    of matrices are faster.
    """
    size = own.sum(axis=0)
    if LOOKED_UP * (size**2).sum() < own.size * len(own):
        whole = np.zeros((len(own), len(own)))
        whole[paired] = a
        of_person = [order[:, own[:, j] > 0] for j in range(len(size))]
        return np.column_stack([whole[o[:, :, None], o[:, None, :]].sum(axis=(1, 2)) for o in of_person])
    holder = np.empty_like(order)
    np.put_along_axis(holder, order, np.broadcast_to(np.arange(order.shape[1], dtype=order.dtype), order.shape), axis=1)
    block = max(1, AT_ONCE // own.size)
    parts = []
    for begin in range(0, len(holder), block):
        drawn = own[holder[begin : begin + block]]  # (block, n, J)
        parts.append(np.einsum("rij,rij->rj", np.matmul(a, drawn), drawn[:, paired]))
    return np.concatenate(parts)


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
