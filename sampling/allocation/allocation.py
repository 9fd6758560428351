"""Divide n interviews over strata in whole numbers that sum: by population, equally, by spread and cost, by power."""

from collections.abc import Hashable, Iterable
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from contracts import STRATA, check
from estimation.columns.ties import equalized
from sampling.allocation.divisors import ARITHMETIC, GEOMETRIC, Divisor, divide
from words import Fault

WholeNumbers: TypeAlias = ArrayLike  # one whole number for all strata, or one per stratum (H,) in their order


def allocate_proportional(
    strata: pd.DataFrame, n: int, *, minimum: WholeNumbers = 2, maximum: WholeNumbers | None = None
) -> pd.Series:
    """n_h ∝ N_h in whole numbers that sum to n, with min(minimum, N_h) <= n_h <= maximum.  Cochran (1977) ch. 5.

    strata            a STRATA table: stratum, population N_h
    minimum, maximum  one number for all strata, or one per stratum (H,) in the order of `strata`; with a minimum of 2
                      every stratum's variance can be estimated; maximum None: N_h, which n_h never exceeds

    Every stratum starts at its minimum; each further interview goes to the stratum with the largest N_h/(n_h + 1/2),
    and on a tie to the first of them in `strata` (the divisor method of Webster, or Sainte-Laguë).
    Rounding n N_h/N and giving what is left to the largest remainders would not be monotone in n: one more interview
    in all could take one away from a stratum (the Alabama paradox).  A divisor method only ever adds, and this one
    favours neither large nor small strata.
    Balinski & Young (1982), Fair Representation.

    Examples: whole numbers that add up.

    >>> import pandas as pd
    >>> from sampling import allocate_proportional
    >>> strata = pd.DataFrame({"stratum": ["a", "b", "c"], "population": [5000, 3000, 2000]})
    >>> allocate_proportional(strata, 101).to_dict()
    {'a': 51, 'b': 30, 'c': 20}
    """
    strata = check(strata, STRATA)
    return _divided(strata, strata.population, n, minimum, maximum, ARITHMETIC)


def allocate_equally(
    units: Iterable[Hashable], n: int, *, minimum: WholeNumbers = 0, maximum: WholeNumbers | None = None
) -> pd.Series:
    """n interviews over units in whole numbers, which differ by at most 1 unless a bound forces them to differ more.

    units  (m,), their names, all different;  minimum, maximum  as in `allocate_proportional`; None: no maximum
    The first units in the order given get what is left over.  Series by unit.
    """
    units = pd.Index(units)
    if units.empty or units.has_duplicates:
        raise Fault(key="sampling.units", count=len(units), found=sorted({str(u) for u in units[units.duplicated()]}))
    if n < 0:
        raise Fault(key="sampling.too_few", found=n, expected=0)
    lowest = _whole(minimum, len(units))
    highest = np.full(len(units), max(n, 0)) if maximum is None else _whole(maximum, len(units))
    sample = divide(np.ones(len(units)), n, lowest=lowest, highest=np.maximum(highest, lowest), divisor=ARITHMETIC)
    return pd.Series(sample, index=units, name="sample")


def allocate_townships(townships: pd.DataFrame, strata: pd.DataFrame, n: int, *, minimum: int = 2) -> pd.Series:
    """n_h ∝ N_h over the counties, then n_h equally over the county's townships; at least `minimum` per township.

    townships  township, county;   strata  STRATA with the counties

    The townships of a county get equal numbers because no populations of townships are published.  People of small
    townships are therefore more likely to be drawn than others of their county, and a county's figure needs weights
    once the townships' populations are known.
    """
    unmatched = set(townships.county) ^ set(strata.stratum)
    if unmatched:
        raise Fault(key="sampling.counties_differ", counties=sorted(unmatched))
    least = minimum * strata.stratum.map(townships.groupby("county").size()).to_numpy()
    by_county = allocate_proportional(strata, n, minimum=least)
    parts = [allocate_equally(t.township, int(by_county[county])) for county, t in townships.groupby("county")]
    return pd.concat(parts).reindex(pd.Index(townships.township))


