"""Against the textbook figure everyone knows, and the binomial distribution itself."""

import numpy as np
import pytest
from scipy import stats

from sampling import margin_of_error
from words import LANGUAGES, Fault, text


def test_a_thousand_interviews_give_three_points_at_a_half():
    assert margin_of_error(1000, p=0.5) == pytest.approx(0.03099, abs=5e-6)
    assert margin_of_error([100, 400], p=0.9) == pytest.approx([0.0588, 0.0294], abs=5e-5)


def test_shares_fall_within_the_margin_as_often_as_the_level_says():
    n, p = 2000, 0.9
    margin = margin_of_error(n, p=p)
    low, high = np.ceil(n * (p - margin)), np.floor(n * (p + margin))
    inside = stats.binom.cdf(high, n, p) - stats.binom.cdf(low - 1, n, p)
    assert inside == pytest.approx(0.95, abs=0.005)


def test_a_higher_level_or_fewer_interviews_widen_the_margin():
    assert margin_of_error(100, p=0.9, level=0.99) > margin_of_error(100, p=0.9) > margin_of_error(101, p=0.9)


@pytest.mark.parametrize(
    ("key", "n", "options"),
    [
        ("sampling.fraction", 100, {"p": 90}),
        ("sampling.fraction", 100, {"p": 1}),
        ("sampling.fraction", 100, {"p": 0.9, "level": 95}),
        ("sampling.too_few", [100, 0], {"p": 0.9}),
    ],
)
def test_every_fault_of_a_margin_speaks_both_languages(key, n, options):
    with pytest.raises(Fault) as caught:
        margin_of_error(n, **options)
    assert caught.value.key == key
    assert len({text(key, language, **caught.value.values) for language in LANGUAGES}) == 2
