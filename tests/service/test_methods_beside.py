"""Methods side by side: the ones in use are those stored, the others are near, and nobody sees a withheld area."""

from dataclasses import replace

import numpy as np
import pytest

from accountability.league.methods import OF_SHARES, SOURCES
from presentation.evidence.methods import error_points, error_rows, interval_points, interval_rows
from presentation.evidence.promise import SIMULATED, promise_notes, promise_rows
from service.figures.league import read_league
from service.figures.methods import compare_methods
from service.store.permissions import LEADER, Actor
from study.claims.cells import LEVELS
from ui import method_pictures
from words import Fault, speaker

ZH, EN = speaker("zh"), speaker("en")


@pytest.fixture(scope="module")
def league(ensu_store):
    return read_league(ensu_store[0], "ensu2015", wave="2015Q2")


@pytest.fixture(scope="module")
def found(ensu_store, league):
    return compare_methods(ensu_store[0], league)


def test_the_interval_in_use_and_the_design_s_error_are_those_that_are_stored(found, league):
    table = league.table
    for column, stored in (("default_lower", "lower"), ("default_upper", "upper"), ("se_design", "se")):
        np.testing.assert_allclose(found[column], table[stored].astype(float), rtol=1e-12)
    assert list(found.index) == list(table.index)


def test_every_method_holds_the_estimate_and_agrees_where_answers_are_many(found, league):
    many = league.table.n > 200
    for method in OF_SHARES:
        lower, upper = found[f"{method}_lower"], found[f"{method}_upper"]
        assert (lower <= found.estimate + 1e-12).all() and (found.estimate <= upper + 1e-12).all()
        np.testing.assert_allclose(lower[many], found.default_lower[many], atol=0.025)


def test_the_jackknife_is_near_linearisation_and_smoothing_leaves_no_error_at_nothing(found):
    known = found[found.se_jackknife.notna() & (found.se_design > 0)]
    assert len(known) > 20
    np.testing.assert_allclose(known.se_jackknife, known.se_design, rtol=0.25)
    assert (found.se_smoothed > 0).all() and (found.se_design == 0).any()


def test_a_score_has_wald_s_interval_beside_its_own(ensu_store):
    score = read_league(ensu_store[0], "ensu2015", wave="2015Q2", measure="police")
    found = compare_methods(ensu_store[0], score)
    assert {c for c in found if c.endswith("_lower")} == {"default_lower", "wald_lower"}
    assert interval_rows(score, found, EN).shape == (len(found), 4)


def test_only_those_who_work_with_answers_compute_and_a_withheld_area_has_no_row(ensu_store, league, found):
    with pytest.raises(Fault):
        compare_methods(ensu_store[0].acting(Actor("ann", LEADER)), league)
    fewer = replace(league, table=league.table.drop(index="33"))
    assert "33" not in compare_methods(ensu_store[0], fewer).index
    assert len(error_rows(league, found, ZH)) == 32 and len(interval_rows(league, found, ZH).columns) == 9


def test_the_pictures_draw_the_figures_of_the_tables(league, found):
    points = interval_points(league, found, EN)
    assert list(points.groupby("of", sort=False).size()) == [32] * 7 and points.of.iloc[0] == "used here"
    shown = [f"{low:.1f}–{high:.1f}" for low, high in zip(points.lower[:32], points.upper[:32], strict=True)]
    assert shown == list(interval_rows(league, found, EN)["used here"])
    errors = error_points(league, found, ZH)
    assert list(errors.groupby("of", sort=False).size()) == list(found[[f"se_{s}" for s in SOURCES]].notna().sum())
    assert list(errors.columns) == ["area", "of", "estimate"]
    for drawing in (method_pictures.intervals(points, league, EN), method_pictures.errors(errors, ZH)):
        domain = drawing["layer"][-1]["encoding"]["color"]["scale"]["domain"]
        assert drawing["layer"][-1]["encoding"]["shape"]["scale"]["domain"] == domain  # never a colour alone


def test_the_promise_has_a_row_for_each_kind_of_statement_and_says_what_was_not_simulated(league):
    rows = promise_rows(league, EN)
    assert list(rows.iloc[:, 1]) == ["5%", "5%", "4.5%", "0.5%", "5%", "5%"]
    assert set(SIMULATED) == {windows[:2] for windows in LEVELS["windows"]}
    assert "were among those simulated" in promise_notes(league, EN)[0]
    years = replace(league, against="2014Q1+2014Q2+2014Q3", upto="2015Q1+2015Q2")
    assert "3 waves before, 2 after) were not simulated" in promise_notes(years, EN)[0]
    assert len(promise_rows(replace(league, against=None), ZH)) == 4
