"""The page on which anybody checks a proof, of a draw, a master sample or a wave's figures, without a store or key."""

import streamlit as st

from presentation import samples as sample_words
from service.proof.uploaded_chain import check_upload
from service.store.engine import Store
from ui import uploads
from ui.literal import literal, said
from words import Fault, Speaker


def show(store: Store, t: Speaker) -> None:
    """A form for the proof and the published line, and the verdict with all that differs."""
    st.title(t("check.title"))
    st.markdown(t("check.what"))
    with st.form(key="check"):
        file = uploads.field(st, t("check.file"), ["zip"], key="check_file")
        published = st.text_input(t("cli.verify_draw.published"), key="check_line")
        line = st.text_input(t("cli.verify.line"), key="check_figures_line")
        screened = st.text_input(t("cli.verify_draw.screened"), key="check_screened")
        answers = uploads.field(st, t("check.answers"), ["zip"], key="check_answers")
        sent = st.form_submit_button(t("check.go"), type="primary", key="check_go")
    if sent and file is not None:
        try:
            of_answers = None if answers is None else (answers.getvalue(), answers.name)
            lines = {"published": published, "line": line, "screened": screened.split()}
            checked = check_upload(file.getvalue(), file.name, **lines, answers=of_answers)
        except Fault as fault:
            st.error(said(t, fault.key, **fault.values))
        else:
            say = st.success if checked.verification.holds else st.error
            for key, values in checked.verdict:
                say(said(t, key, **values))
                say = st.warning
            for words in sample_words.verification_lines(checked.verification, t):
                st.markdown(literal(words))
    with st.expander(t("samples.how")):
        st.markdown(t("samples.how.text"))
