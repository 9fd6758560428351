"""The frame in Chromium: the address gives the page, nothing is wider than the screen, files and pictures are saved."""

from urllib.parse import parse_qs, urlparse
from xml.etree import ElementTree

import pytest
from browsing import OUTSIDE, PATIENCE, SIZES, choose_option, click_until, new_tab, settle, until

from words import text

BESIDE_THE_MENU = """() => { const menu = document.querySelector('.st-key-menu').getBoundingClientRect();
  const shown = [...document.querySelectorAll('[data-testid=stTopNavLink], [data-testid=stTopNavSection]')]
    .filter(e => e.checkVisibility({visibilityProperty: true, opacityProperty: true}));
  return shown.length > 2 && shown.every(e => e.getBoundingClientRect().right <= menu.left); }"""


def opened(browser, address: str, path: str = "", language: str = "en", size: str = "laptop"):
    tab = new_tab(browser, language)
    tab.set_viewport_size(dict(zip(("width", "height"), SIZES[size], strict=True)))
    tab.goto(f"{address}/{path}")
    tab.get_by_role("heading").first.wait_for(timeout=PATIENCE)
    settle(tab)
    return tab


def test_a_choice_a_reload_another_page_and_one_step_back_each_keep_what_was_chosen(browser, demo_address):
    tab = opened(browser, demo_address, "?lang=en")
    choose_option(tab, tab.get_by_label(text("app.wave", "en"), exact=True), "2015 Q2")
    tab.get_by_role("heading", name="is confirmed: Colima").wait_for(timeout=PATIENCE)
    until(tab, lambda: asked_of(tab).get("wave") == ["2015Q2"])
    settle(tab)
    chosen = tab.url
    tab.reload()
    tab.get_by_role("heading", name="is confirmed: Colima").wait_for(timeout=PATIENCE)
    title = tab.get_by_role("heading", name=text("statistician.title", "en"))
    click_until(tab, tab.get_by_role("link", name=text("statistician.page", "en")), title)
    until(tab, lambda: asked_of(tab) == parse_qs(urlparse(chosen).query))
    until(tab, lambda: tab.get_by_label(text("app.wave", "en"), exact=True).input_value() == "2015 Q2")
    settle(tab)
    tab.go_back()
    tab.get_by_role("heading", name="is confirmed: Colima").wait_for(timeout=PATIENCE)
    until(tab, lambda: tab.url == chosen)
    settle(tab)
    tab.go_back()
    tab.get_by_role("heading", name="rise or fall is confirmed. 26").wait_for(timeout=PATIENCE)
    tab.context.close()


def asked_of(tab) -> dict[str, list[str]]:
    """What the address asks for."""
    return parse_qs(urlparse(tab.url).query)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_reaches_beyond_the_screen(browser, demo_address, language):
    """The page is loaded on a phone and then shown wider; test_every_page.py loads each page at a width of its own."""
    tab = opened(browser, demo_address, f"?lang={language}&wave=2015Q2", language, "phone")
    for width, height in SIZES.values():
        tab.set_viewport_size({"width": width, "height": height})
        settle(tab)
        until(tab, lambda: tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{width} is exceeded")
        until(tab, lambda: tab.evaluate(OUTSIDE) == [], f"words beyond {width}")
    tab.set_viewport_size({"width": 1024, "height": 700})
    until(tab, lambda: tab.evaluate(BESIDE_THE_MENU), "a page's name lies under the menu")
    tab.context.close()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_button_for_a_file_speaks_the_reader_s_language(browser, demo_address, language):
    tab = opened(browser, demo_address, f"centre?lang={language}", language)
    place = tab.get_by_test_id("stFileUploaderDropzone").first
    click_until(tab, tab.get_by_text(text("centre.upload", language)).first, place)
    style = "e => [getComputedStyle(e).fontSize, getComputedStyle(e, '::after').content]"
    word, wanted = place.locator("button p"), ["0px", f'"{text("app.upload", language)}"']
    until(tab, lambda: word.evaluate(style) == wanted)
    tab.context.close()


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_a_picture_that_is_saved_has_its_title_source_wave_and_run_in_it(browser, demo_address, kind, tmp_path):
    tab = opened(browser, demo_address, "?lang=zh&wave=2015Q2")
    tab.wait_for_function("window.rankshiftPictures", timeout=PATIENCE)  # until the script listens to the buttons
    with tab.expect_download(timeout=PATIENCE) as saving:
        tab.get_by_role("button", name=text(f"picture.{kind}", "zh")).first.click()
    file = tmp_path / f"picture.{kind}"
    saving.value.save_as(file)
    assert saving.value.suggested_filename == f"ensu2015_safe_2015Q2_estimates.{kind}"
    if kind == "png":
        assert file.read_bytes().startswith(b"\x89PNG") and file.stat().st_size > 20_000
    else:
        said = "".join("".join(ElementTree.parse(file).getroot().itertext()).split())
        for words in ("2015年第2季度", "国家统计地理局", "运行", "科利马", "95%置信区间"):
            assert words in said
    tab.context.close()
