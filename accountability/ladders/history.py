"""What the rules say of the areas of one league, wave after wave."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True, eq=False)
class History:
    """Verdicts as printed on p areas in T periods, oldest first; R histories at once where they are simulated.

    waves (T,)   the periods' names, with those in which there was no survey
    year (T,)    the calendar year of each
    a_year       how many periods a year has
    areas (p,)   the areas' codes
    judged       rule -> bool (T, p): whether the rule was judged there
    missed       rule -> bool (…, T, p): whether it was missed as printed; False where it was not judged
    due          rule -> bool (T,): the periods in which the rule is to be judged, such as a year's last for an annual
                 one; a rule that is not named: all of them
    """

    waves: tuple[str, ...]
    year: np.ndarray
    a_year: int
    areas: tuple[str, ...]
    judged: Mapping[str, np.ndarray]
    missed: Mapping[str, np.ndarray]
    due: Mapping[str, np.ndarray] = field(default_factory=dict)

    def is_due(self, rule: str) -> np.ndarray:
        """In which periods (T,) the rule is to be judged."""
        return self.due.get(rule, np.ones(len(self.waves), dtype=bool))
