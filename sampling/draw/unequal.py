"""Draw with probability proportional to size: systematic, Sampford's or pivotal, with exact inclusion probabilities."""

from itertools import pairwise

import numpy as np
import pandas as pd

from sampling.draw.draw import CodedFrame, order_of_draw, rows_sorted, sample_table, units_wanted
from sampling.draw.random_numbers import derived_numbers
from words import Fault

SYSTEMATIC, SAMPFORD, PIVOTAL = "systematic", "sampford", "pivotal"
ROUNDING = 1e-9
TRIALS = 5_000  # of Sampford's rejective draw, before another method is recommended


def inclusion_probabilities(size, n: int) -> np.ndarray:
    """π_i = n x_i/Σx (N,), units for which that is 1 or more taken for certain and the rest shared out anew.  SSW 3.6.

    size x_i >= 0; the sum is n.  Raises Fault for negative sizes and for fewer than n positive ones.

    Examples: two of five units; the last one, as large as all the others together, is taken for certain, and the other
    four are equally large.

    >>> from sampling import inclusion_probabilities
    >>> inclusion_probabilities([1, 1, 1, 1, 4], 2).tolist()
    [0.25, 0.25, 0.25, 0.25, 1.0]
    """
    size = np.asarray(size, dtype=float)
    if not (np.isfinite(size) & (size >= 0)).all():
        raise Fault(key="sampling.size", found=float(size[~(np.isfinite(size) & (size >= 0))][0]))
    if not 0 <= n <= (size > 0).sum():
        raise Fault(key="sampling.few_sizes", found=int(n), expected=int((size > 0).sum()))
    certain = np.zeros(len(size), dtype=bool)
    while True:
        rest = np.where(certain, 0.0, size)
        left = n - int(certain.sum())
        probability = np.where(certain, 1.0, left * rest / rest.sum() if left else 0.0)
        more = ~certain & (probability >= 1 - ROUNDING)
        if not more.any():
            return probability
        certain |= more


def draw_pps(
    frame: pd.DataFrame, n, size: str, *, start: float, method: str = SYSTEMATIC, order: list[str] | None = None
) -> pd.DataFrame:
    """n units (of each stratum, if n is by stratum) with π_i = n x_i/Σx exactly, x in the column `size`.

    frame   unit_id, prn, size and, where n is by stratum, stratum
    method  systematic: units in the `order` of those columns, then of unit_id, at u + 0, 1, …, n-1 of the cumulated π
            pivotal:    in the same order, each unit duels with the one left over (Deville & Tillé 1998, Biometrika
                        85:89): it spreads the sample over the order, too
            sampford:   rejective (Sampford 1967, Biometrika 54:499); its π_ij are `joint_sampford`, all above 0, so
                        that the variance can be estimated without bias; only while n is a small part of N
    The numbers the draw needs come from `start` (`derived_numbers`), not from prn, so that place, which follows prn,
    is a random order of the sample.  SAMPLE as in `draw_stratified`, with each unit's own probability.
    Systematic and pivotal draws leave many π_ij at 0: their variance needs an approximation, named where it is used.
    """
    if method not in (SYSTEMATIC, SAMPFORD, PIVOTAL):
        raise Fault(key="sampling.method", found=method, expected=[SYSTEMATIC, SAMPFORD, PIVOTAL])
    if size not in frame:
        raise Fault(key="table.columns", table="FRAME", columns=[size])
    frame = frame if "stratum" in frame and not np.isscalar(n) else frame.assign(stratum="")
    coded = CodedFrame.of(frame)
    sample = units_wanted(coded, {"": n} if np.isscalar(n) else n)
    rows, first = rows_sorted(coded, order or [])
    x, chosen, probability = frame[size].to_numpy(dtype=float), [], np.zeros(len(frame))
    for h, name in enumerate(coded.strata):
        units = rows[first[h] : first[h + 1]]
        probability[units] = pi = inclusion_probabilities(x[units], int(sample[h]))
        chosen.append(units[_selected(pi, start, f"{method} {name}", method)])
    drawn = order_of_draw(coded, np.concatenate(chosen).astype(np.int64), np.full(len(coded.strata), start))
    return sample_table(coded, drawn, sample, probability[drawn])


def _selected(probability, start: float, label: str, method: str) -> np.ndarray:
    """Places of the selected: those that are certain, and the others by `method`."""
    open_ = np.flatnonzero((probability > 0) & (probability < 1))
    certain = np.flatnonzero(probability >= 1)
    n = round(probability[open_].sum())
    if n == 0:
        return certain
    if method == SYSTEMATIC:
        found = systematic_pps(probability[open_], derived_numbers(start, label, 1)[0])
    elif method == PIVOTAL:
        found = pivotal(probability[open_], derived_numbers(start, label, len(open_)))
    else:
        found = _sampford(probability[open_], n, start, label)
    return np.sort(np.concatenate([certain, open_[found]]))


