"""Listening again, leaving out and taking back: recorded acts, figures both ways; interviewers with and without."""

import numpy as np
import pandas as pd
import pytest
import scipy
from test_flags_of_waves import NAME, timed, timed_table  # noqa: F401
from test_response_report import LATER

from fieldwork.quality.relistening import heard, relistening_sample
from presentation.notes import accepted_note
from presentation.quality import listening as words
from service.fieldwork.relistening import draw_relistening, read_relistening, record_relistening
from service.figures import waves
from service.figures.both_ways import read_both_ways
from service.figures.interviewers import read_interviewers
from service.figures.league import read_league
from service.intake import imports
from service.intake.left_out import leave_out, read_left_out, take_back
from service.store.engine import Store
from service.store.objects import RESPONDENTS, read_object
from service.store.permissions import STATISTICIAN, Actor
from service.store.runs import outdated_runs
from service.store.trail import trail_lines
from words import Fault, speaker

WAVE = "2026Q2"


@pytest.fixture
def store(timed, tmp_path):  # noqa: F811
    import shutil

    timed.engine.dispose()
    copy = Store.open(f"sqlite:///{shutil.copy(timed.engine.url.database, tmp_path / 's.db')}")
    yield copy
    copy.engine.dispose()


def fault(act, *arguments, **options) -> str:
    with pytest.raises(Fault) as caught:
        act(*arguments, **options)
    assert str(caught.value)
    return caught.value.key


def test_of_every_interviewer_a_part_is_drawn_by_lot():
    people = pd.DataFrame({"unit_id": [f"u{k}" for k in range(60)], "area": "a"})
    people["interviewer"] = ["x"] * 41 + ["y"] * 10 + ["z"] + [None] * 8
    drawn = relistening_sample(people, 0.1, rng=np.random.default_rng(1))
    assert drawn.interviewer.fillna("").value_counts().to_dict() == {"x": 5, "y": 1, "z": 1, "": 1}
    often = [set(relistening_sample(people, 0.1, rng=np.random.default_rng(k)).unit_id) for k in range(200)]
    assert 10 <= sum("u3" in each for each in often) <= 42  # 200 × 5/41 = 24


def test_the_part_of_invalid_interviews_has_exact_limits():
    summary = heard(pd.Series(["genuine"] * 18 + ["invalid"] * 2 + ["no_recording", None]))
    exact = scipy.stats.binomtest(2, 20).proportion_ci(0.95, "exact")
    np.testing.assert_allclose([summary.part, summary.lower, summary.upper], [0.1, exact.low, exact.high])
    assert np.isnan(heard(pd.Series([None, None], dtype=object)).part)
    assert heard(pd.Series(["genuine"])).lower == 0.0 and heard(pd.Series(["invalid"])).upper == 1.0


def test_a_sample_to_listen_to_again_is_drawn_once_more_from_its_seed_and_what_was_heard_is_recorded(store):
    assert read_relistening(store, NAME, WAVE) is None
    assert fault(record_relistening, store, NAME, WAVE, {"x": "genuine"}) == "relistening.none"
    one = draw_relistening(store, NAME, WAVE, seed="1949")
    two = draw_relistening(store, NAME, WAVE, seed="1949")
    assert one.interviews.unit_id.tolist() == two.interviews.unit_id.tolist() and one.part == 0.1
    assert len(draw_relistening(store, NAME, WAVE, part=0.5).interviews) > 4 * len(one.interviews)
    first, second = read_relistening(store, NAME, WAVE).interviews.unit_id[:2]
    record_relistening(store, NAME, WAVE, {first: "genuine", second: "doubtful"}, {second: "no answer to the age"})
    sample = record_relistening(store, NAME, WAVE, {second: "invalid"})
    results = sample.interviews.set_index("unit_id").result
    assert results[first] == "genuine" and results[second] == "invalid" and results.notna().sum() == 2
    again = draw_relistening(store, NAME, WAVE, part=1.0).interviews.set_index("unit_id")
    assert again.result[[first, second]].tolist() == ["genuine", "invalid"] and again.result.notna().sum() == 2
    labels = words.interview_labels(sample, imports.current_programme(store, NAME)[1], speaker("en"))
    assert set(list(labels)[-2:]) == {first, second} and labels[second].endswith(" · invalid")
    assert fault(record_relistening, store, NAME, WAVE, {"nobody": "genuine"}) == "relistening.unknown"
    assert fault(record_relistening, store, NAME, WAVE, {first: "fine"}) == "relistening.result"
    assert fault(draw_relistening, store, NAME, WAVE, part=10) == "relistening.part"
    for language in ("zh", "en"):
        t = speaker(language)
        programme = imports.current_programme(store, NAME)[1]
        rows = words.sample_rows(sample, programme, t)
        assert len(words.sample_notes(sample, t)) == 3 and len(rows) > 100
        assert rows[t("relistening.column.note")].ne(words.NOTHING).sum() == 0


