"""Waves as they are loaded from the store to compute with: respondents, answers, records and weights."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd
import sqlalchemy as sa

from estimation import Design, Weighting, weigh
from estimation.estimators.merge_rules import merged_strata
from programme.declared import Programme
from programme.population import RECORD
from programme.renames import Renames
from service.figures.one_margins import same_margins
from service.files.coded import coded
from service.intake.imports import load_margins
from service.intake.released import read_released
from service.intake.wave_file import with_today_names
from service.store import schema
from service.store.engine import Store
from service.store.objects import ANSWERS, RECORDS, RESPONDENTS, read_object
from service.store.permissions import permitted


@dataclass(frozen=True, eq=False)
class Wave:
    """One version of a wave.

    respondents     RESPONDENTS, in the order of the file
    answers         one row for each respondent, one column for each item
    records         (record, area) -> value
    weighting       the steps from released numbers to weights, if the programme computes its weights
    on_one_margins  the weighting repeated with the newest margins among the waves loaded (their period: one_margins);
                    None where these are the wave's own
    unit_id         the ids of the released numbers
    merged_strata   stratum -> the merged stratum that its respondents are in, by the programme's merge rules
    """

    version_id: int
    name: str
    respondents: pd.DataFrame
    answers: pd.DataFrame
    records: Mapping[tuple[str, str], float]
    weighting: Weighting | None = None
    on_one_margins: Weighting | None = None
    one_margins: str | None = None
    unit_id: np.ndarray | None = None
    merged_strata: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def area(self) -> pd.Categorical:
        """The respondents' areas (n,), whose codes are found once for all measures."""
        return pd.Categorical(self.respondents.area)

    def interviewers(self, programme: Programme) -> np.ndarray | None:
        """Who interviewed each respondent; None unless it is known of all and numbers were assigned at random."""
        interviewer, declared = self.respondents.interviewer, programme.interviewers
        if declared is None or not declared.at_random or interviewer.isna().any():
            return None
        return interviewer.to_numpy()

    def file_design(self, lonely: str) -> Design:
        """The design of those who responded, with the file's weights or the base weights."""
        return Design.from_table(self.respondents, weight="weight", stratum="stratum", psu="psu", lonely=lonely)

    def design(self, lonely: str) -> Design:
        """The design to estimate with: with the file's weights, or those that the programme computes."""
        design = self.file_design(lonely)
        return design if self.weighting is None else self.weighting.design(design)


@permitted
def load_waves(store: Store, programme: Programme, inputs: Iterable[tuple[str, int]]) -> list[Wave]:
    """The waves among a run's inputs, weighed by the known totals among them if the programme computes weights.

    Their areas have the codes of today, whatever the file called them, and strata with one PSU in any of the waves are
    merged by the programme's rules.
    """
    inputs = list(inputs)
    files = [load_margins(store, number) for kind, number in inputs if kind == "margins"]
    waves = [load_wave(store, number) for kind, number in inputs if kind == "wave"]
    released = {} if programme.weighting is None else {w.name: read_released(store, w.version_id) for w in waves}
    return computed_waves(programme, waves, released, {file.period: file.totals for file in files})


def computed_waves(
    programme: Programme,
    waves: Sequence[Wave],
    released: Mapping[str, pd.DataFrame],
    totals: Mapping[str, pd.DataFrame],
) -> list[Wave]:
    """Waves as a run computes with them: weighed, with today's codes, and with the strata that are merged.

    released: a wave's name -> its released numbers (`read_released`), if the programme computes weights;  totals: the
    known totals by period
    """
    merged = _merged_by_rules(programme, [(wave.name, wave.respondents[["stratum", "psu"]]) for wave in waves])
    if programme.weighting is not None:
        waves = [_weighed(programme, wave, released[wave.name], totals) for wave in waves]
    return [_merged(_renamed(wave, programme.renames), merged) for wave in waves]


