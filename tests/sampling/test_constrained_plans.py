"""Plans by costs and by precision constraints, in one stage and in two: against formulas, a solver, every neighbour."""

import json
from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

from sampling import Assumed, Constraint, Wanted, allocate, allocate_neyman, allocate_stages, expected_margins
from sampling.planning.area_precision import area_precision
from sampling.planning.staged_plan import with_best_each
from words import Fault

STRATA = pd.DataFrame(
    {
        "stratum": ["a/town", "a/village", "b/town", "b/village", "c/town"],
        "area": ["a", "a", "b", "b", "c"],
        "mode": None,
        "population": [4_000, 9_000, 2_500, 1_500, 20_000],
    }
)
COSTS = {"a/town": 10.0, "a/village": 40.0, "b": 20.0, "c": 15.0}
THREE = (Constraint("a", 0.8, 0.06), Constraint("a+b", 0.5, 0.05, "trust"), Constraint("all", 0.9, 0.02))


def refused(do, *arguments, **options) -> str:
    with pytest.raises(Fault) as caught:
        do(*arguments, **options)
    return caught.value.key


def test_neyman_s_allocation_reckons_with_costs_between_areas_and_within_them():
    plan = allocate(STRATA, Wanted(600, "neyman", costs=COSTS))
    mean = [(4_000 * 10 + 9_000 * 40) / 13_000, 20.0, 15.0]
    areas = pd.DataFrame({"stratum": ["a", "b", "c"], "population": [13_000, 4_000, 20_000], "sd": 0.3, "cost": mean})
    expected = allocate_neyman(areas, 600)
    assert plan.groupby("area").interviews.sum().to_dict() == expected.to_dict()
    a = plan[plan.area == "a"].interviews.to_numpy()
    assert a[0] / a[1] == pytest.approx(4 / 9 * np.sqrt(4), rel=0.03)
    assert plan.cost.tolist() == [10, 40, 20, 20, 15]
    same = allocate(STRATA, Wanted(600, costs=COSTS))
    assert same.interviews.equals(allocate(STRATA, Wanted(600)).interviews)
    margins = area_precision(plan.rename(columns={"interviews": "sample"}), p=0.9)
    assert margins.cost.iloc[-1] == (plan.cost * plan.interviews).sum()


def test_constraints_are_met_at_the_cost_of_an_independent_solver_and_no_neighbour_is_cheaper():
    wanted = Wanted(5_000, constraints=THREE, costs=COSTS, assumed=Assumed(design_effect=1.3))
    plan = allocate(STRATA, wanted)
    options = {"design_effect": 1.3, "eligibility": 1.0}
    margins = expected_margins(plan, THREE, **options)
    assert (margins.expected <= margins.margin * (1 + 1e-9)).all()
    cost, n = plan.cost.to_numpy(), plan.interviews.to_numpy()
    slack = lambda x: (margins.margin - expected_margins(plan.assign(interviews=x), THREE, **options).expected) * 100  # noqa: E731
    bounds = [(1, N) for N in STRATA.population]
    constraint, accurate = {"type": "ineq", "fun": slack}, {"ftol": 1e-12, "maxiter": 500}
    solved = minimize(
        lambda x: cost @ x / 1e4, n * 1.2, method="SLSQP", bounds=bounds, constraints=constraint, options=accurate
    )
    assert solved.success and solved.fun * 1e4 <= cost @ n * (1 + 1e-6) and cost @ n < 1.01 * solved.fun * 1e4
    for change in product((-1, 0, 1), repeat=5):
        near = n + np.array(change)
        if cost @ near < cost @ n:
            assert slack(near).min() < 0


def test_the_margin_of_an_area_is_the_one_that_the_plan_s_table_has():
    plan = allocate(STRATA, Wanted(5_000, constraints=THREE[:1]))
    of_area = area_precision(plan.rename(columns={"interviews": "sample"}), p=0.8)
    exact = expected_margins(plan, THREE[:1], design_effect=1.0, eligibility=1.0).expected[0]
    assert of_area.margin[0] == pytest.approx(exact, rel=1e-3)  # S² is p(1-p) here, p(1-p) N/(N-1) there


def places() -> pd.DataFrame:
    rows = [(f"{s}-{k:03d}", s, 60) for s in STRATA.stratum for k in range(150)]
    return pd.DataFrame(rows, columns=["unit_id", "stratum", "units"])


@pytest.mark.parametrize("each", [None, 6])
def test_two_stages_meet_constraints_with_a_correlation_and_take_the_best_number_in_each_place(each):
    wanted = Wanted(9_000, constraints=THREE, costs=COSTS, icc=0.05, psu_cost=100.0, each=each)
    wanted = with_best_each(wanted, STRATA)
    mean = float(np.average([10, 40, 20, 20, 15], weights=STRATA.population))
    best = np.sqrt(100 * 0.95 / (mean * 0.05))
    assert wanted.each == each or abs(wanted.each - best) < 1
    plan = allocate_stages(STRATA, places(), wanted)
    assert (plan.interviews == plan.psus * wanted.each).all() and (plan.psus >= 2).all()
    margins = expected_margins(plan, THREE, design_effect=1.0, eligibility=1.0, rho=0.05)
    assert (margins.expected <= margins.margin * (1 + 1e-9)).all()
    fewer = plan.assign(psus=plan.psus - 1, interviews=plan.interviews - wanted.each)
    assert (
        expected_margins(fewer, THREE, design_effect=1.0, eligibility=1.0, rho=0.05).expected > margins.margin
    ).any()
    assert plan.cost.to_numpy() == pytest.approx(np.array([10, 40, 20, 20, 15]) + 100 / wanted.each)
    alone = allocate(STRATA, Wanted(9_000, constraints=THREE))
    assert plan.interviews.sum() > alone.interviews.sum()  # people of one place answer alike


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ({"costs": {"d": 3.0}}, "sample.costs"),
        ({"costs": {"a": -3.0, "b": 1.0, "c": 1.0}}, "sample.costs"),
        ({"costs": {"a": 3.0}}, "sample.costs_missing"),
        ({"constraints": (Constraint("d", 0.5, 0.05),)}, "sample.constraint_area"),
        ({"constraints": (Constraint("a", 0.5, 0.05), Constraint("a", 0.8, 0.05))}, "sample.constraint_twice"),
        ({"constraints": (Constraint("all", 0.5, 0.02),)}, "sample.constraints_need"),
    ],
)
def test_what_a_plan_cannot_mean_is_refused_with_the_reason(options, key):
    assert refused(allocate, STRATA, Wanted(600, **options)) == key


def test_what_cannot_be_combined_is_refused_when_the_plan_is_written():
    assert refused(Wanted, 600, constraints=THREE, modes={"mobile": 1.0}) == "sample.constraints_modes"
    assert refused(Wanted, 600, icc=0.1, psu_cost=3.0) == "sample.icc_alone"
    assert refused(Wanted, 600, constraints=THREE, each=4) == "sample.icc"
    assert refused(Wanted, 600, constraints=THREE, icc=1.0, psu_cost=3.0) == "sample.icc"
    assert refused(Constraint, "a", 0.0, 0.1) == "sampling.fraction"


def test_a_plan_keeps_its_costs_and_constraints_when_it_is_written_down():
    wanted = Wanted(600, constraints=THREE, costs=COSTS, icc=0.1, psu_cost=3.0, call_dead=0.1)
    assert Wanted.read(json.loads(json.dumps(wanted.plain()))) == wanted
