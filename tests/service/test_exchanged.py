"""Figures for other programs: the same numbers as CSV, Parquet and SDMX-CSV, without small cells, and a dictionary."""

import io
from dataclasses import replace

import pandas as pd
import pytest

from service.intake.imports import current_programme
from service.proof.chain_files import figure_chain
from service.proof.exchanged import DIMENSIONS, KEYS, dictionary_of, exchange_files, sdmx_period
from service.store.engine import Store
from service.store.permissions import LEADER, Actor
from words import LANGUAGES, Fault

NAME, WAVE = "ensu2015", "2015Q1"


@pytest.fixture(scope="module")
def files(ensu_store):
    return exchange_files(Store.open(ensu_store[1]), NAME, WAVE)


def test_csv_parquet_and_sdmx_have_the_figures_that_are_published(files, ensu_store):
    published = figure_chain(Store.open(ensu_store[1]), NAME, WAVE).public["figures.csv"]
    figures = pd.read_csv(io.BytesIO(published), dtype={"area": str}, encoding="utf-8-sig")
    tidy = pd.read_csv(io.BytesIO(files["figures.csv"]), dtype={"area": str}, encoding="utf-8-sig")
    ranked = tidy.measure.isin(figures.measure)  # the others are those by type of person
    of_estimates = tidy[(tidy.statistic == "estimate") & ranked].set_index(["measure", "league", "area"]).value
    expected = figures.set_index(["measure", "league", "area"]).estimate
    assert len(expected) > 60
    pd.testing.assert_series_equal(of_estimates.sort_index(), expected.sort_index(), check_names=False)
    again = pd.read_parquet(io.BytesIO(files["figures.parquet"]))
    pd.testing.assert_frame_equal(again.astype({"value": float}), tidy, check_dtype=False)
    sdmx = pd.read_csv(io.BytesIO(files["figures_sdmx.csv"]), dtype=str)
    head = ["STRUCTURE", "STRUCTURE_ID", "ACTION", *DIMENSIONS, "TIME_PERIOD", "OBS_VALUE", "SIMULATED"]
    assert list(sdmx.columns) == head and not files["figures_sdmx.csv"].startswith(b"\xef")
    assert list(sdmx.OBS_VALUE.astype(float)) == list(tidy.value)
    assert set(sdmx.TIME_PERIOD) == {"2015-Q1"} and "_T" in set(sdmx.REF_AREA)
    assert not sdmx.duplicated([*DIMENSIONS, "TIME_PERIOD"]).any()


def test_the_dictionary_names_every_column_and_code_in_both_languages(files):
    said = pd.read_csv(io.BytesIO(files["dictionary.csv"]), dtype=str, keep_default_na=False, encoding="utf-8-sig")
    tidy = pd.read_csv(io.BytesIO(files["figures.csv"]), dtype=str, encoding="utf-8-sig")
    assert set(said.column[said.code == ""]) == {*tidy.columns, ""}
    for column in ("area", "measure", "league", "statistic"):
        assert set(tidy[column]) <= set(said.code[said.column == column])
    assert (said[["sdmx", *LANGUAGES]] != "").all(axis=None)
    sdmx = pd.read_csv(io.BytesIO(files["figures_sdmx.csv"]), dtype=str)
    assert {*sdmx.columns} - {*said.sdmx[said.code == ""]} == {"SIMULATED"}  # of simulated data it is a column of ours
    for name, column in said.loc[(said.code == "") & (said.column != ""), ["column", "sdmx"]].itertuples(index=False):
        codes = said[(said.column == name) & (said.code != "")].set_index("code").sdmx
        if len(codes):
            assert list(tidy[name].map(codes)) == list(sdmx[column])


def test_waves_are_periods_of_sdmx_and_leaders_have_no_such_files(ensu_store):
    assert [sdmx_period(wave) for wave in ("2026", "2026Q1", "2026-03")] == [
        ("A", "2026"),
        ("Q", "2026-Q1"),
        ("M", "2026-03"),
    ]
    with pytest.raises(Fault):
        exchange_files(Store.open(ensu_store[1]).acting(Actor("lee", LEADER)), NAME, WAVE)


def test_the_dictionary_of_simulated_figures_names_the_column_that_says_so(ensu_store):
    programme = current_programme(Store.open(ensu_store[1]), NAME)[1]
    tidy = pd.DataFrame(columns=[*KEYS, "value"])
    for simulated in (True, False):
        said = dictionary_of(replace(programme, simulated=simulated), tidy)
        assert ("simulated" in set(said.column)) is simulated
