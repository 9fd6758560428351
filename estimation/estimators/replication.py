"""Replicate weights: jackknife, balanced and bootstrap replicates of a design, and replicate weights from a file."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
import scipy
from numpy.typing import ArrayLike

from estimation.columns.columns import number_column, said
from estimation.columns.matrices import Matrix
from estimation.estimators.design import Design
from words import Fault

BLOCK = 4_000_000  # the numbers that a block of replicates may hold
LARGEST_JACKKNIFE = 50_000_000  # the factors other than 1 that a jackknife may have


@dataclass(frozen=True, eq=False)
class Replicates:
    """R sets of weights of the same interviews: w_ir = base_i (shift_j + slope_j table_jr), where i belongs to unit j.

    design             the design of the full sample, whose weights are w (n,)
    unit (n,)          code 0..m-1 of the unit whose interviews share a factor: the PSU, or the interview itself
    base (n,)          w, or 1 where `table` holds the replicate weights themselves
    table (m,R)        numpy (small integers if they are counts) or scipy.sparse
    shift, slope (m,)  of each unit
    scale, rscales (R,), mse   V = scale Σ_r rscales_r (θ_r - c)(θ_r - c)', where c is the full sample's estimate if
                       `mse`, and else the mean of the θ_r
    df                 degrees of freedom of the variance
    """

    design: Design
    unit: np.ndarray
    base: np.ndarray
    table: Matrix
    shift: np.ndarray
    slope: np.ndarray
    scale: float
    rscales: np.ndarray
    mse: bool
    df: float

    @property
    def count(self) -> int:
        """R, the number of replicates."""
        return self.table.shape[1]

    @cached_property
    def weights(self) -> np.ndarray:
        """The replicate weights (n,R), which take 8 n R bytes."""
        factor = self.shift[:, None] + self.slope[:, None] * _dense(self.table)
        return self.base[:, None] * factor[self.unit]

    def totals(self, z: Matrix) -> np.ndarray:
        """Σ_i w_ir z_i (R,k) for z (n,k), dense or sparse, computed from the unit totals."""
        n, m = len(self.unit), len(self.shift)
        u = scipy.sparse.csr_array((self.base, (self.unit, np.arange(n))), shape=(m, n)) @ z
        return self.from_unit_totals(u)

    def from_unit_totals(self, u: Matrix) -> np.ndarray:
        """Σ_j (shift_j + slope_j table_jr) u_j (R,k) for unit totals u (m,k), dense or sparse; computed in blocks."""
        m, k = u.shape
        totals = np.empty((self.count, k))
        fixed = np.asarray(u.T @ self.shift)
        weighted = scipy.sparse.csr_array(u.T * self.slope) if scipy.sparse.issparse(u) else u.T * self.slope
        width = max(1, BLOCK // m)
        for r in range(0, self.count, width):
            factors = np.ascontiguousarray(_dense(self.table[:, r : r + width]))
            totals[r : r + width] = (fixed[:, None] + weighted @ factors).T
        return totals

    def reweighted(self, step: Callable[[np.ndarray], np.ndarray]) -> "Replicates":
        """The replicates after a weighting step is repeated in each of them: step(weights (n,)) -> weights (n,).

        The variance then takes the step into account, for example an adjustment for nonresponse or raking.
        """
        full, before = step(self.design.weight), self.weights
        after = np.column_stack([step(before[:, r]) for r in range(self.count)])
        n = len(full)
        return replace(
            self,
            design=self.design.reweighted(full),
            unit=np.arange(n),
            base=np.ones(n),
            table=after,
            shift=np.zeros(n),
            slope=np.ones(n),
        )


def jackknife_weights(design: Design, *, mse: bool = False) -> Replicates:
    """Each replicate omits one PSU and gives the others of its stratum the weights w n_h/(n_h-1): JK1; JKn with strata.

    V = Σ_h (1-f_h)(n_h-1)/n_h Σ_j (θ_hj - c)(θ_hj - c)'.  Wolter (2007), ch. 4.
    Raises Fault for lonely PSUs, and for strata so large that Σ n_h² factors would be too many.

    Examples: of a mean of equally weighted persons the jackknife gives exactly s²/n: here (4 + 1 + 1 + 4)/4/5 = 0.5.

    >>> import pandas as pd
    >>> from estimation import Design, jackknife_weights, replicate_mean
    >>> table = pd.DataFrame({"w": 1.0, "y": [1.0, 2.0, 3.0, 4.0, 5.0]})
    >>> replicates = jackknife_weights(Design.from_table(table, weight="w"))
    >>> print(replicates.count, replicate_mean(table.y, replicates).variance.round(12))
    5 [0.5]
    """
    refuse_lonely(design)
    h, n_h = design.psu_stratum, design.sampled
    if n_h @ n_h > LARGEST_JACKKNIFE:
        raise Fault(key="replicates.jackknife_large", count=len(h), factors=int(n_h @ n_h), most=LARGEST_JACKKNIFE)
    m = len(h)
    pairs = scipy.sparse.csr_array((np.ones(m), (np.arange(m), h)), shape=(m, len(n_h)))
    together = (pairs @ pairs.T).tocoo()
    row, column = together.coords
    change = np.where(row == column, -1.0, 1 / np.maximum(n_h[h[row]] - 1, 1))  # w (1 + change)
    table = scipy.sparse.csc_array((change, (row, column)), shape=(m, m))
    rscales = ((1 - design.sampling_fraction) * (n_h - 1) / n_h)[h]
    return Replicates(
        design, design.psu, design.weight, table, np.ones(m), np.ones(m), 1.0, rscales, mse, float(design.df)
    )


def balanced_weights(design: Design, *, fay: float = 0.0, mse: bool = False) -> Replicates:
    """Balanced half-samples of two PSUs per stratum: by the signs of a Hadamard matrix one has w(2-ρ), the other wρ.

    fay: ρ in [0, 1), Fay's factor; 0 gives BRR.
    V = 1/(R(1-ρ)²) Σ_r (θ_r - c)(θ_r - c)', where R is the smallest power of 2 above H; without finite population
    correction.  Wolter (2007), ch. 3; Judkins (1990), Journal of Official Statistics 6, 223-239, for Fay's method.
    Raises Fault if a stratum does not have two PSUs.
    """
    if not 0 <= fay < 1:
        raise Fault(key="replicates.fay", found=float(fay))
    others = design.sampled != 2
    if others.any():
        names = [said(s) for s in design.stratum_names[others]]
        raise Fault(key="replicates.pairs", strata=names, count=len(names), found=int(design.sampled[others][0]))
    h, strata = design.psu_stratum, len(design.stratum_names)
    signs = scipy.linalg.hadamard(1 << strata.bit_length())[1 : strata + 1]
    first = np.zeros(len(h), dtype=bool)
    first[np.unique(h, return_index=True)[1]] = True
    table = np.where(first[:, None], signs[h], -signs[h]).astype(np.int8)
    m, replicates = table.shape
    scale = 1 / (replicates * (1 - fay) ** 2)
    slope = np.full(m, 1 - fay)
    rscales = np.ones(replicates)
    return Replicates(
        design, design.psu, design.weight, table, np.ones(m), slope, scale, rscales, mse, float(design.df)
    )


def bootstrap_weights(design: Design, replicates: int, *, rng: np.random.Generator, mse: bool = False) -> Replicates:
    """w (1 - a + a n_h/(n_h-1) t_hj), a = √(1-f_h): PSU j is sampled t_hj times in n_h - 1 draws with replacement.

    replicates: R >= 2.  V = 1/(R-1) Σ_r (θ_r - θ̄)(θ_r - θ̄)', or with `mse` 1/R about the full sample's estimate.
    Rao, Wu & Yue (1992), Survey Methodology 18, 209-217, with the factor √(1-f_h) of Rao & Wu (1988), JASA 83,
    231-241, for finite populations.  Raises Fault for lonely PSUs.
    """
    refuse_lonely(design)
    if replicates < 2:
        raise Fault(key="replicates.few", found=int(replicates))
    h, n_h = design.psu_stratum, design.sampled
    m = len(h)
    order = np.argsort(h, kind="stable")  # PSUs sorted by stratum, so that a stratum's PSUs have consecutive numbers
    start = np.repeat(np.append(0, np.cumsum(n_h)[:-1]), n_h - 1)
    size = np.repeat(n_h, n_h - 1)
    counts = np.empty((replicates, m), dtype=np.uint8 if n_h.max() <= np.iinfo(np.uint8).max else np.uint16)
    for r in range(replicates):
        drawn = start + (rng.random(len(size)) * size).astype(np.int64)
        counts[r, order] = np.bincount(drawn, minlength=m)
    keep = np.sqrt(1 - design.sampling_fraction)
    shift, slope = (1 - keep)[h], (keep * n_h / np.maximum(n_h - 1, 1))[h]
    scale = 1 / (replicates if mse else replicates - 1)
    df = float(min(design.df, replicates - 1))
    return Replicates(design, design.psu, design.weight, counts.T, shift, slope, scale, np.ones(replicates), mse, df)


def given_weights(
    table: pd.DataFrame,
    *,
    weight: str,
    replicates: list[str],
    scale: float,
    rscales: ArrayLike | None = None,
    mse: bool = False,
    df: float | None = None,
) -> Replicates:
    """Replicate weights that a file brings in the columns `replicates`, with the scale that its documentation states.

    weight      the column of the full sample's weights
    scale       JK1 (R-1)/R, JKn 1 (and rscales (n_h-1)/n_h), BRR 1/R, Fay 1/(R(1-ρ)²), bootstrap 1/(R-1) or 1/R
    rscales     (R,); None: 1 for each replicate
    df          None: the rank of the replicate weights minus 1
    """
    design = Design.from_table(table, weight=weight)
    columns = np.column_stack([number_column(table, name) for name in replicates])
    wrong = ~np.isfinite(columns) | (columns < 0)
    if wrong.any():
        row, column = (int(v[0]) for v in np.nonzero(wrong))
        raise Fault(
            key="replicates.wrong", column=str(replicates[column]), row=row + 1, found=float(columns[row, column])
        )
    rscales = np.ones(columns.shape[1]) if rscales is None else np.asarray(rscales, dtype=float)
    if len(rscales) != columns.shape[1]:
        raise Fault(key="replicates.rscales", found=len(rscales), expected=columns.shape[1])
    n = len(columns)
    df = float(np.linalg.matrix_rank(columns) - 1) if df is None else float(df)
    one = np.ones(n)
    return Replicates(design, np.arange(n), one, columns, np.zeros(n), one, float(scale), rscales, mse, df)


def refuse_lonely(design: Design) -> None:
    """A Fault that names the strata with one sampled PSU of several."""
    alone = (design.sampled == 1) & (design.population > 1)
    if alone.any():
        names = [said(s) for s in design.stratum_names[alone]]
        raise Fault(key="replicates.lonely", strata=names, count=len(names))


def _dense(table) -> np.ndarray:
    return table.toarray() if scipy.sparse.issparse(table) else np.asarray(table, dtype=float)
