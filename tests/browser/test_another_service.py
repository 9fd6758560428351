"""Signing in through an OpenID Connect provider, in Chromium: who is known, who is not, and out again."""

import json
import os
import signal
import subprocess
import sys

import pytest
from browsing import PATIENCE, await_health, click_until, free_port, new_tab, open_menu, serving, settle, shot, sign_out

from service.protection import people
from service.store.engine import Store
from service.store.permissions import CENTRE
from service.store.trail import trail_lines
from ui.literal import JOINER
from words import Visible, text

SECRETS = """[auth]
redirect_uri = "http://127.0.0.1:{port}/oauth2callback"
cookie_secret = "{secret}"
client_id = "rankshift"
client_secret = "of no value"
server_metadata_url = "{provider}/.well-known/openid-configuration"
"""
VISITORS = {
    "ann@example.org": True,
    "eve@example.org": True,
    "bob@example.org": False,
}  # whether the address is verified


@pytest.fixture(scope="module")
def provider():
    """The address of a provider with three people of its own."""
    port = free_port()
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)]
    for email, verified in VISITORS.items():
        command += ["--user-claims", json.dumps({"sub": email, "email": email, "email_verified": verified})]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        await_health(f"http://127.0.0.1:{port}/.well-known/openid-configuration")
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait()


@pytest.fixture(scope="module")
def own(browser, provider, fresh_url, tmp_path_factory):
    """(address, store): an app whose secrets name the provider; ann is of the survey centre, bob is known too."""
    folder, port, url = tmp_path_factory.mktemp("home"), free_port(), fresh_url("sqlite")
    (folder / ".streamlit").mkdir()
    secrets = SECRETS.format(port=port, provider=provider, secret=os.urandom(32).hex())
    (folder / ".streamlit" / "secrets.toml").write_text(secrets, "utf-8")
    store = Store.create(url)
    for name in ("ann", "bob"):
        people.add_person(store, name, CENTRE, identity=f"{name}@example.org")
    environment = {"HOME": str(folder), "USERPROFILE": str(folder), "RANKSHIFT_LANGUAGE": "en"}
    with serving(url, folder / "said.txt", port=port, environment=environment) as address:
        yield address, store
    store.engine.dispose()


def through_the_service(browser, own, email: str, language: str):
    """A tab back at the app after the provider said yes for this person."""
    tab = new_tab(browser, language)
    tab.goto(f"{own[0]}/?lang={language}")
    button = tab.get_by_role("button", name=text("sign_in.service", language))
    button.wait_for(timeout=PATIENCE)
    settle(tab)
    shot(tab, f"service_{language}")
    theirs = tab.get_by_role("button", name=email)  # on the provider's page
    click_until(tab, button, theirs)
    theirs.click(timeout=PATIENCE)
    return tab


def test_somebody_known_gets_their_role_leaves_again_and_stands_in_the_trail(browser, own):
    before, language = len(trail_lines(own[1])), "zh"
    tab = through_the_service(browser, own, "ann@example.org", language)
    said = text("sign_in.as", language, name="ann", role=text(f"role.{CENTRE}", language))
    tab.get_by_role("heading", name=text("leader.title", language)).wait_for(timeout=PATIENCE)
    open_menu(tab, language)
    tab.get_by_text(said).wait_for(timeout=PATIENCE)
    tab.keyboard.press("Escape")
    settle(tab)
    shot(tab, f"service_ann_{language}")
    assert tab.get_by_role("link", name=text("samples.page", language), exact=True).count() == 1
    assert tab.get_by_role("link", name=text("people.page", language)).count() == 0
    assert tried_since(own, before) == {("ann", CENTRE, "sign-in")}
    leave(tab, language)
    tab.context.close()


def tried_since(own, before: int) -> set[tuple[str, str, str]]:
    """Name, role and action of the trail's lines after the first `before`."""
    if not (added := len(trail_lines(own[1])) - before):
        return set()
    lines = trail_lines(own[1], newest=added)
    return set(zip(lines.name, lines.role, lines.action, strict=True))


def leave(tab, language: str) -> None:
    """Sign out here and, on the page of the provider, there; back at the app nobody is known."""
    ending = tab.get_by_role("button", name="End session")
    sign_out(tab, language, ending)
    ending.click(timeout=PATIENCE)
    tab.get_by_role("button", name=text("sign_in.service", language)).wait_for(timeout=PATIENCE)


@pytest.mark.parametrize(
    ("email", "key", "tried"),
    [
        ("eve@example.org", "people.unknown_identity", {("", "", "sign-in-failed")}),
        ("bob@example.org", "people.unverified", set()),  # whose address it is nobody confirmed
    ],
)
def test_somebody_unknown_or_unverified_reads_why_they_may_not_come_in(browser, own, email, key, tried):
    before = len(trail_lines(own[1]))
    tab = through_the_service(browser, own, email, "en")
    found = email.replace("@", f"@{JOINER}")  # which keeps the address from being a link
    tab.get_by_text(text(key, "en", on_page=True, found=Visible(found)).replace("`", "")).wait_for(timeout=PATIENCE)
    settle(tab)
    shot(tab, f"service_{key}")
    assert tab.get_by_role("link").filter(has_text=text("leader.page", "en")).count() == 0
    assert tried_since(own, before) == tried
    leave(tab, "en")
    tab.context.close()
