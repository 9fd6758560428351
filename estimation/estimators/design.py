"""The sampling design behind a set of interviews: weights, strata, primary sampling units and population sizes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from estimation.columns.codes import narrow, occurring_pairs
from estimation.columns.columns import joint_codes, label_codes, number_column, said
from estimation.columns.matrices import Matrix
from words import Fault

if TYPE_CHECKING:
    from estimation.calibration.calibration import Calibration

LONELY = ("error", "adjust", "average", "certainty", "remove")
UNWEIGHTED = np.empty(0)  # the weights of a stage while its units are being counted
ROUNDING = 1e-9  # of a population size


class Interviews(NamedTuple):
    """What is known of the interviews that the rows of a table of sums stand for: five arrays (n,).

    units   how many there are;  count: how many of them have a weight above 0
    square, cube, fourth  Σw², Σw³ and Σw⁴
    """

    units: np.ndarray
    count: np.ndarray
    square: np.ndarray
    cube: np.ndarray
    fourth: np.ndarray


@dataclass(frozen=True, eq=False)
class Design:
    """Who was sampled and how; every variance is computed from this.

    weight (n,)      w_i >= 0 of each interview (a weight of 0 adds nothing to an estimate, but its PSU counts in n_h)
    psu (n,)         code 0..m-1 of the interview's primary sampling unit (PSU)
    psu_stratum (m,) code 0..H-1 of the stratum each PSU belongs to
    population (H,)  N_h, the number of PSUs in the stratum's population; inf where PSUs were sampled with replacement
                     or no finite population correction is wanted
    lonely           what a stratum with one sampled PSU contributes to the variance: "error" (the design is refused),
                     "adjust" (the square of its PSU total, not centred), "average" (the mean of the other strata),
                     "certainty" or "remove" (nothing)
    psu_names (m,), stratum_names (H,)  labels, by which two waves find the PSUs they share: tuples where one label
                     is made of several columns; PSU labels that are text are in a pandas array
    second           the second stage as a design of its own, whose strata are the PSUs; None: every interview of a
                     PSU was taken, or the variance between PSU totals covers all further stages (ultimate clusters)
    calibration      the calibration that gave the weights (see `calibrated`); None if there was none
    interviews       of a design read from sums (`from_totals`): the interviews that a row stands for; None: itself
    alone            each of these interviews is a PSU of its own: means come from `grouped_means`

    Totals have the design's m - H degrees of freedom (`df`); means, ratios and areas count only the PSUs with an
    answer, and the strata of these (means.py, `_answered_strata`; domains.py, `_domain_strata`).  Lumley (2004),
    Journal of Statistical Software 9(8), for the options for lonely PSUs.
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
    interviews: Interviews | None = None
    alone: bool = False

    @classmethod
    def from_table(
        cls,
        table: pd.DataFrame,
        *,
        weight: str | None,
        stratum: str | list[str] | None = None,
        psu: str | list[str] | None = None,
        population: str | None = None,
        lonely: str = "error",
        nest: bool = False,
        second_stage: str | None = None,
        second_population: str | None = None,
    ) -> "Design":
        """A design read from the columns of a table with one row per interview.

        weight      the column of w_i; None: w = N_h/n_h (times M_j/m_j in two stages), from the population columns
        stratum     the column of strata, or a list of columns; None: there is one stratum
        psu         the column of PSUs, or a list of columns; None: every interview is a PSU of its own
        population  the column of N_h, the number of PSUs in the stratum's population; if no value is above 1, the
                    column holds sampling fractions f_h = n_h/N_h instead.  None: no finite population correction
        lonely      as in `Design`
        nest        True: PSU codes are local to their stratum; False: a PSU code that occurs in two strata is refused
        second_stage       the column of second-stage units
        second_population  the column of M_j, the number of second-stage units in the PSU's population (or of the
                    fraction sampled); without both columns, PSU totals stand for all further stages
        Raises Fault for weights that are negative, missing or infinite, empty codes, a PSU in two strata, an N_h that
        is smaller than n_h or not constant in its stratum, and lonely PSUs under lonely="error".

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
            inner = "error" if lonely == "average" else lonely  # the variance within other PSUs is no substitute
            second = cls(UNWEIGHTED, inside, psu_of, sizes, inner, names, psu_names)
        w = _inverse_fractions(first, second) if weight is None else _weights(table, weight)
        design = replace(first, weight=w, second=None if second is None else replace(second, weight=w))
        for stage in (design, design.second):
            _check_counts(stage)
        return design

    @classmethod
    def from_totals(
        cls, table: pd.DataFrame, *, sum_w: str, counted: Sequence[str] | None = None, **columns: Any
    ) -> "Design":
        """A design read from sums computed elsewhere, one row per cell of stratum, PSU and domain.

        sum_w    the column of Σw over those in the cell who answered; a PSU in which nobody answered keeps a row with
                 Σw = 0, because it counts in n_h
        counted  the columns of the fields of `Interviews`, if they were computed too
        columns  stratum, psu, population … as in `from_table`
        A cell represents its interviews: give the estimators Σwy/Σw as y (and Σwx/Σw as x).  Totals, means and ratios
        depend only on the cells' sums, so they and their errors are the same as from `from_table` on the interviews.
        Where all interviews of a cell have the same y, `sample_sizes`, `psu_evenness` and `design_effect` are too, if
        they were `counted`; so are, without PSUs (psu None), the means of `grouped_means`.
        Quantiles and `population_variance` cannot be computed from cells; they need the interviews.
        """
        if counted is None:
            return cls.from_table(table, weight=sum_w, **columns)
        lonely = columns.pop("lonely", "error")
        design = cls.from_table(table, weight=sum_w, lonely="remove", **columns)  # a row may be many PSUs
        interviews = Interviews(*(number_column(table, name) for name in counted))
        design = replace(design, interviews=interviews, alone=columns.get("psu") is None, lonely=lonely)
        _check_counts(design)
        return design

    def reweighted(self, weight: ArrayLike, calibration: "Calibration | None" = None) -> "Design":
        """The same design with other weights (n,) >= 0, and the calibration that variances shall take into account.

        Raises Fault for weights of another length, and for negative, missing or infinite ones.
        """
        weight = np.asarray(weight, dtype=float)
        if len(weight) != len(self.weight):
            raise Fault(key="design.weights_length", found=len(weight), expected=len(self.weight))
        wrong = ~np.isfinite(weight) | (weight < 0)
        if wrong.any():
            row = int(np.where(wrong, weight, np.inf).argmin())
            raise Fault(key="design.weights_negative", row=row + 1, found=float(weight[row]), count=int(wrong.sum()))
        second = None if self.second is None else replace(self.second, weight=weight)
        return replace(self, weight=weight, second=second, calibration=calibration)

    def with_fractions(self, fractions: ArrayLike) -> "Design":
        """The same design with sampling fractions f_h (H,): N_h = n_h/f_h, infinite where f_h is 0."""
        f = np.asarray(fractions, dtype=float)
        return replace(self, population=np.divide(self.sampled, f, out=np.full(len(f), np.inf), where=f > 0))

    def calibrated(self, calibration: "Calibration") -> "Design":
        """The design with calibrated weights: the variance of every estimator is then that of the residuals."""
        return self.reweighted(calibration.weight, calibration)

    @cached_property
    def auxiliary_totals(self) -> Matrix:
        """Σ_{i in j} w_i x_i (units, q'): the totals of the calibration's auxiliaries by unit j of the last stage."""
        last = self if self.second is None else self.second
        assert self.calibration is not None
        return self.calibration.unit_totals(last.psu, len(last.psu_stratum))

    @cached_property
    def counts_all(self) -> bool:
        """Do all interviews have a weight above 0?"""
        return bool((self.weight > 0).all())

    @cached_property
    def sampled(self) -> np.ndarray:
        """n_h (H,): the number of PSUs sampled in each stratum."""
        if self.alone and self.interviews is not None:
            units = np.bincount(self.psu, self.interviews.units, minlength=len(self.psu_stratum))
            return np.bincount(self.psu_stratum, units, minlength=len(self.stratum_names)).astype(int)
        return np.bincount(self.psu_stratum, minlength=len(self.stratum_names))

    @property
    def df(self) -> int:
        """m - H, the degrees of freedom of totals: the number of PSUs minus the number of strata."""
        return int(self.sampled.sum()) - len(self.stratum_names)

    @cached_property
    def squares(self) -> np.ndarray:
        """Σw² (n,) of the interviews that each row stands for."""
        return self.weight**2 if self.interviews is None else self.interviews.square

    @cached_property
    def sampling_fraction(self) -> np.ndarray:
        """f_h = n_h/N_h (H,)."""
        return self.sampled / self.population


def _check_counts(stage: Design | None) -> None:
    """A Fault for n_h > N_h, for lonely PSUs under lonely="error", and for "average" if every stratum is lonely."""
    if stage is None:
        return
    short = stage.sampled > stage.population * (1 + ROUNDING)
    if short.any():
        h = int(short.argmax())
        size, sampled = float(stage.population[h]), int(stage.sampled[h])
        raise Fault(key="design.population_small", stratum=said(stage.stratum_names[h]), found=size, sampled=sampled)
    alone = (stage.sampled == 1) & (stage.population > 1)
    names = [said(s) for s in stage.stratum_names[alone]]
    if stage.lonely == "error" and names:
        raise Fault(key="design.lonely", strata=names, count=len(names))
    if stage.lonely == "average" and alone.all():
        raise Fault(key="design.lonely_average", strata=names, count=len(names))


def _psu_codes(table: pd.DataFrame, psu, strata) -> tuple[np.ndarray, np.ndarray]:
    """Codes (n,) and labels (m,) of the PSUs.

    strata (n,): the rows' strata if PSU codes are local to them, and then a label may occur twice; else None.
    """
    if psu is None:
        rows = np.arange(len(table), dtype=narrow(len(table)))
        return rows, rows
    inside, labels = label_codes(table, psu, ordered=False)
    if strata is None:
        return inside, labels
    units, label_of_unit, _ = occurring_pairs(inside, strata, len(labels), int(strata.max()) + 1)
    return units, labels if len(label_of_unit) == len(labels) else labels[label_of_unit]


def _inverse_fractions(first: Design, second: Design | None) -> np.ndarray:
    """w = 1/f_h, in two stages times 1/f_j of the interview's PSU."""
    f = first.sampling_fraction[first.psu_stratum[first.psu]]
    f = f if second is None else f * second.sampling_fraction[first.psu]
    if not f.all():
        raise Fault(key="design.weight_or_population")
    return 1 / f


def _weights(table: pd.DataFrame, name) -> np.ndarray:
    """The column of weights (n,); a Fault if one is negative, missing or infinite, or if none is above 0."""
    w = number_column(table, name).copy()
    wrong = ~np.isfinite(w) | (w < 0)
    if wrong.any():
        row = int(wrong.argmax())
        raise Fault(key="design.weight", column=str(name), row=row + 1, found=float(w[row]), count=int(wrong.sum()))
    if not w.any():
        raise Fault(key="design.weight_zero", column=str(name))
    return w


def _populations(table: pd.DataFrame, name, strata, stratum_names, psu_stratum) -> np.ndarray:
    """N_h (H,) from a column of counts or, if no value is above 1, of sampling fractions f_h: N_h = n_h/f_h."""
    sizes = np.full(len(stratum_names), np.inf)
    if name is None:
        return sizes
    size_of_row = number_column(table, name)
    wrong = ~(size_of_row > 0)
    if wrong.any():
        row = int(wrong.argmax())
        raise Fault(key="design.population_value", column=str(name), row=row + 1, found=float(size_of_row[row]))
    sizes[strata] = size_of_row
    differs = sizes[strata] != size_of_row
    if differs.any():
        h = strata[differs.argmax()]
        values = [float(v) for v in np.unique(size_of_row[strata == h])]
        raise Fault(key="design.population_varies", column=str(name), stratum=said(stratum_names[h]), found=values)
    if sizes.max() > 1:
        if sizes.min() < 1:
            low, high = float(sizes.min()), float(sizes.max())
            raise Fault(key="design.population_mixed", column=str(name), low=low, high=high)
        return sizes
    return np.bincount(psu_stratum, minlength=len(sizes)) / sizes
