"""The tables of a bulletin, made from answers: estimates, ranks, verdicts on rules, and what is real in changes."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import scipy.sparse as sp

from accountability.rules import judge
from estimation import (
    Design,
    Estimate,
    Limits,
    Measure,
    RankSet,
    change,
    common_psu_covariance,
    design_effect,
    linearize_domain_means,
    mean,
    measure_interval,
    no_change_band,
    rank_confidence_set,
    ranks,
    sample_sizes,
    score_change,
    smooth_scores,
    smooth_shares,
    standing_change,
    unfit_to_publish,
    verdicts,
)
from estimation.changes import aligned_cross
from estimation.estimates import Linearization
from estimation.indicators import SHARE
from words import Fault

ALL = "*"  # the domain of everybody
SIMULTANEOUS, MARGINAL = "simultaneous", "marginal"
REFERENCE = "wr"  # design effects compare with simple random sampling with replacement


@dataclass(frozen=True, eq=False)
class WaveMeasure:
    """One measure in one wave: values (n,) with NaN for no answer, areas (n,), and the design they came from."""

    measure: Measure
    values: np.ndarray
    area: np.ndarray
    design: Design

    @cached_property
    def linearized(self) -> Linearization:
        """The areas' means before their variance: needed for the covariance with another wave."""
        return linearize_domain_means(self.values, self.area, self.design)

    @cached_property
    def areas(self) -> Estimate:
        """The areas' estimates with the design's covariance."""
        return self.linearized.estimate()

    @cached_property
    def everybody(self) -> Estimate:
        """The estimate over all areas."""
        found = mean(self.values, self.design)
        return Estimate((ALL,), found.value, found.covariance, found.df)

    @cached_property
    def sizes(self) -> pd.DataFrame:
        """n and Kish's effective n by area, and over all areas."""
        total = np.full(len(self.area), ALL, dtype=object)
        return pd.concat([sample_sizes(self.values, d, self.design) for d in (self.area, total)])

    @cached_property
    def smoothed(self) -> Estimate:
        """The areas' estimates with the variances that statements about ranks and changes use."""
        smooth = smooth_shares if self.measure.kind == SHARE else smooth_scores
        return smooth(self.areas, self.sizes.n_effective[list(self.areas.names)].to_numpy())

    def answered(self, areas) -> list:
        """Those of the areas that have answers, in their order."""
        return [a for a in areas if a in set(self.areas.names)]

    def league(self, areas) -> Estimate:
        """The smoothed estimates of those of a league's areas that have answers; a Fault if none has."""
        present = self.answered(areas)
        if not present:
            raise Fault(key="report.league_empty", measure=self.measure.name)
        return self.smoothed.select(present)


def estimate_table(wave: WaveMeasure, *, level: float, publish: Limits | None = None) -> pd.DataFrame:
    """ESTIMATES of the areas and of everybody, with the interval method used and the limits of `publish` broken."""
    rows = []
    for estimate, domain in ((wave.areas, wave.area), (wave.everybody, None)):
        sizes = wave.sizes.loc[list(estimate.names)]
        limits, methods = measure_limits(wave, estimate, level=level)
        unfit = unfit_to_publish(estimate, sizes, low=wave.measure.low, high=wave.measure.high, limits=publish)
        rows.append(
            pd.DataFrame(
                {
                    "measure": wave.measure.name,
                    "domain": list(estimate.names),
                    "estimate": estimate.value,
                    "se": estimate.se,
                    "df": estimate.df,
                    "lower": limits.lower,
                    "upper": limits.upper,
                    "level": level,
                    "method": methods,
                    "deff": design_effect(estimate, wave.values, wave.design, reference=REFERENCE, domain=domain),
                    "n": sizes.n.to_numpy(),
                    "n_effective": sizes.n_effective.to_numpy(),
                    "unfit": [" ".join(broken) for broken in unfit],
                }
            )
        )
    return pd.concat(rows, ignore_index=True)


def measure_limits(wave: WaveMeasure, estimate: Estimate, *, level: float):
    """The measure's default interval for an estimate of this wave, and the method used for each name."""
    sizes, m = wave.sizes.loc[list(estimate.names)], wave.measure
    n, effective = sizes.n.to_numpy(), sizes.n_effective.to_numpy()
    return measure_interval(estimate, n, effective, low=m.low, high=m.high, share=m.kind == SHARE, level=level)


