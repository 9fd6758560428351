"""The ten systems' example programmes: each loads, and every measure is what a naive computation from its TOML says."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from simulated import expanded, linearised, read_toml, simulated, simulated_records, standard_error

from accountability.league.conventions import ALL
from presentation.definitions import definition
from presentation.factors import factor_rows
from programme.survey import read_programme
from service.figures import waves
from service.figures.factors import read_factors
from service.figures.league import read_league
from service.figures.moved_weights import read_moved_weights
from service.intake import imports
from service.intake.records_file import RecordsFile
from service.store.engine import Store
from words import Fault, speaker

PROGRAMMES = sorted((Path(__file__).parents[2] / "data" / "programmes").glob("s*.toml"))
WAVE = "2026Q1"


def as_csv(table: pd.DataFrame) -> bytes:
    return table.to_csv(index=False).encode()


def take(store: Store, file: Path, wave: str, seed: int) -> pd.DataFrame:
    """Import and estimate a simulated wave of a programme; its interviews."""
    data = read_toml(file.read_bytes())
    table, known = simulated(data, seed), simulated_records(data, seed)
    records = RecordsFile(as_csv(known), "simulated_records.csv") if len(known) else None
    imports.import_wave(store, data["programme"], wave, as_csv(table), "simulated.csv", records=records)
    waves.estimate_wave(store, data["programme"], wave)
    return table


@pytest.fixture(scope="module")
def taken(fresh_store):
    """taken(file): (store, the TOML, its interviews, its records) with one wave estimated, made once a module."""
    made = {}

    def take_once(file: Path):
        if file not in made:
            store = fresh_store("sqlite")
            imports.import_programme(store, file.read_bytes(), file.name)
            data = read_toml(file.read_bytes())
            table = take(store, file, WAVE, 1)
            known = simulated_records(data, 1)
            records = {(r, a): v for r, a, v in known.itertuples(index=False)}
            made[file] = store, data, table, records
        return made[file]

    return take_once


def test_there_is_a_programme_for_each_of_the_ten_systems():
    assert [file.name[:3] for file in PROGRAMMES] == [f"s{k:02}" for k in range(1, 11)]


@pytest.mark.parametrize("file", PROGRAMMES, ids=lambda file: file.stem)
def test_a_programme_is_marked_as_an_example_with_simulated_data_in_both_languages(file):
    plan = read_programme(file.read_bytes(), file.name)
    assert plan.simulated and plan.name == file.stem
    assert "示例" in plan.title["zh"] and "example" in plan.title["en"]
    comments = [line for line in file.read_text("utf-8").splitlines() if line.startswith("#")]
    assert any("check every one" in line for line in comments) and any("核对" in line for line in comments)


@pytest.mark.parametrize("file", PROGRAMMES, ids=lambda file: file.stem)
def test_every_measure_of_every_area_agrees_with_the_naive_computation_and_its_standard_error(taken, file):
    store, data, table, records = taken(file)
    area_column, seen = data["columns"]["area"], 0
    rows, inside = table.to_dict("records"), {code: area.get("group") for code, area in data["areas"].items()}
    for measure in expanded(data):
        leagues = [read_league(store, data["programme"], measure=measure, league=x) for x in data["leagues"]]
        for league in leagues:
            for area, found in league.table.iterrows():
                own = [
                    r for r in rows if area in (r[area_column], inside[r[area_column]])
                ]  # a city: all of its counties
                value, z = linearised(data, measure, own, records, area)
                np.testing.assert_allclose(found.estimate, value, rtol=1e-11, atol=1e-13)
                np.testing.assert_allclose(found.se, standard_error(table, area_column, z), rtol=1e-8, atol=1e-13)
                assert found.n == len(z)
                seen += 1
        value, z = linearised(data, measure, rows, records, ALL)
        np.testing.assert_allclose(leagues[0].everybody["estimate"], value, rtol=1e-11)
        np.testing.assert_allclose(leagues[0].everybody["se"], standard_error(table, area_column, z), rtol=1e-8)
    assert seen >= 0.95 * len(data["areas"]) * len(expanded(data))  # a group may have nobody in an area


@pytest.mark.parametrize("file", PROGRAMMES, ids=lambda file: file.stem)
def test_every_measure_is_defined_in_sentences_in_both_languages(file):
    plan = read_programme(file.read_bytes(), file.name)
    for name, measure in plan.measures.items():
        for language in ("zh", "en"):
            sentences = definition(plan, measure, speaker(language))
            assert all(s.endswith("。" if language == "zh" else ".") for s in sentences), name
            for item in measure.items:
                assert plan.item_texts[item][language] in sentences[0]


def test_factors_add_up_to_all_mentions_and_are_respondents_who_name_them(taken):
    file = next(file for file in PROGRAMMES if file.name.startswith("s02"))
    store, data, table, _ = taken(file)
    found = read_factors(store, data["programme"])
    assert len(found.table) == 25 and not found.outdated
    np.testing.assert_allclose(found.table.mentions.sum(), 1, rtol=1e-12)
    named = table.why.map(lambda cell: set(cell.split(";")) if cell not in ("", "99") else None).dropna()
    w = table.weight.astype(float)[named.index]
    for code, row in found.table.iterrows():
        np.testing.assert_allclose(row.respondents, w[named.map(lambda s, c=code: c in s)].sum() / w.sum(), rtol=1e-12)
        assert row.n == len(named) and row.mentions_lower <= row.mentions <= row.mentions_upper
    theft = read_league(store, data["programme"], measure="theft").everybody
    assert (found.table.mentions["1"], found.table.mentions_se["1"]) == (theft["estimate"], theft["se"])
    area = list(data["areas"])[3]
    own = read_factors(store, data["programme"], area=area)
    np.testing.assert_allclose(own.table.mentions.sum(), 1, rtol=1e-12)
    assert factor_rows(own, speaker("zh")).named.iloc[0] in [a["zh"] for a in data["items"]["why"]["answers"].values()]
    with pytest.raises(Fault, match="4513"):
        read_factors(store, data["programme"], area="nowhere")


def test_a_survey_without_a_table_of_factors_says_so(taken):
    store, data, _, _ = taken(PROGRAMMES[0])
    with pytest.raises(Fault, match="factors"):
        read_factors(store, data["programme"])


def test_three_leagues_are_ranked_each_apart(taken):
    store, data, _, _ = taken(next(file for file in PROGRAMMES if file.name.startswith("s03")))
    for league in data["leagues"]:
        table = read_league(store, data["programme"], measure="safe", league=league).table
        assert sorted(table["rank"]) == list(range(1, 5))


def test_an_index_is_the_sum_of_its_surveyed_and_recorded_leaves_and_its_moved_weights_are_said(taken, rankshift):
    store, data, _, _ = taken(PROGRAMMES[6])
    found = read_moved_weights(store, data["programme"], measure="harmony", within=0.5)
    assert [leaf.record for leaf in found.leaves].count(True) == 9 and len(found.leaves) == 18
    np.testing.assert_allclose(found.moved.areas.value, found.league.table.estimate, rtol=1e-11)
    assert list(found.moved.areas["rank"]) == list(found.league.table["rank"])
    where = ["-s", store.engine.url.render_as_string(), "--measure", "harmony"]
    for language, said in (("zh", "每万人刑事案件（记录）"), ("en", "Crimes per 10,000 (records)")):
        assert said in rankshift("move-weights", *where, language=language).out
    refused = rankshift("move-weights", *where, "--within", "2")
    assert refused.code == 1 and "0.95" in refused.err
    assert "harmony" in rankshift("move-weights", *where[:2], "--measure", "helped").err


def test_a_score_on_a_short_scale_is_shown_with_enough_decimals(taken, rankshift):
    store, data, _, _ = taken(PROGRAMMES[9])
    league = read_league(store, data["programme"], measure="safe")
    said = rankshift("league", "--measure", "safe", "-s", store.engine.url.render_as_string()).out
    for value in league.table.estimate:
        assert f" {value:.3f} " in said


def test_the_command_line_prints_factors_and_definitions_in_both_languages(taken, rankshift, tmp_path):
    store, data, _, _ = taken(PROGRAMMES[1])
    where = ["-s", store.engine.url.render_as_string()]
    found = read_factors(store, data["programme"])
    for language, title, word in (("en", "all areas", "theft and robbery"), ("zh", "全部地区", "盗窃抢劫")):
        said = rankshift("factors", *where, language=language)
        assert said.code == 0 and title in said.out and word in said.out
        assert f"{100 * found.table.respondents['1']:.1f}" in said.out
        assert f"{100 * found.table.mentions_lower['1']:.1f}–{100 * found.table.mentions_upper['1']:.1f}" in said.out
        assert {"en": "SIMULATED", "zh": "模拟数据"}[language] in said.out
        said = rankshift("definitions", *where, language=language)
        assert said.code == 0 and all(measure in said.out for measure in data["measures"])
    assert rankshift("factors", "--area", next(iter(data["areas"])), "--csv", tmp_path / "f.csv", *where).code == 0
    table = pd.read_csv(tmp_path / "f.csv", dtype={"code": str})
    own = read_factors(store, data["programme"], area=next(iter(data["areas"]))).table
    np.testing.assert_allclose(table.set_index("code").mentions_se[own.index], own.mentions_se, rtol=1e-9)
    assert rankshift("factors", "--area", "nowhere", *where).code == 1


def test_a_folder_with_records_beside_the_wave_is_loaded_at_once(rankshift, tmp_path):
    folder = tmp_path / "survey"
    folder.mkdir()
    file = PROGRAMMES[6]
    data = read_toml(file.read_bytes())
    (folder / "programme.toml").write_bytes(file.read_bytes())
    (folder / "simulated_2026Q1.csv").write_bytes(as_csv(simulated(data)))
    (folder / "simulated_2026Q1_records.csv").write_bytes(as_csv(simulated_records(data)))
    said = rankshift("load", folder, "-s", tmp_path / "s.db")
    assert said.code == 0, said.err
    assert "Definition: Weighted sum" in rankshift("league", "--measure", "harmony", "-s", tmp_path / "s.db").out
    (folder / "simulated_2026Q1_records.csv").unlink()
    refused = rankshift("load", folder, "-s", tmp_path / "t.db")
    assert refused.code == 1 and "--records" in refused.err
