"""All steps of weighting in their order: from the numbers that were released to the persons who answered."""

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
from estimation.weighting.steps import AGE_GROUP, Calibrating, TrimmingLimits, WeightingPlan
from estimation.weighting.weights import (
    Step,
    adjust_eligibility,
    adjust_nonresponse,
    adjust_phones,
    adjust_propensity,
    changes_by_cell,
)
from words import Fault

BASE, ELIGIBILITY, ELIGIBLE, NONRESPONSE = "base", "eligibility", "eligible", "nonresponse"
PHONES, CALIBRATION, TRIMMING = "phones", "calibration", "trimming"
CUT, RAISED, OTHERS, INELIGIBLE = "cut", "raised", "others", "ineligible"  # cells of steps that have none of their own


@dataclass(frozen=True, eq=False)
class Weighting:
    """The steps taken (weights of all n numbers, 0 for those who left), and what the variance needs.

    responded (n,)   who answered: the rows of the design
    calibration      of those who responded, before trimming; None: no margins
    trimming         None: no limits
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
        """Step -> weights (n,)."""
        return {step.name: step.weight for step in self.steps}

    def design(self, design: Design) -> Design:
        """The design of those who responded with the final weights; its variances are those of residuals.

        The adjustments for eligibility, nonresponse and telephones count as given.
        """
        calibration = self.calibration if self.trimming is None else self.trimming.calibration
        return design.reweighted(self.weight, calibration)

    def untrimmed(self, design: Design) -> Design:
        """The same before trimming, to see what it cost."""
        if self.trimming is None:
            return self.design(design)
        return design.reweighted(self.trimming.before, self.calibration)

    def margins(self) -> pd.DataFrame:
        """One row a category: margin, category, n, known, before and after calibration and trimming, ratio."""
        columns = ["margin", "category", "n", "known", "before", "after", "ratio"]
        if self.calibration is None:
            return pd.DataFrame(columns=columns)
        last = self.calibration if self.trimming is None else self.trimming.calibration
        assert last is not None
        found, names = last.margins(), last.names
        n = last.auxiliary.T @ last.cell_sums((last.weight > 0).astype(float))
        of = [CROSSED.join(m) if isinstance(m, tuple) else m for m, _ in names]
        category = [CROSSED.join(c) if isinstance(c, tuple) else c for _, c in names]
        return found.assign(margin=of, category=category, n=n.astype(int))[columns].reset_index(drop=True)


def weigh(table: pd.DataFrame, plan: WeightingPlan, totals: pd.DataFrame | None = None) -> Weighting:
    """base → unknown eligibility → nonresponse → telephones → calibration → trimming, each a `Step`.

    table   one row a released number, the columns that `plan.needed` names
    totals  margin, category, total: the known totals of at least the plan's margins
    Raises the Faults of each step, and for a margin without totals or weights that calibration made negative.
    Valliant, Dever & Kreuter (2013), ch. 13-14, for the order.
    """
    state = table[plan.dispositions.column]
    responded = state.isin(plan.dispositions.responded).to_numpy()
    eligible = responded | state.isin(plan.dispositions.not_responded).to_numpy()
    if not responded.any():
        raise Fault(key="weighting.nobody", column=plan.dispositions.column, codes=sorted(plan.dispositions.responded))
    table = _with_age_group(table, plan, eligible)
    w = base_weight(table, plan)
    steps = [Step(BASE, w, w, _factors(w, w, table[plan.base.frame] if plan.base.frame else None))]
    known = ~state.isin(plan.dispositions.unknown).to_numpy()
    if not known.all():
        steps.append(adjust_eligibility(w, known, _cells(table, plan.eligibility_cells)))
    if not (eligible | ~known).all():
        steps.append(_dropped(steps[-1].weight, eligible))
    if not responded[eligible].all():
        steps.append(_within(eligible, steps[-1].weight, lambda w: _respond(w, responded, eligible, table, plan)))
    if plan.phones is not None:
        chances = _chances(table, plan)
        steps.append(_within(responded, steps[-1].weight, lambda w: _phones(w, table[responded], plan, chances)))
    calibration = trimming = None
    if plan.calibrating is not None:
        calibration = _calibrated(steps[-1].weight[responded], table[responded], plan.calibrating, totals)
        steps.append(_within(responded, steps[-1].weight, lambda w: _calibration_step(w, calibration)))
    if plan.trimming is not None:
        trimming = _trimmed(steps[-1].weight[responded], calibration, plan.trimming)
        steps.append(_within(responded, steps[-1].weight, lambda w: _trimming_step(w, trimming)))
    return Weighting(tuple(steps), responded, calibration, trimming)


def base_weight(table: pd.DataFrame, plan: WeightingPlan) -> np.ndarray:
    """d (n,): the column of base weights, or N_f/n_f of each number's frame."""
    if plan.base.weight is not None:
        return base_weights(_numbers(table, plan.base.weight))
    frame = table[plan.base.frame]
    unknown = ~frame.isin(list(plan.base.numbers)).to_numpy()
    if unknown.any():
        found, expected = str(frame[unknown].iloc[0]), list(plan.base.numbers)
        raise Fault(key="weighting.frame", column=plan.base.frame, found=found, expected=expected)
    n = frame.value_counts()
    short = [f for f in n.index if plan.base.numbers[f] < n[f]]
    if short:
        raise Fault(
            key="weighting.numbers", frame=short[0], found=plan.base.numbers[short[0]], released=int(n[short[0]])
        )
    return frame.map({f: plan.base.numbers[f] / n[f] for f in n.index}).to_numpy(dtype=float)


