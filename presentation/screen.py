"""The sentences of a leader's first screen: both comparisons, the last k, the targets, and what they promise."""

from collections.abc import Mapping

from estimation.changes.verdicts import CHANCE, PROVEN
from presentation.changes import base_name, direction
from presentation.numbers import percent_text, threshold_text, value_text
from presentation.times import wave_text
from service.figures.league import League
from service.figures.screen import (
    BREAK,
    FIRST,
    Compared,
    LastPlaces,
    NotCompared,
    RollingPlaces,
    Screen,
    Target,
)
from words import Speaker

PLAIN = 10  # numbers up to this one are written as words where a language does so


def headline(screen: Screen, t: Speaker) -> str:
    """Both comparisons in one sentence; of a single one, what is confirmed, what is not, and the ranks that changed."""
    compared = screen.compared
    if len(compared) == 2:
        clauses = {"first": _clauses(compared[0], t), "second": _clauses(compared[1], t)}
        bases = {"base": base_text(compared[0], t), "other": base_text(compared[1], t)}
        return t("screen.both", wave=wave_text(screen.league.wave, t), **bases, **clauses)
    if compared:
        return comparison_text(compared[0], t)
    first = next(c for c in screen.comparisons.values() if isinstance(c, NotCompared))
    return not_compared_text(first, screen.league, t)


def comparison_text(compared: Compared, t: Speaker, *, period: bool = True) -> str:
    """What one comparison confirms, with its base.  period: the base's exact period is added in brackets."""
    league, base = compared.league, base_text(compared, t, period=period)
    one = area_word(league, 1, t)
    unconfirmed = compared.areas - len(compared.confirmed)
    if not compared.confirmed:
        key = "screen.none" if compared.ranks_changed else "screen.none_moved"
        return t(key, base=base, area=one, moved=compared.ranks_changed, count=compared.areas)
    sentences = _places(compared, base, t) if compared.least else [_ways(compared, base, t)]
    sentences += [t("screen.rest", rest=unconfirmed, area=one)] if unconfirmed else []
    return t("list.between_sentences").join(sentences)


def base_text(compared: Compared, t: Speaker, *, period: bool = False) -> str:
    """What the earlier wave is called: last quarter, the same quarter last year; else its name."""
    return base_name(compared.before, compared.league.wave, t, period=period)


def area_word(league: League, count: int, t: Speaker) -> str:
    """What the areas of the league are called, in the form that goes with the number."""
    forms = league.programme.units.get(league.league, {}).get(t("language.code")) or t("screen.area")
    one, *many = forms.split("|")
    return one if str(count) in t("language.one").split() or not many else many[-1]


def count_text(count: int, t: Speaker, *, numeral: bool = False) -> str:
    """A number as the language writes it in a sentence: one fall, 1个; numeral: the last five, 后五名."""
    words = t("screen.numerals" if numeral else "screen.counts").split(t("list.between"))
    whole = len(words) == PLAIN + 1  # a language that has not its own yet lists English words with its own sign
    return words[count] if count <= PLAIN and whole else str(count)


def _direction(compared: Compared, areas: tuple[str, ...], t: Speaker) -> str:
    return t(f"direction.{direction(compared.league, areas[0])}", count=len(areas))


def _groups(compared: Compared) -> list[tuple[str, ...]]:
    """The areas of each direction that has some, those that got worse first."""
    return [areas for areas in (compared.worse, compared.better, compared.unsaid) if areas]


def _names(compared: Compared, areas: tuple[str, ...]) -> list[Mapping[str, str]]:
    return [compared.league.name(area) for area in areas]


def _way(compared: Compared, areas: tuple[str, ...], t: Speaker) -> str:
    key = "fall" if set(areas) <= set(compared.worse) else "rise" if set(areas) <= set(compared.better) else "either"
    return t(f"screen.{key}")


