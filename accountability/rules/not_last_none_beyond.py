"""The rule "not among the last k of its league" that never lists more than k: a tie that is too large is out."""

import numpy as np

from accountability.rules.not_last import NotLast


class NotLastNoneBeyond(NotLast):
    """Not among the last k, where areas tied at the k-th last place are in only if all of them have room.

    As printed, an area is listed if k areas or fewer are worse than it or equal to it, itself among them, so that fewer
    than k are listed where the tie goes beyond the k-th last place.
    """

    name = "not_last_none_beyond"
    chosen_by_setting = True

    def missed_by(
        self, values: np.ndarray, threshold: float, *, largest_is_best: bool, printed_unit: float
    ) -> np.ndarray:
        """Whether the value lies beyond the best of the k + 1 worst ones; all of them where there are k or fewer."""
        towards_best = values if largest_is_best else -values
        k = int(threshold)
        if values.shape[-1] <= k:
            return np.ones(values.shape, dtype=bool)
        return towards_best < np.partition(towards_best, k, axis=-1)[..., k : k + 1]
