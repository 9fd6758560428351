"""The survey centre's page: which waves are imported, which files were not accepted and why, and the next import."""

import streamlit as st

from presentation.imports import import_rows, wave_rows
from presentation.notes import survey_note
from presentation.times import wave_text
from service.files.kinds import ENDINGS
from service.intake.import_log import REFUSED, import_log
from service.intake.imports import current_programme, import_margins, import_wave, wave_versions
from service.intake.preview import preview_margins, preview_records, preview_wave
from service.intake.records_file import RecordsFile
from service.store.engine import Store
from ui import choosers, faults, tables
from ui.panels import incoming, job
from words import Fault, Speaker

KINDS = list(ENDINGS)
IMPORTED = "imported wave"  # in the session: the last import, said when the page is drawn again


def show(store: Store, t: Speaker) -> None:
    """The survey, its waves, an upload, and the log of imports."""
    st.title(t("centre.title"))
    name = choosers.choose_programme(store, t)
    if name is None:
        return
    version, programme = current_programme(store, name)
    counts = {"areas": len(programme.areas), "items": len(programme.items), "measures": len(programme.measures)}
    st.markdown(t("centre.programme", title=programme.title, programme=name, version=version, **counts))
    st.caption(t("leader.note", note=survey_note(programme, t)))
    st.subheader(t("centre.waves"), anchor=False)
    waves = wave_rows(wave_versions(store, name), t)
    tables.show_table(waves, ["wave", "version", "interviews", "file", "current"], {}, t)
    _upload(store, name, t)
    if programme.weighting is not None:
        _upload_margins(store, name, t)
    job.show(store, name, t)
    st.subheader(t("centre.imports"), anchor=False)
    log = import_rows(import_log(store), t)
    tables.show_table(log, ["at", "by", "wave", "file", "outcome", "version", "interviews"], {}, t)
    for refused in log[log.reason != ""].to_dict("records"):
        st.warning(t("centre.refusal", at=refused["at"], wave=refused["wave"], reason=refused["reason"]))


def _upload(store: Store, programme: str, t: Speaker) -> None:
    with st.expander(t("centre.upload")), st.form("upload"):
        wave = st.text_input(t("centre.upload.wave"))
        file = st.file_uploader(t("centre.upload.file"), type=KINDS)
        has_records = current_programme(store, programme)[1].records
        records = st.file_uploader(t("centre.upload.records"), type=KINDS) if has_records else None
        named = incoming.choose("wave", t)
        records_named = ("", "", False)
        if has_records:
            st.caption(t("centre.records.choice"))
            records_named = incoming.choose("records", t)
        reason = st.text_input(t("centre.upload.reason"), help=t("centre.upload.reason_help")).strip() or None
        looks, imports = incoming.buttons("wave", t)
        _say_imported(t)
        if not (looks or imports) or file is None:
            return
        try:
            choice = incoming.chosen(named)
            records_choice = incoming.chosen(records_named)
            records_file = None if records is None else RecordsFile(records.getvalue(), records.name, records_choice)
            arguments = (store, programme, wave, file.getvalue(), file.name)
            if looks:
                of_wave = preview_wave(*arguments, records=records_file, choice=choice, reason=reason)
                incoming.show_preview(of_wave, file.name, t)
                if records_file is not None:
                    of_records = preview_records(store, programme, wave, records_file)
                    incoming.show_preview(of_records, records_file.file, t)
                return
            imported = import_wave(*arguments, records=records_file, choice=choice, reason=reason)
        except Fault as fault:
            _say_refused(fault, t)
            return
        st.session_state[IMPORTED] = imported
        st.rerun()


def _say_imported(t: Speaker) -> None:
    """What the last run of the page imported, said once: this run has the wave in its table."""
    imported = st.session_state.pop(IMPORTED, None)
    if imported is None:
        return
    wave_name = wave_text(imported.wave, t)
    values = {"wave": wave_name, "version": imported.version, "interviews": imported.interviews}
    st.success(t("cli.imported.wave", **values, outcome=t(f"outcome.{imported.outcome}")))
    for key, recognised in imported.notes:
        st.caption(t(key, **recognised))
    st.caption(t("centre.upload.next"))


def _upload_margins(store: Store, programme: str, t: Speaker) -> None:
    with st.expander(t("centre.margins")), st.form("margins"):
        st.caption(t("centre.margins.columns"))
        file = st.file_uploader(t("centre.margins.file"), type=KINDS, key="margins_file")
        named = incoming.choose("margins", t)
        looks, imports = incoming.buttons("margins", t)
        if not (looks or imports) or file is None:
            return
        try:
            choice = incoming.chosen(named)
            if looks:
                incoming.show_preview(
                    preview_margins(store, programme, file.getvalue(), file.name, choice), file.name, t
                )
                return
            imported = import_margins(store, programme, file.getvalue(), file.name, choice)
        except Fault as fault:
            _say_refused(fault, t)
            return
        values = {"period": wave_text(imported.wave, t), "version": imported.version}
        st.success(t("cli.imported.margins", **values, outcome=t(f"outcome.{imported.outcome}")))
        for key, recognised in imported.notes:
            st.caption(t(key, **recognised))


def _say_refused(fault: Fault, t: Speaker) -> None:
    st.error(f"{t(f'outcome.{REFUSED}')}: {t(fault.key, **fault.values)}")
    faults.offer_list(fault, t)
