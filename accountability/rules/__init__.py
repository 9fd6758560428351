"""Rules about areas, as data, and their verdicts: what the printed rule says, and what the figures can show.

at_least.py and at_most.py say when an area is “missed” by a target, not_last.py when it is among the last
(two more files say what else can be done with ties); enough.py and mean.py judge several areas together (joint.py),
not_fallen.py and risen.py changes; each file is a kind.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from accountability.kinds import kinds_of_folder
from accountability.rules.joint import AREA, JointFigures, JointKind
from accountability.rules.kind import MET, MISSED, UNDECIDED, Figures, Judged, Kind
from words import Fault

NO_KINDS = {
    "kind",
    "joint",
    "table",
    "joint_table",
    "annual",
    "changes",
}  # every other file of this folder is a kind of rule

KINDS: Mapping[str, Kind] = kinds_of_folder(__name__, __path__, Kind, NO_KINDS)


@dataclass(frozen=True)
class Rule:
    """A rule of one measure: its name, what kind it is (one of `KINDS`), and its threshold.

    level: confidence at which the rule is shown met or missed
    over: of what it is judged: of each area, of each group of areas, or of the league together (`rules.joint`)
    share: of a rule about how many areas reach a target: which part of them has to
    first: of such a rule: only areas among the first so many of their league count as reaching it; 0: all do
    placed_by: the measure by which they are the first; "": the rule's own
    since: of a rule about changes: with which wave it is compared
    league: the only league whose areas it judges; "": those of every league
    """

    name: str
    kind: str
    threshold: float
    level: float = 0.95
    over: str = AREA
    share: float = 1.0
    first: int = 0
    placed_by: str = ""
    since: str = ""
    league: str = ""

    def __post_init__(self):
        if self.kind not in KINDS:
            raise Fault(key="rule.kind", rule=self.name, found=self.kind, expected=list(KINDS))

    @property
    def of_places(self) -> bool:
        """Are its numbers places in the table, and not values of the measure?"""
        return KINDS[self.kind].of_places

    @property
    def upwards(self) -> bool:
        """Of a rule about values: is its threshold to be reached, and not to be kept under?"""
        return KINDS[self.kind].upwards

    @property
    def listed(self) -> int | None:
        """How many areas the rule calls the last; None if it calls none so."""
        return KINDS[self.kind].listed(self.threshold)

    @property
    def sentence(self) -> str:
        """The key of the sentence that sums up its verdicts."""
        return KINDS[self.kind].sentence


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


def judge(rules: Iterable[Rule], figures: Figures) -> list[Verdict]:
    """One verdict a rule and area; the threshold of a rule about values has the unit of `figures.estimate`."""
    judged = ((rule, KINDS[rule.kind].judge(rule.name, rule.threshold, rule.level, figures)) for rule in rules)
    return [verdict for rule, columns in judged for verdict in _verdicts(rule, columns)]


def judge_together(rules: Iterable[Rule], figures: JointFigures) -> list[Verdict]:
    """One verdict a rule of several areas together and unit of `figures`."""
    verdicts = []
    for rule in rules:
        kind = KINDS[rule.kind]
        assert isinstance(kind, JointKind)
        verdicts += _verdicts(rule, kind.judge_units(rule, figures))
    return verdicts


def _verdicts(rule: Rule, judged: Judged) -> list[Verdict]:
    *columns, level = judged
    verdicts = []
    for area, printed, met, missed, value, lower, upper in zip(*columns, strict=True):
        outcome = MET if met else MISSED if missed else UNDECIDED
        numbers = (float(value), float(lower), float(upper), rule.threshold, level)
        verdicts.append(Verdict(area, rule.name, bool(printed), outcome, *numbers))
    return verdicts


def verdicts_among_shown(
    verdicts: pd.DataFrame, rules: Iterable[Rule], shown: pd.DataFrame, *, withheld: int
) -> pd.DataFrame:
    """VERDICTS of the areas in `shown`, the league's table without the areas withheld, of which there are `withheld`.

    shown has the areas in the programme's order, by which ties may go.
    Where some are, each rule is judged as its kind says of the areas shown alone.
    """
    kept = verdicts[verdicts.area.isin(shown.index)]
    if not withheld or kept.empty:
        return kept
    by_rule = [KINDS[rule.kind].among_shown(rule.threshold, kept[kept.rule == rule.name], shown) for rule in rules]
    return pd.concat(by_rule).loc[kept.index]
