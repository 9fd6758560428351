"""The report on nonresponse in words: a headline, its tables as text, and what it cannot say."""

from typing import Any

import numpy as np
import pandas as pd

from accountability.league.conventions import ALL
from estimation import Measure
from presentation.numbers import change_text, shown_value, value_text
from presentation.times import wave_text
from programme.declared import Programme
from service.figures.response import ResponseReport
from words import Speaker

NOTHING = "–"
NAMED = ("area", "mode", "stratum", "age_group")  # columns that have names in words/


def title(report: ResponseReport, t: Speaker) -> str:
    """The survey and the wave."""
    return t("weights.of", programme=report.programme.title, wave=wave_text(report.wave, t))


def headline(report: ResponseReport, t: Speaker) -> list[str]:
    """The response rate, R with its limits, and how far an unweighted share can be off at most."""
    even = report.even
    if even is None:
        return []
    said = [t("nonresponse.rate", rate=even.rate, count=even.n)]
    if np.isnan(even.se):
        return [*said, t("nonresponse.r_even", r=even.r, plain=even.uncorrected)]
    low, high = even.r - 1.96 * even.se, min(1.0, even.r + 1.96 * even.se)
    values = {"r": even.r, "lower": low, "upper": high, "plain": even.uncorrected, "published": even.published}
    return [*said, t("nonresponse.r", **values), t("nonresponse.largest", points=min(50.0, 50 * even.largest_bias))]


def variable_rows(report: ResponseReport, t: Speaker) -> pd.DataFrame:
    """One row for each variable: how uneven response is between its categories, and within classes of all others."""
    assert report.even is not None
    rows = []
    for name, row in report.even.variables.iterrows():
        values = (f"{row[c]:.3f}" for c in ("unconditional", "conditional"))
        rows.append((column_name(report.programme, str(name), t), *values))
    columns = ("variable", "unconditional", "conditional")
    return pd.DataFrame(rows, columns=[t(f"nonresponse.column.{c}") for c in columns])


def category_rows(report: ResponseReport, t: Speaker) -> pd.DataFrame:
    """One row for each category: people, their part, their response rate, and the category's partial indicators."""
    assert report.even is not None
    rows = []
    for row in report.even.categories.to_dict("records"):
        name, code = str(row["variable"]), str(row["category"])
        rows.append(
            (
                column_name(report.programme, name, t),
                category_name(report.programme, name, code, t),
                t("number.count", value=row["n"]),
                t("number.share", value=f"{100 * row['share']:.1f}"),
                t("number.share", value=f"{100 * row['rate']:.1f}"),
                f"{row['unconditional']:+.3f}".replace("-", "−"),
                f"{row['conditional']:.3f}",
            )
        )
    columns = ("variable", "category", "n", "share", "rate", "unconditional", "conditional")
    return pd.DataFrame(rows, columns=[t(f"nonresponse.column.{c}") for c in columns])


def moved_rows(report: ResponseReport, t: Speaker) -> pd.DataFrame:
    """One row for each measure and step: the figure over all areas, how far it moved, and the area moved most."""
    rows = []
    for measure_name, of_measure in report.moved.groupby("measure", sort=False):
        measure = report.programme.measures[str(measure_name)]
        for step, of_step in of_measure.groupby("step", sort=False):
            everybody = of_step[of_step.domain == ALL]
            areas = of_step[of_step.domain != ALL]
            moved = float(everybody.moved.iloc[0])
            known = not np.isnan(moved)
            cells = [change_text(measure, moved, t), _points(measure, everybody.se_moved.iloc[0], t)]
            rows.append(
                (
                    _measure(report.programme, measure, t),
                    t(f"weights.step.{step}"),
                    value_text(measure, float(everybody.estimate.iloc[0]), t),
                    *(cells if known else [NOTHING, NOTHING]),
                    _most(report.programme, measure, areas, t) if known else NOTHING,
                )
            )
    columns = ("measure", "step", "estimate", "moved", "se_moved", "most")
    return pd.DataFrame(rows, columns=[t(f"nonresponse.column.{c}") for c in columns])


