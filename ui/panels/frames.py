"""A panel that imports a frame from a list of people or from a city's number banks, and says what was found in it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, TypeVar

import streamlit as st

from contracts import LANDLINE, MOBILE
from programme.made_waves import wanted_of_list
from sampling.planning.wanted import read_columns
from service.files.bounds import read_bounded
from service.files.kinds import ENDINGS
from service.files.preview import Preview
from service.intake.import_log import REFUSED
from service.intake.imports import current_programme
from service.protection import keys
from service.samples import frames, number_banks, previews
from service.samples.bank_files import GUANGXI_PREFIXES, ExchangeFile
from service.samples.frame_versions import ImportedFrame
from service.store.engine import Store
from service.store.permissions import PERMITTED
from ui import faults, uploads
from ui.literal import said
from ui.panels import incoming
from words import Fault, Speaker

Result = TypeVar("Result")
TABLES = list(ENDINGS)
IMPORTED = "imported frame"  # in the session: the last import and its note, said once, when the page is drawn again
TIMES = "imported frames"  # how many imports there were; part of the forms' keys, so that each import empties them


def show(store: Store, programme: str, t: Speaker) -> None:
    """Two forms, if the reader's role may import frames and the frame key is found; else the reason why not."""
    _say_imported(t)
    with st.expander(t("frames.take_in")):
        if store.actor.role not in PERMITTED["import_frame"]:
            st.info(t("frames.centre_only"))
            return
        try:
            frame_key = frames.frame_key_of(store, programme)
        except Fault as fault:
            st.warning(said(t, fault.key, **fault.values))
            return
        st.caption(t("frames.where_numbers_go"))
        by_list, by_banks = st.tabs([t("frames.list"), t("frames.banks")])
        with by_list:
            _list(store, programme, frame_key, t)
        with by_banks:
            _banks(store, programme, frame_key, t)


def _list(store: Store, programme: str, frame_key: keys.Key, t: Speaker) -> None:
    with st.form(key=f"frame_list_{_times()}"):
        st.caption(t("frames.list.columns"))
        one, two = st.columns(2)
        name = one.text_input(t("cli.sample.frame"), key=f"list_name {_times()}")
        by = two.text_input(t("cli.frame.by"), "area", key=f"list_by {_times()}")
        keep = st.text_input(t("cli.frame.keep"), key=f"list_keep {_times()}")
        if wanted := wanted_of_list(current_programme(store, programme)[1]):
            st.caption(said(t, "frames.list.wanted", columns=list(wanted)))
        file = uploads.field(st, t("cli.frame.file"), TABLES, key=f"list_file {_times()}")
        named = incoming.choose(f"list_{_times()}", t)
        delete_on, accept = _day_and_acceptance("list", t)
        looks, imports = incoming.buttons(f"list {_times()}", t)
        if not (looks or imports) or file is None:
            return
    columns = [column.strip() for column in by.split(",")]
    arguments = (store, programme, name, file.getvalue(), file.name)
    if looks:
        of_list = {"by": columns, "keep": read_columns(keep)}
        look = lambda: frames.preview_frame(*arguments, **of_list, choice=incoming.chosen(named))  # noqa: E731
        _show_preview(look, file.name, t)
        return
    sealing = {} if delete_on is None else {"delete_on": delete_on}

    def use_case() -> ImportedFrame:
        key = {"key": _vault_key()} if sealing else {}
        options = {"by": columns, "accept": accept, "frame_key": frame_key, "choice": incoming.chosen(named)}
        options["keep"] = read_columns(keep)
        try:
            return frames.import_frame(*arguments, **options, **sealing, **key)
        except Fault as fault:
            raise Fault(key="frames.needs_day") if fault.key == "frame.needs_vault" else fault from fault

    _import(use_case, file.name, t)


