"""The outcomes of a wave's file beside its call log: what the file says of a number, some call must have shown."""

from collections.abc import Mapping

import pandas as pd

from estimation.weighting.steps import Dispositions
from fieldwork import code_of, eligibility_known
from fieldwork.dispositions import INTERVIEW
from service.files.faults import FaultList

ELIGIBLE, INELIGIBLE, UNKNOWN = "eligible", "ineligible", "unknown"  # ends of keys in words/: wave.state.…


def interviewed_of(outcomes: pd.DataFrame) -> frozenset[str]:
    """The units with an interview among the outcomes of calls: unit_id, disposition."""
    return frozenset(outcomes.unit_id[outcomes.disposition.isin(INTERVIEW)])


def refuse_outcomes(
    faults: FaultList,
    shown: pd.DataFrame,
    column: str,
    unit: pd.Series,
    compared: pd.Series,
    outcomes: pd.DataFrame,
    codes: Dispositions,
    words: Mapping[str, str],
    wave: str,
) -> None:
    """A Fault for rows whose outcome no call of the number had, and that say otherwise than its calls who is eligible.

    A number is eligible if any of its calls shows it, not eligible if one shows that, and else it is not known.
    compared  which rows (n,) are compared; those of interviews are compared elsewhere
    outcomes  unit_id and disposition of every outcome that a number had
    words     a centre's own words for outcomes
    """
    known = eligibility_known(outcomes).map({True: ELIGIBLE, False: INELIGIBLE})
    logged = unit.map(known).fillna(UNKNOWN)
    state = shown[column]
    of_code = dict.fromkeys(codes.responded | codes.not_responded, ELIGIBLE)
    of_code |= dict.fromkeys(codes.unknown, UNKNOWN) | dict.fromkeys(codes.ineligible, INELIGIBLE)
    said = state.map(of_code)
    code = state.map({cell: code_of(cell, words) for cell in state.unique()})
    had = pd.MultiIndex.from_frame(outcomes[["unit_id", "disposition"]])
    is_logged = pd.Series(pd.MultiIndex.from_arrays([unit, code]).isin(had), index=unit.index)
    wrong = compared & said.notna() & (said != logged) & ~is_logged
    by_unit = outcomes.groupby("unit_id").disposition.agg(lambda of: ", ".join(sorted(set(of))))
    calls = unit[wrong].map(by_unit).fillna("-").reindex(unit.index)
    faults.refuse(wrong, "wave.outcome_of_log", column, shown, wave=wave, each={"logged": calls})