def error_rows(report: ResponseReport, t: Speaker, *, changes: bool = False) -> pd.DataFrame:
    """One row for each measure: both standard errors over all areas, and their ratio in the areas."""
    table, rows = (report.changes if changes else report.errors), []
    for name, of_measure in table.groupby("measure", sort=False):
        measure = report.programme.measures[str(name)]
        everybody, areas = of_measure[of_measure.domain == ALL], of_measure[of_measure.domain != ALL]
        ratio = (areas.se_replicates / areas.se_linear.where(areas.se_linear > 0)).dropna()
        both = [NOTHING, NOTHING]
        if len(everybody):
            both = [_points(measure, everybody[c].iloc[0], t) for c in ("se_linear", "se_replicates")]
        spread = (
            [f"{value:.2f}" for value in (ratio.median(), ratio.min(), ratio.max())] if len(ratio) else [NOTHING] * 3
        )
        rows.append((_measure(report.programme, measure, t), *both, *spread))
    columns = ("measure", "se_linear", "se_replicates", "ratio", "ratio_low", "ratio_high")
    return pd.DataFrame(rows, columns=[t(f"nonresponse.column.{c}") for c in columns])


def notes(report: ResponseReport, t: Speaker) -> list[str]:
    """What the report cannot say, and how the replicates were made."""
    said = [unsaid_text(key, values, report.programme, t) for key, values in report.unsaid]
    if len(report.errors):
        said.append(
            t("nonresponse.replicates_note", count=report.replicates, shortened=report.shortened, failed=report.failed)
        )
    return said


def unsaid_text(key: str, values: dict[str, Any], programme: Programme, t: Speaker) -> str:
    """A sentence on what a report cannot say, with the names of waves and columns in it."""
    shown = dict(values)
    if "wave" in shown:
        shown["wave"] = wave_text(shown["wave"], t)
    if "column" in shown:
        shown["column"] = column_name(programme, shown["column"], t)
    return t(key, **shown)


def column_name(programme: Programme, column: str, t: Speaker) -> str:
    """A column's name: the programme's label, else the usual one, else the column's."""
    if column in programme.labels:
        return programme.labels[column].name[t("language.code")]
    if column == programme.columns.area or column in NAMED:
        return t(f"nonresponse.variable.{'area' if column == programme.columns.area else column}")
    return column


def category_name(programme: Programme, column: str, code: str, t: Speaker) -> str:
    """A category's name: an area's, the programme's label, else the code."""
    names = programme.labels[column].codes if column in programme.labels else {}
    if column in ("area", programme.columns.area) and code in programme.areas:
        names = {code: programme.areas[code].name}
    if column == "mode" and code in ("mobile", "landline"):
        return t(f"nonresponse.mode.{code}")
    return names[code][t("language.code")] if code in names else code


def report_csv(report: ResponseReport) -> pd.DataFrame:
    """All figures of the report in one table: what, measure, domain, step and values."""
    parts = [("moved", report.moved), ("error", report.errors), ("change", report.changes)]
    if report.even is not None:
        parts.insert(0, ("response", report.even.categories))
    filled = [table.assign(table=name) for name, table in parts if len(table)]
    if not filled:
        return pd.DataFrame(columns=["table"])
    together = pd.concat(filled, ignore_index=True)
    return together[["table", *(c for c in together if c != "table")]]


def _measure(programme: Programme, measure: Measure, t: Speaker) -> str:
    return programme.measure_names[measure.name][t("language.code")]


def _points(measure: Measure, value: float, t: Speaker) -> str:
    return t("nonresponse.points", value=shown_value(measure, value))


def _most(programme: Programme, measure: Measure, areas: pd.DataFrame, t: Speaker) -> str:
    """The area that a step moved most, and how far."""
    if areas.moved.isna().all():
        return NOTHING
    row = areas.loc[areas.moved.abs().idxmax()]
    name = programme.areas[row.domain].name[t("language.code")] if row.domain in programme.areas else row.domain
    return t("nonresponse.most_of", area=name, moved=change_text(measure, float(row.moved), t))
