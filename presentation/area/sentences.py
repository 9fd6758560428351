"""One area in sentences: its place, what is confirmed of its change, what is weak or not shown, and its neighbours."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from estimation.changes.verdicts import PROVEN, REAL
from presentation.changes import base_name, direction, interval_text, moved_text
from presentation.screen import area_word
from presentation.times import wave_text, window_text
from programme.wave_names import kind_of_wave
from service.figures.league import League
from service.figures.screen import Screen
from words import Speaker

if TYPE_CHECKING:
    from service.figures.area_page import Neighbours


def area_sentence(league: League, area: str, t: Speaker, *, period: bool = True) -> str:
    """The area's place and its change from the earlier wave or window.  period: the earlier wave has its dates."""
    if league.against is None:
        return _place(league, area, t, ranged=True)
    if league.windowed:
        ends = {"before": window_text(league.against, t), "after": window_text(str(league.upto), t)}
        said = {"said": _body(league, area, t), "wave": wave_text(league.wave, t)}
        return _joined([_place(league, area, t, ranged=True), t("sentence.windows", **ends, **said)], t)
    base = base_name(league.against, league.wave, t, period=period)
    row, compared = league.table.loc[area], pd.notna(league.table.places[area])
    if compared and row.verdict == PROVEN:
        values = {**_of_place(league, area, t), **_truly(row, t), "moved": _moved(row.places, t)}
        return t("sentence.moved.proven", base=base, **values)
    if compared and row.verdict == REAL:
        return _joined([_place(league, area, t), *_real(league, area, base, t)], t)
    return _joined([_place(league, area, t, ranged=True), _unconfirmed(league, area, base, t)], t)


def screen_sentence(screen: Screen, area: str, t: Speaker, *, period: bool = False) -> str:
    """The area's place with both comparisons side by side where there are two; else as `area_sentence`."""
    first, *others = screen.compared or (None,)
    if first is None or not others:
        return area_sentence(screen.league if first is None else first.league, area, t, period=period)
    clauses = [
        t("sentence.against", base=base_name(c.before, c.league.wave, t, period=period), said=_body(c.league, area, t))
        for c in screen.compared
    ]
    return _joined([_place(screen.league, area, t), t("list.between_comparisons").join(clauses) + t("list.stop")], t)


def chosen_sentence(screen: Screen, area: str, t: Speaker) -> str:
    """The area's place and changes: both regular comparisons, or the one chosen instead; and if it is indicative."""
    regular = screen.league.against in [None, *(c.before for c in screen.compared)]
    said = screen_sentence(screen, area, t) if regular else area_sentence(screen.league, area, t)
    weak = weak_sentence(screen, area, t)
    return t("list.between_sentences").join([said, weak] if weak else [said])


def weak_sentence(screen: Screen, area: str, t: Speaker) -> str:
    """That the area's figure is indicative only, and why; empty if it is fit to publish."""
    broken = screen.weak.get(area)
    if not broken:
        return ""
    league = screen.league
    key = "sentence.weak.few" if "n" in broken else "sentence.weak.error"
    return t(key, area=league.name(area), n=int(league.table.n[area]))


def absent_sentence(league: League, area: str, t: Speaker) -> str:
    """Why an area has no row: nobody was interviewed there, or its figures are not shown."""
    key = "sentence.no_interviews" if area in league.missing else "sentence.not_shown"
    period = t(f"period.{kind_of_wave(league.wave)}")
    return t(key, area=league.name(area), limit=league.programme.withhold, period=period)


def comparison_facts(league: League, area: str, t: Speaker) -> list[str]:
    """What is known of an area's change beside the verdict: its figure's, its ranks with their ranges, chance alone."""
    row = league.table.loc[area]
    if league.against is None or pd.isna(row.places):
        return []
    figure = interval_text(league.measure, row.change_lower, row.change_upper, t)
    ranks = {"before": row.rank_before, "after": row.rank_after, "lower": row.before_lower, "upper": row.before_upper}
    ranks |= {"least": row.after_lower, "most": row.after_upper}
    return [
        t("area.fact.figure", change=moved_text(league.measure, row.change, t), interval=figure),
        t("area.fact.ranks", **{name: int(rank) for name, rank in ranks.items()}),
        t("area.fact.noise", noise=int(row.noise)),
    ]


