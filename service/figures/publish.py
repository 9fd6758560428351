"""The use case that releases a wave's figures to leaders; a second release is a correction, which says what changed."""

from datetime import UTC, datetime

import pandas as pd
import sqlalchemy as sa

from accountability.league.conventions import SIMULTANEOUS
from estimation.columns.ties import is_nothing
from programme.declared import Programme
from programme.wave_names import kind_of_wave, parts_of_wave, periods_of_year
from service.fieldwork.calls import stops_of_waves
from service.figures.consequences import keep_boards
from service.figures.league import comparisons, newest_comparison, newest_run
from service.figures.publications import Publication, last_publication, publications_of
from service.figures.use_cases import ANNUAL, ESTIMATE, ROLLING
from service.intake.imports import current_programme, current_wave
from service.store import audit, schema
from service.store.engine import Store, inserted_id
from service.store.permissions import permitted
from service.store.runs import outdated_runs
from words import Fault

PUBLISH = "publish"  # the action in the audit trail
ESTIMATES, RANKS = "estimates", "ranks"


@permitted
def publication_list(store: Store, programme_name: str) -> list[Publication]:
    """All publications of a programme, the newest first."""
    return publications_of(store, programme_name)[::-1]


@permitted
def publish_wave(store: Store, programme_name: str, wave: str, *, note: str = "", judging: bool = True) -> Publication:
    """Release a wave's newest figures to leaders; each later release of it is a correction.

    These are its estimate, its comparisons, the last areas by the rolling year, and of a year's last wave the annual
    verdicts.

    judging  whether consequences are judged and kept for leaders; of several waves released together, the last suffices

    A Fault if the wave is not estimated, its figures are out of date, further calls make its weights invalid
    (`stops_of_waves`), nothing is new since the last release, or a correction has no reason.
    """
    _, programme = current_programme(store, programme_name)
    current_wave(store, programme_name, wave)  # a Fault that names the waves there are, if it is none of them
    estimate = newest_run(store, ESTIMATE, programme=programme_name, wave=wave)
    if estimate is None:
        raise Fault(key="league.not_estimated", wave=wave)
    names = comparisons(store, programme_name, wave)
    compared = [newest_comparison(store, programme_name, wave, name) for name in names]
    year = parts_of_wave(wave)[0]
    ends_year = wave == periods_of_year(year, kind_of_wave(wave))[-1]
    annual = newest_run(store, ANNUAL, programme=programme_name, year=year) if ends_year else None
    rolling = newest_run(store, ROLLING, programme=programme_name, wave=wave)
    runs = {run["run_id"] for run in (estimate, annual, rolling, *compared) if run is not None}
    if outdated_runs(store, among=runs):
        raise Fault(key="publish.outdated", wave=wave)
    stops_of_waves(store, programme_name, [wave])
    before, note = last_publication(store, programme_name, wave), note.strip()
    if before is not None and before.runs == runs:
        raise Fault(key="publish.same", wave=wave)
    changed = {} if before is None else _changed(store, programme, before, estimate["run_id"])
    if before is not None and any(changed.values()) and not note:
        raise Fault(key="publish.no_reason", wave=wave)
    row = {"programme": programme_name, "wave": wave, "at": datetime.now(UTC), "by": store.actor.name, "note": note}
    with store.begin() as connection:
        number = inserted_id(connection, schema.publications.insert().values(**row, changed=changed))
        rows = [{"publication_id": number, "run_id": run} for run in sorted(runs)]
        connection.execute(schema.publication_runs.insert(), rows)
        details = {"programme": programme_name, "wave": wave, "runs": sorted(runs), "note": note, "changed": changed}
        audit.append(connection, store.actor, PUBLISH, details)
    if judging:
        keep_boards(store, programme_name)
    published = last_publication(store, programme_name, wave)
    assert published is not None
    return published


def _changed(store: Store, programme: Programme, before: Publication, run: int) -> dict[str, dict[str, list[str]]]:
    """Figure -> measure -> the areas whose estimate or rank is another than in the publication before."""
    runs = schema.runs
    was_published = sa.select(runs.c.run_id).where(runs.c.run_id.in_(before.runs), runs.c.use_case == ESTIMATE)
    with store.read() as connection:
        published_run = connection.scalar(was_published)
    changed: dict[str, dict[str, list[str]]] = {}
    for figure, table, area, value in (
        (ESTIMATES, schema.DERIVED["ESTIMATES"], "domain", "estimate"),
        (RANKS, schema.DERIVED["RANKS"], "area", "rank"),
    ):
        only = [table.c.family == SIMULTANEOUS] if figure == RANKS else []
        select = sa.select(table.c.measure, table.c[area].label("area"), table.c[value].label("value"))
        old, new = (store.table(select.where(table.c.run_id == number, *only)) for number in (published_run, run))
        both = old.merge(new, on=["measure", "area"], how="outer", suffixes=("_old", "_new"))
        both = both[both.measure.isin(programme.measures) & both.area.isin(programme.ranked)]
        numbers = both[["value_old", "value_new"]].astype(float)
        equal = is_nothing(numbers.value_new - numbers.value_old, numbers.abs().max(axis=1))
        other = both[~(pd.Series(equal, index=both.index) & numbers.notna().all(axis=1))]
        by_measure = {name: list(rows.area) for name, rows in other.groupby("measure", sort=False)}
        if by_measure:
            changed[figure] = by_measure
    return changed
