"""Numbers in words: values and changes with their units, and percentages."""

from typing import TypeVar

import pandas as pd

from estimation import Measure
from estimation.indicators.indicators import MEAN, SHARE
from words import MINUS, Speaker

Values = TypeVar("Values", float, pd.Series)


def value_text(measure: Measure, value: float, t: Speaker) -> str:
    """A share as 89.6%, a score as 83.7, a mean with what it is counted in: 31.5 minutes."""
    if measure.unit == SHARE:
        return t("number.share", value=f"{shown_value(measure, value):.{measure.decimals}f}")
    return counted_text(measure, f"{value:.{measure.decimals}f}", t, otherwise="number.score")


def change_text(measure: Measure, value: float, t: Speaker) -> str:
    """A change with its sign and unit: percentage points of a share, points of a score."""
    number = signed(shown_value(measure, value), measure.decimals)
    if measure.unit == SHARE:
        return t("number.share_change", value=number)
    return counted_text(measure, number, t, otherwise="number.score_change")


def signed(value: float, decimals: int) -> str:
    """A number with its sign: +0.5 or −3.5, the latter with a minus and not with a hyphen."""
    return f"{value:+z.{decimals}f}".replace("-", MINUS)


def size_text(measure: Measure, value: float, t: Speaker, *, further: int = 0) -> str:
    """The size of a change or an error without its sign, with its unit; further: digits more than the measure has."""
    number = f"{abs(shown_value(measure, value)):.{measure.decimals + further}f}"
    if measure.unit == SHARE:
        return t("number.share_size", value=number)
    return counted_text(measure, number, t, otherwise="number.score_size")


def counted_text(measure: Measure, number: str, t: Speaker, *, otherwise: str | None = None) -> str:
    """The number with what the measure is counted in, else in the sentence with the key `otherwise`, else alone."""
    if measure.counted_in:
        return t("number.counted", value=number, unit=measure.counted_in)
    return number if otherwise is None else t(otherwise, value=number)


def shown_value(measure: Measure, value: Values) -> Values:
    """The number, or the numbers, that a table shows: a share as a percentage (89.6), a score as it is."""
    return value * 100 if measure.unit == SHARE else value


def value_heading(measure: Measure, t: Speaker) -> str:
    """The short heading of a column of values: %, Score, or of a mean what it is counted in: Mean, minutes."""
    if measure.counted_in:
        return t("short.mean_in", unit=measure.counted_in)
    return t("short.mean" if measure.kind == MEAN else f"short.{measure.unit}")


def percent_text(part: float) -> str:
    """0.95 as 95%, 0.99375 as 99.38%, 0.1855 as 18.55%."""
    return f"{100 * part:.4g}%"


def threshold_text(measure: Measure, threshold: float, t: Speaker) -> str:
    """A threshold as a programme writes it: 80%, not 80.0%."""
    return percent_text(threshold) if measure.unit == SHARE else value_text(measure, threshold, t)
