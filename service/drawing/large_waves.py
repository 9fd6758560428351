"""A wave too large for memory: an engine counts its interviews by stratum, area and answers, and nothing else is read.

Each measure is computed from its cells: all interviews with the same answers in the same stratum (and PSU) and area are
one row, with their number and the sums of powers of their weights (`Design.from_totals`).  Estimates, errors, ranks and
verdicts are those that `service.figures.computing` makes of the wave in memory.
"""

import functools
import operator
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis
import pandas as pd

from accountability.league.wave_measure import WaveMeasure
from estimation import Design, Measure
from estimation.indicators.answers import asked
from estimation.indicators.indicators import Item
from fieldwork.phone_numbers import MOBILE
from programme.declared import Programme
from programme.wave_names import check_wave_name
from service.drawing.lake import Lake
from service.figures.computing import Progress, Tables, estimate_tables, with_level
from service.figures.waves import SEED
from service.files.faults import FaultList
from service.intake.of_sample import JOIN
from service.intake.released import LARGEST, SMALLEST
from service.intake.wave_file import column_uses
from words import Fault

AREA, STRATUM, PSU, WEIGHT, UNIT, ONE = "area*", "stratum*", "psu*", "weight*", "unit*", "all"
MOBILE_UNIT, ROWS = "mobile*", "rows*"
BLANK = "blank*"  # and a column's name: whether its cell is blank
COUNTED = ["units", "count", "square", "cube", "fourth"]  # the fields of `estimation.estimators.design.Interviews`
CELLS = 5_000_000  # of a measure that are held in memory
NAMED = 6  # wrong texts named in one sentence
MOSTLY = 0.5  # of a column that is mobile numbers


@dataclass(frozen=True, eq=False)
class LargeWave:
    """The interviews of a wave's file, on an engine: area*, stratum*, psu*, weight*, unit* and the items as text."""

    programme: Programme
    name: str
    file: str
    rows: Any

    @property
    def alone(self) -> bool:
        """Whether each interview is a PSU of its own."""
        return self.programme.columns.psu == self.programme.columns.respondent

    def cells(self, items: Sequence[str]) -> pd.DataFrame:
        """A row for all interviews of a stratum, PSU and area with the same answers to these items: counts and sums."""
        by = [STRATUM, *([] if self.alone else [PSU]), AREA, *items]
        w = self.rows[WEIGHT]
        sums = {"units": self.rows.count(), "count": (w > 0).cast("int64").sum(), "sum": w.sum()}
        powers = {
            name: functools.reduce(operator.mul, [w] * power)
            for name, power in zip(COUNTED[2:], (2, 3, 4), strict=True)
        }
        grouped = self.rows.group_by(by).agg(**sums, **{name: power.sum() for name, power in powers.items()})
        if (count := int(grouped.count().to_pandas())) > CELLS:
            raise Fault(key="large_wave.cells", file=self.file, items=list(items), found=count, expected=CELLS)
        return grouped.to_pandas().sort_values(by, ignore_index=True)

    def data(self, measure: Measure, level: Programme) -> WaveMeasure:
        """The data of a measure, computed from its cells; level: the programme of the areas, or of groups of them."""
        items = _items_of(measure, self.programme)
        cells, psu = self.cells(items), None if self.alone else PSU
        area = cells[AREA].map(level.inside) if level.inside else cells[AREA]
        options: dict[str, Any] = {"stratum": STRATUM, "psu": psu, "lonely": self.programme.lonely}
        design = Design.from_totals(cells, sum_w="sum", counted=COUNTED, **options)
        answers = cells[items].astype("category")
        options = {"items": self.programme.items, "measures": self.programme.measures, "records": {}}
        return WaveMeasure.of_answers(measure, answers, pd.Categorical(area), design, **options)


def opened_wave(lake: Lake, programme: Programme, wave: str, path: Path) -> LargeWave:
    """The wave in a Parquet file, or in a folder of them, checked as an import checks it.

    A Fault names all that this way cannot compute, or all that is wrong in the file.
    """
    check_wave_name(wave)
    unsuited = list(_unsuited(programme, wave))
    if unsuited:
        raise_all(path.name, unsuited)
    table, faults = _table(lake, path), FaultList(path.name)
    expected = list(column_uses(programme))
    absent = [column for column in expected if column not in table.columns and column != programme.columns.weight]
    if absent:
        raise Fault(key="wave.column", file=path.name, columns=absent, found=list(table.columns), expected=expected)
    found = LargeWave(programme, wave, path.name, _rows(table, programme))
    faults.found += [*_wrong_rows(found), *_wrong_areas(found), *_wrong_answers(found)]
    faults.settle()
    return found


