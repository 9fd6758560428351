"""Consequences of rules about several areas together and about changes, on S1, S3 and S5, by store and command."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_up import BOTH

from presentation.ladder.board import board_notes, board_rows, count_rows, together_rows
from programme.survey import read_programme
from service.figures import waves
from service.figures.consequences import read_consequences
from service.intake import imports
from service.store.permissions import LEADER, Actor
from words import Fault

PROGRAMMES = Path(__file__).parents[2] / "data" / "programmes"
COUNTIES, NINETIES, MIYUN, SHANDONG = (
    PROGRAMMES / f"{name}.toml" for name in ("guangxi_counties", "two_nineties", "s05_miyun", "s03_shandong")
)
LAIBIN, CHONGZUO = "4513", "4514"


def of_cities(*cities: str) -> bytes:
    """The counties' programme with the counties of these cities only; "80" is 10 there."""
    lines = [
        line
        for line in COUNTIES.read_text("utf-8").splitlines()
        if not (line.startswith("45") and "league" in line) or line.startswith(cities)
    ]
    return "\n".join(lines).replace("= 80 ", "= 10 ").encode()


def answers(area: str, shares: dict[str, float], wave: str, n: int = 60, **others: str) -> bytes:
    """n people of each area, of whom a share is safe, other people in every wave."""
    rows = [
        (f"{wave}-{code}-{k}", code, "1", "1" if k < round(share * n) else "4")
        for code, share in shares.items()
        for k in range(n)
    ]
    return pd.DataFrame(rows, columns=["id", area, "weight", "safe"]).assign(**others).to_csv(index=False).encode()


def taken(store, programme: bytes, name: str, files: dict[str, bytes]):
    imports.import_programme(store, programme, f"{name}.toml")
    for wave, content in files.items():
        imports.import_wave(store, name, wave, content, f"{wave}.csv")
        waves.estimate_wave(store, name, wave)
    return store


@pytest.fixture(scope="module")
def counties(fresh_store):
    """Laibin's and Chongzuo's counties over a year: two of Laibin's six are below 80 %, as in 2014."""
    programme = of_cities(LAIBIN, CHONGZUO)
    codes = list(read_programme(programme, "counties.toml").areas)
    shares = {code: 0.97 for code in codes}
    low = [code for code in codes if code.startswith(LAIBIN)][:2]
    files = {f"2014Q{q}": answers("county", shares | dict.fromkeys(low, 0.5), f"2014Q{q}") for q in range(1, 5)}
    store = taken(fresh_store("sqlite"), programme, "guangxi_counties", files)
    waves.judge_year(store, "guangxi_counties", "2014")
    yield store, low
    store.engine.dispose()


def test_a_city_with_two_of_six_counties_below_80_loses_its_title(counties, rankshift):
    store, low = counties
    board = read_consequences(store, "guangxi_counties")
    followed = {(row.event.consequence, row.event.area): row for row in board.listed}
    assert {area for consequence, area in followed if consequence == "city_title_lost"} == {LAIBIN}
    assert followed["city_title_lost", LAIBIN].evidence == "confirmed"
    assert {area for consequence, area in followed if consequence == "title_lost"} == set(low)
    beyond = {area for consequence, area in followed if consequence == "title_lost_by_rank"}
    assert set(low) == beyond  # the others share the first place: all tied at the tenth are in
    # two or more of the three last of thirteen counties are among Laibin's six: 125 of 286 ways, fewer with ties
    assert board.luck is not None and 0.3 < board.chance(followed["city_title_lost", LAIBIN]) < 125 / 286
    assert len(board.together) == 2 and set(board.together.area) == {LAIBIN, CHONGZUO}
    for language, t in BOTH.items():
        rows = together_rows(board, t)
        assert rows.iloc[0, 1] == "来宾市" and t("rule.missed") in rows.iloc[0].tolist()
        assert "来宾市" in set(board_rows(board, board.listed, t).area)
        said = rankshift("consequences", "--store", str(store.engine.url), language=language)
        assert said.code == 0 and "来宾市" in said.out
    assert waves.rerun(store, board.runs[-1]) == []
    leader = read_consequences(store.acting(Actor("lea", LEADER)), "guangxi_counties")
    assert [row.event for row in leader.listed] == [row.event for row in board.listed]


def test_two_nineties_are_verdicts_on_the_whole_country(fresh_store):
    codes = list(read_programme(NINETIES.read_bytes(), "n.toml").areas)
    shares = {code: 1.0 if j < 20 else 0.6 for j, code in enumerate(codes)}
    store = taken(
        fresh_store("sqlite"), NINETIES.read_bytes(), "two_nineties", {"2015": answers("province", shares, "2015", 150)}
    )
    board = read_consequences(store, "two_nineties")
    (missed,) = board.listed
    assert (missed.event.consequence, missed.event.area, missed.evidence) == ("mean_missed", "country", "confirmed")
    verdicts = board.together.set_index("rule")
    assert verdicts.outcome["half_at_ninety"] == "met" and verdicts.estimate["half_at_ninety"] == 20
    mean = np.average([round(150 * s) / 150 for s in shares.values()])
    assert verdicts.estimate["mean_at_ninety"] == pytest.approx(mean)
    assert "half_missed" in board.luck.expected and "mean_missed" not in board.luck.expected
    assert board.chance(missed) is None
    for t in BOTH.values():
        assert "–" in count_rows(board, t).iloc[0].tolist()
        names = [board.programme.consequence_names["mean_missed"]]
        assert t("consequences.no_luck_of", names=names) in board_notes(board, t)
    store.engine.dispose()


