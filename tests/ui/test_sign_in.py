"""Signing in on the pages: a demonstration's roles, passwords, another service; use cases refuse all the same."""

from pathlib import Path

import pytest
from argon2 import PasswordHasher
from starlette.formparsers import MultiPartParser
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.testing.v1 import AppTest

from service.protection import people
from service.store import audit
from service.store.engine import STORE_VARIABLE
from service.store.permissions import ADMINISTRATOR, CENTRE, LEADER, STATISTICIAN
from ui import memory, navigation, sign_in
from ui.literal import literal
from words import text

ROOT = Path(__file__).parents[2]
WORK, CHECKS = ("statistician", "centre", "rules", "quality"), ("check", "check-bulletin")
PASSWORD = "seventy townships, all alike"


@pytest.fixture
def own_store(fresh_store, tmp_path, monkeypatch):
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(people, "_hasher", lambda: weak)
    monkeypatch.setenv(audit.HEAD_VARIABLE, str(tmp_path / "heads"))
    made = fresh_store("sqlite")
    monkeypatch.setenv(STORE_VARIABLE, str(made.engine.url))
    yield made
    made.engine.dispose()


def app(language: str = "en") -> AppTest:
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    at.query_params["lang"] = language
    return at


def said(at: AppTest) -> str:
    parts = [*at.title, *at.caption, *at.info, *at.warning, *at.error, *at.success]
    return "\n".join(str(p.value) for p in parts)


def test_a_demonstration_says_so_and_lets_the_visitor_change_role(ensu_store, monkeypatch):
    monkeypatch.setenv(STORE_VARIABLE, ensu_store[1])
    for language in ("zh", "en"):
        at = app(language).run()
        assert text("sign_in.demo", language) in said(at)
        at.selectbox(key=f"role {language}").set_value(LEADER).run()
        assert not at.exception and at.title[0].value == text("leader.title", language)


@pytest.mark.parametrize(
    ("role", "offered"),
    [
        (LEADER, ["leader", "area", "consequences", "check"]),
        (
            STATISTICIAN,
            ["leader", "area", "consequences", "statistician", "centre", "rules", "quality", "check", "check-bulletin"],
        ),
        (CENTRE, ["leader", "area", "consequences", *WORK, "samples", "calling", *CHECKS]),
        (
            ADMINISTRATOR,
            ["leader", "area", "consequences", *WORK, "samples", "calling", *CHECKS, "people"],
        ),
    ],
)
def test_a_role_is_offered_its_pages_in_the_order_of_the_menu(ensu_store, monkeypatch, role, offered):
    monkeypatch.setenv(STORE_VARIABLE, ensu_store[1])
    menus = []
    chosen = navigation.st.navigation

    def navigated(pages, **more):
        menus.append([(p.url_path, p.title, p.icon) for p in pages if p.visibility == "visible"])
        return chosen(pages, **more)

    monkeypatch.setattr(navigation.st, "navigation", navigated)
    app().run().selectbox(key="role en").set_value(role).run()
    by_path = {page.path: page for page in navigation.PAGES}
    assert menus[-1] == [
        ("" if path == "leader" else path, text(by_path[path].title, "en"), by_path[path].icon) for path in offered
    ]


def test_a_store_without_people_shows_nothing_and_says_how_to_begin(own_store):
    at = app().run()
    assert "one-time password" in said(at) and "rankshift" not in said(at) and not at.title


def test_a_person_signs_in_chooses_a_password_and_signs_out(own_store):
    first = people.add_person(own_store, "ann", LEADER)
    at = app().run()
    at.text_input[0].set_value("ann")
    at.text_input[1].set_value("wrong")
    at.button[0].click().run()
    assert text("people.wrong", "en") in said(at)
    at.text_input[0].set_value("ann")
    at.text_input[1].set_value(first)
    at.button[0].click().run()
    assert at.title[0].value == text("sign_in.own", "en")
    at.text_input[0].set_value(first)
    at.text_input[1].set_value(PASSWORD)
    at.button[0].click().run()
    assert "Signed in as ann, leader" in said(at) and at.title[0].value == text("leader.title", "en")
    people.add_person(own_store, "eve", ADMINISTRATOR)
    people.change_person(own_store, "ann", active=False)
    at.run()
    assert text("people.wrong", "en") in said(at) and "Signed in" not in said(at)


