"""The pages in headless Chromium: three pages, two languages, Chinese glyphs, nothing cut, nothing from outside.

Screenshots are in shots/.
"""

from urllib.parse import urlparse

import pytest
from browsing import new_tab, settle, shot

from words import text


def open_page(browser, address: str, path: str, language: str, asked: list[str] | None = None):
    """A tab at a page that is drawn; asked: a list that gets every address that the page asks for."""
    tab = new_tab(browser, language)
    if asked is not None:
        tab.on("request", lambda request: asked.append(request.url))
    tab.goto(f"{address}/{'' if path == 'leader' else path}?lang={language}")
    tab.get_by_role("heading", name=text(f"{path}.title", language)).wait_for(timeout=60_000)
    settle(tab)
    return tab


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", ["leader", "statistician", "centre"])
def test_every_page_opens_without_errors_or_cut_words_in_its_language_and_asks_no_other_host(
    browser, demo_address, path, language
):
    asked: list[str] = []
    tab = open_page(browser, demo_address, path, language, asked)
    if path == "leader":
        tab.locator("canvas, svg.marks").first.wait_for(timeout=60_000)
    tab.get_by_test_id("stDataFrame").first.wait_for(timeout=60_000)
    settle(tab)
    shot(tab, f"{path}_{language}")
    assert tab.get_by_test_id("stAlertContentError").count() == 0
    hosts = {urlparse(url).hostname for url in asked if urlparse(url).scheme in ("http", "https", "ws")}
    assert hosts == {"127.0.0.1"}
    assert tab.evaluate("document.documentElement.lang") == {"zh": "zh-CN", "en": "en"}[language]
    icon = tab.evaluate("document.querySelector('link[rel~=icon]').href")
    assert icon.startswith(demo_address) and "media" in icon
    assert tab.evaluate("document.fonts.check('16px \"Source Sans\"')")
    drawn_with = tab.evaluate("getComputedStyle(document.querySelector('h1')).fontFamily")
    assert drawn_with.replace('"', "").startswith("Source Sans")
    tab.context.close()


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


def test_the_leader_picks_a_wave_and_reads_that_colima_s_fall_is_real(browser, demo_address):
    tab = open_page(browser, demo_address, "leader", "zh")
    tab.get_by_label("调查期").click()
    tab.get_by_role("option", name="2015年第2季度").click()
    sentence = tab.get_by_test_id("stAlertContentInfo")
    sentence.filter(has_text="科利马").wait_for(timeout=60_000)
    assert "真正降了几位，不能确定" in sentence.inner_text()
    settle(tab)
    shot(tab, "leader_zh_2015Q2")
    tab.context.close()