def allocate_neyman(
    strata: pd.DataFrame, n: int, *, minimum: WholeNumbers = 2, maximum: WholeNumbers | None = None
) -> pd.Series:
    """n_h ∝ N_h S_h/√c_h in whole numbers that sum to n.  Neyman (1934), JRSS 97:558; Cochran (1977) 5.5, 5.8.

    strata  STRATA and sd S_h >= 0 (of one answer), cost c_h > 0 (of one interview; default 1 in every stratum)
    minimum, maximum  as in `allocate_proportional`; at least 1: a stratum without an interview leaves V infinite

    Every stratum starts at its minimum; each further interview goes to the stratum with the largest
    N_h S_h/√(c_h n_h(n_h+1)), where it lowers V = Σ N_h² S_h²/n_h most for its cost.  With equal costs no other whole
    numbers within these bounds have a smaller V, which rounding Neyman's formula does not ensure.  With unequal costs
    no allocation that costs as little or less has a smaller V.
    Wright (2012), The American Statistician 66:217; Wright (2017), Statistics & Probability Letters 129:50.

    Examples: of two strata of the same size, the one whose answers vary three times as much gets three times the
    interviews.

    >>> import pandas as pd
    >>> from sampling import allocate_neyman
    >>> strata = pd.DataFrame({"stratum": ["a", "b"], "population": [5000, 5000], "sd": [10.0, 30.0]})
    >>> allocate_neyman(strata, 100).to_dict()
    {'a': 25, 'b': 75}
    """
    strata = _with_spread(strata)
    return _divided(strata, strata.population * strata.sd / np.sqrt(strata.cost), n, minimum, maximum, GEOMETRIC)


def allocate_power(
    strata: pd.DataFrame, n: int, *, q: float, minimum: WholeNumbers = 2, maximum: WholeNumbers | None = None
) -> pd.Series:
    """n_h ∝ X_h^q CV_h in whole numbers that sum to n: between equal precision and Neyman.  Bankier (1988), TAS 42:174.

    strata  STRATA and, optionally, size X_h > 0 (by default N_h) and cv CV_h = S_h/Ȳ_h >= 0 (by default equal)
    q       0: all strata have nearly the same precision; 1, with X_h the total of y: Neyman's; 1/2: a compromise
    Minimises Σ (X_h^q CV(ŷ_h))² as `allocate_neyman` minimises V, with X_h^q CV_h in place of N_h S_h.
    """
    if not 0 <= q <= 1:
        raise Fault(key="sampling.power", found=q)
    table = check(strata, STRATA)
    size = _positive(strata, "size", table.population)
    cv = _not_negative(strata, "cv", np.ones(len(table)))
    return _divided(table, size**q * cv, n, minimum, maximum, GEOMETRIC)


def split_modes(sample: pd.Series, parts: dict[str, float]) -> pd.DataFrame:
    """Each stratum's interviews divided over modes in the proportion of `parts` (mobile 3 : landline 1).

    sample  n_h by stratum;  parts  the part of each mode, >= 0
    One row per stratum and one column per mode, in whole numbers.  A row sums to n_h, a column to the mode's share of
    Σ n_h by Webster's method: the modes' claims are sorted, the first stratum takes the first n_1 of them, the second
    the next n_2, and so on.

    Examples: three interviews by mobile for every one by landline.

    >>> import pandas as pd
    >>> from sampling import split_modes
    >>> split_modes(pd.Series({"a": 100, "b": 41}), {"mobile": 3, "landline": 1}).to_dict("index")
    {'a': {'mobile': 75, 'landline': 25}, 'b': {'mobile': 31, 'landline': 10}}
    """
    weights = np.array(list(parts.values()), dtype=float)
    if len(weights) == 0 or not (np.isfinite(weights).all() and (weights >= 0).all() and weights.sum() > 0):
        raise Fault(key="sampling.parts", found=[f"{name} {part}" for name, part in parts.items()])
    n = int(sample.sum())
    claims = (weights[:, None] / ARITHMETIC.value(np.arange(n))).ravel()
    mode = np.repeat(np.arange(len(weights)), n)[np.argsort(-equalized(claims), kind="stable")[:n]]
    row = np.repeat(np.arange(len(sample)), sample.to_numpy())
    counts = np.bincount(row * len(weights) + mode, minlength=len(sample) * len(weights))
    return pd.DataFrame(counts.reshape(len(sample), -1), index=sample.index, columns=list(parts))


