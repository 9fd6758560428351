"""Divisor methods: interviews are given one by one to the stratum with the largest claim, so that they sum to n."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from estimation.columns.ties import TOLERANCE
from words import Fault


@dataclass(frozen=True)
class Divisor:
    """A divisor d(m): a stratum of weight w that holds m interviews claims the next one with w/d(m).

    value  m -> d(m), increasing
    count  x -> the largest m with d(m-1) <= x: for x = w/λ, how many of the stratum's claims reach λ
    """

    name: str
    value: Callable[[np.ndarray], np.ndarray]
    count: Callable[[np.ndarray], np.ndarray]


# Webster's (Sainte-Laguë's) arithmetic mean of m and m+1, favouring neither small nor large strata
ARITHMETIC = Divisor("arithmetic", lambda m: m + 0.5, lambda x: np.floor(x + 0.5))
# Huntington's and Hill's geometric mean: w²/n_h falls by w²/(m(m+1)), so the largest claim lowers Σ w_h²/n_h most
GEOMETRIC = Divisor("geometric", lambda m: np.sqrt(m * (m + 1.0)), lambda x: np.floor((1 + np.sqrt(1 + 4 * x**2)) / 2))


def divide(weight: ArrayLike, n: int, *, lowest: ArrayLike, highest: ArrayLike, divisor: Divisor) -> np.ndarray:
    """n_h (H,) with Σ n_h = n and lowest_h <= n_h <= highest_h: the n - Σ lowest largest claims w_h/d(m) are met.

    weight  w_h >= 0 (H,);   lowest, highest  whole numbers (H,) with Σ lowest <= n <= Σ highest
    A tie (claims that differ only by rounding) goes to the first of the strata.  Strata of weight 0 get more than their
    lowest only when all others have their highest, and then equal parts.  Interviews are only ever added, so each n_h
    is monotone in n.
    A bisection finds a threshold λ at which Σ #{m: w_h/d(m) > λ} is just below n in steps of O(H); a heap gives the
    last O(H) interviews.  The time is O(H log H + 100 H) for any n.  Raises Fault as `check_bounds` does.
    """
    weight, lowest, highest = np.asarray(weight, dtype=float), np.asarray(lowest), np.asarray(highest)
    check_bounds(n, lowest, highest)
    claims = weight > 0
    if not claims.all():
        full = np.where(claims, highest, lowest)
        if n >= full.sum():
            without_claim = divide(
                np.ones((~claims).sum()),
                n - int(full[claims].sum()),
                lowest=lowest[~claims],
                highest=highest[~claims],
                divisor=ARITHMETIC,
            )
            full[~claims] = without_claim
            return full
    sample = _below(weight, n, lowest, highest, divisor)
    queue = [(-weight[h] / divisor.value(sample[h]), h) for h in np.flatnonzero(claims & (sample < highest))]
    heapq.heapify(queue)
    left = n - int(sample.sum())
    while left:
        met = _equal_claims(queue)[:left]
        left -= len(met)
        for h in met:
            sample[h] += 1
            if sample[h] < highest[h]:
                heapq.heappush(queue, (-weight[h] / divisor.value(sample[h]), h))
    return sample


def _equal_claims(queue: list) -> list[int]:
    """The strata with the largest claim, taken off the queue and sorted.

    Claims that differ only by rounding count as equal, so that the order does not depend on the unit of w.
    """
    largest, strata = -queue[0][0], []
    while queue and -queue[0][0] >= largest * (1 - TOLERANCE):
        strata.append(heapq.heappop(queue)[1])
    return sorted(strata)


def check_bounds(n: int, lowest: np.ndarray, highest: np.ndarray) -> None:
    """A Fault unless lowest <= highest in every stratum and n lies between their sums."""
    if (lowest > highest).any():
        h = int((lowest > highest).argmax())
        raise Fault(key="sampling.bounds", row=h + 1, lowest=int(lowest[h]), highest=int(highest[h]))
    if n < lowest.sum():
        raise Fault(key="sampling.too_few", found=n, expected=int(lowest.sum()))
    if n > highest.sum():
        raise Fault(key="sampling.too_many", found=n, expected=int(highest.sum()))


def _below(weight, n: int, lowest, highest, divisor: Divisor) -> np.ndarray:
    """The interviews (H,) of the claims clearly above the n-th: where the heap starts, usually at most 4H below n."""

    def above(log_threshold: float) -> np.ndarray:
        return np.clip(divisor.count(weight / np.exp(log_threshold)), lowest, highest).astype(np.int64)

    near = 4 * len(weight)
    if n - lowest.sum() <= near:
        return np.array(lowest, dtype=np.int64)
    low, high = np.log(weight[weight > 0].min() / (4.0 * n)), np.log(weight.max() * 4)
    for _ in range(100):
        middle = (low + high) / 2
        count = above(middle).sum()
        low, high = (middle, high) if count > n else (low, middle)
        if n - near <= count <= n:
            break
    return above(high + 1e-9)  # far enough above the threshold that rounding cannot separate equal claims
