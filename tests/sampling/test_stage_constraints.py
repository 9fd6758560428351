"""Two-stage allocations under several constraints: 20 problems against an independent solver."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

from sampling import allocate_stages_constrained
from words import Fault


def problem(seed: int):
    """3 to 6 strata in two overlapping domains and a third of all, with costs and correlations of their own."""
    rng = np.random.default_rng(seed)
    strata = pd.DataFrame({"stratum": [f"s{h}" for h in range(rng.integers(3, 7))]})
    strata = strata.assign(
        population=rng.integers(2_000, 90_000, len(strata)),
        psus=4_000,
        rho=rng.uniform(0.02, 0.3, len(strata)),
        psu_cost=rng.uniform(20, 200, len(strata)),
        cost=rng.uniform(2, 20, len(strata)),
    )
    members = {"first": strata.stratum[:-1], "second": strata.stratum[1:], "all": strata.stratum}
    rows = [(name, s, rng.uniform(0.2, 0.5)) for name, part in members.items() for s in part]
    spread = pd.DataFrame(rows, columns=["domain", "stratum", "sd"])
    return strata, spread, pd.Series({name: rng.uniform(0.008, 0.02) for name in members})


@pytest.mark.parametrize("seed", range(20))
def test_the_cost_is_that_of_an_independent_solver_and_whole_numbers_cost_little_more(seed):
    strata, spread, wanted = problem(seed)
    found = allocate_stages_constrained(strata, spread, wanted)
    size = strata.set_index("stratum").population
    rho, place, unit = (strata[c].to_numpy() for c in ("rho", "psu_cost", "cost"))
    effects = []
    for name in wanted.index:
        part = spread[spread.domain == name].set_index("stratum").sd
        weight = size[part.index] / size[part.index].sum()
        effects.append((weight * part).reindex(strata.stratum, fill_value=0.0).to_numpy() ** 2)
    effects, limit = np.array(effects), wanted.to_numpy() ** 2
    H = len(strata)

    def slack(x):
        k, m = np.exp(x[:H]), np.exp(x[H:])
        return 1 - effects @ ((1 + (m - 1) * rho) / (k * m)) / limit

    scale = found.cost
    cost = lambda x: float((np.exp(x[:H]) * (place + unit * np.exp(x[H:]))).sum()) / scale  # noqa: E731
    begin = np.concatenate([np.full(H, np.log(100.0)), np.full(H, np.log(4.0))])
    bounds = [(np.log(0.01), np.log(4_000))] * H + [(0, np.log(500))] * H
    options = {"maxiter": 500, "ftol": 1e-12}
    constraint = {"type": "ineq", "fun": slack}
    solved = minimize(cost, begin, method="SLSQP", bounds=bounds, constraints=constraint, options=options)
    assert solved.success and slack(solved.x).min() > -1e-6
    assert found.at_least == pytest.approx(solved.fun * scale, rel=1e-4)
    assert found.at_least <= found.cost * (1 + 1e-9) and found.cost < 1.05 * found.at_least
    assert (found.precision.expected <= found.precision.wanted * (1 + 1e-9)).all()
    k, m = found.psus.to_numpy(), found.each.to_numpy()
    exact = np.sqrt(effects @ ((1 + (m - 1) * rho) / (k * m)))
    np.testing.assert_allclose(found.precision.expected, exact)


def test_a_precision_that_all_places_together_do_not_reach_is_refused():
    strata, spread, wanted = problem(1)
    with pytest.raises(Fault) as caught:
        allocate_stages_constrained(strata.assign(psus=3), spread, wanted)
    assert caught.value.key == "sampling.unreachable"
