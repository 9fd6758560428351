"""A wave's outcome rates: of all its released numbers, by area, portion, mode or interviewer; and its calls by hour."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd
import sqlalchemy as sa

from fieldwork.final_outcomes import NEVER_CALLED, counts_by_class, final_outcomes
from fieldwork.hours import calls_by_hour
from fieldwork.rates import Rates, outcome_rates
from service.fieldwork.calls import outcomes_by_unit, outcomes_of, timed_outcomes
from service.fieldwork.modes import mode_names, modes_of
from service.intake.imports import current_programme
from service.samples.samples import Sample, read_sample
from service.store import schema
from service.store.engine import Store
from service.store.permissions import permitted
from words import Fault

ALL, INTERVIEWER, MODE = "all", "interviewer", "mode"
COLUMNS = {"area": "area", "stratum": "stratum", "portion": "release"}  # name -> column of the sample
DOMAINS = (ALL, *COLUMNS, MODE, INTERVIEWER)


@dataclass(frozen=True, eq=False)
class WaveRates:
    """The outcome rates of a wave's released numbers.

    domain        one of DOMAINS: what the numbers are told apart by
    released      how many numbers are released
    never_called  how many of them nobody called yet; they count as unknown
    weighted      the counts are sums of base weights
    rates         a row for each domain
    names         by mode: the name of each mode, by language
    """

    wave: str
    domain: str
    released: int
    never_called: int
    weighted: bool
    rates: Rates
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@permitted
def read_rates(
    store: Store,
    programme: str,
    wave: str,
    *,
    domain: str = ALL,
    eligibility: float | Mapping[str, float] | None = None,
    weighted: bool = False,
) -> WaveRates:
    """The rates of a wave's released numbers, by their call log; a Fault if none is out, or for an unknown `domain`.

    eligibility  as in `outcome_rates`
    weighted     every number counts with its base weight
    A number is with the interviewer who had its final outcome; nobody has numbers never called, which are left out of
    rates by interviewer.  By mode, `fieldwork.modes` says which one a number counts with.
    """
    sample = read_sample(store, programme, wave)
    numbers = sample.weighted
    if numbers.empty:
        raise Fault(key="rates.nothing_released", wave=wave)
    numbers = numbers[~numbers.unit_id.isin(sample.uncalled)].reset_index(drop=True)
    final = final_outcomes(outcomes_of(store, programme, wave), numbers.unit_id.to_list()).reset_index(drop=True)
    of_number = _domain(store, programme, sample, numbers, final, domain)
    among = of_number.notna()
    weights = numbers.base_weight[among] if weighted else None
    counts = counts_by_class(final[among], of_number[among], weights)
    squares = None if weights is None else counts_by_class(final[among], of_number[among], weights**2)
    names = mode_names(current_programme(store, programme)[1]) if domain == MODE else {}
    if names:  # in their order, and numbers not called yet last
        counts = counts.loc[[mode for mode in names if mode in counts.index]]
        squares = None if squares is None else squares.loc[counts.index]
    rates = outcome_rates(counts, eligibility=eligibility, squares=squares)
    never_called = int((final == NEVER_CALLED).sum())
    return WaveRates(wave, domain, len(numbers), never_called, weighted, rates, names)


def _domain(
    store: Store, programme: str, sample: Sample, numbers: pd.DataFrame, final: pd.Series, by: str
) -> pd.Series:
    """What each number is told apart by; None where it has no such thing."""
    if by == ALL:
        return pd.Series(ALL, index=numbers.index, name=ALL)
    if by in COLUMNS:
        return numbers[COLUMNS[by]].astype(object).rename(by)
    if by == MODE:
        declared = current_programme(store, programme)[1]
        of_units = pd.Series(final.to_numpy(), index=pd.Index(numbers.unit_id))
        return modes_of(store, declared, sample, of_units).set_axis(numbers.index).rename(by)
    if by != INTERVIEWER:
        raise Fault(key="rates.by", found=by, wave=sample.wave, expected=list(DOMAINS))
    calls = schema.calls.c
    asked = outcomes_by_unit(programme, sample.wave)
    newest = sa.func.max(calls.at).label("at")
    asked = asked.with_only_columns(
        calls.unit_id, calls.disposition, calls.interviewer, newest, maintain_column_froms=True
    )
    with store.read() as connection:
        rows = connection.execute(asked.group_by(calls.interviewer)).all()
    made = pd.DataFrame(rows, columns=["unit_id", "disposition", "interviewer", "at"]).sort_values("at")
    last = made.drop_duplicates(["unit_id", "disposition"], keep="last").set_index(["unit_id", "disposition"])
    places = pd.MultiIndex.from_arrays([numbers.unit_id, final])
    names = last.interviewer.reindex(places).to_numpy() if len(last) else None
    return pd.Series(names, index=numbers.index, name=by, dtype=object)


@permitted
def read_hours(store: Store, programme: str, wave: str) -> pd.DataFrame:
    """`calls_by_hour` of all calls of a wave, in the survey's own time."""
    read_sample(store, programme, wave)  # a Fault if the wave is not drawn
    zone = current_programme(store, programme)[1].calling.zone
    return calls_by_hour(store.table(timed_outcomes(programme, wave)), zone)
