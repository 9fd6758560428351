"""The rule "so many of its areas reach the target": a city of whose counties 75 % must be safe."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from accountability.rules.at_least import AtLeast
from accountability.rules.at_most import AtMost
from accountability.rules.first import First
from accountability.rules.joint import JointFigures, JointKind, JointRule
from accountability.rules.kind import Judged, Kind
from estimation.columns.ties import TOLERANCE


class Enough(JointKind):
    """At least q = ⌈s m⌉ of a unit's m areas reach the threshold, s being the rule's share.

    As printed: of the m' areas with a figure, ⌈s m'⌉ or more have one that reaches it.

    Shown met, at error α: the intervals of q areas at the level 1 - α/(m - q + 1) lie wholly on the side of the target.
    If fewer than q reach it, m - q + 1 areas or more do not, and q intervals can be there only if one of these errs:
    the partial conjunction test by Bonferroni's inequality (Benjamini & Heller 2008), valid however the areas depend on
    one another.  Shown missed: the intervals of m - q + 1 areas at the level 1 - α/q lie wholly on the other side.
    An area in which nobody answered is on neither side.

    With `first` = n an area reaches the target only if it is also among the first n of its league (`First`), by the
    measure itself or by the one that `placed_by` names: a county beyond the 80th place of the composite score is not
    safe, however safe it is by the single item.  An area without a figure of that measure has no place.  Half of α is
    then spent on the intervals as above, half on the K-split of the league's p areas into the last p - n and the
    others, all at once: an area is shown to reach the target if its interval and the K-split both say so, and shown not
    to if either does.  Bonferroni's inequality asks nothing of how the two measures depend on one another.

    The value compared is how many areas reach the target as printed; its limits: how many surely do, and how many may.
    """

    name = "enough"
    sentence = "rule.sentence.enough"
    settings = ("over", "share", "first", "placed_by")
    lucky = True

    def expected(self, threshold: float, *, low: float, high: float, areas: int) -> str | None:
        """A threshold on the measure's scale."""
        return AtLeast().expected(threshold, low=low, high=high, areas=areas)

    def judge_units(self, rule: JointRule, figures: JointFigures) -> Judged:
        """Every unit by the intervals of its areas."""
        side = AtLeast() if figures.upwards else AtMost()
        names, alpha = list(figures.areas.estimate.names), 1 - rule.level
        placed = _placed(rule.first, figures, alpha / 2) if rule.first else None
        of_intervals = alpha if placed is None else alpha / 2
        judged_at = lambda error: side.judge(rule.name, rule.threshold, 1 - error, figures.areas)  # noqa: E731
        rows = []
        for areas in figures.units.values():
            members = [names.index(area) for area in areas if area in names]
            m, q = len(areas), needed(rule.share, len(areas))
            at = lambda error, of=members: _reached(judged_at(error), placed, of)  # noqa: E731
            reached, sure, _ = at(of_intervals / (m - q + 1))
            met, missed = sure >= q, at(of_intervals / q).surely_not >= m - q + 1
            each = at(of_intervals / m)
            lower = max(each.sure, q if met else 0)
            upper = min(m - each.surely_not, q - 1 if missed else m)
            printed = reached >= needed(rule.share, len(members))
            rows.append((printed, met, missed, reached, min(lower, reached), max(upper, reached)))
        columns = [np.array(column) for column in zip(*rows, strict=True)]
        return Judged(tuple(figures.units), *columns[:3], *(column.astype(float) for column in columns[3:]), rule.level)

    def missed_of_unit(
        self,
        values: np.ndarray,
        members: Sequence[int],
        rule: JointRule,
        *,
        upwards: bool,
        printed_unit: float,
        placing: tuple[np.ndarray, bool] | None = None,
    ) -> np.ndarray:
        """Whether fewer areas than are needed reach the threshold."""
        side = AtLeast() if upwards else AtMost()
        short = _missed(side, values[..., members], rule.threshold, upwards=upwards, printed_unit=printed_unit)
        if rule.first:
            ranked, best = placing or (values, upwards)
            league = np.flatnonzero(~np.isnan(ranked.reshape(-1, ranked.shape[-1])[0]))
            beyond = np.ones(ranked.shape, dtype=bool)  # whoever has no figure has no place
            of_league = _missed(First(), ranked[..., league], rule.first, upwards=best, printed_unit=printed_unit)
            beyond[..., league] = of_league
            short |= beyond[..., members]
        return (~short).sum(axis=-1) < needed(rule.share, len(members))


def _missed(kind: Kind, values: np.ndarray, threshold: float, *, upwards: bool, printed_unit: float) -> np.ndarray:
    return kind.missed_by(values, threshold, largest_is_best=upwards, printed_unit=printed_unit)


class _Reached(NamedTuple):
    """How many of a unit's areas reach the target as printed, surely do, and surely do not."""

    printed: int
    sure: int
    surely_not: int


def _reached(judged: Judged, placed: Judged | None, members: Sequence[int]) -> _Reached:
    """The counts by the values alone; placed: among the first n of the league, which counts too."""
    printed, met, missed = judged.printed, judged.met, judged.missed
    if placed is not None:
        printed, met, missed = printed & placed.printed, met & placed.met, missed | placed.missed
    return _Reached(*(int(columns[members].sum()) for columns in (printed, met, missed)))


def _placed(n: int, figures: JointFigures, error: float) -> Judged:
    """Who is among the first n of the league: as printed, and shown by the K-split with this error of all areas."""
    from estimation.ranking.last_k import IN, OUT  # imported here: a programme reads its rules without the statistics
    from estimation.ranking.ranks import estimate_ranks

    ranked, largest_is_best = figures.placing or (figures.areas, figures.upwards)
    rank = estimate_ranks(ranked.estimate, largest_is_best=largest_is_best)
    p, level = len(rank), 1 - error
    split = ranked.last(p - n, level) if n < p else None
    met = np.full(p, n >= p) if split is None else split.outcome == OUT
    missed = np.zeros(p, dtype=bool) if split is None else split.outcome == IN
    areas = tuple(figures.areas.estimate.names)
    placed = pd.DataFrame({"printed": rank <= n, "met": met, "missed": missed}, index=list(ranked.estimate.names))
    columns = (placed[name].reindex(areas, fill_value=False).to_numpy() for name in placed)
    rank = pd.Series(rank, placed.index).reindex(areas).to_numpy(float)
    unknown = np.full(len(areas), np.nan)
    return Judged(areas, *columns, rank, unknown, unknown, level)


def needed(share: float, areas: int) -> int:
    """⌈share · areas⌉, one at least: how many of the areas have to reach the target."""
    return max(1, int(np.ceil(share * areas - TOLERANCE * areas)))
