"""Replicate weights: jackknife, balanced and bootstrap replicates of a design, and those that came with a file."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
import scipy.sparse as sp
from scipy.linalg import hadamard

from estimation.columns.columns import number_column, said
from estimation.estimators.design import Design
from words import Fault

BLOCK = 4_000_000  # numbers a block of replicates may take
LARGEST_JACKKNIFE = 50_000_000  # factors that differ from 1


@dataclass(frozen=True, eq=False)
class Replicates:
    """R sets of weights of the same interviews: w_ir = w_i (shift_j + slope_j table_jr), j the unit interview i is in.

    design             the design of the full sample; its weights are w (n,)
    unit (n,)          code 0..m-1 of the unit that is weighted as one: the PSU, or the interview
    base (n,)          what is multiplied: w, or 1 where the file has the replicate weights themselves
    table (m,R)        numpy (small integers for counts) or scipy.sparse;  shift, slope (m,)
    scale, rscales (R,), mse   V = scale Σ_r rscales_r (θ_r - c)(θ_r - c)', c the full sample's estimate if mse, else
                       the mean of the θ_r
    df                 degrees of freedom of the variance
    """

    design: Design
    unit: np.ndarray
    base: np.ndarray
    table: object
    shift: np.ndarray
    slope: np.ndarray
    scale: float
    rscales: np.ndarray
    mse: bool
    df: float

    @property
    def count(self) -> int:
        """R."""
        return self.table.shape[1]

    @cached_property
    def weights(self) -> np.ndarray:
        """Replicate weights (n,R), to be stored beside the answers; they take 8 n R bytes."""
        factor = self.shift[:, None] + self.slope[:, None] * _dense(self.table)
        return self.base[:, None] * factor[self.unit]

    def totals(self, z) -> np.ndarray:
        """Σ_i w_ir z_i (R,k) for z (n,k), dense or sparse: from the m unit totals, a block of replicates at a time."""
        n, m = len(self.unit), len(self.shift)
        u = sp.csr_array((self.base, (self.unit, np.arange(n))), shape=(m, n)) @ z
        return self.from_unit_totals(u)

    def from_unit_totals(self, u) -> np.ndarray:
        """Σ_j (shift_j + slope_j table_jr) u_j (R,k) for unit totals u (m,k), dense or sparse."""
        m, k = u.shape
        found = np.empty((self.count, k))
        fixed = np.asarray(u.T @ self.shift)
        weighted = sp.csr_array(u.T * self.slope) if sp.issparse(u) else u.T * self.slope
        width = max(1, BLOCK // m)
        for r in range(0, self.count, width):
            factors = np.ascontiguousarray(_dense(self.table[:, r : r + width]))
            found[r : r + width] = (fixed[:, None] + weighted @ factors).T
        return found

    def reweighted(self, step) -> "Replicates":
        """The replicates after a step of weighting, taken anew in each: step(weight) -> weights (n,).

        So the variance takes account of the step, as when nonresponse is adjusted or margins are raked.
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
    """Each replicate leaves out one PSU, the others of its stratum stand for it: w n_h/(n_h-1).  JK1, or JKn by strata.

    V = Σ_h (1-f_h)(n_h-1)/n_h Σ_j (θ_hj - c)(θ_hj - c)'.  Wolter (2007), ch. 4.
    Raises Fault for lonely PSUs, and for strata so large that their Σ n_h² factors would not be worth it.

    Examples: of a mean of equally weighted persons the jackknife gives exactly s²/n: here (4 + 1 + 1 + 4)/4/5 = 0.5.

    >>> import pandas as pd
    >>> from estimation import Design, jackknife_weights, replicate_mean
    >>> table = pd.DataFrame({"w": 1.0, "y": [1.0, 2.0, 3.0, 4.0, 5.0]})
    >>> replicates = jackknife_weights(Design.from_table(table, weight="w"))
    >>> print(replicates.count, replicate_mean(table.y, replicates).variance.round(12))
    5 [0.5]
    """
    _refuse_lonely(design)
    h, n_h = design.psu_stratum, design.sampled
    if n_h @ n_h > LARGEST_JACKKNIFE:
        raise Fault(key="replicates.jackknife_large", count=len(h), factors=int(n_h @ n_h), most=LARGEST_JACKKNIFE)
    m = len(h)
    pairs = sp.csr_array((np.ones(m), (np.arange(m), h)), shape=(m, len(n_h)))
    together = (pairs @ pairs.T).tocoo()
    row, column = together.coords
    change = np.where(row == column, -1.0, 1 / np.maximum(n_h[h[row]] - 1, 1))  # w (1 + change)
    table = sp.csc_array((change, (row, column)), shape=(m, m))
    rscales = ((1 - design.sampling_fraction) * (n_h - 1) / n_h)[h]
    return Replicates(
        design, design.psu, design.weight, table, np.ones(m), np.ones(m), 1.0, rscales, mse, float(design.df)
    )


