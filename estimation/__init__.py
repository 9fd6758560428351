"""From responses to estimates with covariance, ranks and changes; pure: values in, values out."""

from estimation.calibration.calibration import Calibration, calibrate, poststratify, rake, standardize
from estimation.calibration.distances import LINEAR, RAKING, Distance, bounded, logit
from estimation.calibration.trimming import Trimming, trim, trim_calibrated
from estimation.changes.changes import change, score_change, standing_change
from estimation.changes.comparisons import Comparison, comparison_power, score_information, usual_comparisons
from estimation.changes.field import FieldContrast, field_contrast_test
from estimation.changes.league_comparison import ChangeVerdict, LeagueComparison, compare_league
from estimation.changes.movement import ShiftSplit, no_change_band, shift_split
from estimation.changes.needed import interviews_needed, shrunken_move
from estimation.changes.posterior import (
    ShiftPosterior,
    TripleGoal,
    WavePosterior,
    shift_posterior,
    triple_goal,
    wave_posterior,
)
from estimation.changes.rank_changes import RankChange, rank_change
from estimation.estimators.contrasts import contrast, transform
from estimation.estimators.design import Design
from estimation.estimators.domains import domain_means, domain_ratios, domain_totals, linearize_domain_means
from estimation.estimators.estimates import (
    Estimate,
    Interval,
    linearize_mean,
    mean,
    population_variance,
    ratio,
    total,
)
from estimation.estimators.hypothesis_tests import (
    HypothesisTest,
    independence_test,
    mean_difference,
    rank_test,
    t_test,
    wald_test,
)
from estimation.estimators.regression import regression
from estimation.estimators.replicate_estimates import (
    replicate_covariance,
    replicate_domain_means,
    replicate_mean,
    replicate_ratio,
    replicate_total,
    replicated,
)
from estimation.estimators.replication import (
    Replicates,
    balanced_weights,
    bootstrap_weights,
    given_weights,
    jackknife_weights,
)
from estimation.estimators.variance import linearized_covariance
from estimation.indicators.answers import measure_values
from estimation.indicators.indicators import Item, Measure, Part
from estimation.indicators.linear_values import combined_values, indicator_values, ratio_values
from estimation.precision.effects import design_effect, sample_sizes
from estimation.precision.flags import Limits, unfit_to_publish
from estimation.precision.intervals import measure_interval, mid_p_limits, proportion_interval
from estimation.precision.interviewers import InterviewerVariance, interviewer_variance, lasting_correlation
from estimation.precision.moderation import Moderated, moderate, moderate_effects, own_effects
from estimation.precision.quantiles import Quantiles, quantile
from estimation.precision.smoothing import smooth_scores, smooth_shares
from estimation.ranking.last_k import LastK, last_k
from estimation.ranking.rank_methods import count_rank_set, joint_interval_rank_set, tukey_rank_set
from estimation.ranking.ranks import RankSet, rank_confidence_set, ranks
from estimation.waves.fourth_moments import change_steps
from estimation.waves.overlap import common_psu_covariance, joint_waves
from estimation.waves.third_moments import third_ratio
from estimation.waves.waves import INDEPENDENT, Waves, combine, slope, window_change, windows
from estimation.weighting.ages import BandSplit, age_spans, cut_ages, split_bands
from estimation.weighting.census import CensusMargins, census_margins
from estimation.weighting.diagnostics import extreme_weights, kish_effect, trimming_cost, weight_summary
from estimation.weighting.steps import WeightingSteps
from estimation.weighting.weighting import Weighting, base_weight, weigh
from estimation.weighting.weights import (
    Step,
    adjust_eligibility,
    adjust_nonresponse,
    adjust_phones,
    adjust_propensity,
    phone_weight,
    weights_table,
)

__all__ = [
    "INDEPENDENT",
    "LINEAR",
    "RAKING",
    "BandSplit",
    "Calibration",
    "CensusMargins",
    "ChangeVerdict",
    "Comparison",
    "Design",
    "Distance",
    "Estimate",
    "FieldContrast",
    "HypothesisTest",
    "Interval",
    "InterviewerVariance",
    "Item",
    "LastK",
    "LeagueComparison",
    "Limits",
    "Measure",
    "Moderated",
    "Part",
    "Quantiles",
    "RankChange",
    "RankSet",
    "Replicates",
    "ShiftPosterior",
    "ShiftSplit",
    "Step",
    "Trimming",
    "TripleGoal",
    "WavePosterior",
    "Waves",
    "Weighting",
    "WeightingSteps",
    "adjust_eligibility",
    "adjust_nonresponse",
    "adjust_phones",
    "adjust_propensity",
    "age_spans",
    "balanced_weights",
    "base_weight",
    "bootstrap_weights",
    "bounded",
    "calibrate",
    "census_margins",
    "change",
    "change_steps",
    "combine",
    "combined_values",
    "common_psu_covariance",
    "compare_league",
    "comparison_power",
    "contrast",
    "count_rank_set",
    "cut_ages",
    "design_effect",
    "domain_means",
    "domain_ratios",
    "domain_totals",
    "extreme_weights",
    "field_contrast_test",
    "given_weights",
    "independence_test",
    "indicator_values",
    "interviewer_variance",
    "interviews_needed",
    "jackknife_weights",
    "joint_interval_rank_set",
    "joint_waves",
    "kish_effect",
    "last_k",
    "lasting_correlation",
    "linearize_domain_means",
    "linearize_mean",
    "linearized_covariance",
    "logit",
    "mean",
    "mean_difference",
    "measure_interval",
    "measure_values",
    "mid_p_limits",
    "moderate",
    "moderate_effects",
    "no_change_band",
    "own_effects",
    "phone_weight",
    "population_variance",
    "poststratify",
    "proportion_interval",
    "quantile",
    "rake",
    "rank_change",
    "rank_confidence_set",
    "rank_test",
    "ranks",
    "ratio",
    "ratio_values",
    "regression",
    "replicate_covariance",
    "replicate_domain_means",
    "replicate_mean",
    "replicate_ratio",
    "replicate_total",
    "replicated",
    "sample_sizes",
    "score_change",
    "score_information",
    "shift_posterior",
    "shift_split",
    "shrunken_move",
    "slope",
    "smooth_scores",
    "smooth_shares",
    "split_bands",
    "standardize",
    "standing_change",
    "t_test",
    "third_ratio",
    "total",
    "transform",
    "trim",
    "trim_calibrated",
    "trimming_cost",
    "triple_goal",
    "tukey_rank_set",
    "unfit_to_publish",
    "usual_comparisons",
    "wald_test",
    "wave_posterior",
    "weigh",
    "weight_summary",
    "weights_table",
    "window_change",
    "windows",
]
