"""Ages: the survey's age groups, the group of each person, and a census's age bands divided among the groups."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from words import Fault

SPAN = re.compile(r"(\d+)(?:-(\d+)|(\+))?")  # "0", "15-19", "85+"
UNIFORM = "uniform"


@dataclass(frozen=True)
class AgeSpan:
    """Ages low..high in whole years, both included; high None: and above."""

    label: str
    low: int
    high: int | None

    @property
    def above(self) -> float:
        """The first age above the span; inf if it has no end."""
        return np.inf if self.high is None else self.high + 1


@dataclass(frozen=True, eq=False)
class BandSplit:
    """Census counts by the survey's age groups, and how bands were divided to obtain them.

    totals  the rows of the counts, one column per group
    parts   one row per part of a band that was divided: band, group, ages (the years of the band that are in the
            group), of (the years of the band)
    rule    what was assumed within a band ("uniform")
    """

    totals: pd.DataFrame
    parts: pd.DataFrame
    rule: str = UNIFORM


def age_spans(labels: Iterable) -> tuple[AgeSpan, ...]:
    """The spans of texts such as "18-29" and "60+"; a Fault unless they ascend without gaps and overlaps."""
    spans = tuple(_span(str(label)) for label in labels)
    if not spans:
        raise Fault(key="ages.none")
    for one, two in pairwise(spans):
        if one.above != two.low:
            raise Fault(key="ages.neighbours", one=one.label, two=two.label, expected=one.above)
    return spans


def cut_ages(age: ArrayLike, groups: Iterable) -> np.ndarray:
    """The label of the group of each age (n,); a Fault if an age is not a number or belongs to no group."""
    spans = age_spans(groups)
    years = pd.to_numeric(pd.Series(np.asarray(age, dtype=object)), errors="coerce").to_numpy(dtype=float)
    wrong = ~((years >= spans[0].low) & (years < spans[-1].above))
    if wrong.any():
        row = int(wrong.argmax())
        expected = f"{spans[0].label} … {spans[-1].label}"
        raise Fault(
            key="ages.outside", row=row + 1, found=str(np.asarray(age)[row]), expected=expected, count=int(wrong.sum())
        )
    labels = np.array([s.label for s in spans], dtype=object)
    return labels[np.searchsorted([s.low for s in spans], years, side="right") - 1]


def split_bands(counts: pd.DataFrame, groups: Iterable) -> BandSplit:
    """T_g = Σ_b T_b |g ∩ b|/|b|: the persons of a band are spread evenly over its years of age.

    counts  one column per age band ("0", "15-19", "85+"), ascending without gaps
    groups  the survey's age groups, as in `age_spans`
    A band that lies in one group belongs to it as a whole.  Raises Fault if a group divides an open band ("85+"), whose
    years cannot be counted, or if the groups extend beyond the bands.
    """
    bands, spans = age_spans(counts.columns), age_spans(groups)
    if spans[0].low < bands[0].low or spans[-1].above > bands[-1].above:
        expected = f"{bands[0].label} … {bands[-1].label}"
        raise Fault(key="ages.beyond_bands", found=f"{spans[0].label} … {spans[-1].label}", expected=expected)
    share, parts = np.zeros((len(bands), len(spans))), []
    for b, band in enumerate(bands):
        for g, group in enumerate(spans):
            years = min(band.above, group.above) - max(band.low, group.low)
            if years <= 0:
                continue
            if band.low >= group.low and band.above <= group.above:
                share[b, g] = 1.0
                continue
            if band.high is None:
                raise Fault(key="ages.open_band", group=group.label, band=band.label)
            share[b, g] = years / (band.above - band.low)
            parts.append({"band": band.label, "group": group.label, "ages": int(years), "of": band.above - band.low})
    totals = pd.DataFrame(counts.to_numpy(dtype=float) @ share, counts.index, [s.label for s in spans])
    return BandSplit(totals, pd.DataFrame(parts, columns=["band", "group", "ages", "of"]))


def _span(label: str) -> AgeSpan:
    """The span of one text; a Fault if it is not one."""
    match = SPAN.fullmatch(label)
    if match is None:
        raise Fault(key="ages.span", found=label)
    low, high = int(match[1]), match[2]
    last = None if match[3] else int(high or low)
    if last is not None and last < low:
        raise Fault(key="ages.span", found=label)
    return AgeSpan(label, low, last)
