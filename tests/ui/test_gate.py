"""What strangers, forgers, other pages and stale tabs get of a real server, by requests and websockets."""

import shutil
import sys
import urllib.request
from pathlib import Path

import pytest
from raw_session import serving
from websockets.exceptions import ConnectionClosed, InvalidStatus

from service.protection import people
from service.store import audit
from service.store.engine import Store
from service.store.permissions import ADMINISTRATOR, CENTRE, LEADER, ROLES
from service.store.trail import trail_lines
from ui import gate, navigation
from words import text

sys.path.insert(0, str(Path(__file__).parents[1] / "service"))
from made_up import interviews, whole_survey  # the made-up survey of tests/service

MB = 2**20
TITLES = {p.path: text(p.title.replace(".page", ".title"), "en") for p in navigation.PAGES if p.path != "area"}


def mail(role: str) -> str:
    return f"{role}@example.org"


@pytest.fixture(scope="module")
def store(empty_file, tmp_path_factory):
    """A survey of two waves in a store with four people, whom a service signs in."""
    folder = tmp_path_factory.mktemp("gate")
    shutil.copy(empty_file, folder / "rankshift.db")
    opened = Store.open(f"sqlite:///{folder / 'rankshift.db'}")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(audit.HEAD_VARIABLE, str(folder / "heads"))
        whole_survey(opened, interviews(5), interviews(6))
        for role in ROLES:
            people.add_person(opened, role, role, identity=mail(role))
        yield opened
    opened.engine.dispose()


