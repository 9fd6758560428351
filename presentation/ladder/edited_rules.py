"""The rule editor in words: faults with their lines, what other rules would say of a wave, and the versions."""

from collections.abc import Iterable

import pandas as pd

from accountability import MISSED, UNDECIDED
from presentation.times import wave_text
from programme.declared import Programme
from programme.editing.all_faults import FaultAt
from service.figures.rules_preview import RulesPreview
from service.store.runs import local_time, person_text
from words import Speaker

NOTHING = "–"


def fault_rows(faults: Iterable[FaultAt], t: Speaker) -> pd.DataFrame:
    """One row for each fault: its line, or where else it stands, and what is wrong."""
    rows = [
        {
            t("rules.line"): t("rules.elsewhere") if found.line is None else str(found.line),
            t("rules.fault"): t(found.fault.key, **found.fault.values),
        }
        for found in faults
    ]
    return pd.DataFrame(rows)


def fault_lines(faults: Iterable[FaultAt], t: Speaker) -> list[tuple[str, str]]:
    """Of each fault its line in words, and what is wrong."""
    return [
        (
            t("rules.elsewhere") if found.line is None else t("rules.at_line", line=found.line),
            t(found.fault.key, **found.fault.values),
        )
        for found in faults
    ]


def preview_rows(preview: RulesPreview, t: Speaker) -> pd.DataFrame:
    """One row for each rule and league: who misses it, how surely, and who comes and goes by the change."""
    programme, rows = preview.programme, []
    language = t("language.code")
    name = lambda unit: programme.name_of(unit)[language]  # noqa: E731
    league_of = preview.verdicts.area.map(lambda unit: _league(programme, str(unit)))
    for place, verdicts in preview.verdicts.groupby(["rule", league_of], sort=False, observed=True):
        rule, league = map(str, tuple(place))  # ty: ignore[invalid-argument-type]
        missed = list(verdicts.area[~verdicts.printed.astype(bool)])
        before = preview.before[(preview.before.rule == rule) & preview.before.area.isin(verdicts.area)]
        missed_before = list(before.area[~before.printed.astype(bool)])
        row = {t("rules.rule"): programme.rule_names[rule][language]}
        if len(programme.leagues) > 1:
            row[t("rules.league")] = programme.leagues[league][language]
        row |= {
            t("rules.missed"): _names(missed, name, t),
            t("rules.confirmed"): str(int((verdicts.outcome == MISSED).sum())),
            t("rules.untold"): str(int((verdicts.outcome == UNDECIDED).sum())),
        }
        come, go = ([a for a in one if a not in other] for one, other in _both(missed, missed_before))
        changed = [("rules.comes", come), ("rules.goes", go)]
        said = t("list.between_clauses").join(
            t(key, names=[programme.name_of(unit) for unit in areas]) for key, areas in changed if areas
        )
        row[t("rules.change")] = t("rules.new") if before.empty else said or t("rules.same")
        rows.append(row)
    return pd.DataFrame(rows)


def _league(programme: Programme, unit: str) -> str:
    """The league of an area, of a group's areas, or the league itself."""
    if unit in programme.ranked:
        return programme.ranked[unit].league
    return next((area.league for area in programme.areas.values() if area.group == unit), unit)


def _both(one: list[str], other: list[str]) -> tuple[tuple[list[str], list[str]], tuple[list[str], list[str]]]:
    return (one, other), (other, one)


def _names(areas: list[str], name, t: Speaker) -> str:
    """How many, and their names; of many only the first."""
    return t("rules.named", count=len(areas), names=[name(area) for area in areas]) if areas else NOTHING


def preview_title(preview: RulesPreview, t: Speaker) -> str:
    """Of which wave it is."""
    return t("rules.preview_of", wave=wave_text(preview.wave, t))


def preview_notes(preview: RulesPreview, t: Speaker) -> list[str]:
    """What annual rules and rules about changes are tried on, and what the preview leaves out."""
    programme, notes = preview.programme, [t("rules.preview_note")]
    if preview.year is not None and programme.judges_years:
        notes.append(t("rules.annual", year=wave_text(preview.year, t)))
    if preview.compared:
        notes.append(t("rules.changes", waves=[wave_text(wave, t) for wave in preview.compared]))
    if preview.untried:
        notes.append(t("rules.untried", names=[programme.rule_names[name] for name in preview.untried]))
    return notes


def version_rows(versions: pd.DataFrame, t: Speaker) -> pd.DataFrame:
    """The versions of a programme, newest first, as text."""
    rows = versions.to_dict("records")
    return pd.DataFrame(
        {
            t("column.version"): [str(row["version"]) for row in rows],
            t("column.at"): [local_time(row["at"]) for row in rows],
            t("column.by"): [person_text(row["by"], t) for row in rows],
            t("rules.note"): [row["note"] or NOTHING for row in rows],
        }
    )
