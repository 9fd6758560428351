"""Watching a wave's fieldwork: interviews against targets, what the open numbers will give, what is left to release."""

from dataclasses import dataclass

import pandas as pd

from fieldwork.evidence import Evidence, call_evidence
from fieldwork.forecast import calls_and_end, forecast_interviews, forecast_states
from fieldwork.hours import calls_by_day
from service.fieldwork.calls import outcomes_of, timed_outcomes
from service.intake.imports import current_programme
from service.samples.samples import read_sample
from service.store.engine import Store
from service.store.permissions import permitted
from words import Fault

DAYS = 3  # the last days with calls, whose mean is the pace


@dataclass(frozen=True, eq=False)
class Monitor:
    """How far a wave's fieldwork is.

    areas     `forecast_interviews` by area, with waiting (drawn and not yet released) and state (`forecast_states`)
    days      `calls_by_day` in the survey's own time
    evidence  what the calls tell of how many numbers answer
    """

    wave: str
    areas: pd.DataFrame
    days: pd.DataFrame
    evidence: Evidence

    @property
    def lacking(self) -> int:
        """How many interviews are lacking, over the areas whose target is not reached."""
        return int((self.areas.target - self.areas.interviews).clip(lower=0).sum())

    @property
    def pace(self) -> float:
        """Interviews on a day with calls, as the mean of the last DAYS of them; 0 before the first."""
        return float(self.days.interviews.iloc[-DAYS:].mean()) if len(self.days) else 0.0


@permitted
def read_monitor(store: Store, programme: str, wave: str) -> Monitor:
    """How far the fieldwork of a wave is, by its call log; a Fault if it is not drawn or nothing is released."""
    sample = read_sample(store, programme, wave)
    if sample.releases.empty:
        raise Fault(key="rates.nothing_released", wave=wave)
    targets = sample.plan.allocation.groupby("area").interviews.sum().astype(int).to_dict()
    released = sample.released
    callable_numbers = released.loc[~released.unit_id.isin(sample.uncalled), ["unit_id", "area"]]
    required = sample.plan.wanted.attempts
    outcomes = outcomes_of(store, programme, wave)
    areas = forecast_interviews(callable_numbers, outcomes, targets, required=required)
    called = calls_and_end(outcomes[outcomes.unit_id.isin(callable_numbers.unit_id)])
    evidence = call_evidence(called, required=required)
    areas["waiting"] = sample.units[~sample.out].groupby("area").size().reindex(areas.index, fill_value=0)
    zone = current_programme(store, programme)[1].calling.zone
    days = calls_by_day(store.table(timed_outcomes(programme, wave)), zone)
    return Monitor(wave, areas.assign(state=forecast_states(areas, evidence)), days, evidence)
