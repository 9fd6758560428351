"""What a bulletin is about, as a leader may see it: changes, the league's waves, what people named, outcome rates."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from programme.wave_names import kind_of_wave
from service.fieldwork.rates import WaveRates, read_rates
from service.figures.factors import FactorTable, read_factors
from service.figures.league import League, read_estimated, waves_with_estimates
from service.figures.screen import Screen, read_screen
from service.figures.types_of_person import TypeFigures, read_types
from service.store.engine import Store
from service.store.permissions import CENTRE, LEADER, Actor, permitted
from words import Fault

WAVES = 9  # a quarter's wave, and those of the two years before it


@dataclass(frozen=True)
class Whole:
    """The figure over all areas in one wave, empty where it is withheld.

    areas: how many it is of;  method: of its interval
    """

    wave: str
    estimate: float | None
    lower: float | None
    upper: float | None
    n: int | None
    areas: int
    run: int
    method: str | None


@dataclass(frozen=True, eq=False)
class Facts:
    """The facts of a bulletin, all of which a leader may see.

    screen   the leader's first screen
    wholes   the figure over all areas in the wave and those before it that can be compared with it, oldest first
    factors  what people named, in the wave; None where the programme asks no such question
    earlier  comparison (PREVIOUS, YEAR_AGO) -> what they named then
    rates    the outcome rates of all numbers of the wave; None where it was not drawn here, or nobody was called
    types    the figures by type of person over all areas; None where the programme does not tell the measure apart
    types_then  comparison -> those of then
    runs     the numbers of all runs that the figures come from
    """

    screen: Screen
    wholes: tuple[Whole, ...]
    factors: FactorTable | None
    earlier: Mapping[str, FactorTable]
    rates: WaveRates | None
    types: TypeFigures | None
    types_then: Mapping[str, TypeFigures]
    runs: tuple[int, ...]

    @property
    def league(self) -> League:
        """The league's figures."""
        return self.screen.league


@permitted
def bulletin_facts(
    store: Store,
    programme_name: str,
    *,
    wave: str | None = None,
    measure: str | None = None,
    league: str | None = None,
) -> Facts:
    """The facts of a wave, by default of the newest one that leaders see.

    A bulletin goes to everybody: whoever makes it, small cells are withheld and nothing is in it that was not released.
    """
    seen = store.acting(Actor(store.actor.name, LEADER))
    screen = read_screen(seen, programme_name, wave=wave, measure=measure, league=league)
    of = {"measure": screen.league.measure.name, "league": screen.league.league}
    wholes = _wholes(seen, programme_name, screen.league, of)
    factors = _factors(seen, programme_name, screen.league.wave)
    earlier = {} if factors is None else _earlier(seen, programme_name, screen, factors)
    tables = [table for table in (factors, *earlier.values()) if table is not None]
    types = _types(seen, programme_name, screen.league.wave, screen.league.measure.name)
    types_then = {} if types is None else _types_then(seen, programme_name, screen)
    runs = {run["run_id"] for c in screen.compared for run in c.league.runs.values()}
    runs |= {run["run_id"] for run in screen.league.runs.values()} | {whole.run for whole in wholes}
    runs |= {table.run["run_id"] for table in tables}
    runs |= {screen.rolling.run} if screen.rolling is not None else set()
    runs |= {figures.run["run_id"] for figures in (types, *types_then.values()) if figures is not None}
    rates = response_rates(store, programme_name, screen.league.wave)
    return Facts(screen, wholes, factors, earlier, rates, types, types_then, tuple(sorted(runs)))


def response_rates(store: Store, programme_name: str, wave: str) -> WaveRates | None:
    """The outcome rates of all released numbers together, which say nothing of any one number or area."""
    try:
        rates = read_rates(store.acting(Actor(store.actor.name, CENTRE)), programme_name, wave)
    except Fault:  # the wave was not drawn here, or none of its numbers is released
        return None
    return rates if rates.never_called < rates.released else None


def _wholes(store: Store, programme_name: str, league: League, of: Mapping[str, Any]) -> tuple[Whole, ...]:
    programme, kind = league.programme, kind_of_wave(league.wave)
    names = [
        wave
        for wave in waves_with_estimates(store, programme_name)
        if wave <= league.wave and kind_of_wave(wave) == kind and programme.break_between(wave, league.wave) is None
    ]
    wholes = []
    for wave in sorted(names)[-WAVES:]:
        try:
            of_wave = read_estimated(store, programme_name, wave=wave, **of)
            figures = of_wave.league(None)
        except Fault:  # nobody was asked this then, or all of it is withheld
            continue
        everybody = figures.everybody
        values = [float(everybody[name]) if everybody else None for name in ("estimate", "lower", "upper")]
        n = int(everybody["n"]) if everybody else None
        areas = len(figures.table) + len(figures.withheld)  # all that the figure is of, whether they are shown or not
        wholes.append(Whole(wave, *values, n, areas, of_wave.run["run_id"], everybody.get("method")))
    return tuple(wholes)


def _factors(store: Store, programme_name: str, wave: str, name: str | None = None) -> FactorTable | None:
    try:
        return read_factors(store, programme_name, wave=wave, name=name)
    except Fault:  # the programme asks no such question, nobody named anything then, or it is withheld
        return None


def _earlier(store: Store, programme_name: str, screen: Screen, factors: FactorTable) -> dict[str, FactorTable]:
    tables = {c.kind: _factors(store, programme_name, c.before, factors.name) for c in screen.compared}
    return {kind: table for kind, table in tables.items() if table is not None}


def _types(store: Store, programme_name: str, wave: str, measure: str) -> TypeFigures | None:
    try:
        return read_types(store, programme_name, wave=wave, measure=measure)
    except Fault:  # the programme tells no types of person apart, or not in this measure or wave
        return None


def _types_then(store: Store, programme_name: str, screen: Screen) -> dict[str, TypeFigures]:
    measure = screen.league.measure.name
    figures = {c.kind: _types(store, programme_name, c.before, measure) for c in screen.compared}
    return {kind: of_wave for kind, of_wave in figures.items() if of_wave is not None}
