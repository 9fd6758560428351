"""The examples in docstrings: each runs and gives the number it prints; the functions people start from have one."""

import doctest
import importlib
import pkgutil
from pathlib import Path

import pytest

import estimation
import sampling

ROOT = Path(__file__).parents[2]
MODULES = [
    importlib.import_module(found.name)
    for room in (estimation, sampling)
    for found in pkgutil.walk_packages(room.__path__, f"{room.__name__}.")
]
FIRST = [  # what a statistician starts from
    "Design.from_table",
    "mean",
    "total",
    "ratio",
    "domain_means",
    "quantile",
    "design_effect",
    "sample_sizes",
    "proportion_interval",
    "mid_p_limits",
    "calibrate",
    "poststratify",
    "rake",
    "kish_effect",
    "jackknife_weights",
    "contrast",
    "regression",
    "independence_test",
    "change",
    "window_change",
    "slope",
    "ranks",
    "rank_confidence_set",
    "last_k",
    "compare_league",
    "interviews_needed",
    "margin_of_error",
    "sample_size_proportion",
    "sample_size_difference",
    "detectable_change",
    "numbers_needed",
    "allocate_proportional",
    "allocate_neyman",
    "split_modes",
    "inclusion_probabilities",
    "permanent_random_numbers",
    "draw_stratified",
]
PARTS = [part for module in MODULES for part in doctest.DocTestFinder().find(module) if part.examples]


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_an_example_gives_what_it_prints(part, monkeypatch):
    monkeypatch.chdir(ROOT)  # examples read the schools of tests/golden
    said = []
    failed, tried = doctest.DocTestRunner().run(part, out=said.append)
    assert tried and not failed, "".join(said)


@pytest.mark.parametrize("module", ["pairs", "stepdown", "k_split"])
def test_what_is_hard_to_follow_has_four_areas_on_paper(module):
    (text,) = [m.__doc__ for m in MODULES if m.__name__.split(".")[-1] == module]
    assert "Four areas on paper" in text or "four areas of `pairs` on paper" in text
    assert ">>>" in text


@pytest.mark.parametrize("name", FIRST)
def test_what_a_statistician_starts_from_has_an_example(name):
    first, *rest = name.split(".")
    found = getattr(estimation, first, None) or getattr(sampling, first)
    for attribute in rest:
        found = getattr(found, attribute)
    assert "Examples: " in found.__doc__ and ">>>" in found.__doc__