def estimate_large(wave: LargeWave, *, seed: str = SEED, progress: Progress = lambda _: None) -> Tables:
    """ESTIMATES, COVARIANCES, RANKS and VERDICTS of the wave, as `estimate_wave` computes them."""
    tables = _of_level(wave, wave.programme, seed, progress)
    for league in wave.programme.group_leagues:
        tables = with_level(tables, _of_level(wave, wave.programme.at_level(league), seed, progress))
    return tables


def _of_level(wave: LargeWave, level: Programme, seed: str, progress: Progress) -> Tables:
    ranked, others = (
        {
            name: data
            for name, data in ((n, wave.data(m, level)) for n, m in measures.items())
            if data.answered_by_anyone
        }
        for measures in (level.measures, level.factor_measures)
    )
    return estimate_tables(level, wave.name, ranked, others, seed, progress)


def _table(lake: Lake, path: Path) -> Any:
    try:
        return lake.table(path)
    except Fault as fault:
        keys_of = {"lake.absent": "file.absent", "lake.not_parquet": "large_wave.not_parquet"}
        raise Fault(key=keys_of.get(fault.key, fault.key), **fault.values) from fault


def raise_all(file: str, found: Iterable[Fault]) -> None:
    """Raise the one Fault there is, or one that lists them all."""
    FaultList(file, list(found)).settle()


def _unsuited(programme: Programme, wave: str) -> Iterator[Fault]:
    """What the programme asks for that sums cannot give."""
    if programme.weighting is not None:
        yield Fault(key="large_wave.weighting")
    if programme.interviewers is not None and programme.interviewers.at_random:
        yield Fault(key="large_wave.interviewers")
    if programme.population.units or programme.population.column is not None:
        yield Fault(key="large_wave.population")
    if programme.merged_strata:
        yield Fault(key="large_wave.merged_strata")
    if programme.renames.current(wave):
        yield Fault(key="large_wave.renamed", wave=wave)
    if programme.types:
        yield Fault(key="large_wave.types")
    if with_records := [name for name, measure in programme.measures.items() if measure.records]:
        yield Fault(key="large_wave.records", measures=with_records)


def _items_of(measure: Measure, programme: Programme) -> list[str]:
    """The items that a measure reads: its own, those of `where` and of its parts, and the filters of each."""
    waiting, found = [*measure.items, *measure.where], []
    for part in measure.parts:
        waiting += _items_of(programme.measures[part.name], programme)
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found.append(name)
            waiting += programme.items[name].asked_if
    return found


def _rows(table: Any, programme: Programme) -> Any:
    """The columns that are read, by the names of `LargeWave`."""
    columns = programme.columns
    weight = table[columns.weight] if columns.weight in table.columns else ibis.literal(1.0)
    made = {
        AREA: _text(table[columns.area]),
        STRATUM: _joined(table, columns.stratum) if columns.stratum else ibis.literal(ONE),
        PSU: _joined(table, columns.psu),
        UNIT: _joined(table, columns.respondent),
        WEIGHT: weight.cast("float64"),
    }
    filled = dict.fromkeys([*columns.respondent, columns.area, *columns.stratum, *columns.psu])
    made |= {BLANK + column: _text(table[column]) == "" for column in filled}
    return table.select(**made, **{item: _text(table[item]) for item in programme.items})


def _text(column: Any) -> Any:
    """A column's cells as text without blanks around them; a whole number that is stored as a float has no point."""
    text: Any = column.cast("string")
    if column.type().is_floating():
        whole: Any = column.round().cast("int64").cast("string")
        text = ibis.ifelse(column == column.round(), whole, text)
        return ibis.coalesce(text, "")
    return text.strip().fill_null("")


def _joined(table: Any, columns: Sequence[str]) -> Any:
    first, *others = (_text(table[column]) for column in columns)
    return functools.reduce(lambda text, other: text + JOIN + other, others, first)


