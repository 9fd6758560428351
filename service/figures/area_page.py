"""One area as facts: its two comparisons, its waves, what its people named, its rules, and what it would take."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from service.figures.detection import Detection, detection
from service.figures.factors import FactorTable, read_factors
from service.figures.league import League, read_estimated, waves_with_estimates
from service.figures.screen import LastPlaces, Screen, read_screen
from service.figures.types_of_person import TypeFigures, read_types
from service.store.engine import Store
from service.store.permissions import permitted
from service.store.remembered import remembered_while_called
from words import Fault

OF_WAVE = ("estimate", "lower", "upper", "level", "n", "rank", "rank_lower", "rank_upper", "unfit")


@dataclass(frozen=True)
class Neighbours:
    """The areas of the league beside one of them, by their joint rank ranges, each group best first.

    better, worse: their range of places lies wholly above or below its own;  untold: the ranges overlap
    """

    better: tuple[str, ...]
    untold: tuple[str, ...]
    worse: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class AreaPage:
    """What one area's page shows; every figure is one that its reader may see.

    screen       the first screen of the same wave, measure and league, with both comparisons and the last k
    row          the area's row of the league; None if nobody answered there, or its figures are withheld
    changes      kind -> the area's row with that comparison's changes, where there are some
    waves        one row for each estimated wave, oldest first: OF_WAVE, everybody (the mean over all areas), areas
                 (how many are ranked), and broken (nothing earlier is comparable); empty cells where not shown
    rules        the area's VERDICTS;  factors: what its people named, None if the programme asks no such question
    types        its figures by type of person; None if the programme does not tell the measure apart
    neighbours   the areas from which it cannot be separated, and those surely ahead or behind; None if it has no row
    needed       what each comparison can detect and the interviews a move takes, for a typical area of the league
    """

    screen: Screen
    area: str
    row: pd.Series | None
    changes: Mapping[str, pd.Series]
    waves: pd.DataFrame
    rules: pd.DataFrame
    factors: FactorTable | None
    types: TypeFigures | None
    neighbours: Neighbours | None
    needed: Detection | None

    @property
    def league(self) -> League:
        """The league's figures."""
        return self.screen.league

    @property
    def last(self) -> LastPlaces | None:
        """Who is among the last k."""
        return self.screen.last


@permitted
@remembered_while_called
def read_area(
    store: Store, programme_name: str, area: str, *, wave: str | None = None, measure: str | None = None
) -> AreaPage:
    """An area's page, by default of the newest estimated wave and first measure; a Fault if there is no such area."""
    newest = read_estimated(store, programme_name, wave=wave, measure=measure)
    areas = newest.programme.ranked
    if area not in areas:
        raise Fault(key="cli.league.area_unknown", found=area, wave=newest.wave, expected=list(areas))
    league = areas[area].league
    screen = read_screen(store, programme_name, wave=newest.wave, measure=newest.measure, league=league)
    table = screen.league.table
    changes = {c.kind: c.league.table.loc[area] for c in screen.compared if area in c.league.table.index}
    return AreaPage(
        screen=screen,
        area=area,
        row=table.loc[area] if area in table.index else None,
        changes={kind: row for kind, row in changes.items() if pd.notna(row.change)},
        waves=area_waves(store, programme_name, area, newest.measure, league),
        rules=screen.league.rules[screen.league.rules.area == area],
        factors=_factors(store, programme_name, screen.league, area),
        types=_types(store, screen.league, area),
        neighbours=neighbours(table, area) if area in table.index else None,
        needed=detection(screen.league) if len(table) > 1 else None,
    )


def neighbours(table: pd.DataFrame, area: str) -> Neighbours:
    """Who is surely better or worse than j: U_k < L_j or L_k > U_j, with the places [L, U] of all areas jointly."""
    row, others = table.loc[area], table.drop(index=area)
    better, worse = others.rank_upper < row.rank_lower, others.rank_lower > row.rank_upper
    return Neighbours(*(tuple(others.index[rows]) for rows in (better, ~better & ~worse, worse)))


def area_waves(store: Store, programme_name: str, area: str, measure: str, league: str) -> pd.DataFrame:
    """The area's figure, rank and range in every estimated wave in which the measure was asked."""
    rows = []
    for wave in reversed(waves_with_estimates(store, programme_name)):
        try:
            league_of_wave = read_estimated(store, programme_name, wave=wave, measure=measure, league=league).league(
                None
            )
        except Fault:  # nobody was asked this then, or all of it is withheld
            continue
        of_area = league_of_wave.table.loc[area, list(OF_WAVE)].to_dict() if area in league_of_wave.table.index else {}
        everybody = league_of_wave.everybody.get("estimate")
        values = {
            "everybody": everybody,
            "areas": len(league_of_wave.table),
            "broken": wave in league_of_wave.programme.breaks,
        }
        rows.append({"wave": wave, **of_area, **values})
    return pd.DataFrame(rows, columns=["wave", *OF_WAVE, "everybody", "areas", "broken"])


def _factors(store: Store, programme_name: str, league: League, area: str) -> FactorTable | None:
    if not league.programme.factors or area not in league.programme.areas:
        return None
    try:
        return read_factors(store, programme_name, wave=league.wave, area=area)
    except Fault:  # nobody named anything there, or it is withheld
        return None


def _types(store: Store, league: League, area: str) -> TypeFigures | None:
    name = league.measure.name
    if not any(name in types.measured for types in league.programme.types.values()):
        return None
    return read_types(store, league.programme.name, wave=league.wave, measure=name, area=area)
