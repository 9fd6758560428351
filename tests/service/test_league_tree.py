"""Cities and counties in one programme: each in its league, a city by all its people, small counties hidden."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa
from made_up import BOTH

from accountability.disclosure.measures import withheld_of_wave
from presentation.ladder.edited_rules import preview_notes, preview_rows
from programme.survey import read_programme
from service.figures import waves
from service.figures.area_page import read_area
from service.figures.computing import COMPUTE
from service.figures.consequences import read_consequences
from service.figures.judged_history import judged_history
from service.figures.league import read_league, rule_summary
from service.figures.loaded_waves import load_waves
from service.figures.rules_preview import preview_rules
from service.intake import imports
from service.proof.published import published_figures
from service.store import schema
from service.store.permissions import LEADER, Actor
from service.store.runs import run_inputs
from words import Fault

S1 = Path(__file__).parents[2] / "data" / "programmes" / "s01_guangxi.toml"
NAME, LAIBIN, CHONGZUO, HEZHOU, WUZHOU = "s01_guangxi", "4513", "4514", "4511", "4504"
CITIES = (LAIBIN, CHONGZUO, HEZHOU, WUZHOU)
QUARTERS = [f"2014Q{q}" for q in range(1, 5)]
FALLEN = """
[rules.fallen]
measure = "composite"
kind = "not_fallen"
threshold = 2
league = "counties"
name = { zh = "没有下降2分", en = "Not fallen by 2 points" }
"""
TALK = """
[consequences.talk]
kind = "each"
of = "last_two"
name = { zh = "约谈", en = "Talk" }
"""
SMALL, TOWN = "451381", "451302"  # counties of Laibin, of which the first had few interviews in one quarter


def of_cities(*cities: str) -> bytes:
    """S1 with these cities and their counties alone; "beyond the 80th" is beyond the tenth there.

    A city's county is safe there if it is also among the first 22."""
    lines = S1.read_text("utf-8").replace("[measures.safe]", "[measures.safe]\ndigits = 2").splitlines()
    kept = [line for line in lines if not line.startswith("45") or line.startswith(cities)]
    return "\n".join(kept).replace("threshold = 80 ", "threshold = 10 ").replace("first = 80 ", "first = 22 ").encode()


def answers(programme, wave: str, low: tuple[str, ...], few: dict[str, int]) -> bytes:
    """Forty people of each county, fewer of those in `few`; nobody is safe in the counties `low`."""
    rng, rows = np.random.default_rng(int(wave[-1])), []
    for code in programme.areas:
        n = few.get(code, 40)
        table = pd.DataFrame(rng.choice(list("12345"), (n, 3), p=[0.3, 0.3, 0.2, 0.1, 0.1]))
        safe = np.where((np.arange(n) % 20 == 0) | (code in low), "4", "1")
        rows.append(table.set_axis(["order", "police", "courts"], axis=1).assign(county=code, safe=safe))
    rows = pd.concat(rows, ignore_index=True)
    weight = np.where(rows.county == TOWN, 5, 1)  # a large county counts for more in its city
    return rows.assign(id=wave + rows.index.astype(str), weight=weight).to_csv(index=False).encode()


def a_year(store) -> tuple[str, ...]:
    programme = read_programme(of_cities(*CITIES), "s01.toml")
    low = ("451321", "451322")  # two of Laibin's six counties, as in 2014
    imports.import_programme(store, of_cities(*CITIES), "s01.toml")
    for wave in QUARTERS:
        few = {SMALL: 4} if wave == "2014Q2" else {}
        imports.import_wave(store, NAME, wave, answers(programme, wave, low, few), f"{wave}.csv")
        waves.estimate_wave(store, NAME, wave)
    waves.compare_waves(store, NAME, "2014Q3", "2014Q4")
    waves.judge_year(store, NAME, "2014")
    return low


@pytest.fixture(scope="module")
def tree(prepared):
    """A year of four cities and their 25 counties, and the two counties that are not safe."""
    store, low = prepared("sqlite", a_year)
    yield store, low
    store.engine.dispose()


