"""Who is at the page: a visitor of a demonstration, somebody another service knows, or a person with a password."""

import streamlit as st

from service.protection import people
from service.store.engine import Store
from service.store.permissions import ROLES, Actor
from words import Fault

VISITOR, PERSON, ONE_TIME, IDENTITY = "visitor", "person", "one_time", "identity"


def actor(store: Store, t) -> Actor | None:
    """Whoever is known to be here; None while the page asks who it is."""
    if people.is_demo(store):
        return _visitor(t)
    if by_service():
        return _known_elsewhere(store, t)
    if not people.has_people(store):
        st.info(t("sign_in.nobody"))
        return None
    name = st.session_state.get(PERSON)
    if name is None:
        _ask(store, t)
        return None
    found = people.still_permitted(store, name)  # a role taken away counts at once
    if st.session_state.get(ONE_TIME):
        _own_password(store.acting(found), t)
        return None
    _signed_in(found, lambda: st.session_state.clear(), t)
    return found


def by_service() -> bool:
    """Whether another service signs people in: [auth] stands in Streamlit's secrets."""
    return st.secrets.load_if_toml_exists() and "auth" in st.secrets


def claims() -> dict:
    """What that service says of whoever signed in; empty before."""
    known = st.user.to_dict()
    return known if known.get("is_logged_in") else {}


def _visitor(t) -> Actor:
    with st.sidebar:
        st.warning(t("sign_in.demo"))
        role = st.selectbox(
            t("sign_in.role"), ROLES, format_func=lambda r: t(f"role.{r}"), key=f"role {t('language.code')}"
        )
    return Actor(VISITOR, role)


def _known_elsewhere(store: Store, t) -> Actor | None:
    known = claims()
    if not known:
        st.title(t("sign_in.title"))
        st.button(t("sign_in.service"), on_click=st.login, type="primary")
        return None
    try:
        found = _looked_up(store, known)
    except Fault:
        with st.sidebar:
            st.button(t("sign_in.out"), on_click=st.logout)  # to come back as somebody else
        raise
    _signed_in(found, st.logout, t)
    return found


def _looked_up(store: Store, known: dict) -> Actor:
    """The person behind the service's claims: their coming is recorded once, their role looked up on every click."""
    email = known.get("email")
    if not known.get("email_verified") or not email:
        raise Fault(key="people.unverified")
    if st.session_state.get(IDENTITY) != email:
        st.session_state[PERSON] = people.signed_in_elsewhere(store, email).name
        st.session_state[IDENTITY] = email
    return people.still_permitted(store, st.session_state[PERSON])


def _ask(store: Store, t) -> None:
    st.title(t("sign_in.title"))
    with st.form("sign_in", clear_on_submit=True):
        name = st.text_input(t("sign_in.name"))
        password = st.text_input(t("sign_in.password"), type="password")
        if not st.form_submit_button(t("sign_in.go"), type="primary"):
            return
    done = people.sign_in(store, name, password)
    st.session_state[PERSON], st.session_state[ONE_TIME] = done.actor.name, done.one_time
    st.rerun()


def _own_password(store: Store, t) -> None:
    st.title(t("sign_in.own"))
    with st.form("own", clear_on_submit=True):
        old = st.text_input(t("sign_in.old"), type="password")
        new = st.text_input(t("sign_in.new", shortest=people.SHORTEST), type="password")
        if not st.form_submit_button(t("sign_in.own.go"), type="primary"):
            return
    people.change_password(store, old, new)
    st.session_state[ONE_TIME] = False
    st.rerun()


def _signed_in(found: Actor, leave, t) -> None:
    with st.sidebar:
        st.caption(t("sign_in.as", name=found.name, role=t(f"role.{found.role}")))
        st.button(t("sign_in.out"), on_click=leave)
