"""The administrator's page: who may do what, and the audit trail of what was done."""

import streamlit as st

from presentation.evidence.trail import trail_rows, vouching
from service.protection import people
from service.store.engine import Store
from service.store.permissions import ROLES
from service.store.trail import trail_lines, verify_trail
from ui import tables
from ui.literal import literal, said
from words import Speaker


def show(store: Store, t: Speaker) -> None:
    """The people, a form to add one, whether the audit trail is intact, and its newest lines."""
    st.title(t("people.title"))
    if not people.is_demo(store):
        above = st.container()
        _add(store, t)
        with above:  # computed after the form, so that it lists somebody who was just added
            _list(store, t)
    st.subheader(t("people.trail"), anchor=False)
    verified = verify_trail(store)
    for finding in verified.findings:
        st.error(said(t, finding.key, number=finding.number))
    if not verified.findings:
        st.success(said(t, "cli.audit.whole", count=verified.head.number))
    for sentence in vouching(verified, t):
        st.caption(literal(sentence))
    st.code(str(verified.head), language=None, wrap_lines=True)
    tables.show_table(trail_rows(trail_lines(store), t), ["number", "at", "name", "role", "action", "details"], {}, t)


def _list(store: Store, t: Speaker) -> None:
    listed = people.person_list(store)
    listed["role"] = [t(f"role.{role}") for role in listed.role]
    for column in ("active", "one_time"):
        listed[column] = [t("yes" if value else "no") for value in listed[column]]
    tables.show_table(listed, ["name", "role", "active", "one_time"], {}, t)


def _add(store: Store, t: Speaker) -> None:
    with st.expander(t("people.add")), st.form("person", clear_on_submit=True):
        name = st.text_input(t("sign_in.name"))
        role = st.selectbox(t("sign_in.role"), ROLES[::-1], format_func=lambda r: t(f"role.{r}"))
        identity = st.text_input(t("people.identity"))
        if not st.form_submit_button(t("people.add")):
            return
        password = people.add_person(store, name, role, identity=identity or None)
        key = "cli.person.password" if password else "cli.person.added"
        st.success(said(t, key, name=name, password=password))
