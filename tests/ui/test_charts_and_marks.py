"""The league's charts and the marks: names in every panel, lines, order, the chosen row, colours one can tell."""

import pandas as pd
import pytest

from service.figures.league import read_league
from ui import charts, marks
from words import speaker

EN = speaker("en")


@pytest.fixture(scope="module")
def league(ensu_store):
    return read_league(ensu_store[0], "ensu2015", wave="2015Q2")


def rows_of(spec: dict) -> list[dict]:
    """The rows of the layer that draws the points."""
    data = spec["layer"][-1].get("data", spec.get("data"))
    return spec["datasets"][data["name"]]


@pytest.mark.parametrize("draw", [charts.estimate_chart, charts.rank_chart])
def test_every_panel_names_its_areas_and_marks_the_chosen_one(league, draw):
    spec = draw(league, EN, area="33")
    axes = [layer["encoding"]["y"]["axis"] for layer in spec["layer"] if "y" in layer.get("encoding", {})]
    assert axes and all(axis.get("labels", True) and not axis["labelOverlap"] for axis in axes)
    assert {row["area"] for row in rows_of(spec)} == {league.name(code)["en"] for code in league.table.index}
    bands = spec["datasets"][spec["layer"][0]["data"]["name"]]
    assert [row["area"] for row in bands] == ["Colima"]


def test_the_confirmed_fall_has_its_mark_its_colour_and_with_movers_first_the_first_row(league):
    by_rank, first = (rows_of(charts.estimate_chart(league, EN, order=order)) for order in charts.orders(league))
    assert [row["area"] for row in by_rank].index("Colima") == 16 and first[0]["area"] == "Colima"
    assert (first[0]["colour"], first[0]["shape"]) == (marks.COLOURS[marks.FALL], "triangle-down")
    assert {row["shape"] for row in first[1:]} == {"circle"}
    assert sorted(row["area"] for row in by_rank) == sorted(row["area"] for row in first)


def test_lines_stand_at_the_mean_of_all_areas_and_at_the_target(league):
    (mean, target) = charts.reference_lines(league)
    assert mean == (pytest.approx(100 * league.everybody["estimate"]), charts.SOLID) and target == (50, charts.DASHED)
    spec = charts.estimate_chart(league, EN)
    at = [row["at"] for rows in spec["datasets"].values() for row in rows if "at" in row]
    assert sorted(at) == sorted([mean[0], target[0]])


def test_what_is_too_weak_to_publish_is_marked_and_nothing_else(league):
    rows = rows_of(charts.estimate_chart(league, EN))
    marked = {row["code"] for row in rows if row["label"].endswith(marks.WEAK)}
    assert marked == set(league.table.index[league.table.unfit != ""]) and 0 < len(marked) < len(rows)


@pytest.mark.parametrize(("last", "written"), [(2, [1, 2]), (9, list(range(1, 10))), (32, [1, 5, 10, 15, 20, 25, 30])])
def test_an_axis_of_ranks_writes_the_first_and_even_steps_after_it(last, written):
    assert charts.rank_axis(last)["values"] == written


def test_the_curves_of_a_plan_differ_by_shape_as_well_as_by_colour_and_their_names_fit_a_phone():
    what = [f"a fall of 5 percentage points is confirmed: comparison {k}" for k in range(9)]
    points = pd.DataFrame({"interviews": 10.0, "chance": 0.5, "what": what})
    spec = charts.power_chart(points, 10.0, EN)
    shape = next(layer["encoding"]["shape"] for layer in spec["layer"] if "shape" in layer.get("encoding", {}))
    assert shape["scale"]["domain"] == what and len(set(shape["scale"]["range"])) == len(what)
    assert shape["legend"]["labelExpr"].startswith("split(")  # two lines each


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2.2."""
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("paper", list(marks.PAPER.values()))
def test_every_mark_has_a_contrast_of_three_to_one_and_the_ink_one_of_seven(paper):
    def contrast(colour: str) -> float:
        light, dark = sorted((luminance(colour), luminance(paper)), reverse=True)
        return (light + 0.05) / (dark + 0.05)

    assert {mark: contrast(colour) for mark, colour in marks.COLOURS.items() if contrast(colour) < 3} == {}
    assert {colour: contrast(colour) for colour, _ in marks.SERIES if contrast(colour) < 3} == {}
    assert len(set(dict(marks.SERIES).values())) == len(marks.SERIES)  # each has a shape of its own as well
    assert contrast(marks.LINE) >= 3
    own_ink = {marks.PAPER[theme]: ink for theme, ink in marks.INK.items()}[paper]
    assert contrast(own_ink) >= 7
