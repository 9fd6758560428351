"""Pictures of a whole league: ranks over time, tiles by group, and the funnel, each with a sentence above it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from presentation.pictures import funnel, group_tiles, rank_lines
from service.figures.rank_waves import read_rank_waves
from service.figures.screen import read_screen
from service.store.engine import STORE_VARIABLE
from ui import charts, league_pictures
from words import speaker

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def screen(ensu_store):
    return read_screen(ensu_store[0], "ensu2015", wave="2015Q2")


@pytest.fixture(scope="module")
def colima(screen):
    return next(area for compared in screen.compared for area in compared.confirmed)


def in_two_groups(screen):
    """The screen with every area in one of two groups, by its place in the programme."""
    programme = screen.league.programme
    areas = {c: replace(a, group="north" if k % 3 else "south") for k, (c, a) in enumerate(programme.areas.items())}
    groups = {"south": {"zh": "南", "en": "South"}, "north": {"zh": "北", "en": "North"}}
    return replace(screen, league=replace(screen.league, programme=replace(programme, areas=areas, groups=groups)))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("kind", "says"), [("lines", "32"), ("funnel", "99.8%")])
def test_a_link_shows_the_picture_with_a_sentence_and_buttons_to_take_it_away(
    ensu_store, monkeypatch, language, kind, says
):
    monkeypatch.setenv(STORE_VARIABLE, ensu_store[1])
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    at.query_params["lang"], at.query_params["wave"], at.query_params["picture"] = language, "2015Q2", kind
    at.run()
    assert not at.exception and not at.error
    assert any(says in m.value for m in at.markdown)
    (chart,) = at.get("vega_lite_chart")
    assert chart.proto.spec
    buttons = [h.proto.body for h in at.get("html") if '<button data-picture="' in h.proto.body]
    assert len(buttons) == 1 and f"_2015Q2_{kind}" in buttons[0] and buttons[0].count("<button") == 2


def test_methods_beside_one_another_are_pictures_to_take_away_too(ensu_store, monkeypatch):
    monkeypatch.setenv(STORE_VARIABLE, ensu_store[1])
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    at.query_params["lang"], at.query_params["wave"] = "en", "2015Q2"
    at.run()
    at._page_hash = next(k for k, page in at._registered_pages.items() if page["url_pathname"] == "statistician")
    at.run()
    assert not at.get("vega_lite_chart")
    at.toggle(key="methods").set_value(True).run()
    assert not at.exception and len(at.get("vega_lite_chart")) == 2
    buttons = [h.proto.body for h in at.get("html") if '<button data-picture="' in h.proto.body]
    for what, of in zip(("methods-intervals", "methods-errors"), buttons, strict=True):
        assert f"_2015Q2_{what}" in of and "INEGI" in of and "2015 Q2: " in of and "Runs " in of


def test_the_lines_that_stand_out_are_the_chosen_area_the_confirmed_and_the_listed_five(ensu_store, screen, colima):
    waves = read_rank_waves(ensu_store[0], "ensu2015", measure="safe", league=screen.league.league, upto="2015Q2")
    assert list(dict.fromkeys(waves.wave)) == ["2015Q1", "2015Q2"]  # none after the wave that is shown
    chosen = next(a for a in screen.league.table.index if a != colima and a not in screen.last.printed)
    rows = rank_lines.line_rows(waves, screen, chosen, speaker("en"))
    why = rows.drop_duplicates("code").set_index("code").why
    assert why[colima] == rank_lines.WORSE and why[chosen] == rank_lines.CHOSEN
    assert set(why[why == rank_lines.LISTED].index) == set(screen.last.printed)
    assert (why == rank_lines.OTHER).sum() == 32 - 2 - len(screen.last.printed)
    places = rows["at"].dropna().sort_values().to_numpy()
    assert (places[1:] - places[:-1] >= rank_lines.GAP * rows["rank"].max() - 1e-9).all()  # no name on another
    drawn = json.dumps(league_pictures.rank_lines(rows, speaker("en")))
    assert "Colima" in drawn and "2015 Q1" in drawn


def test_each_area_has_one_tile_in_the_block_of_its_group_and_the_order_is_not_that_of_the_figures(screen, colima):
    grouped = in_two_groups(screen)
    assert group_tiles.has_groups(grouped.league) and not group_tiles.has_groups(screen.league)
    rows = group_tiles.tile_rows(grouped.league, speaker("en"))
    tiles = rows[rows.code.notna()]
    assert sorted(tiles.code) == sorted(screen.league.table.index)
    assert list(rows.heading.dropna()) == ["South", "North"]
    assert not rows.duplicated(["column", "row"]).any() and rows.column.max() == group_tiles.ACROSS - 1
    south = [c for c, area in grouped.league.programme.areas.items() if area.group == "south"]
    assert list(tiles.code[: len(south)]) == south
    assert "▼ Colima" in json.dumps(
        league_pictures.group_tiles(rows, grouped, colima, speaker("en")), ensure_ascii=False
    )


def test_rows_by_group_stand_under_the_group_s_name_the_best_of_each_first(screen):
    league = in_two_groups(screen).league
    assert charts.BY_GROUP in charts.orders(league) and charts.BY_GROUP not in charts.orders(screen.league)
    spec = charts.rank_chart(league, speaker("en"), order=charts.BY_GROUP)
    rows = next(rows for rows in spec["datasets"].values() if len(rows) == 34)
    assert [row["label"] for row in rows if not isinstance(row["code"], str)] == ["South:", "North:"]
    ends = [k for k, row in enumerate(rows) if not isinstance(row["code"], str)]
    for part, group in ((rows[ends[0] + 1 : ends[1]], "south"), (rows[ends[1] + 1 :], "north")):
        assert {league.programme.areas[row["code"]].group for row in part} == {group}
        assert [row["rank"] for row in part] == sorted(row["rank"] for row in part)
    (domain,) = {tuple(layer["encoding"]["x"]["scale"]["domain"]) for layer in spec["layer"][1:]}
    assert domain == (1, 32)


def test_the_funnel_names_those_outside_its_outer_limits_and_no_others(screen, colima):
    points = funnel.point_rows(screen.league, colima, speaker("en")).set_index("code")
    outside = points[points.side != funnel.WITHIN]
    assert set(points.index[points["at"].notna()]) == {*outside.index, colima}
    limits = funnel.limit_rows(screen.league)
    assert (limits.outer_lower < limits.inner_lower).all() and (limits.inner_upper < limits.outer_upper).all()
    width = limits.outer_upper - limits.outer_lower
    assert (width.diff().dropna() < 0).all()  # the more interviews, the narrower
    sentence = funnel.funnel_sentence(screen.league, points.reset_index(), speaker("en"))
    assert all(name in sentence for name in outside.area) and "Guadalajara" not in sentence


def test_a_score_has_no_funnel(screen):
    assert funnel.has_funnel(screen.league)
    score = replace(screen.league, measure=replace(screen.league.measure, kind="score"))
    assert not funnel.has_funnel(score)
