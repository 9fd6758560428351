"""The simulated year of Laibin, small: its files load, its truth is what was simulated, and verdicts agree with it."""

import csv
import re
import tomllib

import numpy as np
import pytest

from programme.survey import read_programme
from service.intake.folder import wave_files
from service.intake.wave_file import read_wave
from study.laibin_year import MEAN, SPREAD, Plan, Year, laibin, people, simulate, true_rates, write
from study.year_document import document
from study.year_results import ACROSS, YEARS, comparisons, results

FEW = laibin().iloc[::6].reset_index(drop=True)  # 12 of the 70 townships, of all six counties
FALL = Plan(interviews=400, quarters=2, moves=((5, -0.25),))
STILL = Plan(interviews=150, quarters=2, moves=())


@pytest.fixture(scope="module")
def fallen():
    return simulate(FALL, FEW)


@pytest.fixture(scope="module")
def found(fallen):
    return results(fallen)


@pytest.fixture(scope="module")
def folder(fallen, tmp_path_factory):
    place = tmp_path_factory.mktemp("year")
    write(fallen, place)
    return place


def test_the_files_are_read_without_a_fault_and_hold_what_was_simulated(fallen, folder):
    programme = read_programme((folder / "programme.toml").read_bytes(), "programme.toml")
    assert list(programme.areas) == list(FEW.township) and programme.last("safe") == 5
    files = wave_files(folder)  # the truth is not taken for a wave
    assert [wave for wave, _ in files] == ["2025Q1", "2025Q2"]
    for wave, file in files:
        data = read_wave(file.read_bytes(), file.name, programme)
        assert len(data.respondents) == len(fallen.waves[wave])
        assert data.respondents.area.nunique() == len(FEW)


def test_every_file_says_that_it_is_simulated(folder):
    files = [f for f in folder.rglob("*") if f.is_file()]
    assert len(files) == 4
    for file in files:
        if file.suffix == ".toml":
            programme = tomllib.loads(file.read_text("utf-8"))
            assert programme["simulated"] is True
            assert "模拟" in programme["name"]["zh"] and "simulated" in programme["name"]["en"]
        else:
            rows = list(csv.DictReader(file.open(encoding="utf-8")))
            assert "simulated" in file.name and rows and {row["simulated"] for row in rows} == {"true"}


def test_the_70_townships_have_the_stated_mean_and_spread_and_only_the_stated_ones_move():
    plan = Plan(interviews=20, quarters=4)
    truth = true_rates(plan, laibin().township).set_index(["wave", "township"])
    before, after = (truth.loc[wave] for wave in ("2025Q2", "2025Q3"))
    assert len(before) == 70
    assert before.rate.mean() == pytest.approx(MEAN) and before.rate.std(ddof=0) == pytest.approx(SPREAD)
    assert truth.loc["2025Q1"].equals(before) and truth.loc["2025Q4"].equals(after)
    moved = (after.rate - before.rate).round(9)
    assert {before["rank"][t]: d for t, d in moved[moved != 0].items()} == dict(plan.moves)
    for rates in (before, after):  # ranks counted naively
        assert all(rates["rank"][t] == 1 + sum(rates.rate > rates.rate[t]) for t in rates.index)


def test_the_list_holds_the_true_rate_and_the_answers_come_from_it(fallen):
    frame, truth = people(FALL, FEW.township), fallen.truth.set_index(["wave", "township"]).rate
    by_township = frame.groupby("stratum").unease
    for wave, table in fallen.waves.items():
        answered = table[table.safe != "9"]
        for township, rate in truth[wave].items():
            listed = by_township.get_group(township)
            assert abs((listed < rate).sum() - rate * len(listed)) <= 1
            own = answered.safe[answered.township == township].isin(["1", "2"])
            # five standard errors: 24 comparisons are beyond it once in 70,000 seeds
            assert abs(own.mean() - rate) < 5 * np.sqrt(rate * (1 - rate) / len(own))
    weights = fallen.waves["2025Q1"].groupby("township").weight.sum()
    assert np.allclose(weights, by_township.size(), rtol=1e-5)


def test_nobody_is_asked_twice_unless_a_panel_is_wanted(fallen):
    one, two = (set(table.id) for table in fallen.waves.values())
    assert not one & two
    plan = Plan(interviews=100, quarters=2, overlap=0.5, moves=())
    one, two = (set(table.id) for table in simulate(plan, FEW).waves.values())
    again = len(one & two) / len(one)  # rung again 0.5, and answered again 0.8
    assert 0.3 < again < 0.5


def test_the_same_seed_gives_the_same_files_and_another_seed_others(fallen):
    again, other = simulate(FALL, FEW), simulate(Plan(400, 2, seed=1, moves=FALL.moves), FEW)
    assert all(again.waves[w].equals(fallen.waves[w]) for w in fallen.waves)
    assert not other.waves["2025Q1"].equals(fallen.waves["2025Q1"])


def test_a_fall_of_25_points_is_real_at_400_interviews_and_at_every_level(found):
    (row,) = found.changes[found.changes.moved.round(9) != 0].to_dict("records")
    assert row["kind"] == ACROSS and row["verdict"] in ("real", "proven")
    assert row["standing_called"] == row["score_called"] == row["probability_called"] == -1
    assert row["places"] < 0 and row["places_lower"] <= row["true_before"] - row["true_after"] <= row["places_upper"]


def test_when_nothing_changed_nothing_is_called():
    """By design it may fail for 5 seeds of 100 at each level; this seed is not one of them."""
    changes = results(simulate(STILL, FEW)).changes
    assert (changes.moved == 0).all() and (changes.places != 0).any()
    assert set(changes.verdict) == {"chance"}
    assert not changes[["score_called", "standing_called", "rank_called"]].to_numpy().any()


def test_who_is_shown_among_the_last_five_or_outside_is_there_in_truth(found):
    """All at once with 95 % confidence a quarter: two quarters of another seed may fail."""
    lasts = found.lasts
    assert (lasts.groupby("wave")[["printed", "true"]].sum() == 5).all(axis=None)
    assert lasts[lasts.shown_in].true.all() and not lasts[lasts.shown_out].true.any()
    assert (lasts.shown_in | lasts.shown_out).any()


def test_quarters_are_compared_with_their_neighbours_and_the_halves_as_years():
    made = comparisons(Year(Plan(), FEW, {}, None, ""))
    assert [kind for kind, *_ in made].count("within") == 6 and [kind for kind, *_ in made].count(ACROSS) == 1
    assert made[-1] == (YEARS, "2025Q1+2025Q2+2025Q3+2025Q4", "2026Q1+2026Q2+2026Q3+2026Q4")


def test_both_documents_have_the_same_numbers_and_they_are_those_found(fallen, found):
    texts = {language: document({400: (fallen, found)}, language) for language in ("zh", "en")}
    rows = {k: [line for line in v.splitlines() if line.startswith("| 400 ")] for k, v in texts.items()}
    numbers = {k: [re.findall(r"[-+]?\d[\d.]*", row) for row in v] for k, v in rows.items()}
    assert numbers["zh"] == numbers["en"] and len(numbers["en"]) == 5  # raw, levels, the mover, the last five twice
    still = found.changes[found.changes.moved.round(9) == 0]
    assert f"| {still.places.abs().mean():.1f} |" in texts["en"] and fallen.commitment in texts["zh"]
    assert "Simulated: nobody was asked" in texts["en"] and "模拟数据：没有访问任何人" in texts["zh"]
