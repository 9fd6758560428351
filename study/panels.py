"""Rotating panels drawn from a known population, and ways to estimate the change between their two waves."""

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from accountability.league.wave_measure import WaveMeasure
from estimation import (
    INDEPENDENT,
    Design,
    Estimate,
    Measure,
    Waves,
    change,
    change_steps,
    combine,
    joint_waves,
    linearize_domain_means,
    third_ratio,
)
from estimation.indicators.indicators import SCORE, SHARE
from study.intervals import stratum_weights

POPULATION = np.array([0.6, 0.4])  # the two strata's shares of an area
WEIGHT_CV = 0.3
CUTS = np.array([-0.8, 0.0, 0.8])  # a score has a third of its 100 points for each cut the answer passes
MEASURES = {
    SHARE: Measure(SHARE, SHARE, ("q",), frozenset("1"), {}, True),
    SCORE: Measure(SCORE, SCORE, ("q",), frozenset(), {"0": 0.0, "3": 100.0}, True),
}
REPEATS = 20  # replicates a stream: they have both waves' designs and weights in common


@dataclass(frozen=True, eq=False)
class Panel:
    """p areas of two strata, and two waves in which nothing has changed.

    psus, common (p,2)  PSUs sampled in a stratum each wave, and how many of them both waves share
    interviews (p,)     of an area a wave, spread evenly over its PSUs
    share (p,)          the true shares
    rho (p,)            correlation between the waves of a common PSU's effect;  icc: its part of the latent variance
    apart               the strata's probits are their area's plus and minus this
    An answer is latent: μ_dh + √icc b_jt + √(1-icc) e_ijt, all normal; the share counts those above 0.
    """

    psus: np.ndarray
    common: np.ndarray
    interviews: np.ndarray
    share: np.ndarray
    rho: np.ndarray
    icc: float
    apart: float = 0.2

    @cached_property
    def latent(self) -> np.ndarray:
        """μ_dh (p,2) with Σ_h W_h Φ(μ_dh) = share_d."""

        offset = self.apart * np.array([1, -1])

        def shift(p):
            return brentq(lambda a: POPULATION @ ndtr(a + offset) - p, ndtri(p) - 1, ndtri(p) + 1)

        level = {p: shift(p) for p in np.unique(self.share)}
        return np.array([level[p] for p in self.share])[:, None] + offset

    def truth(self, measure: str) -> np.ndarray:
        """The areas' true values (p,) in both waves."""
        cuts = np.zeros(1) if measure == SHARE else CUTS
        scale = 1.0 if measure == SHARE else 100.0
        return scale * (ndtr(self.latent[:, :, None] - cuts).mean(axis=2) @ POPULATION)

    @property
    def df(self) -> np.ndarray:
        """PSUs - strata of each area in one wave (p,)."""
        return self.psus.sum(axis=1) - self.psus.shape[1]


@dataclass(frozen=True, eq=False)
class Sample:
    """Both waves' interviews (area, stratum, psu codes; wave 0 or 1) with their designs, apart and stacked in one."""

    panel: Panel
    table: pd.DataFrame
    psu_area: np.ndarray
    waves: tuple[Design, Design]
    stacked: Design


