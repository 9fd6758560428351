"""What pages and the command line show: a league in one wave, its change since another, and the runs behind them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import sqlalchemy as sa

import contracts
from accountability import MET, MISSED, UNDECIDED
from accountability.disclosure import Withheld, shown_table, withheld_of_wave
from accountability.league import ALL, MARGINAL, SIMULTANEOUS
from accountability.rules import verdicts_among_shown
from estimation import Measure
from estimation.change.league_comparison import PROVEN, REAL
from programme.survey import Programme
from service.fieldwork.calls import stops_read
from service.figures.waves import COMPARE, ESTIMATE, JOINED, alone_run, current_wave, window
from service.intake.imports import current_programme, programme_of_run, wave_versions
from service.store import schema
from service.store.engine import Store
from service.store.permissions import permitted, sees_all
from service.store.runs import outdated_runs
from words import Fault

YEAR = 4  # digits: every wave's name begins with its year
WINDOWS = ">"  # between the two windows in a comparison's name
SHOWN = (PROVEN, REAL)


@dataclass(frozen=True, eq=False)
class League:
    """A league's table: one row an area, best first, and all that belongs under it.

    table: indexed by area code; n, estimate, se, …; rank and rank_lower..rank_upper (all areas jointly);
    alone_lower..alone_upper (this area alone) once asked for (`waves.rank_alone`);
    with `against`: change, places, noise, p_holm, p_standing, verdict, …; toward: 1 for the better, -1 for the worse
    against, upto: the two windows compared, None or "2015Q1" or "2014Q1+2014Q2"; upto is the wave itself if it is one
    rules: VERDICTS of the measure's rules.  everybody: the estimate over all areas.
    missing: areas of the league nobody answered in.
    withheld: areas not in `table` because their figures may not be shown to this reader; unchanged: areas whose change
    may not be.  Ranks are then places among the areas shown (`accountability.disclosure`).
    pages: comparisons made that end in the wave's calendar year.
    runs: the runs behind it, by use case.  outdated: whether any of them read a version since corrected.
    """

    programme: Programme
    measure: Measure
    league: str
    wave: str
    against: str | None
    upto: str | None
    table: pd.DataFrame
    rules: pd.DataFrame
    everybody: Mapping
    missing: tuple[str, ...]
    runs: Mapping[str, Mapping]
    outdated: bool
    withheld: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    pages: int = 0

    def name(self, area: str) -> Mapping[str, str]:
        """An area's name in both languages."""
        return self.programme.areas[area].name

    @property
    def alone(self) -> bool:
        """Whether each area's own rank set was asked for."""
        return "alone_lower" in self.table

    @property
    def uncompared(self) -> tuple[str, ...]:
        """Areas shown that have no change: nobody answered in the other wave, or it is withheld."""
        return () if self.against is None else tuple(self.table.index[self.table.change.isna()])

    @property
    def movers(self) -> list[str]:
        """Areas whose movement is real, or their rank change proven."""
        return [] if self.against is None else list(self.table.index[self.table.verdict.isin(SHOWN)])

    @property
    def proven(self) -> list[str]:
        """Areas whose rank change is proven."""
        return [] if self.against is None else list(self.table.index[self.table.verdict == PROVEN])

    @property
    def finite(self) -> bool:
        """Whether it is known of an area how many eligible people there are."""
        return bool((self.table.fpc < 1).any())

    @property
    def windowed(self) -> bool:
        """Whether means of several waves were compared."""
        return self.against is not None and (self.upto != self.wave or JOINED in self.against)


