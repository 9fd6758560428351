"""Who is at the page: a visitor of a demonstration, somebody signed in by another service, or with a password."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from service.protection import people
from service.store.engine import Store
from service.store.permissions import ROLES, Actor
from service.store.runs import VISITOR
from ui import address
from ui.literal import said
from words import Fault, Speaker

PERSON, ONE_TIME, IDENTITY = "person", "one_time", "identity"


def actor(store: Store, menu: Any, t: Speaker) -> Actor | None:
    """The person at the page with their role; None while the page still asks who it is.

    menu: where the page's menu says who it is, and lets them change it.
    """
    if people.is_demo(store):
        return _visitor(menu, t)
    if by_service():
        return _known_elsewhere(store, menu, t)
    if not people.has_people(store):
        st.info(t("sign_in.nobody"))
        return None
    name = st.session_state.get(PERSON)
    if name is None:
        _ask(store, t)
        return None
    person = people.still_permitted(store, name)  # on every click: a role that was taken away counts at once
    if st.session_state.get(ONE_TIME):
        _own_password(store.acting(person), t)
        return None
    _signed_in(person, lambda: st.session_state.clear(), menu, t)
    return person


def by_service() -> bool:
    """Whether another service signs people in: Streamlit's secrets then have a section [auth]."""
    return st.secrets.load_if_toml_exists() and "auth" in st.secrets


def claims() -> dict[str, Any]:
    """What that service says of the person who signed in; empty before they do."""
    user = st.user.to_dict()
    return user if user.get("is_logged_in") else {}


def _visitor(menu: Any, t: Speaker) -> Actor:
    key = f"role {t('language.code')}"
    role = st.session_state[key] = address.value(address.ROLE, ROLES) or ROLES[0]
    address.show(address.ROLE, role)
    menu.selectbox(
        t("sign_in.role"),
        ROLES,
        format_func=lambda r: t(f"role.{r}"),
        key=key,
        filter_mode=None,
        on_change=lambda: address.put(address.ROLE, st.session_state[key]),
    )
    menu.caption(t("sign_in.demo"))
    return Actor(VISITOR, role)


def _known_elsewhere(store: Store, menu: Any, t: Speaker) -> Actor | None:
    person_claims = claims()
    if not person_claims:
        st.title(t("sign_in.title"))
        st.button(t("sign_in.service"), on_click=st.login, type="primary")
        return None
    try:
        person = _looked_up(store, person_claims)
    except Fault:
        menu.button(t("sign_in.out"), on_click=st.logout)  # to come back as somebody else
        raise
    _signed_in(person, st.logout, menu, t)
    return person


def _looked_up(store: Store, person_claims: dict[str, Any]) -> Actor:
    """The person whom the service's claims name: the sign-in is recorded once, the role is looked up on every click."""
    email = person_claims.get("email")
    if person_claims.get("email_verified") is not True or not isinstance(email, str) or not email:
        raise Fault(key="people.unverified")
    if st.session_state.get(IDENTITY) != email:
        st.session_state[PERSON] = people.signed_in_elsewhere(store, email).name
        st.session_state[IDENTITY] = email
    return people.still_permitted(store, st.session_state[PERSON])


def _ask(store: Store, t: Speaker) -> None:
    st.title(t("sign_in.title"))
    with st.form("sign_in", clear_on_submit=True):
        name = st.text_input(t("sign_in.name"))
        password = st.text_input(t("sign_in.password"), type="password")
        if not st.form_submit_button(t("sign_in.go"), type="primary"):
            return
    signed_in = people.sign_in(store, name, password)
    st.session_state[PERSON], st.session_state[ONE_TIME] = signed_in.actor.name, signed_in.one_time
    st.rerun()


def _own_password(store: Store, t: Speaker) -> None:
    st.title(t("sign_in.own"))
    with st.form("own", clear_on_submit=True):
        old = st.text_input(t("sign_in.old"), type="password")
        new = st.text_input(said(t, "sign_in.new", shortest=people.SHORTEST), type="password")
        if not st.form_submit_button(t("sign_in.own.go"), type="primary"):
            return
    people.change_password(store, old, new)
    st.session_state[ONE_TIME] = False
    st.rerun()


def _signed_in(person: Actor, leave: Callable[[], None], menu: Any, t: Speaker) -> None:
    menu.caption(said(t, "sign_in.as", name=person.name, role=t(f"role.{person.role}")))
    menu.button(t("sign_in.out"), on_click=leave)
