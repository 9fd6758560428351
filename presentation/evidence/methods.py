"""Methods side by side as tables: intervals by each method, and standard errors in three ways."""

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


def _names(league: League, table: pd.DataFrame, t: Speaker) -> list[str]:
    return [league.name(area)[t("language.code")] for area in table.index]


def _numbers(league: League, values: pd.Series, more: int = 0) -> list[str]:
    """Values in the unit shown, with `more` decimals than the measure's."""
    decimals = league.measure.decimals + more
    shown = shown_value(league.measure, values.astype(float))
    return [NOTHING if pd.isna(value) else f"{value:.{decimals}f}" for value in shown]
