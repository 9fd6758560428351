"""What people named, as a table: each factor's share of respondents and of mentions, of one area or of everybody."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import sqlalchemy as sa

from accountability.disclosure import withheld_mentions
from accountability.league import ALL
from estimation.columns.ties import equalized
from estimation.indicators.indicators import MENTIONS, RESPONDENTS, Item
from programme.survey import Programme
from service.figures.league import newest_estimated_wave, newest_run, newest_wave, one_of
from service.figures.waves import ESTIMATE
from service.intake.imports import current_programme, programme_of_run
from service.store import schema
from service.store.engine import Store
from service.store.permissions import permitted, sees_all
from service.store.runs import outdated_runs
from words import Fault

FIGURES = ("estimate", "se", "lower", "upper")


@dataclass(frozen=True, eq=False)
class FactorTable:
    """One table of factors of one area ("*": everybody) in one wave.

    table: indexed by the factor's code, most named first; respondents, respondents_se, …_lower, …_upper and the same of
    mentions (NaN where nobody of the area named anything), n, unfit.
    withheld: codes of factors not shown to this reader, last in the table and empty; the shares of mentions, which add
    up to 1, are then empty throughout.
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
    store: Store, programme: str, *, wave: str | None = None, name: str | None = None, area: str = ALL
) -> FactorTable:
    """A table of factors; not named: the newest estimated wave and the first table.  area: a code, or "*" for all."""
    plan = current_programme(store, programme)[1]
    if not plan.factors:
        raise Fault(key="factors.none", programme=programme)
    wave = wave or newest_estimated_wave(store, programme) or newest_wave(store, programme)
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
    table, withheld = _table(found, measures), ()
    if not sees_all(store.actor):
        withheld = _withheld(store, plan, name, run["run_id"], area)
        table = _without(table, withheld)
    return FactorTable(plan, name, wave, area, table, run, run["run_id"] in outdated_runs(store), withheld)


def _table(found: pd.DataFrame, measures) -> pd.DataFrame:
    rows = {}
    for (code, base), measure in measures.items():
        row = rows.setdefault(code, {})
        own = found.loc[measure.name] if measure.name in found.index else pd.Series(dtype=float)
        row |= {f"{base}_{c}".replace("_estimate", ""): own.get(c, float("nan")) for c in FIGURES}
        if base == RESPONDENTS:
            row |= {"n": int(own.get("n", 0)), "unfit": own.get("unfit", "")}
    table = pd.DataFrame.from_dict(rows, orient="index")
    return table.iloc[np.argsort(-equalized(table[RESPONDENTS]), kind="stable")]  # equal shares as the list has them


def _withheld(store: Store, plan: Programme, name: str, run: int, area: str) -> tuple[str, ...]:
    """Codes of the factors that are not shown of this area, in the questionnaire's order."""
    factors, item = plan.factors[name], plan.items[plan.factors[name].item]
    first = next(m for (_, base), m in factors.measures.items() if base == RESPONDENTS)
    sizes = schema.DERIVED["ESTIMATES"].c
    asked = sa.select(sizes.domain, sizes.n).where(
        sizes.run_id == run, sizes.measure == first.name, sizes.domain != ALL
    )
    n = store.frame(asked).set_index("domain").n.to_dict()
    hidden, by_factor = withheld_mentions(n, _named(store, run, item), limit=plan.withhold)
    if area != ALL:
        return tuple(c for c in item.answers if area in hidden.parts or area in by_factor[c].parts)
    return tuple(c for c in item.answers if hidden.total or by_factor[c].total)


def _named(store: Store, run: int, item: Item) -> dict[str, dict[str, int]]:
    """factor -> area -> how many respondents of the run's wave named it."""
    inputs, people, said = schema.run_inputs.c, *(schema.MICRODATA[name] for name in ("RESPONDENTS", "RESPONSES"))
    same = sa.and_(said.c.version_id == people.c.version_id, said.c.unit_id == people.c.unit_id)
    wave = sa.select(inputs.version_id).where(inputs.run_id == run, inputs.kind == "wave")
    chosen = people.c.version_id.in_(wave), said.c.item == item.name
    rows = sa.select(people.c.area, said.c.answer, sa.func.count().label("count")).join(said, same).where(*chosen)
    found = store.frame(rows.group_by(people.c.area, said.c.answer))
    counts: dict[str, dict[str, int]] = {code: {} for code in item.answers}
    for area, answer, count in found.itertuples(index=False):
        for code in set(answer.split(item.separator)) & counts.keys():
            counts[code][area] = counts[code].get(area, 0) + int(count)
    return counts


def _without(table: pd.DataFrame, withheld: tuple[str, ...]) -> pd.DataFrame:
    """The table without what is withheld; those codes last, so that their place among the others tells nothing."""
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
