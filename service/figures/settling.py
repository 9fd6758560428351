"""Interviews that would settle what is not shown of a consequence, from the stored figures of its waves."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from accountability.ladders.events import Event, Verdict
from accountability.ladders.evidence import NOT_RULED_OUT
from accountability.ladders.settling import (
    NEVER,
    threshold_of,
    times_of_both,
    times_of_place,
    times_of_share,
    times_of_value,
)
from accountability.rules import UNDECIDED, Rule
from estimation import ranks
from estimation.columns.ties import scale_of
from programme.declared import Programme
from programme.wave_names import kind_of_wave, parts_of_wave, periods_of_year
from service.figures.judged_history import JudgedHistory, Judgement, ruled, todays_codes, year_weight

NUMBERS = ["estimate", "se", "n", "population"]


@dataclass(frozen=True, eq=False)
class Settling:
    """The numbers of interviews for the events of one league."""

    programme: Programme
    judged: JudgedHistory

    def of(self, event: Event, evidence: str) -> tuple[float | None, float | None]:
        """Interviews of an area and wave that would show all that the event rests on, and how many there were.

        (None, None) where it is shown or ruled out.  The verdict that needs most decides.
        """
        if evidence != NOT_RULED_OUT:
            return None, None
        needed = [self._interviews(verdict, event.area) for verdict in event.verdicts]
        of_open = [pair for pair in needed if pair is not None]
        return max(of_open) if of_open else (NEVER, None)

    @cached_property
    def _rules(self) -> Mapping[str, tuple[str, Rule]]:
        return {rule.name: (name, rule) for name, rules in ruled(self.programme).items() for rule in rules}

    def _interviews(self, verdict: Verdict, area: str) -> tuple[float, float] | None:
        """(interviews needed, interviews asked) for one verdict; None if it is shown."""
        row = self.judged.verdicts.get((verdict.rule, verdict.wave, area))
        measure, rule = self._rules[verdict.rule]
        if row is None or row.outcome != UNDECIDED:
            return None
        table = self._table(measure, verdict.wave, verdict.rule in self.judged.history.due)
        if table.empty:
            return NEVER, np.nan
        if area in self.judged.units:
            return self._of_unit(rule, row, table, area, verdict.wave)
        if area not in table.index:
            return NEVER, np.nan
        asked = float(table.n[area])
        if rule.of_places:
            options = {
                "printed": bool(row.printed),
                "largest_is_best": self.programme.measures[measure].largest_is_best,
            }
            value, se = table.estimate.to_numpy(), table.se.to_numpy()
            times = times_of_place(rule, table.index.get_indexer(pd.Index([area]))[0], value, se, **options)
        else:
            times = times_of_value(row.estimate, row.lower, row.upper, threshold_of(rule))
        return times * asked, asked

    def _of_unit(self, rule: Rule, row: Judgement, table: pd.DataFrame, unit: str, wave: str) -> tuple[float, float]:
        """Of several areas together: by the areas' own limits, or by those of the unit as one."""
        places = [self.judged.history.areas[j] for j in self.judged.units[unit]]
        areas = table.loc[[area for area in places if area in table.index]]
        asked = float(areas.n.mean())
        if rule.kind == "mean":
            return times_of_value(row.estimate, row.lower, row.upper, rule.threshold) * asked, asked
        pairs = zip(areas.estimate, areas.lower, areas.upper, strict=True)
        times = np.array([times_of_value(*limits, rule.threshold) for limits in pairs])
        upwards = self.programme.measures[self._rules[rule.name][0]].largest_is_best
        reaches = ((areas.estimate >= rule.threshold) if upwards else (areas.estimate <= rule.threshold)).to_numpy()
        placing, best = table, upwards
        if rule.placed_by:
            placing = self._table(rule.placed_by, wave, rule.name in self.judged.history.due)
            best = self.programme.measures[rule.placed_by].largest_is_best
        if rule.first > 0 and (rule.first < len(placing) or not areas.index.isin(placing.index).all()):
            within, times_of_places = _by_places(rule, placing, list(areas.index), largest_is_best=best)
            times = times_of_both(times, reaches, times_of_places, within)
            reaches = reaches & within
        return times_of_share(rule, times, reaches, printed=bool(row.printed)) * asked, asked

    @cached_property
    def _tables(self) -> dict[tuple[str, str, bool], pd.DataFrame]:
        return {}

    def _table(self, measure: str, wave: str, annual: bool) -> pd.DataFrame:
        """`_figures`, made once."""
        of = measure, wave, annual
        if of not in self._tables:
            self._tables[of] = self._figures(*of)
        return self._tables[of]

    def _figures(self, measure: str, wave: str, annual: bool) -> pd.DataFrame:
        """The league's figures of a wave by today's areas; of a year, the means of its waves as if independent."""
        names = periods_of_year(parts_of_wave(wave)[0], kind_of_wave(wave)) if annual else [wave]
        tables = []
        for name in names:
            league = self.judged.by_wave.get(name, {}).get(measure)
            if league is None:
                return pd.DataFrame(columns=[*NUMBERS, "lower", "upper"])
            today = todays_codes(self.programme, league.programme, name, league.table.index)
            rows = league.table.loc[list(today), [*NUMBERS, "lower", "upper"]]
            tables.append(rows.set_axis(list(today.values())).astype(float))
        if len(tables) == 1:
            return tables[0]
        common = [area for area in tables[0].index if all(area in table.index for table in tables)]
        tables = [table.loc[common] for table in tables]
        weights = [year_weight(self.programme, table) for table in tables]
        counts = [np.ones(len(common)) if weight is None else weight.to_numpy() for weight in weights]
        parts = [count / sum(counts) for count in counts]
        whole = sum(table.mul(part, axis=0) for table, part in zip(tables, parts, strict=True))
        se = np.sqrt(sum((part * table.se) ** 2 for table, part in zip(tables, parts, strict=True)))
        shorter = np.sqrt(len(tables))
        return whole.assign(
            se=se,
            lower=whole.estimate - (whole.estimate - whole.lower) / shorter,
            upper=whole.estimate + (whole.upper - whole.estimate) / shorter,
        )


def _by_places(
    rule: Rule, table: pd.DataFrame, areas: list[str], *, largest_is_best: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Which of the areas are among the first of their league, and the times that would show which of them are.

    An area without a figure in the table has no place, and no number of interviews shows one.
    """
    value, se = table.estimate.to_numpy(), table.se.to_numpy()
    scale = scale_of(value, se)
    rank = ranks(value, largest_is_best=largest_is_best, scale=scale)
    first = replace(rule, kind="first", threshold=rule.first)
    within, times = np.zeros(len(areas), dtype=bool), np.full(len(areas), NEVER)
    for j, place in enumerate(table.index.get_indexer(pd.Index(areas))):
        if place >= 0:
            within[j] = rank[place] <= rule.first
            of_place = {"printed": bool(within[j]), "largest_is_best": largest_is_best}
            times[j] = times_of_place(first, place, value, se, **of_place) if rule.first < len(value) else 1.0
    return within, times
