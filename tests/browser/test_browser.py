"""The pages in headless Chromium: three pages, two languages, Chinese glyphs, nothing cut; screenshots in shots/."""

import pytest
from browsing import free_port, new_tab, serving, settle, shot

from words import text


@pytest.fixture(scope="module")
def address(browser, ensu_store, tmp_path_factory):
    """The demonstration survey, served on a free port of this machine."""
    with serving(ensu_store[1], tmp_path_factory.mktemp("said") / "said.txt", port=free_port()) as found:
        yield found


def open_page(browser, address: str, path: str, language: str):
    tab = new_tab(browser, language)
    tab.goto(f"{address}/{'' if path == 'leader' else path}?lang={language}")
    tab.get_by_role("heading", name=text(f"{path}.title", language)).wait_for(timeout=60_000)
    settle(tab)
    return tab


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", ["leader", "statistician", "centre"])
def test_every_page_opens_in_chromium_without_errors_or_cut_words(browser, address, path, language):
    tab = open_page(browser, address, path, language)
    if path == "leader":
        tab.locator("canvas, svg.marks").first.wait_for(timeout=60_000)
    tab.get_by_test_id("stDataFrame").first.wait_for(timeout=60_000)
    settle(tab)
    shot(tab, f"{path}_{language}")
    assert tab.get_by_test_id("stAlertContentError").count() == 0
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
    tab.get_by_label("调查期").click()
    tab.get_by_role("option", name="2015年第2季度").click()
    sentence = tab.get_by_test_id("stAlertContentInfo")
    sentence.filter(has_text="科利马").wait_for(timeout=60_000)
    assert "真正降了几位，不能确定" in sentence.inner_text()
    settle(tab)
    shot(tab, "leader_zh_2015Q2")
    tab.close()
