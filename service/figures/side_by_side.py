"""Several measures of one league side by side, each with its own ranks; nothing of them is put together."""

from collections.abc import Mapping
from dataclasses import dataclass

from programme.declared import Programme
from service.figures.league import League, newest_estimated_wave, one_of, read_estimated
from service.figures.use_cases import ESTIMATE
from service.intake.imports import current_programme
from service.store.engine import Store
from service.store.permissions import permitted
from service.store.remembered import remembered_while_called
from words import Fault

MOST = 6  # measures beside one another, unless somebody names them


@dataclass(frozen=True, eq=False)
class SideBySide:
    """One league's figures by several measures.

    by_measure  measure -> the league by it, as this reader may see it
    areas       the league's areas that have a figure by any of them, in the order of the programme: that of no measure
    absent      the measures asked for that have no figure in this wave
    left_out    how many more measures the programme has
    """

    programme: Programme
    league: str
    wave: str
    by_measure: Mapping[str, League]
    areas: tuple[str, ...]
    absent: tuple[str, ...]
    left_out: int

    @property
    def runs(self) -> list[int]:
        """The runs that the figures are from."""
        return sorted({figures.runs[ESTIMATE]["run_id"] for figures in self.by_measure.values()})


@permitted
@remembered_while_called
def read_side_by_side(
    store: Store,
    programme_name: str,
    *,
    wave: str | None = None,
    league: str | None = None,
    measures: tuple[str, ...] = (),
) -> SideBySide:
    """The figures of a wave by several measures; by default the newest estimated wave, and the programme's first ones.

    A Fault for a measure that there is not, and where none of them has a figure.
    """
    programme = current_programme(store, programme_name)[1]
    league = one_of(league, programme.leagues, "league.unknown_league")
    wave = wave or newest_estimated_wave(store, programme_name)
    chosen = tuple(one_of(m, programme.measures, "league.unknown_measure") for m in measures)
    chosen = chosen or tuple(programme.measures)[:MOST]
    by_measure, faults = {}, []
    for measure in chosen:
        try:
            by_measure[measure] = read_estimated(
                store, programme_name, wave=wave, measure=measure, league=league
            ).league(None)
        except Fault as fault:  # nobody was asked this then, or all of it is withheld
            faults.append(fault)
    if not by_measure:
        raise faults[0]
    first = next(iter(by_measure.values()))
    known = {area for figures in by_measure.values() for area in figures.table.index}
    return SideBySide(
        programme=first.programme,
        league=league,
        wave=first.wave,
        by_measure=by_measure,
        areas=tuple(area for area in first.programme.league_areas(league) if area in known),
        absent=tuple(measure for measure in chosen if measure not in by_measure),
        left_out=0 if measures else len(programme.measures) - len(chosen),
    )