def _ways(compared: Compared, base: str, t: Speaker) -> str:
    """Rises and falls that are confirmed, by an uncertain number of places."""
    groups = _groups(compared)
    if compared.worse and compared.better and not compared.unsaid:
        worse, better = groups
        directions = {"worse": _direction(compared, worse, t), "better": _direction(compared, better, t)}
        counts = {"falls": count_text(len(worse), t), "rises": count_text(len(better), t), "total": len(worse)}
        names = {"fallen": _names(compared, worse), "risen": _names(compared, better)}
        return t("screen.two_ways", base=base, **directions, **counts, **names)
    areas = compared.confirmed
    values = {"count": count_text(len(areas), t), "total": len(areas), "way": _way(compared, areas, t)}
    said = _direction(compared, groups[0], t) if len(groups) == 1 else t("direction.changed", count=len(areas))
    return t("screen.one_way", base=base, direction=said, names=_names(compared, areas), **values)


def _places(compared: Compared, base: str, t: Speaker) -> list[str]:
    """Changes of rank that are confirmed, with the least places; then those confirmed by uncertain places."""
    clauses = []
    for way, sign in (("down", -1), ("up", 1)):
        areas = [area for area, places in compared.least.items() if places * sign > 0]
        names = [
            t(f"screen.least.{way}", area=compared.league.name(area), least=abs(compared.least[area])) for area in areas
        ]
        values = {"count": count_text(len(areas), t), "total": len(areas), "names": names}
        drop = t(f"screen.drop.{way}", count=len(areas))
        clauses += [t("screen.places_clause", direction=drop, **values)] if areas else []
    sentences = [t("screen.places", base=base, clauses=t("list.between_clauses").join(clauses))]
    for group in _groups(compared):
        areas = tuple(area for area in group if area not in compared.least)
        if areas:
            said = {"direction": t(f"direction.{direction(compared.league, areas[0])}", count=1)}
            values = {"way": _way(compared, areas, t), "names": _names(compared, areas), "count": len(areas)}
            sentences.append(t("screen.more", **said, **values))
    return sentences


def _clauses(compared: Compared, t: Speaker) -> str:
    if not compared.confirmed:
        return t("screen.both.none", area=area_word(compared.league, 1, t))
    clauses = [
        t(
            "screen.both.clause",
            direction=_direction(compared, areas, t),
            count=count_text(len(areas), t),
            names=_names(compared, areas),
        )
        for areas in _groups(compared)
    ]
    joined = t("screen.both.between").join(clauses)
    return t("screen.both.confirmed", clauses=joined, total=len(compared.confirmed))


def not_compared_text(missing: NotCompared, league: League, t: Speaker) -> str:
    """Why there is no such comparison."""
    if missing.why == FIRST:
        return t("screen.first")
    if missing.why == BREAK:
        since = str(missing.since)
        return t("screen.break", wave=wave_text(since, t), reason=league.programme.breaks[since])
    return t(f"screen.{missing.why}", base=wave_text(str(missing.before), t))


def arrived_text(screen: Screen, t: Speaker) -> str:
    """That newer data have arrived and are not computed yet; empty if there are none."""
    if screen.arrived is None:
        return ""
    return t("screen.arrived", new=wave_text(screen.arrived, t), old=wave_text(screen.league.wave, t))


def weak_text(screen: Screen, t: Speaker) -> str:
    """How many areas' figures are indicative only; empty if all are fit to publish."""
    count = len(screen.weak)
    if not count:
        return ""
    words = {"count": count, "area": area_word(screen.league, count, t)}
    return t("screen.weak_all", **words) if 1 < count == len(screen.league.table) else t("screen.weak", **words)


def opening(screen: Screen, t: Speaker) -> str:
    """What is said above a table where there are no tiles: what waits, the headline, and what is indicative only."""
    sentences = arrived_text(screen, t), headline(screen, t), weak_text(screen, t)
    return t("list.between_sentences").join(filter(None, sentences))


def list_texts(screen: Screen, t: Speaker) -> list[str]:
    """A sentence on the last k, if there are any, and one on each target."""
    last = [] if screen.last is None else [last_text(screen.league, screen.last, t)]
    last += [] if screen.rolling is None else [rolling_text(screen.league, screen.rolling, t)]
    return last + [target_text(screen.league, target, t) for target in screen.targets]


def promise_lines(screen: Screen, t: Speaker) -> list[str]:
    """All that a screen promises: rises and falls together, the last k apart, the targets area by area."""
    return [line for line in (promise_line(screen, t), last_promise(screen, t), target_promise(screen, t)) if line]


