"""What people named, as a table: each factor's share of respondents and of mentions, of one area or of everybody."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from accountability.report import ALL
from estimation.indicators import MENTIONS, RESPONDENTS
from service import schema
from service.files import csv_bytes
from service.imports import current_programme, programme_of_run
from service.league import newest_run, newest_wave, one_of
from service.permissions import permitted
from service.programme import Programme
from service.runs import outdated_runs
from service.store import Store
from service.waves import ESTIMATE
from service.wording import unfit_text
from words import Fault

FIGURES = ("estimate", "se", "lower", "upper")


@dataclass(frozen=True, eq=False)
class FactorTable:
    """One table of factors of one area ("*": everybody) in one wave.

    table: indexed by the factor's code, most named first; respondents, respondents_se, …_lower, …_upper and the same of
    mentions (NaN where nobody of the area named anything), n, unfit.
    """

    plan: Programme
    name: str
    wave: str
    area: str
    table: pd.DataFrame
    run: Mapping
    outdated: bool

    @property
    def labels(self) -> list[Mapping[str, str]]:
        """The factors' names in the table's order."""
        item = self.plan.items[self.plan.factors[self.name].item]
        return [item.answers[code] for code in self.table.index]


@permitted
def read_factors(
    store: Store, programme: str, *, wave: str | None = None, name: str | None = None, area: str = ALL
) -> FactorTable:
    """A table of factors; not named means newest wave and first table.  area: a code, or "*" for everybody."""
    plan = current_programme(store, programme)[1]
    if not plan.factors:
        raise Fault(key="factors.none", programme=programme)
    wave = wave or newest_wave(store, programme)
    run = newest_run(store, ESTIMATE, programme=programme, wave=wave)
    if run is None:
        raise Fault(key="league.not_estimated", wave=wave)
    plan = programme_of_run(store, run["run_id"])
    name = one_of(name, plan.factors, "factors.unknown")
    measures = plan.factors[name].measures
    estimates = schema.DERIVED["ESTIMATES"]
    mine = sa.and_(
        estimates.c.run_id == run["run_id"],
        estimates.c.domain == area,
        estimates.c.measure.in_([m.name for m in measures.values()]),
    )
    found = store.frame(sa.select(estimates).where(mine)).set_index("measure")
    if found.empty:
        raise Fault(key="factors.nobody", area=area, wave=wave, expected=[ALL, *plan.areas])
    return FactorTable(plan, name, wave, area, _table(found, measures), run, run["run_id"] in outdated_runs(store))


def factor_rows(found: FactorTable, t) -> pd.DataFrame:
    """The table as it is sent: shares as fractions, the factor's name and its publication limits in words."""
    rows = found.table.reset_index(names="code").drop(columns="n")
    rows.insert(0, "named", [label[t("language.code")] for label in found.labels])
    return rows.assign(n=found.table.n.to_numpy(), unfit=[unfit_text(broken, t) for broken in found.table.unfit])


def shown_factors(found: FactorTable, t) -> pd.DataFrame:
    """The table as a page and the terminal show it: per cent, with intervals as text, under its headings."""
    columns = {t("column.factor"): [label[t("language.code")] for label in found.labels]}
    for base in (RESPONDENTS, MENTIONS):
        value, low, high = (100 * found.table[c] for c in (base, f"{base}_lower", f"{base}_upper"))
        columns[t(f"column.factor.{base}")] = ["–" if pd.isna(v) else f"{v:.1f}" for v in value]
        both = zip(low, high, strict=True)
        columns[t(f"column.factor.{base}_interval")] = ["" if pd.isna(a) else f"{a:.1f}–{b:.1f}" for a, b in both]
    return pd.DataFrame(columns | {t("column.n"): [str(n) for n in found.table.n]})


def factors_csv(found: FactorTable, t) -> bytes:
    """The table as CSV."""
    return csv_bytes(factor_rows(found, t))


def _table(found: pd.DataFrame, measures) -> pd.DataFrame:
    rows = {}
    for (code, base), measure in measures.items():
        row = rows.setdefault(code, {})
        own = found.loc[measure.name] if measure.name in found.index else pd.Series(dtype=float)
        row |= {f"{base}_{c}".replace("_estimate", ""): own.get(c, float("nan")) for c in FIGURES}
        if base == RESPONDENTS:
            row |= {"n": int(own.get("n", 0)), "unfit": own.get("unfit", "")}
    table = pd.DataFrame.from_dict(rows, orient="index")
    return table.sort_values(RESPONDENTS, ascending=False, kind="stable")
