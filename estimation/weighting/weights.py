"""The single weighting steps, with what each changed: unknown eligibility, nonresponse, telephones per person."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from contracts import WEIGHTS, check, first_row
from estimation.calibration.calibration import base_weights
from estimation.columns.columns import column_codes, label_codes, numbers, said
from estimation.estimators.regression import response_propensity
from words import Fault

EMPTY = {"eligibility": "weights.empty_eligibility", "nonresponse": "weights.empty_nonresponse"}


@dataclass(frozen=True, eq=False)
class Step:
    """One weighting step.

    before, weight (n,)  the weights before and after it
    changes              one row per cell: n (the rows with a weight above 0 after the step), before and after (sums of
                         weights), multiplier (of the weights that remain, on average)
    """

    name: str
    before: np.ndarray
    weight: np.ndarray
    changes: pd.DataFrame


def adjust_eligibility(weight: ArrayLike, known: ArrayLike, cell: ArrayLike | pd.DataFrame | None = None) -> Step:
    """Units of unknown eligibility transfer their weight to those of their cell where it is known: w Σ_c w/Σ_c,known w.

    weight (n,)  before the step
    known (n,)   whether the unit is known to be eligible or known not to be; others have the weight 0 afterwards
    cell         (n,), a DataFrame of columns to be crossed, or None for one cell
    Raises Fault for a cell in which no unit's eligibility is known.  Valliant, Dever & Kreuter (2013), ch. 13.
    """
    return _spread("eligibility", base_weights(weight), None, known, cell)


def adjust_nonresponse(
    weight: ArrayLike, responded: ArrayLike, cell: ArrayLike | pd.DataFrame | None, *, eligible: ArrayLike | None = None
) -> Step:
    """Respondents represent all eligible units of their cell: w Σ_c w/Σ_c,resp w, the inverse of the response rate.

    weight (n,)     before the step
    responded (n,)  whether the unit responded; nonrespondents have the weight 0 afterwards
    cell            (n,), a DataFrame of columns to be crossed, or None for one cell
    eligible (n,)   whether the unit is known to be eligible; None: all units with a weight above 0.  Other units have
                    the weight 0 afterwards
    Raises Fault for a cell with eligible units and no respondent.  Särndal, Swensson & Wretman (1992), 15.6.
    """
    return _spread("nonresponse", base_weights(weight), eligible, responded, cell)


def adjust_propensity(
    weight: ArrayLike,
    responded: ArrayLike,
    predictors: pd.DataFrame,
    *,
    classes: int | None = 5,
    eligible: ArrayLike | None = None,
) -> Step:
    """Nonresponse adjusted for by a logistic model of the propensity φ to respond.

    predictors  columns known for respondents and nonrespondents; columns of text become indicators
    classes     the number of classes of similar φ̂ (its quantiles), which are the cells of `adjust_nonresponse`;
                None: the weights become w/φ̂
    Classes depend less on the model and on single small φ̂ than w/φ̂ does: Little (1986), International Statistical
    Review 54, 139-157.  The other parameters are those of `adjust_nonresponse`.
    """
    w = base_weights(weight)
    responded, counted = _flags("responded", responded, w), _counted(w, eligible)
    propensity = np.ones(len(w))
    propensity[counted] = response_propensity(responded[counted], predictors[counted], w[counted])
    cells = pd.Series(np.zeros(len(w), dtype=int))
    cells[counted] = pd.qcut(propensity[counted], classes or 5, labels=False, duplicates="drop")
    if classes is not None:
        return _spread("nonresponse", w, counted, responded, cells)
    after = np.where(counted & responded, w / propensity, 0.0)
    return Step("nonresponse", w, after, changes_by_cell(w * counted, after, *column_codes(cells, "cell")))


def phone_weight(
    landline_probability: ArrayLike,
    mobile_probability: ArrayLike,
    landlines: ArrayLike,
    adults: ArrayLike,
    mobiles: ArrayLike,
) -> np.ndarray:
    """w = 1/(π_L L/A + π_M M) (n,), one over the expected number of times that the person is reached in both frames.

    landline_probability, mobile_probability  π_L, π_M: the probability of each number of a frame to be called (0: the
               frame is not used)
    landlines  L, the numbers that reach the person's household
    adults     A, the adults of the household, one of whom is interviewed
    mobiles    M, the person's own mobile numbers
    With one frame w = A/(π_L L) or w = 1/(π_M M).  Lohr & Rao (2000), JASA 95, 271-280, for dual frames.
    Raises Fault if a household has no adult, or a person could not be reached.
    """
    landlines, adults, mobiles = _counts("L", landlines), _counts("A", adults), _counts("M", mobiles)
    if (adults < 1).any():
        raise Fault(key="phones.adults", row=first_row(adults < 1), found=float(adults.min()))
    expected = np.asarray(landline_probability) * landlines / adults + np.asarray(mobile_probability) * mobiles
    unreachable = ~(expected > 0)
    if unreachable.any():
        raise Fault(key="phones.unreachable", row=first_row(unreachable), count=int(unreachable.sum()))
    return 1 / expected


def adjust_phones(
    weight: ArrayLike,
    frame: ArrayLike,
    *,
    landline_probability: ArrayLike,
    mobile_probability: ArrayLike,
    landlines: ArrayLike,
    adults: ArrayLike,
    mobiles: ArrayLike,
) -> Step:
    """Weights of numbers turned into weights of persons: w π_f `phone_weight`, f being the frame the number comes from.

    weight (n,): 1/π_f times the multipliers of earlier steps, which remain; frame (n,): "landline" or "mobile".
    The other parameters are those of `phone_weight`.
    Raises Fault if a person reached by a landline (or a mobile) says that there is none.
    """
    w = base_weights(weight)
    frame = np.asarray(frame, dtype=object)
    wrong = ~np.isin(frame, ("landline", "mobile"))
    if wrong.any():
        raise Fault(key="phones.frame", row=first_row(wrong), found=str(frame[wrong][0]))
    probability = np.where(frame == "landline", landline_probability, mobile_probability)
    none = np.where(frame == "landline", _counts("L", landlines), _counts("M", mobiles)) == 0
    if none.any():
        raise Fault(key="phones.not_own", row=first_row(none), frame=frame[none][0], count=int(none.sum()))
    after = w * probability * phone_weight(landline_probability, mobile_probability, landlines, adults, mobiles)
    return Step("phones", w, after, changes_by_cell(w, after, *column_codes(pd.Series(frame, dtype="str"), "frame")))


def adjust_persons(weight: ArrayLike, probability: ArrayLike) -> Step:
    """Weights of households turned into weights of persons: w_i/p_i, p_i the probability of the person asked.

    One of A adults has p = 1/A if each has the same chance; Kish's tables have chances of their own from five adults on
    (`sampling.draw.stages.kish_person`).  Raises Fault unless 0 < p ≤ 1.
    """
    w, p = base_weights(weight), np.atleast_1d(numbers(probability))
    wrong = ~(np.isfinite(p) & (p > 0) & (p <= 1 + 1e-12))
    if wrong.any():
        raise Fault(key="weights.person", row=first_row(wrong), found=float(p[wrong][0]))
    after = w / p
    chances = pd.Series([f"{value:.4g}" for value in p], dtype="str")
    return Step("persons", w, after, changes_by_cell(w, after, *column_codes(chances, "probability")))


def weights_table(wave: str, unit_id: ArrayLike, steps: dict) -> pd.DataFrame:
    """The table WEIGHTS, one row per unit and step in which its weight is above 0.

    unit_id (n,); steps: name -> weights (n,), in the order of the steps ("base", …, "calibration", "trimming").
    """
    parts = []
    for name, weight in steps.items():
        w = base_weights(weight)
        kept = w > 0
        columns = {"wave": wave, "unit_id": np.asarray(unit_id, dtype=object)[kept], "step": name, "weight": w[kept]}
        parts.append(pd.DataFrame(columns).astype({"unit_id": "str"}))
    return check(pd.concat(parts, ignore_index=True), WEIGHTS)


def _spread(name: str, w, eligible, receiving, cell) -> Step:
    """The step in which the weight of all eligible units of a cell is transferred to the receiving ones among them."""
    counted = _counted(w, eligible)
    receives = counted & _flags(name, receiving, w)
    codes, labels = _cell_codes(cell, len(w))
    all_weight, received = (np.bincount(codes, w * some, minlength=len(labels)) for some in (counted, receives))
    lost = (received == 0) & (all_weight > 0)
    if lost.any():
        cells = [said(labels[k]) for k in np.flatnonzero(lost)]
        raise Fault(key=EMPTY[name], cells=cells, count=len(cells), weight=float(all_weight[lost].sum()))
    factor = np.divide(all_weight, received, out=np.ones(len(labels)), where=received > 0)
    after = np.where(receives, w * factor[codes], 0.0)
    return Step(name, w, after, changes_by_cell(w * counted, after, codes, labels))


def changes_by_cell(before: np.ndarray, after: np.ndarray, codes: np.ndarray, labels: np.ndarray) -> pd.DataFrame:
    """The `changes` of a step from the weights (n,) before and after it, and the code (n,) of each unit's cell."""
    k = len(labels)
    n, remaining, sum_before, sum_after = (
        np.bincount(codes, v, minlength=k) for v in (after > 0, before * (after > 0), before, after)
    )
    factor = np.divide(sum_after, remaining, out=np.full(k, np.nan), where=remaining > 0)
    columns = {"n": n.astype(int), "before": sum_before, "after": sum_after, "multiplier": factor}
    return pd.DataFrame(columns, index=pd.Index(labels, name="cell", tupleize_cols=False))


