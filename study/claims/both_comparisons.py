"""The error of a screen with two comparisons that share the newest wave, where nothing changed: split, and not split.

`python -m study.claims.both_comparisons SECONDS` prints how many leagues had a false statement; it writes nothing.
"""

import sys
import time
from typing import Any

import numpy as np

from estimation import INDEPENDENT, Estimate, compare_league, smooth_shares
from estimation.changes.league_comparison import ALPHA_RANK, ALPHA_STANDING
from estimation.changes.verdicts import CHANCE

AREAS, INTERVIEWS, SEED = 70, 125, 20261127
SHARES = np.random.default_rng(5).normal(0.8955, 0.03, AREAS).clip(0.7, 0.99)  # as those of the simulated year


def wave(rng: np.random.Generator) -> Estimate:
    """One wave's shares with their smoothed variances; the true shares are always `SHARES`."""
    value = rng.binomial(INTERVIEWS, SHARES) / INTERVIEWS
    variance = np.diag(value * (1 - value) / (INTERVIEWS - 1))
    n = np.full(AREAS, float(INTERVIEWS))
    return smooth_shares(Estimate(tuple(range(AREAS)), value, variance, np.full(AREAS, INTERVIEWS - 1.0)), n, n=n)


def replicate(rng: np.random.Generator) -> tuple[bool, bool, bool]:
    """Whether a false statement stands on the screen: split error; each comparison at its own 5 %; the first alone."""
    quarter, year_ago, newest = wave(rng), wave(rng), wave(rng)
    split, apart = [], []
    for before in (quarter, year_ago):
        alphas: dict[str, Any] = {"alpha_standing": ALPHA_STANDING / 2, "alpha_rank": ALPHA_RANK / 2}
        compared = compare_league(before, newest, cross=INDEPENDENT, rng=rng, **alphas)
        split.append(bool((compared.outcome != CHANCE).any()))
        moved = np.sign(compared.standing.relative) == np.sign(compared.rank.places)
        real = (compared.standing.p_standing <= ALPHA_STANDING) & moved & (compared.rank.places != 0)
        apart.append(split[-1] or bool(real.any()))
    return any(split), any(apart), apart[0]


def main(seconds: float) -> None:
    """Make replicates until the time is over, then print the rates with their Monte-Carlo standard errors."""
    rng, outcomes, until = np.random.default_rng(SEED), [], time.monotonic() + seconds
    while time.monotonic() < until:
        outcomes.append(replicate(rng))
    rates, m = np.mean(outcomes, axis=0), len(outcomes)
    for name, rate in zip(("split", "each at 5 %", "one comparison alone"), rates, strict=True):
        print(f"{name}: {rate:.4f} ± {np.sqrt(rate * (1 - rate) / m):.4f} of {m} leagues")


if __name__ == "__main__":
    main(float(sys.argv[1]))
