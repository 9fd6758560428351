"""A league as a table to show or send: its columns in order, their headings, and the notes that travel with it."""

import pandas as pd

from estimation.change.league_comparison import WORSE
from presentation.changes import headline, verdict_of, verdict_text
from presentation.definitions import definition_text
from presentation.figures import (
    DIFFERENCES,
    VALUES,
    Speaker,
    change_text,
    finite_note,
    percent_text,
    stopped_note,
    survey_note,
    unfit_note,
    unfit_text,
    wave_text,
    waves_a_year,
    window_text,
    withheld_note,
    withheld_text,
)
from presentation.interviewers import interviewer_notes
from service.figures.league import YEAR, League
from service.files.write import csv_bytes, workbook_bytes
from service.store.runs import run_text

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
SAID = ("rank", "estimate", "n")  # where a withheld row says that it is


def league_rows(league: League, t: Speaker) -> pd.DataFrame:
    """One row an area, best first: figures as they are (shares as fractions), names and verdicts in words."""
    table = league.table.reset_index(names="code")
    table.insert(0, "area", [league.name(code)[t("language.code")] for code in table.code])
    table["unfit"] = [unfit_text(broken, t) for broken in table.unfit]
    table["method"] = [t(f"method.{m}") for m in table.method]
    columns = [*PLACE, *PRECISION]
    if league.against is not None:
        none = {area: withheld_text(league, t) for area in league.unchanged}
        verdicts = zip(table.code, table.verdict, strict=True)
        table["verdict"] = [
            none.get(area, t("verdict.uncompared")) if pd.isna(v) else verdict_text(league, area, t)
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
    """`league_rows` and below them the areas withheld, which say so where their figures would stand."""
    rows, text = league_rows(league, t), withheld_text(league, t)
    if not league.withheld:
        return rows
    own = [
        {"area": league.name(a)[t("language.code")], "code": a, **dict.fromkeys(SAID, text)} for a in league.withheld
    ]
    below = pd.DataFrame(own).reindex(columns=rows.columns)
    return pd.concat([rows.astype(object), below.astype(object)], ignore_index=True)


def heading(column: str, t: Speaker) -> str:
    """A column's heading."""
    return t(f"column.{column}")


def league_csv(league: League, t: Speaker) -> bytes:
    """The whole table as CSV, its columns under their technical names so that scripts find them."""
    return csv_bytes(sent_rows(league, t))


def league_workbook(league: League, t: Speaker) -> bytes:
    """The whole table as XLSX under its headings, with notes: what it is, how people were asked, which runs made it."""
    rows = sent_rows(league, t)
    share = league.measure.unit == "share"
    one = f"0.{'0' * league.measure.decimals}" + "%" * share
    formats = dict.fromkeys(VALUES, one) | dict.fromkeys(DIFFERENCES, f"+{one};-{one};{one}")
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


def change_notes(league: League, t: Speaker) -> list[str]:
    """What is promised of the changes, which windows were compared, and how the error is shared out."""
    one = league.table[league.table.alpha_standing.notna()]
    if one.empty:
        return []
    row, watched = one.iloc[0], [league.name(a) for a in one.index[one.watched == 1]]
    values = {"level": 1 - row.alpha_standing - row.alpha_rank, "standing": row.alpha_standing, "rank": row.alpha_rank}
    values = _percents(values)
    found = [t("notes.changes", **values), t("notes.rank_level", rank=values["rank"])]
    found.append(t("notes.family", count=int(row.family)) if row.family > 1 else t("notes.family_one"))
    found += year_notes(league, t)
    if row.few_changed == 1:
        found.append(t("notes.few_changed"))
    if watched:
        found.append(t("notes.watch", names=watched))
    if row.side == WORSE:
        found.append(t("notes.side_worse"))
    if league.windowed:
        found.append(
            t("notes.windows", before=window_text(str(league.against), t), after=window_text(str(league.upto), t))
        )
    return found + margin_notes(league, t)


def margin_notes(league: League, t: Speaker) -> list[str]:
    """What the margins do to the changes where the waves' are of different periods: how much, and to which verdicts."""
    known = league.table[league.table.change_one_margins.notna()]
    if known.empty:
        return []
    gap = known.change - known.change_one_margins
    area = gap.abs().idxmax()
    said = {"period": wave_text(known.one_margins.iloc[0], t), "area": league.name(area)}
    found = [t("notes.one_margins", gap=change_text(league.measure, abs(gap[area]), t).lstrip("+"), **said)]
    other = known.index[known.verdict_one_margins.notna() & (known.verdict_one_margins != known.verdict)]
    found.append(
        t("notes.one_margins_verdicts", names=[league.name(a) for a in other])
        if len(other)
        else t("notes.one_margins_same")
    )
    return found


def _percents(values: dict) -> dict[str, str]:
    return {name: percent_text(value) for name, value in values.items()}


def year_notes(league: League, t: Speaker) -> list[str]:
    """What the error of one page adds up to over a year's pages, or how the year's error is shared out over them."""
    comparing, own = league.programme.comparing, 1 - league.programme.page_level
    if not comparing.yearly_error:
        pages = max(waves_a_year(league.wave), league.pages)
        values = {"own": own, "most": min(1.0, pages * own), "apart": 1 - (1 - own) ** pages}
        return [t("notes.year_each", pages=pages, **_percents(values))] if pages > 1 else []
    values = {"pages": comparing.pages_a_year, "yearly": percent_text(comparing.yearly_error)}
    found = [t("notes.year_shared", own=percent_text(own), **values)]
    if league.pages > comparing.pages_a_year:
        found.append(t("notes.year_overspent", made=league.pages, year=league.wave[:YEAR], **values))
    return found


def probability_notes(league: League, t: Speaker) -> list[str]:
    """What the probability is and how often it was right, or plainly that the model fits too poorly to give one."""
    known = league.table[league.table.fits.notna()]
    if known.empty:
        return []
    return [t("notes.probability" if known.fits.iloc[0] else "notes.probability_poor", last=int(known["last"].iloc[0]))]


def league_notes(league: League, t: Speaker) -> list[str]:
    """What must be said beside the figures, line by line."""
    plan = league.programme
    title = t("notes.table", programme=plan.title, measure=plan.measure_names[league.measure.name])
    notes = [title, headline(league, t), survey_note(league, t)]
    notes += [t("notes.definition", text=definition_text(plan, league.measure, t)), t("notes.ranks", level=plan.level)]
    if league.against is not None:
        notes += change_notes(league, t) + probability_notes(league, t)
    if league.missing:
        notes.append(t("notes.missing", names=[league.name(a) for a in league.missing]))
    notes += (
        finite_note(league, t)
        + interviewer_notes(league, t)
        + withheld_note(league, t)
        + unfit_note(league, t)
        + stopped_note(league.runs.values(), t)
    )
    if league.outdated:
        notes.append(t("outdated.league"))
    return notes + [run_text(run, t) for run in league.runs.values()]
