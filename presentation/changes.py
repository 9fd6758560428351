"""A league's changes in words: the windows, verdicts with their direction, the headline, and sizes of moves.

The headline here (`changes.*` in words/) is of one comparison and names the areas; that of the leader's first screen
(`screen.*`), which counts both comparisons, is put together in screen.py.
"""

import numpy as np
import pandas as pd

from estimation import Measure
from estimation.changes.verdicts import CHANCE
from presentation.numbers import shown_value, size_text
from presentation.times import wave_text, window_text
from programme.wave_names import parts_of_wave
from service.figures.league import League
from words import Speaker

DIRECTIONS = {(1, True): "rise", (-1, True): "fall", (1, False): "better", (-1, False): "worse"}
CHANGED = "changed"


def against_text(league: League, t: Speaker) -> str:
    """How a sentence on the changes begins: "Compared with last quarter (2015 Q2),"."""
    against = str(league.against)
    if league.windowed:
        return t("against.windows", before=window_text(against, t), after=window_text(str(league.upto), t))
    return t("against.one", base=base_name(against, league.wave, t, period=True))


def base_name(earlier: str, wave: str, t: Speaker, *, period: bool) -> str:
    """What the earlier wave is called: last quarter, the same quarter last year; else its own name.

    period: its dates are added in brackets.
    """
    kind, dates = name_of_earlier(earlier, wave), wave_text(earlier, t)
    if kind is None:
        return dates
    return t(f"base.{kind}", wave=dates) if period else t(f"screen.base.{kind}")


def name_of_earlier(earlier: str, wave: str) -> str | None:
    """The key of what people call the earlier wave (last quarter, the same quarter last year); None if nothing."""
    parts = [parts_of_wave(name) for name in (earlier, wave)]
    (year, quarter, month), (now, this_quarter, this_month) = parts
    kind, size = ("quarter", 4) if this_quarter else ("month", 12) if this_month else ("year", 1)
    if (quarter is None, month is None) != (this_quarter is None, this_month is None):
        return None
    places = [int(y) * size + int(q or m or 1) for y, q, m in parts]
    apart = places[1] - places[0]
    if apart == 1:
        return f"last_{kind}"
    return f"{kind}_year_ago" if apart == size and int(now) - int(year) == 1 else None


def direction(league: League, area: str) -> str:
    """The direction of the area's confirmed change: rise or fall; better or worse if the smallest value is best."""
    return DIRECTIONS.get((int(league.table.toward[area]), league.measure.largest_is_best), CHANGED)


def verdict_text(league: League, area: str, t: Speaker, *, short: bool = False) -> str:
    """The verdict in words, with its direction if a change is confirmed."""
    return _verdict(league.table.verdict[area], direction(league, area), t, short)


def verdict_of(code: str, places: float, largest_is_best: bool, t: Speaker) -> str:
    """A verdict in words if only the places moved are known."""
    toward = 0 if pd.isna(places) else int(np.sign(places))
    return _verdict(code, DIRECTIONS.get((toward, largest_is_best), CHANGED), t, short=False)


def _verdict(code: str, toward: str, t: Speaker, short: bool) -> str:
    values = {} if code == CHANCE else {"direction": t(f"direction.{toward}", count=1)}
    return t(f"short.verdict.{code}", **values) if short else t(f"verdict.{code}", **values)


def headline(league: League, t: Speaker) -> str:
    """Which areas' rises and falls are confirmed, how many are not, and how many ranks changed in the table."""
    if league.against is None or len(league.uncompared) == len(league.table):
        return t("changes.no_comparison", count=len(league.table))
    against, moved = against_text(league, t), int((league.table.places.fillna(0) != 0).sum())
    if not league.movers:
        key = "changes.none" if moved else "changes.none_moved"
        return t(key, against=against, moved=moved, count=_compared(league))
    clauses = [_confirmed(league, way, t) for way in ("worse", "fall", "better", "rise", CHANGED)]
    confirmed = t("list.between_clauses").join(clause for clause in clauses if clause)
    unconfirmed = _compared(league) - len(league.movers)
    proven = [_proven(league, area, t) for area in league.proven]
    sentences = [
        t("changes.some", against=against, confirmed=confirmed),
        t("changes.proven", names=proven) if proven else t("changes.places_unsure"),
        *([t("changes.rest", count=unconfirmed)] if unconfirmed else []),
        t("changes.moved", moved=moved),
    ]
    return t("list.between_sentences").join(sentences)


def _compared(league: League) -> int:
    return len(league.table) - len(league.uncompared)


def _confirmed(league: League, way: str, t: Speaker) -> str:
    names = [league.name(area) for area in league.movers if direction(league, area) == way]
    if not names:
        return ""
    return t("changes.confirmed", count=len(names), names=names, direction=t(f"direction.{way}", count=len(names)))


def _proven(league: League, area: str, t: Speaker) -> str:
    """The area and the least number of places by which it is confirmed to have moved."""
    row = league.table.loc[area]
    least = int(row.places_lower if row.places_lower > 0 else -row.places_upper)
    return t(
        "changes.risen_at_least" if row.places > 0 else "changes.fallen_at_least", area=league.name(area), least=least
    )


def moved_text(measure: Measure, value: float, t: Speaker) -> str:
    """A change in words without a sign: up 5.0 percentage points, down 0.3."""
    way = "up" if value > 0 else "down"
    return t(f"moved.{way}", size=size_text(measure, value, t))


def interval_text(measure: Measure, lower: float, upper: float, t: Speaker) -> str:
    """The interval of a change in words: between 24.2 and 73.8, or between 0.4 down and 5.0 up."""
    across = lower < 0 < upper
    ends = [abs(shown_value(measure, end)) for end in (lower, upper)]  # if it contains 0, the first is how far down
    decimals = measure.decimals
    low, high = (f"{end:.{decimals}f}" for end in (ends if across else sorted(ends)))
    if not across:
        return t("moved.between", low=low, high=high)
    return t("moved.across", low=low, high=high, high_size=size_text(measure, upper, t))


def movement_sentence(league: League, area: str, t: Speaker) -> str:
    """How much of the observed move is due to the area's own figure, and the confirmed places; may be empty."""
    if league.against is None or pd.isna(league.table.places[area]):
        return ""
    row, sentences = league.table.loc[area], []
    if pd.notna(row.own) and (row.places or row.own):
        sentences = [t("sentence.split", own=part_text(row.own, t), others=part_text(row.others, t))]
    if not row.places_lower <= 0 <= row.places_upper:
        truly = places_range_text(int(row.places_lower), int(row.places_upper), t)
        sentences.append(t("sentence.places", truly=truly, level=1 - row.alpha_rank))
    return t("list.between_sentences").join(sentences)


def places_text(places: float, t: Speaker) -> str:
    """A move in words: up 3 places, down 3 places, or the same place."""
    if places == 0:
        return t("places.same")
    return t("places.risen" if places > 0 else "places.fallen", places=abs(places))


def part_text(places: float, t: Speaker) -> str:
    """A part of a move, which need not be a whole number of places: up 2.5 places."""
    return t("places.none") if places == 0 else places_text(float(f"{places:.3g}"), t)


def places_range_text(lower: int, upper: int, t: Speaker) -> str:
    """A range of moves in words: up 2 to 5, down 1 to 3, or from 3 down to 4 up."""
    if lower == upper:
        return places_text(lower, t)
    if lower > 0:
        return t("places.between_up", least=lower, most=upper)
    if upper < 0:
        return t("places.between_down", least=-upper, most=-lower)
    return t("places.between", down=-lower, up=upper)
