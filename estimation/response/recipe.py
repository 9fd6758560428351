"""The whole weighting recipe as a function of the numbers' factors, so that it can be repeated in every replicate."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from estimation.calibration.cell_equations import CellEquations
from estimation.calibration.trimming import ROUNDING, ROUNDS
from estimation.columns.columns import label_codes
from estimation.estimators.design import Design
from estimation.estimators.random_signs import STEP, SignFactors
from estimation.estimators.regression import indicator_columns
from estimation.estimators.replication import Replicates
from estimation.response.propensity import ResponseCells
from estimation.weighting.steps import Nonresponse, TrimmingLimits, WeightingSteps
from estimation.weighting.weighting import ELIGIBILITY, NONRESPONSE, PERSONS, PHONES, Weighting, with_age_group
from words import Fault

HALVINGS = 4
MOST_FAILED = 0.05  # of the replicates: with more the variance is not known
Change = Callable[[np.ndarray, np.ndarray], np.ndarray]  # weights (n,) and factors (n,) -> weights (n,)


@dataclass(frozen=True, eq=False)
class Recipe:
    """The steps of `weigh`, prepared for one table of released numbers and taken as if some were there f times.

    weighting     the steps as they were taken with every number once
    adjustments   those up to the telephones, each from weights (n,) and factors f (n,) to weights (n,)
    calibrate     from the weights and factors (r,) of those who responded to their final weights; None without margins
                  and limits
    A number with factor f stands for f numbers like it. Limits therefore hold for the weight of one of them, w/f, and
    medians and quantiles count each f times: limits on w itself would hold a trimmed weight fast in every replicate,
    and the variance would lack what such people add to it.
    """

    weighting: Weighting
    adjustments: tuple[Change, ...]
    calibrate: Change | None

    def final(self, factor: np.ndarray) -> np.ndarray:
        """The final weights (r,) of those who responded if the base weights are multiplied by factors (n,) above 0."""
        w = self.weighting.steps[0].weight * factor
        for adjust in self.adjustments:
            w = adjust(w, factor)
        w, factor = w[self.weighting.responded], factor[self.weighting.responded]
        return w if self.calibrate is None else self.calibrate(w, factor)


def recipe(table: pd.DataFrame, steps: WeightingSteps, weighting: Weighting) -> Recipe:
    """The recipe that led to `weighting = weigh(table, steps, totals)`.

    What the sample decides is decided again with other weights: the factors for unknown eligibility and nonresponse,
    the propensities and their classes, the multipliers of calibration, the median that the limits are multiples of.
    Known totals and probabilities of selection are the same in every sample.
    """
    state = table[steps.dispositions.column]
    responded = weighting.responded
    eligible = responded | state.isin(steps.dispositions.not_responded).to_numpy()
    table = with_age_group(table, steps, eligible)
    taken = {step.name: step for step in weighting.steps}
    adjustments: list[Change] = []
    if ELIGIBILITY in taken:
        known = ~state.isin(steps.dispositions.unknown).to_numpy()
        adjustments.append(_spread(_codes(table, steps.eligibility_cells), known, np.ones(len(table), dtype=bool)))
    if NONRESPONSE in taken:
        adjustments.append(
            _nonresponse(table, steps.nonresponse, steps.number_columns()["eligible"], responded, eligible)
        )
    for step in [taken[name] for name in (PERSONS, PHONES) if name in taken]:
        before, after = step.before[responded], step.weight[responded]
        persons = np.zeros(len(table))
        persons[responded] = np.divide(after, before, out=np.zeros(len(after)), where=before > 0)
        adjustments.append(lambda w, _, persons=persons: w * persons)
    return Recipe(weighting, tuple(adjustments), _calibrating(weighting, steps))


@dataclass(frozen=True, eq=False)
class RecipeReplicates:
    """The weights of those who responded after the whole recipe in every replicate.

    weights (n,R)    NaN in the replicates that failed: their totals could not be met within the bounds
    step (R,)        ε of each replicate; smaller than usual where the totals could only be met so
    design           of those who responded, with the final weights
    """

    weights: np.ndarray
    step: np.ndarray
    design: Design

    @property
    def failed(self) -> int:
        """How many replicates failed."""
        return int(np.isnan(self.weights[0]).sum())

    @property
    def shortened(self) -> int:
        """How many have a smaller ε than usual."""
        return int((self.step < STEP).sum()) - self.failed

    @property
    def replicates(self) -> Replicates:
        """Those that did not fail, for every estimator of replicates."""
        n, kept = len(self.weights), ~np.isnan(self.weights[0])
        return Replicates(
            design=self.design,
            unit=np.arange(n),
            base=np.ones(n),
            table=self.weights[:, kept],
            shift=np.zeros(n),
            slope=np.ones(n),
            scale=1 / int(kept.sum()),
            rscales=1 / self.step[kept] ** 2,
            mse=True,
            df=float(min(self.design.df, kept.sum())),
        )

    def deviations(self, values: np.ndarray, domain: np.ndarray, names: Sequence) -> np.ndarray:
        """(θ_r - θ)/ε_r (R,k) of the means of values (n,) in the domains `names`; NaN in replicates that failed."""
        answered, w = ~np.isnan(values), self.design.weight
        inside = np.array([(domain == name) & answered for name in names], dtype=float)
        of_values = inside * np.where(answered, values, 0.0)
        theta = (of_values @ w) / (inside @ w)
        return ((of_values @ self.weights / (inside @ self.weights)).T - theta) / self.step[:, None]


def change_errors(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Standard errors (k,) of changes, from the deviations (R,k) in two waves that share their replicates."""
    squares = (after - before) ** 2
    return np.sqrt(np.nanmean(squares, axis=0))


