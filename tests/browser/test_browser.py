"""The pages in headless Chromium: three pages, two languages, Chinese glyphs, nothing cut; screenshots in shots/."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from service.store import STORE_VARIABLE
from words import text

ROOT = Path(__file__).parents[2]
SHOTS = ROOT / "shots"
CHROMIUM = next((p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on this machine (Debian: apt-get install chromium)"
)


@pytest.fixture(scope="module")
def address(ensu_store):
    """The app, served on a free port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    command += ["--server.address", "127.0.0.1"]
    environment = {**os.environ, STORE_VARIABLE: ensu_store[1]}
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(120):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1)
            break
        except OSError:
            time.sleep(0.25)
    yield f"http://127.0.0.1:{port}"
    server.terminate()
    server.wait()


@pytest.fixture(scope="module")
def browser():
    """Headless Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


def open_page(browser, address: str, path: str, language: str):
    tab = browser.new_page(viewport={"width": 1400, "height": 1800}, locale="zh-CN" if language == "zh" else "en-GB")
    tab.goto(f"{address}/{'' if path == 'leader' else path}?lang={language}")
    tab.get_by_role("heading", name=text(f"{path}.title", language)).wait_for(timeout=60_000)
    tab.wait_for_function("!document.querySelector('[data-testid=stStatusWidget]')", timeout=60_000)
    return tab


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", ["leader", "statistician", "centre"])
def test_every_page_opens_in_chromium_without_errors_or_cut_words(browser, address, path, language):
    tab = open_page(browser, address, path, language)
    if path == "leader":
        tab.locator("canvas, svg.marks").first.wait_for(timeout=60_000)
    tab.get_by_test_id("stDataFrame").first.wait_for(timeout=60_000)
    tab.wait_for_timeout(1_500)  # charts and grids are drawn after they are there
    SHOTS.mkdir(exist_ok=True)
    tab.screenshot(path=SHOTS / f"{path}_{language}.png", full_page=True)
    assert tab.get_by_test_id("stException").count() == 0
    assert tab.get_by_test_id("stAlertContentError").count() == 0
    cut = tab.evaluate(
        """[...document.querySelectorAll('h1,h2,h3,p,button,[data-testid=stCaptionContainer]')]
           .filter(e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflow == 'hidden'
                        && !e.closest('[data-baseweb=select]')).map(e => e.innerText)"""
    )
    assert [words for words in cut if words.strip()] == []
    tab.close()


def test_chinese_glyphs_are_drawn_and_differ_from_one_another(browser):
    """A missing font draws every Chinese character as the same box."""
    tab = browser.new_page()
    tab.set_content("<canvas id=c width=200 height=60></canvas>")
    drawn = tab.evaluate(
        """["位", "次", "安", "\\uFFFF"].map(glyph => {
             const c = document.getElementById('c').getContext('2d');
             c.clearRect(0, 0, 200, 60); c.font = "40px sans-serif"; c.fillText(glyph, 5, 45);
             return document.getElementById('c').toDataURL(); })"""
    )
    tab.close()
    assert len(set(drawn)) == 4


def test_the_leader_picks_a_wave_and_reads_that_colima_s_fall_is_real(browser, address):
    tab = open_page(browser, address, "leader", "zh")
    tab.get_by_label("期次").click()
    tab.get_by_role("option", name="2015年第2季度").click()
    sentence = tab.get_by_test_id("stAlertContentInfo")
    sentence.filter(has_text="科利马").wait_for(timeout=60_000)
    assert "确切名次不定" in sentence.inner_text()
    tab.wait_for_timeout(1_500)
    tab.screenshot(path=SHOTS / "leader_zh_2015Q2.png", full_page=True)
    tab.close()
