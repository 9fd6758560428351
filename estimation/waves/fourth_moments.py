"""How heavy the tails of a change are when the waves share PSUs, and how many changed answers the league shows."""

from collections.abc import Mapping

import numpy as np

from estimation.estimators.estimates import Linearization
from estimation.estimators.laws import Steps
from estimation.waves.influence import SharedInfluence


def change_steps(waves: Mapping[str, Linearization], coefficients: Mapping[str, float], areas) -> Steps | None:
    """The steps of Σ_t a_t θ_t of these areas, pooled over the league; None if the waves share nobody.

    waves   name -> linearisation;  coefficients: name -> a_t, as `window_change` makes them
    """
    used = {name: w for name, w in waves.items() if coefficients.get(name, 0.0)}
    shared = SharedInfluence.of(used, areas)
    return shared_steps(shared, np.array([coefficients[name] for name in used])) if shared.present.any() else None


def shared_steps(shared: SharedInfluence, a) -> Steps:
    """Steps from stacked influence values, a (T,): PSU j of m adds d_j = Σ_t a_t e_tj, in scale with others m d_j.

    Σ_a m²Σ_j d⁴ m²/Σ_a m²Σ_j d² = R is the square of a step on that scale, R/m² that of an area's own.  Of M PSUs the
    league's Σ d has the excess kurtosis Σ(md)⁴/(Σ(md)²)² - 3/M: that of 1/it answers that change by one step.
    """
    a = np.asarray(a, dtype=float)
    times = shared.present.sum(axis=1) - 1
    units = shared.by_area(shared.n.sum(axis=0)) - np.bincount(shared.area, times, minlength=len(shared.areas))
    second, fourth = (_sums(shared, a, power, kept) for power, kept in ((2, shared.square), (4, shared.fourth)))
    squares, fourths = (units**2 * second).sum(), (units**4 * fourth).sum()
    step = fourths / squares if squares > 0 else 0.0
    excess = fourths / squares**2 - 3 / units.sum() if squares > 0 else np.inf
    changed = 1 / excess if excess > 0 else np.inf
    size = np.divide(step, units**2, out=np.zeros(len(units)), where=units > 0)
    return Steps(size, units, np.full(len(units), changed))


def _sums(shared: SharedInfluence, a, power: int, of_all) -> np.ndarray:
    """Σ_j d^power (a,): PSUs in several waves by their d, those in one by a_t e_t; of_all (T,g): Σ e^power."""
    several = (shared.e @ a) ** power - shared.e**power @ a**power
    return shared.by_area(a**power @ of_all) + np.bincount(shared.area, several, minlength=len(shared.areas))