def test_each_is_ranked_in_its_league_and_a_city_by_all_who_live_in_its_counties(tree):
    store, _ = tree
    cities = read_league(store, NAME, league="cities", measure="composite")
    counties = read_league(store, NAME, league="counties", measure="composite")
    assert set(cities.table.index) == set(CITIES) and cities.table["rank"].max() <= 4
    assert len(counties.table) == 25 == counties.table["rank"].max()
    weight = np.where(counties.table.index == TOWN, 5, 1)
    for city in CITIES:
        of_city = [code.startswith(city) for code in counties.table.index]
        mean = np.average(counties.table.estimate[of_city], weights=weight[of_city])
        assert cities.table.estimate[city] == pytest.approx(mean)
        assert cities.table.n[city] == counties.table.n[of_city].sum()
        parts = weight[of_city] / weight[of_city].sum()
        se = np.sqrt(((parts * counties.table.se[of_city]) ** 2).sum())
        assert cities.table.se[city] == pytest.approx(se, rel=0.02)  # the counties are its strata, n - 1 apart
    assert cities.everybody["estimate"] == counties.everybody["estimate"]
    assert cities.table.change.notna().all() and cities.against == "2014Q3"
    assert waves.rerun(store, cities.runs["estimate"]["run_id"]) == []


def test_a_rule_of_one_league_judges_only_its_areas_and_the_share_of_counties_judges_the_city(tree):
    store, low = tree
    cities = read_league(store, NAME, league="cities", measure="composite")
    counties = read_league(store, NAME, league="counties", measure="composite")
    assert len(rule_summary(cities, "last_two")["printed"]) == 2
    assert "last_two" not in set(counties.rules.rule) and not counties.programme.rules["composite"]
    boards = {name: read_consequences(store, NAME, league=name) for name in ("cities", "counties")}
    followed = {
        name: {(row.event.consequence, row.event.area): row for row in board.listed} for name, board in boards.items()
    }
    lost = followed["cities"]["city_title_lost", LAIBIN]
    assert lost.evidence == "confirmed" and boards["cities"].chance(lost) is None
    assert followed["counties"]["city_title_lost", LAIBIN].evidence == "confirmed"
    last_two = {area for consequence, area in followed["cities"] if consequence == "title_lost_last_two"}
    beyond = {area for consequence, area in followed["counties"] if consequence == "title_lost_by_rank"}
    assert len(last_two) == 2 and last_two < set(CITIES) and len(beyond) == 15
    assert not [key for key in followed["cities"] if key[0] == "title_lost_by_rank"]
    assert {area for consequence, area in followed["counties"] if consequence == "title_lost"} == set(low)
    assert read_area(store, NAME, LAIBIN, measure="safe").row.n == 6 * 40


def test_a_city_needs_three_quarters_of_its_counties_safe_by_the_single_item_and_not_beyond_a_place_by_the_score(tree):
    """Worked by hand from the printed quarters: a county is safe if its annual share reaches 80 % and fewer than 22
    counties have a higher annual score; the city has to have ⌈.75 m⌉ such counties."""
    store, low = tree
    annual = {
        measure: sum(
            read_league(store, NAME, wave=w, league="counties", measure=measure).table.estimate for w in QUARTERS
        )
        / 4
        for measure in ("safe", "composite")
    }
    beyond = set(annual["composite"].sort_values().index[:3])
    safe = {code for code in annual["safe"].index if annual["safe"][code] >= 0.8 and code not in beyond}
    assert beyond - set(low)  # somebody loses by the score alone
    board = read_consequences(store, NAME, league="counties")
    together = board.together[board.together.rule == "year_enough_counties"].set_index("area")
    for city in CITIES:
        of_city = [code for code in annual["safe"].index if code.startswith(city)]
        reached = len(safe & set(of_city))
        assert together.estimate[city] == reached
        assert bool(together.printed[city]) == (reached >= np.ceil(0.75 * len(of_city)))
    lost = next(row for row in board.listed if row.event.consequence == "city_title_lost")
    assert 0 < board.chance(lost) < 1


def test_a_county_of_four_interviews_is_withheld_with_another_and_its_city_stays(tree):
    store, _ = tree
    leader = store.acting(Actor("lea", LEADER))
    cities = read_league(leader, NAME, wave="2014Q2", league="cities")
    counties = read_league(leader, NAME, wave="2014Q2", league="counties")
    assert not cities.withheld and cities.elsewhere and not cities.whole
    assert SMALL in counties.withheld and len(counties.withheld) == 2
    assert all(code.startswith(LAIBIN) for code in counties.withheld)  # one of another city would not hide it
    assert not counties.whole and read_league(leader, NAME, wave="2014Q3", league="counties").whole
    board = read_consequences(leader, NAME, league="cities")
    assert not [row for row in board.listed if row.event.consequence == "city_title_lost"]  # it rests on all quarters


