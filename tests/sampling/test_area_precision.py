"""Margins of areas from their strata, against the spread of estimates in samples that are drawn."""

import numpy as np
import pandas as pd
import pytest

from sampling import Assumed, Wanted, allocate, foresee
from sampling.planning.area_precision import area_precision, spread_within
from sampling.planning.size import expected_precision

Z = 1.9599639845


def test_an_area_without_strata_has_the_margin_that_it_had():
    one = pd.DataFrame({"area": ["a", "b"], "population": [60, 900], "sample": [20, 30]})
    found = area_precision(one, p=0.9, eligibility=0.8, deff=1.2, cost=3.0)
    wanted = expected_precision(one.rename(columns={"area": "stratum"}), p=0.9, eligibility=0.8, deff=1.2, cost=3.0)
    np.testing.assert_allclose(found.margin, wanted.margin, rtol=1e-12)
    assert found.cost.tolist() == [60.0, 90.0, 150.0] and found.area.tolist() == ["a", "b", None]
    np.testing.assert_allclose(spread_within(one), 1.0, rtol=1e-12)


def test_three_mobiles_for_one_landline_of_thirty_each_is_what_samples_scatter():
    """15 of 30 and 5 of 30, standard deviation 0.3: .1315; the area as one stratum would promise .1074."""
    lists = pd.DataFrame({"stratum": ["m", "l"], "area": "a", "mode": ["mobile", "landline"], "population": [30, 30]})
    plan = allocate(lists, Wanted(20, modes={"mobile": 3, "landline": 1}))
    strata = plan.rename(columns={"interviews": "sample"})
    assert dict(zip(plan["mode"], plan.interviews, strict=True)) == {"mobile": 15, "landline": 5}
    found = area_precision(strata, sd=0.3).margin.iloc[0]
    assert found == pytest.approx(0.1315, abs=5e-5)
    assert area_precision(strata.assign(sample=10), sd=0.3).margin.iloc[0] == pytest.approx(0.1074, abs=5e-5)
    assert spread_within(strata).tolist() == pytest.approx([4 / 3])
    rng = np.random.default_rng(3)
    answers = np.array([rng.permutation(np.linspace(-1, 1, 30)) for _ in range(2)])
    answers *= 0.3 / answers.std(axis=1, ddof=1, keepdims=True)
    drawn = rng.permuted(np.broadcast_to(answers, (20_000, 2, 30)), axis=2)
    means = (drawn[:, 0, :15].mean(axis=1) + drawn[:, 1, :5].mean(axis=1)) / 2
    assert Z * means.std() == pytest.approx(found, rel=0.02)


def test_a_master_sample_is_not_the_population():
    """Half of a master sample of a millionth of all numbers is a millionth of them: no finite population."""
    master = pd.DataFrame({"area": ["c"], "population": [30_000], "sample": [15_000], "represents": [3e10]})
    assert area_precision(master, p=0.9).margin.iloc[0] == pytest.approx(Z * np.sqrt(0.09 / 15_000), rel=1e-4)
    as_all = area_precision(master.drop(columns="represents"), p=0.9).margin.iloc[0]
    assert as_all == pytest.approx(Z * np.sqrt(0.09 / 15_000 / 2), rel=1e-4)
    assert area_precision(master, p=0.9).weight.iloc[0] == pytest.approx(2e6)


def test_8_200_of_a_master_sample_of_17_000_tell_0065_and_not_the_0047_of_a_population_of_17_000():
    master = pd.DataFrame({"area": ["c"], "population": [17_000], "sample": [8_200], "represents": [3e6]})
    assert area_precision(master, p=0.9).margin.iloc[0] == pytest.approx(0.0065, abs=5e-5)
    assert area_precision(master.drop(columns="represents"), p=0.9).margin.iloc[0] == pytest.approx(0.0047, abs=5e-5)


def test_a_stratum_of_one_person_who_may_not_be_eligible_is_no_fault():
    strata = pd.DataFrame({"area": "a", "population": [1, 99], "sample": [1, 9]})
    assert np.isfinite(area_precision(strata, p=0.9, eligibility=0.8).margin).all()


def test_what_a_plan_can_show_counts_the_rates_within_areas():
    rows = [(f"a{j}", population, n) for j in range(8) for population, n in ((500, 90), (500, 10))]
    uneven = pd.DataFrame(rows, columns=["area", "population", "sample"])
    even = uneven.assign(sample=50)
    see = lambda table: foresee(table, Assumed(fall=0.1), rng=np.random.default_rng(1))  # noqa: E731
    one, other = see(uneven), see(even)
    assert list(one.power.interviews) == list(other.power.interviews)
    assert (one.power.wrong.to_numpy() > other.power.wrong.to_numpy() + 0.05).all()
    assert one.called("years", "standing")[100] < other.called("years", "standing")[100] - 0.1
    assert one.precision.margin.iloc[0] > 1.5 * other.precision.margin.iloc[0]
