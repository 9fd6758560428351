"""Numbers in words: values and changes with their units, and percentages."""

from typing import TypeVar

import pandas as pd

from estimation import Measure
from estimation.indicators.indicators import SHARE
from words import Speaker

Values = TypeVar("Values", float, pd.Series)


def value_text(measure: Measure, value: float, t: Speaker) -> str:
    """A share as 89.6%, a score as 83.7."""
    return t(f"number.{measure.unit}", value=value if measure.unit == SHARE else f"{value:.{measure.decimals}f}")


def change_text(measure: Measure, value: float, t: Speaker) -> str:
    """A change with its sign and unit: percentage points of a share, points of a score."""
    shown = shown_value(measure, value)
    return t(
        f"number.{measure.unit}_change", value=shown if measure.unit == SHARE else f"{shown:+.{measure.decimals}f}"
    )


def shown_value(measure: Measure, value: Values) -> Values:
    """The number, or the numbers, that a table shows: a share as a percentage (89.6), a score as it is."""
    return value * 100 if measure.unit == SHARE else value


def percent_text(part: float) -> str:
    """0.95 as 95%, 0.99375 as 99.38%, 0.1855 as 18.55%."""
    return f"{100 * part:.4g}%"


def threshold_text(measure: Measure, threshold: float, t: Speaker) -> str:
    """A threshold as a programme writes it: 80%, not 80.0%."""
    return percent_text(threshold) if measure.unit == SHARE else value_text(measure, threshold, t)