@permitted
def read_league(
    store: Store,
    programme: str,
    *,
    wave: str | None = None,
    measure: str | None = None,
    league: str | None = None,
    against: str | None = None,
) -> League:
    """The table of one league; not named means newest estimated wave, first measure and league, nearest comparison.

    against: one of `comparisons`: the wave compared with, or both windows ("2014Q1+2014Q2>2015Q1+2015Q2").
    """
    plan = current_programme(store, programme)[1]
    name = one_of(measure, plan.measures, "league.unknown_measure")
    league = one_of(league, plan.leagues, "league.unknown_league")
    wave = wave or newest_estimated_wave(store, programme) or newest_wave(store, programme)
    estimated = newest_run(store, ESTIMATE, programme=programme, wave=wave)
    if estimated is None:
        raise Fault(key="league.not_estimated", wave=wave)
    plan = programme_of_run(store, estimated["run_id"])  # figures speak under the programme they were made under
    if name not in plan.measures or league not in plan.leagues:
        raise Fault(key="league.not_estimated", wave=wave)
    compared = _compared(store, programme, wave, against)
    alone = alone_run(store, estimated["run_id"], name, league)
    table, everybody = _estimates(store, estimated["run_id"], name, plan.league_areas(league), alone)
    if table.empty:
        raise Fault(key="league.no_measure", wave=wave, measure=plan.measure_names[name])
    changes = None if compared is None else _rows(store, "CHANGES", compared["run_id"], name).set_index("area")
    if changes is not None:
        changes["p_last"] = changes.p_last.where(changes.fits == 1)  # older runs kept it where the model fits poorly
        table = table.join(changes.drop(columns=["measure", "level", "df"]).rename(columns=CHANGE_NAMES))
        table["toward"] = _toward(table, plan.measures[name])
    rules = _in_order(_rows(store, "VERDICTS", estimated["run_id"], name), table.index)
    missing = tuple(a for a in plan.league_areas(league) if a not in table.index)
    withheld = unchanged = ()
    if not sees_all(store.actor):
        hidden, total, other = _hidden(store, plan, name, estimated, compared)
        withheld = tuple(a for a in plan.league_areas(league) if a in hidden and a in table.index)
        shown = shown_table(table, hidden, other, compared is not None)
        if shown.empty:
            raise Fault(key="withheld.all", wave=wave, limit=plan.withhold)
        unchanged = tuple(a for a in shown.index if a in other and pd.notna(table.change[a])) if compared else ()
        rules = verdicts_among_shown(rules, plan.rules[name], shown, withheld=len(withheld))
        table, everybody = shown, {} if total else everybody
    asked = None if alone in (None, estimated["run_id"]) else _run(store, schema.runs.c.run_id == alone)
    runs = {r["use_case"]: r for r in (estimated, asked, compared) if r is not None}
    return League(
        programme=plan,
        measure=plan.measures[name],
        league=league,
        wave=wave,
        against=None if compared is None else compared["arguments"]["before"],
        upto=None if compared is None else compared["arguments"]["after"],
        table=table,
        rules=rules,
        everybody=everybody,
        missing=missing,
        runs=runs,
        outdated=bool(outdated_runs(store, among=[r["run_id"] for r in runs.values()])),
        withheld=withheld,
        unchanged=unchanged,
        pages=0 if compared is None else _pages(store, programme, wave),
    )


CHANGE_NAMES = {
    "se": "change_se",
    "se_design": "change_se_design",
    "se_interviewer": "change_se_interviewer",
    "lower": "change_lower",
    "upper": "change_upper",
}


@permitted
def newest_wave(store: Store, programme: str) -> str:
    """The programme's last wave; a Fault if none was taken in."""
    waves = wave_versions(store, programme).wave
    if waves.empty:
        raise Fault(key="wave.unknown", found="-", programme=programme, expected=["-"])
    return waves.iloc[-1]


@permitted
def newest_estimated_wave(store: Store, programme: str) -> str | None:
    """The last wave with an estimate; None if no wave of the programme has been estimated."""
    runs = schema.runs
    wave, mine = runs.c.arguments["wave"].as_string(), runs.c.arguments["programme"].as_string() == programme
    with store.read() as connection:
        return connection.scalar(sa.select(sa.func.max(wave)).where(runs.c.use_case == ESTIMATE, mine))