def _wrong_rows(wave: LargeWave) -> Iterator[Fault]:
    """Blanks, weights and respondents that cannot be."""
    rows, columns = wave.rows, wave.programme.columns
    w = rows[WEIGHT]
    sized = (w == 0) | ((w >= SMALLEST) & (w <= LARGEST))
    truths = {name: rows[name] for name in rows.columns if name.startswith(BLANK)}
    truths |= {WEIGHT: ~sized.fill_null(False), MOBILE_UNIT: rows[UNIT].re_search(f"^({MOBILE.pattern})$")}
    sums = {name: truth.cast("int64").sum() for name, truth in truths.items()}
    counted = rows.agg(**sums, rows=rows.count(), units=rows[UNIT].nunique()).to_pandas().iloc[0].astype(int)
    unit = JOIN.join(columns.respondent)
    for name in sums:
        if name.startswith(BLANK) and counted[name]:
            column = name.removeprefix(BLANK)
            yield Fault(key="large_wave.blank", file=wave.file, column=column, count=int(counted[name]))
    if counted[WEIGHT]:
        values = {"low": SMALLEST, "high": LARGEST, "count": int(counted[WEIGHT])}
        yield Fault(key="large_wave.weight", file=wave.file, column=columns.weight, **values)
    if counted[MOBILE_UNIT] > MOSTLY * counted.rows:
        yield Fault(key="large_wave.numbers", file=wave.file, column=unit, count=int(counted[MOBILE_UNIT]))
    if counted.units < counted.rows:
        yield Fault(key="large_wave.twice", file=wave.file, column=unit, count=int(counted.rows - counted.units))


def _wrong_areas(wave: LargeWave) -> Iterator[Fault]:
    yield from _unknown(wave, AREA, wave.programme.columns.area, {"", *wave.programme.areas}, wave.programme.areas)


def _wrong_answers(wave: LargeWave) -> Iterator[Fault]:
    """Cells that are no answers of their item, and answers of those who were not to be asked, or the reverse."""
    items = wave.programme.items
    for item in items.values():
        counted = _counted(wave, [item.name])
        allowed = {cell for cell in counted[item.name] if item.allows(cell)}
        yield from _unknown(
            wave,
            item.name,
            item.name,
            allowed,
            item.codes if item.range is None else [f"{item.range[0]:g}–{item.range[1]:g}", *item.codes],
        )
        if item.asked_if:
            yield from _wrong_filter(wave, item)


def _wrong_filter(wave: LargeWave, item: Item) -> Iterator[Fault]:
    counted = _counted(wave, [item.name, *item.asked_if])
    to_be_asked = asked(counted, item, wave.programme.items)
    wrong = to_be_asked == counted[item.name].isin(list(item.not_asked)).to_numpy()
    if wrong.any():
        values = {"column": item.name, "filter": list(item.asked_if), "count": int(counted[ROWS][wrong].sum())}
        yield Fault(key="large_wave.filter", file=wave.file, expected=sorted(item.not_asked), **values)


def _unknown(wave: LargeWave, name: str, column: str, known: Iterable[str], expected: Iterable[str]) -> Iterator[Fault]:
    counted = _counted(wave, [name])
    others = counted[~counted[name].isin(list(known))]
    if len(others):
        values = {"found": sorted(others[name])[:NAMED], "count": int(others[ROWS].sum()), "expected": sorted(expected)}
        yield Fault(key="large_wave.codes", file=wave.file, column=column, **values)


def _counted(wave: LargeWave, columns: Sequence[str]) -> pd.DataFrame:
    """How many rows (rows*) there are of each combination of texts in these columns."""
    return wave.rows.group_by(list(columns)).agg(**{ROWS: wave.rows.count()}).to_pandas()


def figures(tables: Tables) -> pd.DataFrame:
    """ESTIMATES with rank, rank_lower and rank_upper of the areas that are ranked, without columns that are empty."""
    ranks = tables["RANKS"].rename(columns={"area": "domain", "lower": "rank_lower", "upper": "rank_upper"})
    places = ranks[["measure", "domain", "rank", "rank_lower", "rank_upper"]]
    table = tables["ESTIMATES"].dropna(axis="columns", how="all").merge(places, how="left", on=["measure", "domain"])
    table[["rank", "rank_lower", "rank_upper"]] = table[["rank", "rank_lower", "rank_upper"]].astype("Int64")
    return table
