"""Weights as runs: made from released numbers, stored step by step, used by estimates, the same when made again."""

import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa
from made_up import BOTH

from presentation import weights
from presentation.evidence.source import weights_source_rows
from programme.survey import read_programme
from service.figures import waves
from service.figures.league import read_league
from service.figures.provenance import weights_provenance
from service.figures.weighing import read_weights
from service.files.read import read_table
from service.intake import imports
from service.intake.margin_file import census_file, read_margins
from service.intake.released import NUMBER
from service.intake.wave_file import read_wave
from service.store import schema
from service.store.engine import Store
from service.store.runs import run_list
from words import Fault, speaker

FOLDER = Path(__file__).parents[2] / "tests" / "surveys" / "laibin_simulated"
NAME, WAVE = "laibin_simulated", "2026Q1"
PROGRAMME = (FOLDER / "programme.toml").read_bytes()
MARGINS = (FOLDER / "margins.csv").read_bytes()
NUMBERS = (FOLDER / f"{NAME}_{WAVE}.csv").read_bytes()


def begun(store: Store, programme: bytes = PROGRAMME, margins: bytes | None = MARGINS) -> Store:
    imports.import_programme(store, programme, "programme.toml")
    if margins is not None:
        imports.import_margins(store, NAME, margins, "margins.csv")
    imports.import_wave(store, NAME, WAVE, NUMBERS, "numbers.csv")
    return store


@pytest.fixture(scope="module")
def made_once(tmp_path_factory):
    """The path of a store with the simulated quarter weighed (run 4) and estimated (run 5)."""
    path = tmp_path_factory.mktemp("laibin") / "s.db"
    store = begun(Store.create(f"sqlite:///{path}"))
    waves.estimate_wave(store, NAME, WAVE)
    store.engine.dispose()
    return path


@pytest.fixture
def weighed(made_once, tmp_path):
    store = Store.open(f"sqlite:///{shutil.copy(made_once, tmp_path / 's.db')}")
    yield store
    store.engine.dispose()


def replaced(old: str, new: str, content: bytes = PROGRAMME) -> bytes:
    assert old in content.decode(), old
    return content.decode().replace(old, new).encode()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_weights_say_their_formulas_steps_data_versions_and_run(weighed, language):
    t, wave_weights = speaker(language), read_weights(weighed, NAME, WAVE)
    said = dict(weights_source_rows(wave_weights, weights_provenance(weighed, wave_weights), t))
    assert "n Σw² ÷ (Σw)²" in said[t("source.formula")].replace("nΣw²÷(Σw)²", "n Σw² ÷ (Σw)²")
    assert all(t(f"weights.step.{step.name}") in said[t("source.weights")] for step in wave_weights.weighting.steps)
    assert "numbers.csv" in said[t("source.data")] and str(wave_weights.file) in said[t("source.data")]
    assert str(wave_weights.run["run_id"]) in said[t("source.run")]


def fault_of(function, *arguments, **named) -> Fault:
    with pytest.raises(Fault) as caught:
        function(*arguments, **named)
    assert all(say(caught.value.key, **caught.value.values) for say in BOTH.values())
    return caught.value


def test_a_wave_is_weighed_and_estimated_on_both_engines_and_again_with_the_same_numbers(store):
    begun(store)
    first = waves.weigh_wave(store, NAME, WAVE)
    assert not first.repeated and waves.weigh_wave(store, NAME, WAVE).repeated
    estimated = waves.estimate_wave(store, NAME, WAVE)
    assert list(run_list(store).use_case)[:2] == ["estimate", "weigh"]  # the estimate took the weights there were
    assert waves.rerun(store, first.run_id) == waves.rerun(store, estimated.run_id) == []


def test_each_step_of_every_number_is_stored(weighed):
    rows = weighed.table(sa.select(schema.DERIVED["WEIGHTS"]))
    table = read_table(NUMBERS, "numbers.csv")
    counts = rows.groupby("step").size()
    assert counts.base == len(table) == 2800
    assert counts.trimming == counts.nonresponse == (table.outcome == "complete").sum()
    assert counts.eligible == table.outcome.isin(["complete", "refused", "broken_off"]).sum()
    assert set(rows.run_id) == {4} and (rows.weight > 0).all()


