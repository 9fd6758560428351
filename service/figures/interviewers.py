"""Interviewers as a source of variance in a wave: ρ of every measure with limits, and figures with and without."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from accountability.league.changes import change_table
from estimation.changes.verdicts import PROVEN, REAL
from programme.declared import Programme
from service.figures.comparable import wave_inputs
from service.figures.computing import measures_of_waves
from service.figures.league import newest_wave
from service.figures.loaded_waves import load_waves
from service.intake.imports import current_programme
from service.store.engine import Store
from service.store.permissions import permitted
from service.store.remembered import remembered
from service.store.runs import generator

Unsaid = tuple[str, dict]


@dataclass(frozen=True, eq=False)
class InterviewerReport:
    """What interviewers add to a wave's errors.

    measures  measure, interviewers, shared (areas with several), alone, rho, lower, upper, df, largest (interviews of
              the busiest interviewer in an area), se_without, se_with (of the middling area)
    changes   since `against`: measure, area, change, se_without, se_with, verdict_without, verdict_with
    unsaid    why something is not known
    """

    programme: Programme
    wave: str
    against: str | None
    measures: pd.DataFrame
    changes: pd.DataFrame
    unsaid: tuple[Unsaid, ...]


@permitted
@remembered
def read_interviewers(
    store: Store, programme_name: str, wave: str | None = None, *, against: str | None = None
) -> InterviewerReport:
    """ρ of every measure of a wave; against: an earlier wave, to compare the verdicts with and without interviewers."""
    wave = wave or newest_wave(store, programme_name)
    programme = current_programme(store, programme_name)[1]
    names = [wave] if against is None or against == wave else sorted({against, wave})
    loaded = load_waves(store, programme, wave_inputs(store, programme, names))
    by_name = {w.name: w for w in loaded}
    unsaid = _unsaid(programme, by_name[wave])
    if unsaid:
        return InterviewerReport(programme, wave, against, pd.DataFrame(), pd.DataFrame(), tuple(unsaid))
    data = measures_of_waves(programme, loaded, {}, programme.measures)
    measures = _measures(data, wave)
    if not measures.rho.notna().any():
        unsaid.append(("interviewer_report.unknown", {}))
    comparable = len(names) > 1
    if comparable and by_name[names[0]].respondents.interviewer.isna().any():
        unsaid.append(("interviewer_report.absent_before", {"wave": names[0]}))
        comparable = False
    changes = _changes(programme, data, *names) if comparable else pd.DataFrame()
    return InterviewerReport(programme, wave, against, measures, changes, tuple(unsaid))


def _unsaid(programme: Programme, wave) -> list[Unsaid]:
    declared, interviewer = programme.interviewers, wave.respondents.interviewer
    if declared is None or interviewer.isna().all():
        return [("interviewer_report.absent", {})]
    if not declared.at_random:
        return [("interviewer_report.not_random", {})]
    if interviewer.isna().any():
        return [("interviewer_report.some_absent", {"count": int(interviewer.isna().sum())})]
    if interviewer.nunique() < 2:
        return [("interviewer_report.one", {"name": str(interviewer.iloc[0])})]
    return []


def _measures(data, wave: str) -> pd.DataFrame:
    """One row for each measure."""
    rows = []
    for name, of_wave in data.items():
        measured = of_wave[wave]
        part = measured.interviewers
        if part is None:
            continue
        lower, upper = part.limits() if part.known else (np.nan, np.nan)
        without, counted = measured.judged.se, measured.counted.se
        row = {"measure": name, "interviewers": part.interviewers, "shared": part.shared, "alone": len(part.alone)}
        row |= {"rho": part.rho if part.known else np.nan, "lower": lower, "upper": upper}
        row |= {"df": part.df if part.known else np.nan}
        rows.append(row | {"se_without": float(np.median(without)), "se_with": float(np.median(counted))})
    columns = ["measure", "interviewers", "shared", "alone", "rho", "lower", "upper", "df", "se_without", "se_with"]
    return pd.DataFrame(rows, columns=columns)


def _changes(programme: Programme, data, before: str, after: str) -> pd.DataFrame:
    """The changes of every measure with interviewers counted and not, judged alike otherwise."""
    tables = []
    options: dict[str, Any] = {
        "level": programme.page_level,
        "family": programme.family,
        "side": programme.comparing.side,
    }
    options |= {"rank_share": programme.comparing.rank_share}
    for name, of_waves in data.items():
        ignored = {wave: replace(measured, interviewer=None) for wave, measured in of_waves.items()}
        for league in programme.leagues:
            areas = programme.league_areas(league)
            if not all(set(areas) & set(m.areas.names) for m in of_waves.values()):
                continue
            both = [
                change_table(
                    waves,
                    (before,),
                    (after,),
                    areas,
                    watch=[a for a in programme.comparing.watch if a in areas],
                    last=programme.last(name),
                    rng=generator("rankshift", before, after, name, league),
                    **options,
                )
                for waves in (of_waves, ignored)
            ]
            columns = ["area", "change", "se", "verdict"]
            joined = both[0][columns].merge(
                both[1][["area", "se", "verdict"]], on="area", suffixes=("_with", "_without")
            )
            tables.append(joined.assign(measure=name))
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def confirmed(verdicts: pd.Series) -> int:
    """How many of the verdicts confirm a change."""
    return int(verdicts.isin((REAL, PROVEN)).sum())
