"""Which interviewer calls which number: at random within each release and across areas, to be drawn again from a seed.

What interviewers add to the errors can be told from what areas are only if interviewers share areas: interpenetrated
samples, Mahalanobis (1946).
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from words import Fault


def assigned_interviewers(unit_ids: Sequence[str], interviewers: Sequence[str], rng: np.random.Generator) -> pd.Series:
    """The interviewer of each number of one release, by unit_id.

    The numbers are put into random order and dealt out in turn to the interviewers, who are in random order too: every
    interviewer has as many numbers as any other, or one more, and whether a number is hers says nothing of its area.
    The order in which either is given does not matter: both are sorted first.

    A Fault for a number or an interviewer that is given more than once, and for no interviewer.
    """
    for what, names in (("unit_id", unit_ids), ("interviewer", interviewers)):
        twice = pd.Index(names)[pd.Index(names).duplicated()]
        if len(twice):
            raise Fault(key="assignment.twice", what=what, found=str(twice[0]))
    if not len(interviewers):
        raise Fault(key="assignment.nobody")
    units, names = np.array(sorted(unit_ids), dtype=object), np.array(sorted(interviewers), dtype=object)
    order, hands = rng.permutation(len(units)), rng.permutation(len(names))
    dealt = names[hands[np.arange(len(units)) % len(names)]]
    return pd.Series(dealt, index=pd.Index(units[order], name="unit_id"), name="interviewer").sort_index()
