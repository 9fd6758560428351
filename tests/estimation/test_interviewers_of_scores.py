"""What interviewers add to the law of scores: the slope of their variance, and skewness, against simulated leagues."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from accountability.league.wave_measure import WaveMeasure
from estimation import Design, interviewer_variance
from estimation.estimators.laws import mean_law
from estimation.indicators.indicators import SCORE, Measure

POINTS = (0.0, 30.0, 60.0, 80.0, 100.0)
MEASURE = Measure("scores", SCORE, ("q",), frozenset(), dict(zip("abcde", POINTS, strict=True)), True)
EACH = 3  # interviewers an area, of its own


def scores(leagues: int, areas: int, n: int, rng: np.random.Generator, rho: float = 0.05) -> np.ndarray:
    """Made-up scores (leagues, areas, n/3, 3 interviewers) where nothing differs; effects shift what a person feels."""
    felt = np.sqrt(1 - rho) * rng.standard_normal((leagues, areas, n // EACH, EACH))
    effect = np.sqrt(rho) * rng.standard_normal((leagues, areas, 1, EACH))
    return np.array(POINTS)[np.searchsorted([-1.9, -1.4, -0.9, -0.1], felt + effect)]


def wave_of(answers: np.ndarray) -> WaveMeasure:
    """The wave of one league's answers (areas, n/3, 3)."""
    areas, persons, _ = answers.shape
    area = np.repeat(np.arange(areas), persons * EACH)
    interviewer = EACH * area + np.tile(np.arange(EACH), areas * persons)
    design = Design.from_table(pd.DataFrame({"w": np.ones(len(area))}), weight="w")
    return WaveMeasure(MEASURE, answers.ravel(), area, design, interviewer=interviewer)


def within_areas(values: np.ndarray) -> np.ndarray:
    return values - values.mean(axis=-1, keepdims=True)


def test_the_slope_is_the_regression_of_interviewers_variances_on_their_means_within_areas():
    answers = scores(1, 8, 30, np.random.default_rng(32), rho=0.2)[0]
    part = wave_of(answers).interviewers
    levels, squares = within_areas(answers.mean(axis=1)), within_areas(answers.var(axis=1, ddof=1))
    assert part.slope == pytest.approx((levels * squares).sum() / (levels**2).sum())
    nobody_differs = np.tile(answers[:, :, :1], EACH)
    assert wave_of(nobody_differs).interviewers.slope == 0.0


def test_of_zeros_and_ones_the_slope_is_that_of_the_binomial_variance():
    """s²(θ) = θ(1 - θ)m/(m - 1) of m answers, so that the slope is 1 - 2θ on average."""
    rng = np.random.default_rng(34)
    area = np.repeat(np.arange(200), 90)
    who = EACH * area + np.tile(np.arange(EACH), 200 * 30)
    design = Design.from_table(pd.DataFrame({"w": np.ones(len(area))}), weight="w")
    part = interviewer_variance((rng.random(len(area)) < 0.8).astype(float), area, who, design)
    assert part.slope == pytest.approx(1 - 2 * 0.8, abs=0.05)


def test_the_third_cumulant_is_that_of_simulated_area_means():
    """36,000 area means; without the interviewers' part κ₃ is less than half of it."""
    rng = np.random.default_rng(31)
    means = np.concatenate([scores(100, 60, 99, rng).mean(axis=(2, 3)) for _ in range(6)])
    deviation = means - means.mean()
    third_cumulant, error = (deviation**3).mean(), (deviation**3).std() / np.sqrt(deviation.size)
    laws = [wave_of(answers).counted.law for answers in scores(20, 60, 99, rng)]
    thirds = np.array([law.moments_at(law.level)[1].mean() for law in laws])
    assert abs(thirds.mean() - third_cumulant) < 3 * np.hypot(error, thirds.std() / np.sqrt(len(thirds)))
    assert np.mean([law.third_at(law.level) for law in laws]) > third_cumulant / 2


def test_the_variance_under_the_null_does_not_follow_the_deviation_from_the_field():
    """Scores near the top vary less: V is smaller where the interviewers are lenient, and V⁰ must not be."""
    correlations = []
    for answers in scores(12, 60, 99, np.random.default_rng(33)):
        counted = wave_of(answers).counted
        law, deviation = counted.law, counted.value - counted.value.mean()
        with_interviewers = counted.variance + law.moments_at(counted.value - deviation)[0]
        sampling_alone = counted.variance + law.variance_at(counted.value - deviation) - law.variance
        values = (counted.variance, sampling_alone, with_interviewers)
        correlations.append([np.corrcoef(variance, deviation)[0, 1] for variance in values])
    at_the_estimate, sampling_alone, with_interviewers = np.mean(correlations, axis=0)
    assert at_the_estimate < sampling_alone < -0.3 and abs(with_interviewers) < 0.1


def test_the_law_of_a_mean_of_waves_has_the_interviewers_of_all_of_them():
    """Four independent waves with one law: a quarter of the variance they add, a sixteenth of the third cumulant."""
    law = wave_of(scores(1, 8, 60, np.random.default_rng(35))[0]).counted.law
    apart = np.broadcast_to(np.eye(4)[:, :, None], (4, 4, 8))
    mean = mean_law([law] * 4, np.full(4, 0.25), apart)
    part, mean_part = law.interviewers, mean.interviewers
    np.testing.assert_allclose(mean_part.factor * mean_part.square, part.factor * part.square / 4)
    np.testing.assert_allclose(mean_part.third_at(mean_part.level), part.third_at(part.level) / 16)
    np.testing.assert_allclose(mean_part.variance_at(mean_part.level), mean_part.factor * mean_part.square)
    assert mean_law([law, replace(law, interviewers=None)], [0.5, 0.5], apart[:2, :2]).interviewers is None
    np.testing.assert_array_equal(law.select(np.array([3, 1])).interviewers.square, part.square[[3, 1]])
