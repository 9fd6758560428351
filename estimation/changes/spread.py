"""The variation of the true values of a league, θ_j ~ N(μ, Τ) and e_j ~ N(θ_j, V_j), with the uncertainty of Τ."""

from dataclasses import dataclass

import numpy as np
import scipy

from estimation.changes.movement import chunks
from words import Fault

SPREADS = 256  # the number of Τ simulated from the proposal, a power of 2 (Sobol points)
EFFECTIVE = 50  # how many equally weighted Τ they must be worth at least
ROUNDS = 4  # how often the proposal is adapted to the draws at most
TAIL = 4  # degrees of freedom of the proposal, which gives it heavier tails than the posterior
STEP = 1e-3  # the step of numerical derivatives
FLATTEST = 0.1  # the smallest curvature used, so that the proposal remains finite where the posterior is flat
LARGEST = (15.0, 15.0, 9.0)  # of |x|: true deviations within e^±15 sampling errors, 1 - |correlation| > 3e-8
LEAST_VARIANCE = 0.01  # the smallest variance, relative to the typical one, that an area has when Τ is estimated
MOST_CORRELATED = 0.99  # the largest correlation of the waves' sampling errors when Τ is estimated
JUDGED_FROM = 8  # the number of areas from which normality is tested
POOR = 0.05  # a p-value below this means that the model does not fit


@dataclass(frozen=True, eq=False)
class ModelFit:
    """Does the model θ_j ~ N(μ, Τ), e_j ~ N(θ_j, V_j) describe the league?  P-values under the hypothesis that it does.

    normal_p (d,)  of Anderson & Darling's test of the standardised residuals.  With two waves, the residuals of the
                   second are those left after regression on the first, so that the first p is about the level and the
                   second about the change.  1 below 8 areas, where normality cannot be judged
    narrow_p       the probability that the values (with two waves: the changes) differ as little as they do, if V_j is
                   right and all θ_j (or their changes) are equal: it is small if the standard errors are too large, as
                   when the waves of a panel are declared independent
    """

    normal_p: np.ndarray
    narrow_p: float

    @property
    def p(self) -> float:
        """The p-value of all checks together, by Bonferroni."""
        return min(1.0, (len(self.normal_p) + 1) * min(*self.normal_p, self.narrow_p))

    @property
    def fits(self) -> bool:
        """Whether the model fits (p >= 0.05); if not, its probabilities should not be shown without saying so."""
        return self.p >= POOR


@dataclass(frozen=True, eq=False)
class League:
    """What the estimates of p areas in d waves say about μ and Τ.

    mean (d,)        μ̂ given Τ = spread
    spread (d,d)     Τ at the posterior mean of log √Τ_tt and artanh of the correlation
    spreads (m,d,d), weight (m,)   draws of Τ, and their weights, which sum to 1
    effective        1/Σ weight², the number of equally weighted draws that these are worth
    fit              whether the model describes the league
    """

    mean: np.ndarray
    spread: np.ndarray
    spreads: np.ndarray
    weight: np.ndarray
    effective: float
    fit: ModelFit


def fit_league(e: np.ndarray, v: np.ndarray, *, rng: np.random.Generator) -> League:
    """The posterior of μ and Τ given estimates e (p,d) with covariances v (p,d,d); independent areas, d = 1 or 2.

    Prior: μ flat, Τ ~ |Τ + V_0|^-(d+1) dΤ, with V_0 diagonal with the typical variances of the waves, so that the
    shrinkage V_0(Τ + V_0)⁻¹ of an area with such variances is uniform (Everson & Morris 2000, JRSS-B 62:399).  The
    prior is proper, so two areas are enough.  μ is integrated out, and Τ is simulated by importance sampling around the
    posterior mode in log √Τ_tt and artanh of the correlation.
    The maximum likelihood estimate would often be singular (no change: correlation 1), and would then claim with
    certainty that no rank changed.
    Raises Fault if no estimate of a wave has a sampling error, or if the draws of Τ are too uneven to be used.
    """
    learnt, scale = learnt_variances(v), np.sqrt(typical_variance(v))
    units = np.outer(scale, scale)
    e, v, learnt = e / scale, v / units, learnt / units
    x, weight = _importance_sample(lambda x: _in_parts(x, e, learnt), _moments(e, learnt), rng)
    effective = 1 / (weight**2).sum()
    if effective < EFFECTIVE:
        raise Fault(key="posterior.not_converged", found=float(effective), expected=EFFECTIVE)
    spreads, spread = spread_of(x), spread_of(weight @ x)
    mean = weighted_mean(e, inverse(spread + learnt))[0]
    fit = ModelFit(_normal_p(e - mean, spread + learnt), _narrow_p(e, v))
    return League(mean * scale, spread * units, spreads * units, weight, float(effective), fit)


