"""Small cells in the hands of each role: table, files, terminal and sentences hold nothing that is withheld."""

import io
from itertools import product

import numpy as np
import openpyxl
import pandas as pd
import pytest
from made_up import BOTH, JUNE, MAY, NAME, PROGRAMME, TOWNS, changed, whole_survey
from scipy.linalg import null_space
from simulated import read_toml, simulated

from accountability.league.conventions import ALL
from presentation import changes, league_table, terminal
from presentation.area.sentences import area_sentence
from presentation.factors import factor_notes, factor_rows, factors_csv, shown_factors
from presentation.league_notes import league_notes
from presentation.notes import everybody_text, withheld_text
from programme.survey import read_programme
from service.figures import waves
from service.figures.detection import detection
from service.figures.factors import read_factors
from service.figures.league import League, read_league
from service.intake import imports
from service.protection import people
from service.store.engine import Store
from service.store.permissions import ADMINISTRATOR, CENTRE, LEADER, STATISTICIAN, Actor
from words import Fault

MEASURES = ("disturbed", "upkeep")
LIMIT = 10


def town_interviews(seed: int, sizes: dict[str, int], usual: int = 20) -> pd.DataFrame:
    """SIMULATED: everybody answers everything, so that every measure has the same n."""
    rng = np.random.default_rng(seed)
    rows = [(t, s, k) for t, s in product(TOWNS, ("quay", "hill")) for k in range(sizes.get(t, usual + 2 * len(t)))]
    places = pd.DataFrame(rows, columns=["town", "side", "k"])
    n = len(places)
    return pd.DataFrame(
        {
            "id": places.town + places.side + places.k.astype(str),
            "town": places.town,
            "side": places.side,
            "w": (1 + rng.integers(1, 9, n) / 4).astype(str),
            "noise": rng.choice(["often", "rarely", "never"], n),
            "pier": rng.choice(["good", "fair", "poor"], n),
            "market": rng.choice(["good", "fair", "poor"], n),
            "remark": "",
        }
    )


@pytest.fixture(scope="module")
def survey(fresh_store):
    """Two waves: in May ash is small, dill beside it; in June elder, birch beside it."""
    store = fresh_store("sqlite")
    whole_survey(store, town_interviews(1, {"ash": 2}), town_interviews(2, {"elder": 3, "birch": 8}))
    yield store
    store.engine.dispose()


def seen(store: Store, role: str, **options) -> League:
    return read_league(store.acting(Actor("ann", role)), NAME, **options)


def everything_said(league: League, t) -> str:
    """All that leaves the house of a league: both files, the terminal, the notes, each area's sentences."""
    book = openpyxl.load_workbook(io.BytesIO(league_table.league_workbook(league, t)))
    cells = [str(c) for sheet in book for row in sheet.iter_rows(values_only=True) for c in row if c is not None]
    said = [league_table.league_csv(league, t).decode("utf-8-sig"), *cells, *league_notes(league, t)]
    said += [area_sentence(league, a, t) + changes.movement_sentence(league, a, t) for a in league.table.index]
    columns = terminal.league_table(league, t).columns
    said += [str(cell) for column in columns for cell in column.cells] + [everybody_text(league, t)]
    return "\n".join(said)


@pytest.mark.parametrize("role", [LEADER, CENTRE])
@pytest.mark.parametrize("measure", MEASURES)
def test_small_areas_and_those_beside_them_are_in_nothing_a_leader_or_the_centre_is_given(survey, role, measure):
    full = [seen(survey, STATISTICIAN, wave=MAY, measure=measure, league=g).table for g in ("north", "south")]
    n = pd.concat(full).n
    hidden = {"ash", n.drop("ash").idxmin()}
    for group, all_of_it in zip(("north", "south"), full, strict=True):
        own = seen(survey, role, wave=MAY, measure=measure, league=group)
        assert set(own.withheld) == hidden & set(all_of_it.index)
        assert not hidden & set(own.table.index) and not hidden & set(own.rules.area)
        for language, t in BOTH.items():
            said = everything_said(own, t)
            for area in own.withheld:
                figures = all_of_it.loc[area, ["estimate", "se", "lower", "upper"]]
                long = [f"{figure:.10g}"[:9] for figure in figures if len(f"{figure:.10g}") >= 9]
                assert len(long) >= 3 and not any(figure in said for figure in long)
                assert withheld_text(own, t) in said
            if own.withheld:
                assert str(LIMIT) in withheld_text(own, t)
                assert {"zh": "《统计法》", "en": "Statistics Law"}[language] in said