def test_a_tampered_weight_is_reported(weighed):
    table = schema.DERIVED["WEIGHTS"]
    with weighed.begin() as connection:
        one = connection.scalar(sa.select(table.c.unit_id).where(table.c.step == "trimming").limit(1))
        this = sa.and_(table.c.step == "trimming", table.c.unit_id == one)
        row = connection.execute(table.update().where(this).values(weight=table.c.weight * 1.001)).rowcount
    assert row == 1 and [each.table for each in waves.rerun(weighed, 4)] == ["WEIGHTS"]


def test_estimates_use_the_final_weights_and_the_calibrated_errors(weighed):
    league, found = read_league(weighed, NAME, measure="safe"), read_weights(weighed, NAME)
    safe = found.data.answers.safe.map({"1": 1.0, "2": 1.0, "3": 0.0, "4": 0.0}).to_numpy()
    county, w = found.data.respondents.area.to_numpy(), found.weighting.weight
    answered = ~np.isnan(safe)
    for area, row in league.table.iterrows():
        mine = answered & (county == area)
        assert row.estimate == pytest.approx((w * safe)[mine].sum() / w[mine].sum(), rel=1e-12)
    # the residual by hand: z = (safe - R)/Σw of those who answered, less its regression with the weights before
    calibration = found.weighting.calibration
    d, z = calibration.base, np.where(answered, safe - league.everybody["estimate"], 0) / w[answered].sum()
    x = calibration.auxiliary[calibration.cell].toarray()[:, calibration.independent]
    kept = w / d / found.weighting.trimming.calibration.g
    coefficients = np.linalg.solve((x.T * d) @ x, (x.T * (d * kept)) @ z)
    total, e, variance = 0, w * (z - x @ coefficients), 0.0
    for frame in ("mobile", "landline"):
        own = e[found.data.respondents.stratum.to_numpy() == frame]
        total += len(own)
        variance += len(own) / (len(own) - 1) * ((own - own.mean()) ** 2).sum()
    assert total == 713 and league.everybody["se"] == pytest.approx(np.sqrt(variance), rel=1e-6)


def test_corrected_totals_are_a_new_version_and_the_old_weights_are_marked(weighed):
    other = imports.import_margins(weighed, NAME, replaced("114498.2", "114497.9", MARGINS), "m.csv")
    assert (other.outcome, other.version, other.wave) == ("corrected", 2, "2020")
    assert imports.import_margins(weighed, NAME, MARGINS, "m.csv").outcome == "corrected"
    assert read_weights(weighed, NAME).outdated and waves.rerun(weighed, 4) == []
    assert not waves.weigh_wave(weighed, NAME, WAVE).repeated
    assert not read_weights(weighed, NAME).outdated


def test_totals_of_another_period_or_none_are_refused_with_the_way_out(sqlite_store):
    begun(sqlite_store, margins=None)
    assert fault_of(waves.weigh_wave, sqlite_store, NAME, WAVE).values["found"] == []
    imports.import_margins(sqlite_store, NAME, replaced(",2020\n", ",2010\n", MARGINS), "m.csv")
    fault = fault_of(waves.estimate_wave, sqlite_store, NAME, WAVE)
    assert (fault.key, fault.values["expected"], fault.values["found"]) == ("weighting.period", "2020", ["2010"])
    assert "weigh" not in set(run_list(sqlite_store).use_case)


def test_without_a_period_totals_are_of_the_wave_itself(sqlite_store):
    programme = re.sub(rb'period = "2020".*\n', b"", PROGRAMME)
    begun(sqlite_store, programme, replaced(",2020\n", f",{WAVE}\n", MARGINS))
    assert read_margins(replaced(",2020\n", f",{WAVE}\n", MARGINS), "m").period == WAVE
    assert waves.weigh_wave(sqlite_store, NAME, WAVE).run_id == 4


