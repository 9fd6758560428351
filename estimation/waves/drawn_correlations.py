"""The correlation of two waves of one area: estimated from its common PSUs, and shrunk towards that of the league."""

from itertools import combinations
from typing import NamedTuple

import numpy as np

from estimation.waves.influence import SharedInfluence

STEPS = 40  # bisections for how far a matrix is moved towards one that is positive semi-definite


class Drawn(NamedTuple):
    """What two waves of each area have in common; arrays (a,T,T).

    correlation  r, of the estimates of each area between waves: positive semi-definite, with ones on the diagonal
    overlap      g, the part of the area's samples that two waves have in common, between 0 and 1
    df           those of the variance D_a of the difference of the common PSUs
    """

    correlation: np.ndarray
    overlap: np.ndarray
    df: np.ndarray


def drawn_correlations(shared: SharedInfluence, variances: np.ndarray) -> Drawn:
    """r_a (a,T,T), the correlations between waves of each area's estimate, with the overlap and the df behind them.

    variances: V_t (T,a), to which the correlations belong, those of the design or smoothed ones
    For two waves with n_1 and n_2 answering PSUs, let s_t² = n_t V_t be the variance of one PSU, and k its covariance
    between the waves.  D = s_1² + s_2² - 2k is then the variance of the difference between a common PSU's two values.

        k̂_a from Σ_h f_h Σ_common e_1 e_2,  f_h = √((1-1/n_1)(1-1/n_2))/κ_h,  κ_h = 1 - 1/n_1 - 1/n_2 + c/(n_1 n_2)
        D̂_a with the design's variances;  D_a = D̂_a shrunk towards what the league expects of such an area (`drawn`)
        ρ_a = (s_1² + s_2² - D_a)/(2 s_1 s_2), at most 1;  r_a = g_a ρ_a,  g_a the part that both samples have in common

    e are the influence values (`SharedInfluence`), and h strata with n_1 and n_2 PSUs in the waves, c of them common.
    κ_h makes the sum unbiased for the covariance; Kish (1965), 12.4.  It is D that is shrunk, and not ρ, because areas
    whose people differ more from one another do not always change more.
    """
    waves, areas = shared.n.shape[0], len(shared.areas)
    correlation, expected, overlap, df = (np.tile(np.eye(waves), (areas, 1, 1)) for _ in range(4))
    for s, t in combinations(range(waves), 2):
        pair = _Pair.of(shared, s, t)
        unit = pair.n * variances[[s, t]]
        of_area, of_league, df[:, s, t] = pair.correlations(unit)
        df[:, t, s], overlap[:, s, t], overlap[:, t, s] = df[:, s, t], pair.overlap, pair.overlap
        correlation[:, s, t] = correlation[:, t, s] = of_area * pair.overlap
        expected[:, s, t] = expected[:, t, s] = of_league * pair.overlap
    if waves > 2:
        correlation = _possible(correlation, _possible(expected, np.tile(np.eye(waves), (areas, 1, 1))))
    return Drawn(correlation, overlap, df)


