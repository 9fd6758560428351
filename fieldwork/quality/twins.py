"""Interviews that are nearly the same as others of the same interviewer, against those of the whole area."""

from dataclasses import dataclass

import numpy as np

from fieldwork.quality.against_others import HIGH, Deals, freedom, less_conspicuous, usual_spread

FEWEST_ITEMS = 5  # with fewer items interviews are alike by chance in every area
MAY_DIFFER = 0.05  # of the items: near duplicates differ in no more of them
SHARE, RARE = 1.0, 1.5  # powers of the number of an interview's near duplicates that they are divided by
POWERS = np.array([SHARE, RARE])
AT_ONCE = 4_000_000  # numbers of one block of deals
LOOKED_UP = 40  # what looking up a pair takes, beside one product


@dataclass(frozen=True, eq=False)
class Twins:
    """Near duplicates of J interviewers.

    interviews (J,)  that have a near duplicate in their area, whoever took it
    own (J,)         the part of these duplicates that the interviewer took too
    others (J,)      what it is when the area's interviews are dealt out again by lot, as many to each interviewer
    z, p, usual, z_dealt, p_dealt  as in `against_others.Contrast`, one-sided
    signs            z in the first row, below it z_dealt, where all interviews count alike (SHARE)
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
    signs: np.ndarray
    pairs: dict[int, tuple[int, int]]


def twins(codes: np.ndarray, area: np.ndarray, who: np.ndarray, deals: Deals) -> Twins:
    """codes (n,K): answers to K items;  area, who (n,): codes of each interview.

        A_ik = 1{k is a near duplicate of i in its area}/g_i^s,   g_i: the number of these,   T_j = Σ_{i,k of j} A_ik

    With s = 1 (SHARE) the duplicates of an interview together count 1, whatever their number.  Of an honest interviewer
    who hears many best answers, T_j grows with the square of how many: it is skew, and t would flag too many.  With
    s = 1.5 (RARE), g interviews that are alike count √g and not g: what is common in the area weighs little, and copies
    of rare answers count as before, but so does what one interviewer hears differently in a single item.  The less
    conspicuous of both counts.  Mean and variance of T_j are those of dealing out the area's interviews again, and
    the interviewers' marks B_j = (n_j times the mean of Σ_k A_ik)².
    """
    people, areas, items = int(who.max()) + 1, int(area.max()) + 1, codes.shape[1]
    may_differ = int(MAY_DIFFER * items)
    total, variance, level = (np.zeros((len(POWERS), people)) for _ in range(3))
    count, shared = np.zeros(people), np.zeros((people, areas), dtype=bool)
    dealt = np.zeros((len(POWERS), len(deals[0][1]) if deals else 0, people))
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
        weight = np.zeros((len(POWERS), len(rows)))
        weight[:, paired] = degree[paired] ** -POWERS[:, None]
        own = np.eye(len(local))[here]
        total[:, local] += weight @ ((alike @ own) * own)
        count[local] += own[paired].sum(axis=0)
        level[:, local] += own.sum(axis=0) * (weight @ degree)[:, None] / len(rows)
        of_deal = _of_deals(alike, weight, own, order)
        dealt[:, :, local] += of_deal
        variance[:, local] += of_deal.var(axis=1, ddof=1)
        _rarest(pairs, alike, degree, rows, here, local)
    mean = dealt.mean(axis=1) if dealt.shape[1] else total
    totals, df = np.concatenate([total[:, None], dealt], axis=1) - mean[:, None], freedom(shared, variance[0])
    signs, usual, p = usual_spread(totals[0], variance[0], level[0] ** 2, HIGH, df)
    z_rare, _, p_rare = usual_spread(totals[1], variance[1], level[1] ** 2, HIGH, df)
    z, p = less_conspicuous(signs, z_rare), np.maximum(p, p_rare)
    part = lambda sums: np.divide(sums, count, out=np.full(people, np.nan), where=count > 0)  # noqa: E731
    rarest = {j: pair for j, (_, pair) in pairs.items()}
    own_part, by_lot = part(total[0]), part(mean[0])
    return Twins(count.astype(int), own_part, by_lot, z[0], float(usual[0]), p[0], z[1:], p[1:], signs, rarest)


def _of_deals(alike: np.ndarray, weight: np.ndarray, own: np.ndarray, order: np.ndarray) -> np.ndarray:
    """T_j of an area in every deal (powers, deals, J).

    With many interviewers few of the n² pairs belong to one interviewer, and those of each deal are looked up; with
    few interviewers products of matrices are faster.
    alike (n,n): near duplicates;  weight (powers, n): 1/g_i^s, 0 without any
    """
    size, people = own.sum(axis=0), own.shape[1]
    if LOOKED_UP * (size**2).sum() < own.size * len(own):
        of_person = [order[:, own[:, j] > 0] for j in range(people)]
        number = [alike[o[:, :, None], o[:, None, :]].sum(axis=2) for o in of_person]  # (deals, n_j)
        return np.stack([(weight[:, o] * g).sum(axis=2) for o, g in zip(of_person, number, strict=True)], axis=2)
    holder = np.empty_like(order)
    np.put_along_axis(holder, order, np.broadcast_to(np.arange(order.shape[1], dtype=order.dtype), order.shape), axis=1)
    block = max(1, AT_ONCE // own.size)
    parts = []
    pairs, whole = alike.astype(np.float32), own.astype(np.float32)  # whole numbers are exact
    for begin in range(0, len(holder), block):
        drawn = whole[holder[begin : begin + block].T].reshape(len(own), -1)  # (n, block J)
        parts.append((weight @ ((pairs @ drawn) * drawn)).reshape(len(weight), -1, people))
    return np.concatenate(parts, axis=1)


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
