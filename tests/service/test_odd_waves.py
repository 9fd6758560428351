"""Waves with holes: no answers in an area or to a measure, a league of one, areas in one wave; no NaN, no crash."""

import re

import openpyxl
import pandas as pd
import pytest
from made_up import BOTH, JUNE, MAY, NAME, as_csv, begin_survey, changed, interviews, take, whole_survey

from accountability import Figures, Rule, judge
from estimation import Estimate
from presentation import changes, league_table
from presentation.area.sentences import area_sentence
from presentation.imports import import_rows
from presentation.league_notes import league_notes
from presentation.league_table import shown_rows
from presentation.notes import everybody_text
from presentation.rules import rule_rows, rule_sentence
from service.figures import waves
from service.figures.league import comparisons, newest_estimated_wave, newest_wave, read_league, rule_summary
from service.intake import imports
from service.intake.import_log import import_log
from words import Fault


def everything_said(league) -> str:
    """All that pages, command line and files say of a league, in both languages."""
    said = []
    for t in BOTH.values():
        rows = league_table.league_rows(league, t)
        shown = shown_rows(league, rows, t)
        said += [changes.headline(league, t), everybody_text(league, t), *league_notes(league, t)]
        said += [area_sentence(league, area, t) for area in league.table.index]
        said += [league_table.league_csv(league, t).decode("utf-8-sig"), *rule_rows(league, t).area]
        said += list(shown.interval) + list(shown.rank_range)
        for rule in league.programme.rules[league.measure.name]:
            said.append(rule_sentence(league, rule, rule_summary(league, rule.name), t))
        assert league_table.league_workbook(league, t).startswith(b"PK")
    return "\n".join(said)


def sound(league) -> None:
    """Estimates and ranks complete, ranks within the league, nothing said about nothing."""
    columns = ["estimate", "se", "lower", "upper", "n", "rank", "rank_lower", "rank_upper"]
    assert league.table[columns].notna().all(axis=None)
    p = len(league.table)
    assert league.table["rank"].between(league.table.rank_lower, league.table.rank_upper).all()
    assert league.table.rank_lower.ge(1).all() and league.table.rank_upper.le(p).all()
    assert not re.search(r"\bnan\b|\bNone\b|<NA>|NaT|\binf\b", everything_said(league))


@pytest.fixture(scope="module")
def holes(fresh_store):
    """Birch answers nothing about noise in June and ash is not visited; nobody answers upkeep in May; elder is new."""
    may, june = interviews(1), interviews(2)
    may = may[may.town != "elder"].assign(pier="none here")
    programme = changed(
        (
            'answers.poor = { zh = "差", en = "poor" }\n\n[measures',
            'answers.poor = { zh = "差", en = "poor" }\nnot_asked = ["-"]\n\n[measures',
        )
    )
    may["market"] = "-"
    june.loc[june.town == "birch", "noise"] = "refused"
    june = june[june.town != "ash"]
    store = fresh_store("sqlite")
    runs = whole_survey(store, may, june, programme)
    yield store, runs
    store.engine.dispose()


def test_a_measure_nobody_answered_is_reported_and_the_others_are_computed(holes):
    store, (may, june, change) = holes
    assert (may.unanswered, june.unanswered, change.unanswered) == (("upkeep",), (), ("upkeep",))
    sound(read_league(store, NAME, wave=MAY, measure="disturbed"))
    with pytest.raises(Fault) as caught:
        read_league(store, NAME, wave=MAY, measure="upkeep")
    assert caught.value.key == "league.no_measure"
    for t in BOTH.values():
        assert "upkeep" not in t(caught.value.key, **caught.value.values)  # its name, not its code


def test_a_repeated_run_says_again_which_measures_nobody_answered(holes):
    store, (may, _, change) = holes
    assert waves.estimate_wave(store, NAME, MAY).unanswered == may.unanswered
    assert waves.compare_waves(store, NAME, MAY, JUNE).unanswered == change.unanswered


def test_a_measure_compared_with_nothing_says_that_and_does_not_call_ranks_unchanged(holes):
    store, _ = holes
    league = read_league(store, NAME, measure="upkeep", league="south")
    sound(league)
    assert list(league.movers) == []
    assert league.uncompared == tuple(league.table.index)
    assert "no earlier wave to compare with" in changes.headline(league, BOTH["en"])
    for area in league.table.index:
        assert "was not surveyed in 2024-05" in area_sentence(league, area, BOTH["en"])


def test_an_area_without_answers_is_left_out_and_named(holes):
    store, _ = holes
    league = read_league(store, NAME, measure="disturbed", league="north")
    sound(league)
    assert list(league.table.index) == ["cedar"]
    assert set(league.missing) == {"ash", "birch"}
    for t, names in ((BOTH["zh"], ("白蜡港", "桦港")), (BOTH["en"], ("Ashhaven", "Birchhaven"))):
        (note,) = [n for n in league_notes(league, t) if names[0] in n]
        assert names[1] in note


