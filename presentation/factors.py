"""A table of factors, that is of what respondents named: as it is shown, as it is sent, and its notes."""

import pandas as pd

from estimation.indicators.indicators import MENTIONS, RESPONDENTS
from presentation.notes import accepted_note, stopped_note, survey_note, unfit_text, withheld_text
from service.figures.factors import FactorTable
from service.files.write import csv_bytes
from service.store.runs import run_text
from words import Speaker


def factor_rows(factors: FactorTable, t: Speaker) -> pd.DataFrame:
    """The table as it is sent: shares as fractions, and in words each factor's name and the limits that it breaks."""
    rows = factors.table.reset_index(names="code").drop(columns="n")
    rows.insert(0, "named", [label[t("language.code")] for label in factors.labels])
    rows = rows.assign(n=factors.table.n.to_numpy(), unfit=[unfit_text(broken, t) for broken in factors.table.unfit])
    hidden = rows.code.isin(factors.withheld)
    return rows.assign(**{RESPONDENTS: rows[RESPONDENTS].astype(object).mask(hidden, withheld_text(factors, t))})


def shown_factors(factors: FactorTable, t: Speaker) -> pd.DataFrame:
    """The table as pages and the terminal show it, under its headings: per cent, with intervals as text."""
    columns = {t("column.factor"): [label[t("language.code")] for label in factors.labels]}
    for base in (RESPONDENTS, MENTIONS):
        value, low, high = (100 * factors.table[c] for c in (base, f"{base}_lower", f"{base}_upper"))
        hidden = {code: withheld_text(factors, t) for code in factors.withheld} if base == RESPONDENTS else {}
        columns[t(f"column.factor.{base}")] = [
            hidden.get(c, "–" if pd.isna(v) else f"{v:.1f}") for c, v in value.items()
        ]
        limits = zip(low, high, strict=True)
        columns[t(f"column.factor.{base}_interval")] = ["" if pd.isna(a) else f"{a:.1f}–{b:.1f}" for a, b in limits]
    return pd.DataFrame(columns | {t("column.n"): ["–" if pd.isna(n) else str(n) for n in factors.table.n]})


def factors_csv(factors: FactorTable, t: Speaker) -> bytes:
    """The table as CSV."""
    return csv_bytes(factor_rows(factors, t), simulated=factors.programme.simulated)


def factor_notes(factors: FactorTable, t: Speaker) -> list[str]:
    """What is said under the table: how people were asked, what both shares are of, what is withheld, and the run."""
    notes = [survey_note(factors.programme, t), t("factors.note", level=factors.programme.level)]
    if factors.withheld:
        names = [factors.label(code) for code in factors.withheld]
        notes.append(t("withheld.factors", names=names, count=len(names), limit=factors.programme.withhold))
    weak = [label for label, broken in zip(factors.labels, factors.table.unfit, strict=True) if broken]
    notes += [t("factors.unfit", names=weak, count=len(weak))] if weak else []
    notes += stopped_note([factors.run], t) + accepted_note([factors.run], t)
    return [*notes, *([t("outdated.league")] if factors.outdated else []), run_text(factors.run, t)]
