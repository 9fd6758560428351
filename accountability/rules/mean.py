"""The rule "the mean reaches the target": a national mean of 90 %, or the mean of each city."""

from accountability.rules.at_least import AtLeast
from accountability.rules.at_most import AtMost
from accountability.rules.joint import JointFigures, JointKind, JointRule
from accountability.rules.kind import Judged


class Mean(JointKind):
    """The value of all people of a unit together reaches the threshold, each counting with the weight that they have.

    Shown met or missed by the unit's own interval, as `at_least` says; where less is better, as `at_most` says.
    What chance alone would bring is not said: where all areas are alike, the mean of all is what is known best.
    """

    name = "mean"
    sentence = "rule.sentence.mean"
    settings = ("over",)

    def expected(self, threshold: float, *, low: float, high: float, areas: int) -> str | None:
        """A threshold on the measure's scale."""
        return AtLeast().expected(threshold, low=low, high=high, areas=areas)

    def judge_units(self, rule: JointRule, figures: JointFigures) -> Judged:
        """Every unit by its own interval."""
        side = AtLeast() if figures.upwards else AtMost()
        return side.judge(rule.name, rule.threshold, rule.level, figures.pooled())