def learnt_variances(v: np.ndarray) -> np.ndarray:
    """V_j (p,d,d) as used to estimate μ and Τ, bounded away from certainty.

    A variance is at least 1 % of the typical one of its wave, and a correlation between the waves' errors at most 0.99.
    Without these limits the likelihood is unbounded if, for example, two areas without sampling error have the same
    value ("everybody feels unsafe" in two cities).  With them such areas count, but do not decide alone.
    """
    se = np.sqrt(np.maximum(np.einsum("jaa->ja", v), LEAST_VARIANCE * typical_variance(v)))
    largest = MOST_CORRELATED * se[:, :, None] * se[:, None, :]
    learnt = np.clip(v, -largest, largest)
    for t in range(v.shape[1]):
        learnt[:, t, t] = se[:, t] ** 2
    return learnt


def typical_variance(v: np.ndarray) -> np.ndarray:
    """The median of the positive variances of each wave (d,), v (p,d,d); a Fault if a wave has none."""
    variance = np.einsum("jaa->aj", v)
    if not (variance > 0).any(axis=1).all():
        raise Fault(key="posterior.certain")
    return np.array([np.median(wave[wave > 0]) for wave in variance])


def spread_of(x: np.ndarray) -> np.ndarray:
    """Τ (…,d,d) from x (…,1) or (…,3): the log standard deviations and the artanh of the two waves' correlation."""
    if x.shape[-1] == 1:
        return np.exp(2 * x)[..., None]
    spread = np.exp(x[..., [[0, 0], [1, 1]]] + x[..., [[0, 1], [0, 1]]])
    spread[..., [0, 1], [1, 0]] *= np.tanh(x[..., [2]])
    return spread


def log_posterior(x: np.ndarray, e: np.ndarray, v: np.ndarray) -> np.ndarray:
    """log p(x | e) up to a constant: -½[Σ log|Τ+V_j| + log|ΣW_j| + Σ r_j'W_j r_j] - (d+1) log|Τ+V_0| + log |dΤ/dx|.

    x (…,1) or (…,3) as for `spread_of`; e (p,d), v (p,d,d) in units in which V_0 = I.
    W_j = (Τ + V_j)⁻¹, r_j = e_j - μ̂, μ̂ = (ΣW_j)⁻¹ ΣW_j e_j; |dΤ/dx| ~ (τ_1 … τ_d)^(d+1) (1 - ρ²).
    """
    d, spread = e.shape[1], spread_of(x)
    w = inverse(spread[..., None, :, :] + v)
    mean, total = weighted_mean(e, w)
    r = e - mean[..., None, :]
    fit = np.log(determinant(w)).sum(axis=-1) - np.log(determinant(total))
    fit -= np.einsum("...ja,...jab,...jb->...", r, w, r)
    jacobian = (d + 1) * x[..., :d].sum(axis=-1) - 2 * np.log(np.cosh(x[..., d:])).sum(axis=-1)
    return fit / 2 - (d + 1) * np.log(determinant(spread + np.eye(d))) + jacobian


def _in_parts(x, e, v) -> np.ndarray:
    """`log_posterior` for a few points x at a time, so that memory does not grow with the number of areas."""
    points = x.reshape(-1, x.shape[-1])
    parts = [log_posterior(points[rows], e, v) for rows in chunks(len(points), 16 * len(e))]
    return np.concatenate(parts).reshape(x.shape[:-1])


