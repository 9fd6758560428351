"""Weights in words: the tables of `WaveWeights` under their headings, and the sentences beneath them."""

from collections.abc import Hashable, Sequence
from typing import Any

import pandas as pd

from estimation import Step
from estimation.estimators.merge_rules import MERGED
from estimation.indicators.indicators import SHARE
from estimation.weighting.census import CROSSED
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
from presentation.notes import accepted_note, merged_strata_note, origin_note, stopped_note, survey_note
from presentation.numbers import change_text, shown_value, value_text
from presentation.times import wave_text
from programme.declared import Programme
from service.figures.weighing import WaveWeights
from words import Speaker

NAMED = (ELIGIBLE, TRIMMING)  # steps whose cells have names in words/
MOST = 20  # extreme weights that are shown; the file has all weights


def title(wave_weights: WaveWeights, t: Speaker) -> str:
    """The survey and wave that these weights belong to."""
    return t("weights.of", programme=wave_weights.programme.title, wave=wave_text(wave_weights.data.name, t))


def step_rows(wave_weights: WaveWeights, t: Speaker) -> pd.DataFrame:
    """One row for each weighting step: how many have a weight, its sum, range, median and design effect."""
    rows = []
    for name, row in wave_weights.steps.iterrows():
        values = (t("number.count", value=row["n"]), t("number.count", value=row["sum"]))
        span = t("weights.span", low=row["smallest"], high=row["largest"])
        median = t("number.weight", value=row["median"])
        design_effect = t("number.ratio", value=row["deff"])
        rows.append(
            (t(f"weights.step.{name}"), *values, span, median, design_effect, t("number.count", value=row.n_effective))
        )
    columns = ("step", "n", "sum", "range", "median", "deff", "n_effective")
    return pd.DataFrame(rows, columns=[t(f"weights.column.{c}") for c in columns])


def change_rows(wave_weights: WaveWeights, step: Step, t: Speaker) -> pd.DataFrame:
    """One row for each cell of a step: the sums of weights before and after, and the factor of those that remain."""
    rows = []
    for cell, row in step.changes.iterrows():
        factor = "–" if pd.isna(row.multiplier) else t("number.factor", value=row.multiplier)
        sums = (t("number.count", value=row[c]) for c in ("n", "before", "after"))
        rows.append((_cell(wave_weights, step, cell, t), *sums, factor))
    return pd.DataFrame(
        rows, columns=[t(f"weights.column.{c}") for c in ("cell", "n", "before", "after", "multiplier")]
    )


def margin_rows(wave_weights: WaveWeights, t: Speaker) -> pd.DataFrame:
    """One row for each category of a margin: its known total, and the sums of weights before and after calibration."""
    rows = []
    for row in wave_weights.weighting.margins().to_dict("records"):
        sums = (t("number.count", value=row[c]) for c in ("n", "known", "before", "after"))
        columns = row["margin"].split(CROSSED)
        margin = " × ".join(_column(wave_weights.programme, column, t) for column in columns)
        values = MERGED.join(
            _named(wave_weights.programme, columns, category.split(CROSSED), t)
            for category in row["category"].split(MERGED)
        )
        label = t("weights.category", margin=margin, category=values)
        rows.append((label, *sums, t("number.factor", value=row["ratio"])))
    columns = ("category", "n", "known", "uncalibrated", "calibrated", "ratio")
    return pd.DataFrame(rows, columns=[t(f"weights.column.{c}") for c in columns])


def extreme_rows(wave_weights: WaveWeights, t: Speaker) -> pd.DataFrame:
    """The heaviest final weights above five times the median, at most twenty."""
    rows = [
        (
            row["unit_id"],
            t("number.weight", value=row["weight"]),
            t("number.factor", value=row["over_median"]),
            t("number.share", value=f"{100 * row['share_of_squares']:.1f}"),
        )
        for row in wave_weights.extremes.head(MOST).to_dict("records")
    ]
    columns = ("number", "weight", "over_median", "share_of_squares")
    return pd.DataFrame(rows, columns=[t(f"weights.column.{c}") for c in columns])


def cost_rows(wave_weights: WaveWeights, t: Speaker) -> pd.DataFrame:
    """One row for each measure: how far trimming moved its overall value, and what it saved in standard error."""
    rows = []
    costs = {} if wave_weights.cost is None else wave_weights.cost.to_dict("index")
    for name, row in costs.items():
        measure = wave_weights.programme.measures[name]
        means = (value_text(measure, row[c], t) for c in ("before", "after"))
        form = "number.points" if measure.kind == SHARE else "number.ratio"
        errors = [t(form, value=shown_value(measure, row[c])) for c in ("se_before", "se_after", "rmse_after")]
        rows.append(
            (
                wave_weights.programme.measure_names[name][t("language.code")],
                *means,
                change_text(measure, row["shift"], t),
                *errors,
            )
        )
    columns = ("measure", "untrimmed", "trimmed", "shift", "se_before", "se_after", "rmse_after")
    return pd.DataFrame(rows, columns=[t(f"weights.column.{c}") for c in columns])


