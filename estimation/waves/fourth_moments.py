"""How skewed and how heavy in the tails a change is if the waves share PSUs, and how many answers changed."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from estimation.estimators.change_laws import Steps
from estimation.estimators.estimates import Linearization
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
    if not shared.present.any():
        return None
    mean_change = sum(coefficients[name] * _mean_value(w, areas) for name, w in used.items())
    return shared_steps(shared, [coefficients[name] for name in used], mean_change=mean_change)


def _mean_value(wave: Linearization, areas: Sequence) -> float:
    place = {name: j for j, name in enumerate(wave.names)}
    return float(wave.value[[place[area] for area in areas]].mean())


def shared_steps(shared: SharedInfluence, a: ArrayLike, *, mean_change: float = 0.0) -> Steps:
    """The steps from stacked influence values, with the coefficients a (T,); mean_change: of the areas.

    PSU j of an area with m PSUs contributes d_j = Σ_t a_t e_tj; on a scale common to all areas this is m d_j.
    R = Σ_a m⁴Σ_j d⁴/Σ_a m²Σ_j d² is the square of a step on the common scale, and R/m² that on the area's scale;
    Q = Σ_a m³Σ_j d³/Σ_a m²Σ_j d² is the length of a step with its sign, and Q/m that on the area's scale.
    With M PSUs in the league, Σ md has the excess kurtosis Σ(md)⁴/(Σ(md)²)² - 3/M; one over this is the number of
    answers, each changed by one step of ±1, that would have the same.
    """
    a = np.asarray(a, dtype=float)
    times = shared.present.sum(axis=1) - 1
    units = shared.by_area(shared.n.sum(axis=0)) - np.bincount(shared.area, times, minlength=len(shared.areas))
    kept = {2: shared.square, 3: shared.third, 4: shared.fourth}
    squares, cubes, fourths = ((units**power * _sums(shared, a, power, kept[power])).sum() for power in kept)
    step, signed = (fourths / squares, cubes / squares) if squares > 0 else (0.0, 0.0)
    excess = fourths / squares**2 - 3 / units.sum() if squares > 0 else np.inf
    changed = 1 / excess if excess > 0 else np.inf
    size = np.divide(step, units**2, out=np.zeros(len(units)), where=units > 0)
    length = np.divide(signed, units, out=np.zeros(len(units)), where=units > 0)
    return Steps(size, length, units, *(np.full(len(units), x) for x in (changed, mean_change)))


def _sums(shared: SharedInfluence, a, power: int, of_all) -> np.ndarray:
    """Σ_j d^power (a,): by their d for PSUs in several waves, by a_t e_t for PSUs in one; of_all (T,g): Σ e^power."""
    several = (shared.e @ a) ** power - shared.e**power @ a**power
    return shared.by_area(a**power @ of_all) + np.bincount(shared.area, several, minlength=len(shared.areas))
