"""Figures by type of person in one area or over all of them: each group with its interval, and which stand out."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from accountability.disclosure.cells import Withheld
from accountability.disclosure.measures import withheld_of_wave
from accountability.league.conventions import ALL
from estimation import Measure
from programme.declared import Programme
from service.figures.league import newest_estimated_wave, newest_run, newest_wave, one_of
from service.figures.use_cases import ESTIMATE
from service.intake.imports import current_programme, current_wave, programme_of_run
from service.store import schema
from service.store.engine import Store
from service.store.permissions import permitted, sees_all
from service.store.runs import outdated_runs
from words import Fault

FIGURES = ("estimate", "lower", "upper", "n", "method", "unfit")
DIFFERENCE = ["relative", "lower", "upper", "p"]  # in CONTRASTS
TESTED = ("relative", "relative_lower", "relative_upper", "p")


@dataclass(frozen=True, eq=False)
class Kind:
    """One way to tell respondents apart, by its groups in the order of the programme.

    table     group -> estimate, lower, upper, n, method, unfit; and, over all areas, relative (the group's figure less
              the plain mean of all groups) with its limits and p; empty where nobody answered or nothing is shown
    withheld  whether the figures may not be shown to this reader
    alpha     the error of all that is confirmed of these groups together
    """

    table: pd.DataFrame
    withheld: bool
    alpha: float

    @property
    def tested(self) -> bool:
        """Whether the groups were compared with one another."""
        return bool(self.table.p.notna().any())

    @property
    def confirmed(self) -> tuple[str, ...]:
        """The groups whose difference from the mean of all groups is confirmed; of two groups both or neither."""
        return tuple(self.table.index[self.table.p <= self.alpha])


@dataclass(frozen=True, eq=False)
class TypeFigures:
    """A measure in a wave by type of person; area "*": over all areas."""

    programme: Programme
    measure: Measure
    wave: str
    area: str
    kinds: Mapping[str, Kind]
    run: Mapping
    outdated: bool

    def name(self, kind: str) -> Mapping[str, str]:
        """What respondents are told apart by."""
        return self.programme.types[kind].name

    def label(self, kind: str, group: str) -> Mapping[str, str]:
        """A group's name."""
        return self.programme.types[kind].labels[group]


@permitted
def read_types(
    store: Store, programme_name: str, *, wave: str | None = None, measure: str | None = None, area: str = ALL
) -> TypeFigures:
    """A measure's figures by type of person; by default the newest estimated wave and the first measure told apart.

    area: a code, or "*" for all areas together; only there are the groups compared with one another
    """
    programme = current_programme(store, programme_name)[1]
    wave = wave or newest_estimated_wave(store, programme_name) or newest_wave(store, programme_name)
    run = newest_run(store, ESTIMATE, programme=programme_name, wave=wave)
    if run is None:
        current_wave(store, programme_name, wave)  # a Fault that names the waves there are, if it is none of them
        raise Fault(key="league.not_estimated", wave=wave)
    programme = programme_of_run(store, run["run_id"])
    measured = list(dict.fromkeys(name for types in programme.types.values() for name in types.measured))
    if not measured:
        raise Fault(key="types.none", programme=programme_name)
    name = one_of(measure, measured, "types.measure")
    if area != ALL and area not in programme.areas:
        raise Fault(key="types.area", found=area, expected=[ALL, *programme.areas])
    tables = [_rows(store, table, run["run_id"]) for table in ("ESTIMATES", "CONTRASTS")]
    hidden = {} if sees_all(store.actor) else _hidden(programme, tables[0])
    kinds = kinds_of(programme, name, area, *tables, hidden)
    outdated = run["run_id"] in outdated_runs(store)
    return TypeFigures(programme, programme.measures[name], wave, area, kinds, run, outdated)


def kinds_of(
    programme: Programme,
    measure: str,
    area: str,
    estimates: pd.DataFrame,
    contrasts: pd.DataFrame,
    hidden: Mapping[str, Withheld],
) -> dict[str, Kind]:
    """Kind of types -> its groups' figures.

    estimates, contrasts: ESTIMATES and CONTRASTS of a run;  hidden: measure -> what is withheld of it
    """
    of_area = estimates[estimates.domain == area].set_index("measure")
    kinds = {}
    for kind, types in programme.types.items():
        if measure not in types.measured:
            continue
        measures = {group: types.measures[measure, group].name for group in types.labels}
        table = of_area.reindex(list(measures.values()))[list(FIGURES)].set_axis(list(measures), axis=0)
        tested = contrasts[(contrasts.measure == measure) & (contrasts.types == kind)].set_index("code")
        tested = tested.rename(columns={"lower": "relative_lower", "upper": "relative_upper"})
        alpha = float((1 - tested.level).iloc[0]) if len(tested) else 1 - programme.level
        table = table.join((tested if area == ALL else tested[:0])[list(TESTED)])
        of_groups = [hidden.get(name, Withheld()) for name in measures.values()]
        withheld = any(one.total if area == ALL else area in one.parts for one in of_groups)
        kinds[kind] = Kind(table[:0].reindex(table.index) if withheld else table, withheld, alpha)
    return kinds


def shown_groups(programme: Programme, estimates: pd.DataFrame, contrasts: pd.DataFrame) -> pd.DataFrame:
    """The figures of every group, in every area and over all of them, as anybody may see them: measure, types, group,
    area and those of ESTIMATES; over all areas also the group's difference from the mean of the groups.
    """
    hidden, parts = _hidden(programme, estimates), []
    for kind, types in programme.types.items():
        for name in types.measured:
            measures = {group: types.measures[name, group].name for group in types.labels}
            of_groups = [hidden.get(measure, Withheld()) for measure in measures.values()]
            areas = frozenset().union(*(one.parts for one in of_groups))
            areas |= {ALL} if any(one.total for one in of_groups) else frozenset()
            tested = contrasts[(contrasts.measure == name) & (contrasts.types == kind)].set_index("code")[DIFFERENCE]
            tested.columns = list(TESTED)
            for group, measure in measures.items():
                rows = estimates[(estimates.measure == measure) & ~estimates.domain.isin(areas)]
                rows = rows.rename(columns={"domain": "area"}).assign(measure=name, types=kind, group=group)
                difference = tested.reindex([group if area == ALL else None for area in rows.area])
                parts.append(rows.assign(**{column: difference[column].to_numpy() for column in TESTED}))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _hidden(programme: Programme, estimates: pd.DataFrame) -> Mapping[str, Withheld]:
    """measure -> what is withheld of it from everybody."""
    sizes = estimates[["measure", "domain", "n"]]
    return withheld_of_wave(programme.shown_measures, sizes, limit=programme.withhold, inside=programme.ranked_inside)


def _rows(store: Store, name: str, run_id: int) -> pd.DataFrame:
    table = schema.DERIVED[name]
    return store.table(sa.select(table).where(table.c.run_id == run_id))