def detail_rows(wave_weights: WaveWeights, step: Step, t: Speaker) -> pd.DataFrame:
    """What a step changed: by margin for calibration, else by cell."""
    return margin_rows(wave_weights, t) if step.name == CALIBRATION else change_rows(wave_weights, step, t)


def step_note(wave_weights: WaveWeights, step: Step, t: Speaker) -> str:
    """What a step did, in a sentence with its figures."""
    steps = wave_weights.programme.weighting
    assert steps is not None
    calibration, trimming = wave_weights.weighting.calibration, wave_weights.weighting.trimming
    if step.name == CALIBRATION and calibration is not None and steps.calibrating is not None:
        lowest, highest = calibration.g.min(), calibration.g.max()
        values = {"distance": t(f"weights.distance.{steps.calibrating.distance}"), "low": lowest, "high": highest}
        period = wave_text(str(wave_weights.period), t)
        did = t("weights.did.calibration", period=period, file=wave_weights.file, **values)
        return t("list.between_sentences").join([did, *merged_notes(wave_weights, t)])
    if step.name == TRIMMING and trimming is not None and steps.trimming is not None:
        trimmed = int(trimming.trimmed.sum())
        limits = {"smallest": steps.trimming.smallest, "largest": steps.trimming.largest}
        return t("weights.did.trimming", count=trimmed, **limits)
    return t(f"weights.did.{step.name}")


def merged_notes(wave_weights: WaveWeights, t: Speaker) -> list[str]:
    """Which categories of the margins were merged because nobody in one of them answered; nothing if none was."""
    margins = wave_weights.weighting.margins()
    merged = [row for row in margins.to_dict("records") if MERGED in row["category"]]
    names = [f"{row['margin']}: {row['category']}" for row in merged]
    return [t("weights.did.merged", categories=names)] if names else []


def notes(wave_weights: WaveWeights, t: Speaker) -> list[str]:
    """What must be said beside the weights."""
    sentences = [t("weights.note.deff"), t("weights.note.variance"), survey_note(wave_weights.programme, t)]
    sentences += merged_strata_note(wave_weights.data.merged_strata, t)
    sentences += origin_note([wave_weights.run], t)
    first = [t("app.outdated")] if wave_weights.outdated else []
    return first + stopped_note([wave_weights.run], t) + accepted_note([wave_weights.run], t) + sentences


def extreme_note(wave_weights: WaveWeights, t: Speaker) -> str:
    """How many weights are extreme, and how many of them are shown."""
    count = len(wave_weights.extremes)
    return t("weights.extremes", count=count, shown=min(count, MOST)) if count else t("weights.extremes_none")


def _cell(wave_weights: WaveWeights, step: Step, cell: Hashable, t: Speaker) -> str:
    """A cell of a step in words: from words/ for the steps in NAMED, else the names of the codes that make it up."""
    if step.name in NAMED:
        return t(f"weights.cell.{cell}")
    steps = wave_weights.programme.weighting
    assert steps is not None
    columns = {
        BASE: (steps.base.frame,),
        PHONES: (steps.base.frame,),
        PERSONS: (steps.persons,),
        ELIGIBILITY: steps.eligibility_cells,
        NONRESPONSE: steps.nonresponse.cells,
    }[step.name]
    codes = cell if isinstance(cell, tuple) else (cell,)
    if len(codes) != len(columns) or columns == (None,):
        return t("weights.cell.all") if cell == "all" else str(cell)
    return _named(wave_weights.programme, columns, codes, t)


def _column(programme: Programme, column: str, t: Speaker) -> str:
    return programme.labels[column].name[t("language.code")] if column in programme.labels else column


def _named(programme: Programme, columns: Sequence[Any], codes: Sequence[Any], t: Speaker) -> str:
    """The names of crossed codes: the programme's labels, the names of its areas, else the codes themselves."""
    language, texts = t("language.code"), []
    for column, code in zip(columns, codes, strict=True):
        names = programme.labels[column].codes if column in programme.labels else {}
        if column == programme.columns.area and code in programme.areas:
            names = {code: programme.areas[code].name}
        texts.append(names[code][language] if code in names else str(code))
    return " × ".join(texts)
