"""Is a claim above its promise?  Asked after every league, without erring more often for it.

L is the likelihood of the errors seen if the claim errs 2 points more often than it is allowed, over that if it errs
just as often (7 % to 5 %; Wald 1945).  The claim is *above its promise* once L >= m/LEVEL in one of m cells; it *keeps*
it once L <= 1 - POWER.
By Ville's inequality a claim that errs as it may is ever called above with probability at most LEVEL/m, which Holm's
procedure over the cells would reject too; one that errs 2 points more often is called kept with at most 1 - POWER.
A rate printed after such a test is on average a little too low: true 5.0 % give 4.4 %, since what is kept ends early.
"""

import math

LEVEL, POWER, BEYOND = 0.01, 0.9, 0.02
KEPT, ABOVE, OPEN = "kept", "above", "open"


def log_ratio(allowed: float, leagues: int, errors: int) -> float:
    """log L: log(t/a) for each error and log((1-t)/(1-a)) for each league without, a = allowed and t = a + BEYOND."""
    true = allowed + BEYOND
    return errors * math.log(true / allowed) + (leagues - errors) * math.log((1 - true) / (1 - allowed))


def verdict(allowed: float, leagues: int, errors: int, cells: int) -> str:
    """KEPT, ABOVE or OPEN: what is known of a claim in one of so many cells."""
    evidence = log_ratio(allowed, leagues, errors)
    if evidence >= math.log(cells / LEVEL):
        return ABOVE
    return KEPT if evidence <= math.log(1 - POWER) else OPEN


def expected_leagues(allowed: float, rate: float) -> float:
    """About how many leagues show that a claim with this rate of errors, at most `allowed`, keeps its promise."""
    a_league = rate * log_ratio(allowed, 1, 1) + (1 - rate) * log_ratio(allowed, 1, 0)
    return math.log(1 - POWER) / a_league