def test_by_command_a_city_and_its_counties(tree, rankshift):
    store, _ = tree
    for language in BOTH:
        said = rankshift("league", "--league", "cities", "--store", str(store.engine.url), language=language)
        assert said.code == 0 and ("来宾市" if language == "zh" else "Laibin") in said.out and "兴宾区" not in said.out
        for value in read_league(store, NAME, league="cities").table.estimate:
            assert f"{100 * value:.2f}" in said.out  # digits = 2
        board = rankshift("consequences", "--league", "cities", "--store", str(store.engine.url), language=language)
        assert board.code == 0 and ("达标县不到75%" if language == "zh" else "too few safe counties") in board.out


def test_a_trial_of_other_rules_says_of_year_and_changes_what_runs_by_them_store(prepared):
    store, _ = prepared("sqlite", a_year)
    content = of_cities(*CITIES).decode().replace("share = 0.75", "share = 0.5") + FALLEN
    preview = preview_rules(store, NAME, content.encode(), "s01.toml")
    assert (preview.wave, preview.year, preview.compared, preview.untried) == ("2014Q4", "2014", ("2014Q3",), ())
    imports.import_programme(store, content.encode(), "s01.toml")
    runs = [
        waves.estimate_wave(store, NAME, "2014Q4").run_id,
        waves.judge_year(store, NAME, "2014").run_id,
        waves.compare_waves(store, NAME, "2014Q3", "2014Q4").run_id,
    ]
    table = schema.DERIVED["VERDICTS"]
    stored = store.table(sa.select(table).where(table.c.run_id.in_(runs))).drop(columns="run_id")
    order = ["measure", "rule", "area"]
    one, two = (rows.sort_values(order)[[*order, "printed", "outcome", "lower"]] for rows in (preview.verdicts, stored))
    assert one.to_numpy().tolist() == two.to_numpy().tolist()
    assert {"fallen", "year_enough_counties"} <= set(preview.verdicts.rule)
    for t in BOTH.values():
        said = " ".join(preview_notes(preview, t))
        assert "2014" in said and len(preview_rows(preview, t)) == len(preview.verdicts.rule.unique()) + 2
    other = content.replace('kind = "not_fallen"', 'kind = "not_fallen"\nsince = "year_ago"').encode()
    early = preview_rules(store, NAME, other, "s01.toml")
    assert early.untried == ("fallen",)
    store.engine.dispose()


def test_verdicts_on_groups_are_published_unless_one_of_their_areas_is_withheld(tree):
    store, _ = tree
    text = re.sub(r'(placed_by [^\n]*)\nperiod = "year"', r"\1", of_cities(*CITIES).decode())
    programme = read_programme(text.encode(), "s01.toml")
    rule = programme.joint_rules["safe"][0].name
    for wave, whole in (("2014Q3", True), ("2014Q2", False)):
        run = read_league(store, NAME, wave=wave).runs["estimate"]
        with store.read() as connection:
            loaded = load_waves(store, programme, run_inputs(connection, run["run_id"]))
        tables = COMPUTE["estimate"](programme, loaded, run["arguments"], run["seed"], lambda _: None)
        verdicts = published_figures(programme, wave, tables, lambda _: None)["verdicts.csv"]
        of_groups = verdicts[verdicts.rule == rule]
        assert set(of_groups.area) == (set(CITIES) if whole else set()) and set(of_groups.league) <= {"counties"}


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (('4513 = { league = "cities"', '4513 = { league = "towns"'), "programme.entry"),
        (('4513 = { league = "cities"', '4513 = { league = "counties"'), "programme.mixed_league"),
        (('4513 = { league = "cities", ', "4513 = { "), "programme.level"),
        (('451321 = { league = "counties", group = "4513"', '451321 = { league = "counties"'), "programme.level"),
        (('4513 = { league = "cities"', '4513 = { group = "4513", league = "cities"'), "programme.entry"),
        (
            ('4504 = { league = "cities"', '9 = { league = "cities", zh = "空" }\n4504 = { league = "cities"'),
            "programme.empty_group",
        ),
        (('league = "cities"           #', 'league = "city"           #'), "programme.entry"),
        (("digits = 2", "digits = 9"), "programme.entry"),
        (("first = 22", "#"), "programme.entry"),
        (('placed_by = "composite"', 'placed_by = "score"'), "programme.entry"),
        (("[leagues.cities]", '[year]\nweights = "votes"\n\n[leagues.cities]'), "programme.entry"),
    ],
)
def test_a_tree_that_cannot_be_ranked_is_refused_by_name(change, key):
    text = of_cities(*CITIES).decode()
    assert change[0] in text
    with pytest.raises(Fault) as fault:
        read_programme(text.replace(*change, 1).encode(), "s01.toml")
    assert fault.value.key == key
    for t in BOTH.values():
        assert "s01.toml" in t(fault.value.key, **fault.value.values)


