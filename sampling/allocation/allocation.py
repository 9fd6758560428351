"""Divide n interviews over strata in whole numbers that sum: by population, equally, by spread and cost, by power."""

import numpy as np
import pandas as pd

from contracts import STRATA, check
from estimation.columns.ties import equalized
from sampling.allocation.divisors import ARITHMETIC, GEOMETRIC, Divisor, divide
from words import Fault


def allocate_proportional(strata: pd.DataFrame, n: int, *, minimum=2, maximum=None) -> pd.Series:
    """n_h ∝ N_h in whole numbers that sum to n, with min(minimum, N_h) <= n_h <= maximum.  Cochran (1977) ch. 5.

    strata            a STRATA table: stratum, population N_h
    minimum, maximum  one number, or one a stratum (H,), in the order of `strata`; 2 lets each stratum's variance be
                      estimated; maximum None: N_h, which it never exceeds

    Every stratum starts at its minimum; each further interview goes where N_h/(n_h + 1/2) is largest, on a tie to the
    stratum that stands first (Webster's or Sainte-Laguë's divisor method).
    Why not round n N_h/N and give the rest to the largest remainders: that is not monotone in n, so one interview
    more in all may take one away from a stratum (the Alabama paradox). A divisor method only ever adds, and among
    them this one rounds up and down alike, favouring neither large nor small strata.
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


def allocate_equally(units, n: int, *, minimum=0, maximum=None) -> pd.Series:
    """n over m units in whole numbers differing by at most 1 but for bounds; on a tie the first units get one more."""
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
    """n_h ∝ N_h over the counties, then n_h equally over the county's townships; at least `minimum` a township.

    townships  township, county;   strata  STRATA with the counties

    Equally, because no populations of townships exist: so within a county people of small townships are likelier to
    be drawn, and a county's figure needs weights once the townships' populations are known.
    """
    unmatched = set(townships.county) ^ set(strata.stratum)
    if unmatched:
        raise Fault(key="sampling.counties_differ", counties=sorted(unmatched))
    least = minimum * strata.stratum.map(townships.groupby("county").size()).to_numpy()
    by_county = allocate_proportional(strata, n, minimum=least)
    parts = [allocate_equally(t.township, int(by_county[county])) for county, t in townships.groupby("county")]
    return pd.concat(parts).reindex(pd.Index(townships.township))


def allocate_neyman(strata: pd.DataFrame, n: int, *, minimum=2, maximum=None) -> pd.Series:
    """n_h ∝ N_h S_h/√c_h in whole numbers that sum to n.  Neyman (1934), JRSS 97:558; Cochran (1977) 5.5, 5.8.

    strata  STRATA and sd S_h >= 0 (of one answer), cost c_h > 0 (of one interview; without the column all alike)
    minimum, maximum  as in `allocate_proportional`; at least 1: a stratum without an interview leaves V infinite

    Every stratum starts at its minimum; each further interview goes where N_h S_h/√(c_h n_h(n_h+1)) is largest, which
    lowers V = Σ N_h² S_h²/n_h most for its cost.  With equal costs no other whole numbers with these bounds have a
    smaller V: exact where rounding Neyman's formula is not.  With costs, none that is as cheap has a smaller V.
    Wright (2012), The American Statistician 66:217; Wright (2017), Statistics & Probability Letters 129:50.

    Examples: two strata of the same size, answers three times as spread in the second: three times as many interviews
    there.

    >>> import pandas as pd
    >>> from sampling import allocate_neyman
    >>> strata = pd.DataFrame({"stratum": ["a", "b"], "population": [5000, 5000], "sd": [10.0, 30.0]})
    >>> allocate_neyman(strata, 100).to_dict()
    {'a': 25, 'b': 75}
    """
    strata = _with_spread(strata)
    return _divided(strata, strata.population * strata.sd / np.sqrt(strata.cost), n, minimum, maximum, GEOMETRIC)


def allocate_power(strata: pd.DataFrame, n: int, *, q: float, minimum=2, maximum=None) -> pd.Series:
    """n_h ∝ X_h^q CV_h in whole numbers that sum to n: between equal precision and Neyman.  Bankier (1988), TAS 42:174.

    strata  STRATA and, if there, size X_h > 0 (else N_h) and cv CV_h = S_h/Ȳ_h >= 0 (else the same in all)
    q       0: the strata's own precision nearly alike; 1, with X_h the total of y: Neyman's; 1/2 a compromise
    It makes Σ (X_h^q CV(ŷ_h))² smallest, by the same claims as `allocate_neyman`, with X_h^q CV_h for N_h S_h.
    """
    if not 0 <= q <= 1:
        raise Fault(key="sampling.power", found=q)
    table = check(strata, STRATA)
    size = _positive(strata, "size", table.population)
    cv = _not_negative(strata, "cv", np.ones(len(table)))
    return _divided(table, size**q * cv, n, minimum, maximum, GEOMETRIC)


def split_modes(sample: pd.Series, parts: dict[str, float]) -> pd.DataFrame:
    """Each stratum's interviews over modes, `parts` to each other (mobile 3 : landline 1), in whole numbers.

    One row a stratum, one column a mode.  Rows sum to n_h, columns to what Webster's method gives of Σ n_h: the modes'
    claims in order, of which the first stratum takes the first n_1, the next the following n_2, and so on.

    Examples: three mobile interviews to one by landline.

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


def bounds(strata: pd.DataFrame, minimum, maximum, *, at_least: int = 0) -> tuple[np.ndarray, np.ndarray]:
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


def refuse_larger(strata, sample, population) -> None:
    """A Fault that names the strata (h,) of which more units are wanted (h,) than they have (h,), and both numbers."""
    strata, sample, population = (np.asarray(each) for each in (strata, sample, population))
    over = sample > population
    if over.any():
        found = zip(strata[over], sample[over], population[over], strict=True)
        raise Fault(key="sampling.larger_than_stratum", strata=[f"{s}: {n} > {N}" for s, n, N in found])