def systematic_pps(probability, u: float) -> np.ndarray:
    """The units in whose stretch of the cumulated π the points u, u+1, … fall."""
    cumulated = probability.cumsum()
    n = round(cumulated[-1])
    return np.minimum(
        np.searchsorted(cumulated * (n / cumulated[-1]), u + np.arange(n), side="right"), len(cumulated) - 1
    )


def pivotal(probability, uniforms) -> np.ndarray:
    """One unit after another duels with the one left over: together below 1 one of them takes all, else one is drawn.

    a+b < 1:  (a+b, 0) with chance a/(a+b), else (0, a+b);   a+b >= 1:  (1, a+b-1) with (1-b)/(2-a-b), else (a+b-1, 1).
    """
    selected, holder, a = [], 0, float(probability[0])
    for i, (b, u) in enumerate(zip(probability[1:].tolist(), uniforms[1:].tolist(), strict=True), start=1):
        both = a + b
        if both < 1 - ROUNDING:
            if u * both >= a:
                holder = i
            a = both
        else:
            stays = u * (2 - both) < 1 - b if both < 2 - ROUNDING else True
            selected.append(holder if stays else i)
            holder, a = (i if stays else holder), both - 1
    return np.array(selected + [holder] * (a > 0.5), dtype=np.int64)


def _sampford(probability, n: int, start: float, label: str) -> np.ndarray:
    """First draw with p_i = π_i/n, n-1 more with replacement ∝ π_i/(1-π_i), until all n differ."""
    first, others = probability.cumsum(), (probability / (1 - probability)).cumsum()
    block = max(1, 128 // n)
    for begun in range(0, TRIALS, block):
        u = derived_numbers(start, f"{label} {begun}", n * block).reshape(block, n)
        units = np.searchsorted(others, u * others[-1], side="right")
        units[:, 0] = np.searchsorted(first, u[:, 0] * first[-1], side="right")
        units = np.sort(np.minimum(units, len(first) - 1), axis=1)
        good = (np.diff(units, axis=1) > 0).all(axis=1)
        if good.any():
            return units[good.argmax()]
    raise Fault(key="sampling.sampford", n=n, population=len(first), trials=TRIALS)


def joint_sampford(probability) -> np.ndarray:
    """π_ij (N,N) of Sampford's draw, π_i on the diagonal; 0 < π_i < 1.  Sampford (1967), Biometrika 54:499.

    With p_i = π_i/n, λ_i = p_i/(1-π_i), L_m the sum over all m-subsets of Πλ, K = 1/Σ_{t=1..n} t L_{n-t}/n^t:
    π_ij = K λ_i λ_j Σ_{t=2..n} [t - n(p_i + p_j)] L_{n-t}(without i, j)/n^{t-2}.      O(N² n).
    """
    pi = np.asarray(probability, dtype=float)
    n = round(pi.sum())
    weight = pi / n / (1 - pi)
    t = np.arange(1, n + 1)
    sums = _subset_sums(weight, n)
    constant = 1 / (t * sums[n - t] / float(n) ** t).sum()
    joint = np.diag(pi)
    for i in range(len(pi)):
        for j in range(i):
            without = _subset_sums(np.delete(weight, [i, j]), n)
            terms = (t[1:] - pi[i] - pi[j]) * without[n - t[1:]] / float(n) ** (t[1:] - 2)
            joint[i, j] = joint[j, i] = constant * weight[i] * weight[j] * terms.sum()
    return joint


def joint_systematic(probability) -> np.ndarray:
    """π_ij (N,N) of the systematic draw in this order, π_i on the diagonal: the lengths of u on which both fall."""
    pi = np.asarray(probability, dtype=float)
    edges = np.unique(np.concatenate([[0.0, 1.0], np.clip(pi.cumsum() % 1, 0, 1)]))
    joint = np.zeros((len(pi), len(pi)))
    for low, high in pairwise(edges):
        found = systematic_pps(pi, (low + high) / 2)
        joint[np.ix_(found, found)] += high - low
    return joint


def _subset_sums(weight, most: int) -> np.ndarray:
    """L_m = Σ over m-subsets of Π weight, m = 0..most."""
    sums = np.zeros(most + 1)
    sums[0] = 1.0
    for w in weight:
        sums[1:] += w * sums[:-1]
    return sums
