"""Each page, visited once a language: nothing cut, nothing from outside, nothing for axe-core, no English on Chinese.

The Chinese tab is a light laptop, the English one a dark phone.  axe-core 4.14.1 (MPL-2.0, axe/LICENSE) stands in the
folder axe, unchanged; what it finds on a bare Streamlit page in the same run is Streamlit's own.  Screenshots are taken
after `mkdir shots`.
"""

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlparse

import pytest
from browsing import OUTSIDE, PATIENCE, ROOT, SIZES, await_health, click_until, free_port, settle, shot, until

from ui.navigation import PAGES
from words import dictionary, text

HERE = Path(__file__).parent
AXE = (HERE / "axe" / "axe.min.js").read_text("utf-8")
RUN = """axe.run(document, {resultTypes: ["violations"]}).then(found => Object.fromEntries(
  found.violations.map(v => [v.id, v.nodes.map(node => node.html.slice(0, 200))])))"""
LOOKS = {"zh": ("laptop", "light", "zh-CN"), "en": ("phone", "dark", "en-GB")}
BESIDE_THE_MENU = """() => { const menu = document.querySelector('.st-key-menu').getBoundingClientRect();
  const shown = [...document.querySelectorAll('[data-testid=stTopNavLink], [data-testid=stTopNavSection]')]
    .filter(e => e.checkVisibility({visibilityProperty: true, opacityProperty: true}));
  return shown.length > 2 && shown.every(e => e.getBoundingClientRect().right <= menu.left); }"""
LATIN = re.compile(r"(?<![A-Za-z0-9._+])[A-Za-z]{2,}(?![A-Za-z0-9._])")  # words, not parts of a file name or a digest
VISIBLE = """() => { const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) { const e = walk.currentNode.parentElement;
    if (e && e.checkVisibility({visibilityProperty: true, opacityProperty: true}) && e.getClientRects().length &&
        parseFloat(getComputedStyle(e).fontSize) > 0 && !e.closest('script,style,svg.marks,[data-testid*=Icon],canvas'))
      found.push(walk.currentNode.data); }
  document.querySelectorAll('[placeholder]').forEach(e => found.push(e.placeholder));
  return found; }"""


@pytest.fixture(scope="module")
def bare(browser):
    """The address of the bare page."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(HERE / "bare_page.py"), "--server.headless=true"]
    server = subprocess.Popen([*command, f"--server.port={port}", "--server.address=127.0.0.1"])
    try:
        await_health(f"http://127.0.0.1:{port}/_stcore/health")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=30)


def visited(tab, address: str) -> dict[str, list[str]]:
    """What axe-core finds on the page, drawn."""
    tab.goto(address)
    tab.get_by_role("heading").first.wait_for(timeout=PATIENCE)
    settle(tab)
    tab.evaluate(AXE)
    return tab.evaluate(RUN)


@pytest.mark.parametrize("language", list(LOOKS))
def test_every_page_is_whole_speaks_its_language_asks_nobody_else_and_is_as_accessible_as_a_bare_one(
    browser, bare, demo_address, language
):
    size, scheme, locale = LOOKS[language]
    viewport = dict(zip(("width", "height"), SIZES[size], strict=True))
    context = browser.new_context(viewport=viewport, color_scheme=scheme, locale=locale, bypass_csp=True)
    tab, asked = context.new_page(), []
    known = set(visited(tab, bare)) - {"color-contrast"}  # colours are ours
    tab.on("request", lambda request: asked.append(request.url))
    for page in PAGES:
        path = "" if page is PAGES[0] else page.path
        found = visited(tab, f"{demo_address}/{path}?lang={language}&wave=2015Q2")
        assert {rule: nodes for rule, nodes in found.items() if rule not in known} == {}, page.path
        shot(tab, f"{page.path}_{language}")
        assert tab.get_by_test_id("stAlertContentError").count() == 0, page.path
        assert tab.evaluate("document.documentElement.lang") == {"zh": "zh-CN", "en": "en"}[language]
        fits(tab, page.path)
        if language == "zh":
            assert foreign(tab) == set(), page.path
        if page is PAGES[0]:
            fits_every_screen(tab, size)
        if page.path == "centre":
            file_button_speaks(tab, language)
    hosts = {urlparse(url).hostname for url in asked if urlparse(url).scheme in ("http", "https", "ws")}
    assert hosts == {"127.0.0.1"}
    icon = tab.evaluate("document.querySelector('link[rel~=icon]').href")
    assert icon.startswith(demo_address) and "media" in icon
    assert tab.evaluate("document.fonts.check('16px \"Source Sans\"')")
    drawn_with = tab.evaluate("getComputedStyle(document.querySelector('h1')).fontFamily")
    assert drawn_with.replace('"', "").startswith("Source Sans")
    context.close()


def fits(tab, what: str) -> None:
    """Neither the page nor words on it are wider than the screen."""
    until(tab, lambda: tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{what}: too wide")
    until(tab, lambda: tab.evaluate(OUTSIDE) == [], f"{what}: words beyond the screen")


def fits_every_screen(tab, size: str) -> None:
    """The page that is open, shown narrower and wider than it was loaded, and then as it was."""
    for name in SIZES.keys() - {size}:
        resized(tab, SIZES[name])
        settle(tab)
        fits(tab, name)
    resized(tab, (1024, 700))
    until(tab, lambda: tab.evaluate(BESIDE_THE_MENU), "a page's name lies under the menu")
    resized(tab, SIZES[size])


def resized(tab, size: tuple[int, int]) -> None:
    """Give the screen another width and height."""
    tab.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))


def file_button_speaks(tab, language: str) -> None:
    """Streamlit's English on the button of a file field is hidden, and our words stand there."""
    place = tab.get_by_test_id("stFileUploaderDropzone").first
    click_until(tab, tab.get_by_text(text("centre.upload", language)).first, place)
    style = "e => [getComputedStyle(e).fontSize, getComputedStyle(e, '::after').content]"
    word, wanted = place.locator("button p"), ["0px", f'"{text("app.upload", language)}"']
    until(tab, lambda: word.evaluate(style) == wanted)


def foreign(tab) -> set[str]:
    """Words in Latin letters that the page shows and neither words/zh nor the programme has, but for names of files."""
    known = " ".join(dictionary("zh").values()) + (ROOT / "data" / "ensu2015" / "programme.toml").read_text("utf-8")
    allowed = {word.lower() for word in LATIN.findall(known)} | {"ensu", "csv", "root"}
    said = {word for words in tab.evaluate(VISIBLE) for word in LATIN.findall(words)}
    return {word for word in said if word.lower() not in allowed}


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
