"""A wave's interviews by kind of person, beside the known totals it is weighted to and beside an office's quotas."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from estimation.weighting.ages import age_spans
from estimation.weighting.steps import AGE_GROUP, Ages
from fieldwork.composition import CROSSED, Composition, composition
from fieldwork.forecast import INTERVIEWS
from programme.declared import Programme
from service.fieldwork.answering.checking import INTERVIEWS as ANSWERED
from service.fieldwork.answering.responses import responses_of
from service.fieldwork.calls import outcomes_of
from service.intake.imports import current_margins, current_programme, load_margins, wave_versions
from service.intake.released import read_released
from service.samples.listed_columns import listed_of_draw
from service.samples.samples import Sample, read_sample
from service.store.engine import Store
from service.store.objects import ANSWERS, RESPONDENTS, read_object
from service.store.permissions import permitted
from service.store.remembered import remembered
from words import Fault

Unsaid = tuple[str, dict]  # a key in words/ and its values


@dataclass(frozen=True, eq=False)
class Kinds:
    """The interviews of a wave by kind of person.

    interviews    how many there are
    period        of the known totals; None: there are none, or the wave is weighted to none
    compositions  by margin: those the wave is weighted to, but for that of the areas alone, and those of [quotas]
    unsaid        what cannot be told, and why
    """

    interviews: int
    period: str | None
    compositions: tuple[Composition, ...]
    unsaid: tuple[Unsaid, ...]


@permitted
@remembered
def read_kinds(store: Store, programme: str, wave: str) -> Kinds:
    """The interviews of a wave by kind of person; a Fault if it is not drawn.

    An interview is a released number of which the call log or the answers say so.  Its kind is what its answers say, as
    they were recorded here or else in the newest file of the wave; where they do not say it, what the list says.
    """
    sample, declared = read_sample(store, programme, wave), current_programme(store, programme)[1]
    population, period, unsaid = _population(store, declared, wave)
    margins = [margin for margin in population if set(margin.split(CROSSED)) != {declared.columns.area}]
    margins += [margin for margin in declared.quotas if margin not in margins]
    if not margins:
        return Kinds(0, period, (), (*unsaid, *([] if unsaid else [("monitor.kinds.none", {})])))
    people = _people(store, declared, wave, sample)
    if people.empty:
        return Kinds(0, period, (), (*unsaid, ("monitor.kinds.no_interviews", {})))
    told = []
    for margin in margins:
        columns = margin.split(CROSSED)
        of_file = margin in population  # its columns are those of the wave's file, and no types of person
        cells = pd.DataFrame({c: _column(people, c, declared, of_file=of_file) for c in columns})
        lacking = [column for column in columns if (cells[column] == "").all()]
        if lacking:
            unsaid.append(("monitor.kinds.lacking", {"margin": margin, "columns": lacking}))
            continue
        quota = declared.quotas.get(margin)
        told.append(composition(cells, margin, declared.columns.area, population.get(margin), quota))
    return Kinds(len(people), period, tuple(told), tuple(unsaid))


def _population(
    store: Store, declared: Programme, wave: str
) -> tuple[dict[str, dict[str, float]], str | None, list[Unsaid]]:
    """margin -> category -> people of the known totals that the wave is weighted to, their period, what is lacking."""
    calibrating = None if declared.weighting is None else declared.weighting.calibrating
    if calibrating is None:
        return {}, None, []
    period = calibrating.period or wave
    if not _has_totals(store, declared.name, period):
        return {}, None, [("monitor.kinds.no_totals", {"period": period, "margins": list(calibrating.margins)})]
    totals = load_margins(store, current_margins(store, declared.name, period)).totals
    population, unsaid = {}, []
    for margin in calibrating.margins:
        rows = totals[totals.margin == margin]
        parts = rows.category.str.count(f"\\{CROSSED}") == margin.count(CROSSED)
        if rows.empty or not parts.all() or not rows.total.sum() > 0:
            unsaid.append(("monitor.kinds.no_margin", {"period": period, "margin": margin}))
        else:
            population[margin] = dict(zip(rows.category, rows.total.astype(float), strict=True))
    return population, period, unsaid


def _has_totals(store: Store, programme: str, period: str) -> bool:
    try:
        current_margins(store, programme, period)
    except Fault as fault:
        if fault.key != "weighting.period":
            raise
        return False
    return True


def _people(store: Store, declared: Programme, wave: str, sample: Sample) -> pd.DataFrame:
    """One row for each interview, by unit_id, with all columns that answers or the list have, as text; "" for none."""
    outcomes = outcomes_of(store, declared.name, wave)
    logged = outcomes.unit_id[outcomes.disposition.isin(INTERVIEWS)]
    recorded, filed = _recorded(store, declared, wave), filed_answers(store, declared, wave)
    answered = recorded.index.union(filed.index).union(pd.Index(logged.unique(), dtype=object))
    units = sample.released.set_index("unit_id")
    index = units.index[units.index.isin(answered)]
    people = pd.DataFrame(index=index)
    for table in (recorded, filed, listed_of_draw(store, sample.draw_id)):
        cells = table.reindex(index).fillna("").astype(str)
        for column in cells:
            before = people[column] if column in people else pd.Series("", index=index, dtype=object)
            people[column] = before.mask(before == "", cells[column])
    return people.assign(**{declared.columns.area: units.area.reindex(index).astype(object)})


def _recorded(store: Store, declared: Programme, wave: str) -> pd.DataFrame:
    """The answers recorded here of the wave's interviews, by unit_id."""
    responses = responses_of(store, declared.name, wave)
    responses = responses[responses.state.isin(ANSWERED)]
    table = pd.DataFrame(list(responses.answers), index=pd.Index(responses.unit_id, dtype=object), dtype=object)
    of_item = ((declared.questionnaire.mode, "mode"), (declared.questionnaire.group, "respondent_group"))
    return table.assign(**{item.name: responses[c].to_numpy() for item, c in of_item if item is not None})


