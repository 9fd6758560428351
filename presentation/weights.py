"""Weights in words: the tables of `WaveWeights` under their headings, and the sentences beneath them."""

import pandas as pd

from estimation import Step
from estimation.indicators.indicators import SHARE
from estimation.weighting.census import CROSSED
from estimation.weighting.weighting import BASE, CALIBRATION, ELIGIBILITY, ELIGIBLE, NONRESPONSE, PHONES, TRIMMING
from presentation.figures import Speaker, change_text, shown_value, stopped_note, survey_note, value_text, wave_text
from programme.survey import Programme
from service.figures.weighing import WaveWeights

NAMED = (ELIGIBLE, TRIMMING)  # steps whose cells are words of ours
MOST = 20  # extreme weights shown; the file has all weights


def title(found: WaveWeights, t: Speaker) -> str:
    """The survey and wave these weights are of."""
    return t("weights.of", programme=found.programme.title, wave=wave_text(found.data.name, t))


def step_rows(found: WaveWeights, t: Speaker) -> pd.DataFrame:
    """One row a step: who still has a weight, the sum, the range, what unequal weights cost."""
    rows = []
    for name, row in found.steps.iterrows():
        values = (t("number.count", value=row["n"]), t("number.count", value=row["sum"]))
        span = t("weights.span", low=row["smallest"], high=row["largest"])
        middle = t("number.weight", value=row["median"])
        effect = t("number.ratio", value=row["deff"])
        rows.append(
            (t(f"weights.step.{name}"), *values, span, middle, effect, t("number.count", value=row.n_effective))
        )
    columns = ("step", "n", "sum", "range", "median", "deff", "n_effective")
    return pd.DataFrame(rows, columns=[t(f"weights.column.{c}") for c in columns])


def change_rows(found: WaveWeights, step: Step, t: Speaker) -> pd.DataFrame:
    """One row a cell of a step: the sums of weights before and after, and the factor of those that remain."""
    rows = []
    for cell, row in step.changes.iterrows():
        factor = "–" if pd.isna(row.multiplier) else t("number.factor", value=row.multiplier)
        sums = (t("number.count", value=row[c]) for c in ("n", "before", "after"))
        rows.append((_cell(found, step, cell, t), *sums, factor))
    return pd.DataFrame(
        rows, columns=[t(f"weights.column.{c}") for c in ("cell", "n", "before", "after", "multiplier")]
    )


def margin_rows(found: WaveWeights, t: Speaker) -> pd.DataFrame:
    """One row a category of a margin: the known total, the sums before calibration and with the final weights."""
    rows = []
    for row in found.weighting.margins().to_dict("records"):
        sums = (t("number.count", value=row[c]) for c in ("n", "known", "before", "after"))
        columns = row["margin"].split(CROSSED)
        margin = " × ".join(_column(found.programme, column, t) for column in columns)
        values = _named(found.programme, columns, row["category"].split(CROSSED), t)
        label = t("weights.category", margin=margin, category=values)
        rows.append((label, *sums, t("number.factor", value=row["ratio"])))
    columns = ("category", "n", "known", "uncalibrated", "calibrated", "ratio")
    return pd.DataFrame(rows, columns=[t(f"weights.column.{c}") for c in columns])


def extreme_rows(found: WaveWeights, t: Speaker) -> pd.DataFrame:
    """The heaviest final weights above five times the median, at most twenty."""
    rows = [
        (
            row["unit_id"],
            t("number.weight", value=row["weight"]),
            t("number.factor", value=row["over_median"]),
            t("number.share", value=row["share_of_squares"]),
        )
        for row in found.extremes.head(MOST).to_dict("records")
    ]
    columns = ("number", "weight", "over_median", "share_of_squares")
    return pd.DataFrame(rows, columns=[t(f"weights.column.{c}") for c in columns])


