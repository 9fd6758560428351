"""All weighting steps in order, from the numbers that were released to the persons who answered."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from estimation.calibration.calibration import Calibration, base_weights, rake
from estimation.calibration.trimming import Trimming, trim, trim_calibrated
from estimation.columns.columns import column_codes, number_column, numbers
from estimation.columns.ties import at_least
from estimation.estimators.design import Design
from estimation.weighting.ages import cut_ages
from estimation.weighting.census import CROSSED
from estimation.weighting.merging import merge_margin
from estimation.weighting.steps import AGE_GROUP, Calibrating, TrimmingLimits, WeightingSteps
from estimation.weighting.weights import (
    Step,
    adjust_eligibility,
    adjust_nonresponse,
    adjust_persons,
    adjust_phones,
    adjust_propensity,
    changes_by_cell,
)
from words import Fault

BASE, ELIGIBILITY, ELIGIBLE, NONRESPONSE = "base", "eligibility", "eligible", "nonresponse"
PERSONS, PHONES, CALIBRATION, TRIMMING = "persons", "phones", "calibration", "trimming"
CUT, RAISED, OTHERS, INELIGIBLE = (
    "cut",
    "raised",
    "others",
    "ineligible",
)  # the cells reported for steps that have no cells


@dataclass(frozen=True, eq=False)
class Weighting:
    """The steps taken, and what the variance needs.

    steps            each with the weights of all n numbers, 0 for those that it or an earlier step excluded
    responded (n,)   which numbers led to an interview; these are the rows of the design
    calibration      of those who responded, before trimming; None if there are no margins
    trimming         None if there are no limits
    """

    steps: tuple[Step, ...]
    responded: np.ndarray
    calibration: Calibration | None
    trimming: Trimming | None

    @property
    def weight(self) -> np.ndarray:
        """The final weights of those who responded."""
        return self.steps[-1].weight[self.responded]

    def weights(self) -> dict[str, np.ndarray]:
        """The weights (n,) after each step, by its name."""
        return {step.name: step.weight for step in self.steps}

    def design(self, design: Design) -> Design:
        """The design of those who responded with the final weights; with margins, its variances are those of residuals.

        The variances treat the adjustments for eligibility, nonresponse and telephones as fixed.
        """
        calibration = self.calibration if self.trimming is None else self.trimming.calibration
        return design.reweighted(self.weight, calibration)

    def untrimmed(self, design: Design) -> Design:
        """The design with the weights before trimming, to see what trimming cost."""
        if self.trimming is None:
            return self.design(design)
        return design.reweighted(self.trimming.before, self.calibration)

    def margins(self) -> pd.DataFrame:
        """One row per category of a margin: n, the known total, the sums of weights before and after, known/before."""
        columns = ["margin", "category", "n", "known", "before", "after", "ratio"]
        if self.calibration is None:
            return pd.DataFrame(columns=columns)
        last = self.calibration if self.trimming is None else self.trimming.calibration
        assert last is not None
        sums, names = last.margins(), last.names
        n = last.auxiliary.T @ last.cell_sums((last.weight > 0).astype(float))
        margin = [CROSSED.join(m) if isinstance(m, tuple) else m for m, _ in names]
        category = [CROSSED.join(c) if isinstance(c, tuple) else c for _, c in names]
        return sums.assign(margin=margin, category=category, n=n.astype(int))[columns].reset_index(drop=True)


def weigh(table: pd.DataFrame, weighting_steps: WeightingSteps, totals: pd.DataFrame | None = None) -> Weighting:
    """base → unknown eligibility → nonresponse → persons or telephones → calibration → trimming, each a `Step`.

    table            one row per released number, with the columns that `weighting_steps.needed()` names
    weighting_steps  what is to be done
    totals           margin, category, total: the known totals, at least those of all margins of the weighting steps
    Raises the Faults of each step, a Fault for a margin without totals, and one for weights that calibration makes
    negative.  Valliant, Dever & Kreuter (2013), ch. 13-14, for the order of the steps.
    """
    state = table[weighting_steps.dispositions.column]
    responded = state.isin(weighting_steps.dispositions.responded).to_numpy()
    eligible = responded | state.isin(weighting_steps.dispositions.not_responded).to_numpy()
    if not responded.any():
        raise Fault(
            key="weighting.nobody",
            column=weighting_steps.dispositions.column,
            codes=sorted(weighting_steps.dispositions.responded),
        )
    table = with_age_group(table, weighting_steps, eligible)
    w = base_weight(table, weighting_steps)
    steps = [
        Step(BASE, w, w, _factors(w, w, table[weighting_steps.base.frame] if weighting_steps.base.frame else None))
    ]
    known = ~state.isin(weighting_steps.dispositions.unknown).to_numpy()
    if not known.all():
        steps.append(adjust_eligibility(w, known, _cells(table, weighting_steps.eligibility_cells)))
    if not (eligible | ~known).all():
        steps.append(_dropped(steps[-1].weight, eligible))
    if not responded[eligible].all():
        steps.append(
            _within(eligible, steps[-1].weight, lambda w: _respond(w, responded, eligible, table, weighting_steps))
        )
    if weighting_steps.persons is not None:
        probability = _numbers(table[responded], weighting_steps.persons)
        steps.append(_within(responded, steps[-1].weight, lambda w: adjust_persons(w, probability)))
    if weighting_steps.phones is not None:
        chances = _chances(table, weighting_steps)
        steps.append(
            _within(responded, steps[-1].weight, lambda w: _phones(w, table[responded], weighting_steps, chances))
        )
    calibration = trimming = None
    if weighting_steps.calibrating is not None:
        calibration = _calibrated(steps[-1].weight[responded], table[responded], weighting_steps.calibrating, totals)
        steps.append(_within(responded, steps[-1].weight, lambda w: _calibration_step(w, calibration)))
    if weighting_steps.trimming is not None:
        trimming = _trimmed(steps[-1].weight[responded], calibration, weighting_steps.trimming)
        steps.append(_within(responded, steps[-1].weight, lambda w: _trimming_step(w, trimming)))
    return Weighting(tuple(steps), responded, calibration, trimming)


def base_weight(table: pd.DataFrame, weighting_steps: WeightingSteps) -> np.ndarray:
    """d (n,): the column of base weights, or N_f/n_f of the frame each number comes from."""
    if weighting_steps.base.weight is not None:
        return base_weights(_numbers(table, weighting_steps.base.weight))
    frame = table[weighting_steps.base.frame]
    unknown = ~frame.isin(list(weighting_steps.base.numbers)).to_numpy()
    if unknown.any():
        name, expected = str(frame[unknown].iloc[0]), list(weighting_steps.base.numbers)
        raise Fault(key="weighting.frame", column=weighting_steps.base.frame, found=name, expected=expected)
    n = frame.value_counts()
    short = [f for f in n.index if weighting_steps.base.numbers[f] < n[f]]
    if short:
        raise Fault(
            key="weighting.numbers",
            frame=short[0],
            found=weighting_steps.base.numbers[short[0]],
            released=int(n[short[0]]),
        )
    return frame.map({f: weighting_steps.base.numbers[f] / n[f] for f in n.index}).to_numpy(dtype=float)


def known_totals(totals: pd.DataFrame, names: Iterable[str]) -> dict:
    """The margins of `rake` from a table of (margin, category, total): column or columns -> Series by category."""
    by_columns = {}
    for name in names:
        rows = totals[totals.margin == name]
        if rows.empty:
            raise Fault(key="weighting.margin_absent", margin=name, found=sorted(set(totals.margin)) or ["-"])
        columns = tuple(name.split(CROSSED))
        labels = [tuple(c.split(CROSSED)) for c in rows.category]
        odd = [c for c, label in zip(rows.category, labels, strict=True) if len(label) != len(columns)]
        if odd:
            raise Fault(key="weighting.category_parts", margin=name, category=odd[0], expected=len(columns))
        index = (
            pd.MultiIndex.from_tuples(labels) if len(columns) > 1 else pd.Index([c for (c,) in labels], dtype=object)
        )
        by_columns[columns if len(columns) > 1 else name] = pd.Series(rows.total.to_numpy(), index=index)
    return by_columns


def with_age_group(table: pd.DataFrame, weighting_steps: WeightingSteps, eligible: np.ndarray) -> pd.DataFrame:
    """The table with the age group of every eligible person whose age the steps need."""
    needed = weighting_steps.needed()
    if weighting_steps.ages is None or weighting_steps.ages.column not in (*needed["eligible"], *needed["responded"]):
        return table
    has_age = (
        eligible
        if weighting_steps.ages.column in needed["eligible"]
        else eligible & (table[weighting_steps.ages.column] != "").to_numpy()
    )
    groups = np.full(len(table), "", dtype=object)
    groups[has_age] = cut_ages(table[weighting_steps.ages.column][has_age], weighting_steps.ages.groups)
    return table.assign(**{AGE_GROUP: groups})


def _cells(table: pd.DataFrame, columns) -> pd.DataFrame | None:
    return table[list(columns)] if columns else None


def _within(rows: np.ndarray, before: np.ndarray, make) -> Step:
    """A step that make(weights) takes on some rows; the other rows have the weight 0 after it."""
    step = make(before[rows])
    after = np.zeros(len(before))
    after[rows] = step.weight
    return Step(step.name, before, after, step.changes)


def _dropped(w: np.ndarray, eligible: np.ndarray) -> Step:
    """Numbers known to be ineligible represent other ineligible numbers, so they are excluded."""
    after = np.where(eligible, w, 0.0)
    return Step(ELIGIBLE, w, after, _factors(w, after, np.where(eligible, ELIGIBLE, INELIGIBLE)))


def _respond(w, responded, eligible, table, weighting_steps: WeightingSteps) -> Step:
    """The adjustment for nonresponse among the eligible."""
    persons, answered = table[eligible], responded[eligible]
    if weighting_steps.nonresponse.predictors:
        numeric = weighting_steps.number_columns()["eligible"]
        columns = {
            c: _numbers(persons, c) if c in numeric else persons[c] for c in weighting_steps.nonresponse.predictors
        }
        return adjust_propensity(
            w, answered, pd.DataFrame(columns, index=persons.index), classes=weighting_steps.nonresponse.classes or None
        )
    return adjust_nonresponse(w, answered, _cells(persons, weighting_steps.nonresponse.cells))


def _chances(table: pd.DataFrame, weighting_steps: WeightingSteps) -> dict[str, object]:
    """π_f = 1/d of each frame; where there are two frames, a Fault if d varies within a frame."""
    frame, d = table[weighting_steps.base.frame].to_numpy(dtype=object), base_weight(table, weighting_steps)
    kinds = [f for f in ("landline", "mobile") if (frame == f).any()]
    if len(kinds) == 1:
        responded = table[weighting_steps.dispositions.column].isin(weighting_steps.dispositions.responded).to_numpy()
        return dict.fromkeys(("landline", "mobile"), 0.0) | {kinds[0]: 1 / d[responded]}
    probabilities = {}
    for kind in kinds:
        frame_weights = d[frame == kind]
        low, high = float(frame_weights.min()), float(frame_weights.max())
        if not at_least(low, high):
            raise Fault(key="weighting.base_varies", frame=kind, low=low, high=high)
        probabilities[kind] = 1 / frame_weights[0]
    return dict.fromkeys(("landline", "mobile"), 0.0) | probabilities


def _phones(w, table: pd.DataFrame, weighting_steps: WeightingSteps, chances) -> Step:
    counts = {
        name: _numbers(table, getattr(weighting_steps.phones, name)) for name in ("landlines", "adults", "mobiles")
    }
    return adjust_phones(
        w,
        table[weighting_steps.base.frame],
        landline_probability=chances["landline"],
        mobile_probability=chances["mobile"],
        **counts,
    )


def _calibrated(w, table: pd.DataFrame, calibrating: Calibrating, totals) -> Calibration:
    if totals is None:
        raise Fault(key="weighting.margin_absent", margin=calibrating.margins[0], found=["-"])
    table, known = _merged(w, table, calibrating, known_totals(totals, calibrating.margins), totals)
    calibration = rake(w, table, known, distance=calibrating.measure())
    if (calibration.weight < 0).any():
        count, smallest = int((calibration.weight < 0).sum()), float(calibration.g.min())
        raise Fault(key="weighting.negative", count=count, smallest=smallest)
    return calibration


def _merged(w, table: pd.DataFrame, calibrating: Calibrating, known: dict, totals) -> tuple[pd.DataFrame, dict]:
    """The table and the margins with the categories merged in which nobody answered, by the rules there are."""
    merged = {}
    for name, key in zip(calibrating.margins, known, strict=True):
        rules = calibrating.merge.get(name)
        merged_margin = merge_margin(w, table, name, totals[totals.margin == name], rules) if rules else None
        if merged_margin is None:
            merged[key] = known[key]
        else:
            cells, merged[name] = merged_margin
            table = table.assign(**{name: cells})
    return table, merged


def _calibration_step(w, calibration: Calibration) -> Step:
    margins = Weighting((), np.empty(0), calibration, None).margins()
    columns = {"n": margins.n, "before": margins.before, "after": margins.after, "multiplier": margins.ratio}
    changes = pd.DataFrame(columns).set_axis(pd.Index(margins.margin + " = " + margins.category, name="cell"))
    return Step(CALIBRATION, w, calibration.weight, changes)


def _trimmed(w, calibration: Calibration | None, limits: TrimmingLimits) -> Trimming:
    median = float(np.median(w[w > 0]))
    bounds: dict[str, Any] = {"lower": limits.smallest * median, "upper": limits.largest * median}
    if calibration is None:
        return trim(w, **bounds)
    try:
        return trim_calibrated(calibration, **bounds)
    except Fault as fault:
        if fault.key not in ("calibration.beyond_bounds", "calibration.bounds_not_met"):
            raise
        values = {"name": fault.values["name"], "total": fault.values["total"], "median": median, **bounds}
        raise Fault(key="weighting.limits_not_met", **values) from fault


def _trimming_step(w, trimming: Trimming) -> Step:
    kind = np.where(trimming.trimmed, np.where(at_least(trimming.weight, trimming.upper), CUT, RAISED), OTHERS)
    return Step(TRIMMING, w, trimming.weight, _factors(w, trimming.weight, kind))


def _factors(before, after, cell) -> pd.DataFrame:
    """The changes of a step by cell (n,); None: all rows are one cell."""
    cell = np.full(len(before), "all", dtype=object) if cell is None else np.asarray(cell, dtype=object)
    return changes_by_cell(before, after, *column_codes(pd.Series(cell), "cell"))


def _numbers(table: pd.DataFrame, column: str) -> np.ndarray:
    """A column of numbers, which may be written as text."""
    try:
        return numbers(pd.to_numeric(table[column]))
    except (TypeError, ValueError):
        return number_column(table, column)  # whose Fault quotes the value