@pytest.mark.parametrize("role", [STATISTICIAN, ADMINISTRATOR])
def test_statisticians_and_administrators_see_every_cell(survey, role):
    league = seen(survey, role, wave=MAY, league="north")
    assert not league.withheld and set(league.table.index) == {"ash", "birch", "cedar"}
    assert BOTH["en"]("withheld.cell", limit=LIMIT) not in everything_said(league, BOTH["en"])


@pytest.mark.parametrize("measure", MEASURES)
def test_no_withheld_figure_of_any_wave_follows_from_all_that_leaders_are_given(survey, measure):
    """Unknowns: each area's estimate in each wave.  Equations: estimates, changes, and totals with known weights."""
    unknowns = list(product(TOWNS, (MAY, JUNE)))
    place, equations, hidden = {u: k for k, u in enumerate(unknowns)}, [], set()
    known_weight = {u: 10.0 + 7 * k for k, u in enumerate(unknowns)}

    def equation(terms: dict) -> None:
        row = np.zeros(len(unknowns))
        for unknown, factor in terms.items():
            row[place[unknown]] = factor
        equations.append(row)

    for wave in (MAY, JUNE):
        for group in ("north", "south"):
            league = seen(survey, LEADER, wave=wave, measure=measure, league=group)
            hidden |= {(a, wave) for a in league.withheld}
            for area in league.table.index:
                equation({(area, wave): 1.0})
                if league.against and pd.notna(league.table.change[area]):
                    equation({(area, JUNE): 1.0, (area, MAY): -1.0})
                if league.against and league.table.get("relative", pd.Series(dtype=float)).notna().any():
                    equation({(a, w): s for a in TOWNS if TOWNS[a] == group for w, s in ((JUNE, 1.0), (MAY, -1.0))})
        equation({(a, wave): known_weight[a, wave] for a in TOWNS})
    free = null_space(np.array(equations))
    assert len(hidden) >= 4
    assert all(np.abs(free[place[u]]).max() > 1e-9 for u in hidden)


def test_a_change_is_withheld_where_either_wave_is_and_ranks_are_places_among_the_shown(survey):
    before = {g: seen(survey, LEADER, wave=MAY, league=g) for g in ("north", "south")}
    for group, earlier in before.items():
        try:
            now = seen(survey, LEADER, wave=JUNE, league=group)
        except Fault as fault:
            assert fault.key == "withheld.all"
            continue
        assert now.unchanged and set(now.unchanged) == set(earlier.withheld) - set(now.withheld)
        assert now.table.loc[list(now.unchanged), "change"].isna().all()
        ranks = now.table["rank"]
        assert ranks.min() == 1 and (now.table.rank_lower <= ranks).all() and (ranks <= now.table.rank_upper).all()
        assert now.table.rank_upper.max() <= len(now.table)
        for area in now.unchanged:
            sentence = area_sentence(now, area, BOTH["en"])
            assert "not shown" in sentence
        assert now.table[["relative", "p_standing", "p_holm", "own", "p_last"]].isna().all().all()
        compared = now.table[now.table.change.notna()]
        assert (compared.places == compared.rank_before - compared.rank_after).all()
        assert (compared.places_lower <= compared.places).all() and (compared.places <= compared.places_upper).all()


def test_what_is_shown_of_the_others_is_the_same_whatever_the_withheld_figures_are(fresh_store):
    """The same survey with the small town's answers all turned round: ranks, lists and estimates shown do not move."""
    shown = []
    for answer in ("often", "never"):
        store, may = fresh_store("sqlite"), town_interviews(1, {"ash": 2})
        may.loc[may.town == "ash", "noise"] = answer
        whole_survey(store, may, town_interviews(2, {}))
        league = seen(store, LEADER, wave=MAY, measure="disturbed", league="north")
        assert "ash" in league.withheld
        rules = league.rules[["rule", "area", "printed"]].sort_values(["rule", "area"], ignore_index=True)
        shown.append((league.table[["rank", "estimate", "lower", "upper", "n"]], rules))
        store.engine.dispose()
    pd.testing.assert_frame_equal(shown[0][0], shown[1][0])
    pd.testing.assert_frame_equal(shown[0][1], shown[1][1])


def test_planning_figures_and_the_terminal_work_on_what_is_shown(survey):
    league = seen(survey, LEADER, wave=JUNE, league="north")
    if len(league.table) > 1:
        assert detection(league).interviews == int(league.table.n.median())
    assert terminal.levels_table(league, BOTH["en"]).row_count == league.table.change.notna().sum()