def test_an_area_in_one_wave_only_is_ranked_but_not_compared(holes):
    store, _ = holes
    league = read_league(store, NAME, measure="disturbed", league="south")
    sound(league)
    assert set(league.table.index) == {"dill", "elder"}
    assert league.uncompared == ("elder",)
    assert pd.isna(league.table.places["elder"]) and not pd.isna(league.table.places["dill"])
    assert "was not surveyed in 2024-05, so its rise or fall is not known" in area_sentence(league, "elder", BOTH["en"])
    assert "2024年5月没有访问该地区" in area_sentence(league, "elder", BOTH["zh"])
    rows = league_table.league_rows(league, BOTH["en"]).set_index("code")
    assert rows.verdict["elder"] == "not comparable" and pd.isna(rows.places["elder"])


def test_a_league_with_one_area_gives_it_the_first_place_and_no_movement(holes):
    league = read_league(holes[0], NAME, measure="disturbed", league="north")
    row = league.table.loc["cedar"]
    assert (row["rank"], row.rank_lower, row.rank_upper) == (1, 1, 1)
    assert (row.places, row.noise, row.verdict) == (0, 0, "chance")
    assert "ranks 1 of 1" in area_sentence(league, "cedar", BOTH["en"])


def test_runs_with_holes_give_the_same_figures_again(holes):
    store, runs = holes
    assert [waves.rerun(store, run.run_id) for run in runs] == [[], [], []]


def test_a_league_nobody_answered_in_does_not_stop_the_other(sqlite_store):
    may, june = interviews(1), interviews(2)
    june = june[june.town.isin(["dill", "elder"])]
    _, estimated, compared = whole_survey(sqlite_store, may, june)
    assert estimated.unanswered == compared.unanswered == ("disturbed (north)", "upkeep (north)")
    for measure in ("disturbed", "upkeep"):
        sound(read_league(sqlite_store, NAME, measure=measure, league="south"))
        with pytest.raises(Fault) as caught:
            read_league(sqlite_store, NAME, measure=measure, league="north")
        assert caught.value.key == "league.no_measure"
    sound(read_league(sqlite_store, NAME, wave=MAY, league="north"))


def test_a_league_with_answers_in_neither_wave_of_the_same_area_is_not_compared(sqlite_store):
    may, june = interviews(1), interviews(2)
    whole_survey(sqlite_store, may[may.town != "dill"], june[june.town != "elder"])
    league = read_league(sqlite_store, NAME, league="south")
    sound(league)
    assert league.uncompared == ("dill",) and league.missing == ("elder",)


def test_an_area_whose_weights_are_all_zero_is_left_out_like_one_without_answers(sqlite_store):
    table = interviews(1)
    table.loc[table.town == "ash", "w"] = "0"
    begin_survey(sqlite_store)
    take(sqlite_store, MAY, as_csv(table))
    waves.estimate_wave(sqlite_store, NAME, MAY)
    league = read_league(sqlite_store, NAME)
    sound(league)
    assert league.missing == ("ash",)


def test_a_measure_answered_only_with_weight_zero_is_one_nobody_answered(sqlite_store):
    table = interviews(1)
    table["pier"], table["market"] = "none here", "good"
    programme = changed(('items = ["pier", "market"]', 'items = ["pier"]'))
    table.loc[0, ["pier", "w"]] = ["good", "0"]
    begin_survey(sqlite_store, programme)
    take(sqlite_store, MAY, as_csv(table))
    assert waves.estimate_wave(sqlite_store, NAME, MAY).unanswered == ("upkeep",)


def test_where_everybody_answers_alike_there_is_no_division_by_zero(sqlite_store):
    same = interviews(1).assign(noise="never", pier="good", market="good")
    whole_survey(sqlite_store, same, same)
    for measure in ("disturbed", "upkeep"):
        league = read_league(sqlite_store, NAME, measure=measure)
        sound(league)
        assert set(league.table["rank"]) == {1}
        assert list(league.movers) == []


def test_a_wave_nobody_answered_at_all_is_estimated_to_nothing_and_says_so(sqlite_store):
    programme = changed(
        (
            'answers.poor = { zh = "差", en = "poor" }\n\n[measures',
            'answers.poor = { zh = "差", en = "poor" }\nnot_asked = ["-"]\n\n[measures',
        )
    )
    nobody = interviews(1).assign(noise="refused", pier="none here", market="-")
    runs = whole_survey(sqlite_store, nobody, interviews(2), programme)
    assert [run.unanswered for run in runs] == [("disturbed", "upkeep"), (), ("disturbed", "upkeep")]
    assert waves.rerun(sqlite_store, runs[0].run_id) == []
    sound(read_league(sqlite_store, NAME))