@permitted
def comparisons(store: Store, programme: str, wave: str) -> list[str]:
    """What `wave` has been compared with: single waves, newest first, then windows ending with it ("before>after")."""
    mine = {comparison_name(*ends) for ends in _compared_windows(store, programme) if window(ends[1])[-1] == wave}
    return sorted(mine, key=lambda name: (WINDOWS not in name, name), reverse=True)


def _compared_windows(store: Store, programme: str) -> set[tuple[str, str]]:
    """Both windows of every comparison made, each once however often it was made again."""
    runs = schema.runs
    asked = sa.select(runs.c.arguments).where(runs.c.use_case == COMPARE)
    with store.read() as connection:
        return {(r["before"], r["after"]) for r in connection.scalars(asked) if r["programme"] == programme}


def _pages(store: Store, programme: str, wave: str) -> int:
    """How many comparisons end in the wave's calendar year."""
    return sum(window(after)[-1][:YEAR] == wave[:YEAR] for _, after in _compared_windows(store, programme))


def process_variance(table: pd.DataFrame) -> pd.Series:
    """V of ESTIMATES' rows for the process behind the people there are, which what comes next is of; NaN: all asked."""
    added = table.se_interviewer.astype(float).fillna(0.0) ** 2  # not less for many people asked
    left = table.fpc.astype(float).fillna(1.0)
    return (table.se.astype(float) ** 2 - added) / left.where(left > 0) + added


def comparison_name(before: str, after: str) -> str:
    """How a comparison is asked for: by the wave compared with, or by both windows if one has several waves."""
    return before if JOINED not in before + after else f"{before}{WINDOWS}{after}"


@permitted
def run_list(store: Store) -> pd.DataFrame:
    """Every run, newest first, with `outdated` where a version it read has been corrected since."""
    runs = store.frame(sa.select(schema.runs).order_by(schema.runs.c.run_id.desc()))
    return runs.assign(outdated=runs.run_id.isin(outdated_runs(store)))


def one_of(name, known, key: str) -> str:
    """The name, or the first of those known; a Fault `key` if it is not among them."""
    if name is not None and name not in known:
        raise Fault(key=key, found=name, expected=list(known))
    return name or next(iter(known))


@permitted
def newest_run(store: Store, use_case: str, **arguments) -> Mapping | None:
    """The newest run of a use case with these arguments, or None; `stopped`: the fieldwork it did not wait for."""
    runs = schema.runs
    same = [runs.c.arguments[k].as_string() == v for k, v in arguments.items()]
    return _run(store, runs.c.use_case == use_case, *same)


def _run(store: Store, *conditions) -> Mapping | None:
    """The newest run of which all this is true."""
    runs = schema.runs
    select = sa.select(runs).where(*conditions).order_by(runs.c.run_id.desc()).limit(1)
    with store.read() as connection:
        row = connection.execute(select).mappings().first()
        return None if row is None else dict(row) | {"stopped": stops_read(connection, row["run_id"])}


def _toward(table: pd.DataFrame, measure: Measure) -> pd.Series:
    """Which way a confirmed change goes: 1 for the better, -1 for the worse; 0 where none is confirmed.

    That of the rank where the rank's change is proven, else that of the change against the average of all areas.
    """
    against_average = np.sign(table.relative.astype(float)) * (1 if measure.largest_is_best else -1)
    of_rank = np.sign(table.places.astype(float))
    toward = of_rank.where(table.verdict == PROVEN, against_average.where(table.verdict == REAL))
    return toward.fillna(0).astype(int)


def _compared(store: Store, programme: str, wave: str, against: str | None) -> Mapping | None:
    """The newest comparison of `wave` with `against`, or with its nearest compared wave if none is named."""
    name = against or next(iter(comparisons(store, programme, wave)), None)
    if name is None:
        return None
    before, _, after = name.partition(WINDOWS)
    found = newest_run(store, COMPARE, programme=programme, before=before, after=after or wave)
    if found is None:
        for each in window(before) + window(after or wave):
            current_wave(store, programme, each)
        raise Fault(key="league.not_compared", before=before, after=after or wave)
    return found


