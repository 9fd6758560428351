"""How the design affects precision: answers, effective answers, and the design effect against a stated reference."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from estimation.columns.ties import without_rounding
from estimation.estimators.design import Design
from estimation.estimators.domains import domain_codes
from estimation.estimators.estimates import Estimate
from estimation.estimators.means import number_columns
from words import Fault

REFERENCES = ("wr", "wor")


def sample_sizes(y: ArrayLike, domain: ArrayLike | pd.DataFrame, design: Design) -> pd.DataFrame:
    """By domain: n answers with a weight above 0, and how many equally weighted answers they are worth.

    n_effective = (Σw)²/Σw² = n/(1+cv²_w) would have the same variance, Kish (1965), 11.7; n_third = √((Σw)³/Σw³) would
    have the same third cumulant, and is never larger.
    y (n,), NaN for no answer; domain (n,), or a DataFrame.  The index has the domains with an answer.

    Examples: of three answers with the weights 1, 1 and 2 the effective number is (1 + 1 + 2)²/(1 + 1 + 4) = 2.67,
    and that for the third cumulant √((1 + 1 + 2)³/(1 + 1 + 8)) = 2.53.

    >>> import pandas as pd
    >>> from estimation import Design, sample_sizes
    >>> table = pd.DataFrame({"w": [1, 1, 2], "y": [1.0, 0.0, 1.0], "town": "a"})
    >>> print(sample_sizes(table.y, table.town, Design.from_table(table, weight="w")).round(2).to_dict("index"))
    {'a': {'n': 3, 'n_effective': 2.67, 'n_third': 2.53}}
    """
    _, y = number_columns(y, design, "mean")
    codes, labels = domain_codes(domain, design)
    kept = ~np.isnan(y[:, 0]) & (design.weight > 0)
    w, codes, k = design.weight[kept], codes[kept], len(labels)
    largest = w.max(initial=np.finfo(float).tiny)  # so that cubes of very large or small weights exist
    w = w / largest
    count, square, cube = None, w**2, w**3
    if design.interviews is not None:
        count, square, cube = (x[kept] for x in design.interviews[1:4])
        square, cube = square / largest**2, cube / largest**3
    n, sum_w, sum_w2, sum_w3 = (np.bincount(codes, values, minlength=k) for values in (count, w, square, cube))
    n = n.astype(int)
    answered = n > 0
    effective = np.minimum(sum_w[answered] ** 2 / sum_w2[answered], n[answered])
    third = np.minimum(np.sqrt(sum_w[answered] ** 3 / sum_w3[answered]), effective)
    index = pd.Index(labels[answered], name=getattr(domain, "name", None), tupleize_cols=False)
    return pd.DataFrame({"n": n[answered], "n_effective": effective, "n_third": third}, index=index)


def psu_evenness(y: ArrayLike, domain: ArrayLike, design: Design, names: Sequence) -> np.ndarray:
    """(Σ_j a_j)²/(m Σ_j a_j²) (k,), a_j = Σ w² over the answers of PSU j in a domain: 1 if all m PSUs weigh the same.

    A variance is a sum of squares of its PSUs.  Where a few of them weigh much more, it is as uncertain as one of fewer
    PSUs, by this factor of their df (Satterthwaite's, for answers as mixed in one PSU as in another).
    y (n,), NaN for no answer; domain (n,); names (k,): the domains, in order
    """
    _, values = number_columns(y, design, "mean")
    answered = ~np.isnan(values[:, 0]) & (design.weight > 0)
    largest = design.weight.max(initial=np.finfo(float).tiny)
    square = (design.weight[answered] / largest) ** 2
    if design.interviews is not None:
        _, count, square, _, fourth = (x[answered] for x in design.interviews)
        square, fourth = square / largest**2, fourth / largest**4
        if design.alone:
            sums = pd.DataFrame({"count": count, "square": square, "fourth": fourth})
            sums = sums.groupby(np.asarray(domain)[answered]).sum().reindex(list(names))
            return (sums.square**2 / (sums["count"] * sums.fourth)).to_numpy()
    table = pd.DataFrame({"domain": np.asarray(domain)[answered], "psu": design.psu[answered], "square": square})
    of_psu = table.groupby(["domain", "psu"]).square.sum()
    by_domain = of_psu.groupby(level="domain")
    total, squares, psus = by_domain.sum(), (of_psu**2).groupby(level="domain").sum(), by_domain.size()
    return (total**2 / (psus * squares)).reindex(list(names)).to_numpy()


def design_effect(
    estimate: Estimate,
    y: ArrayLike,
    design: Design,
    *,
    reference: str,
    domain: ArrayLike | pd.DataFrame | None = None,
    of: str = "mean",
) -> np.ndarray:
    """deff = V/V_srs (k,), V_srs = s²/n for "wr" and s²/n (1 - n/Σw) for "wor".  Kish (1965), 8.2.

    s² = n/(n-1) Σw(y-ȳ)²/Σw, where Σw and n are over the answers, within the domain if there is one; V_srs of a total
    is (Σw)² times that of the mean.
    y          (n,), or without a domain (n,k), as the estimator had it
    reference  "wr" or "wor": the simple random sample, with or without replacement, that the design is compared with
    domain     (n,), the domains of the estimate; None: it has none
    of         "mean" or "total"
    NaN where the answers do not vary (0/0), where n = 1, and for "wor" where n >= Σw.

    Examples: R's survey, `svymean(~api00, dclus1, deff = TRUE)`, prints 644.1694, 23.5422 and a design effect of
    9.3459.

    >>> import pandas as pd
    >>> from estimation import Design, design_effect, mean
    >>> schools = pd.read_csv("tests/golden/shared_apiclus1.csv")
    >>> design = Design.from_table(schools, weight="pw", psu="dnum", population="fpc")
    >>> estimate = mean(schools.api00, design)
    >>> print(estimate.value.round(4), estimate.se.round(4))
    [644.1694] [23.5422]
    >>> print(design_effect(estimate, schools.api00, design, reference="wor").round(4))
    [9.3459]
    """
    if reference not in REFERENCES:
        raise Fault(key="effect.reference", found=str(reference), expected=list(REFERENCES))
    _, y = number_columns(y, design, "mean")
    if domain is None:
        srs = np.array([_srs_variance(c, np.zeros(len(c), dtype=int), 1, design, reference, of)[0] for c in y.T])
    else:
        codes, labels = domain_codes(domain, design)
        place = {name: j for j, name in enumerate(estimate.names)}
        codes = np.array([place.get(label, -1) for label in labels])[codes]
        srs = _srs_variance(y[:, 0], codes, len(place), design, reference, of)
    return np.divide(estimate.variance, srs, out=np.full(len(srs), np.nan), where=srs > 0)


def _srs_variance(y, codes, k: int, design: Design, reference: str, of: str) -> np.ndarray:
    """V_srs of `design_effect` (k,), NaN where n = 1; codes (n,) are -1 outside the estimate's domains."""
    kept = ~np.isnan(y) & (design.weight > 0) & (codes >= 0)
    y, w, codes = y[kept], design.weight[kept], codes[kept]
    count = None if design.interviews is None else design.interviews.count[kept]
    n, size = np.bincount(codes, count, minlength=k), np.bincount(codes, w, minlength=k)
    centre = np.bincount(codes, w * y, minlength=k) / size
    squares = np.bincount(codes, w * without_rounding(y - centre[codes], np.abs(y)) ** 2, minlength=k)
    mean_variance = np.divide(squares, size * (n - 1), out=np.full(k, np.nan), where=n > 1)
    if reference == "wor":
        mean_variance = mean_variance * (1 - n / size)
    return mean_variance * size**2 if of == "total" else mean_variance
