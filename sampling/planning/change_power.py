"""The chance that an area's fall is called, from simulated leagues that are judged by the product's own procedures.

The critical values are those of each procedure's first step (`estimation.changes.needed`); its later steps can only
call more, namely where another area or pair was called before.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from estimation import Comparison
from estimation.changes.needed import ALPHA, RANK, SCORE, STANDING, rank_critical, score_critical
from estimation.columns.ties import in_standard_errors
from estimation.estimators.change_laws import ChangeLaw
from estimation.estimators.laws import SamplingLaw
from estimation.precision.smoothing import NOBODY, PRIOR
from estimation.precision.t_scale import from_normal, to_normal
from estimation.precision.under_null import null_moments, score
from sampling.planning.power import LIMITS, Progress, check_interviews, leagues_of, per_area
from words import Fault

LEVELS = (SCORE, STANDING, RANK)
FEWEST = 2  # answers per area and quarter, so that they have a variance
IN_TURN = 10  # areas that fall, one after the other, in each league


@dataclass(frozen=True, eq=False)
class FallCurve:
    """P(the fall is called a fall) by design of comparison, interviews and level.

    table  design, interviews (per area and quarter; the mean where areas differ), score, standing, rank
    error  Monte-Carlo standard errors of the three levels, rows as in `table`
    """

    table: pd.DataFrame
    error: pd.DataFrame


def fall_curve(
    rates: ArrayLike,
    interviews: ArrayLike,
    comparisons: Mapping[str, Comparison],
    *,
    fall: float,
    rng: np.random.Generator,
    draws: int = 200,
    design_effect: ArrayLike = 1.0,
    alpha: Mapping[str, float] = ALPHA,
    progress: Progress | None = None,
) -> FallCurve:
    """The chance that a fall of one area is called, by simulating two windows of each design and number of interviews.

    rates        true shares before the fall (p,), or one league per draw (draws,p); the largest is best
    interviews   n per area and quarter (g,), or of each area (g,p) where an allocation is known
    comparisons  name -> design of comparison, as `estimation.usual_comparisons` gives them
    fall         by how much the area's share falls, in (0, 1)
    alpha        the error of each level over the league; by default that of a page
    One area goes from θ to θ - fall (kept within 0.001 and 0.999) while all others stay.  In every league ten areas (or
    all, if there are fewer), drawn at random, fall in turn, each time with the same answers of the other areas.
    Each quarter gives m = r n/D independent answers of an area, D the design effect (one, or of each area) and r the
    information.  In q quarters Binomial(q m, θ) of them count, and a panel's second answers have correlation ρ with the
    first.  A score is simulated as a share of r n answers, where r says how much more a score tells than a share.
    Variances are smoothed as by `smooth_shares` (with the league's mean as if nobody had fallen), a panel's covariance
    has the correlation found in the answers, and t is transformed to the normal scale with Satterthwaite's df (m - 1
    per quarter).  The area is called to have fallen on the
    score     level if its own change has z < -c, c Holm's first step
    standing  level if its change minus the league's mean change has z < -c, c of the max-T test; only here does a watch
              list count, on which the area was named beforehand
    rank      level if it has surely lost a place, by the pairs proven before, after and in the change (`rank_change`)
    Standard errors are those of the leagues' means, because the turns of one league are not independent.
    progress(done, of) is called after each number of interviews.
    Raises Fault for fewer than two areas, a fall outside (0, 1), and areas without interviews.
    """
    theta, grid = leagues_of(rates, draws), per_area(interviews, np.shape(rates)[-1])
    check_interviews(grid, design_effect)
    p, means = theta.shape[1], []
    if p < 2 or not 0 < fall < 1:
        raise Fault(key="power.fall", found=fall, areas=p)
    area = rng.permuted(np.tile(np.arange(p), (draws, 1)), axis=1)[:, :IN_TURN]
    c_score, c_rank = score_critical(p, alpha[SCORE]), rank_critical(p, alpha[RANK])
    for done, n in enumerate(grid, start=1):
        turns_of = {}
        for comparison in comparisons.values():
            kind = comparison.quarters, comparison.correlation, comparison.information
            if kind not in turns_of:  # a watch list looks at the same interviews
                turns_of[kind] = _Turns.drawn(theta, area, fall, comparison, n / design_effect, rng)
            turns, c = turns_of[kind], comparison.critical(p, alpha[STANDING])
            called = turns.score < -c_score, turns.standing < -c, turns.places_lost(c_rank) > 0
            means.append([on_level.mean(axis=1) for on_level in called])
        if progress is not None:
            progress(done, len(grid))
    means = np.array(means)  # (designs and n, levels, draws)
    table = pd.DataFrame([(d, n.mean()) for n in grid for d in comparisons], columns=["design", "interviews"])
    table[list(LEVELS)] = means.mean(axis=2)
    return FallCurve(table, pd.DataFrame(means.std(axis=2, ddof=1) / np.sqrt(draws), columns=list(LEVELS)))


@dataclass(frozen=True, eq=False)
class _Change:
    """Shares of areas before and after, their smoothed levels, n of a window, correlation r, its df; (B,k) each."""

    before: np.ndarray
    after: np.ndarray
    level_before: np.ndarray
    level_after: np.ndarray
    interviews: np.ndarray
    r: np.ndarray
    df: np.ndarray

    def of(self, area: np.ndarray) -> "_Change":
        """The same of some areas of each league, given by their positions (B,m)."""
        parts = (getattr(self, field.name) for field in fields(self))
        return _Change(*(np.take_along_axis(x, area, axis=1) for x in parts))

    @cached_property
    def v_before(self) -> np.ndarray:
        """q(1-q)/n of the level before."""
        return self.level_before * (1 - self.level_before) / self.interviews

    @cached_property
    def v_after(self) -> np.ndarray:
        """q(1-q)/n of the level after."""
        return self.level_after * (1 - self.level_after) / self.interviews

    @cached_property
    def law(self) -> ChangeLaw:
        """The change's law, as `estimation.combine` makes it."""
        n, one = self.interviews, np.ones(self.interviews.shape)
        before = SamplingLaw(n, n, self.level_before, self.v_before)
        after = SamplingLaw(n, n, self.level_after, self.v_after)
        common = np.clip(_ratio(2 * self._shared, self.v_before + self.v_after), -1, 1)
        return ChangeLaw(before, after, self.before, self.after, common, one, one, one, 0 * one)

    @cached_property
    def shift(self) -> np.ndarray:
        """after - before."""
        return self.after - self.before

    @cached_property
    def variance(self) -> np.ndarray:
        """V = v_1 + v_2 - 2c, c = r√(v_1 v_2)."""
        return np.maximum(self.v_before + self.v_after - 2 * self._shared, 0.0)

    @cached_property
    def shift_df(self) -> np.ndarray:
        """V²/(a² + b² + 2|r||ab|) times a window's df, a = v_1 - c, b = v_2 - c: as `estimation.combine` has it."""
        a, b = (np.abs(v - self._shared) for v in (self.v_before, self.v_after))
        spread = a**2 + b**2 + 2 * np.abs(self.r) * a * b
        return np.clip(self.df * _ratio(self.variance**2, spread), 1.0, 2 * self.df)

    @cached_property
    def _shared(self) -> np.ndarray:
        return self.r * np.sqrt(self.v_before * self.v_after)


