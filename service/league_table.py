"""A league as a table to show or send: its columns in order, their headings, and the notes that travel with it."""

import pandas as pd

from service.files import csv_bytes, workbook_bytes
from service.league import League
from service.runs import run_text
from service.wording import Speaker, headline, survey_note, unfit_note, unfit_text, verdict_text, wave_text

PLACE = ("rank", "area", "code", "estimate", "lower", "upper", "rank_lower", "rank_upper", "n")
MOVEMENT = ("rank_before", "places", "noise", "change", "change_lower", "change_upper", "verdict")
PRECISION = ("se", "deff", "df", "n_effective", "unfit", "method", "alone_lower", "alone_upper")
TESTS = ("change_se", "change_se_design", "p", "p_holm", "q_screening", "relative", "relative_se", "p_standing")
ON_THE_SCALE = ("estimate", "lower", "upper", "se")
CHANGE_ON_THE_SCALE = (
    "change",
    "change_lower",
    "change_upper",
    "change_se",
    "change_se_design",
    "relative",
    "relative_se",
)


def league_rows(league: League, t: Speaker) -> pd.DataFrame:
    """One row an area, best first: figures as they are (shares as fractions), names and verdicts in words."""
    table = league.table.reset_index(names="code")
    table.insert(0, "area", [league.name(code)[t("language.code")] for code in table.code])
    table["unfit"] = [unfit_text(broken, t) for broken in table.unfit]
    table["method"] = [t(f"method.{m}") for m in table.method]
    columns = [*PLACE, *PRECISION]
    if league.against is not None:
        table["verdict"] = [t("verdict.uncompared") if pd.isna(v) else verdict_text(v, t) for v in table.verdict]
        columns = [*PLACE, *MOVEMENT, *PRECISION, *TESTS]
        counts = ["rank_before", "places", "noise"]
        table[counts] = table[counts].astype("Int64")
    return table[columns]


def heading(column: str, t: Speaker) -> str:
    """A column's heading."""
    return t(f"column.{column}")


def league_csv(league: League, t: Speaker) -> bytes:
    """The whole table as CSV, its columns under their technical names so that scripts find them."""
    return csv_bytes(league_rows(league, t))


def league_workbook(league: League, t: Speaker) -> bytes:
    """The whole table as XLSX under its headings, with notes: what it is, how people were asked, which runs made it."""
    rows = league_rows(league, t)
    share = league.measure.kind == "share"
    formats = {c: "0.0%" if share else "0.0" for c in ON_THE_SCALE}
    formats |= {c: "+0.0%;-0.0%;0.0%" if share else "+0.0;-0.0;0.0" for c in CHANGE_ON_THE_SCALE}
    formats |= {"deff": "0.00", "df": "0", "n_effective": "0.0", "places": "+0;-0;0"}
    formats |= {c: "0.0000" for c in ("p", "p_holm", "q_screening", "p_standing")}
    return workbook_bytes(
        rows.rename(columns={c: heading(c, t) for c in rows}),
        title=wave_text(league.wave, t),
        formats={heading(c, t): f for c, f in formats.items() if c in rows},
        notes=league_notes(league, t),
        notes_title=t("notes.title"),
    )


def league_notes(league: League, t: Speaker) -> list[str]:
    """What must be said beside the figures, line by line."""
    plan = league.plan
    title = t("notes.table", programme=plan.title, measure=plan.measure_names[league.measure.name])
    notes = [title, headline(league, t), survey_note(league, t), t("notes.ranks", level=plan.level)]
    if league.against is not None:
        notes.append(t("notes.changes", level=plan.level))
    if league.missing:
        notes.append(t("notes.missing", names=[league.name(a) for a in league.missing]))
    notes += unfit_note(league, t)
    if league.outdated:
        notes.append(t("outdated.league"))
    return notes + [run_text(run, t) for run in league.runs.values()]
