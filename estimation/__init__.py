"""From responses to estimates with covariance, ranks and changes; pure: values in, values out."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the same names, for who checks types
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
    from estimation.estimators.estimates import Estimate, Interval
    from estimation.estimators.hypothesis_tests import (
        HypothesisTest,
        independence_test,
        mean_difference,
        rank_test,
        t_test,
        wald_test,
    )
    from estimation.estimators.means import linearize_mean, mean, population_variance, ratio, total
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
    from estimation.waves.influence import gram, influence_parts
    from estimation.waves.overlap import common_psu_covariance, joint_waves
    from estimation.waves.third_moments import third_ratio
    from estimation.waves.waves import INDEPENDENT, Waves, combine, is_independent, slope, window_change, windows
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

# file -> the public names in it; each is loaded when it is first used: a command needs few of them, and all cost it as
# much time as numpy
_NAMES = {
    "calibration/calibration": "Calibration calibrate poststratify rake standardize",
    "calibration/distances": "LINEAR RAKING Distance bounded logit",
    "calibration/trimming": "Trimming trim trim_calibrated",
    "changes/changes": "change score_change standing_change",
    "changes/comparisons": "Comparison comparison_power score_information usual_comparisons",
    "changes/field": "FieldContrast field_contrast_test",
    "changes/league_comparison": "ChangeVerdict LeagueComparison compare_league",
    "changes/movement": "ShiftSplit no_change_band shift_split",
    "changes/needed": "interviews_needed shrunken_move",
    "changes/posterior": "ShiftPosterior TripleGoal WavePosterior shift_posterior triple_goal wave_posterior",
    "changes/rank_changes": "RankChange rank_change",
    "estimators/contrasts": "contrast transform",
    "estimators/design": "Design",
    "estimators/domains": "domain_means domain_ratios domain_totals linearize_domain_means",
    "estimators/estimates": "Estimate Interval",
    "estimators/hypothesis_tests": "HypothesisTest independence_test mean_difference rank_test t_test wald_test",
    "estimators/means": "linearize_mean mean population_variance ratio total",
    "estimators/regression": "regression",
    "estimators/replicate_estimates": "replicate_covariance replicate_domain_means replicate_mean replicate_ratio "
    "replicate_total replicated",
    "estimators/replication": "Replicates balanced_weights bootstrap_weights given_weights jackknife_weights",
    "estimators/variance": "linearized_covariance",
    "indicators/answers": "measure_values",
    "indicators/indicators": "Item Measure Part",
    "indicators/linear_values": "combined_values indicator_values ratio_values",
    "precision/effects": "design_effect sample_sizes",
    "precision/flags": "Limits unfit_to_publish",
    "precision/intervals": "measure_interval mid_p_limits proportion_interval",
    "precision/interviewers": "InterviewerVariance interviewer_variance lasting_correlation",
    "precision/moderation": "Moderated moderate moderate_effects own_effects",
    "precision/quantiles": "Quantiles quantile",
    "precision/smoothing": "smooth_scores smooth_shares",
    "ranking/last_k": "LastK last_k",
    "ranking/rank_methods": "count_rank_set joint_interval_rank_set tukey_rank_set",
    "ranking/ranks": "RankSet rank_confidence_set ranks",
    "waves/fourth_moments": "change_steps",
    "waves/influence": "gram influence_parts",
    "waves/overlap": "common_psu_covariance joint_waves",
    "waves/third_moments": "third_ratio",
    "waves/waves": "INDEPENDENT Waves combine is_independent slope window_change windows",
    "weighting/ages": "BandSplit age_spans cut_ages split_bands",
    "weighting/census": "CensusMargins census_margins",
    "weighting/diagnostics": "extreme_weights kish_effect trimming_cost weight_summary",
    "weighting/steps": "WeightingSteps",
    "weighting/weighting": "Weighting base_weight weigh",
    "weighting/weights": "Step adjust_eligibility adjust_nonresponse adjust_phones "
    "adjust_propensity phone_weight weights_table",
}
_FILE_OF = {name: file.replace("/", ".") for file, names in _NAMES.items() for name in names.split()}
__all__ = sorted(_FILE_OF)


def __getattr__(name: str) -> Any:
    """A public name of this room, from its file."""
    if name not in _FILE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    public = getattr(import_module(f"{__name__}.{_FILE_OF[name]}"), name)
    globals()[name] = public
    return public


def __dir__() -> list[str]:
    return sorted({*globals(), *_FILE_OF})
