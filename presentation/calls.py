"""A wave's fieldwork as pages and the command line show it: screenings, each release's numbers, what is still to do."""

import pandas as pd

from service.fieldwork.calls import Fieldwork, ImportedCalls
from service.fieldwork.screening import Screened
from service.store.runs import local_time, person_text
from words import Speaker

COLUMNS = ("release", "units", "tried", "finished", "open")
SCREENED = ("screening", "units", "alive", "dead", "unknown", "called")


def release_rows(fieldwork: Fieldwork, t: Speaker) -> pd.DataFrame:
    """One row for each release made: its numbers, and how many are tried, finished and open."""
    return pd.DataFrame({t(f"calls.column.{c}"): [f"{n:,}" for n in fieldwork.releases[c]] for c in COLUMNS})


def lines(fieldwork: Fieldwork, t: Speaker) -> list[str]:
    """When a number counts as finished, and whether the wave may be weighted; nothing before the first release."""
    if fieldwork.releases.empty:
        return []
    sentences = [t("calls.rule", required=fieldwork.required)]
    if not fieldwork.open:
        return [*sentences, t("calls.all_finished")]
    if fieldwork.stopped is not None:
        stop = {c: fieldwork.stopped[c] for c in ("open", "reason")} | {"by": person_text(fieldwork.stopped["by"], t)}
        return [*sentences, t("calls.stopped_by", at=local_time(fieldwork.stopped["at"]), **stop)]
    return [*sentences, open_text(fieldwork, t)]


def open_text(fieldwork: Fieldwork, t: Speaker) -> str:
    """How many numbers of the releases made are open, and what that means."""
    return t("calls.still_open", wave=fieldwork.wave, open=fieldwork.open, units=int(fieldwork.releases.units.sum()))


def import_text(imported: ImportedCalls, t: Speaker) -> str:
    """How many attempts of an imported call log were new."""
    if imported.modes:
        return t("calls.modes_added", new=imported.new, known=imported.known, modes=imported.modes)
    return t("calls.taken_in" if imported.new else "calls.unchanged", new=imported.new, known=imported.known)


def screening_rows(screened: Screened, t: Speaker) -> pd.DataFrame:
    """One row for each screening: its numbers by what the operator said, how many of the dead are called, when."""
    table = pd.DataFrame({t(f"screened.column.{c}"): [f"{n:,}" for n in screened.rows[c]] for c in SCREENED})
    table[t("screened.column.at")] = [local_time(at) for at in screened.rows["at"]]
    return table


def screening_lines(screened: Screened, t: Speaker) -> list[str]:
    """The line of each screening, to note or publish, and the part of the dead that calls show to be in use."""
    rows = screened.rows
    lines = [t("screened.line", number=n, line=line) for n, line in zip(rows.screening, rows.line, strict=True)]
    if screened.false_dead is None:
        return [*lines, t("screened.nothing_known", called=int(rows.called.sum()))]
    part = {"part": screened.false_dead, "low": screened.low, "high": screened.high}
    counts = {"in_use": screened.in_use, "known": screened.known, "called": int(rows.called.sum())}
    return [*lines, t("screened.false_dead", **part, **counts)]
