"""Ages: the survey's groups, persons cut into them, and a census's age bands split where a group begins inside one."""

import re
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

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
        """The first age beyond."""
        return np.inf if self.high is None else self.high + 1


@dataclass(frozen=True, eq=False)
class BandSplit:
    """Census counts by the survey's age groups, and how the bands were cut.

    totals  rows as given, one column a group;  rule: what was assumed inside a band ("uniform")
    parts   one row a band cut by a group's limit: band, group, ages (years of the band in the group), of (years it has)
    """

    totals: pd.DataFrame
    parts: pd.DataFrame
    rule: str = UNIFORM


def age_spans(labels) -> tuple[AgeSpan, ...]:
    """Spans from texts such as "18-29", "60+", ascending and without gap or overlap; else a Fault."""
    spans = tuple(_span(str(label)) for label in labels)
    if not spans:
        raise Fault(key="ages.none")
    for one, two in pairwise(spans):
        if one.above != two.low:
            raise Fault(key="ages.neighbours", one=one.label, two=two.label, expected=one.above)
    return spans


def cut_ages(age, groups) -> np.ndarray:
    """The group's label of each age (n,); a Fault for an age that is no number or in no group."""
    spans = age_spans(groups)
    years = pd.to_numeric(pd.Series(np.asarray(age, dtype=object)), errors="coerce").to_numpy(dtype=float)
    wrong = ~((years >= spans[0].low) & (years < spans[-1].above))
    if wrong.any():
        row = int(wrong.argmax())
        expected = f"{spans[0].label} … {spans[-1].label}"
        raise Fault(
            key="ages.outside", row=row, found=str(np.asarray(age)[row]), expected=expected, count=int(wrong.sum())
        )
    labels = np.array([s.label for s in spans], dtype=object)
    return labels[np.searchsorted([s.low for s in spans], years, side="right") - 1]


def split_bands(counts: pd.DataFrame, groups) -> BandSplit:
    """T_g = Σ_b T_b |g ∩ b|/|b|: a band's persons are spread evenly over its years, for want of single years of age.

    counts  one column a band ("0", "15-19", "85+"), ascending without gap;  groups: the survey's, as in `age_spans`
    A band wholly in one group goes there untouched.  Raises Fault for a group that cuts an open band ("85+"), where
    years cannot be counted, or lies beyond the bands.
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
    found = SPAN.fullmatch(label)
    if found is None:
        raise Fault(key="ages.span", found=label)
    low, high = int(found[1]), found[2]
    last = None if found[3] else int(high or low)
    if last is not None and last < low:
        raise Fault(key="ages.span", found=label)
    return AgeSpan(label, low, last)