AGES = re.search(r"\[weighting\.ages\].*?\n\n", PROGRAMME.decode(), re.S)[0]
WRONG_PROGRAMMES = {
    "an outcome in two lists": ('"busy", "hung_up"]', '"busy", "refused"]', "weighting.outcome_twice"),
    "no base weights": ("numbers = { mobile = 1_900_000, landline = 150_000 }", "", "weighting.base"),
    "both kinds of base weights": (
        'frame = "frame"\nnumbers',
        'weight = "d"\nframe = "frame"\nnumbers',
        "weighting.base",
    ),
    "an unknown step": ("[weighting.trimming]", "[weighting.triming]", "programme.unknown_key"),
    "an unknown distance": ('distance = "raking"', 'distance = "cooking"', "programme.entry"),
    "logit without bounds": ('distance = "raking"', 'distance = "logit"', "programme.entry"),
    "bounds that exclude 1": ('distance = "raking"', "bounds = [1.2, 3]", "programme.entry"),
    "age groups with a gap": ('"18-29", "30-39"', '"18-29", "31-39"', "programme.entry"),
    "no ages for age_group": (AGES, "", "programme.entry"),
    "a trimming limit below the median": ("largest = 3.5", "largest = 0.5", "programme.entry"),
    "nobody can respond": ('responded = ["complete"]', "responded = []", "programme.entry"),
    "a weight column too": ('area = "county"', 'area = "county"\nweight = "w"', "programme.entry"),
    "cells and predictors": ('cells = ["age_group"]', 'cells = ["sex"]\npredictors = ["age"]', "programme.entry"),
    "counts below 1": ("mobile = 1_900_000", "mobile = 0", "programme.entry"),
}


@pytest.mark.parametrize(("old", "new", "key"), WRONG_PROGRAMMES.values(), ids=WRONG_PROGRAMMES)
def test_a_wrong_weighting_table_is_refused_by_its_entry(old, new, key):
    fault = fault_of(read_programme, replaced(old, new), "p.toml")
    assert fault.key == key and "weight" in str(fault)


def cell(row: int, column: str, value: str) -> bytes:
    table = pd.read_csv(FOLDER / f"{NAME}_{WAVE}.csv", dtype=str, keep_default_na=False)
    table.loc[row - 2, column] = value
    return table.to_csv(index=False).encode()


@pytest.fixture(scope="module")
def rows():
    """The first row in the file of a number that answered, that refused, and that nobody picked up."""
    table = pd.read_csv(FOLDER / f"{NAME}_{WAVE}.csv", dtype=str, keep_default_na=False)
    return {outcome: int((table.outcome == outcome).idxmax()) + 2 for outcome in ("complete", "refused", "no_answer")}


@pytest.mark.parametrize(
    ("outcome", "column", "value", "key"),
    [
        ("complete", "outcome", "asleep", "wave.disposition"),
        ("complete", "age", "", "wave.blank_eligible"),
        ("refused", "age", "", "wave.blank_eligible"),
        ("complete", "age", "17", "wave.age"),
        ("refused", "age", "old", "wave.count"),
        ("complete", "mobiles", "-1", "wave.count"),
        ("complete", "adults", "0", "wave.adults"),
        ("complete", "urban", "", "wave.blank_responded"),
        ("no_answer", "frame", "", "wave.blank"),
        ("complete", "county", "999999", "wave.area"),
        ("complete", "safe", "7", "wave.code"),
    ],
)
def test_a_wrong_cell_of_a_released_number_is_refused_by_its_row(rows, outcome, column, value, key):
    programme = read_programme(PROGRAMME, "p.toml")
    fault = fault_of(read_wave, cell(rows[outcome], column, value), "f.csv", programme)
    assert (fault.key, fault.values["row"], fault.values["column"]) == (key, rows[outcome], column)


@pytest.mark.parametrize(("frame", "column"), [("mobile", "mobiles"), ("landline", "landlines")])
def test_whoever_was_reached_by_a_telephone_has_one(frame, column):
    programme = read_programme(PROGRAMME, "p.toml")
    table = pd.read_csv(FOLDER / f"{NAME}_{WAVE}.csv", dtype=str, keep_default_na=False)
    row = int(((table.outcome == "complete") & (table.frame == frame)).idxmax()) + 2
    fault = fault_of(read_wave, cell(row, column, "0"), "f.csv", programme)
    assert (fault.key, fault.values["row"], fault.values["column"]) == ("wave.no_such_phone", row, column)
    assert frame in str(fault)


