"""The verdicts of a league over its waves, from the stored runs: what a ladder is replayed on."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import sqlalchemy as sa

from accountability.ladders.history import History
from accountability.rules import Rule
from accountability.rules.joint import AREA
from accountability.rules.kind import INTERVIEWS, POPULATION
from programme.declared import Programme
from programme.regular_comparisons import regular_comparisons
from programme.wave_names import kind_of_wave, parts_of_wave, periods_of_year, waves_a_year, waves_between
from service.figures.league import League, newest_run, read_estimated, waves_with_estimates
from service.figures.use_cases import ANNUAL, COMPARE, ESTIMATE
from service.intake.imports import programme_of_run
from service.store import schema
from service.store.engine import Store
from words import Fault

COLUMNS = ["measure", "rule", "area", "printed", "outcome", "estimate", "lower", "upper", "level"]


class Judgement(NamedTuple):
    """A row of VERDICTS."""

    measure: str
    rule: str
    area: str
    printed: bool
    outcome: str
    estimate: float
    lower: float
    upper: float
    level: float


Place = tuple[str, str, str]  # rule, wave, area


class Judgements(Mapping[Place, Judgement]):
    """(rule, wave, area) -> the row of VERDICTS; a row is made when it is asked for, since few of many are.

    of_rule  (rule, wave) -> its columns, in the order of `Judgement`, and area -> the last row that it has there
    """

    def __init__(self) -> None:
        self.of_rule: dict[tuple[str, str], tuple[list[np.ndarray], dict[str, int]]] = {}

    def add(self, rule: str, wave: str, columns: Mapping[str, np.ndarray]) -> None:
        """The rows of a rule in a wave; those that it has already stay."""
        old = self.of_rule.get((rule, wave))
        cells = [columns[name] for name in COLUMNS]
        if old is not None:
            cells = [np.concatenate(pair) for pair in zip(old[0], cells, strict=True)]
        areas = cells[COLUMNS.index("area")].tolist()
        self.of_rule[rule, wave] = cells, dict(zip(areas, range(len(areas)), strict=True))

    def __getitem__(self, place: Place) -> Judgement:
        rule, wave, area = place
        cells, row_of_area = self.of_rule[rule, wave]
        row = row_of_area[area]
        return Judgement(*(column.item(row) for column in cells))

    def __iter__(self) -> Iterator[Place]:
        return ((*of, area) for of, (_, row_of_area) in self.of_rule.items() for area in row_of_area)

    def __len__(self) -> int:
        return sum(len(row_of_area) for _, row_of_area in self.of_rule.values())

    @property
    def levels(self) -> dict[tuple[str, str], float]:
        """(rule, wave) -> the confidence of its verdicts."""
        level = COLUMNS.index("level")
        return {of: float(cells[level][-1]) for of, (cells, _) in self.of_rule.items() if len(cells[level])}

    def of_wave(self, wave: str, areas: Collection[str]) -> list[Judgement]:
        """The rows of a wave that are about one of these areas."""
        return [
            self[rule, name, area]
            for (rule, name), (_, row_of_area) in self.of_rule.items()
            if name == wave
            for area in row_of_area
            if area in areas
        ]


@dataclass(frozen=True, eq=False)
class JudgedHistory:
    """The verdicts of a programme's rules in a league, up to a wave.

    league    its name
    history   the league's areas, and at their end the groups and the league that rules of several areas are about
    units     these -> the places of their areas in `history.areas`
    by_wave   wave -> measure -> the league's figures
    verdicts  (rule, wave, area) -> the row of VERDICTS, by today's code of the area
    runs      the runs that the verdicts are from
    """

    league: str
    history: History
    units: Mapping[str, tuple[int, ...]]
    by_wave: Mapping[str, Mapping[str, League]]
    verdicts: Judgements
    runs: tuple[int, ...]

    @property
    def estimates(self) -> list[int]:
        """The runs that estimated the waves, oldest wave first."""
        of_waves = [figures for _, figures in sorted(self.by_wave.items())]
        return list(dict.fromkeys(f.runs[ESTIMATE]["run_id"] for figures in of_waves for f in figures.values()))


def judged_history(store: Store, programme: Programme, league: str, upto: str) -> JudgedHistory:
    """The history of the waves of one kind up to `upto`; a Fault if none of them has figures of the league.

    Every verdict is one that the reader may see.
    """
    by_wave = _figures(store, programme, league, upto)
    if not any(by_wave.values()):
        raise Fault(key="league.not_estimated", wave=upto)
    periods, found, runs = tuple(waves_between(min(by_wave), upto)), [], set()
    for wave in periods:
        annual_run, annual = _annual_rows(store, programme, wave, by_wave)
        change_runs, changed = _change_rows(store, programme, league, wave, by_wave)
        of_wave = [
            _today(programme, f.programme, wave, t) for f in by_wave.get(wave, {}).values() for t in (f.rules, f.joint)
        ]
        found.append([*of_wave, annual, *changed])
        runs |= {annual_run, *change_runs, *(f.runs[ESTIMATE]["run_id"] for f in by_wave.get(wave, {}).values())}
    history, units, verdicts = _history(programme, league, periods, found)
    return JudgedHistory(league, history, units, by_wave, verdicts, tuple(sorted(runs - {None})))


def ruled(programme: Programme) -> dict[str, list[Rule]]:
    """measure -> its rules that consequences are of."""
    of = {name for consequence in programme.consequences for name in consequence.of}
    used = {
        measure: [rule for rule in programme.rules_of(measure) if rule.name in of] for measure in programme.measures
    }
    return {measure: rules for measure, rules in used.items() if rules}


def placing_measures(programme: Programme) -> list[str]:
    """The measures by which places of rules on another measure go."""
    of = [rule.placed_by for rules in ruled(programme).values() for rule in rules if rule.placed_by]
    return list(dict.fromkeys(of))


def _figures(store: Store, programme: Programme, league: str, upto: str) -> dict[str, dict[str, League]]:
    """wave -> measure -> the league's figures, of the waves of one kind up to `upto` and the measures with rules."""
    kind = kind_of_wave(upto)
    waves = [w for w in waves_with_estimates(store, programme.name) if w <= upto and kind_of_wave(w) == kind]
    figures: dict[str, dict[str, League]] = {}
    for wave in sorted({*waves, upto}):
        figures[wave] = {}
        for measure in dict.fromkeys([*ruled(programme), *placing_measures(programme)]):
            try:
                read = read_estimated(store, programme.name, wave=wave, measure=measure, league=league).league(None)
            except Fault:  # not estimated, nobody was asked this then, or all of it is withheld
                continue
            figures[wave][measure] = read
    return figures


