"""How an index's ranks move when its weights do, read from the figures of a run and from the wave's records."""

from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa

from accountability.league.index_leaves import Leaf, leaves_of
from accountability.league.moved_weights import MovedWeights, moved_weights
from estimation.indicators.indicators import INDEX
from service.figures.league import League, newest_comparison, one_of, read_estimated
from service.figures.loaded_waves import records_of_today
from service.figures.use_cases import ESTIMATE
from service.intake.imports import current_programme
from service.store import schema
from service.store.engine import Store
from service.store.objects import RECORDS, read_object
from service.store.permissions import permitted
from service.store.remembered import remembered_while_called
from service.store.runs import generator, run_inputs
from words import Fault

WITHIN = 0.25
LEAST, MOST = 0.01, 0.95  # of how far a weight may be moved


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """An index in one league and wave: the league's figures with the survey's error, its leaves, and moved weights.

    absent: areas of the league's table that lack one of the leaves
    """

    league: League
    leaves: tuple[Leaf, ...]
    moved: MovedWeights
    absent: tuple[str, ...]


def _index_of(store: Store, programme_name: str, measure: str | None) -> str:
    """The index that is meant, by default the programme's last; a Fault that names the indexes there are."""
    programme = current_programme(store, programme_name)[1]
    indexes = [name for name, m in programme.measures.items() if m.kind == INDEX]
    if not indexes:
        raise Fault(key="moved.none", programme=programme.title)
    if measure is not None and measure in programme.measures and measure not in indexes:
        raise Fault(key="moved.no_index", measure=programme.measure_names[measure], expected=indexes)
    return one_of(measure, indexes, "league.unknown_measure")


@permitted
@remembered_while_called
def read_moved_weights(
    store: Store,
    programme_name: str,
    *,
    wave: str | None = None,
    measure: str | None = None,
    league: str | None = None,
    within: float = WITHIN,
) -> Sensitivity:
    """The ranks of an index under other weights; within: how far each weight moves, as a part of it (0.25: 25 %).

    By default of the newest estimated wave, the first index and the first league.
    """
    if not LEAST <= within <= MOST:
        raise Fault(key="moved.within", found=within, low=LEAST, high=MOST)
    name = _index_of(store, programme_name, measure)
    estimated = read_estimated(store, programme_name, wave=wave, measure=name, league=league)
    figures = estimated.league(newest_comparison(store, programme_name, estimated.wave))
    programme, run_id = figures.programme, figures.runs[ESTIMATE]["run_id"]
    leaves = leaves_of(figures.measure, programme.measures)
    table = schema.DERIVED["ESTIMATES"]
    rows = store.table(sa.select(table.c.measure, table.c.domain, table.c.estimate).where(table.c.run_id == run_id))
    surveyed = {(m, area): float(v) for m, area, v in rows.itertuples(index=False)}
    recorded = _records(store, figures)
    areas = list(figures.table.index)
    values = np.array(
        [[(recorded if leaf.record else surveyed).get((leaf.name, area), np.nan) for leaf in leaves] for area in areas]
    )
    whole = np.asarray(~np.isnan(values).any(axis=1))
    kept = [area for area, known in zip(areas, whole.tolist(), strict=True) if known]
    if not kept:
        raise Fault(key="league.no_measure", wave=figures.wave, measure=programme.measure_names[name])
    k = _last(figures, len(kept))
    return Sensitivity(
        league=figures,
        leaves=leaves,
        moved=moved_weights(
            values[whole],
            kept,
            leaves,
            within=within,
            k=k,
            largest_is_best=figures.measure.largest_is_best,
            rng=generator(str(run_id), "moved weights", name, figures.league),
        ),
        absent=tuple(area for area, known in zip(areas, whole.tolist(), strict=True) if not known),
    )


def _last(figures: League, areas: int) -> int | None:
    """How many are called the last: by a rule of the index, or as usual where the league has twice as many."""
    k = figures.programme.last(figures.measure.name)
    ruled = any(rule.listed is not None for rule in figures.programme.rules[figures.measure.name])
    return k if k < areas and (ruled or 2 * k <= areas) else None


def _records(store: Store, figures: League) -> dict[tuple[str, str], float]:
    """(record, area) -> value of the wave that the run read, by today's codes."""
    with store.read() as connection:
        inputs = run_inputs(connection, figures.runs[ESTIMATE]["run_id"])
    versions = [number for kind, number in inputs if kind == "wave"]
    records = {}
    for number in versions:
        rows = read_object(store, number, RECORDS)
        records |= {(record, area): float(value) for record, area, value in rows.itertuples(index=False)}
    return records_of_today(records, figures.programme.renames.current(figures.wave))
