"""Designs of comparison: which two windows are compared, on whom and by what measure, and what each can detect.

At ordinary n a quarter on the quarter before shows almost nothing; this says so, and what else would, before the year.
"""

from dataclasses import dataclass

import numpy as np
import scipy

from estimation.change.needed import ALPHA, STANDING, answer_sd, standing_critical
from words import Fault


@dataclass(frozen=True)
class Comparison:
    """One way to compare an area's standing before and after.

    quarters     in each of the two windows, which share none: 1 a quarter on another, 4 disjoint years
    correlation  ρ between the windows' errors: 0 with new people; with a panel that answers in the same quarter of
                 both windows, the correlation of one person's two answers
    information  of one answer, as a multiple of the share's (`score_information` for an ordinal score)
    watch        None: all areas share alpha;  a number: so many were named beforehand and share half of it
    """

    quarters: int = 1
    correlation: float = 0.0
    information: float = 1.0
    watch: int | None = None

    def __post_init__(self):
        if not (self.quarters >= 1 and -1 < self.correlation < 1 and self.information > 0):
            raise Fault(
                key="comparison.design",
                quarters=self.quarters,
                correlation=self.correlation,
                information=self.information,
            )

    def critical(self, areas: int, alpha: float) -> float:
        """c: of all areas' contrasts at alpha, or of the watched ones at alpha/2 (`standing_critical`)."""
        if self.watch is None:
            return standing_critical(areas, alpha)
        if not 1 <= self.watch <= areas:
            raise Fault(key="comparison.watch", found=self.watch, expected=areas)
        return standing_critical(self.watch, alpha / 2)

    def standard_error(self, interviews: float, sd: float, design_effect: float = 1.0) -> float:
        """se of an area's change in points of the share: √(2Dσ²(1-ρ)/(r q n)), n interviews an area and quarter."""
        answers = self.information * self.quarters * interviews
        return float(np.sqrt(2 * design_effect * sd**2 * (1 - self.correlation) / answers))


@dataclass(frozen=True)
class ComparisonPower:
    """power of the stated shift; detectable: the shift called with the target chance; critical c; se of the change."""

    power: float
    detectable: float
    critical: float
    se: float


def comparison_power(
    comparison: Comparison,
    shift: float,
    *,
    areas: int,
    interviews: float,
    share: float | None = None,
    sd: float | None = None,
    alpha: float = ALPHA[STANDING],
    target: float = 0.8,
    design_effect: float = 1.0,
) -> ComparisonPower:
    """Chance that the standing level calls a move of `shift` by one area while the p-1 others stand still.

    m_j = δ(1 - 1/p) has standard error se√(1 - 1/p):  power = Φ(δ√(1 - 1/p)/se - c),
    detectable = (c + z) se/√(1 - 1/p), z = Φ⁻¹(target), in the shift's units.
    Normal theory, the same n and spread in every area; the stepdown's first step.
    """
    c = comparison.critical(areas, alpha)
    se = comparison.standard_error(interviews, answer_sd(share, sd), design_effect)
    seen = np.sqrt(1 - 1 / areas)
    power = float(scipy.stats.norm.cdf(abs(shift) * seen / se - c))
    return ComparisonPower(power, float((c + scipy.stats.norm.ppf(target)) * se / seen), c, se)


def usual_comparisons(*, correlation: float, information: float, watch: int) -> dict[str, Comparison]:
    """The designs a programme can choose from, by key, from the weakest to the strongest.

    correlation: of a panel's two answers;  information: of the ordinal score;  watch: areas on the list
    """
    return {
        "quarters": Comparison(),
        "quarters_panel": Comparison(correlation=correlation),
        "quarters_score": Comparison(information=information),
        "years": Comparison(4),
        "years_watch": Comparison(4, watch=watch),
        "years_panel": Comparison(4, correlation),
        "years_score": Comparison(4, information=information),
        "years_score_panel": Comparison(4, correlation, information),
    }


def score_information(shares, scores, satisfied: int) -> float:
    """How much more an answer's score says about a shift than whether it is among the satisfied.

    shares (C,) of the answers' categories, worst first, and their scores;  the last `satisfied` categories count.
    A latent normal answer is cut at Φ⁻¹ of the cumulative shares; a small shift moves the mean score by
    Σ_c (s_{c+1} - s_c) φ(cut_c) and the share by φ(its cut).  The ratio of the two (derivative²/variance).
    """
    shares, scores = np.asarray(shares, dtype=float), np.asarray(scores, dtype=float)
    if not (shares.shape == scores.shape and (shares > 0).all() and abs(shares.sum() - 1) < 1e-9):
        raise Fault(key="comparison.shares", found=[float(x) for x in shares])
    if not 1 <= satisfied < len(shares):
        raise Fault(key="comparison.satisfied", found=satisfied, expected=len(shares) - 1)
    density = scipy.stats.norm.pdf(scipy.stats.norm.ppf(shares.cumsum()[:-1]))
    moved = np.diff(scores) @ density
    variance = shares @ scores**2 - (shares @ scores) ** 2
    p = shares[-satisfied:].sum()
    return float(moved**2 / variance / (density[-satisfied] ** 2 / (p * (1 - p))))
