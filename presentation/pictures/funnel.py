"""The funnel of a share: each area's figure against its interviews, the limits of chance, and who lies outside."""

import numpy as np
import pandas as pd

from accountability.league.funnel import INNER, OUTER, funnel_limits
from estimation.indicators.indicators import SHARE
from presentation.numbers import percent_text, shown_value, value_text
from presentation.screen import area_word
from service.figures.league import League
from words import Speaker

WITHIN, BELOW, ABOVE = "within", "below", "above"  # the outer limits
POINTS = 60  # numbers of interviews for which the limits are drawn
HIGH, WIDE = 0.04, 0.25  # the room that a name takes, as parts of the picture


def has_funnel(league: League) -> bool:
    """Whether the measure is a share with a figure for everybody that is neither 0 nor 1."""
    everybody = league.everybody.get("estimate")
    return league.measure.unit == SHARE and everybody is not None and 0 < everybody < 1 and len(league.table) > 1


def design_effect(league: League) -> float:
    """d̄ = Σ n_j d_j / Σ n_j, at least 1: the limits of n interviews are those of n/d̄ people drawn at random."""
    known = league.table[league.table.deff.notna()]
    return max(1.0, float(np.average(known.deff, weights=known.n))) if len(known) else 1.0


def limit_rows(league: League) -> pd.DataFrame:
    """n, everybody's share, and limits around it, in the unit shown, for all numbers of interviews there were."""
    n, effect = league.table.n.astype(float), design_effect(league)
    interviews = np.unique(np.geomspace(max(n.min() * 0.8, effect), n.max() * 1.1, POINTS).round())
    everybody = float(shown_value(league.measure, league.everybody["estimate"]))
    return pd.DataFrame([{"n": float(k), "everybody": everybody, **_limits(league, k, effect)} for k in interviews])


def point_rows(league: League, chosen: str, t: Speaker) -> pd.DataFrame:
    """One row for each area: code, area, n, estimate in the unit shown, which side of the outer limits it lies, and
    `at`, the height of its name, if it has one: those outside and the chosen area.
    """
    effect = design_effect(league)
    rows = []
    for code, row in league.table.iterrows():
        limits, estimate = _limits(league, float(row.n), effect), float(shown_value(league.measure, row.estimate))
        side = BELOW if estimate < limits["outer_lower"] else ABOVE if estimate > limits["outer_upper"] else WITHIN
        said = {"code": code, "area": league.name(str(code))[t("language.code")], "n": int(row.n)}
        rows.append({**said, "estimate": estimate, "side": side})
    points = pd.DataFrame(rows)
    named = points[(points.side != WITHIN) | (points.code == chosen)]
    points["at"] = pd.Series(_label_places(named.assign(n=named.n.astype(float))), index=named.index, dtype=float)
    return points


def funnel_sentence(league: League, points: pd.DataFrame, t: Speaker) -> str:
    """What the funnel shows, who lies outside the outer limits, and how many would by chance."""
    count = len(points)
    values = {
        "count": count,
        "area": area_word(league, 1, t),
        "inner": percent_text(INNER),
        "outer": percent_text(OUTER),
    }
    everybody = value_text(league.measure, league.everybody["estimate"], t)
    parts = [t("funnel.what", everybody=everybody, **values)]
    for side in (BELOW, ABOVE):
        names = [league.name(code) for code in points.code[points.side == side]]
        parts += [t(f"funnel.{side}", count=len(names), names=names)] if names else []
    if (points.side == WITHIN).all():
        parts.append(t("funnel.none"))
    parts.append(t("funnel.note", effect=f"{design_effect(league):.2f}"))
    return t("list.between_sentences").join(parts)


def _limits(league: League, interviews: float, effect: float) -> dict[str, float]:
    """The limits of n interviews: those of n/d̄ people, between the two whole numbers beside it."""
    people = max(interviews / effect, 1.0)
    part, share = people - int(people), league.everybody["estimate"]
    limits_by_name = {}
    for name, level in (("inner", INNER), ("outer", OUTER)):
        ends = zip(*(funnel_limits(share, k, level) for k in (int(people), int(people) + 1)), strict=True)
        limits = [shown_value(league.measure, (1 - part) * fewer + part * more) for fewer, more in ends]
        limits_by_name |= {f"{name}_lower": limits[0], f"{name}_upper": limits[1]}
    return limits_by_name


def _label_places(rows: pd.DataFrame) -> list[float]:
    """Where a name stands beside its point, moved up or down as far as another name is in the way."""
    gap, near = (
        HIGH * float(rows.estimate.max() - rows.estimate.min()),
        WIDE * float(np.log(rows.n.max() / rows.n.min())),
    )
    placed: list[tuple[float, float]] = []
    lowest = float(rows.estimate.min())
    for n, estimate in zip(np.log(rows.n), rows.estimate, strict=True):
        free = lambda y, n=n: all(abs(n - a) > near or abs(y - b) >= gap for a, b in placed)  # noqa: E731
        moves = (estimate + sign * k * gap for k in range(len(rows) + 1) for sign in (1, -1))
        placed.append((float(n), next(float(y) for y in moves if y >= lowest and free(y))))
    return [y for _, y in placed]
