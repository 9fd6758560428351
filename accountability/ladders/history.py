"""What the rules say of the areas of one league, wave after wave."""

from collections.abc import Mapping
from dataclasses import dataclass

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
    """

    waves: tuple[str, ...]
    year: np.ndarray
    a_year: int
    areas: tuple[str, ...]
    judged: Mapping[str, np.ndarray]
    missed: Mapping[str, np.ndarray]
