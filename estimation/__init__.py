"""From responses to estimates with covariance, ranks and changes; pure: values in, values out."""

from estimation.changes import (
    change,
    no_change_band,
    score_change,
    standing_change,
    verdicts,
)
from estimation.comparisons import Comparison, comparison_power, score_information, usual_comparisons
from estimation.contrasts import contrast, transform
from estimation.design import Design
from estimation.domains import domain_means, domain_ratios, domain_totals, linearize_domain_means
from estimation.effects import design_effect, sample_sizes
from estimation.estimates import (
    Estimate,
    Interval,
    linearize_mean,
    mean,
    population_variance,
    ratio,
    total,
)
from estimation.field import FieldContrast, field_contrast_test
from estimation.flags import Limits, unfit_to_publish
from estimation.indicators import Item, Measure, measure_values
from estimation.intervals import measure_interval, proportion_interval
from estimation.last_k import LastK, last_k
from estimation.needed import interviews_needed, shrunken_move
from estimation.overlap import common_psu_covariance
from estimation.quantiles import Quantiles, quantile
from estimation.rank_changes import RankChange, rank_change
from estimation.ranks import RankSet, rank_confidence_set, ranks
from estimation.smoothing import smooth_scores, smooth_shares
from estimation.tests_of_equality import (
    HypothesisTest,
    independence_test,
    mean_difference,
    rank_test,
    t_test,
    wald_test,
)
from estimation.variance import linearized_covariance
from estimation.waves import INDEPENDENT, Waves, combine, slope, window_change, windows

__all__ = [
    "INDEPENDENT",
    "Comparison",
    "Design",
    "Estimate",
    "FieldContrast",
    "HypothesisTest",
    "Interval",
    "Item",
    "LastK",
    "Limits",
    "Measure",
    "Quantiles",
    "RankChange",
    "RankSet",
    "Waves",
    "change",
    "combine",
    "common_psu_covariance",
    "comparison_power",
    "contrast",
    "design_effect",
    "domain_means",
    "domain_ratios",
    "domain_totals",
    "field_contrast_test",
    "independence_test",
    "interviews_needed",
    "last_k",
    "linearize_domain_means",
    "linearize_mean",
    "linearized_covariance",
    "mean",
    "mean_difference",
    "measure_interval",
    "measure_values",
    "no_change_band",
    "population_variance",
    "proportion_interval",
    "quantile",
    "rank_change",
    "rank_confidence_set",
    "rank_test",
    "ranks",
    "ratio",
    "sample_sizes",
    "score_change",
    "score_information",
    "shrunken_move",
    "slope",
    "smooth_scores",
    "smooth_shares",
    "standing_change",
    "t_test",
    "total",
    "transform",
    "unfit_to_publish",
    "usual_comparisons",
    "verdicts",
    "wald_test",
    "window_change",
    "windows",
]
