"""A league as a table: its columns in order, their headings, and its rows as they are shown or sent to others."""

import pandas as pd

from presentation.changes import verdict_of, verdict_text
from presentation.league_notes import league_notes
from presentation.notes import unfit_text, withheld_text
from presentation.numbers import shown_value
from presentation.times import wave_text
from service.figures.league import League
from service.files.write import csv_bytes, workbook_bytes
from words import Speaker

PLACE = ("rank", "area", "code", "estimate", "lower", "upper", "rank_lower", "rank_upper", "n")
MOVEMENT = ("rank_before", "places", "noise", "change", "change_lower", "change_upper", "verdict")
PLACES = ("before_lower", "before_upper", "rank_after", "after_lower", "after_upper", "places_lower", "places_upper")
PLACES += ("own", "others")
PRECISION = (
    "se",
    "se_interviewer",
    "rho_interviewer",
    "interviewers",
    "deff",
    "df",
    "n_effective",
    "population",
    "fpc",
    "unfit",
    "method",
    "alone_lower",
    "alone_upper",
)
TESTS = (
    "change_se",
    "change_se_design",
    "change_se_interviewer",
    "p",
    "p_holm",
    "q_screening",
    "relative",
    "relative_se",
)
TESTS += ("relative_lower", "relative_upper", "p_standing", "p_worse_standing", "watched", "p_last")
TESTS += ("change_one_margins", "places_one_margins", "verdict_one_margins")
# columns of a league that are on the measure's scale: values, and differences of values
VALUES = ("estimate", "lower", "upper", "se", "se_interviewer")
DIFFERENCES = ("change", "change_lower", "change_upper", "change_se", "change_se_design", "change_se_interviewer")
DIFFERENCES += ("relative", "relative_se", "relative_lower", "relative_upper", "change_one_margins")
SAID = ("rank", "estimate", "n")  # columns in which the row of a withheld area says so


def league_rows(league: League, t: Speaker) -> pd.DataFrame:
    """One row for each area, best first: figures as stored (shares as fractions), names and verdicts in words."""
    table = league.table.reset_index(names="code")
    table.insert(0, "area", [league.name(code)[t("language.code")] for code in table.code])
    table["unfit"] = [unfit_text(broken, t) for broken in table.unfit]
    table["method"] = [t(f"method.{m}") for m in table.method]
    columns = [*PLACE, *PRECISION]
    if league.against is not None:
        withheld = {area: withheld_text(league, t) for area in league.unchanged}
        verdicts = zip(table.code, table.verdict, strict=True)
        table["verdict"] = [
            withheld.get(area, t("verdict.uncompared")) if pd.isna(v) else verdict_text(league, area, t)
            for area, v in verdicts
        ]
        table["watched"] = ["" if pd.isna(w) else t("yes" if w else "no") for w in table.watched]
        columns = [*PLACE, *MOVEMENT, *PLACES, *PRECISION, *TESTS]
        one = zip(table.verdict_one_margins, table.places_one_margins, strict=True)
        best = league.measure.largest_is_best
        table["verdict_one_margins"] = ["" if pd.isna(v) else verdict_of(v, places, best, t) for v, places in one]
        if table.change_one_margins.isna().all():
            columns = [c for c in columns if not c.endswith("_one_margins")]
        counts = ["rank_before", "places", "noise", *(c for c in PLACES if c not in ("own", "others"))]
        table[counts] = table[counts].astype("Int64")
    return table[[c for c in columns if c in table]]


def sent_rows(league: League, t: Speaker) -> pd.DataFrame:
    """`league_rows`, and below them the withheld areas, with words in place of their figures."""
    rows, text = league_rows(league, t), withheld_text(league, t)
    if not league.withheld:
        return rows
    withheld = [
        {"area": league.name(a)[t("language.code")], "code": a, **dict.fromkeys(SAID, text)} for a in league.withheld
    ]
    below = pd.DataFrame(withheld).reindex(columns=rows.columns)
    return pd.concat([rows.astype(object), below.astype(object)], ignore_index=True)


def heading(column: str, t: Speaker) -> str:
    """The heading of a column."""
    return t(f"column.{column}")


def league_csv(league: League, t: Speaker) -> bytes:
    """The whole table as CSV, its columns under their technical names, so that scripts find them."""
    return csv_bytes(sent_rows(league, t), simulated=league.programme.simulated)


def league_workbook(league: League, t: Speaker) -> bytes:
    """The whole table as XLSX under its headings, with notes: what it is, how people were asked, which runs made it."""
    rows = sent_rows(league, t)
    share = league.measure.unit == "share"
    value = f"0.{'0' * league.measure.decimals}" + "%" * share
    formats = dict.fromkeys(VALUES, value) | dict.fromkeys(DIFFERENCES, f"+{value};-{value};{value}")
    formats |= {"deff": "0.00", "df": "0", "n_effective": "0.0", "rho_interviewer": "0.0000", "interviewers": "0"}
    formats |= {"population": "0", "fpc": "0.000"}
    formats |= dict.fromkeys(("places", "places_lower", "places_upper", "places_one_margins"), "+0;-0;0")
    formats |= dict.fromkeys(("own", "others"), "+0.0;-0.0;0.0")
    formats |= {c: "0.0000" for c in ("p", "p_holm", "q_screening", "p_standing", "p_worse_standing", "p_last")}
    return workbook_bytes(
        rows.rename(columns={c: heading(c, t) for c in rows}),
        title=wave_text(league.wave, t),
        formats={heading(c, t): f for c, f in formats.items() if c in rows},
        notes=league_notes(league, t),
        notes_title=t("notes.title"),
    )


def shown_rows(league: League, rows: pd.DataFrame, t: Speaker) -> pd.DataFrame:
    """`league_rows` as a page shows them: shares in per cent, intervals and ranges as text."""
    rows, decimals = rows.copy(), league.measure.decimals
    for column in [c for c in (*VALUES, *DIFFERENCES) if c in rows]:
        rows[column] = shown_value(league.measure, rows[column])
    rows["interval"] = _range(rows.lower, rows.upper, f"{{:.{decimals}f}}–{{:.{decimals}f}}")
    rows["rank_range"] = _range(rows.rank_lower, rows.rank_upper, "{}–{}")
    if league.against is not None:
        rows["range_before"] = _range(rows.before_lower, rows.before_upper, "{}–{}")
        rows["range_after"] = _range(rows.after_lower, rows.after_upper, "{}–{}")
        rows["places_range"] = _range(rows.places_lower, rows.places_upper, "{:+d} … {:+d}")
    if league.alone:
        rows["rank_range_alone"] = _range(rows.alone_lower, rows.alone_upper, "{}–{}")
    return rows


def with_withheld(league: League, rows: pd.DataFrame, t: Speaker) -> pd.DataFrame:
    """The rows of `shown_rows`, and below them the withheld areas, with words in the column of intervals."""
    text, code = withheld_text(league, t), t("language.code")
    withheld = [{"area": league.name(a)[code], "code": a, "interval": text} for a in league.withheld]
    return pd.concat([rows, pd.DataFrame(withheld)], ignore_index=True) if withheld else rows


def _range(low: pd.Series, high: pd.Series, form: str) -> list[str]:
    """The two limits in each row as one text; empty where they are missing."""
    return ["" if pd.isna(a) else form.format(a, b) for a, b in zip(low, high, strict=True)]
