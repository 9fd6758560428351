"""Windows of waves and comparisons as they are named: "2015Q1+2015Q2", "2014Q1+2014Q2>2015Q1+2015Q2"."""

from words import Fault

JOINED = "+"  # between the waves of a window
WINDOWS = ">"  # between the two windows in a comparison's name


def window(text: str) -> list[str]:
    """The waves of a window, oldest first: "2015Q1", or several joined by "+"; a Fault if one occurs twice."""
    waves = sorted(text.split(JOINED))
    if len(set(waves)) < len(waves):
        raise Fault(key="compare.twice", found=text)
    return waves


def comparison_name(before: str, after: str) -> str:
    """A comparison's name: the earlier wave, or both windows if one of them has several waves."""
    return before if JOINED not in before + after else f"{before}{WINDOWS}{after}"
