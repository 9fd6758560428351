"""The frame in Chromium: nothing comes from outside, the page says its language, and the address gives the page."""

from urllib.parse import parse_qs, urlparse
from xml.etree import ElementTree

import pytest
from browsing import PATIENCE, free_port, new_tab, serving, settle

from words import text

SIZES = {"desk": (1920, 1080), "laptop": (1366, 768), "phone": (390, 844)}
# text that is wider than the box that holds it, or outside the page; canvases and menus that scroll by themselves apart
OUTSIDE = """[...document.querySelectorAll('.stMain h1, .stMain h3, .stMain p, .stMain label, .stMain button')]
  .filter(e => e.offsetParent && e.innerText.trim())
  .map(e => [e.innerText, e.getBoundingClientRect()])
  .filter(([_, box]) => box.left < -1 || box.right > innerWidth + 1).map(([words]) => words)"""


@pytest.fixture(scope="module")
def address(browser, ensu_store, tmp_path_factory):
    """The demonstration survey, served on a free port of this machine."""
    with serving(ensu_store[1], tmp_path_factory.mktemp("said") / "said.txt", port=free_port()) as found:
        yield found


def opened(browser, address: str, path: str = "", language: str = "en", size: str = "laptop"):
    tab = new_tab(browser, language)
    tab.set_viewport_size(dict(zip(("width", "height"), SIZES[size], strict=True)))
    tab.goto(f"{address}/{path}")
    tab.get_by_role("heading").first.wait_for(timeout=PATIENCE)
    settle(tab)
    return tab


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_request_leaves_the_server_s_host_and_the_page_says_its_language(browser, address, language):
    tab = new_tab(browser, language)
    asked = []
    tab.on("request", lambda request: asked.append(request.url))
    for path in ("", "statistician", "centre"):
        tab.goto(f"{address}/{path}?lang={language}")
        tab.get_by_role("heading").first.wait_for(timeout=PATIENCE)
        settle(tab)
    hosts = {urlparse(url).hostname for url in asked if urlparse(url).scheme in ("http", "https", "ws")}
    assert hosts == {"127.0.0.1"}
    assert tab.evaluate("document.documentElement.lang") == {"zh": "zh-CN", "en": "en"}[language]
    icon = tab.evaluate("document.querySelector('link[rel~=icon]').href")
    assert icon.startswith(address) and "media" in icon
    assert tab.evaluate("document.fonts.check('16px \"Source Sans\"')")
    drawn_with = tab.evaluate("getComputedStyle(document.querySelector('h1')).fontFamily")
    assert drawn_with.replace('"', "").startswith("Source Sans")
    tab.context.close()


def test_a_choice_a_reload_another_page_and_the_way_back_keep_what_was_chosen(browser, address):
    tab = opened(browser, address, "?lang=en")
    tab.get_by_label(text("app.wave", "en"), exact=True).click()
    tab.get_by_role("option", name="2015 Q2").click()
    tab.get_by_text("Colima").first.wait_for(timeout=PATIENCE)
    settle(tab)
    chosen = tab.url
    assert parse_qs(urlparse(chosen).query)["wave"] == ["2015Q2"]
    tab.reload()
    tab.get_by_role("heading", name="is confirmed: Colima").wait_for(timeout=PATIENCE)
    settle(tab)
    tab.get_by_role("link", name=text("statistician.page", "en")).click()
    tab.get_by_role("heading", name=text("statistician.title", "en")).wait_for(timeout=PATIENCE)
    settle(tab)
    assert parse_qs(urlparse(tab.url).query) == parse_qs(urlparse(chosen).query)
    assert tab.get_by_label(text("app.wave", "en"), exact=True).input_value() == "2015 Q2"
    tab.go_back()
    tab.get_by_role("heading", name="is confirmed: Colima").wait_for(timeout=PATIENCE)
    assert tab.url == chosen
    tab.go_back()
    tab.get_by_role("heading", name="rise or fall is confirmed. 26").wait_for(timeout=PATIENCE)
    tab.context.close()


@pytest.mark.parametrize("size", list(SIZES))
def test_nothing_reaches_beyond_the_screen(browser, address, size):
    for language in ("zh", "en"):
        tab = opened(browser, address, f"?lang={language}&wave=2015Q2", language, size)
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert tab.evaluate(OUTSIDE) == []
        tab.context.close()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_button_for_a_file_speaks_the_reader_s_language(browser, address, language):
    tab = opened(browser, address, f"centre?lang={language}", language)
    tab.get_by_text(text("centre.upload", language)).first.click()
    word = tab.get_by_test_id("stFileUploaderDropzone").first.locator("button p")
    word.wait_for(state="attached", timeout=PATIENCE)
    drawn = word.evaluate("e => [getComputedStyle(e).fontSize, getComputedStyle(e, '::after').content]")
    assert drawn == ["0px", f'"{text("app.upload", language)}"']
    tab.context.close()


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_a_picture_that_is_saved_has_its_title_source_wave_and_run_in_it(browser, address, kind, tmp_path):
    tab = opened(browser, address, "?lang=zh&wave=2015Q2")
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