def draw_sample(panel: Panel, rng: np.random.Generator) -> Sample:
    """PSUs 0..n-1 of a stratum in wave 1 and n-c..2n-c-1 in wave 2; lognormal weights that add up to W_h by stratum."""
    cells = []
    for (d, h), n in np.ndenumerate(panel.psus):
        sizes = np.diff(np.arange(panel.psus[d].sum() + 1) * panel.interviews[d] // panel.psus[d].sum())
        sizes = sizes[h * panel.psus[d, 0] :][:n]
        for wave, begin in ((0, 0), (1, n - panel.common[d, h])):
            cells.append(np.column_stack([np.full((n, 3), [wave, d, 2 * d + h]), begin + np.arange(n), sizes]))
    wave, area, stratum, psu, size = np.vstack(cells).T
    table = pd.DataFrame({"wave": wave, "area": area, "stratum": stratum})
    table["psu"] = np.unique(stratum * (psu.max() + 1) + psu, return_inverse=True)[1]
    table = table.loc[np.repeat(np.arange(len(table)), size)].reset_index(drop=True)
    stratum_and_wave = (table.stratum + table.wave * panel.psus.size).to_numpy()
    table["weight"] = stratum_weights(rng, stratum_and_wave, np.tile(POPULATION, 2 * len(panel.psus)), WEIGHT_CV)
    columns: dict[str, Any] = {"weight": "weight", "stratum": "stratum", "psu": "psu"}
    before, after = (Design.from_table(table[table.wave == w], **columns) for w in (0, 1))
    psu_area = table.groupby("psu").area.first().to_numpy()
    return Sample(panel, table, psu_area, (before, after), Design.from_table(table, **columns))


def draw_answers(sample: Sample, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Each measure's answers (n,) to all interviews of both waves."""
    panel, t = sample.panel, sample.table
    rho = panel.rho[sample.psu_area]
    b = rng.standard_normal((2, len(rho)))
    b[1] = rho * b[0] + np.sqrt(1 - rho**2) * b[1]
    noise = rng.standard_normal(len(t))
    latent = panel.latent.ravel()[t.stratum] + np.sqrt(panel.icc) * b[t.wave, t.psu] + np.sqrt(1 - panel.icc) * noise
    return {SHARE: (latent > 0).astype(float), SCORE: 100 * (latent[:, None] > CUTS).mean(axis=1)}


def wave_measures(sample: Sample, y, measure: str) -> tuple[WaveMeasure, WaveMeasure]:
    """Both waves of one measure, in the form that the product's reports use."""
    areas = sample.table.area.to_numpy()
    inside = [(sample.table.wave == w).to_numpy() for w in (0, 1)]
    before, after = (
        WaveMeasure(MEASURES[measure], y[i], areas[i], d) for i, d in zip(inside, sample.waves, strict=True)
    )
    return before, after


def joined(before: WaveMeasure, after: WaveMeasure, pair) -> Waves:
    """Both waves together, for a pair of Estimates with the design's variances or smoothed ones."""
    return joint_waves({"before": before.linearized, "after": after.linearized}, {"before": pair[0], "after": pair[1]})


def report_change(before: WaveMeasure, after: WaveMeasure) -> Estimate:
    """The change as `accountability.league.change_table` tests it: smoothed variances, covariance of common PSUs."""
    linear = {"before": before.linearized, "after": after.linearized}
    coefficients = {"before": -1.0, "after": 1.0}
    shape = {
        "third_ratio": third_ratio(linear, coefficients),
        "steps": change_steps(linear, coefficients, before.areas.names),
    }
    return combine(joined(before, after, (before.smoothed, after.smoothed)), coefficients, **shape)


# ---- the study of the change itself

OVERLAPS, RHOS = (0.0, 0.25, 0.5, 1.0), (0.0, 0.5, 0.9)
ESTIMATORS = ("independent", "stacked", "common_psus", "report")
QUANTITIES = ("covered", "se", "square", "excess", "scale")
SMALL, LARGE, APART, MIXED = "small", "large", "apart", "mixed"
ICC, FAR = 0.3, 0.7
CELLS = [
    *((SMALL, overlap, rho) for overlap, rho in product(OVERLAPS, RHOS) if overlap or not rho),
    *product((LARGE,), (0.25, 1.0), (0.5, 0.9)),
    *product((APART,), (0.25, 1.0), (0.5,)),
    *product((MIXED,), (0.25, 1.0), (None,)),
]


def ensu_like(overlap: float, rho, *, icc: float, areas: int = 32, apart: float = 0.2) -> Panel:
    """Areas of 2 strata with 4 and 6 PSUs of 4 interviews each: ENSU's cities have 42 interviews and 9 df (medians)."""
    psus = np.tile([4, 6], (areas, 1))
    half = np.arange(areas)[:, None] % 2 * 0.5  # of 6 PSUs a quarter is 1 in one area and 2 in the next
    common = np.floor(psus * overlap + half).astype(int) if 0 < overlap < 1 else (psus * overlap).astype(int)
    rho = np.broadcast_to(rho, areas).astype(float)
    return Panel(psus, common, np.full(areas, 40), scattered(0.4, 0.95, areas, 7), rho, icc, apart)


def larger(overlap: float, rho: float, *, areas: int = 16) -> Panel:
    """In every area 2 strata of 16 PSUs with 4 interviews each: 30 df."""
    psus = np.full((areas, 2), 16)
    shares = scattered(0.4, 0.95, areas, 7)
    return Panel(psus, (psus * overlap).astype(int), np.full(areas, 128), shares, np.full(areas, rho), ICC)


def scattered(low: float, high: float, areas: int, step: int) -> np.ndarray:
    """Shares evenly from `low` to `high`, in the order of steps of `step`, so that they rise with nothing else."""
    return np.linspace(low, high, areas)[np.arange(areas) * step % areas]


def panel_of(cell) -> Panel:
    """The panel of a cell (kind, overlap, ρ); in a mixed one half of the areas have ρ = 0 and the others 0.9."""
    kind, overlap, rho = cell
    if kind == LARGE:
        return larger(overlap, rho)
    rho = np.where(np.arange(32) // 2 % 2, 0.9, 0.0) if kind == MIXED else rho
    return ensu_like(overlap, rho, icc=ICC, apart=FAR if kind == APART else 0.2)


def change_errors(cell, rng: np.random.Generator) -> pd.DataFrame:
    """One row per measure, estimator and area: means over replicates of `QUANTITIES`.

    covered: the change's interval holds 0;  se;  square of the change, whose mean is its true variance;
    excess: C less the product of the two waves' errors;  scale: half the sum of their squares.
    """
    panel = panel_of(cell)
    sample, means = draw_sample(panel, rng), {}
    for _ in range(REPEATS):
        for measure, y in draw_answers(sample, rng).items():
            for estimator, values in _errors(sample, y, measure).items():
                means[measure, estimator] = means.get((measure, estimator), 0) + values / REPEATS
    areas = {"area": np.arange(len(panel.share)), "rho": panel.rho}
    return pd.concat(
        pd.DataFrame({"measure": m, "estimator": e, **areas, **dict(zip(QUANTITIES, values, strict=True))})
        for (m, e), values in means.items()
    )


def _errors(sample: Sample, y, measure: str) -> dict[str, np.ndarray]:
    """Estimator -> `QUANTITIES` (5,p) in one replicate."""
    before, after = wave_measures(sample, y, measure)
    one, two = (w.areas.value - sample.panel.truth(measure) for w in (before, after))
    quantities = {}
    for estimator, (shift, c) in changes(sample, before, after, y).items():
        lower, upper, _ = shift.interval()
        covered = (lower <= 0) & (upper >= 0)
        quantities[estimator] = np.array([covered, shift.se, shift.value**2, c - one * two, (one**2 + two**2) / 2])
    return quantities


def changes(sample: Sample, before: WaveMeasure, after: WaveMeasure, y) -> dict[str, tuple[Estimate, np.ndarray]]:
    """Estimator -> the change, and the covariance C_d (p,) it supposes between an area's two waves."""
    pair = before.areas, after.areas
    smooth = before.smoothed, after.smoothed
    one, two, shared = stacked(sample, y)
    change_of = {
        "independent": (change(*pair, cross=INDEPENDENT), np.zeros(len(shared))),
        "stacked": (change(one, two, cross=shared), np.diag(shared)),
    }
    for name, estimates in (("common_psus", pair), ("report", smooth)):
        waves = joined(before, after, estimates)
        (cross,) = waves.cross.values()
        c = np.zeros(len(shared)) if isinstance(cross, str) else np.diag(cross)
        change_of[name] = (combine(waves, [-1.0, 1.0]), c)
    return change_of


def stacked(sample: Sample, y) -> tuple[Estimate, Estimate, np.ndarray]:
    """Both waves as domains of one design, R's way: before, after and the covariance between them."""
    areas = len(sample.panel.share)
    domain = (sample.table.wave * areas + sample.table.area).to_numpy()
    domains = linearize_domain_means(y, domain, sample.stacked).estimate()
    names, first_wave = tuple(range(areas)), slice(areas)
    second_wave = slice(areas, None)
    one, two = (
        Estimate(names, domains.value[s], domains.covariance[s, s], domains.df[s]) for s in (first_wave, second_wave)
    )
    return one, two, domains.covariance[first_wave, second_wave]
