"""How skewed a change is if the waves share PSUs: its third cumulant relative to that of independent waves."""

from collections.abc import Mapping

import numpy as np

from estimation.estimators.estimates import Linearization
from estimation.waves.influence import SharedInfluence


def third_ratio(waves: Mapping[str, Linearization], coefficients: Mapping[str, float]) -> float:
    """κ₃ of Σ_t a_t θ_t over what it would be if the waves shared nobody, pooled over the league; 1 if they do not.

    waves         name -> linearisation;  coefficients: name -> a_t, as `window_change` makes them
    PSU j of an area contributes Σ_t a_t S_t x_tj, where x_tj is its standardised value in each wave t that has it, and
    S_t = s/n_t with the area's standard deviation s, which is the same in all waves as long as nothing changed.  If all
    x have the skewness γ, and E x_s² x_t = h₂ γ and E x_s x_t x_u = h₃ γ for waves that share a PSU, then

        κ₃/γ = Σ_j [p₃ + 3 h₂ (p₁p₂ - p₃) + h₃ (p₁³ - 3 p₁p₂ + 2 p₃)],   p_m = Σ_{t∋j} (a_t S_t)^m

    while independent waves have Σ_j p₃.  h₂ and h₃ are ratios of sums over all common PSUs of the league, with
    0 <= h₃ <= h₂ <= 1; both κ₃ are summed over areas with the sign of the second.  If Σ_j p₃ is 0 in every area,
    neither is skewed and the ratio is 0.  Negative ratios, of waves that nearly cancel, count as 0.
    """
    used = {name: w for name, w in waves.items() if coefficients.get(name, 0.0)}
    areas = [a for a in next(iter(used.values())).names if all(a in set(w.names) for w in used.values())]
    shared = SharedInfluence.of(used, areas)
    if not shared.present.any():
        return 1.0
    a = np.array([coefficients[name] for name in used])
    n = np.stack([shared.by_area(row) for row in shared.n])
    v = np.stack([shared.by_area(row) for row in shared.square])
    s = np.sqrt((n**2 * v).sum(axis=0) / n.sum(axis=0))
    b = a[:, None] * s / n
    two_alike, all_apart = _alike(shared.e * n.T[shared.area], shared.present)
    p = [(np.where(shared.present, b.T[shared.area], 0.0) ** m).sum(axis=1) for m in (1, 2, 3)]
    mixed = 3 * two_alike * (p[0] * p[1] - p[2]) + all_apart * (p[0] ** 3 - 3 * p[0] * p[1] + 2 * p[2])
    apart = (n * b**3).sum(axis=0)
    together = apart + np.bincount(shared.area, mixed, minlength=len(areas))
    whole = np.abs(apart).sum()
    return max(0.0, float(np.sign(apart) @ together / whole)) if whole > 0 else 0.0


def _alike(x, present) -> tuple[float, float]:
    """h₂ and h₃ from values (c,T) on one scale: ratios of sums over PSUs in two waves and in three.

    The values are not standardised by area: where few people answer otherwise, the standard deviation of an area is
    related to how long they keep doing so.
    """
    q, times = [(x**m).sum(axis=1) for m in (1, 2, 3)], present.sum(axis=1)
    pairs, pure = (q[0] * q[1] - q[2]).sum(), ((times - 1) * q[2]).sum()
    triples, pure_three = (q[0] ** 3 - 3 * q[0] * q[1] + 2 * q[2]).sum(), ((times - 1) * (times - 2) * q[2]).sum()
    two_alike = float(np.clip(pairs / pure, 0, 1)) if pure else 0.0
    return two_alike, float(np.clip(triples / pure_three, 0, two_alike)) if pure_three else 0.0
