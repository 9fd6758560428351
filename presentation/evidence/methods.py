"""Methods side by side: intervals by each method and standard errors in three ways, as tables and as points to draw."""

from collections.abc import Mapping

import pandas as pd

from accountability.league.methods import DEFAULT, OF_SHARES, SOURCES
from presentation.numbers import shown_value
from service.figures.league import League
from words import Speaker

NOTHING = "–"


def interval_rows(league: League, table: pd.DataFrame, t: Speaker) -> pd.DataFrame:
    """Each area's estimate and its interval by each method, as text."""
    rows = {t("column.area"): _names(league, table, t), t("column.estimate"): _numbers(league, table.estimate)}
    for method in (DEFAULT, *OF_SHARES):
        if f"{method}_lower" in table:
            low, high = (_numbers(league, table[f"{method}_{end}"]) for end in ("lower", "upper"))
            rows[t(f"method.{method}")] = [f"{a}–{b}" for a, b in zip(low, high, strict=True)]
    return pd.DataFrame(rows)


def error_rows(league: League, table: pd.DataFrame, t: Speaker) -> pd.DataFrame:
    """Each area's standard error by each source of its variance, as text."""
    rows = {t("column.area"): _names(league, table, t)}
    rows |= {t(f"methods.se.{source}"): _numbers(league, table[f"se_{source}"], 1) for source in SOURCES}
    return pd.DataFrame(rows)


def interval_points(league: League, table: pd.DataFrame, t: Speaker) -> pd.DataFrame:
    """One row for each area and method: area, of (the method in words), estimate, lower, upper, in the unit shown."""
    methods = [method for method in (DEFAULT, *OF_SHARES) if f"{method}_lower" in table]
    columns = {method: ("estimate", f"{method}_lower", f"{method}_upper") for method in methods}
    return _points(league, table, {t(f"method.{method}"): of for method, of in columns.items()}, t)


def error_points(league: League, table: pd.DataFrame, t: Speaker) -> pd.DataFrame:
    """One row for each area and source of variance: area, of (the source in words), estimate (a standard error)."""
    return _points(league, table, {t(f"methods.se.{source}"): (f"se_{source}",) for source in SOURCES}, t)


def _points(league: League, table: pd.DataFrame, series: Mapping[str, tuple[str, ...]], t: Speaker) -> pd.DataFrame:
    """The columns of each series below one another, where there are figures."""
    names = _names(league, table, t)
    parts = []
    for of, columns in series.items():
        values = [shown_value(league.measure, table[column].astype(float)).to_numpy() for column in columns]
        parts.append(
            pd.DataFrame({"area": names, "of": of, **dict(zip(("estimate", "lower", "upper"), values, strict=False))})
        )
    return pd.concat(parts, ignore_index=True).dropna()


def _names(league: League, table: pd.DataFrame, t: Speaker) -> list[str]:
    return [league.name(area)[t("language.code")] for area in table.index]


def _numbers(league: League, values: pd.Series, more: int = 0) -> list[str]:
    """Values in the unit shown, with `more` decimals than the measure's."""
    decimals = league.measure.decimals + more
    shown = shown_value(league.measure, values.astype(float))
    return [NOTHING if pd.isna(value) else f"{value:.{decimals}f}" for value in shown]
