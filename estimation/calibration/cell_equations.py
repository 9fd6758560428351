"""The calibration equations of many similar sets of weights, solved by cells and begun where the last were solved."""

from dataclasses import dataclass

import numpy as np

from estimation.calibration.calibration import Calibration
from estimation.calibration.distances import Distance
from estimation.calibration.equations import SHORTEST, cross_product, solve
from estimation.columns.columns import said
from estimation.columns.matrices import Matrix
from words import Fault

CLOSE, STEPS = 1e-9, 200


@dataclass(eq=False)
class CellEquations:
    """Σ d_i g_i x = T for rows i in cells with the same x, g_i = F(x'λ) cut off at limits of the row.

    cell (n,)  the cell of each row;  x (c,q) of each cell;  totals (q,) T;  names (q,) what they count
    start (q,) λ of the first solution, from which later ones begin
    """

    cell: np.ndarray
    x: Matrix
    totals: np.ndarray
    names: tuple
    distance: Distance
    start: np.ndarray | None = None

    @classmethod
    def of(cls, calibration: Calibration) -> "CellEquations":
        """The equations that a calibration solved; later ones have other weights d."""
        x = calibration.auxiliary[:, calibration.independent]
        cell = np.arange(len(calibration.base)) if calibration.cell is None else calibration.cell
        names = tuple(calibration.names[j] for j in calibration.independent)
        totals = calibration.totals[calibration.independent]
        return cls(cell, x, totals, names, calibration.distance)

    def g(self, d: np.ndarray, low: np.ndarray | None = None, high: np.ndarray | None = None) -> np.ndarray:
        """g (n,) for weights d (n,); low, high (n,): limits of g, None for none but those of the distance.

        Newton's method with halved steps, as in `g_weights`; a Fault if the totals are not reached.
        """
        size = np.maximum(np.abs(self.totals), abs(self.x).T @ self._sums(d))
        size = np.where(size > 0, size, 1.0)
        multipliers = np.zeros(self.x.shape[1]) if self.start is None else self.start
        g, left = self._at(multipliers, d, low, high)
        for _ in range(STEPS):
            if np.abs(left / size).max() <= CLOSE:
                break
            direction = solve(cross_product(self.x, self._sums(d * self._slope(multipliers, g, low, high))), left)
            before, length = np.linalg.norm(left / size), 1.0
            while length >= SHORTEST:
                nearer_g, nearer = self._at(multipliers + length * direction, d, low, high)
                if np.linalg.norm(nearer / size) <= (1 - length / 10_000) * before:
                    break
                length /= 2
            else:
                break
            multipliers, g, left = multipliers + length * direction, nearer_g, nearer
        if np.abs(left / size).max() > CLOSE:
            j = int(np.abs(left / size).argmax())
            found = float(self.totals[j] - left[j])
            raise Fault(
                key="replicates.not_reached", name=said(self.names[j]), total=float(self.totals[j]), found=found
            )
        if self.start is None:
            self.start = multipliers
        return g

    def _at(self, multipliers, d, low, high) -> tuple[np.ndarray, np.ndarray]:
        """g (n,) and T - Σ d g x (q,) at λ."""
        with np.errstate(over="ignore", invalid="ignore"):
            g = self.distance.g(self.x @ multipliers)[self.cell]
            g = g if low is None or high is None else np.clip(g, low, high)
            return g, self.totals - self.x.T @ self._sums(d * g)

    def _slope(self, multipliers, g, low, high) -> np.ndarray:
        """F' (n,), 0 where g is cut off."""
        slope = self.distance.slope(self.x @ multipliers)[self.cell]
        return slope if low is None or high is None else np.where((g > low) & (g < high), slope, 0.0)

    def _sums(self, values: np.ndarray) -> np.ndarray:
        """Sums (c,) of values (n,) over the rows of each cell."""
        return np.bincount(self.cell, values, minlength=self.x.shape[0])
