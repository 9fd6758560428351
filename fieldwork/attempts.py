"""When a number is finished: its last word was said, or it was rung as often as the wave requires."""

import pandas as pd

from fieldwork.dispositions import ELIGIBLE, ENDING, NOT_ELIGIBLE
from words import Fault


def work_done(outcomes: pd.DataFrame, *, required: int) -> pd.DataFrame:
    """Of every unit rung: attempts, and whether it is finished; by unit_id.

    outcomes  unit_id, disposition, attempts: how many attempts at the unit had this outcome
    required  attempts after which a number that nobody answered is given up, at least 1

    finished = some attempt had an outcome of ENDING, or attempts >= required.  An outcome that ends the work does so
    whatever came before or after it: a complete interview stays one if the number is rung again by mistake.
    """
    if not required >= 1:
        raise Fault(key="fieldwork.required", found=required)
    ended = outcomes.disposition.isin(ENDING)
    by_unit = outcomes.assign(ended=ended).groupby("unit_id").agg(attempts=("attempts", "sum"), ended=("ended", "any"))
    return pd.DataFrame({"attempts": by_unit.attempts, "finished": by_unit.ended | (by_unit.attempts >= required)})


def eligibility_known(outcomes: pd.DataFrame) -> pd.Series:
    """Whether each unit of which the attempts tell is eligible, by unit_id; the others are left out.

    outcomes: as in `work_done`.  An interview, a refusal or an appointment tells that a unit is eligible, whatever
    else was noted of it; AAPOR's group 3 and a number out of order for the time being tell nothing.
    """
    eligible, told = outcomes.disposition.isin(ELIGIBLE), outcomes.disposition.isin((*ELIGIBLE, *NOT_ELIGIBLE))
    return eligible[told].groupby(outcomes.unit_id[told]).any()
