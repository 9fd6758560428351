"""Watching a wave's fieldwork: interviews against targets, what the open numbers will give, what is left to release."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import sqlalchemy as sa
from dateutil.tz import tzlocal

from fieldwork.forecast import INTERVIEWS, forecast_interviews
from service.fieldwork.calls import outcomes_of
from service.samples.samples import Sample, read_sample
from service.store import schema
from service.store.engine import Store
from service.store.permissions import permitted
from words import Fault

DAYS = 3  # the last days with calls, whose mean is the pace
REACHED, COMING, UNSURE, SHORT, EXHAUSTED, UNKNOWN = STATES = (
    "reached",
    "coming",
    "unsure",
    "short",
    "exhausted",
    "unknown",
)


@dataclass(frozen=True, eq=False)
class Monitor:
    """How far a wave's fieldwork is.

    areas  `forecast_interviews` by area, with waiting (numbers drawn and not yet released) and state, one of STATES:
           the target is reached; the open numbers will reach it, at the upper limit; they may; they will not, and more
           numbers are needed even at the lower limit; more are needed than wait; no call tells anything yet
    days   calls and interviews by day (of this machine's time), the oldest first; only days with calls
    """

    wave: str
    areas: pd.DataFrame
    days: pd.DataFrame

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
    areas = forecast_interviews(callable_numbers, outcomes_of(store, programme, wave), targets, required=required)
    areas["waiting"] = sample.units[~sample.out].groupby("area").size().reindex(areas.index, fill_value=0)
    return Monitor(wave, areas.assign(state=_states(areas)), _days(store, programme, sample))


def _states(areas: pd.DataFrame) -> np.ndarray:
    conditions = [
        areas.interviews >= areas.target,
        areas.needed.isna(),
        areas.needed_high <= 0,
        areas.needed > areas.waiting,
        areas.needed_low > 0,
    ]
    return np.select(conditions, [REACHED, UNKNOWN, COMING, EXHAUSTED, SHORT], UNSURE)


def _days(store: Store, programme: str, sample: Sample) -> pd.DataFrame:
    calls, rounds = schema.calls.c, schema.rounds.c
    of_wave = rounds.programme == programme, rounds.wave == sample.wave
    with store.read() as connection:
        rows = connection.execute(sa.select(calls.at, calls.disposition).join(schema.rounds).where(*of_wave)).all()
    log = pd.DataFrame(rows, columns=["at", "disposition"])
    days = pd.DatetimeIndex(pd.to_datetime(log["at"], utc=True)).tz_convert(tzlocal()).date
    by_day = log.disposition.isin(INTERVIEWS).groupby(np.asarray(days))
    return pd.DataFrame({"calls": by_day.size(), "interviews": by_day.sum()}).rename_axis(index="day").astype(int)