def drawn(
    difference: np.ndarray, spread: np.ndarray, information: np.ndarray, size: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """D_a = λ_a D̂_a + (1 - λ_a) D̄_a, the expected D̄_a, and the df of D_a (a,): credibility with a regression.

    difference   D̂ (a,)
    spread       its estimated sampling variance (a,)
    information  ν (a,), the df of D̂_a: its sampling variance is inversely proportional to them
    size         u (a,), the mean (s_1² + s_2²)/2 of the area

        D̄_a = α + β u_a, least squares with weights ν, 0 <= β <= Σν D̂/Σν u; at least half of Σν D̂/Σν u times u_a
        λ_a = τ²/(τ² + φ/(ν_a - 2)),   φ = Σν² spread/D̄²/Σν,   τ² = max(0, (Σν(D̂/D̄ - 1)² - (a-2)φ)/Σν)

    D̂_a and u_a are computed from the same answers: a steeper line would return its own error to each area, and weights
    that depend on u_a would leave the league less change than it shows (docs/decisions.md).
    φ/ν is the sampling variance of D̂/D̄, a little larger where ν is small (as in Fisher's 1/(pairs - 3)); τ² is the
    variance between areas, estimated from how much more they differ than sampling explains.  Bühlmann & Straub (1970),
    Hachemeister (1975).
    df = 1/(λ_a/ν_a + (1 - λ_a)/Σν), with λ_a for a τ² that is larger by its standard error φ√(2a)/Σν, because τ² is
    estimated; if it were known, the df would be ν + d_0 where D̂_a has the weight ν/(ν + d_0), as in Smyth (2004).
    A single area keeps its D̂.
    """
    if len(difference) == 1:
        return difference, difference, np.maximum(information, 1.0)
    expected = _expected(difference, information, size)
    surplus = np.maximum(information - 2, 0)
    telling = (surplus > 0) & (expected > 0)
    trust, cautious = np.zeros(len(difference)), np.zeros(len(difference))
    ratio = np.divide(difference, expected, out=np.zeros(len(difference)), where=expected > 0)
    if telling.sum() > 2:
        nu = information[telling]
        of_one = nu**2 @ (spread[telling] / expected[telling] ** 2) / nu.sum()
        excess = nu @ (ratio[telling] - 1) ** 2 - (telling.sum() - 2) * of_one
        between, unsure = max(0.0, excess / nu.sum()), np.sqrt(2 * telling.sum()) * of_one / nu.sum()
        for share, variance in ((trust, between), (cautious, between + unsure)):
            if variance > 0:
                share[telling] = variance / (variance + of_one / surplus[telling])
    df = 1 / (cautious / information + (1 - cautious) / information.sum())
    return trust * difference + (1 - trust) * expected, expected, np.maximum(df, 1.0)


def _expected(difference, information, size) -> np.ndarray:
    """D̄ (a,) of `drawn`: larger for areas whose PSUs differ more, to the extent that the league shows."""
    ratio = max((information @ difference) / (information @ size), 0.0)
    mean_size, mean_difference = (np.average(x, weights=information) for x in (size, difference))
    spread = information @ (size - mean_size) ** 2
    slope = information @ ((size - mean_size) * difference) / spread if spread > 0 else 0.0
    return np.maximum(mean_difference + np.clip(slope, 0.0, ratio) * (size - mean_size), ratio * size / 2)


class _Pair(NamedTuple):
    """What is computed for two waves: n (2,a), overlap g, information ν, difference D̂ and its `spread`, each (a,)."""

    n: np.ndarray
    overlap: np.ndarray
    information: np.ndarray
    difference: np.ndarray
    spread: np.ndarray

    @classmethod
    def of(cls, shared: SharedInfluence, s: int, t: int) -> "_Pair":
        """Waves s and t of the stacked influence values."""
        by_area, in_both = shared.by_area, shared.present[:, s] & shared.present[:, t]
        e1, e2 = shared.e[in_both, s], shared.e[in_both, t]
        c = shared.by_group(np.ones(len(e1)), in_both)
        n1, n2 = (np.maximum(shared.n[w], 1) for w in (s, t))
        v1, v2 = shared.square[s], shared.square[t]
        several = (n1 > 1) & (n2 > 1) & (c > 0)
        kappa = np.where(several, 1 - 1 / n1 - 1 / n2 + c / (n1 * n2), 1.0)
        factor = np.sqrt(np.where(several, (1 - 1 / n1) * (1 - 1 / n2), 1.0)) / kappa
        n = np.stack([by_area(shared.n[w]) for w in (s, t)])
        v = np.stack([by_area(v1), by_area(v2)])
        overlap = _overlap(by_area(c), by_area(c * np.sqrt(v1 * v2 / (n1 * n2))), n, v)
        upscale = np.divide(np.sqrt(n[0] * n[1]), overlap, out=np.zeros(len(overlap)), where=overlap > 0)
        product = (factor * upscale[shared.group_area])[shared.group[in_both]] * e1 * e2
        area = shared.area[in_both]
        added = n[0][area] * e1**2 + n[1][area] * e2**2 - 2 * product
        difference = n[0] * v[0] + n[1] * v[1] - 2 * np.bincount(area, product, minlength=len(overlap))
        spread = _centred_squares(np.bincount(area, minlength=len(overlap)), area, added)
        for w, e, size, variance in zip((s, t), (e1, e2), n, v, strict=True):
            squares = by_area(shared.fourth[w]) - np.bincount(area, e**4, minlength=len(size))
            total = variance - np.bincount(area, e**2, minlength=len(size))
            apart = size - np.bincount(area, minlength=len(size))
            mean = np.divide(total**2, apart, out=np.zeros(len(size)), where=apart > 0)
            spread += size**2 * np.maximum(squares - mean, 0)
        return cls(n, overlap, by_area(c * kappa), difference, spread)

    def correlations(self, unit: np.ndarray) -> np.ndarray:
        """ρ_a, the ρ_a that the league expects, and the df of D_a (3,a); unit: s_t² (2,a).

        They are 0 where nothing is shared.
        """
        drawn_rows = np.zeros((3, len(self.overlap)))
        met = (self.information > 0) & (self.overlap > 0) & (unit > 0).all(axis=0)
        if met.any():
            size = unit[:, met].mean(axis=0)
            *differences, df = drawn(self.difference[met], self.spread[met], self.information[met], size)
            scale = np.sqrt(unit[0, met] * unit[1, met])
            for row, difference in zip(drawn_rows[:2], differences, strict=True):
                row[met] = np.clip((size - difference / 2) / scale, -1, 1)
            drawn_rows[2, met] = df
        return drawn_rows


def _overlap(c, largest, n, v) -> np.ndarray:
    """g (a,), between 0 and 1: `largest`, the covariance if common PSUs had the same values, over √(V_1 V_2).

    It is c/√(n_1 n_2) where an area has no variance in one of the waves.
    """
    variance, counted = v[0] * v[1], n[0] * n[1]
    by_count = np.divide(c, np.sqrt(counted), out=np.zeros(len(c)), where=counted > 0)
    return np.minimum(np.divide(largest, np.sqrt(variance), out=by_count, where=variance > 0), 1.0)


def _centred_squares(count, area, values) -> np.ndarray:
    """Σ(x - x̄)² (a,) of values over each area's cells."""
    total = np.bincount(area, values, minlength=len(count))
    mean = np.divide(total, count, out=np.zeros(len(count)), where=count > 0)
    return np.bincount(area, (values - mean[area]) ** 2, minlength=len(count)).astype(float)


def _possible(matrices, fallback) -> np.ndarray:
    """(1-x) M + x F (a,T,T), with the smallest x (by bisection) for which it has no negative eigenvalue."""
    bad = np.linalg.eigvalsh(matrices)[:, 0] < 0
    if not bad.any():
        return matrices
    impossible, safe = matrices[bad], fallback[bad]
    low, high = np.zeros(len(impossible)), np.ones(len(impossible))
    for _ in range(STEPS):
        middle = (low + high) / 2
        smallest = np.linalg.eigvalsh(impossible + middle[:, None, None] * (safe - impossible))[:, 0]
        low, high = np.where(smallest < 0, middle, low), np.where(smallest < 0, high, middle)
    possible = matrices.copy()
    possible[bad] = impossible + high[:, None, None] * (safe - impossible)
    return possible
