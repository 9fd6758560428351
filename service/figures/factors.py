"""Factors, what respondents named: the share of respondents and of mentions, in one area or over all of them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import sqlalchemy as sa

from accountability.disclosure.cells import Withheld
from accountability.disclosure.measures import withheld_mentions
from accountability.league.conventions import ALL
from estimation.columns.ties import equalized
from estimation.indicators.indicators import MENTIONS, RESPONDENTS, Measure
from programme.declared import Programme
from service.figures.league import newest_estimated_wave, newest_run, newest_wave, one_of
from service.figures.use_cases import ESTIMATE
from service.intake.imports import current_programme, current_wave, programme_of_run
from service.store import objects, schema
from service.store.engine import Store
from service.store.permissions import permitted, sees_all
from service.store.runs import outdated_runs
from words import Fault

FIGURES = ("estimate", "se", "lower", "upper")


@dataclass(frozen=True, eq=False)
class FactorTable:
    """A table of factors in one area ("*": over all areas) in one wave.

    table: indexed by the factor's code, most named first; respondents, respondents_se, …_lower, …_upper, the same for
    mentions (NaN if nobody in the area named anything), n, unfit
    withheld: codes of factors that may not be shown to this reader; they are last in the table and empty, and so are
    all shares of mentions, which add up to 1
    """

    programme: Programme
    name: str
    wave: str
    area: str
    table: pd.DataFrame
    run: Mapping
    outdated: bool
    withheld: tuple[str, ...] = ()

    def label(self, code: str) -> Mapping[str, str]:
        """A factor's name."""
        return self.programme.items[self.programme.factors[self.name].item].answers[code]

    @property
    def labels(self) -> list[Mapping[str, str]]:
        """The factors' names in the table's order."""
        return [self.label(code) for code in self.table.index]


@permitted
def read_factors(
    store: Store, programme_name: str, *, wave: str | None = None, name: str | None = None, area: str = ALL
) -> FactorTable:
    """A table of factors; by default the first one, of the newest estimated wave.  area: a code, or "*" for all."""
    programme = current_programme(store, programme_name)[1]
    if not programme.factors:
        raise Fault(key="factors.none", programme=programme_name)
    wave = wave or newest_estimated_wave(store, programme_name) or newest_wave(store, programme_name)
    run = newest_run(store, ESTIMATE, programme=programme_name, wave=wave)
    if run is None:
        current_wave(store, programme_name, wave)  # a Fault that names the waves there are, if it is none of them
        raise Fault(key="league.not_estimated", wave=wave)
    programme = programme_of_run(store, run["run_id"])
    name = one_of(name, programme.factors, "factors.unknown")
    measures = programme.factors[name].measures
    estimates = schema.DERIVED["ESTIMATES"]
    of_table = sa.and_(
        estimates.c.run_id == run["run_id"],
        estimates.c.domain == area,
        estimates.c.measure.in_([m.name for m in measures.values()]),
    )
    rows = store.table(sa.select(estimates).where(of_table)).set_index("measure")
    if rows.empty:
        raise Fault(key="factors.nobody", area=area, wave=wave, expected=[ALL, *programme.areas])
    table, withheld = _table(rows, measures), ()
    if not sees_all(store.actor):
        first = next(m for (_, base), m in measures.items() if base == RESPONDENTS)
        of_first = sa.select(estimates.c.domain, estimates.c.n).where(
            estimates.c.run_id == run["run_id"], estimates.c.measure == first.name
        )
        named = named_by_area(programme, wave, name, *_answers(store, programme, name, run["run_id"]))
        withheld = Withholding.of(programme, name, store.table(of_first), named).codes(area)
        table = _without(table, withheld)
    return FactorTable(programme, name, wave, area, table, run, run["run_id"] in outdated_runs(store), withheld)


@dataclass(frozen=True, eq=False)
class Withholding:
    """Which factors of a table may not be shown to everybody.

    hidden: the areas of which nothing is shown;  by_factor: code -> the areas in which it is not shown
    """

    hidden: Withheld
    by_factor: Mapping[str, Withheld]

    @classmethod
    def of(
        cls, programme: Programme, name: str, sizes: pd.DataFrame, named: Mapping[str, Mapping[str, int]]
    ) -> "Withholding":
        """sizes: domain and n, how many were asked, of the table's estimates;  named: those of `named_by_area`."""
        n = sizes[sizes.domain != ALL].set_index("domain").n.to_dict()
        return cls(*withheld_mentions(n, named, limit=programme.withhold))

    def codes(self, area: str) -> tuple[str, ...]:
        """The codes of the factors that are withheld in this area, in the questionnaire's order."""
        of_factor = self.by_factor.items()
        if area != ALL:
            return tuple(c for c, hidden in of_factor if area in self.hidden.parts or area in hidden.parts)
        return tuple(c for c, hidden in of_factor if self.hidden.total or hidden.total)


