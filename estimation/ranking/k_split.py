"""Critical values of the K-split: how clearly areas must differ before one is shown to be among the last k.

There are p areas with estimates x_i; s_ij is the standard error of x_i - x_j, and c the critical value.  Order the
areas by their true values, worst first, with ties in any order fixed beforehand.  S is the set of the first k; the
areas after it are j_1, j_2, ..., j_{p-k}.  T_ij = (x_i - x_j)/s_ij, and j is *in* when #{i: T_ij > c} >= p-k.

The counting step.  Suppose that j = j_m is falsely declared to be in.  Its k+m-1 predecessors
B_m = S + {j_1..j_{m-1}} leave p-k-m other areas, so at least m of B_m have T_ij > c.  These are truly no better than
j_m, so it is their errors alone that exceed c:
    A_m = "at least m of the k+m-1 areas of B_m have (Z_i - Z_j)/s_ij > c",     P(any false claim) <= Σ_m P(A_m).
A list of w areas named beforehand contains at most w of the j_m, and the bounds of P(A_m) decrease with m, so that
m = 1..min(w, p-k) is enough.

To be shown *out* of the last k is to be shown in the best p-k: the same with signs reversed and p-k in place of k.
The derivation is ours (docs/methods.md); no published procedure for it was found.

Four areas on paper, k = 1: which one is surely the last?  The values are 10, 7.5, 7 and 2, and s = 1 for every pair,
so T is the difference; α = 0.025.  S is the truly last area; j_1, j_2, j_3 are the others, from worse to better.
    j_1 is falsely *in* only if the one area worse than it appears better by c:   P(A_1) <= 1 - Φ(c)
    j_2 only if both worse areas do; the expected number is 2(1 - Φ(c)), so       P(A_2) <= 2(1 - Φ(c))/2
    j_3 only if all three do; the expected number is 3(1 - Φ(c)), so              P(A_3) <= 3(1 - Φ(c))/3
The sum is at most 3(1 - Φ(c)) = 0.025, so c = Φ⁻¹(1 - 0.025/3) = 2.394 for any covariance.  Independent areas of equal
precision exceed c together much more rarely, and 2.046 is enough for them.

>>> print(round(critical_any(4, 1, 0.025), 3), round(critical_independent(np.full(4, 0.5**0.5), 1, 0.025), 3))
2.394 2.046

The area with the value 2 is 5, 5.5 and 8 below the others, each of which is more than c: it is surely the last.  The
area with 7 is more than c below one area only (10 - 7 = 3), and three are needed.
"""

from functools import cache

import numpy as np
import scipy
from numpy.typing import ArrayLike

LOWEST, HIGHEST = -7.0, 4.0  # the range of z + c integrated over; values beyond it change no printed digit
MOST_GROUPS = 48  # the largest number of groups of areas with nearly equal standard errors, which are bounded together
FINEST = 0.01  # the relative width of a group that is tried first if there are more different se than groups
MOST_STEPS = 256  # areas added one by one; the others, less likely to exceed, enter through a Poisson bound
WORK = 2e8  # numbers processed in one evaluation: above it the groups become coarser (and the bound remains valid)
NEGLIGIBLE = 1e-3  # the part of alpha below which the remaining terms are bounded instead of computed


def critical_any(p: int, k: int, alpha: float, *, named: int | None = None) -> float:
    """c = Φ⁻¹(1 - α/Σ_{m<=w} (k+m-1)/m), w = min(named, p-k), valid for any covariance between areas.

    named: how many areas were named beforehand; None: all p are judged
    By Markov's inequality P(A_m) <= E#{i in B_m: T_ij > c}/m = (k+m-1)/m (1-Φ(c)).  The sum is w + (k-1)H_w; for one
    area named beforehand c = Φ⁻¹(1 - α/k).
    """
    return max(0.0, float(scipy.stats.norm.isf(alpha / _markov(k, _slots(p, k, named)).sum())))


def critical_independent(se: ArrayLike, k: int, alpha: float, *, named: ArrayLike | None = None) -> float:
    """The c at which `independent_bound`(c) = α, for independent areas with standard errors se (p,), in any order.

    named (p,): whether the area was named beforehand; None: all are judged
    For equal se it is the root of Σ_m P(at least m of k+m-1 exceed Z_0 + c√2) = α.  It is never above `critical_any`
    and never below Φ⁻¹(1-α).
    """
    se = np.asarray(se, dtype=float)
    named = np.ones(len(se), dtype=bool) if named is None else np.asarray(named, dtype=bool)
    low = float(scipy.stats.norm.isf(alpha))
    high = critical_any(len(se), k, alpha, named=int(named.sum()))
    if not se.any() or high <= low:
        return high

    @cache
    def excess(c_squared: float) -> float:  # log(bound/α), nearly linear in c²
        return np.log(max(independent_bound(se, k, c_squared**0.5, named=named, alpha=alpha), 1e-300) / alpha)

    if excess(low**2) <= 0:
        return low
    return high if excess(high**2) >= 0 else scipy.optimize.brentq(excess, low**2, high**2, xtol=1e-4) ** 0.5


