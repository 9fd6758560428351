"""Replicate weights by random signs: never 0, so that every weighting step can be repeated in each of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from estimation.estimators.design import Design
from estimation.estimators.replication import refuse_lonely

STEP = 0.25  # ε: up to a half every factor lies between 0 and 2, exclusively


@dataclass(frozen=True, eq=False)
class SignFactors:
    """w_ir = w_i (1 + ε a_h (e_jr - ē_hr)), a_h = √((1 - f_h) n_h/(n_h - 1)), of PSU j in stratum h and replicate r.

    design      the design, whose PSUs have the signs
    signs (m,R) e_jr, -1 or 1, as likely; two waves share those of the PSUs that they share
    centre (H,R)  ē_hr, their mean in each stratum

    V = Σ_r (θ_r - θ)²/(ε² R) has the expectation Σ_h (1 - f_h) n_h/(n_h - 1) Σ_j (u_j - ū_h)² for a total, the variance
    of `linearized_covariance`.  Beaumont & Patak (2012), International Statistical Review 80, 127-148, for bootstrap
    weights in general; Judkins (1990), Journal of Official Statistics 6, 223-239, for ε.
    """

    design: Design
    signs: np.ndarray
    centre: np.ndarray

    @classmethod
    def of(cls, design: Design, signs: np.ndarray) -> "SignFactors":
        """The factors of a design with these signs (m,R); a Fault for strata with one PSU."""
        refuse_lonely(design)
        strata, count = len(design.stratum_names), signs.shape[1]
        centre = np.zeros((strata, count))
        order = np.argsort(design.psu_stratum, kind="stable")
        starts = np.flatnonzero(np.diff(design.psu_stratum[order], prepend=-1))
        sums = np.add.reduceat(signs[order], starts, axis=0, dtype=np.int32)
        centre[design.psu_stratum[order][starts]] = sums / design.sampled[design.psu_stratum[order][starts], None]
        return cls(design, signs, centre)

    @property
    def count(self) -> int:
        """R, the number of replicates."""
        return self.signs.shape[1]

    def factor(self, r: int, step: float = STEP) -> np.ndarray:
        """The factor (n,) of each interview's weight in replicate r; step: ε, at most a half."""
        d = self.design
        n_h = d.sampled
        a = np.sqrt((1 - d.sampling_fraction) * n_h / np.maximum(n_h - 1, 1))
        of_psu = 1 + step * a[d.psu_stratum] * (self.signs[:, r] - self.centre[d.psu_stratum, r])
        return of_psu[d.psu]


def shared_signs(psu_names: Sequence[Sequence], replicates: int, *, rng: np.random.Generator) -> list[np.ndarray]:
    """The signs (m,R) of the PSUs of several waves; those with the same name have the same signs in all of them.

    psu_names: the names of each wave's PSUs
    """
    keys = [[str(name) for name in names] for names in psu_names]
    every = sorted({key for names in keys for key in names})
    place = {key: k for k, key in enumerate(every)}
    drawn = (2 * rng.integers(0, 2, (len(every), replicates), dtype=np.int8) - 1).astype(np.int8)
    return [drawn[np.array([place[key] for key in names], dtype=int)] for names in keys]
