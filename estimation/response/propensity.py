"""The logistic model of response fitted to cells of alike people, quickly enough to be fitted in every replicate."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy

from estimation.calibration.equations import solve
from estimation.columns.columns import label_codes

STEPS = 50
CLOSE = 1e-10  # of the deviance: the fit is reached
DEPENDENT = 1e-9  # of the largest pivot: a column that others add up to
LARGEST = 30.0  # of the linear predictor: probabilities beyond are 0 or 1


@dataclass(frozen=True, eq=False)
class ResponseCells:
    """People whose predictors are the same are one cell of the model.

    cell (n,)       the cell of each person
    x (c,q)         the cells' predictors, an intercept first, without columns that the others add up to
    columns (q,)    their names
    """

    cell: np.ndarray
    x: np.ndarray
    columns: tuple[str, ...]

    @classmethod
    def of(cls, predictors: pd.DataFrame) -> "ResponseCells":
        """Cells of columns of labels: each label but a column's first is an indicator; NaN is not allowed."""
        names = list(predictors.columns)
        cell, labels = label_codes(predictors, names)
        rows = pd.DataFrame([label if isinstance(label, tuple) else (label,) for label in labels], columns=names)
        columns, x = ["(Intercept)"], [np.ones(len(rows))]
        for name in names:
            for label in sorted(rows[name].unique())[1:]:
                columns.append(f"{name}{label}")
                x.append((rows[name] == label).to_numpy(dtype=float))
        matrix = np.column_stack(x)
        kept = _independent(matrix)
        return cls(cell, matrix[:, kept], tuple(columns[k] for k in kept))

    @classmethod
    def of_numbers(cls, x: np.ndarray, columns: tuple[str, ...]) -> "ResponseCells":
        """Cells of rows of numbers x (n,q), whose first column is the intercept."""
        rows, cell = np.unique(x, axis=0, return_inverse=True)
        kept = _independent(rows)
        return cls(cell.ravel(), rows[:, kept], tuple(columns[k] for k in kept))

    def fit(self, responded: np.ndarray, weight: np.ndarray, start: np.ndarray | None = None) -> np.ndarray:
        """β (q,) that solves Σ w x (r - φ) = 0, φ = 1/(1 + exp(-x'β)), by Newton's method; start: a β nearby."""
        cells = len(self.x)
        trials = np.bincount(self.cell, weight, minlength=cells)
        successes = np.bincount(self.cell, weight * responded, minlength=cells)
        if start is None:
            start = np.zeros(self.x.shape[1])
            start[0] = scipy.special.logit(np.clip(successes.sum() / trials.sum(), 1e-9, 1 - 1e-9))
        beta, deviance = start, _deviance(self.x @ start, trials, successes)
        for _ in range(STEPS):
            phi = scipy.special.expit(self.x @ beta)
            information = (self.x.T * (trials * phi * (1 - phi))) @ self.x
            step, length = solve(information, self.x.T @ (successes - trials * phi)), 1.0
            nearer = _deviance(self.x @ (beta + step), trials, successes)
            while nearer > deviance and length > CLOSE:
                length /= 2
                nearer = _deviance(self.x @ (beta + length * step), trials, successes)
            if nearer > deviance:
                break
            beta, gained, deviance = beta + length * step, deviance - nearer, nearer
            if gained <= CLOSE * (abs(deviance) + CLOSE):
                break
        return beta

    def probabilities(self, beta: np.ndarray) -> np.ndarray:
        """φ (n,) of every person."""
        return scipy.special.expit(np.clip(self.x @ beta, -LARGEST, LARGEST))[self.cell]


def _deviance(linear: np.ndarray, trials: np.ndarray, successes: np.ndarray) -> float:
    """-2 Σ (s x'β - t ln(1 + exp(x'β))), the deviance without a constant."""
    return float(-2 * (successes @ linear - trials @ np.logaddexp(0.0, linear)))


def _independent(matrix: np.ndarray) -> np.ndarray:
    """The places of columns, the earliest first, of which none is a linear combination of those before it."""
    left, kept = matrix / np.maximum(np.linalg.norm(matrix, axis=0), np.finfo(float).tiny), []
    basis = np.empty((len(matrix), 0))
    for k in range(matrix.shape[1]):
        residual = left[:, k] - basis @ (basis.T @ left[:, k])
        residual -= basis @ (basis.T @ residual)
        size = np.linalg.norm(residual)
        if size > DEPENDENT:
            kept.append(k)
            basis = np.column_stack([basis, residual / size])
    return np.array(kept, dtype=int)
