"""How heavy the tails of a change are if the waves share PSUs, and how many changed answers the league has."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from estimation.estimators.estimates import Linearization
from estimation.estimators.laws import Steps
from estimation.waves.influence import SharedInfluence


def change_steps(
    waves: Mapping[str, Linearization], coefficients: Mapping[str, float], areas: Sequence
) -> Steps | None:
    """The steps of Σ_t a_t θ_t of these areas, pooled over the league; None if the waves share nobody.

    waves         name -> linearisation
    coefficients  name -> a_t, from `window_change`
    """
    used = {name: w for name, w in waves.items() if coefficients.get(name, 0.0)}
    shared = SharedInfluence.of(used, areas)
    return shared_steps(shared, np.array([coefficients[name] for name in used])) if shared.present.any() else None


def shared_steps(shared: SharedInfluence, a: ArrayLike) -> Steps:
    """The steps from stacked influence values, with the coefficients a (T,).

    PSU j of an area with m PSUs contributes d_j = Σ_t a_t e_tj; on a scale common to all areas this is m d_j.
    R = Σ_a m²Σ_j d⁴ m²/Σ_a m²Σ_j d² is the square of a step on the common scale, and R/m² that on the area's scale.
    With M PSUs in the league, Σ md has the excess kurtosis Σ(md)⁴/(Σ(md)²)² - 3/M; one over this is the number of
    answers, each changed by one step of ±1, that would have the same.
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
    """Σ_j d^power (a,): by their d for PSUs in several waves, by a_t e_t for PSUs in one; of_all (T,g): Σ e^power."""
    several = (shared.e @ a) ** power - shared.e**power @ a**power
    return shared.by_area(a**power @ of_all) + np.bincount(shared.area, several, minlength=len(shared.areas))