def _banks(store: Store, programme: str, frame_key: keys.Key, t: Speaker) -> None:
    with st.form(key=f"frame_banks_{_times()}"):
        st.caption(t("frames.banks.what"))
        one, two = st.columns(2)
        name = one.text_input(t("cli.sample.frame"), key=f"banks_name {_times()}")
        cities = two.text_input(t("frames.cities"), key=f"banks_cities {_times()}")
        mobiles = one.number_input(t("cli.frame.numbers"), 1, value=30_000, key=f"banks_mobiles {_times()}")
        landlines = two.number_input(t("cli.frame.landlines"), 0, value=0, key=f"banks_landlines {_times()}")
        prefixes = uploads.field(one, t("frames.prefixes"), TABLES, key=f"banks_prefixes {_times()}")
        exchanges = uploads.field(two, t("cli.frame.exchanges"), TABLES, key=f"banks_exchanges {_times()}")
        public = st.text_input(t("frames.banks.public"), key=f"banks_public {_times()}")
        value = st.text_input(t("frames.banks.value"), key=f"banks_value {_times()}")
        st.caption(t("frames.banks.choice"))
        named = incoming.choose(f"banks_{_times()}", t)
        st.caption(t("frames.banks.prefix_choice"))
        prefixes_named = incoming.choose(f"prefixes_{_times()}", t)
        delete_on, accept = _day_and_acceptance("banks", t)
        looks, imports = incoming.buttons(f"banks {_times()}", t)
        if not (looks or imports):
            return
    if prefixes is None:
        file, content = GUANGXI_PREFIXES.name, read_bounded(GUANGXI_PREFIXES)
    else:
        file, content = prefixes.name, prefixes.getvalue()
    try:
        choice, prefix_choice = incoming.chosen(named), incoming.chosen(prefixes_named)
    except Fault as fault:
        _say_refused(fault, t)
        return
    of_exchanges = None if exchanges is None else ExchangeFile(exchanges.getvalue(), exchanges.name, choice)
    of_cities = [city.strip() for city in cities.split(",")]
    if looks:
        _show_preview(lambda: previews.preview_prefixes(store, content, file, of_cities, prefix_choice), file, t)
        if of_exchanges is not None:
            beside = (of_exchanges, content, file, of_cities, prefix_choice)
            _show_preview(lambda: previews.preview_exchanges(store, *beside), of_exchanges.file, t)
        return
    of_banks: dict[str, Any] = {
        "cities": of_cities,
        "numbers": {MOBILE: int(mobiles)} | ({LANDLINE: int(landlines)} if landlines else {}),
        "exchanges": of_exchanges,
        "choice": prefix_choice,
        "frame_key": frame_key,
    }
    public, value = public.strip() or None, value.strip() or None

    def line() -> str:
        return number_banks.commit_banks(store, programme, name, content, file, public=str(public), **of_banks)

    def use_case() -> ImportedFrame:
        if delete_on is None:
            raise Fault(key="frames.needs_day")
        sealing = {"key": _vault_key(), "delete_on": delete_on, "accept": accept}
        drawing = {"public": public, "value": value}
        return number_banks.import_banks(store, programme, name, content, file, **of_banks, **sealing, **drawing)

    if public is not None and value is None:
        _show_line(line, name, public, t)
    else:
        _import(use_case, name, t, note="banks.without_line" if public is None else "banks.with_line")


def _vault_key() -> keys.Key:
    """The key that encrypts telephone numbers; where there is none, a Fault that says who can make it."""
    try:
        return keys.find_key()
    except Fault as fault:
        raise Fault(key="frames.needs_key") if fault.key == "key.absent" else fault from fault


def _show_line(line: Callable[[], str], frame: str, public: str, t: Speaker) -> None:
    """Make the line to publish and show it; the form keeps what was typed, for the draw by the public value."""
    published = _unless_refused(line, frame, t)
    if published is not None:
        st.info(said(t, "frames.banks.publish", frame=frame, public=public))
        st.code(published, language=None)


def _day_and_acceptance(form: str, t: Speaker) -> tuple[date | None, bool]:
    one, two = st.columns(2, vertical_alignment="bottom")
    tomorrow = date.today() + timedelta(days=1)
    day = one.date_input(t("frames.delete_on"), None, min_value=tomorrow, key=f"{form}_day {_times()}")
    return day, two.checkbox(t("cli.frame.accept"), key=f"{form}_accept {_times()}")


def _import(use_case: Callable[[], ImportedFrame], what: str, t: Speaker, *, note: str | None = None) -> None:
    """Import, then draw the page again with empty forms; after a fault the form keeps what was typed.

    note: the sentence on the frame that is said besides
    """
    imported = _unless_refused(use_case, what, t)
    if imported is not None:
        st.session_state[IMPORTED], st.session_state[TIMES] = (imported, note), _times() + 1
        st.rerun()


def _unless_refused(use_case: Callable[[], Result], what: str, t: Speaker) -> Result | None:
    """What the use case returns; after a fault, which is shown, None."""
    try:
        with st.spinner(said(t, "cli.working", what=what)):
            return use_case()
    except Fault as fault:
        _say_refused(fault, t)
        return None


def _say_refused(fault: Fault, t: Speaker) -> None:
    st.error(f"{t(f'outcome.{REFUSED}')}: {said(t, fault.key, **fault.values)}")
    faults.offer_list(fault, t)


def _show_preview(look: Callable[[], Preview], file: str, t: Speaker) -> None:
    preview = _unless_refused(look, file, t)
    if preview is not None:
        incoming.show_preview(preview, file, t)


def _say_imported(t: Speaker) -> None:
    imported, note = st.session_state.pop(IMPORTED, (None, None))
    if imported is None:
        return
    counts = {"units": imported.units, "strata": imported.strata, "numbers": imported.numbers}
    outcome = t(f"outcome.{imported.outcome}")
    st.success(said(t, "cli.frame.imported", frame=imported.frame, version=imported.version, outcome=outcome, **counts))
    if note is not None:
        st.info(said(t, note, frame=imported.frame))
    for finding in imported.findings:
        st.warning(said(t, "sample.note_accepted", finding=t(finding.key, **finding.values)))


def _times() -> int:
    return st.session_state.get(TIMES, 0)