def covariance_table(wave: WaveMeasure) -> pd.DataFrame:
    """COVARIANCES between areas, each pair once (domain <= other), only those that are not zero."""
    names, upper = np.array(wave.areas.names, dtype=object), sp.triu(wave.areas.covariance, format="coo")
    kept = upper.data != 0
    i, j = upper.row[kept], upper.col[kept]
    columns = {"domain": names[i], "other": names[j], "covariance": upper.data[kept]}
    return pd.DataFrame(columns).assign(measure=wave.measure.name)


def league_ranks(wave: WaveMeasure, areas, *, level: float, rng: np.random.Generator) -> dict[str, RankSet]:
    """Rank sets of a league, family by family: all areas together, and each area alone."""
    estimate, best = wave.league(areas), wave.measure.largest_is_best
    options = {"rng": rng, "level": level, "largest_is_best": best}
    return {
        SIMULTANEOUS: rank_confidence_set(estimate, **options),
        MARGINAL: rank_confidence_set(estimate, simultaneous=False, **options),
    }


def rank_table(measure: str, sets: dict[str, RankSet]) -> pd.DataFrame:
    """RANKS of a league's rank sets."""
    frames = [
        s.to_frame().rename_axis("area").reset_index().assign(measure=measure, family=family, level=s.level)
        for family, s in sets.items()
    ]
    return pd.concat(frames, ignore_index=True)


def verdict_table(wave: WaveMeasure, rank_set: RankSet, rules) -> pd.DataFrame:
    """VERDICTS of the measure's rules on a league."""
    estimate, found = wave.areas.select(rank_set.names), []
    for rule in rules:
        limits, _ = measure_limits(wave, estimate, level=rule.level)
        found += judge([rule], estimate, rank_set, limits)
    return pd.DataFrame([vars(v) for v in found]).assign(measure=wave.measure.name)


def change_table(
    before: WaveMeasure, after: WaveMeasure, areas, *, level: float, rng: np.random.Generator
) -> pd.DataFrame:
    """CHANGES of a league between two waves, over the areas with answers in both; waves' names are the caller's to add.

    Score level: own change on smoothed variances, Holm over the league.  Standing level: change relative to the
    field, max-T stepdown at 1 - level.  The covariance is that of the PSUs common to both waves.
    """
    cross = common_psu_covariance(before.linearized, after.linearized)
    common = before.answered(after.answered(areas))
    if not common:
        raise Fault(key="report.league_empty", measure=before.measure.name)
    plain = [w.areas.select(common) for w in (before, after)]
    smooth = [w.smoothed.select(common) for w in (before, after)]
    rows = before.linearized.names, after.linearized.names
    plain_cross = cross[np.ix_([rows[0].index(a) for a in common], [rows[1].index(a) for a in common])]
    smooth_cross = aligned_cross(plain_cross, plain, smooth)
    shift = change(*smooth, cross=smooth_cross)
    score, standing = score_change(shift), standing_change(shift, rng=rng)
    best = before.measure.largest_is_best
    rank = [ranks(e.value, largest_is_best=best) for e in plain]
    places = rank[0] - rank[1]
    limits, reach = shift.interval(level), before.measure.high - before.measure.low
    return pd.DataFrame(
        {
            "measure": before.measure.name,
            "area": common,
            "change": shift.value,
            "se": shift.se,
            "se_design": change(*plain, cross=plain_cross).se,
            "df": shift.df,
            "lower": np.maximum(limits.lower, -reach),
            "upper": np.minimum(limits.upper, reach),
            "level": level,
            "p": score.p,
            "p_holm": score.p_holm,
            "q_screening": score.q_screening,
            "relative": standing.relative,
            "relative_se": standing.se,
            "p_standing": standing.p_standing,
            "rank_before": rank[0],
            "rank_after": rank[1],
            "places": places,
            "noise": no_change_band(*smooth, cross=smooth_cross, rng=rng),
            "verdict": verdicts(standing, places, alpha=1 - level, largest_is_best=best),
        }
    )
