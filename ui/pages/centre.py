"""The survey centre's page: what was taken in, what was refused and why, and taking in the next wave."""

import streamlit as st

from presentation import figures
from service.intake.imports import REFUSED, current_programme, import_log, import_wave, wave_versions
from service.intake.records_file import RecordsFile
from service.store.engine import Store
from ui import parts
from ui.panels import job
from words import Fault


def show(store: Store, t) -> None:
    """The survey, its waves, an upload, and the log of imports."""
    st.title(t("centre.title"))
    programme = parts.choose_programme(store, t)
    if programme is None:
        return
    version, plan = current_programme(store, programme)
    counts = {"areas": len(plan.areas), "items": len(plan.items), "measures": len(plan.measures)}
    st.markdown(t("centre.programme", title=plan.title, programme=plan.name, version=version, **counts))
    st.caption(t("leader.note", note=figures.survey_note(plan, t)))
    st.subheader(t("centre.waves"), anchor=False)
    waves = figures.wave_rows(wave_versions(store, programme), t)
    parts.show_table(waves, ["wave", "version", "interviews", "file", "current"], {}, t)
    _upload(store, programme, t)
    job.show(store, programme, t)
    st.subheader(t("centre.imports"), anchor=False)
    log = figures.import_rows(import_log(store), t)
    parts.show_table(log, ["at", "by", "wave", "file", "outcome", "version", "interviews"], {}, t)
    for refused in log[log.reason != ""].to_dict("records"):
        st.warning(t("centre.refusal", at=refused["at"], wave=refused["wave"], reason=refused["reason"]))


def _upload(store: Store, programme: str, t) -> None:
    with st.expander(t("centre.upload")), st.form("upload", clear_on_submit=True):
        wave = st.text_input(t("centre.upload.wave"))
        file = st.file_uploader(t("centre.upload.file"), type="csv")
        asked = current_programme(store, programme)[1].records
        records = st.file_uploader(t("centre.upload.records"), type="csv") if asked else None
        if not st.form_submit_button(t("centre.upload.go")) or file is None:
            return
        try:
            known = None if records is None else RecordsFile(records.getvalue(), records.name)
            done = import_wave(store, programme, wave, file.getvalue(), file.name, records=known)
        except Fault as fault:
            st.error(f"{t(f'outcome.{REFUSED}')}: {t(fault.key, **fault.values)}")
            return
        values = {"wave": figures.wave_text(done.wave, t), "version": done.version, "interviews": done.interviews}
        st.success(t("cli.imported.wave", **values, outcome=t(f"outcome.{done.outcome}")))
        st.caption(t("centre.upload.next"))
