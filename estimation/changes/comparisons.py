"""Designs of comparison: which windows are compared, with which people and measure, and what each design can detect.

With the usual n, a comparison of a quarter with the quarter before detects almost nothing.  The power computed here
shows this, and which design would detect more, before the year begins.
"""

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import ArrayLike

from estimation.changes.needed import ALPHA, STANDING, answer_sd, standing_critical
from words import Fault


@dataclass(frozen=True)
class Comparison:
    """One way to compare an area's standing before and after.

    quarters     the number of quarters in each of two windows without common quarters: 1 for single quarters, 4 for
                 years
    correlation  ρ between the errors of the windows: 0 with new people; with a panel that answers in the same quarter
                 of both windows, the correlation of one person's two answers
    information  of one answer, relative to that of a share (`score_information` for an ordinal score)
    watch        None: all areas share alpha;  a number: this many areas were named beforehand and share half of it
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
        """c of the contrasts of all areas at alpha, or of the watched areas at alpha/2 (`standing_critical`)."""
        if self.watch is None:
            return standing_critical(areas, alpha)
        if not 1 <= self.watch <= areas:
            raise Fault(key="comparison.watch", found=self.watch, expected=areas)
        return standing_critical(self.watch, alpha / 2)

    def standard_error(self, interviews: float, sd: float, design_effect: float = 1.0) -> float:
        """The standard error √(2Dσ²(1-ρ)/(r q n)) of an area's change, on the scale of the share.

        interviews: n per area and quarter; sd: σ of one answer; design_effect: D; r is `information`, q `quarters`.
        """
        answers = self.information * self.quarters * interviews
        return float(np.sqrt(2 * design_effect * sd**2 * (1 - self.correlation) / answers))


@dataclass(frozen=True)
class ComparisonPower:
    """What a comparison can detect.

    power       the probability that the stated shift is confirmed
    detectable  the shift that is confirmed with the target probability
    critical    c
    se          the standard error of an area's change
    """

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
    """The probability that the standing level confirms a move of `shift` by one area while the p-1 others do not move.

    m_j = δ(1 - 1/p) has the standard error se√(1 - 1/p):  power = Φ(δ√(1 - 1/p)/se - c),
    detectable = (c + z) se/√(1 - 1/p), z = Φ⁻¹(target), in the units of the shift.
    areas: p; interviews: n per area and quarter; share or sd: the spread of one answer (`answer_sd`)
    By normal theory, with the same n and spread in every area, for the first step of the stepdown.
    """
    c = comparison.critical(areas, alpha)
    se = comparison.standard_error(interviews, answer_sd(share, sd), design_effect)
    factor = np.sqrt(1 - 1 / areas)
    power = float(scipy.stats.norm.cdf(abs(shift) * factor / se - c))
    return ComparisonPower(power, float((c + scipy.stats.norm.ppf(target)) * se / factor), c, se)


def usual_comparisons(*, correlation: float, information: float, watch: int) -> dict[str, Comparison]:
    """The designs that a programme can choose from, by key.

    correlation  between the two answers of a person in a panel
    information  of the ordinal score
    watch        the number of areas on the watch list
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


def score_information(shares: ArrayLike, scores: ArrayLike, satisfied: int) -> float:
    """The information about a shift in an answer's score, relative to that in whether the person is satisfied.

    shares, scores (C,)  of the answer categories, worst first; the last `satisfied` categories count as satisfied
    A latent normal answer is cut at Φ⁻¹ of the cumulative shares.  A small shift moves the mean score by
    Σ_c (s_{c+1} - s_c) φ(cut_c) and the share by φ(its cut).  The information of each is (this derivative)²/variance of
    one answer; the result is the score's over the share's.
    """
    shares, scores = np.asarray(shares, dtype=float), np.asarray(scores, dtype=float)
    if not (shares.shape == scores.shape and (shares > 0).all() and abs(shares.sum() - 1) < 1e-9):
        raise Fault(key="comparison.shares", found=[float(x) for x in shares])
    if not 1 <= satisfied < len(shares):
        raise Fault(key="comparison.satisfied", found=satisfied, expected=len(shares) - 1)
    density = scipy.stats.norm.pdf(scipy.stats.norm.ppf(shares.cumsum()[:-1]))
    derivative = np.diff(scores) @ density
    variance = shares @ scores**2 - (shares @ scores) ** 2
    p = shares[-satisfied:].sum()
    return float(derivative**2 / variance / (density[-satisfied] ** 2 / (p * (1 - p))))
