"""Comparisons of waves that keep a part of their people: variances of explicit panels, simulated person by person."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from estimation import Comparison, usual_comparisons
from sampling import Assumed, foresee
from sampling.planning.kept import kept_comparisons, numbers_beside, overlaps_of

AREAS = pd.DataFrame({"area": [f"a{j}" for j in range(12)], "population": 90_000, "sample": 300})


def wave_means(waves: int, people: int, *, kept: float, rho: float, answering: float, rng) -> np.ndarray:
    """The mean answer in each wave (2000,waves): everybody is a coin of their own with chance √ρ, else a new coin."""
    leagues, theta, means = 2_000, 0.7, []
    kept_people = round(kept * people)
    lasting = rng.random((leagues, people)) < theta
    for _ in range(waves):
        new_coin = rng.random(lasting.shape) < theta
        answer = np.where(rng.random(lasting.shape) < np.sqrt(rho), lasting, new_coin)
        answers = rng.random(lasting.shape) < answering
        means.append((answer & answers).sum(axis=1) / answers.sum(axis=1))
        stay = rng.permuted(lasting, axis=1)[:, :kept_people]
        lasting = np.column_stack([stay, rng.random((leagues, people - kept_people)) < theta])
    return np.column_stack(means)


@pytest.mark.parametrize(("kept", "answering"), [(0.25, 1.0), (0.75, 1.0), (0.75, 0.5)])
def test_windows_of_waves_have_the_variance_and_correlation_of_simulated_panels(kept, answering):
    rho, people = 0.6, 80
    means = wave_means(8, people, kept=kept, rho=rho, answering=answering, rng=np.random.default_rng(4))
    designs = {"quarters": Comparison(), "years": Comparison(4)}
    overlaps = overlaps_of(kept, (), answering=answering, respondents=False)
    for name, design in kept_comparisons(designs, overlaps=overlaps, correlation=rho).items():
        q = design.quarters
        before, after = means[:, :q].mean(axis=1), means[:, q : 2 * q].mean(axis=1)
        expected = design.standard_error(people * answering, np.sqrt(0.7 * 0.3))
        assert (after - before).std() == pytest.approx(expected, rel=0.05), name  # three standard errors
        single = np.sqrt(0.21 / (design.information * q * people * answering))
        assert before.std() == pytest.approx(single, rel=0.05), name
    full = usual_comparisons(correlation=rho, information=1, watch=5)["years_panel"]
    assert (after - before).std() > 1.15 * full.standard_error(people * answering, np.sqrt(0.21))


def test_a_plan_that_keeps_a_quarter_is_not_shown_a_full_panel():
    see = lambda **options: foresee(AREAS, Assumed(fall=0.06, panel=0.8), rng=np.random.default_rng(2), **options)  # noqa: E731
    fresh, quarter, most = see(), see(kept=0.25), see(kept=0.9)
    assert not [d for d in quarter.designs if "panel" in d] and (quarter.kept, fresh.kept) == (0.25, None)
    by_score = {name: plan.called("quarters", "score")[300] for name, plan in (("fresh", fresh), ("kept", quarter))}
    panel = fresh.called("quarters_panel", "score")[300]
    assert by_score["fresh"] - 0.02 < by_score["kept"] < panel - 0.1
    assert by_score["kept"] < most.called("quarters", "score")[300]
    assert quarter.called("years", "standing")[150] < fresh.called("years", "standing")[150] - 0.03
    barely = see(kept=0.9, answering=0.05)
    assert barely.called("quarters", "score")[300] < by_score["kept"] + 0.05


def test_overlaps_of_rotation_groups_of_those_who_answer_are_those_of_simulated_groups():
    """2-2-2: one group begins in each wave, with 20,000 answers; 60 % of those called again answer."""
    rng, r, ages, people = np.random.default_rng(3), 0.6, (0, 1, 4, 5), 20_000
    lasting = {age: np.ones(people, dtype=bool) for age in ages}  # who still answers at each age
    for before, age in pairwise(ages):
        lasting[age] = lasting[before] & (rng.random(people) < r)
    told = overlaps_of(0.0, (2, 2, 2), answering=r, respondents=True)
    everybody = overlaps_of(0.0, (2, 2, 2), answering=r, respondents=False)
    total = sum(w.sum() for w in lasting.values())
    for d in range(1, 7):
        common = sum((lasting[a] & lasting[a + d]).sum() for a in ages if a + d in lasting)
        exact = common / total
        assert told[d - 1] == pytest.approx(exact, abs=0.01)
        assert everybody[d - 1] == pytest.approx(r * sum(a + d in lasting for a in ages) / 4)


@pytest.mark.parametrize(("completes", "kept", "again"), [(50, 30, 0.7), (20, 40, 0.6), (10, 3, 0.9)])
def test_new_numbers_beside_kept_people_are_the_fewest_that_suffice(completes, kept, again):
    """Against the distribution of both together, convolved by hand."""
    from scipy.stats import binom

    size = numbers_beside(completes, kept, again, response_rate=0.2)

    def suffices(new):
        both = np.convolve(binom(kept, again).pmf(np.arange(kept + 1)), binom(new, 0.2).pmf(np.arange(new + 1)))
        return both[completes:].sum() >= 0.95

    new = size.draw - kept
    assert suffices(new) and (new == 0 or not suffices(new - 1))
    assert kept <= size.expected_numbers <= size.draw
