"""The leader's first screen: three tiles with names, counted over all areas, and nothing in them is markup."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from presentation.tiles import Line, Tile, tiles
from service.figures.screen import read_screen
from service.store.engine import STORE_VARIABLE
from words import speaker

ROOT = Path(__file__).parents[2]
LANGUAGES = ("zh", "en")


def shown(at: AppTest) -> list[str]:
    return [h.proto.body for h in at.get("html") if 'class="tile"' in h.proto.body]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_tiles_name_the_fall_the_listed_five_and_those_that_reach_the_target(ensu_store, monkeypatch, language):
    monkeypatch.setenv(STORE_VARIABLE, ensu_store[1])
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    at.query_params["lang"], at.query_params["wave"] = language, "2015Q2"
    at.run()
    assert not at.exception and not at.error
    moves, last, _, target, _ = shown(at)  # the last two tiles open a list of their own
    assert {"zh": "科利马", "en": "Colima"}[language] in moves and "▼" in moves
    assert {"zh": "比亚埃尔莫萨", "en": "Villahermosa"}[language] in last
    assert {"zh": "帕丘卡", "en": "Pachuca"}[language] in target and "✓" in target


@pytest.mark.parametrize("wave", ["2015Q1", "2015Q2", "2015Q3"])
def test_each_area_stands_once_among_the_last_five_or_not_and_once_beside_the_target(ensu_store, wave):
    screen = read_screen(ensu_store[0], "ensu2015", wave=wave)
    moves, last, target = tiles(screen, speaker("en"))
    everywhere = sorted(screen.league.name(code)["en"] for code in screen.league.table.index)
    for tile in (last, target):
        assert sorted(name for line in tile.lines for name in line.names) == everywhere
        assert all(line.said.startswith(f"{len(line.names)} ") for line in tile.lines)
    assert len([name for line in moves.lines for name in line.names]) == {"2015Q2": 1}.get(wave, 0)
    assert moves.lines[0].said.startswith("This is the first" if wave == "2015Q1" else "Against ")


def test_what_was_not_surveyed_is_not_called_incomparable(ensu_store):
    moves = tiles(read_screen(ensu_store[0], "ensu2015", wave="2015Q3"), speaker("en"))[0]
    assert [line.said for line in moves.lines] == [
        "Against 2015 Q2: none confirmed",
        "There was no wave in 2014 Q3 to compare with.",
    ]


def test_a_name_with_markup_in_it_is_shown_as_it_is_written():
    def page():
        import streamlit  # noqa: F401  (AppTest runs this function's text alone)

        from presentation.tiles import Line, Tile
        from ui import cards
        from words import speaker

        cards.tile(Tile("x", "<i>h</i>", (Line("fall", "1 <b>", ("<script>alert(1)</script>",)),)), speaker("en"))

    (body,) = shown(AppTest.from_function(page).run())
    assert "&lt;script&gt;" in body and "<script>" not in body and "<i>" not in body


def test_a_line_without_names_does_not_say_that_there_are_none():
    def page():
        import streamlit  # noqa: F401  (AppTest runs this function's text alone)

        from presentation.tiles import Line, Tile
        from ui import cards
        from words import speaker

        cards.tile(Tile("x", "heading", (Line("base", "Against 2015 Q1"), Line("in", "0 confirmed"))), speaker("en"))

    (body,) = shown(AppTest.from_function(page).run())
    assert "<small>" not in body


def test_many_names_stand_in_the_list_that_the_tile_opens():
    names = tuple(f"town {k}" for k in range(30))
    assert Tile("x", "", (Line("out", "30", names),)).lines[0].short is False
    assert Line("out", "3", names[:3]).short
