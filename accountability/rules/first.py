"""The rule "among the first n of its league": a list of honour, or a rank beyond which a title is lost."""

import numpy as np
import pandas as pd

from accountability.rules.kind import MET, MISSED, UNDECIDED, Figures, Judged, Kind
from words import Fault


class First(Kind):
    """Among the first n of its league: as printed, fewer than n areas are better, so all tied at the n-th place are in.

    Shown by the rank sets of all areas together: one that ends at place n or before shows the rule met, one that
    begins after it shows the rule missed.
    """

    name = "first"
    sentence = "rule.sentence.first"
    of_places = True

    def expected(self, threshold: float, *, low: float, high: float, areas: int) -> str | None:
        """A whole number of areas, fewer than a league has."""
        possible = threshold == int(threshold) and 1 <= threshold < areas
        return None if possible else f"1, 2, 3 … < {areas}"

    def judge(self, rule: str, threshold: float, level: float, figures: Figures) -> Judged:
        """Places and their ranges against the first n, at the level of the rank sets."""
        ranks = figures.ranks
        if ranks is None:
            raise Fault(key="rule.ranks", rule=rule)
        met, missed = ranks.upper <= threshold, ranks.lower > threshold
        return Judged(
            ranks.names, ranks.rank <= threshold, met, missed, ranks.rank, ranks.lower, ranks.upper, ranks.level
        )

    def missed_by(
        self, values: np.ndarray, threshold: float, *, largest_is_best: bool, printed_unit: float
    ) -> np.ndarray:
        """Whether at least n areas are better, so that the value lies below the n-th best one."""
        towards_worse = -values if largest_is_best else values
        n = min(int(threshold), values.shape[-1])
        last_listed = np.partition(towards_worse, n - 1, axis=-1)[..., n - 1 : n]
        return towards_worse > last_listed

    def among_shown(self, threshold: float, verdicts: pd.DataFrame, shown: pd.DataFrame) -> pd.DataFrame:
        """Judged among the areas shown.

        Shown to be among the first n of all, an area is among the first n of fewer; shown not to be, it is so here only
        if its range says so.
        """
        rows = shown.loc[verdicts.area]
        beyond = rows.rank_lower.to_numpy() > threshold
        outcomes = zip(verdicts.outcome, beyond, strict=True)
        return verdicts.assign(
            printed=(rows["rank"].to_numpy() <= threshold).astype(verdicts.printed.dtype),
            outcome=[o if o == MET or (o == MISSED and b) else UNDECIDED for o, b in outcomes],
            estimate=rows["rank"].to_numpy(float),
            lower=rows.rank_lower.to_numpy(float),
            upper=rows.rank_upper.to_numpy(float),
        )