def _rows(store: Store, name: str, run_id: int, measure: str) -> pd.DataFrame:
    table = schema.DERIVED[name]
    found = store.frame(sa.select(table).where(table.c.run_id == run_id, table.c.measure == measure))
    numbers = {c: kind for c, kind in getattr(contracts, name).columns.items() if kind is float}
    return found.drop(columns="run_id").astype(numbers)  # a column of nothing but NULL too


def _hidden(
    store: Store, plan: Programme, measure: str, estimated: Mapping, compared: Mapping | None
) -> tuple[frozenset, bool, frozenset]:
    """Areas whose figures are withheld, whether that over all areas is, and areas whose change is withheld.

    A change and one of its waves give the other wave: it is withheld where any wave of either window is, and everywhere
    if one of them was never estimated, so that nobody has counted.
    """
    now = _withheld(store, plan, measure, estimated)
    if compared is None:
        return now.parts, now.total, frozenset()
    found, arguments = set(), compared["arguments"]
    for wave in set(window(arguments["before"]) + window(arguments["after"])):
        if wave == estimated["arguments"]["wave"]:
            found |= now.parts
            continue
        run = newest_run(store, ESTIMATE, programme=plan.name, wave=wave)
        found |= set(plan.areas) if run is None else _withheld(store, plan, measure, run).parts
    return now.parts, now.total, frozenset(found)


def _withheld(store: Store, plan: Programme, measure: str, run: Mapping) -> Withheld:
    table = schema.DERIVED["ESTIMATES"]
    sizes = sa.select(table.c.measure, table.c.domain, table.c.n).where(table.c.run_id == run["run_id"])
    return withheld_of_wave(plan.measures, store.frame(sizes), limit=plan.withhold).get(measure, Withheld())


def _in_order(rules: pd.DataFrame, areas: pd.Index) -> pd.DataFrame:
    """The league's VERDICTS, rule by rule, areas as the table has them: the same from every engine."""
    place = {area: j for j, area in enumerate(areas)}
    mine = rules[rules.area.isin(place)]
    return mine.iloc[mine.area.map(place).argsort(kind="stable")].sort_values("rule", kind="stable")


def _estimates(store: Store, run_id: int, measure: str, areas, alone: int | None) -> tuple[pd.DataFrame, Mapping]:
    """The league's rows, best first, and the estimate over everybody; alone: the run with each area's own rank set."""
    estimates = _rows(store, "ESTIMATES", run_id, measure).set_index("domain")
    ranks = _rows(store, "RANKS", run_id, measure).set_index("area")
    present = [a for a in areas if a in estimates.index]
    joint = ranks[ranks.family == SIMULTANEOUS].reindex(present)
    table = estimates.loc[present].assign(rank=joint["rank"], rank_lower=joint.lower, rank_upper=joint.upper)
    if alone is not None:
        own = _rows(store, "RANKS", alone, measure).set_index("area")
        own = own[own.family == MARGINAL].reindex(present)
        table = table.assign(alone_lower=own.lower, alone_upper=own.upper)
    everybody = estimates.loc[ALL].to_dict() if ALL in estimates.index else {}
    return table.rename_axis("area").sort_values(["rank", "n"], ascending=[True, False], kind="stable"), everybody


def rule_summary(league: League, rule: str) -> Mapping[str, list[str]]:
    """Areas that miss the rule as printed, and those shown to meet it, shown to miss it, and undecided."""
    mine = league.rules[league.rules.rule == rule]
    found = {outcome: list(mine.area[mine.outcome == outcome]) for outcome in (MET, MISSED, UNDECIDED)}
    return {"printed": list(mine.area[~mine.printed.astype(bool)]), **found}
