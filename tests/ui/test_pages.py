"""Pages under Streamlit's AppTest: each page, both languages, both measures; words as a person reads them."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from service.figures import waves
from service.intake import imports
from service.store.backup import backup, restore
from service.store.engine import STORE_VARIABLE, Store
from service.store.permissions import ADMINISTRATOR, CENTRE, LEADER, STATISTICIAN
from ui import navigation
from ui.panels.changes import LEVELS
from words import Fault, text

ROOT = Path(__file__).parents[2]
LANGUAGES = ("zh", "en")
PAGES = ("leader", "area", "statistician", "centre")
ROLE_AND_LANGUAGE = [(role, "zh") for role in (LEADER, CENTRE, ADMINISTRATOR)]
ROLE_AND_LANGUAGE += [(role, "en") for role in (LEADER, STATISTICIAN, ADMINISTRATOR)]


def page(name: str, language: str) -> AppTest:
    """The page as a script of its own: AppTest follows no navigation by callable."""
    script = f"""
import streamlit as st
from importlib import import_module
from service.store.engine import Store, store_url
from ui.faults import explained
from words import speaker
t = speaker({language!r})
explained(lambda: import_module("ui.pages.{name}").show(Store.open(store_url()), t), t)
"""
    return AppTest.from_string(script, default_timeout=60)


@pytest.fixture(autouse=True)
def demo(ensu_store, monkeypatch):
    monkeypatch.setenv(STORE_VARIABLE, ensu_store[1])


def everything(at: AppTest) -> str:
    parts = [*at.title, *at.subheader, *at.markdown, *at.caption, *at.info, *at.warning, *at.error]
    return "\n".join(str(p.value) for p in parts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_app_opens_on_the_leader_s_page_in_the_language_asked_for(language):
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    at.query_params["lang"] = language
    at.run()
    assert not at.exception and not at.error
    assert at.title[0].value == text("leader.title", language)


def test_the_language_switch_changes_every_word():
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    at.query_params["lang"] = "zh"
    at.run()
    at.radio(key="language").set_value("en").run()
    assert at.title[0].value == text("leader.title", "en")


@pytest.mark.parametrize(("role", "language"), ROLE_AND_LANGUAGE)
def test_every_page_of_a_role_opens_in_both_languages_and_says_these_are_household_interviews(
    role, language, monkeypatch
):
    visible, entry = [], navigation._entry

    def noted(page, *args, listed=True):
        visible.extend([page.path] * listed)
        return entry(page, *args, listed=listed)

    monkeypatch.setattr(navigation, "_entry", noted)
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    at.query_params["lang"], at.query_params["role"] = language, role
    at.run()
    numbers = {page["url_pathname"]: number for number, page in at._registered_pages.items()}
    offered = [page.path for page in navigation.PAGES if role in page.roles]
    assert visible == offered
    for page in navigation.PAGES:
        if role not in page.roles:
            continue
        if page is not navigation.PAGES[0]:  # where the app has opened
            at._page_hash = numbers[page.path]
            at.run()
        assert not at.exception and not at.error, page.path
        assert at.selectbox(key=f"role {language}").value == role  # choices go from page to page
        if page.path in PAGES:
            assert {"zh": "入户访问", "en": "Household interviews"}[language] in everything(at)


@pytest.mark.parametrize("name", ["leader", "statistician"])
def test_the_second_measure_is_a_score(name):
    at = page(name, "en").run()
    at.selectbox(key="measure en").set_value("police").run()
    assert not at.exception
    assert "%)" not in at.caption[0].value


def test_between_q1_and_q2_only_colima_s_fall_is_confirmed():
    at = page("leader", "zh").run()
    at.selectbox(key="wave zh").set_value("2015Q2").run()
    assert "能确认下降的有1个：科利马；降了几位，不能确定。" in at.subheader[0].value
    sentence = at.info[0].value
    assert "科利马：排第17位，共32个。单项安全感比上季度下降49.0个百分点" in sentence
    assert "下降可以确认。名次降16位，真正降了几位，不能确定" in sentence


def test_a_choice_stays_when_the_language_changes_and_speaks_the_new_one():
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    at.query_params["lang"] = "zh"
    at.run()
    at.selectbox(key="wave zh").set_value("2015Q2").run()
    at.radio(key="language").set_value("en").run()
    assert at.selectbox(key="wave en").value == "2015Q2"
    assert "2015 Q2" in at.selectbox(key="wave en").options and "Colima" in at.subheader[0].value


def test_between_q2_and_q3_nothing_is_confirmed():
    at = page("leader", "en").run()
    assert "no city's rise or fall is confirmed" in at.subheader[0].value


@pytest.mark.parametrize("language", LANGUAGES)
def test_after_an_import_the_leader_s_page_shows_the_newest_estimated_wave_and_says_what_waits(
    language, ensu_store, tmp_path, monkeypatch
):
    file = tmp_path / "copy.db"
    backup(ensu_store[0], file)
    store, url = restore(file, f"sqlite:///{tmp_path}/rankshift.db").store, f"sqlite:///{tmp_path}/rankshift.db"
    content = (ROOT / "data" / "ensu2015" / "ensu_2015Q3.csv").read_bytes()
    imports.import_wave(store, "ensu2015", "2015Q4", content, "ensu_2015Q4.csv")
    store.engine.dispose()
    monkeypatch.setenv(STORE_VARIABLE, url)
    at = page("leader", language).run()
    assert not at.exception and not at.error
    assert at.selectbox(key=f"wave {language}").value == "2015Q3"
    assert at.info[0].value == text(
        "app.not_estimated_yet", language, wave=at.selectbox(key=f"wave {language}").options[0]
    )
    assert len(at.dataframe[0].value) == 32


def test_the_verdict_stands_beside_the_area_s_name_in_the_leader_s_table():
    columns = list(page("leader", "en").run().dataframe[0].value.columns)
    assert columns[:3] == ["area", "verdict", "rank"]


def test_a_chosen_area_is_said_in_one_plain_sentence():
    at = page("leader", "zh").run()
    at.selectbox(key="area zh").set_value("08").run()
    assert at.info[0].value.startswith("梅里达：排第1位，共32个；真实名次在第1至第")
    assert "不能确认" in at.info[0].value


def test_the_first_wave_has_ranks_but_no_movement():
    at = page("leader", "en").run()
    at.selectbox(key="wave en").set_value("2015Q1").run()
    assert not at.exception
    assert "This is the first wave" in at.subheader[0].value
    assert "places" not in at.dataframe[0].value.columns


def test_the_league_table_shows_n_interval_rank_range_and_verdict_of_every_city():
    table = page("leader", "en").run().dataframe[0].value
    assert len(table) == 32
    assert {"n", "interval", "rank_range", "places", "noise", "verdict"} <= set(table.columns)


def test_the_statistician_sees_se_deff_df_interval_and_the_run():
    at = page("statistician", "en").run()
    assert "no rise or fall is confirmed" in at.subheader[0].value  # the verdict first, then its tests
    score, standing, rank, likely, shown, promise, designs, needed = (d.value for d in at.dataframe[:8])
    assert {"n", "se", "deff", "df", "lower", "upper", "method"} <= set(shown.columns)
    printed = [h.proto.body for h in at.get("html") if "<caption>" in h.proto.body]  # paper has every tab
    for page_of_paper, level in zip(printed, LEVELS, strict=True):
        assert f"<caption>{text(f'level.{level}', 'en')}</caption>" in page_of_paper
    assert {"p_holm", "q_screening", "change_se"} <= set(score.columns)
    assert {"p_standing", "relative_lower", "relative_upper"} <= set(standing.columns)
    assert {"range_before", "range_after", "places_range", "own", "others"} <= set(rank.columns)
    assert likely.p_last.between(0, 1).all() and list(likely.columns) == ["area", "p_last"]
    assert len(promise) == 6 and len(designs) == 5 and len(needed) == 3
    assert any("seed rankshift" in c.value and "estimate ensu2015" in c.value for c in at.code)
    assert any("compare ensu2015" in c.value for c in at.code)


def test_the_survey_centre_sees_what_was_taken_in():
    at = page("centre", "zh").run()
    steps, waves, log = (d.value for d in at.dataframe)
    assert len(steps) == 10 and any(text("steps.elsewhere", "zh") in set(row) for row in steps.to_numpy())
    assert list(waves.interviews) == [2025, 2059, 2040]
    assert "已导入" in set(log.outcome)


def test_the_survey_centre_sees_why_a_file_was_refused_in_both_languages(tmp_path, monkeypatch):
    store = Store.create(f"sqlite:///{tmp_path}/refused.db")
    monkeypatch.setenv(STORE_VARIABLE, f"sqlite:///{tmp_path}/refused.db")
    content = (ROOT / "data" / "ensu2015" / "programme.toml").read_bytes()
    imports.import_programme(store, content, "programme.toml")
    with pytest.raises(Fault):
        imports.import_wave(store, "ensu2015", "2015Q4", b"cd,p1\n01,1\n", "half.csv")
    for language, expected in (("zh", "half.csv第1行缺少列"), ("en", "half.csv, row 1: the columns")):
        at = page("centre", language).run()
        assert not at.exception
        assert expected in at.warning[0].value


def test_an_empty_store_says_what_to_do_and_a_missing_one_is_a_sentence(tmp_path, monkeypatch):
    Store.create(f"sqlite:///{tmp_path}/empty.db")
    for name, expected in (("empty.db", "An administrator imports a programme"), ("none.db", "rankshift init")):
        monkeypatch.setenv(STORE_VARIABLE, f"sqlite:///{tmp_path}/{name}")
        for each in PAGES:
            at = page(each, "en").run()
            assert not at.exception
            assert expected in everything(at)


@pytest.fixture(scope="module")
def laibin_url(tmp_path_factory):
    """A store with the simulated survey of Laibin, its first quarter weighed and estimated."""
    folder = ROOT / "tests" / "surveys" / "laibin_simulated"
    url = f"sqlite:///{tmp_path_factory.mktemp('laibin') / 's.db'}"
    store = Store.create(url)
    imports.import_programme(store, (folder / "programme.toml").read_bytes(), "programme.toml")
    name, wave = "laibin_simulated", "2026Q1"
    imports.import_margins(store, name, (folder / "margins.csv").read_bytes(), "margins.csv")
    imports.import_wave(store, name, wave, (folder / f"{name}_{wave}.csv").read_bytes(), "q1.csv")
    waves.estimate_wave(store, name, wave)
    store.engine.dispose()
    return url


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_simulated_data_is_marked_on_every_page_and_its_weights_stand_with_the_statistician(
    name, language, laibin_url, monkeypatch
):
    monkeypatch.setenv(STORE_VARIABLE, laibin_url)
    at = page(name, language).run()
    assert not at.exception and not at.error
    assert text("note.simulated", language) in everything(at)
    if name == "statistician":
        steps = next(d.value for d in at.dataframe if text("weights.column.step", language) in d.value.columns)
        assert steps.iloc[0, 1] == "2,800" and steps.iloc[-1, 0] == text("weights.step.trimming", language)
        assert text("weights.title", language) in [s.value for s in at.subheader]
