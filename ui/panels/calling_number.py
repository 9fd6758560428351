"""The number that an interviewer has on the screen, masked; its outcome, an appointment, or the interview's answers.

Drawing the page again books nothing: a number is taken by a button, and stays until its call is recorded.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import streamlit as st

from fieldwork.dispositions import ENDING, OFFERED, OUTCOMES
from fieldwork.phone_numbers import normalised
from presentation.calling import calling_rows, wave_steps
from presentation.times import wave_text
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

ON_SCREEN = (
    "number on screen"  # the programme, wave and interviewer that the page was drawn for last, the unit, and since when
)
FOUND = "unit found"  # the unit that was found for whoever called back


def show(store: Store, declared: Programme, wave: str, who: str, others: list[str], t: Speaker) -> None:
    """The number on the screen with what can be done with it, or the button that takes the next one.

    What a button promises is done before anything is drawn, so that a click draws the page once.
    """
    place, (drawn_for, unit, shown_at) = (declared.name, wave, who), st.session_state.get(ON_SCREEN, ((), "", None))
    if drawn_for == place:
        faults.explained(lambda: _settle(store, declared, wave, who, unit, shown_at, t), t)
    if line := st.session_state.pop(DONE, None):
        st.success(literal(line))
    asked = faults.clicked(f"next {who}")
    taken = faults.explained(lambda: holding.next_numbers(store, declared.name, wave, who), t) if asked else None
    held = taken or holding.held_numbers(store, declared.name, wave, who)
    if held.rows.empty:
        st.session_state[ON_SCREEN] = place, "", None
        st.button(t("calling.next"), key=f"next {who}", type="primary")
        if taken is not None:  # there was none: what comes next for the wave is said
            st.info(said(t, "calling.no_number", interviewer=who))
            st.caption(literal(wave_steps.next_text(steps_of_wave(store, declared.name, wave), t)))
    else:
        first = str(held.rows.unit_id.iloc[0])
        as_before = (drawn_for, unit) == (place, first) and not faults.clicked(f"record {unit}")
        st.session_state[ON_SCREEN] = place, first, shown_at if as_before else datetime.now(UTC)
        _number(store, declared, held, others, t)
    with st.expander(t("calling.find")):
        st.session_state[FOUND] = _find(store, declared.name, wave, who, t)


def _settle(
    store: Store, declared: Programme, wave: str, who: str, unit: str, shown_at: datetime | None, t: Speaker
) -> None:
    """What the clicked button promises: a call or an interview is recorded, a number is taken or given back."""
    if (found := st.session_state.get(FOUND)) and faults.clicked(f"take {found}"):
        holding.take_number(store, declared.name, wave, who, found)
    calling_answers.settle(store, declared, wave, who, unit, t)
    if faults.clicked(f"give_back {unit}"):
        holding.give_back(store, declared.name, wave, who, [unit])
    code = st.session_state.get(f"outcome {unit}")
    if code is None or not faults.clicked(f"record {unit}"):
        return
    agreed = None
    if code not in ENDING and st.session_state.get(f"agree_{unit}"):
        if f"day {unit}" not in st.session_state:  # ticked in this very moment: nobody has seen the day yet
            return
        agreed = _agreed(unit, t)
    recorded = attempts.record_attempt(store, declared.name, wave, unit, who, code, agreed=agreed, shown_at=shown_at)
    st.session_state.get(SHOWN, {}).pop(unit, None)
    named = OUTCOMES[recorded.disposition].names[t("language.code")]
    st.session_state[DONE] = calling_rows.recorded_line(recorded, named, declared.calling.zone, t)


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
        calling_answers.show(declared, unit, t)
    else:
        _outcome(declared, held, unit, others, t)
    st.button(t("calling.give_back"), key=f"give_back {unit}")  # `_settle` does it


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
        return
    if unit not in shown and faults.clicked(f"show_number {unit}"):
        arguments = (store, programme, held.wave, held.interviewer, unit)
        faults.explained(lambda: shown.update({unit: revealing.show_number(*arguments, key=key)}), t)
    st.code(visible(shown.get(unit, masked)), language=None)
    if unit not in shown:
        st.button(t("calling.show_number"), key=f"show_number {unit}", help=t("calling.show_number.recorded"))


def _outcome(declared: Programme, held: holding.Next, unit: str, others: list[str], t: Speaker) -> None:
    """The outcome of the call, and an appointment unless it ends the work."""
    language = t("language.code")
    name = lambda code: t("list.bracketed", what=OUTCOMES[code].names[language], more=code)  # noqa: E731
    code = st.selectbox(
        t("calling.outcome_of"),
        OFFERED,
        index=None,
        format_func=name,
        placeholder=t("app.choose"),
        key=f"outcome {unit}",
    )
    if code is not None and code not in ENDING and st.checkbox(t("calling.agree"), key=f"agree_{unit}"):
        _appointment(declared, held.interviewer, unit, others, t)
    if code is not None:
        st.button(t("calling.record"), key=f"record {unit}", type="primary")  # `_settle` does it


def _appointment(declared: Programme, who: str, unit: str, others: list[str], t: Speaker) -> None:
    """The fields of an appointment: a day, a time, who calls, and a note."""
    later = datetime.now(UTC).astimezone(ZoneInfo(declared.calling.zone)) + timedelta(days=1)
    place = choosers.row(f"agreed_{unit}")
    place.date_input(t("appointment.day"), value=later.date(), key=f"day {unit}", width=choosers.NARROW)
    hour = later.replace(minute=0, second=0, microsecond=0).time()
    place.time_input(t("appointment.time"), value=hour, key=f"time {unit}", width=choosers.NARROW)
    options = [who, t("appointment.anybody"), *[name for name in others if name != who]]
    place.selectbox(
        t("calling.column.interviewer"), options, format_func=visible, key=f"by_whom {unit}", width=choosers.NARROW
    )
    st.text_input(t("appointment.column.note"), key=f"note {unit}", max_chars=attempts.LONGEST_NOTE)


def _agreed(unit: str, t: Speaker) -> attempts.Agreed:
    """The appointment as it stands in its fields."""
    day, hour, by_whom, note = (st.session_state[f"{name} {unit}"] for name in ("day", "time", "by_whom", "note"))
    return attempts.Agreed(
        datetime.combine(day, hour), None, None if by_whom == t("appointment.anybody") else by_whom, note
    )


def _find(store: Store, programme: str, wave: str, who: str, t: Speaker) -> str | None:
    """The unit of somebody who calls back, found by the number or the unit, and a button that takes it (`_settle`)."""
    st.caption(t("calling.find.what"))
    text = st.text_input(t("calling.find.field"), key=f"find {who}").strip()
    if not text:
        return None
    try:
        if normalised(text) is None:
            units = revealing.find_unit(store, programme, wave, text)
        else:
            units = revealing.find_caller(store, programme, wave, text, key=keys.find_key())
    except Fault as fault:
        faults.say(fault, t)
        return None
    if units.empty:
        st.info(said(t, "calling.not_found", wave=wave_text(wave, t)))
        return None
    tables.plain_table(calling_rows.found_rows(units, t), words=4)
    unit = str(units.unit_id.iloc[0])
    st.button(t("calling.take"), key=f"take {unit}")
    return unit
