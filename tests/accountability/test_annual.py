"""Annual verdicts: the mean of a year's waves, with what they share, and limits that keep their level."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from accountability.league.joined import joined_waves
from accountability.league.ranks import league_ranks
from accountability.league.wave_measure import WaveMeasure
from accountability.rules import Rule
from accountability.rules.annual import annual_estimates, annual_limits, annual_verdicts, wave_parts
from accountability.rules.kind import EQUAL, INTERVIEWS, POPULATION
from accountability.rules.table import verdict_table
from estimation import Design, Measure, combine
from estimation.precision.finite import AREA, Population
from words import Fault

SHARE = Measure("safe", "share", ("q",), frozenset({"1"}), {}, True)
RULES = (Rule("last", "not_last", 2), Rule("eighty", "at_least", 0.8))
QUARTERS = ("2025Q1", "2025Q2", "2025Q3", "2025Q4")


def quarter(wave: str, p: np.ndarray, n: int, rng, *, people: str = "") -> WaveMeasure:
    """n people in each area, safe with probability p (k,); people: what makes them the same in other waves."""
    area = np.repeat([f"a{j:02}" for j in range(len(p))], n).astype(object)
    psu = [f"{people or wave}-{k}" for k in range(len(area))]
    table = pd.DataFrame({"weight": 1.0, "stratum": area, "psu": psu})
    design = Design.from_table(table, weight="weight", stratum="stratum", psu="psu")
    return WaveMeasure(SHARE, (rng.random(len(area)) < np.repeat(p, n)).astype(float), area, design)


EIGHT = np.full(8, 0.85)


def year(rng, p=EIGHT, n=40):
    return {wave: quarter(wave, p, n, rng) for wave in QUARTERS}


def test_a_year_of_one_wave_is_that_wave():
    rng = np.random.default_rng(1)
    wave = quarter("2025", np.linspace(0.6, 0.95, 8), 60, rng)
    areas = list(wave.areas.names)
    ranks, verdicts = annual_verdicts({"2025": wave}, areas, RULES, level=0.95, rng=np.random.default_rng(2))
    alone = league_ranks(wave, areas, level=0.95, rng=np.random.default_rng(2))
    pd.testing.assert_frame_equal(verdicts, verdict_table(wave, alone, RULES))
    assert ranks.rank.tolist() == alone.rank.tolist() and ranks.upper.tolist() == alone.upper.tolist()


def test_the_value_is_the_mean_and_the_variances_of_other_people_add_up():
    waves = year(np.random.default_rng(3))
    names = list(waves["2025Q1"].areas.names)
    estimates = annual_estimates(waves, names)
    np.testing.assert_allclose(estimates.design.value, np.mean([w.areas.value for w in waves.values()], axis=0))
    of_waves = np.sum([w.areas.variance for w in waves.values()], axis=0)
    np.testing.assert_allclose(estimates.design.variance, of_waves / 16)
    assert (estimates.growth == 1).all()


def test_the_same_people_in_all_waves_are_worth_less_than_other_people():
    """Each answers alike all year: the year knows no more than one quarter does."""
    rng = np.random.default_rng(4)
    p = np.full(8, 0.8)
    answers = quarter("2025Q1", p, 50, rng, people="panel")
    waves = dict.fromkeys(QUARTERS, answers)
    names = list(answers.areas.names)
    estimates = annual_estimates(waves, names)
    np.testing.assert_allclose(estimates.design.variance, answers.areas.variance)
    limits = annual_limits(waves, estimates, level=0.95)
    fresh = annual_limits(year(rng, p, 50), annual_estimates(year(rng, p, 50), names), level=0.95)
    assert ((limits.upper - limits.lower) > 1.5 * (fresh.upper - fresh.lower)).all()


def test_limits_of_a_year_of_small_quarters_keep_their_level():
    """400 years of an area at 90 %, 20 asked a quarter: the limits are wrong in at most 5 % (and Monte-Carlo error)."""
    rng, wrong, count = np.random.default_rng(5), 0, 0
    for _ in range(10):
        waves = year(rng, np.full(40, 0.9), 20)
        limits = annual_limits(waves, annual_estimates(waves, list(waves["2025Q1"].areas.names)), level=0.95)
        wrong, count = wrong + int(((limits.lower > 0.9) | (limits.upper < 0.9)).sum()), count + 40
    assert wrong <= 0.05 * count + 2.6 * (0.05 * 0.95 * count) ** 0.5
    assert wrong >= 2  # neither are they so wide that they are never wrong


def test_an_area_missing_in_one_quarter_has_no_annual_verdict():
    rng = np.random.default_rng(6)
    waves = year(rng)
    waves["2025Q3"] = quarter("2025Q3", np.full(7, 0.85), 40, rng)
    areas = list(waves["2025Q1"].areas.names)
    verdicts = annual_verdicts(waves, areas, RULES, level=0.95, rng=rng)[1]
    assert set(verdicts.area) == set(areas[:7])
    with pytest.raises(Fault):
        annual_verdicts(waves, ["nowhere"], RULES, level=0.95, rng=rng)


def unequal_year(people: str = "") -> dict[str, WaveMeasure]:
    """Four quarters with 20, 40, 60 and 80 people in each area, the same people in all if `people` is named."""
    rng = np.random.default_rng(8)
    sizes = zip(QUARTERS, (20, 40, 60, 80), strict=True)
    return {wave: quarter(wave, EIGHT, n, rng, people=people) for wave, n in sizes}


def test_weighted_by_interviews_a_year_of_other_people_is_one_sample_of_all_of_them():
    waves = unequal_year()
    areas = list(waves["2025Q1"].areas.names)
    found = annual_estimates(waves, areas, INTERVIEWS)
    answers = pd.concat([pd.Series(w.values).groupby(np.asarray(w.area)).agg(["sum", "size"]) for w in waves.values()])
    pooled = answers.groupby(level=0).sum().loc[areas]
    np.testing.assert_allclose(found.design.value, pooled["sum"] / pooled["size"], rtol=1e-12)
    assert np.abs(found.design.value - annual_estimates(waves, areas).design.value).max() > 0.005
    np.testing.assert_allclose(annual_limits(waves, found, level=0.95).lower < found.design.value, True)


@pytest.mark.parametrize("people", ["", "panel"])
def test_parts_that_are_the_same_in_all_areas_are_the_coefficients_of_a_combination(people):
    """With what waves of the same people share, and its degrees of freedom."""
    waves = unequal_year(people)
    areas = list(waves["2025Q1"].areas.names)
    found = annual_estimates(waves, areas, INTERVIEWS)
    tenths = dict(zip(QUARTERS, (0.1, 0.2, 0.3, 0.4), strict=True))
    for one, joined in zip((found.design, found.judged), joined_waves(waves, areas)[::2], strict=True):
        direct = combine(joined, tenths)
        np.testing.assert_allclose(one.value, direct.value, rtol=1e-12)
        np.testing.assert_allclose(one.covariance, direct.covariance, rtol=1e-12, atol=1e-18)
        np.testing.assert_allclose(one.df, direct.df, rtol=1e-9)


def test_weighted_by_population_each_eligible_person_counts_the_same_and_unknown_numbers_are_named():
    waves = unequal_year()
    areas = list(waves["2025Q1"].areas.names)
    with pytest.raises(Fault) as fault:
        annual_estimates(waves, areas, POPULATION)
    assert fault.value.key == "annual.population" and fault.value.values["wave"] == "2025Q1"
    people = {wave: dict.fromkeys(areas, 1000.0 * (k + 1)) | {"a00": 4000.0} for k, wave in enumerate(QUARTERS)}
    known = {wave: replace(data, population=Population(AREA, people[wave])) for wave, data in waves.items()}
    parts = wave_parts(known, areas, POPULATION)
    np.testing.assert_allclose(parts[:, 1], [0.1, 0.2, 0.3, 0.4])
    np.testing.assert_allclose(parts[:, 0], 0.25)
    values = np.array([waves[wave].areas.select(areas).value for wave in QUARTERS])
    found = annual_estimates(known, areas, POPULATION)
    np.testing.assert_allclose(found.design.value, (parts * values).sum(axis=0), rtol=1e-12)
    assert (wave_parts(known, areas, EQUAL) == 0.25).all()
