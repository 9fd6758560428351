"""A panel that imports the known totals to which weights are calibrated."""

import streamlit as st

from presentation.times import wave_text
from service.files.kinds import ENDINGS
from service.intake.imports import import_margins
from service.intake.preview import preview_margins
from service.store.engine import Store
from ui import uploads
from ui.literal import said
from ui.panels import incoming
from words import Fault, Speaker


def show(store: Store, programme: str, t: Speaker) -> None:
    """The file of known totals, with a preview and the import."""
    with st.expander(t("centre.margins")), st.form("margins"):
        st.caption(t("centre.margins.columns"))
        file = uploads.field(st, t("centre.margins.file"), list(ENDINGS), key="margins_file")
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
            incoming.say_refused(fault, t)
            return
        values = {"period": wave_text(imported.wave, t), "version": imported.version}
        st.success(said(t, "cli.imported.margins", **values, outcome=t(f"outcome.{imported.outcome}")))
        for key, recognised in imported.notes:
            st.caption(said(t, key, **recognised))