def promise_line(screen: Screen, t: Speaker) -> str:
    """The small line under the headline: what rises and falls promise together; empty if nothing is compared."""
    return t("screen.line", error=percent_text(screen.error)) if screen.compared else ""


def last_promise(screen: Screen, t: Speaker) -> str:
    """The error of all statements on the last k, by this wave and by the year's mean apart; empty if there are none."""
    if screen.last is None:
        return ""
    values = {"k": count_text(screen.last.k, t, numeral=True), "error": percent_text(1 - screen.last.level)}
    if screen.rolling is None:
        return t("screen.line_last", **values)
    return t("screen.line_last_each", **values)


def target_promise(screen: Screen, t: Speaker) -> str:
    """The error of the statement on one area's target; empty if there are no targets."""
    if not screen.targets:
        return ""
    level = min(target.level for target in screen.targets)
    return t("screen.line_target", area=area_word(screen.league, 1, t), error=percent_text(1 - level))


def last_text(league: League, last: LastPlaces, t: Speaker) -> str:
    """Who is confirmed among the last k, how many cannot be ruled out, and how many are confirmed not among them."""
    k, undecided = count_text(last.k, t, numeral=True), {*last.listed, *last.possible}
    if not last.confirmed and last.printed and set(last.printed) <= undecided:
        names = [league.name(area) for area in last.printed]
        values = {"count": len(undecided), "listed": count_text(len(names), t, numeral=True), "names": names}
        return t("screen.last.none", area=area_word(league, 1, t), k=k, **values)
    counts = {"in": last.confirmed, "possible": sorted(undecided), "out": last.out}
    clauses = [
        t(f"screen.last.{key}", count=len(areas), **({"names": [league.name(a) for a in areas]} if key == "in" else {}))
        if key != "out"
        else t("screen.last.out", count=len(areas), k=k)
        for key, areas in counts.items()
        if areas
    ]
    return t("screen.last", k=k, clauses=t("screen.last.between").join(clauses))


def rolling_text(league: League, rolling: RollingPlaces, t: Speaker) -> str:
    """The same by the mean of the year's waves that end with this one, with the names on the printed list."""
    waves = {"first": wave_text(rolling.waves[0], t), "last": wave_text(rolling.waves[-1], t)}
    names = [league.name(area) for area in rolling.places.printed]
    said = last_text(league, rolling.places, t)
    return t("screen.rolling", **waves, said=said, names=names, count=len(names))


def last_area_text(last: LastPlaces, area: str, t: Speaker) -> str:
    """Whether the area is among the last k."""
    return t(f"screen.last.area.{last.place(area)}", k=count_text(last.k, t, numeral=True))


def target_text(league: League, target: Target, t: Speaker) -> str:
    """How many areas surely reach the target, surely miss it, or cannot be told."""
    groups = ("reached", "missed", "undecided", "short")
    counts = {group: len(getattr(target, group)) for group in groups}
    key = "screen.target" if target.upwards else "screen.limit"
    return t(key, target=threshold_text(league.measure, target.threshold, t), **counts)


def target_area_text(league: League, target: Target, area: str, t: Speaker) -> str:
    """Whether the area reaches the target."""
    areas_by_outcome = {"reached": target.reached, "missed": target.missed, "short": target.short}
    outcome = next((name for name, areas in areas_by_outcome.items() if area in areas), "near")
    value = value_text(league.measure, float(league.table.estimate[area]), t)
    values = {"value": value, "target": threshold_text(league.measure, target.threshold, t)}
    if target.upwards:
        return t(f"screen.target.area.{outcome}", **values)
    return t(f"screen.limit.area.{outcome}", **values)


def badge(league: League, area: str, t: Speaker) -> str:
    """The badge of an area's change: confirmed with its direction, not confirmed, not comparable, or not shown."""
    if area in league.withheld or area in league.unchanged:
        return t("badge.withheld")
    verdict = league.table.verdict[area] if league.against is not None else None
    if not isinstance(verdict, str):
        return t("badge.not_comparable")
    if verdict == CHANCE:
        return t("badge.not_confirmed")
    if verdict == PROVEN:
        return t("badge.rank_up" if league.table.places[area] > 0 else "badge.rank_down")
    return t(f"badge.{direction(league, area)}")
