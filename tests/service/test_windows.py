"""The comparison as an argument: windows of waves, a watch list and a family in the programme, power and interviews."""

from dataclasses import replace

import numpy as np
import pytest
from made_up import BOTH, JUNE, MAY, NAME, as_csv, begin_survey, changed, interviews, take

from presentation import changes, league_table, terminal
from presentation.detection import detection_rows
from presentation.league_notes import change_notes, probability_notes, year_notes
from presentation.times import window_text
from programme.survey import read_programme
from service.figures import waves
from service.figures.detection import detection
from service.figures.league import comparisons, read_league
from words import Fault

JULY, AUGUST = "2024-07", "2024-08"


def months(store, names=(MAY, JUNE, JULY, AUGUST), programme=None):
    begin_survey(store, *([programme] if programme else []))
    for seed, month in enumerate(names):
        take(store, month, as_csv(interviews(seed)))
        waves.estimate_wave(store, NAME, month)
    return store


@pytest.fixture(scope="module")
def compared(fresh_store):
    store = months(fresh_store("sqlite"))
    waves.compare_waves(store, NAME, JUNE, AUGUST)
    run = waves.compare_waves(store, NAME, f"{JUNE}+{MAY}", f"{JULY}+{AUGUST}")
    yield store, run
    store.engine.dispose()


def test_windows_of_two_waves_are_compared_and_named_in_both_languages(compared):
    store, _ = compared
    names = comparisons(store, NAME, AUGUST)
    assert names == [JUNE, f"{MAY}+{JUNE}>{JULY}+{AUGUST}"]
    found = read_league(store, NAME, wave=AUGUST, against=names[1])
    assert found.windowed and (found.against, found.upto) == (f"{MAY}+{JUNE}", f"{JULY}+{AUGUST}")
    for t in BOTH.values():
        note = " ".join(change_notes(found, t))
        assert window_text(found.against, t) in note
        assert window_text(found.against, t) in changes.headline(found, t)
    assert not read_league(store, NAME, wave=AUGUST, against=JUNE).windowed


def test_the_change_of_windows_is_the_mean_of_the_waves_changes(compared):
    store, _ = compared
    found = read_league(store, NAME, wave=AUGUST, against=f"{MAY}+{JUNE}>{JULY}+{AUGUST}")
    value = {month: read_league(store, NAME, wave=month).table.estimate for month in (MAY, JUNE, JULY, AUGUST)}
    expected = (value[JULY] + value[AUGUST] - value[MAY] - value[JUNE]) / 2
    np.testing.assert_allclose(found.table.change, expected[found.table.index], atol=1e-12)
    single = read_league(store, NAME, wave=AUGUST, against=JUNE).table
    assert (found.table.change_se_design < single.change_se_design[found.table.index] * 1.05).all()


def test_the_same_run_is_computed_again_alike_and_asked_again_is_the_same_run(compared):
    store, run = compared
    assert waves.rerun(store, run.run_id) == []
    again = waves.compare_waves(store, NAME, f"{MAY}+{JUNE}", f"{AUGUST}+{JULY}")
    assert again.repeated and again.run_id == run.run_id


@pytest.mark.parametrize(
    ("before", "after", "key"),
    [(AUGUST, JULY, "compare.order"), (f"{MAY}+{MAY}", JULY, "compare.twice"), (MAY, "2024-12", "wave.unknown")],
)
def test_windows_that_cannot_be_compared_are_refused(compared, before, after, key):
    with pytest.raises(Fault) as fault:
        waves.compare_waves(compared[0], NAME, before, after)
    assert fault.value.key == key


def test_a_comparison_never_made_is_said_to_be_missing(compared):
    with pytest.raises(Fault) as fault:
        read_league(compared[0], NAME, wave=AUGUST, against=f"{MAY}+{JULY}>{JUNE}+{AUGUST}")
    assert fault.value.key == "league.not_compared"


def programme_comparing(text: str) -> bytes:
    return changed(("[columns]", f"[comparing]\n{text}\n\n[columns]"))


def test_a_watch_list_and_a_family_stand_in_the_programme_and_in_every_row(fresh_store):
    content = programme_comparing('watch = ["ash"]\ntogether = "programme"\nrank_share = 0.2')
    plan = read_programme(content, "x.toml")
    assert plan.comparing.watch == ("ash",) and plan.family == len(plan.leagues) * len(plan.measures) > 1
    store = months(fresh_store("sqlite"), (MAY, JUNE), content)
    waves.compare_waves(store, NAME, MAY, JUNE)
    found = read_league(store, NAME, wave=JUNE)
    row = found.table.loc["ash"]
    alpha = 1 - plan.level
    assert (row.watched, row.family) == (1, plan.family)
    assert (row.alpha_standing, row.alpha_rank) == pytest.approx((0.8 * alpha, 0.2 * alpha))
    notes = " ".join(change_notes(found, BOTH["en"]))
    assert str(plan.family) in notes and found.name("ash")["en"] in notes
    store.engine.dispose()


@pytest.mark.parametrize(
    "text", ['watch = ["nobody"]', 'together = "all"', "rank_share = 1.0", "rank_share = 0.0", "rang = 1"]
)
def test_a_wrong_entry_in_comparing_is_named(text):
    with pytest.raises(Fault) as fault:
        read_programme(programme_comparing(text), "x.toml")
    assert fault.value.values["entry"].startswith("comparing.")


