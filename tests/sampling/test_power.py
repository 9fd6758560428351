"""The last k of a plan: a naive second simulation, the figures of docs/methods.md; the n for a wanted value."""

import numpy as np
import pytest

from estimation import Comparison, Estimate, comparison_power, interviews_needed, last_k, smooth_shares
from estimation.ranking.last_k import IN
from sampling import interviews_for, last_k_curve, league_rates
from words import LANGUAGES, Fault, text

LEAGUE = np.linspace(0.80, 0.97, 12)


def _naively(rates, n, k, draws, rng):
    """right, wrong, found, listed, shown by loops, the shown ones by `estimation.last_k` itself."""
    last, rows = set(np.argsort(rates)[:k]), []
    for _ in range(draws):
        share = rng.binomial(n, rates) / n
        listed = {j for j in range(len(rates)) if share[j] <= sorted(share)[k - 1]}
        estimate = smooth_shares(Estimate(range(len(rates)), share, np.diag(share * (1 - share) / n), np.inf), n)
        shown = (last_k(estimate, k, covariance="any").outcome == IN).sum()
        rows.append((not listed - last, len(listed - last), len(listed & last), len(listed), shown))
    return np.array(rows, dtype=float)


@pytest.mark.parametrize("n", [60, 900])
def test_the_curve_is_what_loops_over_simulated_waves_find(n):
    naive = _naively(LEAGUE, n, 3, 600, np.random.default_rng(1))
    ours = last_k_curve(LEAGUE, [n], k=3, rng=np.random.default_rng(2), draws=6000, independent=False)
    for column, values in zip(("right", "wrong", "found", "listed", "shown"), naive.T, strict=True):
        found, error = getattr(ours, column)[0], 5 * values.std() / np.sqrt(len(values)) + 5e-3
        assert found == pytest.approx(values.mean(), abs=error), column


def test_at_125_interviews_not_three_of_the_listed_five_belong_there():
    """docs/methods.md, the last k: 70 townships, true shares of standard deviation 0.044; 1.1 shown at 1,951."""
    rng = np.random.default_rng(3)
    rates = np.clip(rng.normal(0.8955, 0.044, (2000, 70)), 0.01, 0.99)
    curve = last_k_curve(rates, [125, 1951], k=5, rng=rng, draws=2000)
    assert curve.found[0] == pytest.approx(2.8, abs=0.15)
    assert curve.shown[0] < 0.02 and curve.shown[1] == pytest.approx(1.0, abs=0.2)


def test_more_interviews_list_more_rightly_and_progress_is_told():
    told = []
    curve = last_k_curve(
        LEAGUE, [50, 200, 800, 3200], k=3, rng=np.random.default_rng(4), progress=lambda *a: told.append(a)
    )
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
    for values in (curve.right, curve.found, curve.shown, -curve.wrong):
        assert (np.diff(values) > 0).all()
    assert (curve.error <= 0.5 / np.sqrt(4000)).all()
    assert list(curve.to_frame().index) == [50, 200, 800, 3200]


def test_a_design_effect_is_so_many_interviews_fewer():
    halves = [
        last_k_curve(LEAGUE, [n], k=3, rng=np.random.default_rng(5), design_effect=d) for n, d in ((100, 1), (200, 2))
    ]
    assert halves[0].right[0] == halves[1].right[0]


def test_a_plans_own_allocation_may_differ_by_area():
    plan = np.where(np.arange(12) < 4, 2000, 50)
    alike, more_below = (last_k_curve(LEAGUE, [n], k=3, rng=np.random.default_rng(6)) for n in (np.full(12, 700), plan))
    assert alike.interviews[0] == more_below.interviews[0] == 700
    assert alike.right[0] != more_below.right[0]


def test_rates_from_estimates_are_drawn_together_and_stay_shares():
    rng = np.random.default_rng(7)
    true = rng.normal(0.9, 0.03, 60)
    n = 100
    observed = rng.binomial(n, true) / n
    estimate = Estimate(range(60), observed, np.diag(np.full(60, 0.09 / n)), np.inf)
    rates = league_rates(estimate, draws=500, rng=rng)
    assert rates.shape == (500, 60) and ((rates > 0) & (rates < 1)).all()
    assert rates.std(axis=1).mean() < observed.std()
    assert rates.std(axis=1).mean() == pytest.approx(0.03, abs=0.012)


def test_an_area_without_an_estimate_is_drawn_like_the_others_of_its_league():
    rng = np.random.default_rng(7)
    estimate = Estimate(range(60), np.linspace(0.8, 0.97, 60), np.diag(np.full(60, 0.0005)), np.inf)
    areas = [*range(58, -1, -1), "new", "newer"]  # in another order, one of the estimates' areas not in the frame
    rates = league_rates(estimate, areas=areas, draws=2000, rng=rng)
    assert rates.shape == (2000, 61)
    assert rates[:, 58].mean() < rates[:, 0].mean() - 0.1  # area 0 and area 58
    known, new = rates[:, :59], rates[:, 59:]
    assert new.mean() == pytest.approx(known.mean(), abs=0.005)
    assert new.std() == pytest.approx(known.std(axis=1).mean(), rel=0.1)


def test_the_number_for_a_wanted_value_lies_on_the_curve():
    n, y = [100, 200, 400], [0.1, 0.3, 0.7]
    assert interviews_for(n, y, 0.3) == 200 and interviews_for(n, y, 0.05) == 100
    assert interviews_for(n, y, 0.5) == np.ceil(np.sqrt(200 * 400))
    assert interviews_for(n, y, 0.71) == np.inf
    assert interviews_for(n, [3, 2, 1], 2, falling=True) == 200
    assert interviews_for([100, 200, 400], [0.3, 0.29, 0.7], 0.3) == 100
    grid = np.geomspace(200, 4000, 60).round()
    power = [comparison_power(Comparison(), 0.05, areas=70, interviews=n, share=0.9).power for n in grid]
    needed = interviews_needed([0.05], level="standing", areas=70, share=0.9)[0]
    assert interviews_for(grid, power, 0.8) == pytest.approx(needed, rel=0.005)


FAULTS = {
    "power.rates": lambda: last_k_curve([0.9, 1.0], [50], k=1, rng=np.random.default_rng(1)),
    "power.interviews": lambda: last_k_curve(LEAGUE, [0], k=1, rng=np.random.default_rng(1)),
    "last_k.k": lambda: last_k_curve(LEAGUE, [50], k=12, rng=np.random.default_rng(1)),
}


@pytest.mark.parametrize("key", FAULTS)
def test_every_fault_speaks_both_languages(key):
    with pytest.raises(Fault) as caught:
        FAULTS[key]()
    assert caught.value.key == key
    assert len({text(key, language, **caught.value.values) for language in LANGUAGES}) == 2