def test_three_levels_withheld_so_that_nothing_follows_from_the_sums(tree):
    """Townships in counties in cities: every reader's equation has two unknowns or more."""
    rng, measure = np.random.default_rng(2), tree[0]
    programme = read_programme(of_cities(*CITIES), "s01.toml")
    measure = {"safe": programme.measures["safe"]}
    for _ in range(150):
        inside = {f"t{k}": f"c{k // 3}" for k in range(24)} | {f"c{k}": f"p{k // 3}" for k in range(8)}
        n = {f"t{k}": int(v) for k, v in enumerate(1 + rng.negative_binomial(1, 0.06, 24))}
        for level in ("t", "c"):
            for part in [part for part in n if part.startswith(level)]:
                n[inside[part]] = n.get(inside[part], 0) + n[part]
        sizes = pd.DataFrame({"measure": "safe", "domain": list(n), "n": list(n.values())})
        hidden = withheld_of_wave(measure, sizes, limit=10, inside=inside)["safe"]
        assert {part for part in n if n[part] < 10} <= hidden.parts
        tables: dict[str, list[str]] = {}
        for part in n:
            tables.setdefault(inside.get(part, ""), []).append(part)
        for group, parts in tables.items():
            of_table = [part for part in parts if part in hidden.parts]
            total_shown = not hidden.total if group == "" else group not in hidden.parts
            if total_shown and of_table:
                assert len(of_table) >= 2 and sum(n[part] - 1 for part in of_table) >= 10
            if group in hidden.parts:
                assert of_table == parts  # else the group would follow from its parts


def test_a_renamed_city_keeps_its_history_and_a_merged_one_begins_anew(prepared):
    """Laibin's code was 9913 before the second quarter, when Hezhou became a part of Chongzuo."""
    after = of_cities(*CITIES).decode() + TALK
    lines = [line.replace(f'group = "{HEZHOU}"', f'group = "{CHONGZUO}"') for line in after.splitlines()]
    merged = "\n".join(line for line in lines if not line.startswith(f"{HEZHOU} ="))
    renamed = f'\n[renamed.2014Q2]\n9913 = "{LAIBIN}"\n{HEZHOU} = "{CHONGZUO}"\n'
    before = after.replace(f'group = "{LAIBIN}"', 'group = "9913"').replace(f"\n{LAIBIN} =", "\n9913 =")

    def two_quarters(store):
        for content, wave in ((before, "2014Q1"), (merged + renamed, "2014Q2")):
            imports.import_programme(store, content.encode(), "s01.toml")
            programme = read_programme(content.encode(), "s01.toml")
            imports.import_wave(store, NAME, wave, answers(programme, wave, (), {}), f"{wave}.csv")
            waves.estimate_wave(store, NAME, wave)
        waves.compare_waves(store, NAME, "2014Q1", "2014Q2")

    store, _ = prepared("sqlite", two_quarters)
    programme = read_programme((merged + renamed).encode(), "s01.toml")
    verdicts = judged_history(store, programme.in_league("cities"), "cities", "2014Q2").verdicts
    then = read_league(store, NAME, wave="2014Q1", league="cities").table
    assert set(then.index) == {"9913", CHONGZUO, HEZHOU, WUZHOU}  # a wave stays as it was computed
    assert verdicts["last_two", "2014Q1", LAIBIN].estimate == then["rank"]["9913"]
    assert ("last_two", "2014Q1", CHONGZUO) not in verdicts and ("last_two", "2014Q2", CHONGZUO) in verdicts
    now = read_league(store, NAME, wave="2014Q2", league="cities").table
    assert set(now.index) == {LAIBIN, CHONGZUO, WUZHOU}
    assert now.change[LAIBIN] == pytest.approx(now.estimate[LAIBIN] - then.estimate["9913"])
    assert now.n[CHONGZUO] == then.n[[CHONGZUO, HEZHOU]].sum()
    store.engine.dispose()