def replicates_of(recipe: Recipe, factors: SignFactors, design: Design) -> RecipeReplicates:
    """The whole recipe in every replicate; more than 5 % that fail are a Fault.

    factors: of the released numbers;  design: of those who responded, with the final weights
    Where the known totals cannot be met within the bounds, ε is halved, up to `HALVINGS` times.
    """
    count, failed = factors.count, 0
    weights, step = np.full((int(recipe.weighting.responded.sum()), count), np.nan), np.full(count, STEP)
    for r in range(count):
        for _ in range(HALVINGS + 1):
            try:
                weights[:, r] = recipe.final(factors.factor(r, step[r]))
                break
            except Fault as fault:
                last, step[r] = fault, step[r] / 2
        else:
            failed += 1
            if failed > MOST_FAILED * count:
                raise last
    return RecipeReplicates(weights, step, design)


def _codes(table: pd.DataFrame, columns: Sequence[str]) -> np.ndarray:
    return label_codes(table, list(columns))[0] if columns else np.zeros(len(table), dtype=int)


def _spread(codes: np.ndarray, receives: np.ndarray, counted: np.ndarray) -> Change:
    """w Σ_c w/Σ_c,receiving w for those who receive, over the units that count; 0 for the others."""
    cells = int(codes.max()) + 1 if len(codes) else 0

    def adjust(w: np.ndarray, _: np.ndarray) -> np.ndarray:
        every = np.bincount(codes, w * counted, minlength=cells)
        received = np.bincount(codes, w * receives, minlength=cells)
        factor = np.divide(every, received, out=np.ones(cells), where=received > 0)
        return np.where(receives, w * factor[codes], 0.0)

    return adjust


def _nonresponse(
    table: pd.DataFrame, how: Nonresponse, numeric: Sequence[str], responded: np.ndarray, eligible: np.ndarray
) -> Change:
    """The adjustment for nonresponse: in cells, in classes of similar propensity, or by the propensity itself."""
    if not how.predictors:
        codes = np.zeros(len(table), dtype=int)
        codes[eligible] = _codes(table[eligible], how.cells)
        return _spread(codes, responded, eligible)
    persons = table.loc[eligible, list(how.predictors)]
    columns = {c: pd.to_numeric(persons[c]) if c in numeric else persons[c] for c in how.predictors}
    x = indicator_columns(pd.DataFrame(columns, index=persons.index))
    cells = ResponseCells.of_numbers(x.to_numpy(), tuple(str(c) for c in x.columns))
    answered = responded[eligible]
    start: np.ndarray | None = None

    def adjust(w: np.ndarray, factor: np.ndarray) -> np.ndarray:
        nonlocal start
        beta = cells.fit(answered, w[eligible] / w[eligible].mean(), start)
        start = beta if start is None else start
        phi = cells.probabilities(beta)
        after = np.zeros(len(w))
        if how.classes:
            edges = np.unique(_quantiles(phi, factor[eligible], np.linspace(0, 1, how.classes + 1)))
            classes = np.clip(np.searchsorted(edges, phi, side="left") - 1, 0, max(len(edges) - 2, 0))
            after[eligible] = _spread(classes, answered, np.ones(len(phi), dtype=bool))(w[eligible], factor)
        else:
            after[eligible] = np.where(answered, w[eligible] / phi, 0.0)
        return after

    return adjust


def _calibrating(weighting: Weighting, steps: WeightingSteps) -> Change | None:
    """Calibration and trimming as one function of the weights (r,) before them; None if neither was done."""
    limits, calibration = steps.trimming, weighting.calibration
    if calibration is None and limits is None:
        return None
    if calibration is None:
        assert limits is not None
        return lambda w, factor: _trimmed(w, factor, limits)
    equations, trimmed = CellEquations.of(calibration), CellEquations.of(calibration)

    def adjust(w: np.ndarray, factor: np.ndarray) -> np.ndarray:
        after = w * equations.g(w)
        if limits is None:
            return after
        median, used = _median(after, factor), w > 0
        low, high = np.zeros(len(w)), np.ones(len(w))
        one = median * factor[used] / w[used]
        low[used], high[used] = limits.smallest * one, limits.largest * one
        return w * trimmed.g(w, low, high)

    return adjust


def _trimmed(w: np.ndarray, factor: np.ndarray, limits: TrimmingLimits) -> np.ndarray:
    """`trim` of the weight w/f of one of f numbers, what is cut off being spread equally over the others."""
    median, used = _median(w, factor), w > 0
    lower, upper = limits.smallest * median * factor, limits.largest * median * factor
    for _ in range(ROUNDS):
        beyond = used & ((w < lower * (1 - ROUNDING)) | (w > upper * (1 + ROUNDING)))
        others = factor * (used & ~beyond)
        if not beyond.any() or not others.any():
            break
        cut = np.where(used, np.clip(w, lower, upper), 0.0)
        w = cut + others * ((w.sum() - cut.sum()) / others.sum())
    return w


def _median(w: np.ndarray, factor: np.ndarray) -> float:
    """The median of w/f over the weights above 0, each counted f times."""
    used = w > 0
    return float(_quantiles(w[used] / factor[used], factor[used], np.array([0.5]))[0])


def _quantiles(values: np.ndarray, factor: np.ndarray, part: np.ndarray) -> np.ndarray:
    """Quantiles of values (n,) that each occur f times, interpolated; those of numpy where every f is 1."""
    order = np.argsort(values, kind="stable")
    f = factor[order]
    place = np.cumsum(f) - f / 2 - f[0] / 2
    return np.interp(part, place / place[-1] if place[-1] > 0 else place, values[order])
