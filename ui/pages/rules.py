"""The rule editor: an office changes the rules and consequences of its programme, tries them, and saves them."""

import streamlit as st

from presentation.ladder import edited_rules
from service.figures.rules_preview import preview_rules
from service.intake.rule_editing import EditedRules, read_rules, rule_versions, save_rules
from service.store.engine import Store
from ui import choosers, faults, tables
from ui.literal import literal, said
from ui.panels import job, text_editor
from words import Speaker


def show(store: Store, t: Speaker) -> None:
    """The text of the rules, what is wrong with it, what it says of the newest wave, and a form that saves it."""
    st.title(t("rules.title"))
    name = choosers.choose_programme(store, t)
    if name is None:
        return
    edited = read_rules(store, name)
    st.caption(t("rules.what"))
    text = text_editor.edit(f"{name} {edited.version}", edited.rules, t)
    found = edited.faults(text)
    text_editor.mark([fault.line for fault in found if fault.line is not None])
    if found:
        st.error(said(t, "rules.wrong", count=len(found)))
        tables.explained(edited_rules.fault_lines(found, t))
    elif text.strip() == edited.rules.strip():
        st.info(t("rules.unchanged"))
    else:
        st.success(t("rules.right"))
    _preview(store, name, edited, text, t, disabled=bool(found))
    _save(store, name, edited, text, t, disabled=bool(found) or text.strip() == edited.rules.strip())
    job.show(store, name, t)
    st.subheader(t("rules.versions"), anchor=False)
    tables.plain_table(edited_rules.version_rows(rule_versions(store, name), t), words=4)


def _preview(store: Store, name: str, edited: EditedRules, text: str, t: Speaker, *, disabled: bool) -> None:
    """What the rules say of the newest wave, when somebody asks for it; gone as soon as the text is another."""
    shown = "rules preview"
    if st.button(t("rules.preview"), key="rules_look", disabled=disabled):
        preview = faults.explained(lambda: preview_rules(store, name, edited.changed(text), edited.file), t)
        st.session_state[shown] = (name, text, preview)
    of, wording, preview = st.session_state.get(shown, ("", "", None))
    if preview is None or (of, wording) != (name, text):
        return
    st.subheader(literal(edited_rules.preview_title(preview, t)), anchor=False)
    rows = edited_rules.preview_rows(preview, t)
    if not rows.empty:
        tables.plain_table(rows, words=len(rows.columns))
    for note in edited_rules.preview_notes(preview, t):
        st.caption(literal(note))


def _save(store: Store, name: str, edited: EditedRules, text: str, t: Speaker, *, disabled: bool) -> None:
    """A form that asks why the rules change, and saves them as a new version."""
    with st.form(f"rules {edited.version}"):
        note = st.text_input(t("rules.why"), key=f"rules_note {edited.version}", placeholder=t("rules.why_example"))
        asked = st.form_submit_button(t("rules.save"), key=f"rules_save {edited.version}", type="primary")
        st.caption(t("rules.after"))
    if asked and disabled:
        st.warning(t("rules.not_saved"))
    elif asked:
        faults.act(lambda: save_rules(store, name, text, note=note, began=edited.version), t)