@dataclass(frozen=True, eq=False)
class _Turns:
    """Leagues in which all areas stay (B,p), and the areas that fall in turn (B,m), each in place of itself."""

    still: _Change
    fallen: _Change
    area: np.ndarray

    @classmethod
    def drawn(
        cls,
        theta: np.ndarray,
        area: np.ndarray,
        fall: float,
        comparison: Comparison,
        n: np.ndarray,
        rng: np.random.Generator,
    ) -> "_Turns":
        """The answers to n effective interviews (p,) per area and quarter."""
        q, rho = comparison.quarters, comparison.correlation
        m = np.maximum(np.round(comparison.information * n), FEWEST).astype(np.int64)
        size = np.broadcast_to(q * m, theta.shape)
        first = rng.binomial(size, theta)
        own_theta, own_first, own_size = (np.take_along_axis(x, area, axis=1) for x in (theta, first, size))
        second, first_and_second = _asked_again(first, size, theta, theta, rho, rng)
        own_second, own_both = _asked_again(
            own_first, own_size, own_theta, np.clip(own_theta - fall, *LIMITS), rho, rng
        )
        levels = [_smoothed(x / size, size / q) for x in (first, second)]
        r = _correlation(first / size, second / size, first_and_second / size) if rho else np.zeros(theta.shape)
        still = _Change(first / size, second / size, *levels, size.astype(float), r, size - float(q))
        share, before = own_second / own_size, still.of(area)
        level = _smoothed(share, own_size / q, _mean(still.after, size / q))
        r = _correlation(before.before, share, own_both / own_size) if rho else before.r
        return cls(still, replace(before, after=share, level_after=level, r=r), area)

    @property
    def score(self) -> np.ndarray:
        """z of each fallen area's own change against no change (B,m), as `value_score` has it."""
        added, third = null_moments(self.fallen.law, 0.0)
        return score(self.fallen.shift, self.fallen.variance + added, third, self.fallen.shift_df)

    @cached_property
    def standing(self) -> np.ndarray:
        """z of each area's change minus the league's mean change (B,m): `field_contrast_test` with equal weights.

        Var = Σ_k a_k V_k and df = (Σ_k a_k V_k)²/Σ_k a_k² V_k²/df_k with a_k = 1/p², and (1 - 1/p)² for the area
        itself, whose V is that under the null that it moved as the others did.  The others' part of the skewness, 1/p³
        of their sum, is left out.
        """
        p, was = self.still.shift.shape[1], self.still.of(self.area)
        weight_of_others, weight_of_area = 1 / p**2, (1 - 1 / p) ** 2

        def squares(x: _Change) -> np.ndarray:
            return x.variance**2 / x.shift_df

        others = self.still.shift.sum(axis=1, keepdims=True) - was.shift
        relative = self.fallen.shift * (1 - 1 / p) - others / p
        variance = weight_of_area * self.fallen.variance
        variance += weight_of_others * (self.still.variance.sum(axis=1, keepdims=True) - was.variance)
        spread = weight_of_area**2 * squares(self.fallen)
        spread += weight_of_others**2 * (squares(self.still).sum(axis=1, keepdims=True) - squares(was))
        added, third = null_moments(self.fallen.law, others / (p - 1))
        return score(
            relative, variance + weight_of_area * added, weight_of_area**1.5 * third, _ratio(variance**2, spread)
        )

    def places_lost(self, c: float) -> np.ndarray:
        """The places that each fallen area j has surely lost (B,m), 0 or more, as `rank_change` has it.

        It lost at least Σ_k low_k with low_k = [k above j after] - [k not below j before], and low_k >= 0 if k gained
        on j; each of the three is proven where z > c.
        """
        j, k = self.fallen, self.still
        clear = _farthest(j.before, -k.before, j.v_before, k.v_before, c)  # no other area can have surely lost a place
        clear &= _farthest(-j.after, k.after, j.v_after, k.v_after, c)
        places, (b, m) = np.zeros(clear.shape, dtype=int), np.nonzero(clear)
        if not len(b):
            return places
        area = self.area[b, m]

        def against(values, others, v, v_others, df, df_others) -> np.ndarray:
            return _proven(
                values[b, m][:, None], others[b], v[b, m][:, None], v_others[b], df[b, m][:, None], df_others[b], c
            )

        below = against(j.before, k.before, j.v_before, k.v_before, j.df, k.df) > 0
        above = against(j.after, k.after, j.v_after, k.v_after, j.df, k.df) < 0
        gained = against(j.shift, k.shift, j.variance, k.variance, j.shift_df, k.shift_df) < 0
        low = above.astype(np.int8) - ~below
        low[gained & (low < 0)] = 0
        low[np.arange(len(b)), area] = 0
        places[b, m] = low.sum(axis=1, dtype=int)
        return places