def test_what_nobody_needs_of_a_number_may_be_empty(rows):
    programme = read_programme(PROGRAMME, "p.toml")
    data = read_wave(cell(rows["no_answer"], "township", "x"), "f.csv", programme)
    assert len(data.respondents) == 713 and data.released[NUMBER].nunique() == 2800
    assert data.digest != read_wave(cell(rows["refused"], "age", "70"), "f.csv", programme).digest


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("margin,category", "edge,category", "margin_file.columns"),
        ("114498.2", "many", "margin_file.total"),
        ("114498.2", "-3", "margin_file.total"),
        ("114498.2,2020", "114498.2,2010", "margin_file.periods"),
        (",2020", ",census", "margin_file.period"),
        ("m*30-39", "m*18-29", "margin_file.twice"),
        ("m*30-39", "", "wave.blank"),
    ],
)
def test_a_wrong_file_of_totals_is_refused_by_its_row(old, new, key):
    fault = fault_of(read_margins, replaced(old, new, MARGINS), "m.csv")
    assert fault.key == key and "m.csv" in str(fault)


def test_the_simulated_survey_s_totals_are_the_census_s_as_the_command_writes_them():
    census = (Path(__file__).parents[2] / "data" / "guangxi" / "population.csv").read_bytes()
    groups, margins = (
        ["18-29", "30-39", "40-49", "50-59", "60-70"],
        ["sex*age_group", "county*urban", "county", "urban"],
    )
    made = census_file(census, "population.csv", "4513", groups, margins, "2020")
    pd.testing.assert_frame_equal(read_margins(made.content, "a").totals, read_margins(MARGINS, "b").totals)
    assert [key for key, _ in made.notes].count("margin_file.rule.uniform") == 2
    fault = fault_of(census_file, b"a,b\n1,2\n", "x.csv", "4513", groups, margins, "2020")
    assert fault.key == "margin_file.census" and "pop_urban" in fault.values["columns"]


@pytest.mark.parametrize("language", BOTH)
def test_the_command_shows_every_step_in_both_languages(weighed, rankshift, tmp_path, language):
    t = BOTH[language]
    store = str(weighed.engine.url.database)
    said = rankshift("weights", WAVE, "-s", store, language=language)
    assert said.code == 0 and said.err == ""
    for step in ("base", "eligibility", "eligible", "nonresponse", "phones", "calibration", "trimming"):
        assert t(f"weights.step.{step}") in said.out
    assert "1,363,255" in said.out and "114,498" in said.out and t("note.simulated") in said.out
    file = tmp_path / "w.csv"
    assert rankshift("weights", "--csv", file, "-s", store, language=language).code == 0
    written = pd.read_csv(file).set_index("unit_id")
    assert len(written) == 2800 and written.trimming.sum() == pytest.approx(1_363_254.8)


def test_margins_are_written_taken_in_and_what_they_lack_is_said(rankshift, tmp_path):
    file, store = tmp_path / "margins.csv", tmp_path / "s.db"
    said = rankshift("margins", "4513", "--csv", file)
    assert said.code == 0 and "15-19" in said.out and "townships" in said.out
    assert rankshift("init", "-s", store).code == 0
    assert rankshift("import-programme", FOLDER / "programme.toml", "-s", store).code == 0
    assert "imported" in rankshift("import-margins", file, "-s", store).out
    assert rankshift("margins", "4513", "--csv", file, "--margin", "sex*urban").code == 1


def test_a_programme_whose_weights_came_with_its_file_says_so(rankshift, ensu_store):
    said = rankshift("weights", "2015Q1", "-s", ensu_store[1])
    assert said.code == 1 and "An imported wave has the weights of its file" in said.err


def test_the_tables_in_words_say_what_the_weights_are(weighed):
    found, t = read_weights(weighed, NAME, WAVE), BOTH["en"]
    steps = weights.step_rows(found, t)
    assert (steps.iloc[0, 1], steps.iloc[-1, 1]) == ("2,800", "713")
    margins = weights.margin_rows(found, t)
    assert (
        "County × Urban: Heshan × rural" in set(margins.iloc[:, 0]) and (margins.iloc[:, 2] == margins.iloc[:, 4]).all()
    )
    assert len(weights.cost_rows(found, t)) == 2
    assert found.extremes.empty and weights.extreme_note(found, t) == t("weights.extremes_none")
    assert any("simulated" in note for note in weights.notes(found, t))
