"""Phone numbers: every way of writing one is the same number, and a masked one cannot be guessed back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldwork.phone_numbers import STAR, masked, masked_text, masked_values, normalised

MOBILES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
LANDLINES = st.from_regex(r"0(10|2[0-9]|[3-9][0-9]{2})[2-9][0-9]{6,7}", fullmatch=True)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("13812345678", "13812345678"),
        ("138 1234 5678", "13812345678"),
        ("138-1234-5678", "13812345678"),
        ("+86 138 1234 5678", "13812345678"),
        ("008613812345678", "13812345678"),
        ("１３８１２３４５６７８", "13812345678"),
        ("0772-2812345", "07722812345"),
        ("(0772) 281-2345", "07722812345"),
        ("+86 772 2812345", "07722812345"),
        ("010-68782000", "01068782000"),
        ("0772-2812345转802", "07722812345x802"),
        ("0772-2812345 ext. 802", "07722812345x802"),
        ("2812345", "2812345"),
        ("", None),
        ("138123456789", None),
        ("12812345678", None),
        ("none", None),
        ("ring 13812345678", None),
        ("110", None),
    ],
)
def test_a_number_has_one_spelling(written, expected):
    assert normalised(written) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("13812345678", "138****5678"),
        ("+86 138-1234-5678", "138****5678"),
        ("0772-2812345", "0772****345"),
        ("010-68782000", "010*****000"),
        ("68782000", "*****000"),
        ("0772-2812345转802", "0772****345x***"),
        ("12345", "*****"),
        ("nonsense", "********"),
    ],
)
def test_a_masked_number_shows_where_and_the_last_digits(number, expected):
    assert masked(number) == expected


@given(st.one_of(MOBILES, LANDLINES))
def test_four_digits_or_more_are_always_hidden_and_the_length_stays(number):
    shown = masked(number)
    assert shown.count(STAR) >= 4 and len(shown) == len(number)
    assert all(a in (b, STAR) for a, b in zip(shown, number, strict=True))


@given(MOBILES, st.sampled_from(["{}", "电话{}号", "list_{}.csv", "tel:{}，", "x{}y", "+86{}", "{}{}"[:2] + "."]))
def test_no_mobile_number_is_left_in_a_text(number, sentence):
    text = masked_text(sentence.format(number))
    assert number not in text and number[:3] in text and number[-4:] in text


@pytest.mark.parametrize(
    "text",
    [
        "2015Q1",
        "2024-05",
        "due 2026-12-01.",
        "0.12345678912",
        "wave 2015Q1+2015Q2",
        "450123199001011234",
        "0.1.0+3fa812345678",
        "1e-12",
    ],
)
def test_what_is_no_number_stays_as_it_is(text):
    assert masked_text(text) == text


def test_values_of_every_shape_are_masked():
    values = {"found": "13812345678", "expected": ["0772-2812345", 3], "name": {"zh": "电13812345678"}, "n": 13}
    told = {"found": "138****5678", "expected": ["0772****345", 3], "name": {"zh": "电138****5678"}, "n": 13}
    assert masked_values(values) == told