def test_before_anything_is_estimated_the_way_on_is_said(sqlite_store):
    with pytest.raises(Fault, match="There is no programme harbours"):
        read_league(sqlite_store, NAME)
    begin_survey(sqlite_store)
    with pytest.raises(Fault) as caught:
        newest_wave(sqlite_store, NAME)
    assert caught.value.key == "wave.none"
    take(sqlite_store, MAY)
    with pytest.raises(Fault, match="`rankshift estimate 2024-05`"):
        read_league(sqlite_store, NAME)
    waves.estimate_wave(sqlite_store, NAME, MAY)
    league = read_league(sqlite_store, NAME)
    sound(league)
    assert league.against is None
    assert comparisons(sqlite_store, NAME, MAY) == []
    assert "no earlier wave to compare with" in changes.headline(league, BOTH["en"])
    assert area_sentence(league, "ash", BOTH["en"]).endswith(".")


def test_a_wave_taken_in_but_not_estimated_yet_leaves_the_newest_figures_in_place(sqlite_store):
    begin_survey(sqlite_store)
    assert newest_estimated_wave(sqlite_store, NAME) is None
    take(sqlite_store, MAY)
    waves.estimate_wave(sqlite_store, NAME, MAY)
    take(sqlite_store, JUNE)
    assert newest_wave(sqlite_store, NAME) == JUNE and newest_estimated_wave(sqlite_store, NAME) == MAY
    assert read_league(sqlite_store, NAME).wave == MAY


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ({"measure": "x"}, "league.unknown_measure"),
        ({"league": "x"}, "league.unknown_league"),
        ({"wave": "2019-01"}, "wave.unknown"),
        ({"against": "2019-01"}, "wave.unknown"),
        ({"against": JUNE, "wave": MAY}, "league.not_compared"),
    ],
)
def test_what_is_not_there_is_refused_by_name(holes, given, key):
    with pytest.raises(Fault) as caught:
        read_league(holes[0], NAME, **given)
    assert caught.value.key == key


def test_points_below_zero_keep_their_sign_in_estimates_and_verdicts(sqlite_store):
    programme = changed(
        ("good = 100, fair = 50, poor = 0", "good = 10, fair = 0, poor = -90"), ("threshold = 50", "threshold = -80")
    )
    whole_survey(sqlite_store, interviews(1), interviews(2), programme)
    league = read_league(sqlite_store, NAME, measure="upkeep")
    sound(league)
    assert (league.table.estimate < 0).any()
    assert list(league.rules.estimate) == list(league.table.estimate)
    assert (league.rules.lower <= league.rules.estimate).all() and (league.rules.estimate <= league.rules.upper).all()


def test_a_verdict_on_a_value_below_zero_keeps_its_sign():
    estimate = Estimate(("a",), [-20.0], [[4.0]], [30])
    (verdict,) = judge([Rule("target", "at_least", -10)], Figures(estimate))
    assert (verdict.printed, verdict.outcome) == (False, "missed")
    assert verdict.lower < verdict.estimate == -20 < verdict.upper < -10


def test_an_import_log_with_good_and_refused_imports_reads_in_both_languages(sqlite_store):
    begin_survey(sqlite_store)
    with pytest.raises(Fault):
        take(sqlite_store, "2024-5")
    with pytest.raises(Fault):
        imports.import_programme(sqlite_store, b"x", "x.toml")
    take(sqlite_store, MAY)
    for language, t in BOTH.items():
        rows = import_rows(import_log(sqlite_store), t)
        assert list(rows.outcome) == [t(f"outcome.{x}") for x in ("imported", "refused", "refused", "imported")]
        assert [bool(reason) for reason in rows.reason] == [False, True, True, False]
        assert "2024-5" in rows.reason[2] and rows.wave[2] == "2024-5"
        assert rows.wave[0] == {"zh": "2024年5月", "en": "2024-05"}[language]
        assert rows.interviews[0] == 60 and pd.isna(rows.interviews[1])


def test_an_empty_import_log_reads_as_an_empty_table(sqlite_store):
    rows = import_rows(import_log(sqlite_store), BOTH["zh"])
    assert rows.empty and "reason" in rows


def test_the_workbook_of_a_league_with_holes_leaves_their_cells_empty(holes, tmp_path):
    league = read_league(holes[0], NAME, measure="disturbed", league="south")
    (tmp_path / "x.xlsx").write_bytes(league_table.league_workbook(league, BOTH["en"]))
    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx").worksheets[0]
    header, *rows = sheet.iter_rows(values_only=True)
    elder = dict(zip(header, next(row for row in rows if "elder" in row), strict=True))
    assert elder["Places moved"] is None and elder["Change"] is None
    assert elder["Verdict"] == "not comparable"
