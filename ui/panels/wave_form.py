"""A panel that imports a wave: its file and records, a preview, the import, and what was imported."""

import streamlit as st

from presentation.times import wave_text
from service.figures.hindrances import hindrances
from service.files.kinds import ENDINGS
from service.intake.imports import current_programme, import_wave
from service.intake.preview import preview_records, preview_wave
from service.intake.records_file import RecordsFile
from service.store.engine import Store
from ui import uploads
from ui.literal import said
from ui.panels import incoming
from words import Fault, Speaker

IMPORTED = "imported wave"  # in the session: the last import, said when the page is drawn again


def show(store: Store, programme: str, t: Speaker) -> None:
    """The file of a wave, and of its records if the programme has some, with a preview and the import."""
    with st.expander(t("centre.upload")), st.form("upload"):
        wave = st.text_input(t("centre.upload.wave"))
        file = uploads.field(st, t("centre.upload.file"), list(ENDINGS))
        has_records = current_programme(store, programme)[1].records
        records = uploads.field(st, t("centre.upload.records"), list(ENDINGS)) if has_records else None
        named = incoming.choose("wave", t)
        records_named = ("", "", False)
        if has_records:
            st.caption(t("centre.records.choice"))
            records_named = incoming.choose("records", t)
        reason = st.text_input(t("centre.upload.reason"), help=t("centre.upload.reason_help")).strip() or None
        looks, imports = incoming.buttons("wave", t)
        _say_imported(store, t)
        if not (looks or imports) or file is None:
            return
        try:
            choice = incoming.chosen(named)
            records_choice = incoming.chosen(records_named)
            records_file = None if records is None else RecordsFile(records.getvalue(), records.name, records_choice)
            arguments = (store, programme, wave, file.getvalue(), file.name)
            if looks:
                _say_hindrances(store, programme, wave, t, imported=False)
                of_wave = preview_wave(*arguments, records=records_file, choice=choice, reason=reason)
                incoming.show_preview(of_wave, file.name, t)
                if records_file is not None:
                    of_records = preview_records(store, programme, wave, records_file)
                    incoming.show_preview(of_records, records_file.file, t)
                return
            imported = import_wave(*arguments, records=records_file, choice=choice, reason=reason)
        except Fault as fault:
            incoming.say_refused(fault, t)
            return
        st.session_state[IMPORTED] = imported
        st.rerun()


def _say_imported(store: Store, t: Speaker) -> None:
    """What the last run of the page imported, said once: this run has the wave in its table."""
    imported = st.session_state.pop(IMPORTED, None)
    if imported is None:
        return
    wave_name = wave_text(imported.wave, t)
    values = {"wave": wave_name, "version": imported.version, "interviews": imported.interviews}
    st.success(said(t, "cli.imported.wave", **values, outcome=t(f"outcome.{imported.outcome}")))
    for key, recognised in imported.notes:
        st.caption(said(t, key, **recognised))
    _say_hindrances(store, imported.programme, imported.wave, t)
    st.caption(t("centre.upload.next"))


def _say_hindrances(store: Store, programme: str, wave: str, t: Speaker, *, imported: bool = True) -> None:
    """Why a job on the wave would fail as things are."""
    for hindrance in hindrances(store, programme, wave, imported=imported):
        st.warning(said(t, "wave.hindered", reason=hindrance.sentences))
