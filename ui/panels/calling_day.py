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

CHOSEN = "appointed"  # in the session: the number whose appointment is being changed


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
        unit = st.selectbox(t("calling.column.unit"), list(rows.unit_id), format_func=visible, key=CHOSEN)
        first = rows[rows.unit_id == unit].iloc[0]
        _change(declared, str(unit), first.starts.to_pydatetime(), t)


def settle(store: Store, declared: Programme, wave: str) -> None:
    """Move or cancel the chosen appointment, if its button was clicked; before anything of the page is drawn."""
    unit = st.session_state.get(CHOSEN)
    if unit is None:
        return
    if faults.clicked(f"cancel {unit}"):
        appointments.cancel_appointment(store, declared.name, wave, unit)
    if faults.clicked(f"move {unit}"):
        rows = appointments.read_calendar(store, declared.name, wave).rows
        found = rows[rows.unit_id == unit]
        who, note = (None, "") if found.empty else (found.interviewer.iloc[0], found.note.iloc[0])
        starts = datetime.combine(st.session_state[f"moved_day {unit}"], st.session_state[f"moved_time {unit}"])
        agreed = Agreed(starts, None, who if isinstance(who, str) else None, note)
        appointments.make_appointment(store, declared.name, wave, unit, agreed)


def _change(declared: Programme, unit: str, starts: datetime, t: Speaker) -> None:
    """The fields and buttons of one appointment; `settle` does what they promise."""
    local = starts.astimezone(ZoneInfo(declared.calling.zone))
    place = choosers.row(f"changed_{unit}")
    place.date_input(t("appointment.day"), value=local.date(), key=f"moved_day {unit}", width=choosers.NARROW)
    place.time_input(
        t("appointment.time"),
        value=local.time(),
        key=f"moved_time {unit}",
        width=choosers.NARROW,
        step=timedelta(minutes=15),
    )
    place = choosers.row(f"changes_{unit}")
    place.button(t("appointment.move"), key=f"move {unit}")
    place.button(t("appointment.cancel"), key=f"cancel {unit}")