def known_totals(totals: pd.DataFrame, names) -> dict:
    """What `rake` takes from a table of (margin, category, total): columns crossed -> Series by category."""
    found = {}
    for name in names:
        mine = totals[totals.margin == name]
        if mine.empty:
            raise Fault(key="weighting.margin_absent", margin=name, found=sorted(set(totals.margin)) or ["-"])
        columns = tuple(name.split(CROSSED))
        labels = [tuple(c.split(CROSSED)) for c in mine.category]
        odd = [c for c, label in zip(mine.category, labels, strict=True) if len(label) != len(columns)]
        if odd:
            raise Fault(key="weighting.category_parts", margin=name, category=odd[0], expected=len(columns))
        index = (
            pd.MultiIndex.from_tuples(labels) if len(columns) > 1 else pd.Index([c for (c,) in labels], dtype=object)
        )
        found[columns if len(columns) > 1 else name] = pd.Series(mine.total.to_numpy(), index=index)
    return found


def _with_age_group(table: pd.DataFrame, plan: WeightingPlan, eligible: np.ndarray) -> pd.DataFrame:
    """The table with the age group of every eligible person whose age is asked for."""
    needed = plan.needed()
    if plan.ages is None or plan.ages.column not in (*needed["eligible"], *needed["responded"]):
        return table
    asked = (
        eligible if plan.ages.column in needed["eligible"] else eligible & (table[plan.ages.column] != "").to_numpy()
    )
    groups = np.full(len(table), "", dtype=object)
    groups[asked] = cut_ages(table[plan.ages.column][asked], plan.ages.groups)
    return table.assign(**{AGE_GROUP: groups})


def _cells(table: pd.DataFrame, columns) -> pd.DataFrame | None:
    return table[list(columns)] if columns else None


def _within(rows: np.ndarray, before: np.ndarray, make) -> Step:
    """A step taken on some rows; the others weigh 0 after it."""
    step = make(before[rows])
    after = np.zeros(len(before))
    after[rows] = step.weight
    return Step(step.name, before, after, step.changes)


def _dropped(w: np.ndarray, eligible: np.ndarray) -> Step:
    """Numbers known to be ineligible stand for others like them, which are nobody's either: they leave."""
    after = np.where(eligible, w, 0.0)
    return Step(ELIGIBLE, w, after, _factors(w, after, np.where(eligible, ELIGIBLE, INELIGIBLE)))


