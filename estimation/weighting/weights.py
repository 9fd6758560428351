"""Weights in steps one can read: unknown eligibility, nonresponse, telephones per person; what each step changed."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from contracts import WEIGHTS, check
from estimation.calibration.calibration import base_weights
from estimation.columns.columns import column_codes, label_codes, numbers, said
from estimation.estimators.regression import response_propensity
from words import Fault

EMPTY = {"eligibility": "weights.empty_eligibility", "nonresponse": "weights.empty_nonresponse"}


@dataclass(frozen=True, eq=False)
class Step:
    """One step of weighting: the weights (n,) before and after it, and by cell what it did.

    changes: one row a cell: n (rows with a weight after the step), before and after (sums of weights), factor (by
    which the weights that remain were multiplied, on average).
    """

    name: str
    before: np.ndarray
    weight: np.ndarray
    changes: pd.DataFrame


def adjust_eligibility(weight, known, cell=None) -> Step:
    """Units of unknown eligibility hand their weight to those in their cell where it is known: w Σ_c w/Σ_c,known w.

    weight (n,);  known (n,): whether eligibility was found out (eligible or not);  cell (n,), a DataFrame, or None for
    one cell.  Afterwards the unknown weigh 0.  Valliant, Dever & Kreuter (2013), ch. 13.
    """
    return _spread("eligibility", base_weights(weight), None, known, cell)


def adjust_nonresponse(weight, responded, cell, *, eligible=None) -> Step:
    """Respondents stand for all eligible units of their cell: w Σ_c w/Σ_c,resp w, response rates estimated in cells.

    weight (n,);  responded (n,): true or false;  cell (n,), or a DataFrame of several columns crossed
    eligible (n,)  known to be; None: everybody with a weight.  Others weigh 0 afterwards, as nonrespondents do.
    Raises Fault for a cell with eligible units and no respondent.  Särndal, Swensson & Wretman (1992), 15.6.
    """
    return _spread("nonresponse", base_weights(weight), eligible, responded, cell)


def adjust_propensity(weight, responded, predictors: pd.DataFrame, *, classes: int | None = 5, eligible=None) -> Step:
    """Nonresponse by a logistic model of responding: w/φ̂, or cells of similar φ̂ (quantiles) as in `adjust_nonresponse`.

    predictors: known for respondents and nonrespondents; text columns become indicators.  classes None: w/φ̂ itself.
    Cells of φ̂ are less at the mercy of the model and of single small φ̂: Little (1986), International Statistical
    Review 54, 139-157.
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


def phone_weight(landline_probability, mobile_probability, landlines, adults, mobiles) -> np.ndarray:
    """w = 1/(π_L L/A + π_M M) (n,): the expected number of ways to this person, through either frame of numbers.

    landline_probability, mobile_probability  π_L, π_M: a number's chance to be called in each frame (0: no such frame)
    landlines L  numbers that reach the person's household;  adults A, one of whom is interviewed;  mobiles M, own ones
    Single frames: w = A/(π_L L), w = 1/(π_M M).  Chances add up because both are small; exactly, the weight is one over
    the expected number of times the person is reached.  Lohr & Rao (2000), JASA 95, 271-280, for dual frames.
    """
    landlines, adults, mobiles = _counts("L", landlines), _counts("A", adults), _counts("M", mobiles)
    if (adults < 1).any():
        raise Fault(key="phones.adults", row=int((adults < 1).argmax()), found=float(adults.min()))
    expected = np.asarray(landline_probability) * landlines / adults + np.asarray(mobile_probability) * mobiles
    unreachable = ~(expected > 0)
    if unreachable.any():
        raise Fault(key="phones.unreachable", row=int(unreachable.argmax()), count=int(unreachable.sum()))
    return 1 / expected


