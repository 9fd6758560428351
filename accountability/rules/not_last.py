"""The rule "not among the last k of its league"."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from accountability.rules.kind import MET, MISSED, UNDECIDED, Figures, Judged, Kind
from words import Fault


class NotLast(Kind):
    """Not among the last k: as printed, k areas or more are worse, so all tied at the k-th last place are in.

    What is printed of ties is a setting (`ties`), and each of the other choices is a kind of its own that differs in
    `missed_by`; who is shown in or out is the same for all, since it rests on areas that are shown to be different.

    Places are whole numbers.  Exactly k worse areas are enough; a rank set that ends at place p - k, the last that is
    not among the last k, shows it, and only one that begins after it shows the rule missed.

    Shown by the K-split (estimation.ranking.last_k); without one, by a rank set wholly above or wholly among the last k
    places: the projection of Mogstad, Romano, Shaikh & Wilhelm (2023), which asks for more.
    """

    name = "not_last"
    sentence = "rule.sentence.not_last"
    of_places = True
    settings = ("ties",)
    by_setting: Mapping[str, Mapping[str, str]] = {
        "ties": {"all_in": "not_last", "none_beyond": "not_last_none_beyond", "in_order": "not_last_in_order"}
    }

    def expected(self, threshold: float, *, low: float, high: float, areas: int) -> str | None:
        """A whole number of areas, fewer than a league has."""
        possible = threshold == int(threshold) and 1 <= threshold < areas
        return None if possible else f"1, 2, 3 … < {areas}"

    def judge(self, rule: str, threshold: float, level: float, figures: Figures) -> Judged:
        """Places and their ranges against the last k, at the level of the split, or without one at that of the set."""
        from estimation.ranking.last_k import (  # imported here: a programme reads its rules without the statistics
            IN,
            OUT,
        )

        ranks = figures.ranks
        if ranks is None:
            raise Fault(key="rule.ranks", rule=rule)
        printed = ~self._listed_by_place(ranks.rank, threshold)
        last_safe = len(ranks.names) - threshold
        met, missed = ranks.upper <= last_safe, ranks.lower > last_safe
        split = figures.last(int(threshold), level)
        if split is not None:
            met, missed = split.outcome == OUT, split.outcome == IN
        said_at = ranks.level if split is None else level
        return Judged(ranks.names, printed, met, missed, ranks.rank, ranks.lower, ranks.upper, said_at)

    def missed_by(
        self, values: np.ndarray, threshold: float, *, largest_is_best: bool, printed_unit: float
    ) -> np.ndarray:
        """Whether fewer than k areas are worse, so that the value lies at the k-th worst one or beyond it."""
        towards_best = values if largest_is_best else -values
        k = min(int(threshold), values.shape[-1])
        return towards_best <= np.partition(towards_best, k - 1, axis=-1)[..., k - 1 : k]

    def _listed_by_place(self, places: np.ndarray, threshold: float) -> np.ndarray:
        """Which of the areas with these places are among the last k as printed; equal places are ties."""
        return self.missed_by(np.asarray(places, dtype=float), threshold, largest_is_best=False, printed_unit=0)

    def listed(self, threshold: float) -> int | None:
        """The last k."""
        return int(threshold)

    def among_shown(self, threshold: float, verdicts: pd.DataFrame, shown: pd.DataFrame) -> pd.DataFrame:
        """Judged among the areas shown.

        Shown to be among the last k of all, an area is among the last k of fewer; shown not to be, it is so here only
        if its range says so.
        """
        rows = shown.loc[verdicts.area]
        listed = pd.Series(self._listed_by_place(shown["rank"].to_numpy(), threshold), index=shown.index)
        printed = ~listed.loc[verdicts.area].to_numpy()
        safe = rows.rank_upper.to_numpy() <= len(shown) - threshold
        outcomes = zip(verdicts.outcome, safe, strict=True)
        return verdicts.assign(
            printed=printed.astype(verdicts.printed.dtype),
            outcome=[o if o == MISSED or (o == MET and s) else UNDECIDED for o, s in outcomes],
            estimate=rows["rank"].to_numpy(float),
            lower=rows.rank_lower.to_numpy(float),
            upper=rows.rank_upper.to_numpy(float),
        )
