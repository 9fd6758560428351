"""The examples in docstrings: each runs and gives the number it prints; the functions people start from have one."""

import doctest
import importlib
import pkgutil

import pytest

import estimation
import sampling

MODULES = [
    importlib.import_module(found.name)
    for room in (estimation, sampling)
    for found in pkgutil.walk_packages(room.__path__, f"{room.__name__}.")
]
PARTS = [part for module in MODULES for part in doctest.DocTestFinder().find(module) if part.examples]


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_an_example_gives_what_it_prints(part):
    said = []
    failed, tried = doctest.DocTestRunner().run(part, out=said.append)
    assert tried and not failed, "".join(said)


@pytest.mark.parametrize("module", ["pairs", "stepdown", "k_split"])
def test_what_is_hard_to_follow_has_four_areas_on_paper(module):
    (text,) = [m.__doc__ for m in MODULES if m.__name__.split(".")[-1] == module]
    assert "Four areas on paper" in text or "four areas of `pairs` on paper" in text
    assert ">>>" in text
