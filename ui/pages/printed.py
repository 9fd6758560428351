"""The page that checks a bulletin's figures by one another: a file or pasted text in, a table of findings out."""

import streamlit as st

from presentation.printed.findings import finding_table, meaning_names, meanings_of_lines, summary, unread_lines
from service.files.write import csv_bytes, file_name
from service.proof import bulletin_checked
from service.store.engine import Store
from ui import uploads
from ui.cards import file_link
from ui.literal import literal, said
from ui.tables import plain_table
from words import Fault, Speaker


def show(store: Store, t: Speaker) -> None:
    """A form for a file or a text, and below it what does not agree."""
    st.title(t("printed.title"))
    st.markdown(t("printed.what"))
    with st.form(key="printed"):
        file = uploads.field(st, t("printed.file"), bulletin_checked.ENDINGS, key="printed_file")
        text = st.text_area(t("printed.text"), key="printed_text")
        lines = st.text_area(
            t("printed.meanings"), help=said(t, "printed.meanings_help", names=meaning_names(t)), key="printed_meanings"
        )
        sent = st.form_submit_button(t("printed.go"), type="primary", key="printed_go")
    if not sent or (file is None and not text.strip()):
        return
    try:
        if file is None:
            checked = bulletin_checked.check_text(text, t("printed.pasted"))
        else:
            meanings = meanings_of_lines(lines.splitlines())
            checked = bulletin_checked.check_bulletin(file.getvalue(), file.name, meanings)
    except Fault as fault:
        st.error(said(t, fault.key, **fault.values))
        return
    rows = finding_table(checked, t)
    wrong = any(finding.certain for finding in checked.findings)
    (st.error if wrong else st.warning if len(rows) else st.success)(literal(summary(checked, t)))
    if len(rows):
        plain_table(rows)
        file_link(t("printed.save"), csv_bytes(rows), file_name(t("printed.file_name"), suffix=".csv"), "text/csv")
    else:
        st.markdown(t("printed.none_found"))
    for line in unread_lines(checked, t):
        st.warning(literal(line))