def _respond(w, responded, eligible, table, plan: WeightingPlan) -> Step:
    who, answered = table[eligible], responded[eligible]
    if plan.nonresponse.predictors:
        numeric = plan.number_columns()["eligible"]
        columns = {c: _numbers(who, c) if c in numeric else who[c] for c in plan.nonresponse.predictors}
        return adjust_propensity(
            w, answered, pd.DataFrame(columns, index=who.index), classes=plan.nonresponse.classes or None
        )
    return adjust_nonresponse(w, answered, _cells(who, plan.nonresponse.cells))


def _chances(table: pd.DataFrame, plan: WeightingPlan) -> dict[str, object]:
    """π_f = 1/d of each frame; d must be one number within a frame where there are two frames."""
    frame, d = table[plan.base.frame].to_numpy(dtype=object), base_weight(table, plan)
    kinds = [f for f in ("landline", "mobile") if (frame == f).any()]
    if len(kinds) == 1:
        responded = table[plan.dispositions.column].isin(plan.dispositions.responded).to_numpy()
        return dict.fromkeys(("landline", "mobile"), 0.0) | {kinds[0]: 1 / d[responded]}
    found = {}
    for kind in kinds:
        own = d[frame == kind]
        if not at_least(own.min(), own.max()):
            raise Fault(key="weighting.base_varies", frame=kind, low=float(own.min()), high=float(own.max()))
        found[kind] = 1 / own[0]
    return dict.fromkeys(("landline", "mobile"), 0.0) | found


def _phones(w, table: pd.DataFrame, plan: WeightingPlan, chances) -> Step:
    counts = {name: _numbers(table, getattr(plan.phones, name)) for name in ("landlines", "adults", "mobiles")}
    return adjust_phones(
        w,
        table[plan.base.frame],
        landline_probability=chances["landline"],
        mobile_probability=chances["mobile"],
        **counts,
    )


def _calibrated(w, table: pd.DataFrame, plan: Calibrating, totals) -> Calibration:
    if totals is None:
        raise Fault(key="weighting.margin_absent", margin=plan.margins[0], found=["-"])
    found = rake(w, table, known_totals(totals, plan.margins), distance=plan.measure())
    if (found.weight < 0).any():
        count, smallest = int((found.weight < 0).sum()), float(found.g.min())
        raise Fault(key="weighting.negative", count=count, smallest=smallest)
    return found


def _calibration_step(w, calibration: Calibration) -> Step:
    one = Weighting((), np.empty(0), calibration, None).margins()
    columns = {"n": one.n, "before": one.before, "after": one.after, "multiplier": one.ratio}
    changes = pd.DataFrame(columns).set_axis(pd.Index(one.margin + " = " + one.category, name="cell"))
    return Step(CALIBRATION, w, calibration.weight, changes)


def _trimmed(w, calibration: Calibration | None, limits: TrimmingLimits) -> Trimming:
    middle = float(np.median(w[w > 0]))
    bounds: dict[str, Any] = {"lower": limits.smallest * middle, "upper": limits.largest * middle}
    if calibration is None:
        return trim(w, **bounds)
    try:
        return trim_calibrated(calibration, **bounds)
    except Fault as fault:
        if fault.key not in ("calibration.beyond_bounds", "calibration.bounds_not_met"):
            raise
        found = {"name": fault.values["name"], "total": fault.values["total"], "median": middle, **bounds}
        raise Fault(key="weighting.limits_not_met", **found) from fault


def _trimming_step(w, trimming: Trimming) -> Step:
    kind = np.where(trimming.trimmed, np.where(at_least(trimming.weight, trimming.upper), CUT, RAISED), OTHERS)
    return Step(TRIMMING, w, trimming.weight, _factors(w, trimming.weight, kind))


def _factors(before, after, cell) -> pd.DataFrame:
    """A step's changes by cell (None: one cell)."""
    cell = np.full(len(before), "all", dtype=object) if cell is None else np.asarray(cell, dtype=object)
    return changes_by_cell(before, after, *column_codes(pd.Series(cell), "cell"))


def _numbers(table: pd.DataFrame, column: str) -> np.ndarray:
    """A column of numbers, also where they are written as text."""
    try:
        return numbers(pd.to_numeric(table[column]))
    except (TypeError, ValueError):
        return number_column(table, column)  # which names what it found
