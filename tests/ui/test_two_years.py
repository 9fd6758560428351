"""How a township did over two years, on its page: a simulated survey, small, in both languages."""

import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from presentation.ladder.board import board_rows, count_rows, headline
from service.figures import waves
from service.figures.consequences import read_consequences
from service.figures.regular import comparison_steps
from service.intake import imports
from service.intake.folder import wave_files
from service.protection import people
from service.store.engine import STORE_VARIABLE, Store
from ui.literal import literal
from words import speaker, text

sys.path.append(str(Path(__file__).parents[1] / "service"))
from two_years import Plan, laibin, simulate, write

ROOT = Path(__file__).parents[2]
NAME, LAST = "laibin_year_simulated", "2026Q4"
FALLS = Plan(interviews=120, moves=((5, -0.4),))


@pytest.fixture(scope="module")
def two_years(tmp_path_factory):
    """(URL, code of the township that truly fell): twelve townships, eight quarters (some seconds of computing)."""
    folder = tmp_path_factory.mktemp("year")
    simulated = simulate(FALLS, laibin().iloc[::6].reset_index(drop=True))
    write(simulated, folder)
    url = f"sqlite:///{folder / 'year.db'}"
    store = Store.create(url)
    people.mark_demo(store)
    imports.import_programme(store, (folder / "programme.toml").read_bytes(), "programme.toml")
    for wave, file in wave_files(folder):
        imports.import_wave(store, NAME, wave, file.read_bytes(), file.name)
        waves.estimate_wave(store, NAME, wave)
    for year in ("2025", "2026"):
        waves.judge_year(store, NAME, year)
    for _, compare in comparison_steps(store, NAME, LAST)[:2]:  # with the last quarter and with the last year's
        compare(lambda *_: None)
    store.engine.dispose()
    truth = simulated.truth.set_index("wave").loc[LAST]
    return url, truth.township.iloc[truth.move.argmin()]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_township_s_page_shows_its_eight_quarters_and_both_verdicts_marked_as_simulated(
    two_years, language, monkeypatch
):
    url, fallen = two_years
    monkeypatch.setenv(STORE_VARIABLE, url)
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    at.query_params["lang"] = language
    at.run()
    assert literal(text("note.simulated", language)) in at.subheader[0].value
    assert_pictures_say_so(at, language, 2)
    at._page_hash = next(k for k, page in at._registered_pages.items() if page["url_pathname"] == "area")
    at.query_params["area"] = fallen
    at.run()
    assert not at.exception and not at.error
    assert at.title[0].value.startswith(literal(text("note.simulated", language)))
    last_quarter, last_year = (s.value for s in at.subheader[:2])
    assert ("2026" in last_quarter and "2025" in last_year) and last_year.endswith(text("badge.fall", language))
    quarters = at.dataframe[0].value
    assert len(quarters) == 8 and len(at.get("vega_lite_chart")) == 2
    estimates = quarters.iloc[:, 1].astype(float)  # the newest first
    assert estimates[:4].max() < estimates[4:].min() - 5
    assert_pictures_say_so(at, language, 2)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_two_years_brought_is_on_the_board_and_on_the_township_s_page(two_years, language, monkeypatch):
    url, fallen = two_years
    monkeypatch.setenv(STORE_VARIABLE, url)
    board = read_consequences(Store.open(url), NAME)
    listed = board.of_area(fallen)
    assert {row.event.consequence for row in listed} == {"talk", "yellow_card", "listed", "poor_year"}
    (poor,) = [row for row in listed if row.event.consequence == "poor_year"]
    assert (poor.event.wave, poor.evidence) == (LAST, "confirmed")
    rests = board_rows(board, [poor], speaker(language)).consequence_rests[0]
    assert text("wave.year", language, year="2026") in rests and "4" not in rests
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    at.query_params["lang"] = language
    at.run()
    for page, area in (("consequences", None), ("area", fallen)):
        at._page_hash = next(k for k, known in at._registered_pages.items() if known["url_pathname"] == page)
        if area:
            at.query_params["area"] = area
        at.run()
        assert not at.exception and not at.error
        t = speaker(language)
        listed = board.listed if area is None else board.of_area(area)
        shown = next(d.value for d in at.dataframe if "consequence_luck" in d.value)
        rows = board_rows(board, listed, t)[list(shown.columns)]
        assert shown.to_numpy().tolist() == rows.iloc[: len(shown)].to_numpy().tolist() and len(shown) > 0
        if area is None:
            assert at.subheader[0].value == literal(headline(board, t))
            assert literal(text("note.simulated", language)) in at.subheader[0].value
            assert at.dataframe[0].value.to_numpy().tolist() == count_rows(board, t).to_numpy().tolist()


def test_a_survey_without_consequences_says_how_to_have_some(ensu_store, monkeypatch):
    monkeypatch.setenv(STORE_VARIABLE, ensu_store[1])
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    at._page_hash = next(k for k, page in at._registered_pages.items() if page["url_pathname"] == "consequences")
    at.run()
    assert not at.exception and not at.error and "[consequences.…]" in at.info[0].value


def assert_pictures_say_so(at: AppTest, language: str, count: int) -> None:
    """What is taken away says that it is simulated, too."""
    buttons = [h.proto.body for h in at.get("html") if "<button data-picture" in h.proto.body]
    assert len(buttons) == count and all(text("note.simulated", language) in said for said in buttons)