def test_leaving_out_is_a_version_with_a_reason_figures_show_both_ways_and_all_can_be_taken_back(store):
    waves.estimate_wave(store, NAME, WAVE)
    before = imports.current_wave(store, NAME, WAVE)
    people = read_object(store, before, RESPONDENTS)
    units = people.unit_id[people.interviewer == "i3"].tolist()
    out = leave_out(store, NAME, WAVE, [" ".join(units[:2]), *units[2:5]], "listened to: invented")
    out = leave_out(store, NAME, WAVE, units[5:], "the same interviewer")
    assert out.from_id == before and sorted(out.interviews.unit_id) == sorted(units)
    assert set(out.interviews.reason) == {"listened to: invented", "the same interviewer"}
    assert len(read_object(store, out.version_id, RESPONDENTS)) == len(people) - len(units)
    assert outdated_runs(store)  # the figures with them
    both = read_both_ways(store, NAME, WAVE)
    assert both.computed is False and "computed again" in words.out_sentence(both, speaker("en"))
    assert both.without == len(units) and (both.table.n_all > both.table.n_kept).any()
    waves.estimate_wave(store, NAME, WAVE)
    (note,) = accepted_note(read_league(store, NAME, wave=WAVE).runs.values(), speaker("en"))
    assert f"{len(units)} interviews" in note and "left out" in note
    assert read_both_ways(store, NAME, WAVE).computed
    what_if = read_both_ways(store, NAME, WAVE, interviewers=("i3",))
    pd.testing.assert_frame_equal(what_if.table, both.table)
    for language in ("zh", "en"):
        t = speaker(language)
        assert len(words.both_rows(both, t)) == len(both.table) and len(words.out_rows(both, t)) == len(units)
    assert take_back(store, NAME, WAVE, "the recording was found").interviews.empty
    whole = read_object(store, imports.current_wave(store, NAME, WAVE), RESPONDENTS)
    pd.testing.assert_frame_equal(whole, people)
    assert read_both_ways(store, NAME, WAVE).without == 0


def test_interviews_left_out_stay_so_when_the_file_comes_again_and_those_that_changed_are_named(store):
    whole = imports.current_wave(store, NAME, WAVE)
    people = read_object(store, whole, RESPONDENTS)
    same, changed, absent = people.unit_id[[0, 1, 2]].tolist()
    leave_out(store, NAME, WAVE, [same, changed, absent], "listened to: invented")
    before = len(imports.wave_versions(store, NAME))
    table = timed_table()
    again = imports.import_wave(store, NAME, WAVE, table.to_csv(index=False).encode(), "n.csv")
    assert again.outcome == "unchanged" and len(imports.wave_versions(store, NAME)) == before
    assert [key for key, _ in again.notes if key.startswith("left_out")] == ["left_out.again_same"]
    other = {"1": "4", "2": "4", "3": "1", "4": "1"}
    place = table.index[table.number == changed][0]
    table.loc[place, "safe"] = other[table.loc[place, "safe"]]
    table = table[table.number != absent]
    again = imports.import_wave(store, NAME, WAVE, table.to_csv(index=False).encode(), "n.csv")
    assert again.outcome == "corrected" and again.interviews == len(people) - 2
    out = read_left_out(store, NAME, WAVE)
    assert out.interviews.unit_id.tolist() == [same] and set(out.interviews.reason) == {"listened to: invented"}
    kept = read_object(store, out.version_id, RESPONDENTS).unit_id
    assert len(kept) == len(people) - 2 and changed in set(kept) and same not in set(kept)
    assert same in set(read_object(store, out.from_id, RESPONDENTS).unit_id)
    said = dict(again.notes)
    assert said["left_out.again_changed"]["units"] == [changed] and said["left_out.again_absent"]["units"] == [absent]
    (line,) = trail_lines(store).query("action == 'left-out-again'").to_dict("records")
    assert same in line["details"] and changed in line["details"] and absent in line["details"]


