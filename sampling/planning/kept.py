"""What comparisons of waves tell when every wave keeps a part of the people called in the wave before."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from estimation import Comparison


def kept_comparisons(designs: Mapping[str, Comparison], *, kept: float, correlation: float) -> dict[str, Comparison]:
    """The designs of comparison, made for new people in every wave, if each wave keeps the part o of the one before.

    kept         o, of equally large waves; who is kept is drawn by lot in every wave, whatever was kept before
    correlation  ρ of two answers of one person who is called in both waves; where a part r of those who answered in
                 one wave answers in another, it is r times the correlation of their answers
    Two waves d apart share the part o^d of their people.  The mean of q waves of n answers has the variance σ²V/(qn),
    and two such means that follow each other the covariance σ²C/(qn):
        V = 1 + (2ρ/q) Σ_{d=1..q-1} (q - d) o^d,      C = (ρ/q) Σ_{d=1..2q-1} (q - |q - d|) o^d.
    An answer then tells 1/V of what a new person's tells, and the two means have the correlation C/V.  Nobody who left
    comes back within the 2q waves.
    """
    comparisons = {}
    for name, design in designs.items():
        q, d = design.quarters, np.arange(1, 2 * design.quarters)
        shared = correlation * float(kept) ** d / q
        inflation = 1 + 2 * float(shared[: q - 1] @ (q - d[: q - 1]))
        between = float(shared @ (q - np.abs(q - d)))
        comparisons[name] = replace(design, correlation=between / inflation, information=design.information / inflation)
    return comparisons
