"""Draws with probability proportional to size, with exact inclusion probabilities: systematic, Sampford's, pivotal."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from sampling.draw.draw import Allocation, CodedFrame, order_of_draw, rows_sorted, sample_table, units_wanted
from sampling.draw.random_numbers import derived_numbers
from words import Fault

SYSTEMATIC, SAMPFORD, PIVOTAL = "systematic", "sampford", "pivotal"
ROUNDING = 1e-9
LEAST_GOOD = 20  # trials that give a sample, of TRIALS, for a plan that may not fail after its line is published
TRIALS = 5_000  # of Sampford's rejective draw, before another method is recommended


def inclusion_probabilities(size: ArrayLike, n: int) -> np.ndarray:
    """π_i = n x_i/Σx (N,); units for which this is 1 or more get π_i = 1, and it is computed again for the others.

    size  x_i >= 0 (N,)
    The π_i sum to n.  Särndal, Swensson & Wretman (1992), 3.6.
    Raises Fault for negative sizes and for fewer than n positive ones.

    Examples: two of five units are drawn.  The last one is as large as all others together and is certain to be drawn;
    the others are of equal size.

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
        uncertain_size = np.where(certain, 0.0, size)
        left = n - int(certain.sum())
        probability = np.where(certain, 1.0, left * uncertain_size / uncertain_size.sum() if left else 0.0)
        more = ~certain & (probability >= 1 - ROUNDING)
        if not more.any():
            return probability
        certain |= more


def draw_pps(
    frame: pd.DataFrame,
    n: int | Allocation,
    size: str,
    *,
    start: float,
    method: str = SYSTEMATIC,
    order: list[str] | None = None,
) -> pd.DataFrame:
    """A sample of n units (of n_h units in each stratum, if n is by stratum) with π_i = n x_i/Σx exactly.

    frame   unit_id, prn, the column `size` of the x_i and, if n is by stratum, stratum
    method  systematic: the units are sorted by the columns of `order` and unit_id, and those are drawn in whose stretch
                        of the cumulated π the points u, u+1, …, u+n-1 fall
            pivotal:    in the same order, each unit duels with the one left over from the duels before (Deville & Tillé
                        1998, Biometrika 85:89); this, too, spreads the sample over the order
            sampford:   rejective (Sampford 1967, Biometrika 54:499), only for n that are a small part of N; its π_ij,
                        which `joint_sampford` gives, are all above 0, so that the variance has an unbiased estimator
    The random numbers of the draw are derived from `start` (`derived_numbers`), not from prn, so that the places, which
    follow prn, are a random order of the sample.  Gives SAMPLE as `draw_stratified` does, with each unit's own
    probability.  Systematic and pivotal draws leave many π_ij at 0, so that their variance must be approximated.
    """
    if method not in (SYSTEMATIC, SAMPFORD, PIVOTAL):
        raise Fault(key="sampling.method", found=method, expected=[SYSTEMATIC, SAMPFORD, PIVOTAL])
    if size not in frame:
        raise Fault(key="table.columns", table="FRAME", columns=[size])
    frame = frame if "stratum" in frame and not np.isscalar(n) else frame.assign(stratum="")
    coded = CodedFrame.of(frame)
    wanted: Any = {"": n} if np.isscalar(n) else n
    sample = units_wanted(coded, wanted)
    rows, first = rows_sorted(coded, order or [])
    x, chosen, probability = frame[size].to_numpy(dtype=float), [], np.zeros(len(frame))
    for h, name in enumerate(coded.strata):
        units = rows[first[h] : first[h + 1]]
        probability[units] = pi = inclusion_probabilities(x[units], int(sample[h]))
        chosen.append(units[_selected(pi, start, f"{method} {name}", method)])
    drawn = order_of_draw(coded, np.concatenate(chosen).astype(np.int64), np.full(len(coded.strata), start))
    return sample_table(coded, drawn, sample, probability[drawn])


def sampford_never(size: ArrayLike, n: int) -> bool:
    """Whether Sampford's draw of n units by their sizes (N,) may fail: fewer than 20 of 5,000 trials give n units.

    With that many the chance that all trials of a draw fail is below e⁻²⁰ or so.
    """
    pi = inclusion_probabilities(size, n)
    open_ = pi[(pi > 0) & (pi < 1)]
    left = round(open_.sum())
    if left < 2:
        return False
    good = sum(int(found.sum()) for _, found in _sampford_trials(open_, left, 0.5, "trial"))
    return good < LEAST_GOOD


