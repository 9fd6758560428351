"""The frame in Chromium: the address gives the page, and pictures are saved."""

from urllib.parse import parse_qs, urlparse
from xml.etree import ElementTree

from browsing import PATIENCE, SIZES, choose_option, click_until, new_tab, settle, until

from words import text


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


def test_a_picture_that_is_saved_has_its_title_source_wave_and_run_in_it(browser, demo_address, tmp_path):
    tab, files = opened(browser, demo_address, "?lang=zh&wave=2015Q2"), {}
    tab.wait_for_function("window.rankshiftPictures", timeout=PATIENCE)  # until the script listens to the buttons
    for kind in ("svg", "png"):
        with tab.expect_download(timeout=PATIENCE) as saving:
            tab.get_by_role("button", name=text(f"picture.{kind}", "zh")).first.click()
        files[kind] = tmp_path / f"picture.{kind}"
        saving.value.save_as(files[kind])
        assert saving.value.suggested_filename == f"ensu2015_safe_2015Q2_estimates.{kind}"
    assert files["png"].read_bytes().startswith(b"\x89PNG") and files["png"].stat().st_size > 20_000
    said = "".join("".join(ElementTree.parse(files["svg"]).getroot().itertext()).split())
    for words in ("2015年第2季度", "国家统计地理局", "运行", "科利马", "95%置信区间"):
        assert words in said
    tab.context.close()