def _cell_codes(cell, n: int):
    if cell is None:
        return np.zeros(n, dtype=int), np.array(["all"], dtype=object)
    if len(cell) != n:
        raise Fault(key="weights.length", name="cell", found=len(cell), expected=n)
    if isinstance(cell, pd.DataFrame):
        return label_codes(cell, list(cell.columns))
    return column_codes(cell if hasattr(cell, "dtype") else np.asarray(cell), "cell")


def _counted(w, eligible) -> np.ndarray:
    return (w > 0) if eligible is None else (w > 0) & _flags("eligible", eligible, w)


def _flags(name: str, values, w) -> np.ndarray:
    """Booleans (n,) from booleans or from 0 and 1; a Fault for other values."""
    array = np.asarray(values)
    if len(array) != len(w):
        raise Fault(key="weights.length", name=name, found=len(array), expected=len(w))
    wrong = ~np.isin(array, (0, 1))
    if wrong.any():
        raise Fault(key="weights.flag", name=name, row=first_row(wrong), found=str(array[wrong][0]))
    return array.astype(bool)


def _counts(name: str, values) -> np.ndarray:
    """Counts (n,) as floats; a Fault if one is negative or missing."""
    array = np.atleast_1d(numbers(values))
    wrong = ~(np.isfinite(array) & (array >= 0))
    if wrong.any():
        raise Fault(key="phones.count", name=name, row=first_row(wrong), found=float(array[wrong][0]))
    return array