def filed_answers(store: Store, declared: Programme, wave: str) -> pd.DataFrame:
    """What the newest file of the wave says of its interviews, by unit_id."""
    versions = wave_versions(store, declared.name)
    newest = versions.version_id[versions.current & (versions.wave == wave)]
    if newest.empty:
        return pd.DataFrame()
    version = int(newest.iloc[0])
    units = pd.Index(read_object(store, version, RESPONDENTS, ("unit_id",)).unit_id.astype(object))
    table = read_object(store, version, ANSWERS).astype(object).set_axis(units, axis=0)
    if declared.weighting is None:
        return table
    return table.join(read_released(store, version).reindex(units), rsuffix=" of number")


def _column(people: pd.DataFrame, column: str, declared: Programme, *, of_file: bool) -> pd.Series:
    """The codes of a column that tells kinds apart: the age group of an age, the type of an answer, else the answer."""
    item = declared.items.get(column)
    ages = None if declared.weighting is None else declared.weighting.ages
    if column == AGE_GROUP and ages is not None and column not in people:
        return _age_group(people, ages)
    if column in declared.types and not of_file and (item is None or item.numeric):
        types = declared.types[column]
        cells = people[types.item] if types.item in people else pd.Series("", index=people.index, dtype=object)
        return pd.Series(types.group_of(cells, declared.items[types.item]), index=people.index)
    return people[column] if column in people else pd.Series("", index=people.index, dtype=object)


def _age_group(people: pd.DataFrame, ages: Ages) -> pd.Series:
    """The survey's age group of each person; "" where the age is not known or belongs to none."""
    cells = people[ages.column] if ages.column in people else pd.Series("", index=people.index)
    years, groups = pd.to_numeric(cells, errors="coerce").to_numpy(float), np.full(len(people), "", dtype=object)
    for span in age_spans(ages.groups):
        groups[(years >= span.low) & (years < span.above)] = span.label
    return pd.Series(groups, index=people.index, dtype=object)
