"""What is true beside what is said, of a simulated survey, in words and rows."""

import numpy as np
import pandas as pd

from presentation.numbers import shown_value, signed, size_text
from presentation.screen import area_word
from service.figures.league import League
from words import Speaker

LEAST = 0.01  # of the measure's scale: smaller true changes are not listed
SAID = {1: "rise", -1: "fall", 0: "nothing"}


def listed(league: League, truth: pd.DataFrame) -> pd.DataFrame:
    """The areas that truly moved by `least` or more, or of which a move is confirmed, the largest true move first."""
    rows = truth[(truth.moved.abs() >= least(league)) | (truth.called != 0)]
    return rows.loc[rows.moved.abs().sort_values(ascending=False, kind="stable").index]


def least(league: League) -> float:
    """The smallest true change that is listed."""
    return LEAST * (league.measure.high - league.measure.low)


def headline(league: League, truth: pd.DataFrame, t: Speaker) -> str:
    """How many areas truly moved, how many of these moves are confirmed, and how many confirmations are wrong."""
    moved, called = truth.moved.abs() >= least(league), truth.called.to_numpy()
    size = size_text(league.measure, least(league), t)
    if not moved.any() and not called.any():
        return t("truth.none", size=size, area=area_word(league, 1, t))
    against_average = np.sign((truth.moved - truth.moved.mean()).round(9))
    right = called == against_average
    values = {"areas": len(truth), "area": area_word(league, len(truth), t), "moved": int(moved.sum()), "size": size}
    counts = {"found": int((moved & (called != 0) & right).sum()), "wrong": int(((called != 0) & ~right).sum())}
    return t("truth.headline", **values, **counts)


def rows(league: League, truth: pd.DataFrame, t: Speaker) -> pd.DataFrame:
    """The areas `listed`, as a table of text."""
    shown, measure = listed(league, truth), league.measure
    form = f".{measure.decimals}f"
    number = lambda value: format(float(shown_value(measure, value)), form)  # noqa: E731
    change = lambda value: signed(float(shown_value(measure, value)), measure.decimals)  # noqa: E731
    columns = {
        "area": [league.name(str(area))[t("language.code")] for area in shown.index],
        "true": [f"{number(a)} → {number(b)}" for a, b in zip(shown.true_before, shown.true, strict=True)],
        "moved": [change(value) for value in shown.moved],
        "change": [change(value) for value in shown.change],
        "said": [t(f"truth.said.{SAID[int(of)]}") for of in shown.called],
    }
    return pd.DataFrame({t(f"truth.column.{name}"): cells for name, cells in columns.items()})
