"""How alike two waves of one area are: its own correlation as far as its common PSUs can tell, the league's beyond."""

from itertools import combinations

import numpy as np

from estimation.influence import SharedInfluence
from estimation.smoothing import PRIOR

ROUNDING = 1e-12  # a variance below this share of an ordinary one is that of answers that are all alike
STEPS = 40  # halvings of the share by which a matrix is drawn to one that is positive semi-definite


def drawn_correlations(shared: SharedInfluence) -> np.ndarray:
    """r_a (a,T,T), the correlations between waves of each area's estimate, positive semi-definite, ones in the middle.

    For two waves, in stratum h, with n_1, n_2 answering PSUs and c common ones, V_t = Σe_t²:

        N_a = Σ_h k_h Σ_common e_1 e_2,   k_h = √((1-1/n_1)(1-1/n_2))/κ_h,   κ_h = 1 - 1/n_1 - 1/n_2 + c/(n_1 n_2)
        G_a = Σ_h c √(V_1h V_2h/(n_1 n_2)),   ρ̂_a = N_a/G_a,   g_a = G_a/√(V_1 V_2)

    N_a is unbiased for the covariance, G_a is what it were if common PSUs had the same values; Kish (1965), 12.4.
    ρ̂_a is drawn to the pooled correlation by `credible` and r_a = g_a ρ_a: g_a is how much of the two samples is one.
    Where an area has no variance in one of the waves its correlation is the pooled one, g_a = c/√(n_1 n_2).
    """
    waves = shared.n.shape[0]
    drawn, pooled = (np.tile(np.eye(waves), (len(shared.areas), 1, 1)) for _ in range(2))
    for s, t in combinations(range(waves), 2):
        pair = _Pair(shared, s, t)
        (own, of_league), overlap = pair.correlations(), pair.overlap()
        drawn[:, s, t] = drawn[:, t, s] = own * overlap
        pooled[:, s, t] = pooled[:, t, s] = of_league * overlap
    if waves == 2:
        return drawn
    return _possible(drawn, _possible(pooled, np.tile(np.eye(waves), (len(pooled), 1, 1))))


def trust(own, information, of_one: float) -> np.ndarray:
    """λ (a,) of x_a = λ_a x̂_a + (1 - λ_a) x̄.  Bühlmann & Straub (1970), credibility.

    own x̂ (a,), each with sampling variance φ/ν_a;  information ν (a,);  of_one φ
        λ_a = τ²/(τ² + φ/ν_a),   τ² = max(0, (Σν(x̂ - x̄_ν)² - (a-1)φ)/(Σν - Σν²/Σν)),   x̄_ν = Σνx̂/Σν
    τ² is the areas' own variance, estimated from how much more the x̂ differ than their sampling explains.
    """
    total = information.sum()
    spare = total - information @ information / total
    if not spare > 0:
        return np.ones(len(own))  # one area alone: there is nothing to draw it to
    excess = information @ (own - information @ own / total) ** 2 - (len(own) - 1) * of_one
    between = max(0.0, excess / spare)
    return between / (between + of_one / information) if between > 0 else np.zeros(len(own))


