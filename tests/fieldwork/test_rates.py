"""Outcome rates: against 71 published ones, a count by hand, identities between the rates, and simulation."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldwork.dispositions import CLASSES, codes_of_class
from fieldwork.final_outcomes import counts_by_class, final_outcomes
from fieldwork.rates import RATES, outcome_rates
from words import Fault

PUBLISHED = pd.read_csv(Path(__file__).parents[1] / "golden" / "aapor_rates.csv")
TRUTH = np.array([0.02, 0.003, 0.05, 0.02, 0.005, 0.3, 0.02, 0.03, 0.552])  # probabilities of CLASSES


def _stated(e: str) -> float | dict[str, float]:
    if "=" not in e:
        return float(e)
    return {group: float(value) for group, value in (part.split("=") for part in e.split(";"))}


@pytest.mark.parametrize("case", sorted(set(PUBLISHED["case"])))
def test_published_rates_come_out_to_eight_digits(case):
    rows = PUBLISHED[PUBLISHED["case"] == case]
    rates = outcome_rates(rows.head(1)[list(CLASSES)], eligibility=_stated(str(rows.e.iloc[0])))
    computed = rates.values.iloc[0][list(rows.rate)].to_numpy()
    assert np.all(np.abs(computed - rows.value.to_numpy()) <= rows.tolerance.to_numpy())


def test_e_of_the_counts_is_k_over_k_and_the_ineligible_and_1_where_nothing_is_known():
    counts = pd.DataFrame([[5, 2, 1, 1, 1, 1, 1, 1, 1], [0, 0, 0, 0, 0, 3, 0, 0, 0]], columns=list(CLASSES))
    rates = outcome_rates(counts)
    assert rates.eligibility.to_numpy().tolist() == [[pytest.approx(10 / 11)] * 3, [1.0] * 3]
    assert rates.values.loc[1, ["RR1", "RR3", "CON2"]].tolist() == [0, 0, 0]
    assert rates.values.loc[1, ["RR5", "COOP1", "COOP4", "REF3"]].isna().all()
    assert rates.low.loc[1, "RR5"] != rates.low.loc[1, "RR5"]


@settings(max_examples=12, deadline=None)
@given(st.lists(st.integers(0, 400), min_size=9, max_size=9), st.floats(0, 1))
def test_rates_keep_the_order_that_their_formulas_give(numbers, e):
    counts = pd.DataFrame([numbers], columns=list(CLASSES))
    for stated in (None, e):
        rates = outcome_rates(counts, eligibility=stated)
        value, low, high = rates.values.iloc[0], rates.low.iloc[0], rates.high.iloc[0]
        known = value.notna()
        assert ((low <= value + 1e-9) & (value <= high + 1e-9))[known].all()
        assert value[known].between(0, 1 + 1e-12).all()
        for smaller, larger in (("RR1", "RR3"), ("RR3", "RR5"), ("RR1", "RR2"), ("RR5", "COOP1"), ("COOP1", "COOP3")):
            if known[[smaller, larger]].all():
                assert value[smaller] <= value[larger] + 1e-12
        if known["CON1"]:  # who was reached gave an interview, refused, or was lost for another reason
            other = numbers[CLASSES.index("O")] / max(sum(numbers[:-1]), 1)
            assert np.isclose(value.CON1, value.RR2 + value.REF1 + other)
        if known[["COOP2", "CON1"]].all():
            assert np.isclose(value.COOP2 * value.CON1, value.RR2)


@pytest.mark.parametrize("released", [60, 300])
def test_limits_of_rates_cover_the_rates_of_the_population(released):
    rng = np.random.default_rng(released)
    counts = pd.DataFrame(rng.multinomial(released, TRUTH, size=2_000), columns=list(CLASSES))
    rates = outcome_rates(counts)
    truth = outcome_rates(pd.DataFrame([TRUTH], columns=list(CLASSES))).values.iloc[0]
    covered = ((rates.low <= truth) & (truth <= rates.high)).where(rates.values.notna())
    assert covered.mean().min() > 0.92


def test_weighted_limits_cover_where_half_of_the_numbers_stand_for_four_times_as_many():
    rng, weights = np.random.default_rng(5), np.repeat([1.0, 4.0], 150)
    groups = rng.choice(len(CLASSES), size=(1_500, 300), p=TRUTH)
    sums = np.stack([((groups == c) * weights).sum(axis=1) for c in range(len(CLASSES))], axis=1)
    squares = np.stack([((groups == c) * weights**2).sum(axis=1) for c in range(len(CLASSES))], axis=1)
    table = lambda values: pd.DataFrame(values, columns=list(CLASSES))  # noqa: E731
    rates = outcome_rates(table(sums), squares=table(squares))
    truth = outcome_rates(table([TRUTH])).values.iloc[0]
    covered = ((rates.low <= truth) & (truth <= rates.high)).where(rates.values.notna()).mean()
    assert covered.min() > 0.92 and covered["RR1"] < 0.985


def test_weights_that_are_all_alike_change_nothing():
    counts = pd.DataFrame([[40, 3, 20, 9, 2, 60, 4, 8, 70]], columns=list(CLASSES))
    plain, weighted = outcome_rates(counts), outcome_rates(counts * 7.5, squares=counts * 7.5**2)
    for name in ("values", "low", "high"):
        assert np.allclose(getattr(plain, name), getattr(weighted, name), atol=1e-12)


@pytest.mark.parametrize("wrong", [{"UH": 0.5}, {"UH": 0.5, "UR": 1.2, "UO": 0.1}, 1.01, -0.1])
def test_an_eligibility_that_is_no_share_of_each_unknown_class_is_refused(wrong):
    with pytest.raises(Fault, match="UH"):
        outcome_rates(pd.DataFrame([[1] * 9], columns=list(CLASSES)), eligibility=wrong)


def test_classes_that_are_missing_are_named_and_negative_numbers_refused():
    with pytest.raises(Fault, match="NE"):
        outcome_rates(pd.DataFrame([[1] * 8], columns=list(CLASSES[:-1])))
    with pytest.raises(Fault):
        outcome_rates(pd.DataFrame([[1] * 8 + [-1]], columns=list(CLASSES)))


def test_the_outcome_that_says_most_stands_and_numbers_never_called_count():
    rows = [
        *(("a", "3.13", 5), ("a", "2.11", 1)),  # refused
        *(("b", "2.11", 1), ("b", "1.1", 1)),  # gave an interview after a refusal
        *(("c", "4.33", 2), ("c", "3.13", 1)),  # out of order for a time, then no answer: nobody knows
        ("d", "4.33", 2),  # out of order each time
        *(("e", "4.31", 1), ("e", "3.13", 3)),  # not in service
        *(("f", "2.21", 1), ("f", "4.7", 1)),  # somebody eligible was there
    ]
    outcomes = pd.DataFrame(rows, columns=["unit_id", "disposition", "attempts"])
    final = final_outcomes(outcomes, list("gfedcba"))
    assert final.to_dict() == {
        **{"g": "3.11", "f": "2.21", "e": "4.31", "d": "4.33", "c": "3.13", "b": "1.1", "a": "2.11"}
    }
    assert list(final.index) == list("gfedcba")
    areas = pd.Series(["x", "x", "x", "y", "y", "y", "y"], name="area")
    counts = counts_by_class(final, areas)
    assert counts.loc["x"][counts.loc["x"] > 0].to_dict() == {"UH": 1, "NC": 1, "NE": 1}
    assert counts.loc["y"][counts.loc["y"] > 0].to_dict() == {"NE": 1, "UH": 1, "I": 1, "R": 1}
    assert counts_by_class(final, areas, pd.Series([2.0] * 7)).to_numpy().sum() == 14


def test_every_outcome_that_a_number_can_have_is_in_one_class_that_the_rates_know():
    assert set(RATES) == set(PUBLISHED.rate)
    assert sum(len(codes_of_class(group)) for group in CLASSES) == len(codes_of_class(*CLASSES))