def _divided(strata: pd.DataFrame, weight, n: int, minimum, maximum, divisor: Divisor) -> pd.Series:
    lowest, highest = bounds(strata, minimum, maximum, at_least=1 if divisor is GEOMETRIC else 0)
    sample = divide(weight, n, lowest=lowest, highest=highest, divisor=divisor)
    return pd.Series(sample, index=pd.Index(strata.stratum, name="stratum"), name="sample")


def bounds(
    strata: pd.DataFrame, minimum: WholeNumbers, maximum: WholeNumbers | None, *, at_least: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """The lowest and the highest n_h (H,): min(minimum, N_h) and min(maximum, N_h)."""
    population = strata.population.to_numpy()
    least = _whole(minimum, len(strata))
    if (least < at_least).any():
        raise Fault(key="sampling.minimum_one", found=int(least.min()), expected=at_least)
    highest = population if maximum is None else np.minimum(_whole(maximum, len(strata)), population)
    return np.minimum(least, population), highest


def with_cost(strata: pd.DataFrame) -> pd.DataFrame:
    """A STRATA table with cost c_h > 0 of one interview, 1 where the column is absent."""
    table = check(strata, STRATA)
    return table.assign(cost=_positive(strata, "cost", np.ones(len(table))))


def _with_spread(strata: pd.DataFrame) -> pd.DataFrame:
    if "sd" not in strata:
        raise Fault(key="table.columns", table="STRATA", columns=["sd"])
    return with_cost(strata).assign(sd=_not_negative(strata, "sd", None))


def _positive(strata: pd.DataFrame, column: str, otherwise) -> np.ndarray:
    return _column(strata, column, otherwise, lambda x: x > 0, "> 0")


def _not_negative(strata: pd.DataFrame, column: str, otherwise) -> np.ndarray:
    return _column(strata, column, otherwise, lambda x: x >= 0, ">= 0")


def _column(strata: pd.DataFrame, column: str, otherwise, holds, expected: str) -> np.ndarray:
    values = np.asarray(strata.get(column, otherwise), dtype=float)
    right = holds(values) & np.isfinite(values)
    if not right.all():
        names = [str(s) for s in strata.stratum[~right]]
        raise Fault(
            key="sampling.column", column=column, strata=names, found=float(values[~right][0]), expected=expected
        )
    return values


def _whole(bound, count: int) -> np.ndarray:
    bounds = np.broadcast_to(np.asarray(bound, dtype=np.int64), (count,))
    if (bounds < 0).any():
        raise Fault(key="sampling.minimum", found=int(bounds.min()))
    return bounds


def refuse_larger(strata: ArrayLike, sample: ArrayLike, population: ArrayLike) -> None:
    """A Fault that names the strata (h,) of which more units are wanted (h,) than they have (h,), and both numbers."""
    strata, sample, population = (np.asarray(numbers) for numbers in (strata, sample, population))
    over = sample > population
    if over.any():
        larger = zip(strata[over], sample[over], population[over], strict=True)
        raise Fault(key="sampling.larger_than_stratum", strata=[f"{s}: {n} > {N}" for s, n, N in larger])