def test_somebody_another_service_knows_is_looked_up_on_every_run(own_store, monkeypatch):
    people.add_person(own_store, "ann", LEADER, identity="ann@example.org")
    known = {"email": "Ann@example.org", "email_verified": True}
    monkeypatch.setattr(sign_in, "by_service", lambda: True)
    monkeypatch.setattr(sign_in, "claims", lambda: known)
    assert "Signed in as ann" in said(app().run())
    for no_truth in (False, "false", "true", 1):
        known["email_verified"] = no_truth
        assert text("people.unverified", "en") in said(app().run())
    known |= {"email": "eve@example.org", "email_verified": True}
    assert literal("eve@example.org") in said(app().run())
    known.clear()
    at = app().run()
    assert at.button[0].label == text("sign_in.service", "en")


def test_the_service_is_asked_when_the_secrets_name_one(own_store):
    people.add_person(own_store, "ann", LEADER)
    at = app()
    at.secrets["auth"] = {"redirect_uri": "http://localhost/oauth2callback", "cookie_secret": "x" * 32}
    at.run()
    assert text("sign_in.service", "en") in [b.label for b in at.button]


def page(name: str, role: str) -> AppTest:
    """A page alone, with the store in somebody's hands."""
    script = f"""
from importlib import import_module
from service.store.permissions import Actor
from service.store.engine import Store, store_url
from ui.faults import explained
from words import speaker
t = speaker("en")
store = Store.open(store_url()).acting(Actor("ann", {role!r}))
explained(lambda: import_module("ui.pages.{name}").show(store, t), t)
"""
    return AppTest.from_string(script, default_timeout=60).run()


@pytest.mark.parametrize("name", ["people", "centre"])
def test_a_page_opened_in_spite_of_its_role_is_refused_by_the_use_case(ensu_store, monkeypatch, name):
    monkeypatch.setenv(STORE_VARIABLE, ensu_store[1])
    assert "ann (leader) may not do this" in said(page(name, LEADER))


def test_the_administrator_s_page_shows_people_and_whether_the_trail_is_whole(own_store):
    people.add_person(own_store, "eve", CENTRE)
    at = page("people", ADMINISTRATOR)
    assert not at.exception and "The audit trail is complete: 1 line." in said(at)
    listed, trail = (table.value for table in at.dataframe)
    assert list(listed.name) == ["eve"] and list(trail.action) == ["person added"]
    at.text_input[0].set_value("bob")
    at.button[0].click().run()
    assert "bob signs in with the one-time password" in said(at)


def test_an_upload_is_never_written_to_a_file(monkeypatch):
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    from starlette.datastructures import Headers

    monkeypatch.setattr(MultiPartParser, "spool_max_size", 2**20)  # as it comes

    def spooled() -> bool:
        content = b"x" * 3_000_000
        head = b'--b\r\nContent-Disposition: form-data; name="f"; filename="f.csv"\r\n\r\n'

        async def stream():
            yield head + content + b"\r\n--b--\r\n"

        headers = Headers({"content-type": "multipart/form-data; boundary=b"})
        with ThreadPoolExecutor() as pool:  # a browser's tests may have left a loop running in this thread
            form = pool.submit(asyncio.run, MultiPartParser(headers, stream()).parse()).result()
        return form["f"].file._rolled

    assert spooled()  # what the server does of itself
    memory.keep_uploads_in_memory()
    assert not spooled()


def test_what_fields_hold_is_not_kept_before_somebody_signs_in(own_store):
    """A message may say that any field holds anything: of a page that has no such field, nothing of it stays."""
    people.add_person(own_store, "ann", LEADER)
    at = app().run()
    states = WidgetStates()
    states.widgets.add(id="$$ID-made-up-methods", string_value="x" * 100_000)
    states.widgets.add(id="$$ID-made-up-chosen", trigger_value=True)
    at._run(states)
    held = at.session_state
    while hasattr(type(held), "_state") or "_state" in getattr(held, "__dict__", {}):
        held = object.__getattribute__(held, "_state")
    assert not at.exception and "made-up" not in str(sorted(map(str, held._new_widget_state.states)))
    assert held._new_widget_state.widget_metadata and "made-up" not in str(
        held._old_state
    )  # of the fields that there are
