"""The contrasts between interviewers who share areas, of which the size of their effect is estimated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy


@dataclass(frozen=True, eq=False)
class Contrasts:
    """The contrasts between J interviewers, from areas with two interviewers or more: z = √θ L β + noise.

    people (J,)   the interviewers
    z (J,)        the contrasts
    effect (J,J)  L, sparse
    noise (J,J)   N, the covariance of the noise, sparse
    """

    people: tuple
    z: np.ndarray
    effect: scipy.sparse.csr_array
    noise: scipy.sparse.csr_array

    @cached_property
    def between(self) -> float:
        """Q = z'z."""
        return float(self.z @ self.z)

    @cached_property
    def within(self) -> float:
        """tr N, the expectation of Q without interviewer effects; 0 where all gave the same answer."""
        return float(self.noise.trace())

    @cached_property
    def signal(self) -> scipy.sparse.csr_array:
        """LL'."""
        return scipy.sparse.csr_array(self.effect @ self.effect.T)

    @cached_property
    def lever(self) -> float:
        """A = tr LL', so that E[Q] = θA + tr N; 0 where nothing can be known of θ."""
        return float(self.signal.trace()) if self.within > 0 else 0.0

    @cached_property
    def theta(self) -> float:
        """θ = max(0, Q - tr N)/A, 0 where nothing can be known."""
        return max(0.0, self.between - self.within) / self.lever if self.lever else 0.0

    @cached_property
    def variance(self) -> scipy.sparse.csr_array:
        """The covariance θ LL' + N of z (J,J)."""
        return scipy.sparse.csr_array(self.theta * self.signal + self.noise)

    @cached_property
    def df(self) -> float:
        """2 E[Q]²/Var(Q) for normal effects."""
        squares = self.variance.multiply(self.variance).sum()
        return float(self.variance.trace() ** 2 / squares) if squares else 0.0

    def places(self, people: Sequence) -> list[int]:
        """The positions of some of the interviewers."""
        place = {name: j for j, name in enumerate(self.people)}
        return [place[name] for name in people]


def contrasts_of(
    people: tuple,
    t: np.ndarray,
    d: np.ndarray,
    j: np.ndarray,
    weight: np.ndarray,
    squared: np.ndarray,
    square: np.ndarray,
    spread: np.ndarray,
) -> Contrasts:
    """z = D^-½ Σ_d t_d, L = D^-½ M and D^-½ N D^-½ from the cells of areas with two interviewers or more.

    people (J,)       the interviewers
    t, d, j (c,)      of each cell: t_dj, and the positions of its area and of its interviewer
    weight, squared (c,)  w_dj and the sum of the squared weights
    square, spread (k,)   s_d² and σ_d of each area
    """
    shape = (len(square), len(people))
    m = np.bincount(j, weight, minlength=shape[1])
    root = np.sqrt(np.divide(1.0, m, out=np.zeros(len(m)), where=m > 0))
    size, squares = np.bincount(d, weight, minlength=shape[0]), np.bincount(d, squared, minlength=shape[0])
    over = np.divide(1.0, size, out=np.zeros(len(size)), where=size > 0)
    w, q = (scipy.sparse.csr_array((values, (d, j)), shape=shape) for values in (weight, squared))
    signal = _diagonal(j, weight * spread[d], shape) - w.T @ scipy.sparse.diags_array(spread * over) @ w
    crossed = q.T @ scipy.sparse.diags_array(square * over) @ w
    noise = _diagonal(j, squared * square[d], shape) - crossed - crossed.T
    noise = noise + w.T @ scipy.sparse.diags_array(square * squares * over**2) @ w
    scale = scipy.sparse.diags_array(root)
    effect, noise = scipy.sparse.csr_array(scale @ signal), scipy.sparse.csr_array(scale @ noise @ scale)
    return Contrasts(people, root * np.bincount(j, t, minlength=shape[1]), effect, noise)


def _diagonal(j, values, shape) -> scipy.sparse.sparray:
    """The diagonal matrix of the interviewers' sums of values."""
    return scipy.sparse.diags_array(np.bincount(j, values, minlength=shape[1]).astype(float))