def _annual_rows(
    store: Store, programme: Programme, wave: str, by_wave: Mapping[str, Mapping[str, League]]
) -> tuple[int | None, pd.DataFrame]:
    """The run that judged the year which a wave ends, and those of its VERDICTS that the reader may see.

    An annual figure and three of its quarters give away the fourth: where anything of a measure is withheld in one of
    the waves, nothing annual of it is shown.
    """
    year, nothing = parts_of_wave(wave)[0], pd.DataFrame(columns=COLUMNS)
    names = periods_of_year(year, kind_of_wave(wave))
    run = newest_run(store, ANNUAL, programme=programme.name, year=year) if wave == names[-1] else None
    if run is None:
        return None, nothing
    whole = [
        name
        for name in [*ruled(programme), *placing_measures(programme)]
        if all(name in by_wave.get(w, {}) and by_wave[w][name].whole for w in names)
    ]
    rows = _verdicts(store, run["run_id"])
    then = programme_of_run(store, run["run_id"])
    placed = {rule.name: rule.placed_by for rules in ruled(programme).values() for rule in rules if rule.placed_by}
    rows = rows[~rows.rule.isin([rule for rule, by in placed.items() if by not in whole])]
    return run["run_id"], _today(programme, then, wave, rows[rows.measure.isin(whole)])


