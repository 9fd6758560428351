"""The panel that takes frames in by page: a list, or a city's number banks; findings and faults in words."""

from collections.abc import Callable
from datetime import date, timedelta

import streamlit as st

from sampling.frames.phone import LANDLINE, MOBILE
from service.files.bounds import read_bounded
from service.intake.imports import REFUSED
from service.protection import keys
from service.samples import frames
from service.samples.bank_files import GUANGXI_PREFIXES, ExchangeFile
from service.store.engine import Store
from service.store.permissions import PERMITTED
from words import Fault

TABLES = ["csv", "xlsx", "parquet"]
DONE = "frame taken in"  # in the session: what the last import did, said once after the page is drawn anew
TIMES = "frames taken in"  # how often; part of the forms' keys, so that a taken file leaves its widget


def show(store: Store, programme: str, t) -> None:
    """Two forms, for whom the use cases permit them and where there is a frames' key; else why not."""
    _say_done(t)
    with st.expander(t("frames.take_in")):
        if store.actor.role not in PERMITTED["import_frame"]:
            st.info(t("frames.centre_only"))
            return
        try:
            frame_key = keys.find_frame_key()
        except Fault as fault:
            st.warning(t(fault.key, **fault.values))
            return
        st.caption(t("frames.where_numbers_go"))
        by_list, by_banks = st.tabs([t("frames.list"), t("frames.banks")])
        with by_list:
            _list(store, programme, frame_key, t)
        with by_banks:
            _banks(store, programme, frame_key, t)


def _list(store: Store, programme: str, frame_key: keys.Key, t) -> None:
    with st.form(key=f"frame_list_{_times()}"):
        st.caption(t("frames.list.columns"))
        one, two = st.columns(2)
        name = one.text_input(t("cli.sample.frame"), key=f"list_name {_times()}")
        by = two.text_input(t("cli.frame.by"), "area", key=f"list_by {_times()}")
        file = st.file_uploader(t("cli.frame.file"), type=TABLES, key=f"list_file {_times()}")
        delete_on, accept = _day_and_acceptance("list", t)
        if not st.form_submit_button(t("frames.go"), type="primary", key=f"list_go {_times()}") or file is None:
            return
    sealing = {} if delete_on is None else {"delete_on": delete_on}

    def do() -> frames.ImportedFrame:
        key = {"key": keys.find_key()} if sealing else {}
        columns = [column.strip() for column in by.split(",")]
        options = {"by": columns, "accept": accept, "frame_key": frame_key} | sealing | key
        return frames.import_frame(store, programme, name, file.getvalue(), file.name, **options)

    _take_in(do, file.name, t)


def _banks(store: Store, programme: str, frame_key: keys.Key, t) -> None:
    with st.form(key=f"frame_banks_{_times()}"):
        st.caption(t("frames.banks.what"))
        one, two = st.columns(2)
        name = one.text_input(t("cli.sample.frame"), key=f"banks_name {_times()}")
        cities = two.text_input(t("frames.cities"), key=f"banks_cities {_times()}")
        mobiles = one.number_input(t("cli.frame.numbers"), 1, value=30_000, key=f"banks_mobiles {_times()}")
        landlines = two.number_input(t("cli.frame.landlines"), 0, value=0, key=f"banks_landlines {_times()}")
        prefixes = one.file_uploader(t("frames.prefixes"), type=TABLES, key=f"banks_prefixes {_times()}")
        exchanges = two.file_uploader(t("cli.frame.exchanges"), type=TABLES, key=f"banks_exchanges {_times()}")
        delete_on, accept = _day_and_acceptance("banks", t)
        if not st.form_submit_button(t("frames.go"), type="primary", key=f"banks_go {_times()}"):
            return

    def do() -> frames.ImportedFrame:
        if delete_on is None:
            raise Fault(key="frame.needs_vault")
        given = GUANGXI_PREFIXES.name, read_bounded(GUANGXI_PREFIXES)
        file, content = given if prefixes is None else (prefixes.name, prefixes.getvalue())
        return frames.import_banks(
            store,
            programme,
            name,
            content,
            file,
            cities=[city.strip() for city in cities.split(",")],
            numbers={MOBILE: int(mobiles)} | ({LANDLINE: int(landlines)} if landlines else {}),
            exchanges=None if exchanges is None else ExchangeFile(exchanges.getvalue(), exchanges.name),
            frame_key=frame_key,
            key=keys.find_key(),
            delete_on=delete_on,
            accept=accept,
        )

    _take_in(do, name, t)


def _day_and_acceptance(form: str, t) -> tuple[date | None, bool]:
    one, two = st.columns(2, vertical_alignment="bottom")
    tomorrow = date.today() + timedelta(days=1)
    day = one.date_input(t("frames.delete_on"), None, min_value=tomorrow, key=f"{form}_day {_times()}")
    return day, two.checkbox(t("cli.frame.accept"), key=f"{form}_accept {_times()}")


def _take_in(do: Callable[[], frames.ImportedFrame], what: str, t) -> None:
    """Do it and draw the page anew with empty forms; a refusal is said, and the form keeps what was put in."""
    try:
        with st.spinner(t("cli.working", what=what)):
            done = do()
    except Fault as fault:
        st.error(f"{t(f'outcome.{REFUSED}')}: {t(fault.key, **fault.values)}")
        return
    st.session_state[DONE], st.session_state[TIMES] = done, _times() + 1
    st.rerun()


def _say_done(t) -> None:
    done = st.session_state.pop(DONE, None)
    if done is None:
        return
    counts = {"units": done.units, "strata": done.strata, "numbers": done.numbers}
    outcome = t(f"outcome.{done.outcome}")
    st.success(t("cli.frame.imported", frame=done.frame, version=done.version, outcome=outcome, **counts))
    for finding in done.findings:
        st.warning(t("sample.note_accepted", finding=t(finding.key, **finding.values)))


def _times() -> int:
    return st.session_state.get(TIMES, 0)
