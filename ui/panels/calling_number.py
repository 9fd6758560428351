"""The number that an interviewer has on the screen, masked; its outcome, an appointment, or the interview's answers.

Drawing the page again books nothing: a number is taken by a button, and stays until its call is recorded.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import streamlit as st

from fieldwork.dispositions import DISPOSITIONS, ENDING, OUTCOMES
from fieldwork.phone_numbers import normalised
from presentation.calling import calling_rows, wave_steps
from programme.declared import Programme
from service.fieldwork.calling import attempts, holding, revealing
from service.figures.wave_steps import steps_of_wave
from service.protection import keys
from service.store.engine import Store
from service.store.permissions import PERMITTED
from ui import choosers, faults, tables
from ui.literal import literal, said
from ui.panels import calling_answers
from ui.panels.calling_answers import DONE, SHOWN
from words import Fault, Speaker, visible

USUAL = ("3.13", "3.12", "3.16", "2.21", "2.11", "2.12", "4.31", "4.33", "4.1", "4.7", "4.51", "2.35", "1.1")


def show(store: Store, declared: Programme, wave: str, who: str, others: list[str], t: Speaker) -> None:
    """The number on the screen with what can be done with it, or the button that takes the next one."""
    if line := st.session_state.pop(DONE, None):
        st.success(literal(line))
    held = holding.held_numbers(store, declared.name, wave, who)
    if held.rows.empty:
        _next(store, declared.name, wave, who, t)
    else:
        _number(store, declared, held, others, t)
    with st.expander(t("calling.find")):
        _find(store, declared.name, wave, who, t)


def _next(store: Store, programme: str, wave: str, who: str, t: Speaker) -> None:
    """The button that takes the next number; where there is none, what comes next for the wave is said."""
    if not st.button(t("calling.next"), key=f"next {who}", type="primary"):
        return
    try:
        numbers = holding.next_numbers(store, programme, wave, who)
    except Fault as fault:
        faults.say(fault, t)
        return
    if numbers.rows.empty:
        st.info(said(t, "calling.no_number", interviewer=who))
        st.caption(literal(wave_steps.next_text(steps_of_wave(store, programme, wave), t)))
    else:
        st.rerun()


def _number(store: Store, declared: Programme, held: holding.Next, others: list[str], t: Speaker) -> None:
    unit, zone = str(held.rows.unit_id.iloc[0]), declared.calling.zone
    one = holding.Next(held.wave, held.interviewer, held.rows.iloc[:1])
    names = {code: area.name for code, area in declared.areas.items()}
    tables.plain_table(calling_rows.next_rows(one, names, zone, t), words=6)
    if PERMITTED[revealing.show_number.use_case] & {store.actor.role}:
        _phone(store, declared.name, held, unit, t)
    done, answers = t("calling.outcome_only"), t("calling.with_answers")
    how = st.radio(t("calling.what"), [done, answers], key=f"how {unit}", horizontal=True, label_visibility="collapsed")
    if how == answers:
        calling_answers.show(store, declared, held.wave, held.interviewer, unit, t)
    else:
        _outcome(store, declared, held, unit, others, t)
    if st.button(t("calling.give_back"), key=f"give_back {unit}"):
        faults.act(lambda: holding.give_back(store, declared.name, held.wave, held.interviewer, [unit]), t)


def _phone(store: Store, programme: str, held: holding.Next, unit: str, t: Speaker) -> None:
    """The masked number, and the whole one once somebody asks for it, which is recorded."""
    shown = st.session_state.setdefault(SHOWN, {})
    try:
        key = keys.find_key()
        masked = revealing.masked_phone(store, programme, held.wave, unit, key=key)
    except Fault:  # no key, or no list of numbers, as in a demonstration
        st.caption(t("calling.no_phones"))
        return
    if not masked:
        st.caption(t("calling.no_phones"))
    elif unit in shown:
        st.code(visible(shown[unit]), language=None)
    else:
        st.code(visible(masked), language=None)
        if st.button(t("calling.show_number"), key=f"show_number {unit}", help=t("calling.show_number.recorded")):
            arguments = (store, programme, held.wave, held.interviewer, unit)
            faults.act(lambda: shown.update({unit: revealing.show_number(*arguments, key=key)}), t)


def _outcome(store: Store, declared: Programme, held: holding.Next, unit: str, others: list[str], t: Speaker) -> None:
    """The outcome of the call, and an appointment unless it ends the work."""
    language = t("language.code")
    codes = [*USUAL, *sorted(c for c in DISPOSITIONS if c not in USUAL and OUTCOMES[c].frames)]
    name = lambda code: f"{OUTCOMES[code].names[language]} ({code})"  # noqa: E731
    code = st.selectbox(
        t("calling.outcome_of"), codes, index=None, format_func=name, placeholder=t("app.choose"), key=f"outcome {unit}"
    )
    agreed = None
    if code is not None and code not in ENDING and st.checkbox(t("calling.agree"), key=f"agree_{unit}"):
        agreed = _appointment(declared, held.interviewer, unit, others, t)
    if code is None or not st.button(t("calling.record"), key=f"record {unit}", type="primary"):
        return
    arguments = (store, declared.name, held.wave, unit, held.interviewer, code)

    def record() -> None:
        recorded = attempts.record_attempt(*arguments, agreed=agreed)
        st.session_state.get(SHOWN, {}).pop(unit, None)
        said_of_it = OUTCOMES[recorded.disposition].names[language]
        st.session_state[DONE] = calling_rows.recorded_line(recorded, said_of_it, declared.calling.zone, t)

    faults.act(record, t)


def _appointment(declared: Programme, who: str, unit: str, others: list[str], t: Speaker) -> attempts.Agreed:
    """The appointment as it is typed: a day, a time, who calls, and a note."""
    later = datetime.now(UTC).astimezone(ZoneInfo(declared.calling.zone)) + timedelta(days=1)
    place = choosers.row(f"agreed_{unit}")
    day = place.date_input(t("appointment.day"), value=later.date(), key=f"day {unit}", width=choosers.NARROW)
    hour = later.replace(minute=0, second=0, microsecond=0).time()
    at = place.time_input(t("appointment.time"), value=hour, key=f"time {unit}", width=choosers.NARROW)
    anybody = t("appointment.anybody")
    options = [who, anybody, *[name for name in others if name != who]]
    by_whom = place.selectbox(
        t("calling.column.interviewer"), options, format_func=visible, key=f"by_whom {unit}", width=choosers.NARROW
    )
    note = st.text_input(t("appointment.column.note"), key=f"note {unit}", max_chars=attempts.LONGEST_NOTE)
    return attempts.Agreed(datetime.combine(day, at), None, None if by_whom == anybody else by_whom, note)


def _find(store: Store, programme: str, wave: str, who: str, t: Speaker) -> None:
    """Somebody who calls back is found by the number or the unit, and taken."""
    st.caption(t("calling.find.what"))
    text = st.text_input(t("calling.find.field"), key=f"find {who}").strip()
    if not text:
        return
    try:
        if normalised(text) is None:
            units = revealing.find_unit(store, programme, wave, text)
        else:
            units = revealing.find_caller(store, programme, wave, text, key=keys.find_key())
    except Fault as fault:
        faults.say(fault, t)
        return
    if units.empty:
        st.info(said(t, "calling.not_found", wave=wave))
        return
    tables.plain_table(calling_rows.found_rows(units, t), words=4)
    unit = str(units.unit_id.iloc[0])
    if st.button(t("calling.take"), key=f"take {unit}"):
        faults.act(lambda: holding.take_number(store, programme, wave, who, unit), t)