def _farthest(values, others, v, v_others, c: float) -> np.ndarray:
    """Whether any x_j + y_k, j of (B,m) and k of (B,p), could exceed c standard errors: largest sum, smallest error."""
    reach = values + others.max(axis=1, keepdims=True)
    return reach > c * np.sqrt(v + v_others.min(axis=1, keepdims=True))


def _proven(values, others, v, v_others, df, df_others, c: float) -> np.ndarray:
    """1 where an area (r,1) is surely above another (r,p), -1 where surely below, else 0 (r,p)."""
    s2 = v + v_others
    t = _ratio(values - others, np.sqrt(s2))
    clear = np.abs(t) > from_normal(c, min(df.min(), df_others.min()))  # whatever the df, z is then not below c
    proven = np.where(clear, np.sign(t), 0.0).astype(np.int8)
    at = np.nonzero((np.abs(t) > c) & ~clear)
    if len(at[0]):
        z = to_normal(t[at], s2[at] ** 2 / (v**2 / df + v_others**2 / df_others)[at])
        proven[at] = (z > c).astype(np.int8) - (z < -c)
    return proven


def _ratio(value, scale) -> np.ndarray:
    """value/scale; where the scale is 0, it is 0 for a value of 0 and ±inf for any other."""
    if scale.all():
        return value / scale
    return in_standard_errors(value, scale)


def _asked_again(first, size, before, after, rho: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """How many of the second answers count, and for how many of them the same person's first answer counted too.

    P(both) = θθ' + ρ√(θ(1-θ)θ'(1-θ')), within what the two shares allow.  With ρ = 0 other people are asked, and the
    second number is 0.
    """
    if not rho:
        return rng.binomial(size, after), np.zeros_like(first)
    c = rho * np.sqrt(before * (1 - before) * after * (1 - after))
    least, most = -np.minimum(before * after, (1 - before) * (1 - after)), np.minimum(before, after) - before * after
    c = np.clip(c, least, most)
    first_and_second = rng.binomial(first, np.clip(after + c / before, 0, 1))
    return first_and_second + rng.binomial(size - first, np.clip(after - c / (1 - before), 0, 1)), first_and_second


def _correlation(one, two, together) -> np.ndarray:
    """The correlation of two yes-or-no answers with shares `one` and `two`, both yes in `together`; else 0."""
    scale = np.sqrt(one * (1 - one) * two * (1 - two))
    return np.divide(together - one * two, scale, out=np.zeros_like(scale), where=scale > 0)


def _mean(share, m) -> np.ndarray:
    """The league's share (B,1) as `smooth_shares` has it, with one added interview that counts by half."""
    m = np.broadcast_to(m, share.shape)
    return (NOBODY + (m * share).sum(axis=1, keepdims=True)) / (1 + m.sum(axis=1, keepdims=True))


def _smoothed(share, m, mean=None) -> np.ndarray:
    """The level that `smooth_shares` gives a share of m answers with equal weights; mean: the league's, or None."""
    return (m * share + PRIOR * (_mean(share, m) if mean is None else mean)) / (m + PRIOR)
