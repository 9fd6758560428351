"""Rules about areas, as data, and their verdicts: what the printed rule says, and what the figures can show."""

from dataclasses import dataclass

from estimation import Estimate, Interval, RankSet
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


def judge(rules, estimate: Estimate, ranks: RankSet | None = None, interval: Interval | None = None) -> list[Verdict]:
    """One verdict a rule and area.

    estimate: in the threshold's units; interval: its limits, default the Wald ones; ranks: needed by "not_last".
    With "not_last", all areas tied at the k-th last place count as in the last k, and an area is shown to be among
    them only if its rank set lies wholly there: the projection of Mogstad, Romano, Shaikh & Wilhelm (2023).
    """
    found = []
    for rule in rules:
        if rule.kind == AT_LEAST:
            lower, upper, level = estimate.interval(rule.level) if interval is None else interval
            threshold, value, sign = rule.threshold, estimate.value, 1
        else:
            if ranks is None:
                raise Fault(key="rule.ranks", rule=rule.name)
            last_allowed = len(ranks.names) - rule.threshold
            # turned round so that "more is better" holds for places as it does for values
            value, lower, upper, level = -ranks.rank, -ranks.upper, -ranks.lower, ranks.level
            threshold, sign = -last_allowed, -1
        for j, area in enumerate(estimate.names):
            outcome = MET if lower[j] >= threshold else MISSED if upper[j] < threshold else UNDECIDED
            limits = sorted((sign * lower[j], sign * upper[j]))
            found.append(
                Verdict(
                    area=area,
                    rule=rule.name,
                    printed=bool(value[j] >= threshold),
                    outcome=outcome,
                    estimate=float(sign * value[j]),
                    lower=float(limits[0]),
                    upper=float(limits[1]),
                    threshold=rule.threshold,
                    level=level,
                )
            )
    return found
