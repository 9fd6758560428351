"""What forms that take a file in share: what may be named of it, and what would come of it before it is imported."""

import streamlit as st

from service.files.choice import Choice, choice_of
from service.files.preview import Preview
from service.intake.import_log import REFUSED
from ui import faults, tables
from ui.literal import said
from words import Fault, Speaker


def choose(name: str, t: Speaker) -> tuple[str, str, bool]:
    """What somebody names of a file: its sheet, its encoding, and whether lost zeros are restored. name: the form's."""
    one, two, three = st.columns(3, vertical_alignment="bottom")
    sheet = one.text_input(t("incoming.sheet"), key=f"{name}_sheet", placeholder=t("incoming.by_itself"))
    encoding = two.text_input(t("incoming.encoding"), key=f"{name}_encoding", placeholder=t("incoming.by_itself"))
    return sheet, encoding, three.checkbox(t("incoming.zeros"), key=f"{name}_zeros")


def chosen(named: tuple[str, str, bool]) -> Choice:
    """What `choose` returned, as the reader wants it; a Fault for an encoding that there is not."""
    sheet, encoding, zeros = named
    return choice_of(sheet, encoding, zeros=zeros)


def buttons(form: str, t: Speaker) -> tuple[bool, bool]:
    """Whether somebody asks for a preview, and whether for the import itself. form: the end of the buttons' keys."""
    one, two = st.columns(2)
    looks = one.form_submit_button(t("centre.upload.preview"), key=f"look_{form}", width="stretch")
    return looks, two.form_submit_button(t("centre.upload.go"), type="primary", key=f"go_{form}", width="stretch")


def show_preview(preview: Preview, file: str, t: Speaker) -> None:
    """What was recognised, what each column is for, the first rows, and what is wrong."""
    st.markdown(said(t, "incoming.preview", file=file))
    for key, values in preview.notes:
        st.caption(said(t, key, **values))
    if preview.uses:
        used = [f"{column} = {t(f'file.use.{use}')}" for column, use in preview.uses.items() if use]
        st.markdown(said(t, "file.preview.used", columns=used))
        if ignored := [column for column, use in preview.uses.items() if not use]:
            st.markdown(said(t, "file.preview.ignored", columns=ignored))
        st.caption(said(t, "file.preview.rows", rows=preview.rows))
        st.dataframe(tables.seen(preview.first), hide_index=True, width="stretch")
    if preview.fault is not None:
        faults.say(preview.fault, t)
    else:
        st.success(t("incoming.nothing_wrong"))


def say_refused(fault: Fault, t: Speaker) -> None:
    """That the file was not accepted and why, with the list of its faults to save."""
    st.error(said(t, "incoming.refused", outcome=t(f"outcome.{REFUSED}"), reason=t(fault.key, **fault.values)))
    faults.offer_list(fault, t)
