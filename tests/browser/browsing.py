"""What the browser tests share: Chromium, the pages as `rankshift serve` starts them, and a page that has settled."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import TimeoutError as TimedOut

from service.protection import people
from words import text

ROOT = Path(__file__).parents[2]
SHOTS = ROOT / "shots"  # the folder of screenshots; they are taken where it is
CHROMIUM = next((p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
FLAGS += ["--force-prefers-reduced-motion"]
COMMAND = [sys.executable, "-c", "from commands import start; start()"]
PATIENCE = 60_000  # milliseconds
TRIES, ANSWER = 8, 10_000  # how often something is clicked, and milliseconds within which something follows
QUIET = """patience => new Promise((settled, failed) => {
  const began = performance.now(); let changed = began;
  const watcher = new MutationObserver(() => { changed = performance.now(); });
  watcher.observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
  const drawn = () => document.querySelector('[data-test-script-state=notRunning]') &&
    !document.querySelector('[data-testid=stStatusWidget], [data-testid=stSkeleton]') &&
    [...document.querySelectorAll('[data-testid=stVegaLiteChart]')].every(e => e.querySelector('svg, canvas'));
  const look = setInterval(() => {
    const now = performance.now(), over = now - began > patience;
    if (!over && !(drawn() && now - changed > 500)) return;
    clearInterval(look); watcher.disconnect();
    over ? failed(new Error('never quiet')) : settled(true); }, 50); })"""
CUT = """[...document.querySelectorAll('h1,h2,h3,p,button,[data-testid=stCaptionContainer]')]
         .filter(e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflow == 'hidden'
                      && !e.closest('[data-baseweb=select]')).map(e => e.innerText)"""
SIZES = {"phone": (390, 844), "laptop": (1366, 768), "desk": (1920, 1080)}
# text that is wider than the box that holds it, or outside the page; canvases and menus that scroll by themselves apart
OUTSIDE = """[...document.querySelectorAll('.stMain h1, .stMain h3, .stMain p, .stMain label, .stMain button')]
  .filter(e => e.offsetParent && e.innerText.trim())
  .map(e => [e.innerText, e.getBoundingClientRect()])
  .filter(([_, box]) => box.left < -1 || box.right > innerWidth + 1).map(([words]) => words)"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serving(url: str, said: Path, *, port: int, environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """The address at which `rankshift serve` shows the store; what it says is written to a file."""
    variables = {**os.environ, "STREAMLIT_SERVER_ADDRESS": "127.0.0.1", "PYTHONUNBUFFERED": "1"} | dict(
        environment or {}
    )
    command = [*COMMAND, "serve", "--store", url, "--port", str(port)]
    with said.open("wb") as output:
        server = subprocess.Popen(command, cwd=ROOT, env=variables, stdout=output, stderr=subprocess.STDOUT)
    try:
        await_health(f"http://127.0.0.1:{port}/_stcore/health")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        assert server.wait(timeout=30) == 0, "who ends `rankshift serve` ends the pages, which is no failure"


def await_health(address: str) -> None:
    """Wait until somebody answers."""
    for _ in range(480):
        try:
            urllib.request.urlopen(address, timeout=1)
            return
        except OSError:
            time.sleep(0.25)
    raise TimeoutError(address)


def new_tab(browser, language: str):
    """A reader's tab: its own cookies, its language's locale."""
    locale = "zh-CN" if language == "zh" else "en-GB"
    return browser.new_context(viewport={"width": 1400, "height": 1800}, locale=locale).new_page()


def until(tab, holds: Callable[[], bool], what: str = "") -> None:
    """Wait until this holds of the page; a reader looks again too."""
    end = time.monotonic() + PATIENCE / 1000
    while not holds():
        assert time.monotonic() < end, what or holds
        tab.wait_for_timeout(100)


def click_until(tab, target, shown) -> None:
    """Click on the target until what it opens is shown: a redraw of the page may swallow a click, or close a list.

    What is shown already is not clicked away; a target that is gone did what it should, and its answer is awaited.
    """
    target.or_(shown).first.wait_for(timeout=PATIENCE)  # a redraw may not have come to the target yet
    for _ in range(TRIES):
        if shown.is_visible():
            return
        if not target.is_visible():
            break
        settle(tab)
        try:
            target.click(timeout=ANSWER)
            shown.wait_for(timeout=ANSWER)
            return
        except TimedOut:
            continue
    shown.wait_for(timeout=PATIENCE)


def open_menu(tab, language: str) -> None:
    """Open the page's menu, which holds the language, the role and who is signed in."""
    button = tab.get_by_role("button", name=text("app.menu", language))
    button.wait_for(timeout=PATIENCE)
    click_until(tab, button, tab.get_by_test_id("stPopoverBody"))


