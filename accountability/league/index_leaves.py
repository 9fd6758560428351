"""What an index consists of in the end: surveyed measures and records, through all the indexes between."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from estimation import Measure
from estimation.indicators.indicators import INDEX, Part


@dataclass(frozen=True)
class Leaf:
    """One indicator of an index: s = at_zero + slope v brings its value v to the index's scale.

    name      of the measure or record;  record: whether it is a record
    group     the part of the index that it lies in: itself, or an index
    weight    a_k in the index, the product of the weights on the way; those of all leaves sum to 1
    """

    name: str
    record: bool
    group: str
    weight: float
    at_zero: float
    slope: float

    def scaled(self, value: np.ndarray) -> np.ndarray:
        """s of the values v."""
        return self.at_zero + self.slope * value


def leaves_of(index: Measure, measures: Mapping[str, Measure]) -> tuple[Leaf, ...]:
    """The leaves of an index in the order of its parts: Σ_k a_k s_k over them is the index.

    A part that is an index itself, I = Σ_l b_l s_l with Σ b_l = 1, is brought to the scale by s = c + d I; hence
    s = Σ_l b_l (c + d s_l), and its leaves have the weights a b_l.
    """
    leaves: list[Leaf] = []
    for part in index.parts:
        within = None if part.record else measures[part.name]
        if within is None or within.kind != INDEX:
            leaves.append(Leaf(part.name, part.record, part.name, part.weight, *_line(part)))
            continue
        at_zero, slope = _line(part)
        leaves += [
            Leaf(
                name=leaf.name,
                record=leaf.record,
                group=part.name,
                weight=part.weight * leaf.weight,
                at_zero=at_zero + slope * leaf.at_zero,
                slope=slope * leaf.slope,
            )
            for leaf in leaves_of(within, measures)
        ]
    return tuple(leaves)


def _line(part: Part) -> tuple[float, float]:
    """c and d of s = c + d v."""
    return float(part.scaled(0.0)), part.slope