def test_power_grows_and_interviews_fall_with_the_move_and_the_design(compared):
    found = detection(read_league(compared[0], NAME, wave=AUGUST))
    powers = found.designs.set_index("design")[list(found.moves)]
    assert (powers.diff(axis=1).iloc[:, 1:] >= 0).all().all()
    assert (powers.loc["years"] >= powers.loc["quarters"]).all()
    assert (powers.loc["years_panel"] >= powers.loc["years"]).all()
    assert (found.needed[["score", "standing", "rank"]].diff().iloc[1:] < 0).all().all()
    assert (found.needed.standing <= found.needed["rank"]).all()
    for t in BOTH.values():
        league = read_league(compared[0], NAME, wave=AUGUST)
        designs, needed = detection_rows(league, found, t)
        assert len(designs) == 5 and len(needed) == 3


def yearly(fresh_store, text: str):
    """Three months and the three comparisons that they have, in a programme that says `text` of its comparisons."""
    store = months(fresh_store("sqlite"), (MAY, JUNE, JULY), programme_comparing(text))
    for before, after in ((MAY, JUNE), (JUNE, JULY), (MAY, JULY)):
        waves.compare_waves(store, NAME, before, after)
    return store, read_league(store, NAME, wave=JULY, against=JUNE)


def test_a_years_error_is_shared_out_over_its_pages(fresh_store):
    """Bonferroni: alpha = yearly_error/pages_a_year stands in every row, in the note and in the planning figures."""
    store, found = yearly(fresh_store, "yearly_error = 0.08\npages_a_year = 4")
    assert found.programme.page_level == pytest.approx(0.98) and found.programme.level == 0.9
    assert (found.table.alpha_standing + found.table.alpha_rank).to_numpy() == pytest.approx(0.02)
    assert found.table.alpha_rank.to_numpy() == pytest.approx(0.002)
    for t in BOTH.values():
        notes = " ".join(change_notes(found, t))
        assert "98%" in notes and "8%" in notes and "2%" in notes
        assert len(year_notes(found, t)) == 1
    store.engine.dispose()


def test_more_pages_than_the_year_has_are_said(fresh_store):
    store, found = yearly(fresh_store, "yearly_error = 0.08\npages_a_year = 2")
    assert found.pages == 3
    for t in BOTH.values():
        assert "3" in year_notes(found, t)[1]
    store.engine.dispose()


def test_without_a_years_error_the_page_says_what_its_own_adds_up_to(fresh_store):
    store, found = yearly(fresh_store, "rank_share = 0.1")
    apart = f"{100 * (1 - 0.9**12):.4g}%"
    for t in BOTH.values():
        (note,) = year_notes(found, t)
        assert "10%" in note and "100%" in note and apart in note and "12" in note
    store.engine.dispose()


@pytest.mark.parametrize(
    "text",
    [
        "yearly_error = 0.05",
        "pages_a_year = 4",
        "yearly_error = 0\npages_a_year = 4",
        "yearly_error = 1.0\npages_a_year = 4",
        "yearly_error = 0.05\npages_a_year = 0.5",
    ],
)
def test_a_years_error_needs_its_pages_and_both_make_sense(text):
    with pytest.raises(Fault) as fault:
        read_programme(programme_comparing(text), "x.toml")
    assert fault.value.values["entry"].startswith("comparing.")


def test_no_table_that_is_shown_or_sent_lists_who_probably_fell(compared):
    """Where few areas move such lists are half false; being among the last stays, and only where its model fits."""
    league = read_league(compared[0], NAME, wave=AUGUST)
    assert {"p_worse", "p_rank_worse", "p_rank_better"} <= set(league.table.columns)
    for t in BOTH.values():
        rows = league_table.league_rows(league, t)
        assert "p_last" in rows and not {"p_worse", "p_rank_worse", "p_rank_better"} & set(rows.columns)
        columns = league_table.league_csv(league, t).decode("utf-8-sig").splitlines()[0].split(",")
        assert "p_worse_standing" in columns and "p_worse" not in columns
        assert len(terminal.levels_table(league, t).columns) == 10  # the one-sided p of the standing is the tenth


@pytest.mark.parametrize("fits", [True, False])
def test_the_probability_of_being_last_stands_only_where_its_model_fits(compared, fits):
    league = read_league(compared[0], NAME, wave=AUGUST)
    table = league.table.assign(fits=float(fits), last=5)
    for t in BOTH.values():
        (note,) = probability_notes(replace(league, table=table), t)
        assert ("99%" in note) == fits and "5" in note
    assert not probability_notes(replace(league, table=table.assign(fits=float("nan"))), t)


def test_a_page_says_that_too_few_answers_of_a_panel_changed_and_only_then(compared):
    league = read_league(compared[0], NAME, wave=AUGUST)
    assert (league.table.few_changed.dropna() == 0).all() and league.table.few_changed.notna().any()
    for t in BOTH.values():
        refused = replace(league, table=league.table.assign(few_changed=1.0))
        assert t("notes.few_changed") in change_notes(refused, t)
        older = replace(league, table=league.table.assign(few_changed=float("nan")))
        assert not any(t("notes.few_changed") in change_notes(x, t) for x in (league, older))
