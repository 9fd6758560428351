"""The rule "so many of its areas reach the target": a city of whose counties 75 % must be safe."""

import numpy as np

from accountability.rules.at_least import AtLeast
from accountability.rules.at_most import AtMost
from accountability.rules.joint import JointFigures, JointKind, JointRule
from accountability.rules.kind import Judged
from estimation.columns.ties import TOLERANCE


class Enough(JointKind):
    """At least q = ⌈s m⌉ of a unit's m areas reach the threshold, s being the rule's share.

    As printed: of the m' areas with a figure, ⌈s m'⌉ or more have one that reaches it.

    Shown met, at error α: the intervals of q areas at the level 1 - α/(m - q + 1) lie wholly on the side of the target.
    If fewer than q reach it, m - q + 1 areas or more do not, and q intervals can be there only if one of these errs:
    the partial conjunction test by Bonferroni's inequality (Benjamini & Heller 2008), valid however the areas depend on
    one another.  Shown missed: the intervals of m - q + 1 areas at the level 1 - α/q lie wholly on the other side.
    An area in which nobody answered is on neither side.

    The value compared is how many areas reach the target as printed; its limits: how many surely do, and how many may.
    """

    name = "enough"
    sentence = "rule.sentence.enough"
    settings = ("over", "share")
    lucky = True

    def expected(self, threshold: float, *, low: float, high: float, areas: int) -> str | None:
        """A threshold on the measure's scale."""
        return AtLeast().expected(threshold, low=low, high=high, areas=areas)

    def judge_units(self, rule: JointRule, figures: JointFigures) -> Judged:
        """Every unit by the intervals of its areas."""
        side = AtLeast() if figures.upwards else AtMost()
        names, alpha = list(figures.areas.estimate.names), 1 - rule.level
        rows = []
        for areas in figures.units.values():
            members = [names.index(area) for area in areas if area in names]
            m, q = len(areas), needed(rule.share, len(areas))
            at = lambda level: side.judge(rule.name, rule.threshold, level, figures.areas)  # noqa: E731
            sure, surely_not = at(1 - alpha / (m - q + 1)), at(1 - alpha / q)
            reached = int(sure.printed[members].sum())
            met = int(sure.met[members].sum()) >= q
            missed = int(surely_not.missed[members].sum()) >= m - q + 1
            each = at(1 - alpha / m)
            lower = max(int(each.met[members].sum()), q if met else 0)
            upper = min(m - int(each.missed[members].sum()), q - 1 if missed else m)
            printed = reached >= needed(rule.share, len(members))
            rows.append((printed, met, missed, reached, min(lower, reached), max(upper, reached)))
        columns = [np.array(column) for column in zip(*rows, strict=True)]
        return Judged(tuple(figures.units), *columns[:3], *(column.astype(float) for column in columns[3:]), rule.level)

    def missed_of_unit(self, values: np.ndarray, rule: JointRule, *, upwards: bool, printed_unit: float) -> np.ndarray:
        """Whether fewer areas than are needed reach the threshold."""
        side = AtLeast() if upwards else AtMost()
        short = side.missed_by(values, rule.threshold, largest_is_best=upwards, printed_unit=printed_unit)
        return (~short).sum(axis=-1) < needed(rule.share, values.shape[-1])


def needed(share: float, areas: int) -> int:
    """⌈share · areas⌉, one at least: how many of the areas have to reach the target."""
    return max(1, int(np.ceil(share * areas - TOLERANCE * areas)))