def balanced_weights(design: Design, *, fay: float = 0.0, mse: bool = False) -> Replicates:
    """Balanced half-samples of two PSUs a stratum: w(2-ρ) for one, wρ for the other, by a Hadamard matrix's signs.

    fay: ρ in [0, 1), 0 for BRR;  V = 1/(R(1-ρ)²) Σ_r (θ_r - c)(θ_r - c)', R the least power of 2 above H.
    Wolter (2007), ch. 3; Judkins (1990), Journal of Official Statistics 6, 223-239, for Fay's.  The finite population
    correction is left out.
    """
    if not 0 <= fay < 1:
        raise Fault(key="replicates.fay", found=float(fay))
    others = design.sampled != 2
    if others.any():
        names = [said(s) for s in design.stratum_names[others]]
        raise Fault(key="replicates.pairs", strata=names, count=len(names), found=int(design.sampled[others][0]))
    h, strata = design.psu_stratum, len(design.stratum_names)
    signs = hadamard(1 << strata.bit_length())[1 : strata + 1]
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
    """w (1 - a + a n_h/(n_h-1) t_hj), a = √(1-f_h): PSU j comes t_hj times in n_h - 1 draws with replacement.

    V = 1/(R-1) Σ_r (θ_r - θ̄)(θ_r - θ̄)' (1/R about the full sample's estimate if mse).  Rao, Wu & Yue (1992), Survey
    Methodology 18, 209-217, with the factor √(1-f_h) of Rao & Wu (1988), JASA 83, 231-241, for finite populations.
    """
    _refuse_lonely(design)
    if replicates < 2:
        raise Fault(key="replicates.few", found=int(replicates))
    h, n_h = design.psu_stratum, design.sampled
    m = len(h)
    order = np.argsort(h, kind="stable")  # PSUs by stratum, so that a stratum's draws are a run of numbers
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
    weight,
    replicates: list,
    scale: float,
    rscales=None,
    mse: bool = False,
    df: float | None = None,
) -> Replicates:
    """Replicate weights that came with a file: the columns `replicates`, with the scale its documentation gives.

    scale: JK1 (R-1)/R, JKn 1 (rscales the (n_h-1)/n_h), BRR 1/R, Fay 1/(R(1-ρ)²), bootstrap 1/(R-1) or 1/R.
    df: None takes the rank of the replicate weights less 1.
    """
    design = Design.from_table(table, weight=weight)
    columns = np.column_stack([number_column(table, name) for name in replicates])
    wrong = ~np.isfinite(columns) | (columns < 0)
    if wrong.any():
        row, column = (int(v[0]) for v in np.nonzero(wrong))
        raise Fault(key="replicates.wrong", column=str(replicates[column]), row=row, found=float(columns[row, column]))
    rscales = np.ones(columns.shape[1]) if rscales is None else np.asarray(rscales, dtype=float)
    if len(rscales) != columns.shape[1]:
        raise Fault(key="replicates.rscales", found=len(rscales), expected=columns.shape[1])
    n = len(columns)
    df = float(np.linalg.matrix_rank(columns) - 1) if df is None else float(df)
    one = np.ones(n)
    return Replicates(design, np.arange(n), one, columns, np.zeros(n), one, float(scale), rscales, mse, df)


def _refuse_lonely(design: Design) -> None:
    alone = (design.sampled == 1) & (design.population > 1)
    if alone.any():
        names = [said(s) for s in design.stratum_names[alone]]
        raise Fault(key="replicates.lonely", strata=names, count=len(names))


def _dense(table) -> np.ndarray:
    return table.toarray() if sp.issparse(table) else np.asarray(table, dtype=float)
