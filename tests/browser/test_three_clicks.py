"""A new reader in Chromium: answers within three clicks, the keyboard alone, and paper.

One server and one tab a language; each step goes on where the one before it left the page.
"""

import pytest
from browsing import PATIENCE, SIZES, choose_option, click_until, new_tab, settle, until

from words import text

COLIMA, SECOND = {"zh": "科利马", "en": "Colima"}, {"zh": "2015年第2季度", "en": "2015 Q2"}
FOCUSED = """() => { const e = document.activeElement; if (!e || e === document.body) return null;
  const box = e.getBoundingClientRect(), list = e.tagName == 'INPUT' && e.closest('[role=group]');
  const outlined = [e, list].filter(Boolean).map(x => getComputedStyle(x)).some(s =>
    s.outlineStyle != 'none' && parseFloat(s.outlineWidth) >= 1 && !/, 0\\)$/.test(s.outlineColor)
    || /^rgb.*\\) 0px 0px 0px [1-9]/.test(s.boxShadow));  // a ring about it, as Streamlit's buttons have
  return {name: e.getAttribute('aria-label') || e.innerText || e.tagName, tag: e.tagName, kind: e.dataset.picture || '',
          tile: e.closest('[class*=st-key-list-]') != null, outlined, seen: box.width > 0}; }"""

WHOLE = """() => { const charts = [...document.querySelectorAll('svg.marks')];
  return charts.length > 0 && charts.every(e => ['Toluca', 'Pachuca'].every(name => e.textContent.includes(name)) &&
    e.getBoundingClientRect().right <= innerWidth + 1); }"""


def sized(browser, language: str, size: str):
    tab = new_tab(browser, language)
    tab.set_viewport_size(dict(zip(("width", "height"), SIZES[size], strict=True)))
    return tab


def opened(tab, address: str) -> None:
    tab.goto(address)
    tab.get_by_role("heading", level=3).first.wait_for(timeout=PATIENCE)
    settle(tab)


@pytest.mark.parametrize(("language", "size"), [("zh", "laptop"), ("en", "phone")])
def test_each_answer_takes_at_most_three_clicks(browser, demo_address, language, size):
    tab = sized(browser, language, size)
    opened(tab, f"{demo_address}/?lang={language}")
    # who is in the last five for sure, is the target met: no click, at once on the tiles
    last, target = (tab.locator(f"[class*=st-key-tile-{name}]").first.inner_text() for name in ("last", "target"))
    assert text("tile.in", language, count=0) in last and text("tile.reached", language, count=3) in target
    if size == "laptop":
        assert tab.locator("[class*=st-key-tile-target]").first.bounding_box()["y"] < SIZES[size][1] / 2
    # is Colima's fall real: two clicks
    choose_option(tab, tab.get_by_label(text("app.wave", language), exact=True), SECOND[language])
    tab.get_by_role("heading", name=COLIMA[language]).wait_for(timeout=PATIENCE)
    # how did this area do in all waves: a click on its link
    title = tab.get_by_role("heading", level=1, name=COLIMA[language])
    click_until(tab, tab.get_by_role("link", name=text("leader.area", language, area=COLIMA)), title)
    tab.locator("[class*=st-key-picture-rank-history] svg.marks").wait_for(timeout=PATIENCE)
    # where does this number come from: a click there
    source = tab.locator("dl").get_by_text("ensu_2015Q2.csv").first
    click_until(tab, tab.get_by_role("button", name=text("source.title", language)), source)
    tab.context.close()


def walked(tab) -> list[dict]:
    """What the key Tab reaches one after the other, from the top of the page to a picture's button."""
    reached = []
    for _ in range(60):
        tab.keyboard.press("Tab")
        focused = tab.evaluate(FOCUSED)
        if focused is not None:
            reached.append(focused)
        if focused is not None and focused["kind"] == "png":
            break
    return reached


def test_the_keyboard_alone_reaches_every_control_each_outlined_and_opens_an_area(browser, demo_address):
    tab = sized(browser, "en", "laptop")
    wanted = [text(f"app.{name}", "en") for name in ("programme", "wave", "against", "measure", "area", "order")]
    for _ in range(3):  # a redraw of the page takes the focus away: who reads begins again
        opened(tab, f"{demo_address}/?lang=en&wave=2015Q2")
        tab.locator("svg.marks").first.wait_for(timeout=PATIENCE)
        reached = walked(tab)
        names = [name for name in (focused["name"].strip() for focused in reached) if name in wanted]
        if names == wanted and reached[-1]["kind"] == "png":
            break
    assert names == wanted  # in the order of the page
    assert sum(focused["tile"] for focused in reached) == 2 and reached[-1]["kind"] == "png"
    assert all(focused["seen"] for focused in reached)
    assert [focused["name"] for focused in reached if not focused["outlined"]] == []
    tab.get_by_role("link", name=text("leader.area", "en", area=COLIMA)).focus()
    tab.keyboard.press("Enter")
    tab.get_by_role("heading", level=1, name="Colima").wait_for(timeout=PATIENCE)
    tab.context.close()


def test_a_printed_page_has_every_row_and_every_name_and_nothing_is_cut(browser, demo_address):
    tab = sized(browser, "en", "laptop")
    opened(tab, f"{demo_address}/?lang=en&wave=2015Q2")
    tab.locator("svg.marks").first.wait_for(timeout=PATIENCE)
    tab.emulate_media(media="print")
    tab.set_viewport_size({"width": 703, "height": 1032})  # what margins leave of a sheet of A4
    for hidden in ("stDataFrame", "stHeader"):
        tab.get_by_test_id(hidden).first.wait_for(state="hidden", timeout=PATIENCE)
    table = tab.locator("table.printed").first
    table.wait_for(timeout=PATIENCE)
    until(tab, lambda: table.locator("tbody tr").count() == 32)
    until(
        tab,
        lambda: table.evaluate("e => e.scrollWidth <= innerWidth && e.getBoundingClientRect().right <= innerWidth + 1"),
    )
    until(tab, lambda: tab.evaluate(WHOLE) is True)  # charts are drawn again at the sheet's width
    tab.context.close()
