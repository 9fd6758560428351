"""The sampling design behind a set of interviews: weights, strata, primary sampling units, and how many there were."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from estimation.columns.codes import narrow, occurring_pairs
from estimation.columns.columns import joint_codes, label_codes, number_column, said
from words import Fault

if TYPE_CHECKING:
    from estimation.calibration.calibration import Calibration

LONELY = ("error", "adjust", "average", "certainty", "remove")
UNWEIGHTED = np.empty(0)  # a stage while only its units are counted
ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class Design:
    """Who was sampled and how; every variance is computed from this.

    weight (n,)      w_i >= 0, one an interview (a zero weight adds nothing, but its PSU counts in n_h)
    psu (n,)         code 0..m-1 of the interview's primary sampling unit (PSU)
    psu_stratum (m,) code 0..H-1 of the stratum each PSU lies in
    population (H,)  N_h, PSUs in the stratum's population; inf where PSUs were drawn with replacement or N_h is large
    lonely           what a stratum with one sampled PSU contributes: "error" (refuse), "adjust" (its PSU total,
                     not centred), "average" (the mean of the other strata), "certainty" or "remove" (nothing)
    psu_names (m,), stratum_names (H,)  labels, so that two waves can find the PSUs they share (by stratum and PSU);
                     tuples where several columns make one label; text PSUs of a table in an array of pandas
    second           the second stage as a design of its own, whose strata are the PSUs; None: PSUs were taken whole,
                     or their totals stand for all further stages (ultimate clusters)
    calibration      what the weights were made to reproduce (`calibrated`); None: nothing

    The design's df are m - H.  Lumley (2004), Journal of Statistical Software 9(8), for the lonely-PSU options.
    """

    weight: np.ndarray
    psu: np.ndarray
    psu_stratum: np.ndarray
    population: np.ndarray
    lonely: str
    psu_names: np.ndarray
    stratum_names: np.ndarray
    second: "Design | None" = None
    calibration: "Calibration | None" = None

    @classmethod
    def from_table(
        cls,
        table,
        *,
        weight,
        stratum=None,
        psu=None,
        population=None,
        lonely="error",
        nest=False,
        second_stage=None,
        second_population=None,
    ):
        """A design read from the columns of a DataFrame; `stratum` and `psu` may be several columns together.

        table       one row an interview; weight, population: column names; stratum, psu: a name or a list of names
        weight      None: w = N_h/n_h (times M_j/m_j in two stages), from the population columns
        stratum     None: one stratum.   psu None: every interview is its own PSU.
        population  column with N_h, the stratum's number of PSUs (finite population correction); a column with nothing
                    above 1 holds sampling fractions f_h = n_h/N_h instead
        nest        True: PSU codes are local to their stratum; False: a PSU code in two strata is an error
        second_stage, second_population  column of the second-stage units inside their PSU, and of M_j, how many the
                    PSU has (or the fraction taken); without the second, PSU totals stand for all further stages
        Raises Fault for weights that are negative, missing or infinite, empty codes, a PSU in two strata,
        an N_h smaller than n_h or not constant in its stratum, and lonely PSUs under lonely="error".

        Examples: California's schools, stratified by type of school; R's survey has 200 - 3 = 197 degrees of freedom
        too.

        >>> import pandas as pd
        >>> from estimation import Design
        >>> schools = pd.read_csv("tests/golden/shared_apistrat.csv")
        >>> design = Design.from_table(schools, weight="pw", stratum="stype", population="fpc")
        >>> design.df, design.sampled.tolist(), design.population.tolist()
        (197, [100, 50, 50], [4421.0, 755.0, 1018.0])
        """
        if lonely not in LONELY:
            raise Fault(key="design.lonely_option", found=lonely, expected=list(LONELY))
        if len(table) == 0:
            raise Fault(key="design.empty", found=0)
        strata, stratum_names = label_codes(table, stratum)
        units, psu_names = _psu_codes(table, psu, strata if nest else None)
        psu_stratum = np.zeros(len(psu_names), dtype=narrow(len(stratum_names)))
        psu_stratum[units] = strata
        split = psu_stratum[units] != strata
        if split.any():
            names = sorted({said(psu_names[u]) for u in units[split]})
            raise Fault(key="design.psu_in_two_strata", psus=names, count=len(names))
        sizes = _populations(table, population, strata, stratum_names, psu_stratum)
        first, second = cls(UNWEIGHTED, units, psu_stratum, sizes, lonely, psu_names, stratum_names), None
        if second_stage is not None and second_population is not None:
            inside, names = joint_codes([(units, psu_names), label_codes(table, second_stage)])
            psu_of = np.zeros(len(names), dtype=narrow(len(psu_names)))
            psu_of[inside] = units
            sizes = _populations(table, second_population, units, psu_names, psu_of)
            inner = "error" if lonely == "average" else lonely  # other PSUs say nothing about this one's inside
            second = cls(UNWEIGHTED, inside, psu_of, sizes, inner, names, psu_names)
        w = _inverse_fractions(first, second) if weight is None else _weights(table, weight)
        design = replace(first, weight=w, second=None if second is None else replace(second, weight=w))
        for stage in (design, design.second):
            _check_counts(stage)
        return design

    @classmethod
    def from_totals(cls, table, *, sum_w, **columns):
        """A design read from sums made elsewhere: one row a cell of stratum, PSU and domain, `sum_w` the column of Σw.

        A cell stands for its interviews with weight Σw and answer Σwy/Σw, which is what to give the estimators as y
        (and Σwx/Σw as x): totals, means, ratios and their errors need no more of a cell than its sums, and are those of
        `from_table` on the interviews.  Σw is over those who answered; a PSU where nobody did keeps a row with Σw = 0,
        for it counts in n_h.  columns: stratum, psu, population … as in `from_table`.
        Not from cells: quantiles, population_variance, sample_sizes and design_effect, which need the interviews.
        """
        return cls.from_table(table, weight=sum_w, **columns)

    def reweighted(self, weight, calibration: "Calibration | None" = None) -> "Design":
        """The same design with other weights (n,) >= 0, and the calibration their variance is to take account of."""
        weight = np.asarray(weight, dtype=float)
        if len(weight) != len(self.weight):
            raise Fault(key="design.weights_length", found=len(weight), expected=len(self.weight))
        wrong = ~np.isfinite(weight) | (weight < 0)
        if wrong.any():
            row = int(np.where(wrong, weight, np.inf).argmin())
            raise Fault(key="design.weights_negative", row=row, found=float(weight[row]), count=int(wrong.sum()))
        second = None if self.second is None else replace(self.second, weight=weight)
        return replace(self, weight=weight, second=second, calibration=calibration)

    def with_fractions(self, fractions) -> "Design":
        """The same design with a part f_h (H,) of each stratum in it: N_h = n_h/f_h, without limit where f_h is 0."""
        f = np.asarray(fractions, dtype=float)
        return replace(self, population=np.divide(self.sampled, f, out=np.full(len(f), np.inf), where=f > 0))

    def calibrated(self, calibration: "Calibration") -> "Design":
        """The design with calibrated weights: every estimator's variance is then that of residuals."""
        return self.reweighted(calibration.weight, calibration)

    @cached_property
    def auxiliary_totals(self):
        """Σ_{i in j} w_i x_i: totals of the calibration's auxiliaries by unit of the last stage."""
        last = self if self.second is None else self.second
        return self.calibration.unit_totals(last.psu, len(last.psu_stratum))

    @cached_property
    def counts_all(self) -> bool:
        """Has no interview a weight of 0?"""
        return bool((self.weight > 0).all())

    @cached_property
    def sampled(self) -> np.ndarray:
        """n_h (H,): PSUs sampled in each stratum."""
        return np.bincount(self.psu_stratum, minlength=len(self.stratum_names))

    @property
    def df(self) -> int:
        """PSUs minus strata."""
        return len(self.psu_stratum) - len(self.stratum_names)

    @cached_property
    def sampling_fraction(self) -> np.ndarray:
        """f_h = n_h/N_h (H,)."""
        return self.sampled / self.population


