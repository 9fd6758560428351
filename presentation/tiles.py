"""The tiles of the first screen as lines of words: confirmed rises and falls, the last places, the targets."""

from collections.abc import Iterable
from dataclasses import dataclass

from presentation.numbers import threshold_text
from presentation.screen import last_promise, not_compared_text, target_promise, weak_text
from presentation.times import wave_text
from service.figures.league import League
from service.figures.screen import IN, LISTED, OUT, POSSIBLE, Compared, Screen
from words import Speaker

FEW = 12  # names that a tile has room for


@dataclass(frozen=True)
class Line:
    """A line of a tile: what it is about (fall, rise, in, reached, …), the words, and the names of those counted."""

    kind: str
    said: str
    names: tuple[str, ...] = ()

    @property
    def short(self) -> bool:
        """Whether all its names stand on the tile; of many, only the list that the tile opens has them."""
        return len(self.names) <= FEW


@dataclass(frozen=True)
class Tile:
    """A tile: its heading, its lines, and in small print below what holds for them."""

    name: str
    heading: str
    lines: tuple[Line, ...]
    foot: str = ""


def tiles(screen: Screen, t: Speaker) -> list[Tile]:
    """The tiles of a first screen; one for the last places only where the league is longer than these."""
    tile_list = [Tile("moves", t("tile.moves"), tuple(_moves(screen, t)), weak_text(screen, t))]
    if (last := screen.last) is not None:
        groups = ((IN, last.confirmed), (LISTED, last.listed), (POSSIBLE, last.possible), (OUT, last.out))
        lines = tuple(_line(screen.league, kind, areas, t) for kind, areas in groups)
        lines += tuple(_rolling(screen, t))
        tile_list.append(Tile("last", t("tile.last", count=last.k), lines, last_promise(screen, t)))
    for target in screen.targets:
        threshold = threshold_text(screen.league.measure, target.threshold, t)
        groups = (("reached", target.reached), ("missed", target.missed), ("untold", target.undecided))
        lines = tuple(_line(screen.league, kind, areas, t) for kind, areas in groups)
        heading = t("tile.target" if target.upwards else "tile.limit", target=threshold)
        tile_list.append(Tile(f"target-{target.rule}", heading, lines, target_promise(screen, t)))
    return tile_list


def _moves(screen: Screen, t: Speaker) -> Iterable[Line]:
    """For each comparison a line with its base, and one for each direction in which a change is confirmed."""
    for compared in screen.comparisons.values():
        if compared.before is None:
            yield Line("base", t("tile.first"))
            return
        base = t("tile.against", base=wave_text(compared.before, t))
        if not isinstance(compared, Compared):
            yield Line("base", not_compared_text(compared, screen.league, t))
            continue
        largest = compared.league.measure.largest_is_best
        up, down = ("rise", "fall") if largest else ("better", "worse")
        groups = ((down, compared.worse), (up, compared.better), ("changed", compared.unsaid))
        lines = [_line(compared.league, kind, areas, t) for kind, areas in groups if areas]
        yield Line("base", base if lines else t("tile.none_confirmed", against=base))
        yield from lines


def _rolling(screen: Screen, t: Speaker) -> Iterable[Line]:
    """Who is among the last by the rolling year: the waves it has, then those confirmed, and those listed only."""
    if screen.rolling is None:
        return
    last, waves = screen.rolling.places, screen.rolling.waves
    yield Line("base", t("tile.rolling", first=wave_text(waves[0], t), last=wave_text(waves[-1], t)))
    groups = ((IN, last.confirmed), (LISTED, last.listed))
    yield from (_line(screen.league, kind, areas, t) for kind, areas in groups if areas)


def _line(league: League, kind: str, areas: tuple[str, ...], t: Speaker) -> Line:
    names = tuple(league.name(area)[t("language.code")] for area in areas)
    return Line(kind, t(f"tile.{kind}", count=len(areas)), names)