@permitted
def strata_merged(store: Store, programme: Programme, inputs: Iterable[tuple[str, int]]) -> dict[str, str]:
    """stratum -> the merged stratum, for those with one PSU in a wave among the inputs; {} without merge rules."""
    if not programme.merged_strata:
        return {}
    pairs = []
    for kind, number in inputs:
        if kind == "wave":
            name = store.table(sa.select(schema.waves.c.wave).where(schema.waves.c.version_id == number)).wave[0]
            pairs.append((name, read_object(store, number, RESPONDENTS, ("stratum", "psu"))))
    return _merged_by_rules(programme, pairs)


def _merged_by_rules(programme: Programme, pairs: Iterable[tuple[str, pd.DataFrame]]) -> dict[str, str]:
    """stratum -> the merged stratum, from each wave's name and its respondents' stratum and psu."""
    if not programme.merged_strata:
        return {}
    units = [with_today_names(rows.drop_duplicates(), programme.renames, name) for name, rows in pairs]
    return merged_strata(units, programme.merged_strata)


def _merged(wave: Wave, merged: Mapping[str, str]) -> Wave:
    """The wave with its respondents in the merged strata."""
    stratum = wave.respondents.stratum
    of_wave = {name: into for name, into in merged.items() if (stratum == name).any()}
    if not of_wave:
        return wave
    respondents = wave.respondents.assign(stratum=stratum.map(lambda name: merged.get(name, name)))
    return replace(wave, respondents=respondents, merged_strata=of_wave)


@permitted
def load_wave(store: Store, version_id: int) -> Wave:
    """One version of a wave, without weights that the programme computes; rows are in the order of its file."""
    tables = {name: read_object(store, version_id, name) for name in (RESPONDENTS, ANSWERS, RECORDS)}
    select = sa.select(schema.waves.c.wave).where(schema.waves.c.version_id == version_id)
    return wave_of_tables(version_id, store.table(select).wave[0], tables)


def wave_of_tables(version_id: int, name: str, tables: Mapping[str, pd.DataFrame]) -> Wave:
    """A version of a wave from its tables, by the names of `service.store.objects`."""
    respondents, records = tables[RESPONDENTS], tables[RECORDS]
    values = dict(zip(zip(records.record, records.area, strict=True), records.value, strict=True))
    answers = tables[ANSWERS].apply(coded).set_index(respondents.unit_id)
    return Wave(version_id, name, respondents, answers, values)


def _renamed(wave: Wave, renames: Renames) -> Wave:
    """The wave with today's area codes; itself where none changed since.

    An area that was merged has its respondents together, and keeps its strata apart, as they were drawn. Where an area
    was only renamed, strata and PSUs named after it are renamed too, so that those of two waves are known again.
    """
    current = renames.current(wave.name)
    if not current:
        return wave
    respondents = with_today_names(wave.respondents, renames, wave.name)
    respondents = respondents.assign(area=respondents.area.map(lambda code: current.get(code, code)))
    return replace(wave, respondents=respondents, records=records_of_today(wave.records, current))


def records_of_today(
    records: Mapping[tuple[str, str], float], current: Mapping[str, str]
) -> dict[tuple[str, str], float]:
    """Records by today's codes; of merged areas only the numbers of people add up, other records are then not known."""
    values_of: dict[tuple[str, str], list[float]] = {}
    for (record, area), value in records.items():
        values_of.setdefault((record, current.get(area, area)), []).append(value)
    return {key: sum(values) for key, values in values_of.items() if len(values) == 1 or key[0] == RECORD}


def _weighed(programme: Programme, wave: Wave, released: pd.DataFrame, totals: Mapping[str, pd.DataFrame]) -> Wave:
    """The wave with its weights; totals: the known totals by period."""
    assert programme.weighting is not None
    calibrating = programme.weighting.calibrating
    period = None if calibrating is None else calibrating.period or wave.name
    numbers = released.reset_index(drop=True)
    own_totals = None if period is None else totals.get(period)
    weighting = weigh(numbers, programme.weighting, own_totals)
    wave = replace(wave, weighting=weighting, unit_id=released.index.to_numpy())
    newest = max(totals, default=None)
    if period is None or newest is None or calibrating is None or period == newest:
        return wave
    if same_margins(totals[period], totals[newest], calibrating.margins, (period, newest)):
        return wave
    return replace(wave, on_one_margins=weigh(numbers, programme.weighting, totals[newest]), one_margins=newest)
