"""Codes of integers and of pairs, against numpy's unique and a dictionary."""

import numpy as np
import pytest

from estimation.columns.codes import occurring_codes, occurring_pairs

FAR = 2**50  # with a row number beside it more than 63 bits


@pytest.mark.parametrize(
    ("numbers", "size"),
    [
        ([2, 0, 1, 2, 0], 3),
        ([3, 0, 3, 5, 0], 6),
        ([900_000, 7, 7, 0, 999_999], 1_000_000),
        ([FAR - 1, 5, FAR - 1, 0, 5] * 5_000, FAR),
        ([4], 5),
    ],
    ids=["every number occurs", "some do", "far apart", "too far for one integer", "one row"],
)
@pytest.mark.parametrize("kind", [np.int64, np.int32])
def test_codes_are_the_places_among_the_numbers_that_occur(numbers, size, kind):
    if size > 2**31 and kind is np.int32:
        kind = np.int64
    given = np.array(numbers, dtype=kind)
    codes, found = occurring_codes(given, size)
    expected, places = np.unique(numbers, return_inverse=True)
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(codes, places)
    np.testing.assert_array_equal(given, numbers)


@pytest.mark.parametrize("shape", ["nested", "nested, some absent", "crossing", "crossing, far apart"])
def test_codes_of_pairs_count_the_pairs_that_occur_in_order(shape):
    rng, n = np.random.default_rng(1), 4_000
    firsts = {"crossing, far apart": 90_000}.get(shape, 60)
    seconds = {"crossing, far apart": 80_000}.get(shape, 7)
    first = rng.integers(0, firsts, n).astype(np.int32)
    second = rng.integers(0, seconds, n).astype(np.int32) if "crossing" in shape else first % seconds
    if "absent" in shape:
        first, second = first[first != 3], second[first != 3]
    codes, one, two = occurring_pairs(first, second, firsts, seconds)
    expected = sorted(set(zip(first.tolist(), second.tolist(), strict=True)))
    assert list(zip(one.tolist(), two.tolist(), strict=True)) == expected
    place = {pair: j for j, pair in enumerate(expected)}
    assert [place[pair] for pair in zip(first.tolist(), second.tolist(), strict=True)] == codes.tolist()
