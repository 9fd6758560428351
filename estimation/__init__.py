"""From responses to estimates with covariance, ranks and changes; pure: values in, values out."""

from estimation.changes import (
    INDEPENDENT,
    change,
    no_change_band,
    score_change,
    standing_change,
    verdicts,
)
from estimation.design import Design
from estimation.effects import design_effect, sample_sizes
from estimation.estimates import (
    Estimate,
    Interval,
    domain_means,
    linearize_domain_means,
    linearize_mean,
    mean,
    ratio,
    total,
)
from estimation.indicators import Item, Measure, measure_values
from estimation.intervals import measure_interval, proportion_interval
from estimation.overlap import common_psu_covariance
from estimation.ranks import RankSet, rank_confidence_set, ranks
from estimation.smoothing import smooth_scores, smooth_shares
from estimation.variance import linearized_covariance

__all__ = [
    "INDEPENDENT",
    "Design",
    "Estimate",
    "Interval",
    "Item",
    "Measure",
    "RankSet",
    "change",
    "common_psu_covariance",
    "design_effect",
    "domain_means",
    "linearize_domain_means",
    "linearize_mean",
    "linearized_covariance",
    "mean",
    "measure_interval",
    "measure_values",
    "no_change_band",
    "proportion_interval",
    "rank_confidence_set",
    "ranks",
    "ratio",
    "sample_sizes",
    "score_change",
    "smooth_scores",
    "smooth_shares",
    "standing_change",
    "total",
    "verdicts",
]