def cost_rows(found: WaveWeights, t: Speaker) -> pd.DataFrame:
    """One row a measure: how far trimming moved it over everybody, beside what it saved in standard error."""
    rows = []
    costs = {} if found.cost is None else found.cost.to_dict("index")
    for name, row in costs.items():
        measure = found.programme.measures[name]
        means = (value_text(measure, row[c], t) for c in ("before", "after"))
        form = "number.points" if measure.kind == SHARE else "number.ratio"
        errors = [t(form, value=shown_value(measure, row[c])) for c in ("se_before", "se_after", "rmse_after")]
        rows.append(
            (
                found.programme.measure_names[name][t("language.code")],
                *means,
                change_text(measure, row["shift"], t),
                *errors,
            )
        )
    columns = ("measure", "untrimmed", "trimmed", "shift", "se_before", "se_after", "rmse_after")
    return pd.DataFrame(rows, columns=[t(f"weights.column.{c}") for c in columns])


def detail_rows(found: WaveWeights, step: Step, t: Speaker) -> pd.DataFrame:
    """What a step changed: its margins if it calibrates, else its cells."""
    return margin_rows(found, t) if step.name == CALIBRATION else change_rows(found, step, t)


def step_note(found: WaveWeights, step: Step, t: Speaker) -> str:
    """What a step does, in a sentence with its figures."""
    plan = found.programme.weighting
    assert plan is not None
    calibration, trimming = found.weighting.calibration, found.weighting.trimming
    if step.name == CALIBRATION and calibration is not None and plan.calibrating is not None:
        lowest, highest = calibration.g.min(), calibration.g.max()
        values = {"distance": t(f"weights.distance.{plan.calibrating.distance}"), "low": lowest, "high": highest}
        return t("weights.did.calibration", period=wave_text(str(found.period), t), file=found.file, **values)
    if step.name == TRIMMING and trimming is not None and plan.trimming is not None:
        trimmed = int(trimming.trimmed.sum())
        limits = {"smallest": plan.trimming.smallest, "largest": plan.trimming.largest}
        return t("weights.did.trimming", count=trimmed, **limits)
    return t(f"weights.did.{step.name}")


def notes(found: WaveWeights, t: Speaker) -> list[str]:
    """What must be said beside the weights."""
    said = [t("weights.note.deff"), t("weights.note.variance"), survey_note(found.programme, t)]
    return ([t("app.outdated")] if found.outdated else []) + stopped_note([found.run], t) + said


def extreme_note(found: WaveWeights, t: Speaker) -> str:
    """How many weights are extreme, and what share of the sum of squares the heaviest has."""
    count = len(found.extremes)
    return t("weights.extremes", count=count, shown=min(count, MOST)) if count else t("weights.extremes_none")


def _cell(found: WaveWeights, step: Step, cell, t: Speaker) -> str:
    """A cell of a step for the reader: our words, or the codes of the columns it is made of by their names."""
    if step.name in NAMED:
        return t(f"weights.cell.{cell}")
    plan = found.programme.weighting
    assert plan is not None
    made_of = {
        BASE: (plan.base.frame,),
        PHONES: (plan.base.frame,),
        ELIGIBILITY: plan.eligibility_cells,
        NONRESPONSE: plan.nonresponse.cells,
    }[step.name]
    codes = cell if isinstance(cell, tuple) else (cell,)
    if len(codes) != len(made_of) or made_of == (None,):
        return t("weights.cell.all") if cell == "all" else str(cell)
    return _named(found.programme, made_of, codes, t)


def _column(plan: Programme, column: str, t: Speaker) -> str:
    return plan.labels[column].name[t("language.code")] if column in plan.labels else column


def _named(plan: Programme, columns, codes, t: Speaker) -> str:
    """Codes crossed, by their names: the programme's labels, the ranked areas', else as they are."""
    language, said = t("language.code"), []
    for column, code in zip(columns, codes, strict=True):
        names = plan.labels[column].codes if column in plan.labels else {}
        if column == plan.columns.area and code in plan.areas:
            names = {code: plan.areas[code].name}
        said.append(names[code][language] if code in names else str(code))
    return " × ".join(said)