def test_what_cannot_be_left_out_is_refused(store):
    people = read_object(store, imports.current_wave(store, NAME, WAVE), RESPONDENTS).unit_id.tolist()
    assert fault(leave_out, store, NAME, WAVE, ["nobody"], "why") == "left_out.unknown"
    assert fault(leave_out, store, NAME, WAVE, people[:2], "  ") == "left_out.reason"
    assert fault(leave_out, store, NAME, WAVE, people, "all") == "left_out.nobody"
    assert fault(take_back, store, NAME, WAVE, "why") == "left_out.none"
    assert fault(read_both_ways, store, NAME, WAVE, interviewers=("nobody",)) == "both_ways.nobody"
    assert fault(leave_out, store.acting(Actor("s", STATISTICIAN)), NAME, WAVE, people[:1], "x") == "permission.denied"
    assert read_left_out(store, NAME, WAVE).interviews.empty


def test_interviewers_are_reported_by_measure_and_what_is_not_known_is_said(timed, ensu_store):  # noqa: F811
    report = read_interviewers(timed, NAME, WAVE)
    assert (report.measures.interviewers == 30).all() and not report.unsaid
    assert ((report.measures.lower <= report.measures.rho) & (report.measures.rho <= report.measures.upper)).all()
    assert (report.measures.se_with >= report.measures.se_without).all()
    for of, wave, key in ((timed, "2026Q1", "absent"), (ensu_store[0], None, "absent")):
        name = NAME if of is timed else "ensu2015"
        nothing = read_interviewers(of, name, wave)
        assert nothing.measures.empty and [k for k, _ in nothing.unsaid] == [f"interviewer_report.{key}"]
    before = read_interviewers(timed, NAME, WAVE, against="2026Q1")
    assert before.changes.empty and [k for k, _ in before.unsaid] == ["interviewer_report.absent_before"]
    for language in ("zh", "en"):
        t = speaker(language)
        assert len(words.interviewer_rows(report, t)) == len(report.measures)
        assert words.interviewer_notes(nothing, t) and words.interviewer_notes(before, t)


def test_verdicts_stand_with_and_without_interviewers(store):
    table = pd.read_csv(LATER, dtype=str, keep_default_na=False)
    answered = (table.outcome == "complete").to_numpy()
    table["who"] = np.where(answered, [f"i{k % 30}" for k in range(len(table))], "")
    table["began"] = table["minutes"] = ""
    imports.import_wave(store, NAME, "2026Q3", table.to_csv(index=False).encode(), "n.csv")
    report = read_interviewers(store, NAME, "2026Q3", against=WAVE)
    assert len(report.changes) == 12 and (report.changes.se_with >= report.changes.se_without - 1e-12).all()
    t = speaker("en")
    assert words.interviewer_notes(report, t)[-1].startswith("Without interviewers")
    assert len(words.verdict_rows(report, t)) <= 12


def test_the_commands_draw_record_leave_out_and_take_back(store, rankshift):
    url = ("--store", store.engine.url.render_as_string())
    assert rankshift("quality", "relisten", WAVE, *url).code == 1
    assert rankshift("quality", "relisten", WAVE, "--draw", "--seed", "7", *url).code == 0
    unit = read_relistening(store, NAME, WAVE).interviews.unit_id[0]
    assert "invalid" in rankshift("quality", "relisten", WAVE, "--result", f"{unit}=invalid", *url).out
    assert "left out" in rankshift("quality", "leave-out", WAVE, unit, "--reason", "no such person", *url).out
    assert "No interview" in rankshift("quality", "leave-out", WAVE, "--back", "--reason", "found", *url).out
    assert "Interviewers" in rankshift("quality", "interviewers", *url).out
