"""The rule "not among the last k of its league" that lists exactly k: ties go by an order fixed beforehand."""

import numpy as np

from accountability.rules.not_last import NotLast


class NotLastInOrder(NotLast):
    """Not among the last k, where of areas that are tied the one that the programme names later is the worse one.

    As printed, an area is listed if fewer than k areas are worse than it or equal to it and later in the programme.
    """

    name = "not_last_in_order"
    chosen_by_setting = True

    def missed_by(
        self, values: np.ndarray, threshold: float, *, largest_is_best: bool, printed_unit: float
    ) -> np.ndarray:
        """Whether the value is one of the k worst ones; the values stand in the programme's order of areas."""
        towards_best = values if largest_is_best else -values
        worst_first = np.argsort(towards_best[..., ::-1], axis=-1, kind="stable")[..., : int(threshold)]
        listed = np.zeros(values.shape, dtype=bool)
        np.put_along_axis(listed, values.shape[-1] - 1 - worst_first, True, axis=-1)
        return listed