def test_the_limit_stands_in_the_programme_with_a_default_and_is_never_below_three():
    assert read_programme(PROGRAMME, "a.toml").withhold == LIMIT
    own = changed(('[design]\nlonely = "error"\n', '[design]\nlonely = "error"\n[publish]\nwithhold = 5\n'))
    assert read_programme(own, "a.toml").withhold == 5 and read_programme(own, "a.toml").publish.n == 30
    for wrong in ("2", "7.5"):
        with pytest.raises(Fault) as caught:
            read_programme(own.replace(b"withhold = 5", f"withhold = {wrong}".encode()), "a.toml")
        assert "publish.withhold" in str(caught.value) or "withhold" in str(caught.value)


def test_a_person_in_the_leader_s_role_gets_no_more_on_the_command_line(survey, rankshift, tmp_path):
    people.add_person(survey, "li", LEADER)
    url = survey.engine.url.render_as_string(hide_password=False)
    full = seen(survey, STATISTICIAN, wave=MAY, league="north").table
    file = tmp_path / "a.csv"
    named = ("--store", url, "--wave", MAY, "--league", "north")
    said = rankshift("league", *named, "--as", "li")
    assert said.code == 0 and "not shown (fewer than 10" in said.out
    assert rankshift("league", *named, "--as", "li", "--csv", file).code == 0
    content = file.read_text("utf-8-sig")
    assert str(full.se["ash"]) not in content and "not shown (fewer than 10" in content
    assert rankshift("league", *named, "--csv", file, language="zh").code == 0
    assert str(full.se["ash"]) in file.read_text("utf-8-sig")
    refused = rankshift("league", *named, "--as", "li", "--area", "ash", language="zh")
    assert refused.code == 1


# ---------------------------------------------------------------- what people named


@pytest.fixture(scope="module")
def laibin(fresh_store):
    """SIMULATED: the second system's programme, two townships small; (store, programme, interviews)."""
    from test_systems import PROGRAMMES, WAVE, as_csv

    file = next(f for f in PROGRAMMES if f.name.startswith("s02"))
    data, store = read_toml(file.read_bytes()), fresh_store("sqlite")
    imports.import_programme(store, file.read_bytes(), file.name)
    table = simulated(data, 3, per_area=60)
    column = data["columns"]["area"]
    first, second = list(data["areas"])[:2]
    few = pd.concat([table[table[column] == a].iloc[k:] for a, k in ((first, 5), (second, 12))])
    table = table.drop(few.index)
    imports.import_wave(store, data["programme"], WAVE, as_csv(table), "simulated.csv")
    waves.estimate_wave(store, data["programme"], WAVE)
    yield store, data, table
    store.engine.dispose()


def test_factors_few_named_are_withheld_and_each_factor_adds_up_over_areas_without_giving_one_away(laibin):
    store, data, table = laibin
    programme, column = data["programme"], data["columns"]["area"]
    leader = store.acting(Actor("ann", LEADER))
    areas = [*list(data["areas"])[:6], ALL]
    plan = read_league(store, programme).programme
    name = next(iter(plan.factors))
    item = plan.items[plan.factors[name].item]
    named = table[item.name].str.split(item.separator)
    some = 0
    for area in list(data["areas"]) if len(data["areas"]) < 12 else areas:
        own = read_factors(leader, programme, area=area)
        mine = named if area == ALL else named[table[column] == area]
        for code in item.answers:
            count = int(mine.map(lambda codes, c=code: c in codes).sum())
            if 0 < count < LIMIT:
                assert code in own.withheld
            if code in own.withheld:
                some += 1
                assert own.table.loc[code].drop(["n", "unfit"]).isna().all()
        if own.withheld:
            assert own.table.filter(like="mentions").isna().all().all()
            assert list(own.table.index[-len(own.withheld) :]) == list(own.withheld)
            for t in BOTH.values():
                cell = withheld_text(own, t)
                assert (factor_rows(own, t).respondents == cell).sum() == len(own.withheld)
                assert cell in factors_csv(own, t).decode("utf-8-sig") and cell in shown_factors(own, t).to_csv()
                assert any("Statistics Law" in note or "《统计法》" in note for note in factor_notes(own, t))
    assert some
    assert not read_factors(store, programme, area=areas[0]).withheld


def test_of_each_factor_none_or_at_least_two_areas_are_withheld_or_the_total_is(laibin):
    store, data, _ = laibin
    leader, programme = store.acting(Actor("ann", LEADER)), data["programme"]
    withheld = {a: set(read_factors(leader, programme, area=a).withheld) for a in [*data["areas"], ALL]}
    total = withheld.pop(ALL)
    for code in set().union(*withheld.values()):
        assert sum(code in own for own in withheld.values()) >= 2 or code in total
    everything = set(read_factors(store, programme).table.index)
    assert withheld[next(iter(data["areas"]))] == everything  # five respondents: nothing of that township is shown
