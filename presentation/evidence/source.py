"""Where one figure comes from, in words: its formula, definition, data versions, weights, design, method and run."""

from collections.abc import Mapping
from typing import Any

from estimation.weighting.weighting import (
    BASE,
    CALIBRATION,
    ELIGIBILITY,
    ELIGIBLE,
    NONRESPONSE,
    PERSONS,
    PHONES,
    TRIMMING,
)
from presentation.definitions import definition_text
from presentation.evidence.columns import column_formula
from presentation.league_table import MOVEMENT, PLACES, TESTS, heading
from presentation.times import wave_text
from presentation.weights import step_note
from programme.declared import Programme
from service.figures.league import League
from service.figures.provenance import Provenance, Read
from service.figures.use_cases import COMPARE, ESTIMATE, RANKS_ALONE
from service.figures.weighing import WaveWeights
from service.store.runs import run_text
from words import Speaker

OF_CHANGE = {*MOVEMENT, *PLACES, *TESTS, "range_before", "range_after", "places_range"}
OF_TABLE = ("area", "code")  # the columns that name the row: its estimate is what they lead to


def run_of(column: str, league: League) -> str:
    """The use case whose run computed a column of the league."""
    if column == "rank_range_alone" and RANKS_ALONE in league.runs:
        return RANKS_ALONE
    return COMPARE if column in OF_CHANGE and COMPARE in league.runs else ESTIMATE


def source_title(league: League, area: str, column: str, t: Speaker) -> str:
    """Which figure it is: the column, the area, the measure and the wave."""
    names = {"area": league.name(area), "measure": league.programme.measure_names[league.measure.name]}
    said = t("source.what", **names, wave=wave_text(league.wave, t))
    return t("source.of", column=heading(_figure(column), t), what=said)


def source_rows(
    league: League, provenances: Mapping[str, Provenance], area: str, column: str, t: Speaker
) -> list[tuple[str, str]]:
    """(what, words) from the formula to the run; found: `provenance` of the league."""
    column, run = _figure(column), run_of(column, league)
    rows = {
        "formula": column_formula(column, t),
        "definition": definition_text(league.programme, league.measure, t),
        "data": t("jobs.between").join(_read(read, t) for read in provenances[run].reads),
        "weights": weights_text(league.programme, t),
        "design": design_text(league, area, t),
        "method": _method(league, area, t),
        "run": run_text(league.runs[run], t),
        "chain": t("source.chain.how", named=league.wave),
    }
    return [(t(f"source.{name}"), said) for name, said in rows.items()]


def weights_source_rows(wave_weights: WaveWeights, found: Provenance, t: Speaker) -> list[tuple[str, str]]:
    """(what, words) of a wave's weights: the columns' formulas, the steps, the data versions and the run."""
    steps = [
        f"{t(f'weights.step.{step.name}')}{t('source.colon')}{step_note(wave_weights, step, t)}"
        for step in wave_weights.weighting.steps
    ]
    rows = {
        "formula": t("source.weights.formula"),
        "data": t("jobs.between").join(_read(read, t) for read in found.reads),
        "weights": t("list.between_sentences").join(steps),
        "run": run_text(wave_weights.run, t),
    }
    return [(t(f"source.{name}"), said) for name, said in rows.items()]


def weights_text(programme: Programme, t: Speaker) -> str:
    """Where the weights come from: the file, or the steps that make them."""
    if programme.weighting is None:
        column = programme.columns.weight
        return t("source.weights.file", column=column) if column else t("source.weights.equal")
    steps: dict[str, Any] = {
        BASE: True,
        ELIGIBILITY: True,
        ELIGIBLE: True,
        NONRESPONSE: True,
        PERSONS: programme.weighting.persons,
        PHONES: programme.weighting.phones,
        CALIBRATION: programme.weighting.calibrating,
        TRIMMING: programme.weighting.trimming,
    }
    return t("source.weights.steps", steps=[t(f"weights.step.{name}") for name, taken in steps.items() if taken])


def design_text(league: League, area: str, t: Speaker) -> str:
    """The strata and sampling units, and what they give in this area."""
    columns, row = league.programme.columns, league.table.loc[area]
    stratum = " × ".join(columns.stratum) or t("source.design.none")
    psu = " × ".join(columns.psu) or t("source.design.people")
    said = [t("source.design.columns", stratum=stratum, psu=psu)]
    said.append(t("source.design.area", n=int(row.n), df=f"{row.df:g}", deff=f"{row.deff:.2f}"))
    return t("list.between_sentences").join(said)


def _method(league: League, area: str, t: Speaker) -> str:
    row = league.table.loc[area]
    return t("source.method.line", method=t(f"method.{row.method}"), level=row.level)


def _figure(column: str) -> str:
    return "estimate" if column in OF_TABLE else column


def _read(read: Read, t: Speaker) -> str:
    name = wave_text(read.name, t) if read.kind == "wave" else read.name
    return t(f"source.read.{read.kind}", name=name, version=read.version, file=read.file)
