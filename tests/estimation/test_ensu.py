"""ENSU 2015: every number of R's expected.json (survey 4.1.1, lonely.psu="adjust"), from our own raw files."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from estimation import Design, domain_means, mean, proportion_interval

ROOT = Path(__file__).parents[2]
EXPECTED = json.loads((ROOT / "tests" / "golden" / "ensu2015" / "expected.json").read_text())
RELATIVE = 1e-8
SCORE = {"1": 100.0, "2": 200 / 3, "3": 100 / 3, "4": 0.0}


def interviews(*waves: str) -> pd.DataFrame:
    frames = [
        pd.read_csv(ROOT / "data" / "ensu2015" / f"ensu_{w}.csv", dtype=str).assign(
            wave=w, factor=lambda t: t.factor.astype(float)
        )
        for w in waves
    ]
    table = pd.concat(frames, ignore_index=True)
    return table.assign(unsafe=table.p1.map({"1": 0.0, "2": 1.0}), score=table.p6_1.map(SCORE))


def design(table: pd.DataFrame) -> Design:
    return Design.from_table(table, weight="factor", stratum=["cd", "edis"], psu=["ent", "con"], lonely="adjust")


@pytest.mark.parametrize("wave", EXPECTED["waves"], ids=lambda w: w["wave"])
class TestWave:
    def test_counts_and_df_are_r_s(self, wave):
        table = interviews(wave["wave"])
        assert len(table) == wave["n"]
        assert table.unsafe.notna().sum() == wave["n_answered"]
        assert design(table).df == wave["df"]

    def test_city_shares_and_standard_errors_are_r_s(self, wave):
        table = interviews(wave["wave"])
        found = domain_means(table.unsafe, table.cd, design(table))
        assert list(found.names) == [c["cd"] for c in wave["city"]]
        np.testing.assert_allclose(found.value, [c["unsafe"] for c in wave["city"]], rtol=RELATIVE)
        np.testing.assert_allclose(found.se, [c["se"] for c in wave["city"]], rtol=RELATIVE, atol=1e-15)

    def test_national_share_and_logit_interval_are_r_s(self, wave):
        table = interviews(wave["wave"])
        found, golden = mean(table.unsafe, design(table)), wave["overall"]
        np.testing.assert_allclose([found.value[0], found.se[0]], [golden["est"], golden["se"]], rtol=RELATIVE)
        limits = proportion_interval(found, wave["n_answered"], method="logit")
        np.testing.assert_allclose([limits.lower[0], limits.upper[0]], golden["logit_ci"], rtol=RELATIVE)

    def test_municipal_police_scores_are_r_s_and_a_city_without_answers_has_none(self, wave):
        table = interviews(wave["wave"])
        found = domain_means(table.score, table.cd, design(table))
        answered = [c for c in wave["police_score"] if c["score"] is not None]
        assert list(found.names) == [c["cd"] for c in answered]
        np.testing.assert_allclose(found.value, [c["score"] for c in answered], rtol=RELATIVE)
        np.testing.assert_allclose(found.se, [c["se"] for c in answered], rtol=RELATIVE, atol=1e-14)


@pytest.mark.parametrize("pair", EXPECTED["pairs"], ids=lambda p: p["from"] + "-" + p["to"])
def test_stacked_waves_give_r_s_domain_means_covariances_and_changes(pair):
    table = interviews(pair["from"], pair["to"])
    d = design(table)
    found = domain_means(table.unsafe, table.wave + " " + table.cd, d)
    cities = [c["cd"] for c in pair["change"]]
    before, after = ([found.names.index(f"{wave} {c}") for c in cities] for wave in (pair["from"], pair["to"]))
    cross = found.covariance[before, after]
    change_se = np.sqrt(found.variance[before] + found.variance[after] - 2 * cross)
    for values, key in ((found.value[before], "before"), (found.value[after], "after"), (change_se, "se")):
        np.testing.assert_allclose(values, [c[key] for c in pair["change"]], rtol=RELATIVE, atol=1e-15)
    np.testing.assert_allclose(
        found.value[after] - found.value[before], [c["change"] for c in pair["change"]], rtol=RELATIVE, atol=1e-14
    )
    np.testing.assert_allclose(cross, [c["cov"] for c in pair["change"]], rtol=RELATIVE, atol=1e-16)
    national = domain_means(table.unsafe, table.wave, d)
    v = national.covariance
    np.testing.assert_allclose(national.value[1] - national.value[0], pair["overall"]["change"], rtol=RELATIVE)
    np.testing.assert_allclose(np.sqrt(v[0, 0] + v[1, 1] - 2 * v[0, 1]), pair["overall"]["se"], rtol=RELATIVE)


def test_two_cities_answer_unsafe_without_exception_and_still_get_an_interval():
    table = interviews("2015Q1")
    found = domain_means(table.unsafe, table.cd, design(table)).select(["13", "16"])
    n = table.cd.value_counts()[["13", "16"]].to_numpy()
    limits = proportion_interval(found, n)
    assert (found.value == 1).all() and (found.se == 0).all()
    assert (limits.upper == 1).all() and ((limits.lower > 0.8) & (limits.lower < 0.95)).all()
