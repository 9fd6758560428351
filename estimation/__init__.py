"""From responses to estimates with covariance, ranks and changes; pure: values in, values out."""

from estimation.changes import (
    change,
    score_change,
    standing_change,
    verdicts,
)
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
from estimation.flags import Limits, unfit_to_publish
from estimation.indicators import Item, Measure, measure_values
from estimation.intervals import measure_interval, proportion_interval
from estimation.movement import ShiftSplit, no_change_band, shift_split
from estimation.overlap import common_psu_covariance
from estimation.posterior import (
    ShiftPosterior,
    TripleGoal,
    WavePosterior,
    shift_posterior,
    triple_goal,
    wave_posterior,
)
from estimation.quantiles import Quantiles, quantile
from estimation.rank_methods import count_rank_set, joint_interval_rank_set, tukey_rank_set
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
from estimation.waves import INDEPENDENT, Waves, combine, slope, window_change

__all__ = [
    "INDEPENDENT",
    "Design",
    "Estimate",
    "HypothesisTest",
    "Interval",
    "Item",
    "Limits",
    "Measure",
    "Quantiles",
    "RankSet",
    "ShiftPosterior",
    "ShiftSplit",
    "TripleGoal",
    "WavePosterior",
    "Waves",
    "change",
    "combine",
    "common_psu_covariance",
    "contrast",
    "count_rank_set",
    "design_effect",
    "domain_means",
    "domain_ratios",
    "domain_totals",
    "independence_test",
    "joint_interval_rank_set",
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
    "rank_confidence_set",
    "rank_test",
    "ranks",
    "ratio",
    "sample_sizes",
    "score_change",
    "shift_posterior",
    "shift_split",
    "slope",
    "smooth_scores",
    "smooth_shares",
    "standing_change",
    "t_test",
    "total",
    "transform",
    "triple_goal",
    "tukey_rank_set",
    "unfit_to_publish",
    "verdicts",
    "wald_test",
    "wave_posterior",
    "window_change",
]
