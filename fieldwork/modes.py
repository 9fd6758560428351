"""The mode that each released number counts with in rates by mode: telephone, a walk-in, a form, mobile or landline.

A number that was called counts with the mode in which its final outcome was reached:

1. that of the answers with this outcome, who say themselves how they were given;
2. else that of the last call with this outcome. A call whose mode nobody wrote down was made in the mode that the
   sample has for the number, else in the one that is said to hold for such calls.

A number that nobody called counts with the mode in which it is to be called, by the same two; where neither is known,
such numbers are a row of their own, `NOT_CALLED`, and the rates of the modes are those of the numbers that were called.
"""

import pandas as pd

from fieldwork.final_outcomes import NEVER_CALLED

NOT_CALLED = "not_called"


def modes_of_numbers(
    final: pd.Series, attempts: pd.DataFrame, answered: pd.DataFrame, assigned: pd.Series, usual: str | None
) -> pd.Series:
    """The mode of each number, by unit_id as in `final`; None where it was called and its mode is not known.

    final     the outcome each number ends with (`final_outcomes`)
    attempts  unit_id, disposition, mode, at: of each outcome of a number and each mode (None: not said) the last call
    answered  unit_id, disposition, mode of the answers, one row for each number at most
    assigned  by unit_id the mode that the sample has for a number, None for none
    usual     the mode of calls and numbers of which nothing else is known; None: there is none
    """
    place = pd.MultiIndex.from_arrays([final.index, final])
    of_number = assigned.reindex(final.index)
    last = attempts.sort_values("at", kind="stable").drop_duplicates(["unit_id", "disposition"], keep="last")
    modes = pd.Series(None, index=final.index, dtype=object)
    for known in (_by_outcome(answered).reindex(place), _by_outcome(last).reindex(place), of_number):
        modes = modes.where(modes.notna(), known.to_numpy())
    modes = modes.where(modes.notna(), usual)
    return modes.mask(modes.isna() & (final == NEVER_CALLED), NOT_CALLED)


def _by_outcome(table: pd.DataFrame) -> pd.Series:
    """The mode of each number and outcome."""
    return table.set_index(["unit_id", "disposition"])["mode"].astype(object)