def sign_out(tab, language: str, shown) -> None:
    """Sign out by the menu, until what stands on the page afterwards is shown."""
    for _ in range(TRIES):
        open_menu(tab, language)
        try:
            tab.get_by_role("button", name=text("sign_in.out", language)).click(timeout=ANSWER)
            shown.wait_for(timeout=ANSWER)
            return
        except TimedOut:
            if not tab.get_by_role("button", name=text("app.menu", language)).is_visible():
                break
    shown.wait_for(timeout=PATIENCE)


def choose_option(tab, box, option: str) -> None:
    """Open the list of a box and choose this option of it, again where a redraw of the page closes the list first."""
    for _ in range(20):
        settle(tab)
        box.press("ArrowDown")
        try:
            tab.get_by_role("option", name=option).click(timeout=3_000)
            return
        except TimedOut:
            tab.keyboard.press("Escape")
    raise AssertionError(f"the option {option} could not be chosen")


def fill(tab, label: str, words: str) -> None:
    """Type into the field with this label, again where a redraw of the page empties it."""
    field = tab.get_by_label(label, exact=True)
    field.wait_for(timeout=PATIENCE)
    for _ in range(TRIES):
        field.fill(words)
        tab.wait_for_timeout(50)
        if field.input_value() == words:
            return
        settle(tab)
    raise AssertionError(f"{label} did not keep {words}")


def one_time(said: str) -> str:
    """The one-time password that `rankshift serve` printed at its first start."""
    (password,) = set(re.findall(r"\b[A-Z2-9]{4}(?:-[A-Z2-9]{4}){3}\b", said))
    return password


def sign_in(tab, name: str, password: str, language: str = "en") -> None:
    """Fill in the form that asks who it is."""
    fill(tab, text("sign_in.name", language), name)
    fill(tab, text("sign_in.password", language), password)
    tab.get_by_role("button", name=text("sign_in.go", language), exact=True).click(timeout=PATIENCE)


def own_password(tab, old: str, new: str, language: str = "en") -> None:
    """Fill in the form that asks for a password of one's own."""
    tab.get_by_role("heading", name=text("sign_in.own", language)).wait_for(timeout=PATIENCE)
    settle(tab)
    fill(tab, text("sign_in.old", language), old)
    fill(tab, text("sign_in.new", language, shortest=people.SHORTEST), new)
    tab.get_by_role("button", name=text("sign_in.own.go", language)).click(timeout=PATIENCE)


def settle(tab) -> None:
    """Until the page is drawn: no script runs, nothing is a grey place for what is to come, charts have marks, and
    nothing has changed for half a second.
    """
    tab.evaluate(QUIET, PATIENCE)


def shot(tab, name: str) -> None:
    """A page without errors, traces or cut words; a screenshot to look at is taken where the folder shots/ is."""
    if SHOTS.is_dir():  # a whole page takes a second of the processor
        tab.screenshot(path=SHOTS / f"{name}.png", full_page=True)
    assert tab.get_by_test_id("stException").count() == 0
    cut = tab.evaluate(CUT)
    assert [words for words in cut if words.strip()] == []