def independent_bound(se: np.ndarray, k: int, c: float, *, named: np.ndarray, alpha: float = 0.05) -> float:
    """An upper bound of Σ_m P(A_m) for any set S and any order of the areas after it.

    se (p,): standard errors of independent areas; named (p,): whether the area may be claimed
    Given Z_j = σ_j z, the areas exceed c independently, with the probabilities q_ij(z) = 1 - Φ((c s_ij + σ_j z)/σ_i).
    The k+m-1 areas with the largest q exceed stochastically at least as often as those of B_m, so
    F_jm = ∫ φ(z) P(at least m of them | z) dz bounds P(A_m) if j = j_m; Markov's (k+m-1)/m (1-Φ(c)) bounds it too.
    Both decrease with m: one more area and one more exceedance required means that fewer than k of a longer row fail.
    Each area is j_m for at most one m, so the sum is at most the largest Σ_m F_{j(m)m} over one-to-one choices j(m),
    an assignment problem.  The terms after M are bounded by F_jM, used once per area.
    """
    p, w = len(se), _slots(len(se), k, int(named.sum()))
    low, high, group = _groups(se, _group_count(k, w))
    areas, claimants = np.bincount(group, minlength=len(low)), np.bincount(group[named], minlength=len(low))
    with_claimants = np.flatnonzero(claimants)
    z, weight = _nodes(low, high, c)
    q = _exceedance(low, high, with_claimants, c, z)
    counts = np.broadcast_to(areas, (len(with_claimants), len(low))).copy()
    counts[np.arange(len(with_claimants)), with_claimants] -= 1
    enough = NEGLIGIBLE * alpha / p
    exact = _fewer_failures(q, counts, k, w, weight, enough) if k <= w else _enough_successes(q, counts, k, w, weight)
    f = np.minimum(exact, _markov(k, exact.shape[1]) * scipy.stats.norm.sf(c))
    return _assignment(f, claimants[with_claimants], w)


def _slots(p: int, k: int, named: int | None) -> int:
    """w, the largest possible number of false claims."""
    return p - k if named is None else min(named, p - k)


def _markov(k: int, w: int) -> np.ndarray:
    """(k+m-1)/m for m = 1..w."""
    m = np.arange(1, w + 1)
    return (k + m - 1) / m


def _group_count(k: int, w: int) -> int:
    """The number of groups that WORK allows."""
    steps = min(k, w) * min(k + w, MOST_STEPS + k)
    return int(np.clip(WORK / (100 * steps), 4, MOST_GROUPS))


