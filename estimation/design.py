"""The sampling design behind a set of interviews: weights, strata, primary sampling units, and how many there were."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from words import Fault

LONELY = ("error", "adjust", "average", "certainty", "remove")


@dataclass(frozen=True, eq=False)
class Design:
    """Who was sampled and how; every variance is computed from this.

    weight (n,)      w_i >= 0, one an interview (a zero weight adds nothing, but its PSU counts in n_h)
    psu (n,)         code 0..m-1 of the interview's primary sampling unit (PSU)
    psu_stratum (m,) code 0..H-1 of the stratum each PSU lies in
    population (H,)  N_h, PSUs in the stratum's population; inf where PSUs were drawn with replacement or N_h is large
    lonely           what a stratum with one sampled PSU contributes: "error" (refuse), "adjust" (its PSU total,
                     not centred), "average" (the mean of the other strata), "certainty" or "remove" (nothing)
    psu_names (m,), stratum_names (H,)  labels, so that two waves can find the PSUs they share

    The design's df are m - H.  Lumley (2004), Journal of Statistical Software 9(8), for the lonely-PSU options.
    """

    weight: np.ndarray
    psu: np.ndarray
    psu_stratum: np.ndarray
    population: np.ndarray
    lonely: str
    psu_names: np.ndarray
    stratum_names: np.ndarray

    @classmethod
    def from_table(cls, table, *, weight, stratum=None, psu=None, population=None, lonely="error", nest=False):
        """A design read from the columns of a DataFrame; `stratum` and `psu` may be several columns together.

        table       one row an interview; weight, population: column names; stratum, psu: a name or a list of names
        stratum     None: one stratum.   psu None: every interview is its own PSU.
        population  column with N_h, the stratum's number of PSUs (finite population correction)
        nest        True: PSU codes are local to their stratum; False: a PSU code in two strata is an error
        Raises Fault for weights that are negative, missing or infinite, empty codes, a PSU in two strata,
        an N_h smaller than n_h or not constant in its stratum, and lonely PSUs under lonely="error".
        """
        if lonely not in LONELY:
            raise Fault(key="design.lonely_option", found=lonely, expected=list(LONELY))
        if len(table) == 0:
            raise Fault(key="design.empty", found=0)
        w = _weights(table, weight)
        strata, stratum_names = label_codes(table, stratum)
        inside = [*_columns(stratum), *_columns(psu)] if nest and psu is not None else psu
        units, psu_names = (np.arange(len(table)), np.arange(len(table))) if psu is None else label_codes(table, inside)
        psu_stratum = np.zeros(len(psu_names), dtype=np.int64)
        psu_stratum[units] = strata
        split = psu_stratum[units] != strata
        if split.any():
            names = sorted({str(psu_names[u]) for u in units[split]})
            raise Fault(key="design.psu_in_two_strata", psus=names, count=len(names))
        sizes = _populations(table, population, strata, stratum_names)
        design = cls(w, units, psu_stratum, sizes, lonely, psu_names, stratum_names)
        design._check_counts()
        return design

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

    def _check_counts(self) -> None:
        short = self.sampled > self.population
        if short.any():
            h = int(short.argmax())
            raise Fault(
                key="design.population_small",
                stratum=str(self.stratum_names[h]),
                found=float(self.population[h]),
                sampled=int(self.sampled[h]),
            )
        alone = (self.sampled == 1) & (self.population > 1)
        if self.lonely == "error" and alone.any():
            names = [str(s) for s in self.stratum_names[alone]]
            raise Fault(key="design.lonely", strata=names, count=len(names))


def label_codes(table: pd.DataFrame, columns) -> tuple[np.ndarray, np.ndarray]:
    """Codes 0..c-1 (n,) and labels (c,), sorted, of one column, or of several joined by "-"; None: one code "all"."""
    names = _columns(columns)
    if not names:
        return np.zeros(len(table), dtype=np.int64), np.array(["all"], dtype=object)
    for name in names:
        _has(table, name)
        if table[name].isna().any():
            raise Fault(key="design.code_missing", column=name, row=int(table[name].isna().argmax()))
    if len(names) == 1:
        codes, labels = pd.factorize(table[names[0]], sort=True)
        return codes, np.asarray(labels, dtype=object)
    groups = table.groupby(names, sort=True, observed=True)
    labels = ["-".join(str(part) for part in key) for key in groups.groups]
    return groups.ngroup().to_numpy(), np.array(labels, dtype=object)


def _columns(columns) -> list:
    if columns is None:
        return []
    return list(columns) if isinstance(columns, list | tuple) else [columns]


def _has(table: pd.DataFrame, name) -> None:
    if name not in table.columns:
        raise Fault(key="design.column_missing", column=str(name), found=[str(c) for c in table.columns])


def _numbers(table: pd.DataFrame, name) -> np.ndarray:
    _has(table, name)
    try:
        return table[name].to_numpy(dtype=float)
    except (TypeError, ValueError) as error:
        raise Fault(key="design.not_numbers", column=str(name), found=str(table[name].iloc[0])) from error


def _weights(table: pd.DataFrame, name) -> np.ndarray:
    w = _numbers(table, name)
    wrong = ~np.isfinite(w) | (w < 0)
    if wrong.any():
        row = int(wrong.argmax())
        raise Fault(key="design.weight", column=str(name), row=row, found=float(w[row]), count=int(wrong.sum()))
    if not w.any():
        raise Fault(key="design.weight_zero", column=str(name))
    return w


def _populations(table: pd.DataFrame, name, strata: np.ndarray, stratum_names: np.ndarray) -> np.ndarray:
    sizes = np.full(len(stratum_names), np.inf)
    if name is None:
        return sizes
    given = _numbers(table, name)
    sizes[strata] = given
    differs = ~(sizes[strata] == given)
    if differs.any():
        h = strata[differs.argmax()]
        values = [float(v) for v in np.unique(given[strata == h])]
        raise Fault(key="design.population_varies", column=str(name), stratum=str(stratum_names[h]), found=values)
    return sizes
