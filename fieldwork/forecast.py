"""How many interviews the numbers still open will give, and how many more numbers must be released to reach a target.

Those who finish first are not like those who are still open: interviews and dead numbers end early, people who are
never at home stay.  The share of interviews among finished numbers would therefore promise too much.  What counts is
how often the 1st, 2nd, … call to a number ends in an interview, as in a life table:

    n_k  numbers called at least k times        h_k = I_k/n_k  of these, ended by an interview at their kth call
    D_k  of these, ended otherwise at it        d_k = D_k/n_k

    V_j = h_{j+1} + (1 − h_{j+1} − d_{j+1}) V_{j+1},   V_m = 0      after m calls a number is given up

V_j is the probability that a number called j times without an end gives an interview.  An area has a factor of its own,
θ_a ~ Γ(κ, κ): with E_a = Σ h_k over all the area's calls and I_a its interviews,

    θ_a | I_a ~ Γ(κ + I_a, κ + E_a),   1/κ = max(Σ((I_a − E_a)² − E_a)/Σ E_a², 0)
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special

from fieldwork.dispositions import ENDING, OUTCOMES
from fieldwork.evidence import LEVEL, Evidence, call_evidence
from fieldwork.rates import ANY_INTERVIEW
from words import Fault

LEAST = 30  # calls on which a share must rest
WIDEST = 1 / 4  # κ: a factor whose coefficient of variation is 2
REACHED, COMING, UNSURE, SHORT, EXHAUSTED, UNKNOWN = STATES = (
    "reached",
    "coming",
    "unsure",
    "short",
    "exhausted",
    "unknown",
)
NODES = 31  # points of the distribution of θ, of equal probability
INTERVIEWS = frozenset(code for code, outcome in OUTCOMES.items() if outcome.group in ANY_INTERVIEW)


def calls_and_end(outcomes: pd.DataFrame) -> pd.DataFrame:
    """attempts, interviewed and ended of every number called, by unit_id.

    outcomes  unit_id, disposition, attempts: how many calls to the number had this outcome
    """
    counted = outcomes.assign(
        interviewed=outcomes.disposition.isin(INTERVIEWS), ended=outcomes.disposition.isin(ENDING)
    )
    by_unit = counted.groupby("unit_id").agg(
        attempts=("attempts", "sum"), interviewed=("interviewed", "any"), ended=("ended", "any")
    )
    by_unit = by_unit.astype({"attempts": int, "interviewed": bool, "ended": bool})  # also where nothing was called
    return by_unit.assign(ended=by_unit.ended | by_unit.interviewed)


def interview_hazards(called: pd.DataFrame, *, required: int) -> pd.DataFrame:
    """numbers n_k, interview h_k and other d_k of the kth call, k = 1…required, with V_{k−1} as `chance`.

    called  `calls_and_end` of the numbers called; calls beyond the mth count as the mth
    Where fewer than LEAST numbers were called k times, that call and all later ones have the shares of all of these
    together, and of the calls before as well until these are LEAST calls; the calls before keep their own.
    """
    if not required >= 1:
        raise Fault(key="fieldwork.required", found=required)
    last = np.minimum(called.attempts.to_numpy(), required)
    ways = [called.interviewed.to_numpy(), (called.ended & ~called.interviewed).to_numpy()]
    ended = np.array([np.bincount(last[way], minlength=required + 1)[1:] for way in ways], dtype=float)
    numbers = np.bincount(last, minlength=required + 1)[1:][::-1].cumsum()[::-1].astype(float)
    at_risk, few = numbers.copy(), np.flatnonzero(numbers[1:] < LEAST) + 1
    if len(few):
        first = few[0]
        while first > 0 and numbers[first:].sum() < LEAST:
            first -= 1
        ended[:, few[0] :] = ended[:, first:].sum(axis=1, keepdims=True)
        at_risk[few[0] :] = numbers[first:].sum()
    interview, other = np.divide(ended, at_risk, out=np.zeros_like(ended), where=at_risk > 0)
    chance = np.zeros(required + 1)
    for k in range(required - 1, -1, -1):
        chance[k] = interview[k] + (1 - interview[k] - other[k]) * chance[k + 1]
    rows = {"numbers": numbers.astype(int), "interview": interview, "other": other, "chance": chance[:-1]}
    return pd.DataFrame(rows, index=pd.RangeIndex(1, required + 1, name="call"))


def forecast_interviews(
    numbers: pd.DataFrame, outcomes: pd.DataFrame, targets: Mapping[str, int], *, required: int, level: float = LEVEL
) -> pd.DataFrame:
    """One row for each area of `targets`, by area: what its numbers gave, will give, and how many more are needed.

    numbers   unit_id and area of the numbers released that may be called
    outcomes  as in `calls_and_end`; outcomes of other numbers do not count
    targets   area -> interviews wanted
    required  calls after which a number is given up

    target, interviews, numbers, called
    open                numbers without an end, called less often than required
    coming, _low, _high interviews that the open numbers will give: expected, and limits at `level`
    needed, _low, _high numbers to be released beside them, so that the target is reached: with the probability 1/2,
                        (1 − level)/2 and (1 + level)/2; infinite where the numbers give none
    All of coming and needed are NaN while it is too early to forecast (`fieldwork.evidence`).
    The limits suppose that later numbers answer like those called, and an area's like all others but for one factor.
    """
    called = calls_and_end(outcomes)
    rows = numbers.set_index("unit_id").join(called)
    rows = rows[rows.area.isin(list(targets))]
    attempts = rows.attempts.fillna(0).to_numpy(dtype=int)
    interviewed, ended = (rows[name].fillna(False).to_numpy(dtype=bool) for name in ("interviewed", "ended"))
    called = called[called.index.isin(rows.index)]
    hazards = interview_hazards(called, required=required)
    chances = np.append(hazards.chance.to_numpy(), 0.0)
    is_open = ~ended & (attempts < required)
    expected_by_now = np.append(0.0, hazards.interview.cumsum())[np.minimum(attempts, required)]
    sums = pd.DataFrame(
        {
            "numbers": 1,
            "called": attempts > 0,
            "interviews": interviewed,
            "open": is_open,
            "expected": expected_by_now,
            "hope": np.where(is_open, chances[np.minimum(attempts, required)], 0.0),
        }
    )
    sums = sums.groupby(rows.area.to_numpy().astype(object)).sum().reindex(list(targets), fill_value=0)
    target = np.array([targets[area] for area in sums.index], dtype=float)
    factors = area_factors(sums.interviews, sums.expected)
    table = sums[["interviews", "numbers", "called", "open"]].astype(int)
    table.insert(0, "target", target.astype(int))
    open_numbers, hope = sums.open.to_numpy(dtype=float), sums.hope.to_numpy(dtype=float)
    lower, upper = (1 - level) / 2, (1 + level) / 2
    mean_hope = np.divide(hope, open_numbers, out=np.zeros_like(hope), where=open_numbers > 0)
    coming = np.minimum(mean_hope[:, None] * factors, 1.0)
    table["coming"] = open_numbers * coming.mean(axis=1)
    table["coming_low"] = _most(open_numbers, coming, lower)
    table["coming_high"] = _most(open_numbers, coming, upper)
    lacking = target - sums.interviews.to_numpy(dtype=float)
    for name, probability in (("needed", 0.5), ("needed_low", lower), ("needed_high", upper)):
        table[name] = _needed(lacking, open_numbers, hope, chances[0], factors, probability)
    if call_evidence(called, required=required).too_early:
        table[["coming", "coming_low", "coming_high", "needed", "needed_low", "needed_high"]] = np.nan
    return table.rename_axis(index="area")


def forecast_states(areas: pd.DataFrame, evidence: Evidence) -> np.ndarray:
    """What each area needs, one of STATES (areas,), from `forecast_interviews` and waiting (numbers left).

    reached    the target is reached          coming  the open numbers will reach it, at the upper limit
    unsure     they may                       short   they will not: more numbers are needed even at the lower limit
    exhausted  more numbers are needed than wait; while it is too early to forecast: more than wait or are open even
               if each of these gives the most that the calls allow
    unknown    it is too early to forecast
    """
    most = (areas.open + areas.waiting) * evidence.most
    conditions = [
        areas.interviews >= areas.target,
        areas.needed.isna() & (areas.target - areas.interviews > most),
        areas.needed.isna(),
        areas.needed_high <= 0,
        areas.needed > areas.waiting,
        areas.needed_low > 0,
    ]
    return np.select(conditions, [REACHED, EXHAUSTED, UNKNOWN, COMING, EXHAUSTED, SHORT], UNSURE)


def area_factors(interviews: ArrayLike, expected: ArrayLike) -> np.ndarray:
    """NODES points of equal probability of each area's factor θ_a (areas, NODES), given I_a and E_a.

    The shares h_k rest on the interviews of all areas, I; their own error, 1/I of their square, widens every factor.
    """
    observed, expected = (np.asarray(values, dtype=float) for values in (interviews, expected))
    squares = float((expected**2).sum())
    between = max(float(((observed - expected) ** 2 - expected).sum()) / squares, 0.0) if squares > 0 else 0.0
    if np.count_nonzero(expected) < 2:
        between = 1.0  # one area tells nothing of how areas differ
    shape = max(1 / max(between, 1e-6), WIDEST)
    mean = (shape + observed) / (shape + expected)
    precision = 1 / (1 / (shape + observed) + 1 / max(float(observed.sum()), 1.0))
    middles = (np.arange(NODES) + 0.5) / NODES
    return mean[:, None] * special.gammaincinv(precision[:, None], middles) / precision[:, None]


def _at_least(wanted: np.ndarray, numbers: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """The probability of at least so many interviews (areas,) among numbers (areas,), over the points of θ."""
    most, of = np.floor(np.maximum(wanted - 1, -1))[:, None], np.maximum(numbers, 0)[:, None]
    never = most < 0
    inside = np.clip(most, 0, of)
    fewer = np.where(most >= of, 1.0, special.bdtr(inside, of.astype(int), shares))
    return np.where(never, 1.0, 1 - fewer).mean(axis=1)


def _most(numbers: np.ndarray, shares: np.ndarray, probability: float) -> np.ndarray:
    """The smallest count (areas,) which interviews among these numbers do not exceed with at least this probability."""
    low, high = np.full(len(numbers), -1.0), numbers.copy()
    while (high - low > 1).any():
        middle = np.floor((low + high) / 2)
        enough = 1 - _at_least(middle + 1, numbers, shares) >= probability
        high, low = np.where(enough & (high - low > 1), middle, high), np.where(~enough & (high - low > 1), middle, low)
    return high


def _needed(
    lacking: np.ndarray,
    open_numbers: np.ndarray,
    hope: np.ndarray,
    first: float,
    factors: np.ndarray,
    probability: float,
) -> np.ndarray:
    """The smallest number (areas,) of new numbers with which the interviews lacking come with this probability."""

    def reached(new: np.ndarray) -> np.ndarray:
        numbers = open_numbers + new
        mean = np.divide(hope + new * first, numbers, out=np.zeros_like(hope), where=numbers > 0)
        return _at_least(lacking, numbers, np.minimum(mean[:, None] * factors, 1.0)) >= probability

    high = np.maximum(lacking, 1.0)
    for _ in range(24):
        high = np.where(reached(high), high, high * 2)
    low = np.full(len(lacking), -1.0)
    never = ~reached(high)
    while (high - low > 1).any():
        middle = np.floor((low + high) / 2)
        enough, moving = reached(middle), high - low > 1
        high, low = np.where(enough & moving, middle, high), np.where(~enough & moving, middle, low)
    return np.where(never, np.inf, high)