def _groups(se, most: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The smallest and the largest se (G,) of groups of nearly equal se, and the group of each area (p,); G <= most."""
    width, key = 0.0, se
    while len(np.unique(key)) > most:
        width = 2 * width or FINEST
        positive = np.where(se > 0, se, 1.0)
        key = np.where(se > 0, np.floor(np.log(positive / positive.min()) / np.log1p(width)), -1.0)
    _, group = np.unique(key, return_inverse=True)
    low, high = np.full(group.max() + 1, np.inf), np.zeros(group.max() + 1)
    np.minimum.at(low, group, se)
    np.maximum.at(high, group, se)
    return low, high, group


def _nodes(low, high, c: float) -> tuple[np.ndarray, np.ndarray]:
    """z and weights (nodes,) of the midpoint rule around z = -c, where the integrand drops if σ_i is far below σ_j.

    The rule is exact to many digits if the integrand is smooth on the scale of the step, σ_i/σ_j.
    """
    step = float(np.clip(low.min() / high.max(), 1 / 16, 0.2))
    z = (np.arange(np.ceil((LOWEST + c) / step), np.floor((HIGHEST + c) / step)) + 0.5) * step - c
    weight = scipy.stats.norm.pdf(z)
    return z, weight / weight.sum()


def _exceedance(low, high, rows, c: float, z) -> np.ndarray:
    """The supremum of q_ij(z) (rows, nodes, G) over j in the group of the row and i in the group of the column.

    With tan φ = σ_j/σ_i:  q = 1 - Φ((c + z sin φ)/cos φ), whose argument is smallest at sin φ = -z/c.
    """
    least = np.arctan2(low[rows][:, None], high)[:, None, :]
    most = np.arctan2(high[rows][:, None], low)[:, None, :]
    z = z[:, None]
    angle = np.clip(np.arcsin(np.clip(-z / c, -1, 1)), least, most)
    cosine = np.cos(angle)
    above = c + z * np.sin(angle)
    certain = np.where(above > 0, np.inf, -np.inf)
    argument = np.divide(above, cosine, out=certain, where=cosine > 1e-12)
    exact = (high[rows][:, None] == 0) & (high == 0)
    return np.where(exact[:, None, :], 0.0, scipy.special.ndtr(-argument))


class _Row:
    """The areas of every lane (a row and a node) in descending order of q, from which they are taken one by one."""

    def __init__(self, q, counts):
        order = np.argsort(-q, axis=-1).reshape(-1, q.shape[-1])
        lanes = np.arange(len(order))[:, None]
        self.shape = q.shape[:-1]
        self.q = q.reshape(order.shape)[lanes, order]
        self.ends = counts[lanes // self.shape[1], order].cumsum(axis=1)
        self.at = np.arange(len(order)) * q.shape[-1]  # the position of each lane in the flattened q and ends
        self.taken = 0

    def next(self) -> np.ndarray:
        """q (lanes,) of the next area."""
        while (group_ended := self.ends.ravel()[self.at] <= self.taken).any():
            self.at += group_ended
        self.taken += 1
        return self.q.ravel()[self.at]

    def poisson_rate(self, until: int) -> np.ndarray:
        """-Σ log(1-q) (lanes,) of the areas after those taken, up to the area number `until`."""
        starts = np.hstack([np.zeros((len(self.ends), 1), dtype=int), self.ends[:, :-1]])
        count = np.clip(np.minimum(self.ends, until) - np.maximum(starts, self.taken), 0, None)
        return -(count * np.log1p(-np.minimum(self.q, 1 - 1e-16))).sum(axis=1)

    def integral(self, chance: np.ndarray, weight: np.ndarray) -> np.ndarray:
        """∫ φ(z) chance(z) dz (rows,)."""
        return chance.reshape(self.shape) @ weight


def _fewer_failures(q, counts, k: int, w: int, weight, enough: float) -> np.ndarray:
    """F (rows, M): at least m of the k+m-1 likeliest exceed, so fewer than k fail; up to an M with F <= enough."""
    row, f = _Row(q, counts), []
    failures = np.zeros((k, q.shape[0] * q.shape[1]))
    failures[0] = 1
    while len(f) < min(w, MOST_STEPS) and not (f and f[-1].max() < enough):
        failures = _one_more(failures, 1 - row.next())
        if row.taken >= k:
            f.append(row.integral(failures.sum(axis=0), weight))
    return np.stack(f, axis=1)


def _enough_successes(q, counts, k: int, w: int, weight) -> np.ndarray:
    """F (rows, w): at least m of the k+m-1 likeliest exceed, from the distribution of the number that do, up to w.

    After MOST_STEPS areas the others enter as a Poisson variable with mean -Σ log(1-q), which is stochastically larger
    than the sum of their Bernoulli(q) variables.
    """
    row, f = _Row(q, counts), []
    successes = np.zeros((w, q.shape[0] * q.shape[1]))
    successes[0] = 1
    while row.taken < min(k - 1, MOST_STEPS):
        successes = _one_more(successes, row.next())
    if row.taken < k - 1:
        others = scipy.special.pdtr(np.arange(w)[:, None], row.poisson_rate(k + w - 1))
        fewer = [(successes[:m] * others[m - 1 :: -1]).sum(axis=0) for m in range(1, w + 1)]
        return np.stack([row.integral(1 - chance, weight) for chance in fewer], axis=1)
    for m in range(1, w + 1):
        successes = _one_more(successes, row.next())
        f.append(row.integral(1 - successes[:m].sum(axis=0), weight))
    return np.stack(f, axis=1)


def _one_more(chance, q) -> np.ndarray:
    """P(r of the areas taken exceed) (r, lanes), after one more area that does with probability q."""
    after = chance * (1 - q)
    after[1:] += chance[:-1] * q
    return after


def _assignment(f, members, w: int) -> float:
    """max Σ_m f_{g(m)m} over m = 1..w, each group g at most members_g times; f (G, M), f_gm = f_gM for m > M."""
    count = f.shape[1]
    tail = f[:, -1:] if count < w else np.zeros((len(f), 1))
    rows = np.repeat(f - tail, np.minimum(members, count), axis=0)
    chosen = scipy.optimize.linear_sum_assignment(rows, maximize=True)
    most_first = np.sort(np.repeat(tail[:, 0], members))[::-1]
    return float(rows[chosen].sum() + most_first[:w].sum())
