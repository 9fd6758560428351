"""Calling in words: interviewers, the numbers that one of them has, appointments, their load and clashes."""

from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pandas as pd

from presentation.times import wave_text
from service.fieldwork.calling.appointments import Calendar
from service.fieldwork.calling.attempts import Recorded
from service.fieldwork.calling.holding import Next
from service.store.runs import person_text
from words import Speaker

NOTHING = "–"
Names = Mapping[str, Mapping[str, str]]


def interviewer_rows(listed: pd.DataFrame, t: Speaker) -> pd.DataFrame:
    """One row for each interviewer: the name, whether numbers still come, and how many were dealt out."""
    return pd.DataFrame(
        {
            t("calling.column.interviewer"): list(listed.interviewer),
            t("calling.column.active"): [t("calling.active" if active else "calling.left") for active in listed.active],
            t("calling.column.numbers"): [f"{count:,}" for count in listed.numbers],
        }
    )


def dealt_rows(dealt: pd.DataFrame, t: Speaker) -> pd.DataFrame:
    """One row for each portion and interviewer: how many numbers, in how many areas."""
    return pd.DataFrame(
        {
            t("calls.column.release"): [str(release) for release in dealt.release],
            t("calling.column.interviewer"): list(dealt.interviewer),
            t("calling.column.numbers"): [f"{count:,}" for count in dealt.numbers],
            t("calling.column.areas"): [f"{count:,}" for count in dealt.areas],
        }
    )


def lot_rows(assignments: pd.DataFrame, zone: str, t: Speaker) -> pd.DataFrame:
    """One row for each assignment: its portion, whose numbers it was, how many, when and by whom, and what differs."""
    return pd.DataFrame(
        {
            t("calling.column.assignment"): [str(number) for number in assignments.assignment],
            t("calls.column.release"): [str(release) for release in assignments.release],
            t("calling.column.of"): [name if isinstance(name, str) else NOTHING for name in assignments.of],
            t("calling.column.numbers"): [f"{count:,}" for count in assignments.units],
            t("calling.column.at"): [local_text(at, zone) for at in assignments["at"]],
            t("calling.column.by"): [person_text(name, t) for name in assignments["by"]],
            t("calling.column.another"): [f"{count:,}" for count in assignments.another],
        }
    )


def next_rows(numbers: Next, names: Names, zone: str, t: Speaker) -> pd.DataFrame:
    """One row for each number that an interviewer has: where it is, why it comes, and until when she has it."""
    rows, code = numbers.rows, t("language.code")
    return pd.DataFrame(
        {
            t("calling.column.unit"): list(rows.unit_id),
            t("sample.column.area"): [names[a][code] if a in names else a for a in rows.area],
            t("calling.column.state"): [t(f"calling.state.{state}") for state in rows.state],
            t("calling.column.attempts"): [str(count) for count in rows.attempts],
            t("calling.column.appointment"): [
                appointment_text(*row, zone, t) for row in zip(rows.starts, rows.ends, rows.note, strict=True)
            ],
            t("calling.column.until"): [local_text(until, zone, "%H:%M") for until in rows.until],
        }
    )


def found_rows(units: pd.DataFrame, t: Speaker) -> pd.DataFrame:
    """One row for each number found: its state, its calls, and who has it."""
    return pd.DataFrame(
        {
            t("calling.column.unit"): list(units.unit_id),
            t("calling.column.state"): [t(f"calling.state.{state}") for state in units.state],
            t("calling.column.attempts"): [str(count) for count in units.attempts],
            t("calling.column.holder"): [name if isinstance(name, str) else NOTHING for name in units.holder],
        }
    )


def calendar_rows(calendar: Calendar, names: Names, t: Speaker) -> pd.DataFrame:
    """One row for each appointment, by its start; what is late or clashes stands where a phone still shows it."""
    rows, code = calendar.rows, t("language.code")
    return pd.DataFrame(
        {
            t("appointment.column.when"): [
                span_text(*row, calendar.zone) for row in zip(rows.starts, rows.ends, strict=True)
            ],
            t("calling.column.interviewer"): [_who(name, t) for name in rows.interviewer],
            t("appointment.column.remark"): [
                _remark(*row, t) for row in zip(rows.late, rows.clash, rows.state, strict=True)
            ],
            t("calling.column.unit"): list(rows.unit_id),
            t("sample.column.area"): [names[a][code] if a in names else a for a in rows.area],
            t("appointment.column.note"): list(rows.note),
        }
    )


def load_rows(calendar: Calendar, t: Speaker) -> pd.DataFrame:
    """One row for each hour with appointments, a column for each interviewer who has any: how many start then."""
    load = calendar.load.assign(
        hour=[f"{day:%m-%d} {hour:02}:00" for day, hour in zip(calendar.load.day, calendar.load.hour, strict=True)],
        who=[_who(name, t) for name in calendar.load.interviewer],
    )
    table = load.pivot_table(index="hour", columns="who", values="appointments", aggfunc="sum", fill_value=0)
    table.insert(0, t("appointment.column.all"), table.sum(axis=1))
    table = table.map(lambda count: str(int(count)) if count else "").reset_index()
    return table.rename(columns={"hour": t("appointment.column.hour")}).rename_axis(columns=None)


def calendar_line(calendar: Calendar, t: Speaker) -> str:
    """How many appointments there are, how many are late, and how many clash."""
    rows = calendar.rows
    if rows.empty:
        return t("appointment.no_other", wave=wave_text(calendar.wave, t))
    counts = {"count": len(rows), "late": int(rows.late.sum()), "clash": int(rows.clash.sum())}
    return t("appointment.sum", wave=wave_text(calendar.wave, t), **counts)


def recorded_line(recorded: Recorded, name: str, zone: str, t: Speaker) -> str:
    """What was recorded, or that it was recorded before; name: of the outcome."""
    key = "calling.recorded_before" if recorded.known else "calling.recorded"
    return t(
        key, unit=recorded.unit_id, outcome=name, at=local_text(recorded.at, zone), interviewer=recorded.interviewer
    )


def appointment_text(starts: datetime | None, ends: datetime | None, note: str, zone: str, t: Speaker) -> str:
    """An appointment in one cell; a dash where there is none."""
    if starts is None or pd.isna(starts) or ends is None:
        return NOTHING
    when = span_text(starts, ends, zone)
    return t("appointment.noted", when=when, note=note) if note else when


def span_text(starts: datetime, ends: datetime, zone: str) -> str:
    """From when to when, in the survey's own time; the second day only if it is another one."""
    first, last = (moment.astimezone(ZoneInfo(zone)) for moment in (starts, ends))
    end = f"{last:%H:%M}" if first.date() == last.date() else f"{last:%m-%d %H:%M}"
    return f"{first:%m-%d %H:%M}–{end}"


def local_text(moment: datetime, zone: str, form: str = "%Y-%m-%d %H:%M") -> str:
    """A time of the store in the survey's own time."""
    at = pd.Timestamp(moment)
    at = at.tz_localize(UTC) if at.tzinfo is None else at
    return at.tz_convert(zone).strftime(form)


def _who(name: object, t: Speaker) -> str:
    return name if isinstance(name, str) and name else t("appointment.anybody")


def _remark(late: bool, clash: bool, state: str, t: Speaker) -> str:
    said = [t("appointment.late")] if late else [t("appointment.due")] if state == "due" else []
    return "; ".join([*said, *([t("appointment.clash")] if clash else [])]) or NOTHING
