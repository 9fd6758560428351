"""When a number is finished: a call had a final outcome, or it was called as often as the wave requires."""

import pandas as pd

from fieldwork.dispositions import ELIGIBLE, ENDING, NOT_ELIGIBLE
from words import Fault


def work_done(outcomes: pd.DataFrame, *, required: int) -> pd.DataFrame:
    """attempts and finished of every unit that was called, by unit_id.

    outcomes  unit_id, disposition, attempts: how many calls to the unit had this outcome
    required  the attempts after which a number without a final outcome is given up, at least 1

    finished = some call had an outcome of ENDING, or attempts >= required.  A final outcome counts whatever came before
    or after it, so that a complete interview remains one if the number is called again by mistake.
    """
    if not required >= 1:
        raise Fault(key="fieldwork.required", found=required)
    ended = outcomes.disposition.isin(ENDING)
    by_unit = outcomes.assign(ended=ended).groupby("unit_id").agg(attempts=("attempts", "sum"), ended=("ended", "any"))
    return pd.DataFrame({"attempts": by_unit.attempts, "finished": by_unit.ended | (by_unit.attempts >= required)})


def eligibility_known(outcomes: pd.DataFrame) -> pd.Series:
    """Whether a unit is eligible, by unit_id, for the units of which the calls tell it.

    outcomes: as in `work_done`.  An interview, a refusal or an appointment shows that a unit is eligible, whatever the
    outcome of other calls was; AAPOR's group 3 and a number that is temporarily out of order show nothing.
    """
    eligible, known = outcomes.disposition.isin(ELIGIBLE), outcomes.disposition.isin((*ELIGIBLE, *NOT_ELIGIBLE))
    return eligible[known].groupby(outcomes.unit_id[known]).any()
