"""Rules about areas, as data, and their verdicts: what the printed rule says, and what the figures can show."""

from dataclasses import dataclass

import numpy as np

from estimation import Estimate, Interval, LastK, RankSet
from estimation.columns.ties import TOLERANCE, at_least, scale_of
from estimation.ranks.last_k import IN, OUT
from words import Fault

MET, MISSED, UNDECIDED = "met", "missed", "undecided"
AT_LEAST, NOT_LAST = "at_least", "not_last"
KINDS = (AT_LEAST, NOT_LAST)


@dataclass(frozen=True)
class Rule:
    """kind "at_least": the value reaches `threshold` (a target); kind "not_last": the area is not among the last
    `threshold` of its league.  level: confidence at which the rule is shown met or missed."""

    name: str
    kind: str
    threshold: float
    level: float = 0.95

    def __post_init__(self):
        if self.kind not in KINDS:
            raise Fault(key="rule.kind", rule=self.name, found=self.kind, expected=list(KINDS))


@dataclass(frozen=True)
class Verdict:
    """printed: does the area meet the rule as printed, by its point value or rank?  outcome: MET or MISSED only if the
    whole interval is on that side of the threshold, else UNDECIDED."""

    area: str
    rule: str
    printed: bool
    outcome: str
    estimate: float
    lower: float
    upper: float
    threshold: float
    level: float


def judge(
    rules,
    estimate: Estimate,
    ranks: RankSet | None = None,
    interval: Interval | None = None,
    split: LastK | None = None,
    *,
    printed_unit: float = 0.0,
) -> list[Verdict]:
    """One verdict a rule and area.

    estimate: in the threshold's units; interval: its limits, default the Wald ones; ranks: needed by "not_last"
    split: who is shown in and out of the last k; without it "not_last" is judged by the rank set alone
    printed_unit: the last digit that is printed (0.001 where 79.6 % is), so that a figure printed as the threshold
    reaches it as printed; 0: all digits are.
    """
    found = []
    for rule in rules:
        target = rule.kind == AT_LEAST
        judged = _target(rule, estimate, interval, printed_unit) if target else _not_last(rule, ranks, split)
        level = rule.level if target or split is not None else ranks.level
        columns = zip(*judged, strict=True)
        for area, printed, met, missed, value, lower, upper in columns:
            outcome = MET if met else MISSED if missed else UNDECIDED
            numbers = (float(value), float(lower), float(upper), rule.threshold, level)
            found.append(Verdict(area, rule.name, bool(printed), outcome, *numbers))
    return found


def _target(rule: Rule, estimate: Estimate, interval: Interval | None, printed_unit: float):
    """The value reaches the threshold: shown by an interval wholly at or above it, missed by one wholly below.

    Inclusive is reaching: "80 % or more" holds at exactly 80 %, so an interval that begins at the threshold shows it,
    and one that ends there does not show it missed.  Equal is what estimation.columns.ties calls equal.
    """
    lower, upper, _ = interval or estimate.interval(rule.level)
    value, threshold, scale = estimate.value, rule.threshold, scale_of(estimate.value, estimate.se)
    printed = at_least(value, _least_printed(threshold, printed_unit), scale=scale)
    met, possible = (at_least(limit, threshold, scale=scale) for limit in (lower, upper))
    return estimate.names, printed, met, ~possible, value, lower, upper


def _least_printed(threshold: float, unit: float) -> float:
    """The smallest value printed as the threshold or more, where the last digit counts `unit`, halves up."""
    if unit == 0:
        return threshold
    first = np.ceil(threshold / unit - TOLERANCE * max(1.0, abs(threshold / unit))) * unit
    return min(threshold, first - unit / 2)


def _not_last(rule: Rule, ranks: RankSet | None, split: LastK | None):
    """Not among the last k: as printed, k areas or more are worse, so all tied at the k-th last place are in.

    Places are whole numbers.  Exactly k worse areas are enough; a rank set that ends at place p - k, the last that is
    not among the last k, shows it, and only one that begins after it shows the rule missed.

    Shown by the K-split (estimation.ranks.last_k); without one, by a rank set wholly above or wholly among the last k
    places: the projection of Mogstad, Romano, Shaikh & Wilhelm (2023), which asks for more.
    """
    if ranks is None:
        raise Fault(key="rule.ranks", rule=rule.name)
    worse = (ranks.rank[:, None] < ranks.rank).sum(axis=1)
    last_safe = len(ranks.names) - rule.threshold
    printed, met, missed = worse >= rule.threshold, ranks.upper <= last_safe, ranks.lower > last_safe
    if split is not None:
        met, missed = split.outcome == OUT, split.outcome == IN
    return ranks.names, printed, met, missed, ranks.rank, ranks.lower, ranks.upper
