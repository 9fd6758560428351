"""The mode with which each released number of a wave counts in rates by mode: by its answers, calls and sample."""

from collections.abc import Mapping

import pandas as pd
import sqlalchemy as sa

from fieldwork.dispositions import INTERVIEW
from fieldwork.final_outcomes import NEVER_CALLED
from fieldwork.modes import NOT_CALLED, modes_of_numbers
from programme.declared import Programme
from service.fieldwork.answering.responses import responses_of
from service.fieldwork.calls import outcomes_by_unit
from service.fieldwork.kinds import filed_answers
from service.samples.listed_columns import MODE, listed_of_draw
from service.samples.samples import Sample
from service.store import schema
from service.store.engine import Store
from words import Fault, sentences

TELEPHONE = "telephone"  # of a wave of which nothing says a mode: its numbers are called
SHOWN = 10  # numbers without a mode that a Fault names


def modes_of(store: Store, declared: Programme, sample: Sample, final: pd.Series) -> pd.Series:
    """The mode of each number, by unit_id as in `final`; `modes_of_numbers` says the rule.

    final: the outcome each number ends with.  A wave of one mode has that mode alone: the only answer of its item of
    modes, or TELEPHONE where there is no such item and neither calls nor sample tell mobile and landline apart.  A
    Fault names the numbers that were called in a mode that nothing says.
    """
    units = final.index
    if declared.questionnaire.mode is not None and len(declared.modes) == 1:
        return pd.Series(next(iter(declared.modes)), index=units, dtype=object)
    attempts, answered = _attempts(store, declared, sample.wave), _answered(store, declared, sample.wave, final)
    assigned = _assigned(store, declared, sample, units)
    usual = declared.usual_mode
    nothing_said = attempts["mode"].isna().all() and answered.empty and assigned.isna().all() and usual is None
    if declared.questionnaire.mode is None and nothing_said:
        return pd.Series(TELEPHONE, index=units, dtype=object)
    modes = modes_of_numbers(final, attempts, answered, assigned, usual)
    unknown = modes.index[modes.isna()]
    if len(unknown):
        called = int((final != NEVER_CALLED).sum())
        values = {"count": len(unknown), "called": called, "units": [str(unit) for unit in unknown[:SHOWN]]}
        expected = [sentences("rates.mode.code", name=name, code=code) for code, name in declared.modes.items()]
        raise Fault(key="rates.mode_unknown", wave=sample.wave, **values, expected=expected)
    return modes


def mode_names(declared: Programme) -> dict[str, Mapping[str, str]]:
    """The names of the modes, by code and language, and of what stands beside them in rates by mode."""
    beside = {TELEPHONE: sentences("rates.mode.telephone"), NOT_CALLED: sentences("rates.mode.not_called")}
    return {**declared.modes, **{code: names for code, names in beside.items() if code not in declared.modes}}


def _attempts(store: Store, declared: Programme, wave: str) -> pd.DataFrame:
    """unit_id, disposition, mode, at: of each outcome of a number and each mode, its last call."""
    calls = schema.calls.c
    newest = sa.func.max(calls.at).label("at")
    asked = outcomes_by_unit(declared.name, wave)
    asked = asked.with_only_columns(calls.unit_id, calls.disposition, calls.mode, newest, maintain_column_froms=True)
    with store.read() as connection:
        rows = connection.execute(asked.group_by(calls.mode)).all()
    return pd.DataFrame([tuple(row) for row in rows], columns=["unit_id", "disposition", "mode", "at"], dtype=object)


def _answered(store: Store, declared: Programme, wave: str, final: pd.Series) -> pd.DataFrame:
    """unit_id, disposition, mode of the answers that say in which mode they were given.

    Those recorded here have an outcome each; of a file's, who answered is who has an interview as final outcome.
    """
    item = declared.questionnaire.mode
    if item is None:
        return pd.DataFrame(columns=["unit_id", "disposition", "mode"])
    recorded = responses_of(store, declared.name, wave)[["unit_id", "disposition", "mode"]]
    recorded = recorded[recorded["mode"] != ""]
    filed = filed_answers(store, declared, wave)
    if item.name not in filed:
        return recorded
    interviewed = final[final.isin(INTERVIEW) & ~final.index.isin(recorded.unit_id)].rename_axis("unit_id")
    modes = filed[item.name].reindex(interviewed.index)
    of_file = interviewed.rename("disposition").to_frame().assign(mode=modes)[modes.isin(list(item.answers))]
    return pd.concat([recorded, of_file.reset_index()], ignore_index=True)


def _assigned(store: Store, declared: Programme, sample: Sample, units: pd.Index) -> pd.Series:
    """The mode that the sample has for each number, by unit_id: that of its stratum, or of its line of the list.

    None where it has none, or one in which the survey does not ask.
    """
    by_stratum = sample.plan.allocation.drop_duplicates("stratum").set_index("stratum")["mode"]
    modes = sample.units.set_index("unit_id").stratum.map(by_stratum).astype(object).reindex(units)
    if modes.isna().any():
        listed = listed_of_draw(store, sample.draw_id)[MODE].astype(object).reindex(units)
        modes = modes.where(modes.notna(), listed)
    return modes.where(modes.isin(list(declared.modes)), None)