def _selected(probability, start: float, label: str, method: str) -> np.ndarray:
    """The positions of the units selected: those that are certain, and of the others those that `method` draws."""
    open_ = np.flatnonzero((probability > 0) & (probability < 1))
    certain = np.flatnonzero(probability >= 1)
    n = round(probability[open_].sum())
    if n == 0:
        return certain
    if method == SYSTEMATIC:
        chosen = systematic_pps(probability[open_], derived_numbers(start, label, 1)[0])
    elif method == PIVOTAL:
        chosen = pivotal(probability[open_], derived_numbers(start, label, len(open_)))
    else:
        chosen = _sampford(probability[open_], n, start, label)
    return np.sort(np.concatenate([certain, open_[chosen]]))


def systematic_pps(probability: np.ndarray, u: float) -> np.ndarray:
    """The positions (n,) of the units in whose stretch of the cumulated π (N,) the points u, u+1, … fall."""
    cumulated = probability.cumsum()
    n = round(cumulated[-1])
    return np.minimum(
        np.searchsorted(cumulated * (n / cumulated[-1]), u + np.arange(n), side="right"), len(cumulated) - 1
    )


def pivotal(probability: np.ndarray, uniforms: np.ndarray) -> np.ndarray:
    """The positions drawn when each unit in turn duels with the one left over; a and b are their probabilities.

    probability, uniforms  π and random numbers in [0, 1), (N,) each
    a+b < 1:   one of the two gets a+b and the other 0: the first with chance a/(a+b)
    a+b >= 1:  one of the two is drawn and the other gets a+b-1: the first is drawn with chance (1-b)/(2-a-b)
    """
    selected, holder, a = [], 0, float(probability[0])
    for i, (b, u) in enumerate(zip(probability[1:].tolist(), uniforms[1:].tolist(), strict=True), start=1):
        together = a + b
        if together < 1 - ROUNDING:
            if u * together >= a:
                holder = i
            a = together
        else:
            stays = u * (2 - together) < 1 - b if together < 2 - ROUNDING else True
            selected.append(holder if stays else i)
            holder, a = (i if stays else holder), together - 1
    return np.array(selected + [holder] * (a > 0.5), dtype=np.int64)


def _sampford(probability, n: int, start: float, label: str) -> np.ndarray:
    """One unit is drawn with p_i = π_i/n and n-1 with replacement ∝ π_i/(1-π_i), again and again until all n differ."""
    for units, good in _sampford_trials(probability, n, start, label):
        if good.any():
            return units[good.argmax()]
    raise Fault(key="sampling.sampford", n=n, population=len(probability), trials=TRIALS)


def _sampford_trials(probability, n: int, start: float, label: str) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Blocks of trials: the units of each (k,n), sorted, and whether they all differ (k,)."""
    first, others = probability.cumsum(), (probability / (1 - probability)).cumsum()
    block = max(1, 128 // n)
    for begun in range(0, TRIALS, block):
        u = derived_numbers(start, f"{label} {begun}", n * block).reshape(block, n)
        units = np.searchsorted(others, u * others[-1], side="right")
        units[:, 0] = np.searchsorted(first, u[:, 0] * first[-1], side="right")
        units = np.sort(np.minimum(units, len(first) - 1), axis=1)
        yield units, np.asarray((np.diff(units, axis=1) > 0).all(axis=1))


def joint_sampford(probability: ArrayLike) -> np.ndarray:
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


def joint_systematic(probability: ArrayLike) -> np.ndarray:
    """π_ij (N,N) of the systematic draw in this order, π_i on the diagonal: the part of u in [0, 1) that draws both."""
    pi = np.asarray(probability, dtype=float)
    edges = np.unique(np.concatenate([[0.0, 1.0], np.clip(pi.cumsum() % 1, 0, 1)]))
    joint = np.zeros((len(pi), len(pi)))
    for low, high in pairwise(edges):
        drawn = systematic_pps(pi, (low + high) / 2)
        joint[np.ix_(drawn, drawn)] += high - low
    return joint


def _subset_sums(weight, most: int) -> np.ndarray:
    """L_m = Σ over m-subsets of Π weight, m = 0..most."""
    sums = np.zeros(most + 1)
    sums[0] = 1.0
    for w in weight:
        sums[1:] += w * sums[:-1]
    return sums
