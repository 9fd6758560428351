"""Every indicator as the mean of one linearised number per respondent, so that one variance formula serves them all."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from estimation.estimators.design import Design
from estimation.estimators.domains import domain_codes
from estimation.indicators.answers import item_values, measure_values, mentions
from estimation.indicators.indicators import INDEX, ITEM_MEANS, MENTIONS, Item, Measure
from words import Fault


def indicator_values(
    answers: pd.DataFrame,
    measure: Measure,
    domain: ArrayLike,
    design: Design,
    *,
    items: Mapping[str, Item],
    measures: Mapping[str, Measure] | None = None,
    records: Mapping | None = None,
) -> np.ndarray:
    """v_i (n,) such that the mean of v in a domain is the indicator there, and both have the same linearised variable.

    answers   one row per respondent and one column per item, with codes as text
    domain    (n,): the domains for which v holds.  A share of mentions, a composite of item means and an index are not
              linear in the answers, so their v holds for no other domains
    items     name -> Item
    measures  name -> Measure, the measures that an index consists of
    records   (record, domain) -> value, known without error
    NaN where the respondent does not count in the indicator, and in a domain where a part of it cannot be estimated.
    Woodruff (1971) for the linearisation of a ratio; Särndal, Swensson & Wretman (1992), 5.5-5.8.
    """
    if measure.kind == INDEX:
        return _index_values(answers, measure, domain, design, items, measures or {}, records or {})
    if measure.of == MENTIONS:
        return ratio_values(*mentions(answers, measure, items), domain, design)
    if measure.missing == ITEM_MEANS:
        return combined_values(item_values(answers, measure, items).T, measure.item_weights, domain, design)
    return measure_values(answers, measure, items)


def ratio_values(y: np.ndarray, x: np.ndarray, domain: ArrayLike, design: Design) -> np.ndarray:
    """v_i = R_d + (y_i - R_d x_i)/x̄_d (n,), R_d = Σ_d wy/Σ_d wx, x̄_d = Σ_d wx/Σ_d w over those who have both y and x.

    Then v̄_d = R_d and (v_i - v̄_d)/Σ_d w = (y_i - R_d x_i)/Σ_d wx, the linearised ratio.  NaN where Σ_d wx = 0.
    """
    codes, labels = domain_codes(domain, design)
    answered = ~(np.isnan(y) | np.isnan(x))
    y, x = np.where(answered, y, 0.0), np.where(answered, x, 0.0)
    size, total_y, total_x = (_sums(values, codes, len(labels), design) for values in (answered, y, x))
    ratio = _divided(total_y, total_x)
    scale = _divided(size, total_x)
    return np.where(answered, ratio[codes] + (y - ratio[codes] * x) * scale[codes], np.nan)


def combined_values(
    parts: Iterable, weights: ArrayLike, domain: ArrayLike, design: Design, *, known: Mapping | None = None
) -> np.ndarray:
    """v_i (n,) of θ_d = c_d + Σ_k a_k v̄_dk, each v̄_dk over those who have a v_ik, with the covariances between parts.

        v_i = θ_d + Σ_k a_k (W_d/W_dk)(v_ik - v̄_dk),   W_dk = Σ_d w over those who have v_ik, W_d over those with any

    Then v̄_d = θ_d and (v_i - v̄_d)/W_d = Σ_k a_k (v_ik - v̄_dk)/W_dk, which contains the covariances of the parts,
    because the same respondents answer them all.
    parts: K columns v_k (n,); weights: a (K,); known: domain -> c_d, known without error (None: 0).
    NaN in a domain where nobody has one of the parts, or where c_d is not known.
    """
    codes, labels = domain_codes(domain, design)
    v, a, p = np.column_stack(list(parts)), np.asarray(weights, dtype=float), len(labels)
    has = ~np.isnan(v)
    size = np.column_stack([_sums(h, codes, p, design) for h in has.T])
    means = _divided(np.column_stack([_sums(c, codes, p, design) for c in np.nan_to_num(v).T]), size)
    everyone = _sums(has.any(axis=1), codes, p, design)
    constant = np.zeros(p) if known is None else np.array([known.get(label, np.nan) for label in labels])
    theta = constant + means @ a
    shift = np.where(has, a * _divided(everyone[:, None], size)[codes] * (v - means[codes]), 0.0)
    return np.where(has.any(axis=1), theta[codes] + shift.sum(axis=1), np.nan)


def _index_values(answers, index: Measure, domain, design, items, measures, records: Mapping) -> np.ndarray:
    """Σ_k a_k s_k: the survey's parts by their linearised values, the records as known constants of a domain."""
    definitions = {"items": items, "measures": measures, "records": records}
    survey = [part for part in index.parts if not part.record]
    absent = [part.name for part in survey if part.name not in measures]
    if absent or not survey:
        raise Fault(key="measure.parts_absent", measure=index.name, parts=absent or ["-"], found=list(measures))
    values = [p.scaled(indicator_values(answers, measures[p.name], domain, design, **definitions)) for p in survey]
    known = {}
    for label in domain_codes(domain, design)[1]:
        terms = [p.weight * p.scaled(records.get((p.name, label), np.nan)) for p in index.parts if p.record]
        known[label] = float(sum(terms))
    return combined_values(values, [p.weight for p in survey], domain, design, known=known)


def _sums(values, codes, count: int, design: Design) -> np.ndarray:
    """Σ_d w values (count,)."""
    return np.bincount(codes, design.weight * values, minlength=count)


def _divided(above, below) -> np.ndarray:
    """above/below, NaN where below is 0."""
    above, below = np.broadcast_arrays(np.asarray(above, dtype=float), np.asarray(below, dtype=float))
    return np.divide(above, below, out=np.full(below.shape, np.nan), where=below != 0)