@pytest.fixture(scope="module")
def server(store, tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    with serving(folder, str(store.engine.url), RANKSHIFT_SESSION_MB="2", RANKSHIFT_SERVER_MB="3") as started:
        yield started


def signed(server, role: str, **more) -> str:
    return server.cookie({"email": mail(role), "email_verified": True, **more})


def test_every_page_opens_to_its_roles_and_to_no_other_whatever_address_is_asked(server):
    for role in ROLES:
        with server.tab(signed(server, role)) as tab:
            for page in navigation.PAGES:
                said = tab.ask(page.path)
                assert text("sign_in.as", "en", name=role, role=text(f"role.{role}", "en")) in said, (role, page.path)
                if page.path in TITLES:  # the page of an area has the area's name for a title
                    assert (TITLES[page.path] in tab.titles()) == (role in page.roles), (role, page.path)
                    assert ("not for your role" in said) == (role not in page.roles), (role, page.path)
                    assert not tab.missing() or page.path == "leader", (role, page.path)
                others = {title for path, title in TITLES.items() if path != page.path and path != "leader"}
                assert not others & set(tab.titles()), (role, page.path)


def test_the_first_page_is_found_by_its_name_too_and_in_place_of_a_page_that_there_is_not(server):
    assert {page.path for page in navigation.PAGES} == {gate.FIRST_PAGE, *gate.OTHER_PAGES}
    for asked, found in (
        ("/leader?lang=zh&wave=2026Q2", "/?lang=zh&wave=2026Q2"),
        ("/leader/", "/"),
        ("/area", "/area"),
        ("/nowhere?lang=zh", "/?lang=zh&page=unknown"),
        ("/no/where/?lang=zh", "/?lang=zh&page=unknown"),
        ("/area/451302101", "/?page=unknown"),
    ):
        with urllib.request.urlopen(f"{server.origin}{asked}") as answer:
            assert (answer.status, answer.url) == (200, f"{server.origin}{found}")


def test_a_stranger_gets_the_question_who_it_is_at_every_address_and_nothing_else(server):
    with server.tab() as tab:
        for page in navigation.PAGES:
            tab.ask(page.path)
            assert tab.titles() == [text("sign_in.title", "en")]
            kinds = {element.WhichOneof("type") for element in tab.elements}
            assert not kinds & {"arrow_data_frame", "vega_lite_chart", "arrow_vega_lite_chart", "file_uploader"}


@pytest.mark.parametrize("forged", ["other secret", "cut", "other name", "not verified", "other origin", "unsigned"])
def test_a_forged_cookie_opens_nothing(server, forged):
    true = signed(server, ADMINISTRATOR)
    cookie = {
        "other secret": server.cookie({"email": mail(ADMINISTRATOR), "email_verified": True}, "guessed " * 5),
        "cut": true[:-3],
        "other name": "x" + true[1:],
        "not verified": signed(server, ADMINISTRATOR, email_verified="true"),
        "other origin": signed(server, ADMINISTRATOR, origin="http://evil.example"),
        "unsigned": true.rpartition(".")[0],
    }[forged]
    with server.tab(cookie) as tab:
        tab.ask("people")
        assert tab.titles() in ([text("sign_in.title", "en")], [])  # of who is not verified the service is not asked


def test_a_page_of_another_origin_opens_no_connection_and_sends_no_file(server):
    for origin in ("http://evil.example", f"http://localhost:{server.port + 1}", "http://127.0.0.1", "null"):
        with pytest.raises(InvalidStatus) as refused, server.tab(signed(server, CENTRE), origin=origin):
            pass
        assert refused.value.response.status_code == 403
    with server.tab(signed(server, CENTRE)) as tab:
        tab.ask("centre")
        assert server.upload(tab.session, Origin="http://evil.example") == 403
        assert server.upload(tab.session, Origin=server.origin) == 204


def test_nobody_on_the_internet_is_asked_for_the_address_of_this_machine(monkeypatch):
    """Streamlit asks whenever an origin is unknown to it, so at every connection behind a proxy: all readers wait."""
    from streamlit.web.server import server_util

    from ui import gate

    asked = []
    monkeypatch.setattr(server_util.net_util, "_make_blocking_http_get", lambda url, **_: asked.append(url))
    assert gate.net_util is server_util.net_util
    assert not server_util.is_url_from_allowed_origins("https://ranks.example")
    assert asked == []


def test_a_file_is_taken_only_of_who_signed_in_and_has_a_field_for_it(server):
    with server.tab() as tab:
        tab.ask("centre")
        assert server.upload(tab.session) == 403
    assert server.upload("no-such-session") == 403
    with server.tab(signed(server, LEADER)) as tab:
        tab.ask("leader")
        assert server.upload(tab.session) == 403
        tab.ask("centre")  # is not shown to a leader
        assert server.upload(tab.session) == 403
    with server.tab(signed(server, CENTRE)) as tab:
        tab.ask("centre")
        assert server.upload(tab.session) == 204
        tab.ask("leader")  # has no field
        assert server.upload(tab.session) == 403


def test_the_bytes_of_a_session_and_of_the_server_are_bounded(server):
    with server.tab(signed(server, CENTRE)) as one, server.tab(signed(server, CENTRE)) as two:
        for tab in (one, two):
            tab.ask("centre")
        assert server.upload(one.session, b"x" * (2 * MB)) == 413  # with what surrounds it, more than two
        assert server.upload(one.session, b"x" * int(1.8 * MB)) == 204
        assert server.upload(two.session, b"x" * int(1.8 * MB)) == 503
        one.ask("leader")  # what it sent is dropped with the page
        assert server.upload(two.session, b"x" * int(1.8 * MB)) == 204
        assert server.upload(two.session, b"x" * int(0.5 * MB)) == 413


def test_of_the_server_s_own_entrances_only_those_of_the_pages_are_open(server):
    assert server.status("/_stcore/health") == 200 and server.status("/_stcore/host-config") == 200
    for name in ("metrics", "metrics/", "script-health-check", "agent/openapi.json", "agent/mcp", "%6detrics", "x"):
        assert server.status(f"/_stcore/{name}") == 404, name
    assert server.status("/_stcore/agent/interact", "POST", b"{}") == 404


def test_a_message_of_a_reader_is_bounded(server):
    with server.tab() as tab, pytest.raises(ConnectionClosed):
        tab.connection.send(b"x" * 2_000_000)
        tab.connection.recv(timeout=60)


def test_a_stale_tab_can_do_no_more_than_its_person_may_now(server, store):
    with server.tab(signed(server, CENTRE)) as tab:
        tab.ask("centre")
        start = tab.buttons()[text("jobs.start", "en")]
        lines = len(trail_lines(store))
        people.change_person(store, CENTRE, role=LEADER)
        said = tab.ask("centre", pressed=start)
        assert TITLES["centre"] not in tab.titles() and text("role.leader", "en") in said
        assert server.upload(tab.session) == 403
        people.change_person(store, CENTRE, active=False)
        tab.ask("leader", pressed=start)
        assert tab.titles() == []
        actions = list(trail_lines(store).action[:-lines]) if len(trail_lines(store)) > lines else []
        assert "begin-job" not in actions and server.upload(tab.session) == 403
    people.change_person(store, CENTRE, role=CENTRE, active=True)
