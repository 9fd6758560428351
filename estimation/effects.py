"""What the design did to precision: answers, effective answers, and the design effect with its reference named."""

import numpy as np
import pandas as pd

from estimation.design import Design
from estimation.estimates import Estimate
from words import Fault


def sample_sizes(y, domain, design: Design) -> pd.DataFrame:
    """Per domain: n answers with positive weight, and Kish's n_effective = (Σw)²/Σw² = n/(1+cv²_w).  Kish (1965), 11.7.

    y (n,): NaN is no answer; domain (n,).  Indexed by domain, only domains with an answer.
    """
    kept = ~np.isnan(np.asarray(y, dtype=float)) & (design.weight > 0)
    w = pd.Series(design.weight[kept]).groupby(np.asarray(domain)[kept])
    n, sum_w, sum_w2 = w.size(), w.sum(), w.agg(lambda v: float(v @ v))
    return pd.DataFrame({"n": n, "n_effective": np.minimum(sum_w**2 / sum_w2, n)})


def design_effect(estimate: Estimate, y, design: Design, *, reference: str, domain=None) -> np.ndarray:
    """deff = V/V_srs (k,), V_srs = s²/n, and s²/n (1 - n/Σw) for reference "wor".  Kish (1965), 8.2.

    s² = n/(n-1) Σw(y-ȳ)²/Σw inside the domain; reference "wr" or "wor" names the simple random sample compared with.
    NaN where the answers do not vary (0/0) or n = 1.
    """
    if reference not in ("wr", "wor"):
        raise Fault(key="effect.reference", found=str(reference), expected=["wr", "wor"])
    y = np.asarray(y, dtype=float)
    labels = np.full(len(y), estimate.names[0], dtype=object) if domain is None else np.asarray(domain)
    kept = ~np.isnan(y) & (design.weight > 0)
    codes = pd.Index(estimate.names).get_indexer(labels[kept])
    y, w, codes = y[kept][codes >= 0], design.weight[kept][codes >= 0], codes[codes >= 0]
    n, sw = (
        np.bincount(codes, minlength=len(estimate.names)),
        np.bincount(codes, w, minlength=len(estimate.names)),
    )
    squares = np.bincount(codes, w * (y - estimate.value[codes]) ** 2, minlength=len(estimate.names))
    with np.errstate(divide="ignore", invalid="ignore"):
        srs = n / (n - 1) * squares / sw / n * (1 - n / sw if reference == "wor" else 1.0)
        return np.where(srs > 0, estimate.variance / srs, np.nan)