class _Pair:
    """Two waves s and t of `SharedInfluence`: by group (g,) what they share and what an interview's variance is."""

    def __init__(self, shared: SharedInfluence, s: int, t: int):
        self.shared, self.waves = shared, (s, t)
        both = shared.present[:, s] & shared.present[:, t]
        self.both, self.e = both, (shared.e[both, s], shared.e[both, t])
        self.c = c = shared.by_group(np.ones(int(both.sum())), both)
        self.n = n1, n2 = tuple(np.maximum(shared.n[w], 1) for w in self.waves)
        self.v = tuple(shared.square[w] for w in self.waves)
        several = (n1 > 1) & (n2 > 1) & (c > 0)
        kappa = np.where(several, 1 - 1 / n1 - 1 / n2 + c / (n1 * n2), 1.0)
        self.factor = np.sqrt(np.where(several, (1 - 1 / n1) * (1 - 1 / n2), 1.0)) / kappa
        self.information = shared.by_area(c * kappa)
        self.product = shared.by_area(self.factor * shared.by_group(self.e[0] * self.e[1], both))

    def largest(self, variances) -> np.ndarray:
        """c √(V_1 V_2/(n_1 n_2)) (g,) from variances V_1, V_2 (g,)."""
        return self.c * np.sqrt(variances[0] * variances[1] / (self.n[0] * self.n[1]))

    def overlap(self) -> np.ndarray:
        """g (a,): the part that two waves' samples of an area have in common, 0 to 1."""
        by_area = self.shared.by_area
        variance = np.prod([by_area(v) for v in self.v], axis=0)
        counted = np.prod([by_area(self.shared.n[w]) for w in self.waves], axis=0)
        by_count = np.divide(by_area(self.c), np.sqrt(counted), out=np.zeros(len(counted)), where=counted > 0)
        found = np.divide(by_area(self.largest(self.v)), np.sqrt(variance), out=by_count, where=variance > 0)
        return np.minimum(found, 1.0)

    def correlations(self) -> tuple[np.ndarray, float]:
        """ρ_a (a,), each area's drawn to the pooled, and the pooled ρ̄."""
        by_area, information = self.shared.by_area, self.information
        met, largest = information > 0, by_area(self.largest(self.v))
        league = [(n @ (n * v)) / n.sum() for n, v in zip(self.n, self.v, strict=True)]
        steady = [(n**2 * v + PRIOR * u) / (n + PRIOR) / n for n, v, u in zip(self.n, self.v, league, strict=True)]
        scale, ratio = by_area(self.largest(steady)), np.sqrt(league[1] / league[0])
        mean = by_area(self.c * (self.v[0] / self.n[0] * ratio + self.v[1] / self.n[1] / ratio) / 2)
        counted, told = met & (scale > 0), largest > ROUNDING * scale
        if not told.any():
            return np.zeros(len(met)), 0.0
        own = np.divide(self.product, largest, out=np.zeros(len(met)), where=told)
        weight = np.divide(information, scale, out=np.zeros(len(met)), where=counted)
        pooled = float(np.clip((weight @ self.product) / (weight @ mean), -1, 1))
        trusted = np.zeros(len(met))
        surplus = np.maximum(information - 2, 0)  # Fisher's 1/(pairs - 3): small samples vary more than φ/ν
        able = told & (surplus > 0)
        if able.any():
            spread = self._spread(pooled, steady)[able] / scale[able] ** 2
            of_one = information[able] ** 2 @ spread / information[able].sum()
            trusted[able] = trust(own[able], surplus[able], of_one)
        if trusted.any():
            weight = np.divide(trusted, scale, out=np.zeros(len(met)), where=counted)
            pooled = float(np.clip((weight @ self.product) / (weight @ mean), -1, 1))
        return np.clip(trusted * own + (1 - trusted) * pooled, -1, 1), pooled

    def _spread(self, rho: float, variances) -> np.ndarray:
        """Σψ² (a,), ψ_j what PSU j adds to N_a - ρ G_a less its mean: G_a² times the linearised variance of N_a/G_a."""
        shared, c = self.shared, self.c
        group, slope = shared.group[self.both], rho * self.largest(variances)
        added, total = np.zeros(len(group)), np.zeros(len(c))
        mean = np.divide(slope, c, out=np.zeros(len(c)), where=c > 0)
        for w, e, n, v in zip(self.waves, self.e, self.n, variances, strict=True):
            half = np.divide(slope, 2 * v, out=np.zeros(len(v)), where=v > 0)
            added += half[group] * e**2
            mean -= slope / (2 * n)
            apart = shared.fourth[w] - shared.by_group(e**4, self.both)
            total += half**2 * apart - (n - c) * (slope / (2 * n)) ** 2
        psi = self.factor[group] * self.e[0] * self.e[1] - added
        return shared.by_area(np.maximum(total + shared.by_group(psi**2, self.both) - c * mean**2, 0))


def _possible(matrices, fallback) -> np.ndarray:
    """(1-x) M + x F (a,T,T), x the smallest share, by halving, for which it has no negative eigenvalue."""
    bad = np.linalg.eigvalsh(matrices)[:, 0] < 0
    if not bad.any():
        return matrices
    given, safe = matrices[bad], fallback[bad]
    low, high = np.zeros(len(given)), np.ones(len(given))
    for _ in range(STEPS):
        middle = (low + high) / 2
        smallest = np.linalg.eigvalsh(given + middle[:, None, None] * (safe - given))[:, 0]
        low, high = np.where(smallest < 0, middle, low), np.where(smallest < 0, high, middle)
    found = matrices.copy()
    found[bad] = given + high[:, None, None] * (safe - given)
    return found