def test_risers_and_fallers_are_listed_from_the_comparison_with_the_quarter_before(fresh_store):
    programme = read_programme(MIYUN.read_bytes(), "s05.toml")
    codes = list(programme.areas)
    before = dict.fromkeys(codes, 0.8)
    after = before | {codes[0]: 0.98, codes[1]: 0.45}
    others = {"satisfied": "1", "person": "1"}
    files = {w: answers("town", s, w, 100, **others) for w, s in (("2026Q1", before), ("2026Q2", after))}
    store = taken(fresh_store("sqlite"), MIYUN.read_bytes(), programme.name, files)
    assert read_consequences(store, programme.name).listed == ()  # before the waves were compared
    run = waves.compare_waves(store, programme.name, "2026Q1", "2026Q2")
    assert waves.rerun(store, run.run_id) == []
    board = read_consequences(store, programme.name)
    assert {(row.event.consequence, row.event.area, row.evidence) for row in board.listed} == {
        ("studied_as_riser", codes[0], "confirmed"),
        ("studied_as_faller", codes[1], "confirmed"),
    }
    assert run.run_id in board.runs
    assert 0 < board.luck.expected["studied_as_faller"] < 4
    first = read_consequences(store, programme.name, wave="2026Q1")
    assert first.luck.expected["studied_as_faller"] == 0  # the first quarter has nothing before it
    store.engine.dispose()


def test_the_first_twenty_of_a_whole_league_of_shandong_are_a_list_of_honour():
    text = SHANDONG.read_text("utf-8").replace("threshold = 3  ", "threshold = 20 ")
    more = "".join(
        f'b{j} = {{ league = "administrative", group = "3701", zh = "行政区分局{j}" }}\n' for j in range(5, 141)
    )
    programme = read_programme(text.replace("[areas]\n", "[areas]\n" + more).encode(), "s03.toml")
    assert len(programme.league_areas("administrative")) == 140
    assert [rule.threshold for rule in programme.rules["safe"]] == [20]


@pytest.mark.parametrize(
    ("file", "change", "key", "named"),
    [
        (COUNTIES, ('group = "4501", ', ""), "programme.no_group", "450102"),
        (COUNTIES, ('over = "group"', 'over = "area"'), "programme.entry", "over"),
        (COUNTIES, ("share = 0.75", "share = 75"), "programme.entry", "share"),
        (COUNTIES, ('kind = "enough"', 'kind = "at_least"'), "programme.unknown_key", "over"),
        (
            COUNTIES,
            ('measure = "safe"\nkind = "enough"', 'measure = "safty"\nkind = "enough"'),
            "programme.entry",
            "safty",
        ),
        (MIYUN, ('since = "previous"', 'since = "yesterday"'), "programme.entry", "yesterday"),
        (MIYUN, ("threshold = 0.05 ", "threshold = 0    "), "programme.entry", "threshold"),
        (MIYUN, ('since = "previous"  ', 'period = "year"\n#'), "programme.entry", "period"),
        (
            COUNTIES,
            (
                'kind = "each"\nof = "year_enough_counties"',
                'kind = "both"\nof = ["year_title", "year_enough_counties"]',
            ),
            "programme.consequence",
            "year_enough_counties (group)",
        ),
        (NINETIES, ("[leagues.country]", "[leagues.11]"), "programme.unit_is_area", "11"),
    ],
)
def test_a_rule_that_cannot_be_judged_is_refused_with_the_way_out(file, change, key, named):
    text = file.read_text("utf-8")
    assert change[0] in text
    text = text.replace(*change, 1)
    if key == "programme.unit_is_area":
        text = text.replace('league = "country"', 'league = "11"')
    with pytest.raises(Fault) as fault:
        read_programme(text.encode(), file.name)
    assert fault.value.key == key
    for t in BOTH.values():
        sentence = t(fault.value.key, **fault.value.values).replace("（", " (").replace("）", ")")
        assert file.name in sentence and named in sentence


@pytest.mark.parametrize("found", ["0", "111", "-3"])
def test_a_place_that_excludes_every_county_or_none_is_refused(found):
    text = COUNTIES.read_text("utf-8").replace("first = 80 ", f"first = {found} ")
    with pytest.raises(Fault) as fault:
        read_programme(text.encode(), "counties.toml")
    assert fault.value.key == "programme.entry" and fault.value.values["found"] == int(found)
