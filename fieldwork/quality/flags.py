"""All flags of a wave's interviews in one table, with evidence, and what cannot be said for want of data."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import scipy

from fieldwork.quality.against_others import EFFICIENCY, EITHER, HIGH, LOW, MEDIAN, Contrast, against_others
from fieldwork.quality.interviews import BATTERY, Interviews
from fieldwork.quality.jumps import FEWEST, jumps
from fieldwork.quality.twins import FEWEST_ITEMS, twins

DURATION, STRAIGHT, UNKNOWN, TOP, TWINS, HOURS, EVEN, TOGETHER, JUMP = (
    "duration",
    "straight",
    "unknown",
    "top",
    "twins",
    "hours",
    "even",
    "together",
    "jump",
)
KINDS = (DURATION, STRAIGHT, UNKNOWN, TOP, TWINS, HOURS, EVEN, TOGETHER, JUMP)
SIDES = {DURATION: HIGH, STRAIGHT: HIGH, UNKNOWN: EITHER, TOP: EITHER, HOURS: HIGH, EVEN: LOW}
EFFORT = (DURATION, STRAIGHT, TOP, TWINS, EVEN)  # what together shows little effort
SINGLE = 0
FAMILIES = {TOGETHER: 1, JUMP: 2}  # each of three families of tests has a third of the error
LEVEL = 0.05
FEW = 6  # interviewers: with fewer nobody knows by how much they usually differ
OVERLAPS = 3  # interviews of an interviewer that began before the one before had ended
COLUMNS = ("kind", "interviewer", "area", "interviews", "value", "others", "z", "p", "p_holm", "flagged", "evidence")
Unsaid = tuple[str, dict]


@dataclass(frozen=True, eq=False)
class Flags:
    """What is conspicuous about a wave's interviews.

    tests    one row for each test that was made: kind, interviewer or area, interviews, value, others, z, p, p_holm
             (Holm within a family of tests, times three families), flagged (p_holm at most `level`), evidence:
             unit_ids to listen to first
    facts    interviewer, interviews, overlapping, evidence: interviews that began before the one before had ended
    usual    kind -> by how much interviewers' true means usually differ, which their tests allow for
    unsaid   what could not be tested, and why
    """

    tests: pd.DataFrame
    facts: pd.DataFrame
    usual: dict[str, float]
    unsaid: tuple[Unsaid, ...]
    level: float

    @property
    def flagged(self) -> pd.DataFrame:
        """The rows that are flagged, the most conspicuous first."""
        return self.tests[self.tests.flagged].sort_values("p")

    @property
    def interviewers(self) -> list[str]:
        """The interviewers who are flagged, by a test or by overlapping interviews."""
        tested = self.flagged.interviewer[self.flagged.interviewer != ""]
        return sorted({*tested, *self.facts.interviewer})


def flags(interviews: Interviews, *, rng: np.random.Generator, level: float = LEVEL) -> Flags:
    """Every test that the data allow, together at the error `level`: without anything planted, about that part of
    waves has a flag at all (simulated: docs/quality.md)."""
    parts: list[pd.DataFrame] = []
    unsaid: list[Unsaid] = []
    usual: dict[str, float] = {}
    if interviews.interviewer is None:
        unsaid.append(("flags.unsaid.no_interviewers", {}))
    elif len(interviews.people[1]) < 2:
        unsaid.append(("flags.unsaid.one_interviewer", {"name": str(interviews.people[1][0])}))
    else:
        if len(interviews.people[1]) < FEW:
            unsaid.append(("flags.unsaid.few_interviewers", {"count": len(interviews.people[1])}))
        _of_interviewers(interviews, parts, unsaid, usual, rng)
    _of_areas(interviews, parts, unsaid)
    columns = [*COLUMNS[:8], "evidence"]
    tests = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    tests = tests[tests.p.notna()].reset_index(drop=True)
    family = np.array([FAMILIES.get(kind, SINGLE) for kind in tests.kind])
    adjusted = np.ones(len(tests))
    for one in np.unique(family):
        adjusted[family == one] = np.minimum(1.0, 3 * _holm(tests.p[family == one].to_numpy(dtype=float)))
    tests = tests.assign(p_holm=adjusted, flagged=adjusted <= level)[list(COLUMNS)]
    return Flags(tests, _facts(interviews), usual, tuple(unsaid), level)


def _of_interviewers(interviews: Interviews, parts, unsaid, usual, rng) -> None:
    area, (who, names) = interviews.areas[0], interviews.people
    statistics, absent = _statistics(interviews)
    signs: dict[str, np.ndarray] = {}
    unsaid += absent
    alone = 0
    for kind, values in statistics.items():
        contrast = against_others(values, area, who, SIDES[kind])
        alone = max(alone, int((contrast.interviews < 1).sum()))
        usual[kind] = contrast.usual
        evidence = lambda j, v=values, k=kind: _extreme(interviews, v, who == j, SIDES[k])  # noqa: E731
        parts.append(_rows(kind, names, contrast, evidence))
        signs[kind] = contrast.z if SIDES[kind] == HIGH or kind == TOP else -contrast.z
    if alone:
        unsaid.append(("flags.unsaid.alone", {"count": alone}))
    items = [name for name in interviews.plain]
    if len(items) < FEWEST_ITEMS:
        unsaid.append(("flags.unsaid.few_items", {"count": len(items), "fewest": FEWEST_ITEMS}))
        parts.append(_together(interviews, signs))
        return
    codes = np.column_stack([interviews.coded[name][0] for name in items])
    found = twins(codes, area, who, rng=rng)
    usual[TWINS] = found.usual
    pair = lambda j: [str(interviews.unit_id[k]) for k in found.pairs.get(j, ())]  # noqa: E731
    parts.append(_rows(TWINS, names, found, pair))
    parts.append(_together(interviews, signs | {TWINS: found.z}))


def _statistics(interviews: Interviews) -> tuple[dict[str, np.ndarray], list[Unsaid]]:
    """What each interview says of its interviewer, by kind of flag; and the kinds for which data are lacking."""
    statistics: dict[str, np.ndarray] = {}
    unsaid: list[Unsaid] = []
    minutes = interviews.minutes
    if minutes is None or np.isnan(minutes).all():
        unsaid.append(("flags.unsaid.no_minutes", {}))
    else:
        statistics[DURATION] = interviews.short
        missing = int(np.isnan(minutes).sum())
        unsaid += [("flags.unsaid.some_minutes", {"count": missing})] if missing else []
    if interviews.batteries:
        statistics[STRAIGHT] = interviews.straight
    else:
        unsaid.append(("flags.unsaid.no_battery", {"fewest": BATTERY}))
    if np.nan_to_num(interviews.unknown).any():
        statistics[UNKNOWN] = interviews.unknown
    top = interviews.top
    if np.isnan(top).all():
        unsaid.append(("flags.unsaid.no_best", {}))
    else:
        statistics[TOP] = top
        centre = np.bincount(interviews.areas[0], np.nan_to_num(top)) / np.maximum(
            np.bincount(interviews.areas[0], ~np.isnan(top)), 1
        )
        statistics[EVEN] = np.abs(top - centre[interviews.areas[0]])
    if interviews.began is None or pd.isna(interviews.began).all():
        unsaid.append(("flags.unsaid.no_times", {}))
    elif np.nansum(interviews.odd_hours) > 0:
        statistics[HOURS] = interviews.odd_hours
    return statistics, unsaid


def _together(interviews: Interviews, signs: dict[str, np.ndarray]) -> pd.DataFrame:
    """The signs of little effort together: Σ_k z_jk over √ of its usual square among interviewers, by the median.

    Short interviews, one answer throughout, many best answers, near duplicates and little variety count alike;
    answers without an opinion do not, since honest interviewers may be patient or not.
    """
    names, kinds = interviews.people[1], [kind for kind in EFFORT if kind in signs]
    who = interviews.people[0]
    if len(kinds) < 2:
        return pd.DataFrame()
    total = np.sum([signs[kind] for kind in kinds], axis=0)
    known = total[~np.isnan(total)]
    usual = float(np.median(known**2)) / MEDIAN if len(known) > 1 else np.nan
    z = total / np.sqrt(usual) if usual > 0 else np.full(len(total), np.nan)
    p = scipy.stats.t.sf(z, max(1.0, EFFICIENCY * (len(known) - 1)))
    columns: dict[str, Any] = {"kind": TOGETHER, "interviewer": [str(name) for name in names], "area": ""}
    columns |= {"interviews": np.bincount(who), "value": np.nan, "others": np.nan, "z": z, "p": p}
    return pd.DataFrame(columns).assign(evidence=[[] for _ in names])


def _of_areas(interviews: Interviews, parts, unsaid) -> None:
    """Jumps of the best answers within areas during the fieldwork; each interviewer's usual level is taken out."""
    if interviews.began is None or pd.isna(interviews.began).all() or np.isnan(interviews.top).all():
        unsaid += [] if any(key == "flags.unsaid.no_times" for key, _ in unsaid) else [("flags.unsaid.no_jump", {})]
        return
    area, names = interviews.areas
    began = pd.Series(interviews.began)
    time = began.astype("int64").to_numpy().astype(float)
    day = began.dt.floor("D").astype("int64").to_numpy()
    values = np.where(began.isna(), np.nan, interviews.top)
    known = ~np.isnan(values)
    if interviews.interviewer is not None:
        mean = np.bincount(area[known], values[known], minlength=len(names)) / np.maximum(
            np.bincount(area[known], minlength=len(names)), 1
        )
        who, people = interviews.people
        of_person = np.bincount(who[known], (values - mean[area])[known], minlength=len(people))
        of_person = of_person / np.maximum(np.bincount(who[known], minlength=len(people)), 1)
        everywhere = np.array([len(set(area[who == j])) > 1 for j in range(len(people))])
        values = values - np.where(everywhere, of_person, 0.0)[who]
    found = jumps(values, time, area, day, len(names))
    few = int(((found.interviews < FEWEST) | np.isnan(found.z)).sum())
    unsaid += [("flags.unsaid.few_days", {"count": few, "fewest": FEWEST})] if few else []
    since = ["" if k < 0 else f"{began.iloc[k]:%Y-%m-%d}" for k in found.first]
    columns: dict[str, Any] = {
        "kind": JUMP,
        "interviewer": "",
        "area": [str(a) for a in names],
        "interviews": found.interviews,
    }
    columns |= {"value": found.after, "others": found.before, "z": found.z, "p": found.p}
    parts.append(pd.DataFrame(columns).assign(evidence=[[s] if s else [] for s in since]))