def weighted_mean(e: np.ndarray, w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(ΣW_j)⁻¹ ΣW_j e_j (…,d) and ΣW_j (…,d,d) for w (…,p,d,d)."""
    total = w.sum(axis=-3)
    return np.einsum("...ab,...b->...a", inverse(total), np.einsum("...jab,jb->...a", w, e)), total


def determinant(m: np.ndarray) -> np.ndarray:
    """|M| of (…,d,d), d = 1 or 2."""
    if m.shape[-1] == 1:
        return m[..., 0, 0]
    return m[..., 0, 0] * m[..., 1, 1] - m[..., 0, 1] * m[..., 1, 0]


def inverse(m: np.ndarray) -> np.ndarray:
    """M⁻¹ of symmetric (…,d,d), d = 1 or 2."""
    if m.shape[-1] == 1:
        return 1 / m
    adjugate = np.empty_like(m)
    adjugate[..., 0, 0], adjugate[..., 1, 1] = m[..., 1, 1], m[..., 0, 0]
    adjugate[..., 0, 1] = adjugate[..., 1, 0] = -m[..., 0, 1]
    return adjugate / determinant(m)[..., None, None]


def root(m: np.ndarray) -> np.ndarray:
    """Lower triangular L with LL' = M for positive semi-definite (…,d,d), d = 1 or 2; variances of 0 remain 0."""
    lower = np.zeros_like(m)
    lower[..., 0, 0] = np.sqrt(np.maximum(m[..., 0, 0], 0))
    if m.shape[-1] == 2:
        first = lower[..., 0, 0]
        lower[..., 1, 0] = np.divide(m[..., 1, 0], first, out=np.zeros_like(first), where=first > 0)
        lower[..., 1, 1] = np.sqrt(np.maximum(m[..., 1, 1] - lower[..., 1, 0] ** 2, 0))
    return lower


def _moments(e, v) -> np.ndarray:
    """The starting x by moments: var(e) - mean V_j, at least a tenth of var(e); correlations of at most 0.9."""
    observed = np.atleast_2d(np.cov(e.T))
    spread = observed - v.mean(axis=0)
    deviation = np.sqrt(np.maximum(np.diag(spread), 0.1 * np.diag(observed) + 0.01))
    correlation = np.clip(spread / np.outer(deviation, deviation), -0.9, 0.9)[np.triu_indices(len(spread), 1)]
    return np.concatenate([np.log(deviation), np.arctanh(correlation)])


def _importance_sample(log_density, start, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draws x (m,·) and weights (m,): Student's t around the mode, adapted to the draws as long as they are uneven."""
    step = STEP * np.eye(len(start))

    def downhill(x):
        y = log_density(np.vstack([x, x + step, x - step]))
        up, down = np.split(y[1:], 2)
        return -y[0], (down - up) / (2 * STEP)

    bounds = [(-most, most) for most in LARGEST[: len(start)]]
    centre = scipy.optimize.minimize(downhill, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    curvature, axes = np.linalg.eigh(_curvature(log_density, centre))
    lower = axes / np.sqrt(np.maximum(curvature, FLATTEST))
    for _ in range(ROUNDS):
        x, weight = _weighted_draws(log_density, centre, lower, rng)
        if (weight**2).sum() * 2 * EFFECTIVE < 1:
            break
        centre = weight @ x
        lower = np.linalg.cholesky((weight[:, None] * (x - centre)).T @ (x - centre) + 1e-6 * np.eye(len(start)))
    return x, weight


def _curvature(log_density, x) -> np.ndarray:
    """-∂² log density at x, by central differences."""
    h = STEP * np.eye(len(x))
    corner = [log_density(x + s * h[:, None] + t * h) * s * t for s in (1, -1) for t in (1, -1)]
    return -np.sum(corner, axis=0) / (4 * STEP**2)


def _weighted_draws(log_density, centre, lower, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    k = len(centre)
    seed = int(rng.integers(2**63))  # Sobol spawns from its generator, which one made from a key cannot do
    u = scipy.stats.qmc.Sobol(k + 1, rng=seed).random(SPREADS)
    z = scipy.stats.norm.ppf(u[:, :k]) / np.sqrt(scipy.stats.chi2.ppf(u[:, k:], TAIL) / TAIL)
    x = centre + z @ lower.T
    usable = (np.abs(x) <= LARGEST[:k]).all(axis=1)
    log_weight = np.full(SPREADS, -np.inf)
    log_weight[usable] = log_density(x[usable])
    log_weight += (TAIL + k) / 2 * np.log1p((z**2).sum(axis=1) / TAIL)
    weight = np.exp(log_weight - log_weight.max())
    return x, weight / weight.sum()


def _normal_p(r, marginal) -> np.ndarray:
    """normal_p of `ModelFit` from residuals r (p,d) with covariances Τ + V_j."""
    from statsmodels.stats.diagnostic import normal_ad  # imported here: it costs a second

    lower = root(marginal)
    z = r[:, :1] / lower[:, 0, :1]
    if r.shape[1] == 2:
        z = np.column_stack([z, (r[:, 1] - lower[:, 1, 0] * z[:, 0]) / lower[:, 1, 1]])
    return np.array([normal_ad(w)[1] if len(w) >= JUDGED_FROM and np.ptp(w) > 0 else 1.0 for w in z.T])


def _narrow_p(e, v) -> float:
    """narrow_p of `ModelFit`: P(χ² <= Σ (x_j - x̄)²/var x_j), x being the values of one wave or changes between two."""
    contrast = np.array([1.0]) if e.shape[1] == 1 else np.array([-1.0, 1.0])
    x, variance = e @ contrast, np.einsum("a,jab,b->j", contrast, v, contrast)
    x, variance = x[variance > 0], variance[variance > 0]
    if len(x) < 2:
        return 1.0
    mean = np.average(x, weights=1 / variance)
    return float(scipy.stats.chi2.cdf(((x - mean) ** 2 / variance).sum(), len(x) - 1))
