"""Numbers that the operator's screening calls dead: a random part of them is called all the same, the others are not.

A screening makes errors.  Units that it calls dead stay in the sample, base weights do not change, and nobody takes
their place; but a seeded part δ of the dead is called, as a further phase, so that whoever answers among them stands,
with the weight w/δ, for all those wrongly called dead.
"""

from collections.abc import Collection

import numpy as np
import pandas as pd

from sampling.draw.seeded import drawn_positions, whole_numbers
from sampling.planning.wanted import check_part

ALIVE, DEAD, UNKNOWN = STATUSES = ("alive", "dead", "unknown")


def dead_called(dead: pd.DataFrame, part: float, *, key: bytes, name: str) -> frozenset[str]:
    """The unit_ids of the dead that are called all the same, each with probability δ = `part` exactly.

    dead       unit_id, stratum of the units that a screening calls dead, in any order
    key, name  from `draw_key`, and what is bound of the screening (`screening_line`): its stream decides
    The dead are put in a random order, then sorted by stratum; with δ = p/q and u one of 0 … q-1, equally likely, the
    j-th of them, j = 0, 1, …, is called if ⌊((j+1)p + u)/q⌋ > ⌊(jp + u)/q⌋.  So ⌊Dδ⌋ or ⌈Dδ⌉ of D are called, spread
    over the strata in proportion to their dead.

    Examples: one in four of eight.

    >>> import pandas as pd
    >>> from sampling import dead_called, draw_key
    >>> dead = pd.DataFrame({"unit_id": [f"u{i}" for i in range(8)], "stratum": "a"})
    >>> len(dead_called(dead, 0.25, key=draw_key("a seed of sixteen letters", "w", None), name="line"))
    2
    """
    fraction = check_part(part)
    below = whole_numbers(key, f"dead\0{name}")
    unit_id, stratum = (dead[column].to_numpy(dtype=object) for column in ("unit_id", "stratum"))
    shuffled = np.argsort(unit_id, kind="stable")[drawn_positions(below, len(dead), len(dead))]
    by_stratum = shuffled[np.argsort(stratum[shuffled], kind="stable")]
    p, q = fraction.numerator, fraction.denominator
    counted = (np.arange(len(dead) + 1) * p + below(q)) // q
    return frozenset(unit_id[by_stratum[np.diff(counted) > 0]])


def screened_weights(units: pd.DataFrame, dead: Collection[str], called: Collection[str], part: float) -> pd.DataFrame:
    """Released units with the probabilities and weights that they have after a screening.

    units   unit_id, probability π and base_weight w = 1/π, as `released` gives them
    dead    the unit_ids that a screening calls dead;  called  those of them that are called all the same;  part  δ
    A dead unit's probability of being called is πδ.  Its weight is w/δ if it is called, and 0 if not: it is counted as
    not eligible.  E Σw over those called is what Σw was before.
    """
    is_dead, is_called = units.unit_id.isin(set(dead)).to_numpy(), units.unit_id.isin(set(called)).to_numpy()
    factor = np.where(is_dead, float(check_part(part)), 1.0)
    weight = np.where(is_dead & ~is_called, 0.0, units.base_weight / factor)
    return units.assign(probability=units.probability * factor, base_weight=weight)
