"""The page that checks a bulletin's figures by one another: a file or pasted text in, a table of findings out."""

from collections.abc import Callable

import streamlit as st

from accountability.printed.check import Checked
from presentation.printed.findings import finding_table, meaning_names, meanings_of_lines, summary, unread_lines
from service.files.write import csv_bytes, file_name
from service.proof import bulletin_checked
from service.store.engine import Store
from ui import uploads
from ui.cards import file_link
from ui.literal import literal, said
from ui.tables import wrapped_table
from words import Fault, Speaker

HIGH, LOW = 200, 100  # pixels of the fields for a text and for meanings
MOST = 200  # findings shown; the file has all of them
NOT_UNDERSTOOD = ("printed.not_understood", "printed.no_meaning")


def show(store: Store, t: Speaker) -> None:
    """A form for a file, a text or both, and below it what does not agree."""
    st.title(t("printed.title"))
    st.markdown(t("printed.what"))
    with st.form(key="printed"):
        file = uploads.field(st, t("printed.file"), bulletin_checked.ENDINGS, key="printed_file")
        text = st.text_area(t("printed.text"), key="printed_text", height=HIGH)
        lines = st.text_area(
            t("printed.meanings"),
            help=said(t, "printed.meanings_help", names=meaning_names(t)),
            key="printed_meanings",
            height=LOW,
        )
        sent = st.form_submit_button(t("printed.go"), type="primary", key="printed_go")
    if not sent:
        return
    if file is None and not text.strip():
        st.warning(t("printed.neither"))
    if file is not None:
        _checked(lambda: bulletin_checked.check_bulletin(file.getvalue(), file.name, _meanings(lines)), file.name, t)
    if text.strip():
        _checked(lambda: bulletin_checked.check_text(text, t("printed.pasted")), t("printed.pasted"), t)


def _meanings(lines: str) -> dict[str, str]:
    return meanings_of_lines(lines.splitlines())


def _checked(check: Callable[[], Checked], name: str, t: Speaker) -> None:
    """What was found in a file or a text, under its name, or why it cannot be checked."""
    st.subheader(literal(name), anchor=False)
    try:
        checked = check()
    except Fault as fault:
        st.error(said(t, fault.key, **fault.values))
        if fault.key in NOT_UNDERSTOOD:
            st.info(said(t, "printed.say", names=meaning_names(t)))
        return
    rows = finding_table(checked, t)
    wrong = any(finding.certain for finding in checked.findings)
    (st.error if wrong else st.warning if len(rows) else st.success)(literal(summary(checked, t)))
    if len(rows):
        wrapped_table(rows.head(MOST))
        if len(rows) > MOST:
            st.caption(said(t, "printed.first", shown=MOST, count=len(rows)))
        file_link(
            t("printed.save"), csv_bytes(rows), file_name(name, t("printed.file_name"), suffix=".csv"), "text/csv"
        )
    else:
        st.markdown(t("printed.none_found"))
    unread = unread_lines(checked, t)
    for line in unread:
        st.warning(literal(line))
    if unread:
        st.info(said(t, "printed.say", names=meaning_names(t)))
