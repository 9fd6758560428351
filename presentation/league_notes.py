"""The notes that travel with a league's table: its definition, what is promised of its changes, and its runs."""

from collections.abc import Mapping

from estimation.changes.verdicts import WORSE
from presentation.changes import headline
from presentation.definitions import definition_text
from presentation.evidence.publication import published_note
from presentation.interviewers import interviewer_notes
from presentation.notes import (
    accepted_note,
    finite_note,
    merged_strata_note,
    origin_note,
    stopped_note,
    survey_note,
    unfit_note,
    withheld_note,
)
from presentation.numbers import change_text, percent_text
from presentation.times import wave_text, window_text
from programme.wave_names import waves_a_year
from service.figures.league import YEAR, League
from service.figures.use_cases import STRATA
from service.store.runs import run_text
from words import Speaker


def league_notes(league: League, t: Speaker) -> list[str]:
    """What must be said beside the figures, line by line; the first two are the title and the headline."""
    programme = league.programme
    title = t("notes.table", programme=programme.title, measure=programme.measure_names[league.measure.name])
    notes = [title, headline(league, t), survey_note(league, t)]
    notes.append(t("notes.definition", text=definition_text(programme, league.measure, t)))
    notes.append(t("notes.ranks", level=programme.level))
    if league.against is not None:
        notes += change_notes(league, t) + probability_notes(league, t) + uncompared_notes(league, t)
    if league.missing:
        notes.append(t("notes.missing", names=[league.name(a) for a in league.missing]))
    merged = {k: v for run in league.runs.values() for k, v in run["arguments"].get(STRATA, {}).items()}
    notes += (
        merged_strata_note(merged, t)
        + finite_note(league, t)
        + interviewer_notes(league, t)
        + withheld_note(league, t)
        + unfit_note(league, t)
        + stopped_note(league.runs.values(), t)
        + accepted_note(league.runs.values(), t)
        + origin_note(league.runs.values(), t)
    )
    if league.outdated:
        notes.append(t("outdated.league"))
    notes += published_note(league, t)
    return notes + [run_text(run, t) for run in league.runs.values()]


def change_notes(league: League, t: Speaker) -> list[str]:
    """What is promised of the changes, which windows are compared, and how the error is divided."""
    compared = league.table[league.table.alpha_standing.notna()]
    if compared.empty:
        return []
    row, watched = compared.iloc[0], [league.name(area) for area in compared.index[compared.watched == 1]]
    values = {"level": 1 - row.alpha_standing - row.alpha_rank, "standing": row.alpha_standing, "rank": row.alpha_rank}
    values = _percents(values)
    notes = [t("notes.changes", **values), t("notes.rank_level", rank=values["rank"])]
    notes.append(t("notes.family", count=int(row.family)) if row.family > 1 else t("notes.family_one"))
    notes += year_notes(league, t)
    if row.few_changed == 1:
        notes.append(t("notes.few_changed"))
    if watched:
        notes.append(t("notes.watch", names=watched))
    if row.side == WORSE:
        notes.append(t("notes.side_worse"))
    if league.windowed:
        notes.append(
            t("notes.windows", before=window_text(str(league.against), t), after=window_text(str(league.upto), t))
        )
    return notes + margin_notes(league, t)


def margin_notes(league: League, t: Speaker) -> list[str]:
    """If the waves are calibrated to margins of different periods: how much of the changes comes from this."""
    known = league.table[league.table.change_one_margins.notna()]
    if known.empty:
        return []
    gap = known.change - known.change_one_margins
    area = gap.abs().idxmax()
    values = {"period": wave_text(known.one_margins.iloc[0], t), "area": league.name(area)}
    notes = [t("notes.one_margins", gap=change_text(league.measure, abs(gap[area]), t).lstrip("+"), **values)]
    differing = known.index[known.verdict_one_margins.notna() & (known.verdict_one_margins != known.verdict)]
    if len(differing):
        return [*notes, t("notes.one_margins_verdicts", names=[league.name(a) for a in differing])]
    return [*notes, t("notes.one_margins_same")]


def uncompared_notes(league: League, t: Speaker) -> list[str]:
    """Which areas have figures now and none in the earlier window, so that nothing is said of their changes."""
    areas = [a for a in league.uncompared if a not in league.withheld and a not in league.unchanged]
    if league.against is None or not areas:
        return []
    before = window_text(league.against, t)
    return [t("notes.uncompared", names=[league.name(a) for a in areas], count=len(areas), wave=before)]


def year_notes(league: League, t: Speaker) -> list[str]:
    """What the error of one page adds up to over a year's pages, or how the year's error is divided among them."""
    comparing, page_error = league.programme.comparing, 1 - league.programme.page_level
    if not comparing.yearly_error:
        pages = max(waves_a_year(league.wave), league.pages)
        values = {"own": page_error, "most": min(1.0, pages * page_error), "apart": 1 - (1 - page_error) ** pages}
        return [t("notes.year_each", pages=pages, **_percents(values))] if pages > 1 else []
    values = {"pages": comparing.pages_a_year, "yearly": percent_text(comparing.yearly_error)}
    notes = [t("notes.year_shared", own=percent_text(page_error), **values)]
    if league.pages > comparing.pages_a_year:
        notes.append(t("notes.year_overspent", made=league.pages, year=league.wave[:YEAR], **values))
    return notes


def probability_notes(league: League, t: Speaker) -> list[str]:
    """What the probability of a place means, or that the model fits too poorly to give one."""
    known = league.table[league.table.fits.notna()]
    if known.empty:
        return []
    return [t("notes.probability" if known.fits.iloc[0] else "notes.probability_poor", last=int(known["last"].iloc[0]))]


def _percents(values: Mapping[str, float]) -> dict[str, str]:
    return {name: percent_text(value) for name, value in values.items()}