def named_by_area(
    programme: Programme, wave: str, name: str, areas: pd.Series, answers: pd.Series
) -> dict[str, dict[str, int]]:
    """factor -> area by today's code -> how many respondents named it, from each one's area and answer."""
    item, current = programme.items[programme.factors[name].item], programme.renames.current(wave)
    counts: dict[str, dict[str, int]] = {code: {} for code in item.answers}
    together = answers.groupby([areas, answers], observed=True).size()
    for (of_time, cell), count in zip(together.index.tolist(), together.tolist(), strict=True):
        area = current.get(of_time, of_time)
        for code in set(cell.split(item.separator)) & counts.keys():
            counts[code][area] = counts[code].get(area, 0) + count
    return counts


def shown_factors(
    programme: Programme, name: str, estimates: pd.DataFrame, named: Mapping[str, Mapping[str, int]]
) -> pd.DataFrame:
    """The table of factors in every area and over all of them as anybody may see it: area, factor and its figures.

    estimates: ESTIMATES of a run
    """
    measures = programme.factors[name].measures
    first = next(m for (_, base), m in measures.items() if base == RESPONDENTS)
    of_table = estimates[estimates.measure.isin([m.name for m in measures.values()])]
    if of_table.empty:
        return pd.DataFrame()
    withholding = Withholding.of(programme, name, of_table.loc[of_table.measure == first.name, ["domain", "n"]], named)
    parts = []
    for area, rows in of_table.groupby("domain"):
        table = _without(_table(rows.set_index("measure"), measures), withholding.codes(str(area)))
        parts.append(table.rename_axis("factor").reset_index().assign(area=area, n=table.n.astype("Int64").to_numpy()))
    return pd.concat(parts, ignore_index=True)


def _table(estimates: pd.DataFrame, measures: Mapping[tuple[str, str], Measure]) -> pd.DataFrame:
    """One row for each factor from ESTIMATES, indexed by measure; measures: (factor, base) -> measure."""
    rows = {}
    for (code, base), measure in measures.items():
        row = rows.setdefault(code, {})
        known = measure.name in estimates.index
        figures = estimates.loc[measure.name] if known else pd.Series(dtype=float)
        row |= {f"{base}_{c}".replace("_estimate", ""): figures.get(c, float("nan")) for c in FIGURES}
        if base == RESPONDENTS:
            row |= {"n": int(figures.get("n", 0)), "unfit": figures.get("unfit", "")}
    table = pd.DataFrame.from_dict(rows, orient="index")
    return table.iloc[
        np.argsort(-equalized(table[RESPONDENTS]), kind="stable")
    ]  # equal shares in the order of the programme


def _answers(store: Store, programme: Programme, name: str, run: int) -> tuple[pd.Series, pd.Series]:
    """The area and the answer to a table's question of each respondent of a run's wave."""
    inputs, item = schema.run_inputs.c, programme.factors[name].item
    of_run = sa.select(inputs.version_id).where(inputs.run_id == run, inputs.kind == "wave")
    (version_id,) = store.table(of_run).version_id.tolist()
    areas = objects.read_object(store, version_id, objects.RESPONDENTS, ("area",)).area
    return areas, objects.read_object(store, version_id, objects.ANSWERS, (item,))[item]


def _without(table: pd.DataFrame, withheld: tuple[str, ...]) -> pd.DataFrame:
    """The table without what is withheld; those codes come last, so that their place reveals nothing."""
    if not withheld:
        return table
    figures = [c for c in table if c not in ("n", "unfit")]
    table = table.reindex([*(c for c in table.index if c not in withheld), *withheld]).copy()
    table.loc[list(withheld), figures] = float("nan")
    table.loc[list(withheld), "unfit"] = ""
    table[[c for c in figures if c.startswith(MENTIONS)]] = float("nan")
    if len(withheld) == len(table):
        table["n"] = pd.array([pd.NA] * len(table), dtype="Int64")
    return table
