"""Figures by type of person: domains of the one sample, their differences, what is withheld, and what is refused."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa

from accountability.league.conventions import ALL
from accountability.league.types_of_person import contrast_table, within
from accountability.league.wave_measure import WaveMeasure
from estimation import Design, domain_means
from presentation.evidence.types_of_person import shown_types, type_sentence, types_csv
from programme.survey import read_programme
from service.figures.area_page import read_area
from service.figures.computing import groups_of_wave, measure_of_wave
from service.figures.loaded_waves import load_waves
from service.figures.types_of_person import Kind, read_types
from service.figures.waves import rerun
from service.proof.chain_files import figure_chain
from service.proof.proof_links import estimated
from service.store import schema
from service.store.engine import Store
from service.store.permissions import LEADER, Actor
from words import Fault, speaker

ENSU, WAVE = Path(__file__).parents[2] / "data" / "ensu2015" / "programme.toml", "2015Q3"
MIYUN = ENSU.parents[1] / "programmes" / "s05_miyun.toml"


@pytest.fixture(scope="module")
def store(ensu_store):
    return Store.open(ensu_store[1])


def test_a_group_is_a_domain_of_the_whole_design(store):
    """The other way to the same numbers: means of domains by group, with the covariance of groups that share blocks."""
    of = estimated(store, "ensu2015", WAVE)
    (wave,) = loaded = load_waves(store, of.programme, of.inputs)
    data = measure_of_wave(of.programme, loaded, {}, "safe")
    sex = wave.answers["sex"].astype(str).to_numpy()
    means = domain_means(data.values, sex, data.design)
    figures = read_types(store, "ensu2015", wave=WAVE)
    table = figures.kinds["sex"].table
    for code in ("1", "2"):
        assert table.estimate[code] == pytest.approx(means.value[means.names.index(code)], abs=1e-12)
        assert table.n[code] == (~np.isnan(data.values) & (sex == code)).sum()
    stored = store.table(sa.select(schema.DERIVED["ESTIMATES"]).where(schema.DERIVED["ESTIMATES"].c.domain == ALL))
    se = stored[(stored.run_id == of.run["run_id"])].set_index("measure").se
    assert [se["safe.sex.1"], se["safe.sex.2"]] == pytest.approx(list(means.select(["1", "2"]).se), abs=1e-12)
    sizes = groups_of_wave(of.programme, wave, data)["safe.age.18-29"]
    years = pd.to_numeric(wave.answers["eda"])
    assert set(years[~np.isnan(sizes.values)]) == set(range(18, 30))


def test_of_two_groups_each_differs_by_half_of_what_they_are_apart_and_both_or_neither_is_confirmed(store):
    figures = read_types(store, "ensu2015", wave="2015Q2")
    sex = figures.kinds["sex"]
    assert sex.table.relative["1"] == pytest.approx((sex.table.estimate["1"] - sex.table.estimate["2"]) / 2, abs=1e-12)
    assert sex.confirmed == ("1", "2") and figures.kinds["age"].confirmed == ()
    limits = sex.table[["relative_lower", "relative_upper"]].to_numpy()
    assert sex.table.p["1"] == sex.table.p["2"] and list(limits[0]) == pytest.approx(list(-limits[1][::-1]), abs=1e-12)
    t = speaker("zh")
    assert type_sentence(figures, "sex", t) == "按性别分：男性为35.6%，女性为27.3%，相差8.2个百分点，差异可以确认。"
    assert type_sentence(figures, "age", t) == "按年龄分：4组与各组平均的差异都不能确认。"
    assert shown_types(figures, speaker("en")).iloc[0, 0] == "Sex: men"
    assert types_csv(figures, t).decode("utf-8-sig").count("\n") == 7


def test_the_figures_and_differences_are_computed_again_from_the_run_and_published(store):
    of = estimated(store, "ensu2015", WAVE)
    assert rerun(store, of.run["run_id"]) == []
    published = figure_chain(store, "ensu2015", WAVE).public["types.csv"].decode("utf-8-sig")
    assert published.startswith("measure,types,group,area,") and "safe,sex,1,*,0.34173" in published


def test_small_groups_are_shown_to_nobody_outside_the_office_nor_in_any_published_file(store):
    """Veracruz has 24 respondents: fewer than ten men, so that neither men nor women are shown there."""
    leader = store.acting(Actor("lee", LEADER))
    for area, hidden in (("12", True), ("01", False), (ALL, False)):
        kind = read_types(leader, "ensu2015", wave=WAVE, area=area).kinds["sex"]
        assert kind.withheld == hidden and kind.table.estimate.isna().all() == hidden
    assert read_types(store, "ensu2015", wave=WAVE, area="12").kinds["sex"].table.n.min() < 10
    figures = read_types(leader, "ensu2015", wave=WAVE, area="12")
    assert type_sentence(figures, "sex", speaker("zh")).startswith("性别：数字不公布。至少有一组回答不足10人")
    assert read_area(leader, "ensu2015", "12", wave=WAVE).types.kinds["sex"].withheld
    published = figure_chain(leader.acting(store.actor), "ensu2015", WAVE).public["types.csv"].decode()
    assert "sex,1,01," in published and "sex,1,12," not in published and "sex,2,12," not in published


def test_groups_by_another_measures_by_are_those_measures_and_no_second_ones():
    programme = read_programme(MIYUN.read_bytes(), MIYUN.name)
    person = programme.types["person"]
    assert person.measures["safe", "2"] is programme.measures["safe.2"] and programme.type_measures == {}
    assert person.measured == ["safe", "satisfied"] and set(programme.shown_measures) == set(programme.measures)


def made_up(groups: np.ndarray, values: np.ndarray, units: np.ndarray) -> WaveMeasure:
    measure = read_programme(ENSU.read_bytes(), ENSU.name).measures["safe"]
    table = pd.DataFrame({"stratum": "s", "psu": units.astype(str), "w": 1.0})
    design = Design.from_table(table, weight="w", stratum="stratum", psu="psu", lonely="error")
    return WaveMeasure(measure, values, np.full(len(values), "a"), design, unanswered=np.isnan(values))


def test_who_is_of_no_group_counts_in_none_and_a_true_difference_is_confirmed():
    rng = np.random.default_rng(7)
    groups = rng.choice(np.array(["m", "f", ""], dtype=object), 1500)
    values = (rng.random(1500) < np.where(groups == "m", 0.6, 0.45)).astype(float)
    wave = made_up(groups, values, np.arange(1500) // 5)
    table = contrast_table(wave, groups, types="sex", level=0.95, family=2, rng=rng).set_index("code")
    assert list(table.index) == ["f", "m"] and (table.p < 0.01).all() and table.lower["m"] > 0
    apart = values[groups == "m"].mean() - values[groups == "f"].mean()
    assert table.relative["m"] == pytest.approx(apart / 2, abs=1e-12)
    one = within(wave, wave.measure, groups == "m")
    assert (~np.isnan(one.values)).sum() == (groups == "m").sum()
    nobody = contrast_table(wave, np.where(groups == "m", "m", ""), types="sex", level=0.95, family=1, rng=rng)
    assert nobody.empty


@pytest.mark.parametrize(
    ("changed", "entry", "expected"),
    [
        ('item = "sex"\n=item = "p9"\n', "types.sex.item", "eda"),
        ('item = "sex"\n=item = "sex"\nmeasures = "unknown"\n', "types.sex.measures", "safe"),
        ('groups."60+"=groups."70+"', "types.age.groups", "18-39"),
        ('item = "sex"\n=item = "sex"\ngroups.a = { of = ["1"], en = "a" }\n', "types.sex.groups", "2"),
        (
            'item = "sex"\n=item = "sex"\ngroups.a = { of = ["1"], en = "a" }\n'
            'groups.b = { of = ["1", "2"], en = "b" }\n',
            "types.sex.groups.b.of",
            "2",
        ),
    ],
)
def test_a_wrong_entry_is_refused_with_what_was_expected(changed, entry, expected):
    old, _, new = changed.partition("=item" if "=item" in changed else "=groups")
    new = ("item" if "=item" in changed else "groups") + new
    text = ENSU.read_text("utf-8")
    assert old in text
    with pytest.raises(Fault) as fault:
        read_programme(text.replace(old, new, 1).encode(), "p.toml")
    assert entry in str(fault.value) and expected in str(fault.value)


def test_an_age_without_groups_and_a_measure_that_is_not_told_apart_are_refused(store):
    text = ENSU.read_text("utf-8")
    without = "\n".join(line for line in text.splitlines() if not line.startswith('groups."'))
    with pytest.raises(Fault, match=r"types\.age\.groups"):
        read_programme(without.encode(), "p.toml")
    for wrong in ({"measure": "fear"}, {"area": "99"}, {"wave": "2016Q1"}):
        with pytest.raises(Fault):
            read_types(store, "ensu2015", **wrong)


def test_nothing_is_confirmed_where_nothing_was_compared():
    table = pd.DataFrame({"p": [np.nan, np.nan]}, index=["a", "b"])
    kind = Kind(table, withheld=False, alpha=0.05)
    assert not kind.tested and kind.confirmed == ()
