"""All flags of a wave's interviews in one table, with evidence, and what cannot be said for want of data."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from fieldwork.quality.against_others import EFFICIENCY, EITHER, HIGH, LOW, MEDIAN, Contrast, against_others, tail
from fieldwork.quality.dealt import adjusted, dealt_again
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
             (adjusted within a family of tests, times three families), flagged (p_holm at most `level`), evidence:
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
    """Every test that the data allow, together at the error `level`.

    Two adjustments count, and the larger one is taken: Holm's of probabilities that allow for what interviewers usually
    differ by, and how often a deal by lot of the same interviews has one as small, which holds for few interviews and
    rare answers too.  Of areas the second one alone: what interviewers differ by is taken out there.
    """
    parts: list[pd.DataFrame] = []
    unsaid: list[Unsaid] = []
    usual: dict[str, float] = {}
    of_deals: list[np.ndarray] = []
    if interviews.interviewer is None:
        unsaid.append(("flags.unsaid.no_interviewers", {}))
    elif len(interviews.people[1]) < 2:
        unsaid.append(("flags.unsaid.one_interviewer", {"name": str(interviews.people[1][0])}))
    else:
        if len(interviews.people[1]) < FEW:
            unsaid.append(("flags.unsaid.few_interviewers", {"count": len(interviews.people[1])}))
        _of_interviewers(interviews, parts, unsaid, usual, of_deals, rng)
    _of_areas(interviews, parts, unsaid, of_deals, rng)
    columns = [*COLUMNS[:8], "evidence"]
    tests = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    made = tests.p.notna().to_numpy(dtype=bool)
    tests = tests[made].reset_index(drop=True)
    of_chance = np.hstack(of_deals)[:, made] if of_deals else np.ones((0, 0))
    family = np.array([FAMILIES.get(kind, SINGLE) for kind in tests.kind])
    p_family = np.ones(len(tests))
    for one in np.unique(family):
        p = tests.p[family == one].to_numpy(dtype=float)
        chance = adjusted(p, of_chance[:, family == one])
        p_family[family == one] = chance if one == FAMILIES[JUMP] else np.maximum(chance, _holm(p))
    p_family = np.minimum(1.0, 3 * p_family)
    tests = tests.assign(p_holm=p_family, flagged=p_family <= level)[list(COLUMNS)]
    return Flags(tests, _facts(interviews), usual, tuple(unsaid), level)


def _of_interviewers(interviews: Interviews, parts, unsaid, usual, of_deals, rng) -> None:
    area, (who, names) = interviews.places, interviews.people
    statistics, absent = _statistics(interviews)
    deals = list(dealt_again(area, who, rng=rng))
    signs: dict[str, np.ndarray] = {}
    unsaid += absent
    alike_in = []
    if not deals:
        unsaid.append(("flags.unsaid.alone", {"count": len(names)}))
        return
    for kind, values in statistics.items():
        contrast = against_others(values, area, who, SIDES[kind], deals)
        if np.isnan(contrast.p).all():
            alike_in.append(kind)
            continue
        usual[kind] = contrast.usual
        evidence = lambda j, v=values, k=kind: _extreme(interviews, v, who == j, SIDES[k])  # noqa: E731
        parts.append(_rows(kind, names, contrast, evidence))
        of_deals.append(contrast.p_dealt)
        signs[kind] = np.vstack([contrast.z, contrast.z_dealt]) * (1 if SIDES[kind] == HIGH or kind == TOP else -1)
    if alone := _alone(area, who):
        unsaid.append(("flags.unsaid.alone", {"count": alone}))
    items = [name for name in interviews.plain]
    if len(items) < FEWEST_ITEMS:
        unsaid.append(("flags.unsaid.few_items", {"count": len(items), "fewest": FEWEST_ITEMS}))
    else:
        codes = np.column_stack([interviews.coded[name][0] for name in items])
        alike = twins(codes, area, who, deals)
        alike_in += [TWINS] if np.isnan(alike.p).all() else []
        usual[TWINS] = alike.usual
        pair = lambda j: [str(interviews.unit_id[k]) for k in alike.pairs.get(j, ())]  # noqa: E731
        parts.append(_rows(TWINS, names, alike, pair))
        of_deals.append(alike.p_dealt)
        signs[TWINS] = alike.signs
    if alike_in:
        unsaid.append(("flags.unsaid.alike", {"kinds": alike_in}))
    _together(interviews, signs, parts, of_deals)


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
    statistics[UNKNOWN] = interviews.unknown
    top = interviews.top
    if np.isnan(top).all():
        unsaid.append(("flags.unsaid.no_best", {}))
    else:
        statistics[TOP] = top
        place = interviews.places
        centre = np.bincount(place, np.nan_to_num(top)) / np.maximum(np.bincount(place, ~np.isnan(top)), 1)
        statistics[EVEN] = np.abs(top - centre[place])
    if interviews.began is None or pd.isna(interviews.began).all():
        unsaid.append(("flags.unsaid.no_times", {}))
    else:
        statistics[HOURS] = interviews.odd_hours
    return statistics, unsaid


def _alone(area: np.ndarray, who: np.ndarray) -> int:
    """How many interviewers took all interviews of every area in which they took any."""
    several = pd.Series(who).groupby(area).transform("nunique").to_numpy() > 1
    return len(np.setdiff1d(who, who[several]))


def _together(interviews: Interviews, signs: dict[str, np.ndarray], parts, of_deals) -> None:
    """The signs of little effort together: Σ_k z_jk over √ of its usual square among interviewers, by the median.

    Short interviews, one answer throughout, many best answers, near duplicates and little variety count alike;
    answers without an opinion do not, since honest interviewers may be patient or not.  A sign in which all interviews
    of an interviewer's areas are alike (none is short) is 0 for her, as it is in every deal.
    signs: kind -> z_jk of the wave in the first row, below it when the interviews are dealt out again
    """
    names, kinds = interviews.people[1], [kind for kind in EFFORT if kind in signs]
    if len(kinds) < 2:
        return
    together = np.stack([signs[kind] for kind in kinds])
    known = ~np.isnan(together[:, 0]).all(axis=0)
    total = np.where(known, np.nansum(together, axis=0), np.nan)
    if known.sum() < 2:
        return
    usual = np.median(total[:, known] ** 2, axis=1)[:, None] / MEDIAN
    z = np.divide(total, np.sqrt(usual), out=np.full(total.shape, np.nan), where=usual > 0)
    p = tail(z, HIGH, max(1.0, EFFICIENCY * (known.sum() - 1)))
    columns: dict[str, Any] = {"kind": TOGETHER, "interviewer": [str(name) for name in names], "area": ""}
    columns |= {"interviews": np.bincount(interviews.people[0]), "value": np.nan, "others": np.nan}
    parts.append(pd.DataFrame(columns | {"z": z[0], "p": p[0]}).assign(evidence=[[] for _ in names]))
    of_deals.append(np.where(np.isnan(p[1:]), 1.0, p[1:]))


def _of_areas(interviews: Interviews, parts, unsaid, of_deals, rng) -> None:
    """Jumps of the best answers within areas during the fieldwork; levels of interviewers and modes are taken out."""
    lacking = ["no_times"] if interviews.began is None or pd.isna(interviews.began).all() else []
    lacking += ["no_best"] if np.isnan(interviews.top).all() else []
    if lacking:
        said = {key for key, _ in unsaid}
        unsaid += [(f"flags.unsaid.{what}", {}) for what in lacking if f"flags.unsaid.{what}" not in said]
        return
    area, names = interviews.areas
    began = pd.Series(interviews.began)
    time = began.astype("int64").to_numpy().astype(float)
    day = began.dt.floor("D").astype("int64").to_numpy()
    values = np.where(began.isna(), np.nan, interviews.top)
    found = jumps(values, time, area, day, len(names), rng=rng, who=interviews.levels)
    few = int(np.isnan(found.z).sum())
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
    of_deals.append(found.p_dealt)


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