def adjust_phones(weight, frame, *, landline_probability, mobile_probability, landlines, adults, mobiles) -> Step:
    """Weights of numbers turned to weights of persons: w π_own `phone_weight`, π_own of the frame the number is from.

    weight (n,): 1/π_own times whatever earlier steps multiplied it by, which stays;  frame (n,): "landline" or "mobile"
    """
    w = base_weights(weight)
    frame = np.asarray(frame, dtype=object)
    wrong = ~np.isin(frame, ("landline", "mobile"))
    if wrong.any():
        raise Fault(key="phones.frame", row=int(wrong.argmax()), found=str(frame[wrong][0]))
    own = np.where(frame == "landline", landline_probability, mobile_probability)
    none = np.where(frame == "landline", _counts("L", landlines), _counts("M", mobiles)) == 0
    if none.any():
        raise Fault(key="phones.not_own", row=int(none.argmax()), frame=frame[none][0], count=int(none.sum()))
    after = w * own * phone_weight(landline_probability, mobile_probability, landlines, adults, mobiles)
    return Step("phones", w, after, changes_by_cell(w, after, *column_codes(pd.Series(frame, dtype="str"), "frame")))


def weights_table(wave: str, unit_id, steps: dict) -> pd.DataFrame:
    """WEIGHTS: one row a unit and step, for storing; a unit leaves the table at the step where its weight becomes 0.

    steps: name -> weights (n,), in the order they were taken ("base", …, "calibrated", "trimmed").
    """
    parts = []
    for name, weight in steps.items():
        w = base_weights(weight)
        kept = w > 0
        columns = {"wave": wave, "unit_id": np.asarray(unit_id, dtype=object)[kept], "step": name, "weight": w[kept]}
        parts.append(pd.DataFrame(columns).astype({"unit_id": "str"}))
    return check(pd.concat(parts, ignore_index=True), WEIGHTS)


def _spread(name: str, w, eligible, receiving, cell) -> Step:
    """All the weight of a cell's eligible units carried by those of them that receive it."""
    counted = _counted(w, eligible)
    carried = counted & _flags(name, receiving, w)
    codes, labels = _cell_codes(cell, len(w))
    all_weight, own = (np.bincount(codes, w * some, minlength=len(labels)) for some in (counted, carried))
    lost = (own == 0) & (all_weight > 0)
    if lost.any():
        cells = [said(labels[k]) for k in np.flatnonzero(lost)]
        raise Fault(key=EMPTY[name], cells=cells, count=len(cells), weight=float(all_weight[lost].sum()))
    factor = np.divide(all_weight, own, out=np.ones(len(labels)), where=own > 0)
    after = np.where(carried, w * factor[codes], 0.0)
    return Step(name, w, after, changes_by_cell(w * counted, after, codes, labels))


def changes_by_cell(before, after, codes, labels) -> pd.DataFrame:
    """A step's `changes` from the weights (n,) before and after it and each unit's cell."""
    k = len(labels)
    n, own, was, became = (np.bincount(codes, v, minlength=k) for v in (after > 0, before * (after > 0), before, after))
    factor = np.divide(became, own, out=np.full(k, np.nan), where=own > 0)
    columns = {"n": n.astype(int), "before": was, "after": became, "multiplier": factor}
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
    """True and false (n,) from booleans or 0 and 1."""
    array = np.asarray(values)
    if len(array) != len(w):
        raise Fault(key="weights.length", name=name, found=len(array), expected=len(w))
    wrong = ~np.isin(array, (0, 1))
    if wrong.any():
        raise Fault(key="weights.flag", name=name, row=int(wrong.argmax()), found=str(array[wrong][0]))
    return array.astype(bool)


def _counts(name: str, values) -> np.ndarray:
    array = np.atleast_1d(numbers(values))
    wrong = ~(np.isfinite(array) & (array >= 0))
    if wrong.any():
        raise Fault(key="phones.count", name=name, row=int(wrong.argmax()), found=float(array[wrong][0]))
    return array
