"""A table of factors as it is shown and sent: under its headings, with what is withheld in words."""

import pandas as pd

from estimation.indicators.indicators import MENTIONS, RESPONDENTS
from presentation.figures import unfit_text, withheld_text
from service.figures.factors import FactorTable
from service.files.write import csv_bytes


def factor_rows(found: FactorTable, t) -> pd.DataFrame:
    """The table as it is sent: shares as fractions, the factor's name and its publication limits in words."""
    rows = found.table.reset_index(names="code").drop(columns="n")
    rows.insert(0, "named", [label[t("language.code")] for label in found.labels])
    rows = rows.assign(n=found.table.n.to_numpy(), unfit=[unfit_text(broken, t) for broken in found.table.unfit])
    hidden = rows.code.isin(found.withheld)
    return rows.assign(**{RESPONDENTS: rows[RESPONDENTS].astype(object).mask(hidden, withheld_text(found, t))})


def shown_factors(found: FactorTable, t) -> pd.DataFrame:
    """The table as a page and the terminal show it: per cent, with intervals as text, under its headings."""
    columns = {t("column.factor"): [label[t("language.code")] for label in found.labels]}
    for base in (RESPONDENTS, MENTIONS):
        value, low, high = (100 * found.table[c] for c in (base, f"{base}_lower", f"{base}_upper"))
        none = {code: withheld_text(found, t) for code in found.withheld} if base == RESPONDENTS else {}
        columns[t(f"column.factor.{base}")] = [none.get(c, "–" if pd.isna(v) else f"{v:.1f}") for c, v in value.items()]
        both = zip(low, high, strict=True)
        columns[t(f"column.factor.{base}_interval")] = ["" if pd.isna(a) else f"{a:.1f}–{b:.1f}" for a, b in both]
    return pd.DataFrame(columns | {t("column.n"): ["–" if pd.isna(n) else str(n) for n in found.table.n]})


def factors_csv(found: FactorTable, t) -> bytes:
    """The table as CSV."""
    return csv_bytes(factor_rows(found, t))
