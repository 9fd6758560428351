"""The report on nonresponse from the store: what it says, what it cannot say, and how the command prints it."""

from pathlib import Path

import numpy as np
import pytest
from test_weighing import NAME, NUMBERS, PROGRAMME, WAVE, begun, replaced

from accountability.league.conventions import ALL
from presentation.quality import response as said
from service.figures import response
from service.figures.response import read_response
from service.files.read import read_table
from service.intake import imports
from service.store.engine import Store
from service.store.objects import DESIGN, TIMES, read_object
from words import Fault, speaker

LATER = Path(__file__).parents[2] / "tests" / "surveys" / "laibin_simulated" / "laibin_simulated_2026Q2.csv"
TIMED = replaced('area = "county"\n', 'area = "county"\nbegan = "began"\nminutes = "minutes"\n')


@pytest.fixture(scope="module")
def two_waves(tmp_path_factory):
    path = tmp_path_factory.mktemp("response") / "s.db"
    store = begun(Store.create(f"sqlite:///{path}"))
    imports.import_wave(store, NAME, "2026Q2", LATER.read_bytes(), LATER.name)
    yield store
    store.engine.dispose()


def test_the_report_says_who_responded_and_what_every_step_moved(two_waves):
    report = read_response(two_waves, NAME, WAVE)
    assert report.even is not None and report.even.n == 1292 and not report.unsaid
    assert set(report.even.variables.index) == {"frame", "age_group"}
    age = report.even.categories.query("variable == 'age_group'").set_index("category").rate
    assert age["18-29"] < age["60-70"]
    of_all = report.moved[report.moved.domain == ALL]
    assert list(of_all.step[of_all.measure == of_all.measure.iloc[0]]) == [
        "base",
        "eligibility",
        "nonresponse",
        "phones",
        "calibration",
        "trimming",
    ]
    assert abs(of_all.moved[of_all.step == "nonresponse"]).max() > 0.005
    assert report.errors.empty and report.changes.empty


def test_repeating_the_whole_weighting_gives_errors_near_the_linearised_ones_and_waves_share_their_signs(two_waves):
    report = read_response(two_waves, NAME, "2026Q2", against=WAVE, replicates=150)
    assert report.replicates == 150 and report.failed == 0
    for table in (report.errors, report.changes):
        ratio = table.se_replicates / table.se_linear
        assert ratio.min() > 0.8 and ratio.max() < 1.25  # 150 replicates: an error of 6 % each
    with pytest.raises(Fault) as caught:
        read_response(two_waves, NAME, replicates=3)
    assert caught.value.key == "nonresponse.replicates"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_table_and_sentence_of_the_report_is_words(two_waves, language):
    t = speaker(language)
    report = read_response(two_waves, NAME, "2026Q2", against=WAVE, replicates=150)
    assert len(said.headline(report, t)) == 3
    for rows in (
        said.variable_rows(report, t),
        said.category_rows(report, t),
        said.moved_rows(report, t),
        said.error_rows(report, t),
        said.error_rows(report, t, changes=True),
    ):
        assert len(rows) and rows.map(lambda cell: isinstance(cell, str) and cell != "").all(axis=None)
    assert "150" in said.notes(report, t)[-1]
    assert set(said.report_csv(report).table) == {"response", "moved", "error", "change"}


def test_a_wave_of_respondents_alone_says_what_cannot_be_said(ensu_store):
    report = read_response(ensu_store[0], "ensu2015", replicates=100)
    assert report.even is None and report.moved.empty and report.errors.empty
    assert [key.rpartition(".")[2] for key, _ in report.unsaid] == ["only_respondents", "final_weights"]
    t = speaker("zh")
    assert said.headline(report, t) == [] and all(said.notes(report, t)) and said.report_csv(report).empty


def test_without_the_strata_of_those_who_did_not_respond_nothing_is_repeated(two_waves, monkeypatch):
    monkeypatch.setattr(response, "released_design", lambda *_: None)
    report = response.read_response.__wrapped__.__wrapped__(two_waves, NAME, WAVE, replicates=60)
    assert report.errors.empty and report.unsaid == (("nonresponse.unsaid.no_strata", {"wave": WAVE}),)


def test_the_command_prints_the_report_and_writes_it(two_waves, rankshift, tmp_path):
    url = two_waves.engine.url.render_as_string()
    printed = rankshift("quality", "response", "--store", url, "--wave", WAVE)
    assert printed.code == 0 and "R-indicator" in printed.out and "18-29" in printed.out
    file = tmp_path / "r.csv"
    assert rankshift("quality", "response", "--store", url, "--csv", file).code == 0
    assert "unconditional" in file.read_text("utf-8-sig")


def test_times_of_interviews_are_kept_and_wrong_ones_are_named(sqlite_store):
    table = read_table(NUMBERS, "n.csv").reset_index(drop=True)
    answered = (table.outcome == "complete").to_numpy()
    table["began"] = np.where(answered, "2026-03-05 18:31", "")
    table["minutes"] = np.where(answered, "7.5", "")
    first, second = np.flatnonzero(answered)[:2]
    table.loc[first, ["began", "minutes"]] = ["", ""]
    begun_store = sqlite_store
    imports.import_programme(begun_store, TIMED, "p.toml")
    imports.import_wave(begun_store, NAME, WAVE, table.to_csv(index=False).encode(), "n.csv")
    version = imports.current_wave(begun_store, NAME, WAVE)
    times = read_object(begun_store, version, TIMES)
    assert len(times) == answered.sum() and times.minutes.isna().sum() == times.began.isna().sum() == 1
    assert str(times.began[1]) == "2026-03-05 18:31:00" and times.minutes[1] == 7.5
    design = read_object(begun_store, version, DESIGN)
    assert len(design) == len(table) and set(design.stratum) == {"mobile", "landline"}
    table.loc[second, ["began", "minutes"]] = ["at dusk", "-3"]
    with pytest.raises(Fault) as caught:
        imports.import_wave(begun_store, NAME, "2026Q3", table.to_csv(index=False).encode(), "n.csv")
    assert "at dusk" in str(caught.value) and "minutes" in str(caught.value)
    assert PROGRAMME != TIMED