def _rows(kind: str, names: np.ndarray, contrast: Contrast | Any, evidence: Callable[[int], list[str]]) -> pd.DataFrame:
    """One row for each interviewer; evidence only of those who may be flagged."""
    columns: dict[str, Any] = {"kind": kind, "interviewer": [str(name) for name in names], "area": ""}
    columns |= {"interviews": contrast.interviews, "value": contrast.own, "others": contrast.others}
    shown = [evidence(j) if contrast.p[j] < LEVEL else [] for j in range(len(names))]
    return pd.DataFrame(columns | {"z": contrast.z, "p": contrast.p}).assign(evidence=shown)


def _extreme(interviews: Interviews, values: np.ndarray, own: np.ndarray, side: str, most: int = 3) -> list[str]:
    """The interviews of an interviewer with the most extreme values."""
    rows = np.flatnonzero(own & ~np.isnan(values))
    order = np.argsort(values[rows], kind="stable")
    if side != LOW:
        order = order[::-1]
    return [str(interviews.unit_id[k]) for k in rows[order[:most]]]


def _facts(interviews: Interviews) -> pd.DataFrame:
    """Interviewers with several interviews that began before the one before had ended: no test, a fact."""
    columns = ["interviewer", "interviews", "overlapping", "evidence"]
    if interviews.interviewer is None or not interviews.overlapping.any():
        return pd.DataFrame(columns=columns)
    who, names = interviews.people
    rows = []
    for j in np.unique(who[interviews.overlapping]):
        at = np.flatnonzero((who == j) & interviews.overlapping)
        if len(at) >= OVERLAPS:
            rows.append((str(names[j]), int((who == j).sum()), len(at), [str(interviews.unit_id[k]) for k in at[:3]]))
    return pd.DataFrame(rows, columns=columns)


def _holm(p: np.ndarray) -> np.ndarray:
    """Holm's adjusted probabilities."""
    m, order = len(p), np.argsort(p, kind="stable")
    adjusted = np.empty(m)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(p[order] * np.arange(m, 0, -1)))
    return adjusted