def _change_rows(
    store: Store, programme: Programme, league: str, wave: str, by_wave: Mapping[str, Mapping[str, League]]
) -> tuple[list[int], list[pd.DataFrame]]:
    """The runs that compared a wave as rules about changes ask, and those of their VERDICTS that the reader may see."""
    rules = {rule for of_measure in programme.change_rules.values() for rule in of_measure}
    if not rules or wave not in by_wave:
        return [], []
    runs, tables = [], []
    for regular in regular_comparisons(programme, by_wave, wave):
        run = newest_run(store, COMPARE, programme=programme.name, before=regular.before, after=wave)
        if run is None or regular.broken is not None:
            continue
        of_kind = [rule.name for rule in rules if rule.since == regular.kind]
        rows = _verdicts(store, run["run_id"])
        for measure in by_wave[wave]:
            of_measure = rows[(rows.measure == measure) & rows.rule.isin(of_kind)]
            if len(of_measure):
                estimated = read_estimated(store, programme.name, wave=wave, measure=measure, league=league)
                table = estimated.league(run).table
                shown = of_measure[of_measure.area.isin(table.index[table.change.notna()])]
                tables.append(_today(programme, programme_of_run(store, run["run_id"]), wave, shown))
                runs.append(run["run_id"])
    return runs, tables


def year_weight(programme: Programme, cells: Mapping[str, Any]) -> Any:
    """What waves with these numbers of areas (n, population) count for in a year's mean; None: all the same."""
    column = {INTERVIEWS: "n", POPULATION: "population"}.get(programme.year_weights)
    return None if column is None else cells[column]


def todays_codes(programme: Programme, then: Programme, wave: str, codes: Iterable[str]) -> dict[str, str]:
    """Code in the figures of a wave -> today's code of the area, without areas that were merged since.

    then: the version of the programme that the figures were computed with, which knew the renames that it names
    """
    codes = list(codes)
    current = {} if then.renames == programme.renames else programme.renames.of_units(wave)
    into = Counter(current.get(code, code) for code in codes)
    return {code: current.get(code, code) for code in codes if into[current.get(code, code)] == 1}


def _today(programme: Programme, then: Programme, wave: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of VERDICTS by today's codes, without those of areas that were merged since."""
    if then.renames == programme.renames or not programme.renames.of_units(wave):
        return rows
    codes = todays_codes(programme, then, wave, rows.area.unique())
    return rows.assign(area=rows.area.map(codes)).dropna(subset=["area"])


def _verdicts(store: Store, run: int) -> pd.DataFrame:
    table = schema.DERIVED["VERDICTS"]
    return store.table(sa.select(table).where(table.c.run_id == run))


def _history(
    programme: Programme, league: str, periods: Sequence[str], found: Sequence[Sequence[pd.DataFrame]]
) -> tuple[History, dict[str, tuple[int, ...]], Judgements]:
    """The verdicts found in each period as a history, its units, and the rows by rule, wave and area."""
    areas, rules = programme.league_areas(league), [rule for rules in ruled(programme).values() for rule in rules]
    together = {rule.over for rule in rules} - {AREA}
    units = {
        unit: tuple(areas.index(area) for area in of)
        for over, by_unit in programme.units_of(league).items()
        if over in together
        for unit, of in by_unit.items()
    }
    place = {name: j for j, name in enumerate([*areas, *units])}
    judged, missed = ({rule.name: np.zeros((len(periods), len(place)), dtype=bool) for rule in rules} for _ in range(2))
    verdicts, over = Judgements(), {rule.name: rule.over for rule in rules}
    for t, (wave, tables) in enumerate(zip(periods, found, strict=True)):
        for rows in tables:
            columns = {column: rows[column].to_numpy() for column in COLUMNS}
            places = pd.Index(list(place)).get_indexer(columns["area"])
            for rule in dict.fromkeys(columns["rule"].tolist()):
                if rule in judged:
                    most = len(areas) if over[rule] == AREA else len(place)  # a unit may be an area of another league
                    of_rule = np.flatnonzero((columns["rule"] == rule) & (places >= 0) & (places < most))
                    judged[rule][t, places[of_rule]] = True
                    missed[rule][t, places[of_rule]] = ~columns["printed"][of_rule].astype(bool)
                    verdicts.add(rule, wave, {name: cells[of_rule] for name, cells in columns.items()})
    year = np.array([int(parts_of_wave(wave)[0]) for wave in periods])
    ends = np.array([wave == periods_of_year(parts_of_wave(wave)[0], kind_of_wave(wave))[-1] for wave in periods])
    annual = (*programme.annual_rules.values(), *programme.annual_joint_rules.values())
    due = {rule.name: ends for of_measure in annual for rule in of_measure}
    history = History(tuple(periods), year, waves_a_year(periods[-1]), tuple(place), judged, missed, due)
    return history, units, verdicts
