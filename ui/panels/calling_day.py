"""The appointments of the days to come, their load by hour and interviewer, and clashes; each can be changed."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import streamlit as st

from presentation.calling import calling_rows
from programme.declared import Programme
from service.fieldwork.calling import appointments
from service.fieldwork.calling.attempts import Agreed
from service.store.engine import Store
from ui import choosers, faults, tables
from ui.literal import literal
from words import Speaker, visible


def show(store: Store, declared: Programme, wave: str, t: Speaker) -> None:
    """The calendar; nothing but a line where there is no appointment."""
    calendar = appointments.read_calendar(store, declared.name, wave)
    st.subheader(t("appointment.title"), anchor=False)
    rows = calendar.rows
    show_line = st.warning if rows.late.any() or rows.clash.any() else st.caption
    show_line(literal(calling_rows.calendar_line(calendar, t)))
    if rows.empty:
        return
    names = {code: area.name for code, area in declared.areas.items()}
    tables.plain_table(calling_rows.calendar_rows(calendar, names, t), words=6)
    st.markdown(t("appointment.load"))
    tables.plain_table(calling_rows.load_rows(calendar, t), words=1)
    with st.expander(t("appointment.change")):
        unit = st.selectbox(t("calling.column.unit"), list(rows.unit_id), format_func=visible, key="appointed")
        first = rows[rows.unit_id == unit].iloc[0]
        _change(store, declared, wave, str(unit), first.starts.to_pydatetime(), first.interviewer, first.note, t)


def _change(
    store: Store, declared: Programme, wave: str, unit: str, starts: datetime, who: object, note: str, t: Speaker
) -> None:
    local = starts.astimezone(ZoneInfo(declared.calling.zone))
    place = choosers.row(f"changed_{unit}")
    day = place.date_input(t("appointment.day"), value=local.date(), key=f"moved_day {unit}", width=choosers.NARROW)
    at = place.time_input(
        t("appointment.time"),
        value=local.time(),
        key=f"moved_time {unit}",
        width=choosers.NARROW,
        step=timedelta(minutes=15),
    )
    place = choosers.row(f"changes_{unit}")
    agreed = Agreed(datetime.combine(day, at), None, who if isinstance(who, str) else None, note)
    if place.button(t("appointment.move"), key=f"move {unit}"):
        faults.act(lambda: appointments.make_appointment(store, declared.name, wave, unit, agreed), t)
    if place.button(t("appointment.cancel"), key=f"cancel {unit}"):
        faults.act(lambda: appointments.cancel_appointment(store, declared.name, wave, unit), t)
