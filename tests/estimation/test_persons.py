"""One person of a household counts for 1/p: by hand, over all of Kish's tables, as R's survey, and never twice."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from estimation import Design, mean, total, weigh
from estimation.weighting.steps import Base, Dispositions, Nonresponse, Phones, WeightingSteps
from estimation.weighting.weights import adjust_persons
from programme.survey import read_programme
from sampling.draw.stages import KISH, TWELFTHS, kish_person
from words import Fault

LAIBIN = Path(__file__).parents[2] / "tests" / "surveys" / "laibin_simulated" / "programme.toml"
STEPS = WeightingSteps(
    Dispositions("o", frozenset({"I"}), frozenset({"R"}), frozenset({"U"}), frozenset()),
    Base("d", None, {}),
    nonresponse=Nonresponse(),
    persons="p",
)


def test_one_of_three_adults_counts_for_three_after_the_household_s_refusals_are_made_up_for():
    """Households of 10: four answered, one refused: 12.5 each; with 1, 2, 3 and 5 adults 12.5, 25, 37.5 and 50."""
    table = pd.DataFrame({"o": list("IIIIR"), "d": ["10"] * 5, "p": ["1", "0.5", repr(1 / 3), "0.25", ""]})
    weighting = weigh(table, STEPS)
    assert [step.name for step in weighting.steps] == ["base", "nonresponse", "persons"]
    np.testing.assert_allclose(weighting.weight, [12.5, 25, 37.5, 50], rtol=1e-14)


@pytest.mark.parametrize("adults", range(1, 7))
def test_over_all_of_kish_s_tables_every_adult_counts_once_on_average(adults):
    """Σ_tables share(table) 1/p(person) = 1 for each adult of 1 to 6, the fifth of five with 3 of 12 tables too."""
    chosen = kish_person(list(KISH), np.full(len(KISH), adults))
    share = np.array([TWELFTHS[name] for name in KISH]) / 12
    weight = adjust_persons(np.ones(len(KISH)), chosen.probability).weight
    counted = [(share * weight)[chosen.person == person].sum() for person in range(1, adults + 1)]
    np.testing.assert_allclose(counted, 1, rtol=1e-12)


def test_means_and_totals_of_persons_are_those_of_r_s_survey():
    """R survey 4.1.1: svydesign(ids=~1, strata=~stratum, weights=~base/p), svymean(~y), svytotal(~y)."""
    p, y = [1, 1 / 2, 1 / 3, 3 / 12, 1 / 2, 2 / 12, 3 / 12, 1], [1, 0, 1, 1, 0, 1, 1, 0]
    table = pd.DataFrame(
        {"o": "I", "d": ["10"] * 4 + ["25"] * 4, "p": [repr(v) for v in p], "stratum": list("aaaabbbb")}
    )
    weighting = weigh(table, STEPS)
    design = weighting.design(Design.from_table(table.assign(w=1.0), weight="w", stratum="stratum"))
    for estimate, value, se in (
        (mean(np.array(y, float), design), 0.776470588235294, 0.169155862843225),
        (total(np.array(y, float), design), 330.0, 154.380482358792),
    ):
        np.testing.assert_allclose((estimate.value[0], estimate.se[0]), (value, se), rtol=1e-12)


def test_adults_of_the_telephone_step_and_of_the_household_step_are_the_same_and_count_once():
    """With landlines alone, one a household, w = d A: the telephone step and 1/p = A give the same weights."""
    table = pd.DataFrame({"o": "I", "d": "100", "f": "landline", "m": "0", "l": "1", "a": ["1", "2", "4"]})
    table["p"] = [repr(1 / int(a)) for a in table.a]
    by_phones = replace(STEPS, persons=None, base=Base("d", "f", {}), phones=Phones("m", "l", "a"))
    np.testing.assert_allclose(weigh(table, by_phones).weight, weigh(table, STEPS).weight, rtol=1e-14)
    twice = LAIBIN.read_text("utf-8") + '\n[weighting.persons]\nprobability = "p"\n'
    with pytest.raises(Fault, match=r"phones \| persons"):
        read_programme(twice.encode(), "p.toml")


@pytest.mark.parametrize("p", [0.0, -0.5, 1.2, np.nan])
def test_a_probability_that_is_none_is_named_with_its_row(p):
    with pytest.raises(Fault, match="row 2"):
        adjust_persons([1.0, 1.0], [0.5, p])