def _check_counts(stage: Design | None) -> None:
    """A Fault for n_h > N_h and for lonely PSUs that nothing can be said about."""
    if stage is None:
        return
    short = stage.sampled > stage.population * (1 + ROUNDING)
    if short.any():
        h = int(short.argmax())
        found, sampled = float(stage.population[h]), int(stage.sampled[h])
        raise Fault(key="design.population_small", stratum=said(stage.stratum_names[h]), found=found, sampled=sampled)
    alone = (stage.sampled == 1) & (stage.population > 1)
    names = [said(s) for s in stage.stratum_names[alone]]
    if stage.lonely == "error" and names:
        raise Fault(key="design.lonely", strata=names, count=len(names))
    if stage.lonely == "average" and alone.all():
        raise Fault(key="design.lonely_average", strata=names, count=len(names))


def _psu_codes(table: pd.DataFrame, psu, strata) -> tuple[np.ndarray, np.ndarray]:
    """Codes and labels of the PSUs; with `strata` (n,) given, codes are local to them and labels may repeat."""
    if psu is None:
        rows = np.arange(len(table), dtype=narrow(len(table)))
        return rows, rows
    inside, labels = label_codes(table, psu, ordered=False)
    if strata is None:
        return inside, labels
    units, found, _ = occurring_pairs(inside, strata, len(labels), int(strata.max()) + 1)
    return units, labels if len(found) == len(labels) else labels[found]


def _inverse_fractions(first: Design, second: Design | None) -> np.ndarray:
    """w = 1/f_h, times 1/f_j of the interview's PSU in two stages."""
    f = first.sampling_fraction[first.psu_stratum[first.psu]]
    f = f if second is None else f * second.sampling_fraction[first.psu]
    if not f.all():
        raise Fault(key="design.weight_or_population")
    return 1 / f


def _weights(table: pd.DataFrame, name) -> np.ndarray:
    w = number_column(table, name).copy()
    wrong = ~np.isfinite(w) | (w < 0)
    if wrong.any():
        row = int(wrong.argmax())
        raise Fault(key="design.weight", column=str(name), row=row, found=float(w[row]), count=int(wrong.sum()))
    if not w.any():
        raise Fault(key="design.weight_zero", column=str(name))
    return w


def _populations(table: pd.DataFrame, name, strata, stratum_names, psu_stratum) -> np.ndarray:
    """N_h (H,) from a column of counts or, where nothing is above 1, of sampling fractions f_h: N_h = n_h/f_h."""
    sizes = np.full(len(stratum_names), np.inf)
    if name is None:
        return sizes
    given = number_column(table, name)
    wrong = ~(given > 0)
    if wrong.any():
        row = int(wrong.argmax())
        raise Fault(key="design.population_value", column=str(name), row=row, found=float(given[row]))
    sizes[strata] = given
    differs = sizes[strata] != given
    if differs.any():
        h = strata[differs.argmax()]
        values = [float(v) for v in np.unique(given[strata == h])]
        raise Fault(key="design.population_varies", column=str(name), stratum=said(stratum_names[h]), found=values)
    if sizes.max() > 1:
        if sizes.min() < 1:
            low, high = float(sizes.min()), float(sizes.max())
            raise Fault(key="design.population_mixed", column=str(name), low=low, high=high)
        return sizes
    return np.bincount(psu_stratum, minlength=len(sizes)) / sizes
