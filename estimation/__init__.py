"""From responses to estimates with covariance, ranks and changes; pure: values in, values out."""

from estimation.ages import BandSplit, age_spans, cut_ages, split_bands
from estimation.answers import measure_values
from estimation.calibration import Calibration, calibrate, poststratify, rake, standardize
from estimation.census import CensusMargins, census_margins
from estimation.changes import (
    change,
    score_change,
    standing_change,
)
from estimation.comparisons import Comparison, comparison_power, score_information, usual_comparisons
from estimation.contrasts import contrast, transform
from estimation.design import Design
from estimation.distances import LINEAR, RAKING, Distance, bounded, logit
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
from estimation.indicators import Item, Measure, Part
from estimation.intervals import measure_interval, mid_p_limits, proportion_interval
from estimation.interviewers import InterviewerVariance, interviewer_variance, lasting_correlation
from estimation.last_k import LastK, last_k
from estimation.league_comparison import ChangeVerdict, LeagueComparison, compare_league
from estimation.linear_values import combined_values, indicator_values, ratio_values
from estimation.moderation import Moderated, moderate, moderate_effects, own_effects
from estimation.movement import ShiftSplit, no_change_band, shift_split
from estimation.needed import interviews_needed, shrunken_move
from estimation.overlap import common_psu_covariance, joint_waves
from estimation.posterior import (
    ShiftPosterior,
    TripleGoal,
    WavePosterior,
    shift_posterior,
    triple_goal,
    wave_posterior,
)
from estimation.quantiles import Quantiles, quantile
from estimation.rank_changes import RankChange, rank_change
from estimation.rank_methods import count_rank_set, joint_interval_rank_set, tukey_rank_set
from estimation.ranks import RankSet, rank_confidence_set, ranks
from estimation.regression import regression
from estimation.replicate_estimates import (
    replicate_covariance,
    replicate_domain_means,
    replicate_mean,
    replicate_ratio,
    replicate_total,
    replicated,
)
from estimation.replication import Replicates, balanced_weights, bootstrap_weights, given_weights, jackknife_weights
from estimation.smoothing import smooth_scores, smooth_shares
from estimation.tests_of_equality import (
    HypothesisTest,
    independence_test,
    mean_difference,
    rank_test,
    t_test,
    wald_test,
)
from estimation.third_moments import third_ratio
from estimation.trimming import Trimming, trim, trim_calibrated
from estimation.variance import linearized_covariance
from estimation.waves import INDEPENDENT, Waves, combine, slope, window_change, windows
from estimation.weight_diagnostics import extreme_weights, kish_effect, trimming_cost, weight_summary
from estimation.weighting import Weighting, base_weight, weigh
from estimation.weighting_plan import WeightingPlan
from estimation.weights import (
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
    "WeightingPlan",
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