def neighbour_lines(
    neighbours: "Neighbours", league: League, t: Speaker
) -> list[tuple[str, str, list[Mapping[str, str]]]]:
    """(kind, words, names): the areas surely ahead, those surely behind, and those not separated from it."""
    groups = {"ahead": neighbours.better, "untold": neighbours.untold, "behind": neighbours.worse}
    return [
        (kind, t(f"neighbours.{kind}", count=len(areas)), [league.name(area) for area in areas])
        for kind, areas in groups.items()
    ]


def _joined(sentences: list[str], t: Speaker) -> str:
    """Sentences one after another: the first begins with a name, the others with a capital where there are such."""
    first, *others = sentences
    return t("list.between_sentences").join([first, *(s[:1].upper() + s[1:] for s in others)])


def _of_place(league: League, area: str, t: Speaker) -> dict[str, Any]:
    return {"area": league.name(area), "rank": int(league.table["rank"][area]), "count": len(league.table)}


def _place(league: League, area: str, t: Speaker, *, ranged: bool = False) -> str:
    """Where the area stands; ranged: with the places between which its true rank lies."""
    row, values = league.table.loc[area], _of_place(league, area, t)
    if not ranged:
        return t("sentence.rank", **values)
    return t("sentence.place", **values, lower=int(row.rank_lower), upper=int(row.rank_upper))


def _moved(places: float, t: Speaker) -> str:
    return t("sentence.up" if places > 0 else "sentence.down", places=abs(int(places)))


def _truly(row: pd.Series, t: Speaker) -> dict[str, str]:
    """A confirmed change of rank: which way, and between how many places."""
    least, most = sorted(abs(int(row[end])) for end in ("places_lower", "places_upper"))
    way = "up" if row.places_lower > 0 else "down"
    key = "sentence.truly.equal" if least == most else "sentence.truly"
    truly = t(key, way=t("screen.rise" if way == "up" else "screen.fall"), least=least, most=most)
    return {"direction": t(f"screen.drop.{way}", count=1), "truly": truly}


def _real(league: League, area: str, base: str, t: Speaker) -> list[str]:
    """The figure's change with its interval, confirmed against the average change; the places are not certain."""
    row, measure, way = league.table.loc[area], league.measure, direction(league, area)
    across = row.change_lower < 0 < row.change_upper
    figure = {"measure": league.programme.measure_names[measure.name], "change": moved_text(measure, row.change, t)}
    interval = interval_text(measure, row.change_lower, row.change_upper, t)
    toward = {"direction": t(f"direction.{way}", count=1), "itself": t(f"itself.{way}")}
    real = t(
        "sentence.moved.real_across" if across else "sentence.moved.real",
        base=base,
        interval=interval,
        **figure,
        **toward,
    )
    if row.places == 0:
        return [real, t("sentence.moved.places_same", base=base)]
    return [
        real,
        t("sentence.moved.places_up" if row.places > 0 else "sentence.moved.places_down", places=abs(int(row.places))),
    ]


def _unconfirmed(league: League, area: str, base: str, t: Speaker) -> str:
    """A change that is not confirmed, not comparable, or not shown."""
    row = league.table.loc[area]
    if area in league.unchanged:
        return t("sentence.withheld")
    if pd.isna(row.places):
        return t("sentence.uncompared", base=wave_text(str(league.against), t))
    if row.places == 0:
        return t("sentence.moved.same", base=base)
    count = len(league.table) - len(league.uncompared)
    usual = {"noise": int(row.noise), "count": count, "area": area_word(league, count, t)}
    key = "sentence.moved.chance" if abs(row.places) <= row.noise else "sentence.moved.more"
    return t(key, base=base, moved=_moved(row.places, t), **usual)


def _body(league: League, area: str, t: Speaker) -> str:
    """What is said after the words of a comparison: up 3 places, not confirmed."""
    row = league.table.loc[area]
    if area in league.unchanged:
        return t("sentence.said.withheld")
    if pd.isna(row.places):
        return t("sentence.said.uncompared")
    moved = t("sentence.same") if row.places == 0 else _moved(row.places, t)
    if row.verdict == PROVEN:
        return t("sentence.said.proven", moved=moved, **_truly(row, t))
    if row.verdict == REAL:
        way = "either" if row.places == 0 else "rise" if row.places > 0 else "fall"
        toward = t(f"direction.{direction(league, area)}", count=1)
        return t("sentence.said.real", moved=moved, direction=toward, way=t(f"screen.{way}"))
    return moved if row.places == 0 else t("sentence.said.chance", moved=moved)
