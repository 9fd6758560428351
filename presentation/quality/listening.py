"""Listening again, interviews left out, and interviewers, in words."""

import numpy as np
import pandas as pd

from fieldwork.quality.relistening import RESULTS, heard
from presentation.numbers import change_text, shown_value, value_text
from programme.declared import Programme
from service.fieldwork.relistening import Relistening
from service.figures.both_ways import BothWays
from service.figures.interviewers import InterviewerReport, confirmed
from service.store.runs import local_time, person_text
from words import Speaker

NOTHING = "–"


def sample_notes(sample: Relistening, t: Speaker) -> list[str]:
    """When the sample was drawn, with which seed, and what was heard."""
    values = {"count": len(sample.interviews), "part": sample.part, "seed": sample.seed}
    said = [t("relistening.drawn", at=local_time(sample.at), name=person_text(sample.by, t), **values)]
    summary = heard(sample.interviews.result)
    done = sum(summary.counts.values())
    if not done:
        return [*said, t("relistening.open")]
    said.append(t("relistening.done", done=done, count=summary.drawn, **summary.counts))
    if not np.isnan(summary.part):
        limits = {"lower": summary.lower, "upper": summary.upper}
        said.append(t("relistening.invalid_part", part=summary.part, **limits))
    return said


def sample_rows(sample: Relistening, programme: Programme, t: Speaker) -> pd.DataFrame:
    """One row for each interview of the sample."""
    rows = []
    for row in sample.interviews.to_dict("records"):
        result = t(f"relistening.result.{row['result']}") if row["result"] in RESULTS else NOTHING
        area = programme.areas[row["area"]].name[t("language.code")] if row["area"] in programme.areas else row["area"]
        texts = [NOTHING if pd.isna(row[c]) else row[c] for c in ("interviewer", "note")]
        rows.append((row["unit_id"], texts[0], area, result, texts[1]))
    columns = ("unit", "interviewer", "area", "result", "note")
    return pd.DataFrame(rows, columns=[t(f"relistening.column.{c}") for c in columns])


def interview_labels(sample: Relistening, programme: Programme, t: Speaker) -> dict[str, str]:
    """Each interview of the sample with its interviewer, its area and what was heard; first those nobody heard yet."""
    columns = [t(f"relistening.column.{c}") for c in ("unit", "interviewer", "area", "result")]
    open_first = sample.interviews.result.notna().to_numpy().argsort(kind="stable")
    shown = sample_rows(sample, programme, t)[columns].iloc[open_first]
    return {row[0]: " · ".join(cell for cell in row if cell != NOTHING) for row in shown.itertuples(index=False)}


def both_rows(both: BothWays, t: Speaker) -> pd.DataFrame:
    """One row for each measure and area, those moved most first: both figures and both ranks."""
    rows = []
    table = both.table.assign(moved=both.table.kept - both.table["all"])
    for name, of_measure in table.groupby("measure", sort=False):
        measure = both.programme.measures[str(name)]
        order = of_measure.moved.abs().sort_values(ascending=False, kind="stable").index
        for row in of_measure.loc[order].to_dict("records"):
            area = row["domain"]
            shown = both.programme.areas[area].name[t("language.code")] if area in both.programme.areas else area
            known = not np.isnan(row["kept"])
            moved = [value_text(measure, row["kept"], t), change_text(measure, row["moved"], t)]
            ranks = f"{row['rank_all']:.0f} → {row['rank_kept']:.0f}" if known else NOTHING
            cells = [
                *(moved if known else [NOTHING, NOTHING]),
                t("flags.points_or_scores", value=shown_value(measure, row["se"])),
            ]
            interviews = f"{row['n_all']:.0f} → {row['n_kept']:.0f}" if known else f"{row['n_all']:.0f} → 0"
            rows.append(
                (
                    shown,
                    _measure(both.programme, str(name), t),
                    interviews,
                    value_text(measure, row["all"], t),
                    *cells,
                    ranks,
                )
            )
    columns = ("area", "measure", "interviews", "all", "kept", "moved", "se", "ranks")
    return pd.DataFrame(rows, columns=[t(f"both_ways.column.{c}") for c in columns])


def out_sentence(both: BothWays, t: Speaker) -> str:
    """How many interviews are left out, and whether the figures have to be computed for that."""
    first = t("both_ways.out", count=both.without) if both.without else t("both_ways.none")
    sentences = [first, *([t("both_ways.to_compute")] if both.computed is False else [])]
    return t("list.between_sentences").join(sentences)


def out_rows(both: BothWays, t: Speaker) -> pd.DataFrame:
    """The interviews left out of the wave, each with its reason, who left it out, and when."""
    rows = [
        (r["unit_id"], r["reason"], person_text(r["by"], t), local_time(r["at"]))
        for r in both.reasons.to_dict("records")
    ]
    return pd.DataFrame(rows, columns=[t(f"both_ways.column.{c}") for c in ("unit", "reason", "by", "at")])


def interviewer_rows(report: InterviewerReport, t: Speaker) -> pd.DataFrame:
    """One row for each measure: ρ with its limits, and the middling area's standard error with and without."""
    rows = []
    for row in report.measures.to_dict("records"):
        measure = report.programme.measures[row["measure"]]
        known = not np.isnan(row["rho"])
        rho = [f"{row['rho']:.4f}", t("interviewer_report.limits", lower=row["lower"], upper=row["upper"])]
        errors = [t("flags.points_or_scores", value=shown_value(measure, row[c])) for c in ("se_without", "se_with")]
        counts = [t("number.count", value=row[c]) for c in ("interviewers", "shared", "alone")]
        rows.append(
            (_measure(report.programme, row["measure"], t), *counts, *(rho if known else [NOTHING] * 2), *errors)
        )
    columns = ("measure", "interviewers", "shared", "alone", "rho", "limits", "se_without", "se_with")
    return pd.DataFrame(rows, columns=[t(f"interviewer_report.column.{c}") for c in columns])


def verdict_rows(report: InterviewerReport, t: Speaker) -> pd.DataFrame:
    """One row for each change whose verdict is a confirmation with or without interviewers: what they add to it."""
    rows = []
    changes = report.changes
    shown = changes[
        [confirmed(pd.Series([a, b])) > 0 for a, b in zip(changes.verdict_with, changes.verdict_without, strict=True)]
    ]
    for row in shown.to_dict("records"):
        measure = report.programme.measures[row["measure"]]
        errors = [t("flags.points_or_scores", value=shown_value(measure, row[c])) for c in ("se_without", "se_with")]
        verdicts = [t(f"interviewer_report.verdict.{row[c]}") for c in ("verdict_without", "verdict_with")]
        area = report.programme.areas[row["area"]].name[t("language.code")]
        rows.append(
            (
                _measure(report.programme, row["measure"], t),
                area,
                change_text(measure, row["change"], t),
                *errors,
                *verdicts,
            )
        )
    columns = ("measure", "area", "change", "se_without", "se_with", "verdict_without", "verdict_with")
    return pd.DataFrame(rows, columns=[t(f"interviewer_report.column.{c}") for c in columns])


def interviewer_notes(report: InterviewerReport, t: Speaker) -> list[str]:
    """What is not known, and how many confirmations there are with and without interviewers."""
    said = [t(key, **values) for key, values in report.unsaid]
    if len(report.changes):
        counts = {c: confirmed(report.changes[f"verdict_{c}"]) for c in ("without", "with")}
        said.append(t("interviewer_report.confirmed", count=counts["without"], counted=counts["with"]))
    return said


def _measure(programme: Programme, name: str, t: Speaker) -> str:
    return programme.measure_names[name][t("language.code")]
