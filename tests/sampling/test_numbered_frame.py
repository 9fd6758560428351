"""A frame's units with their permanent random numbers and the digests by which the frame is known again."""

import pandas as pd

from sampling import frame_digest, numbered_frame, permanent_random_numbers

KEY = b"a secret of thirty-two bytes ...."
UNITS = pd.DataFrame({"unit_id": ["u1", "u2", "u3"], "stratum": ["a", "a", "b"]})


def test_units_keep_their_number_in_any_frame_and_their_first_phase_if_they_have_one():
    found = numbered_frame(UNITS, key=KEY)
    assert list(found.units.prn) == list(permanent_random_numbers(UNITS.unit_id, key=KEY))
    assert list(found.units.first_phase) == [1.0] * 3 and list(UNITS.columns) == ["unit_id", "stratum"]
    sampled = numbered_frame(UNITS.iloc[1:].assign(first_phase=0.25), key=KEY).units
    assert list(sampled.first_phase) == [0.25] * 2 and list(sampled.prn) == list(found.units.prn[1:])


def test_the_digests_tell_other_strata_and_other_numbers_apart():
    found = numbered_frame(UNITS, key=KEY)
    assert (found.digest, found.numbers) == (frame_digest(found.units), frame_digest(found.units, ("unit_id", "prn")))
    moved = numbered_frame(UNITS.assign(stratum="a"), key=KEY)
    assert moved.digest != found.digest and moved.numbers == found.numbers
    other = numbered_frame(UNITS, key=KEY[::-1])
    assert other.digest == found.digest and other.numbers != found.numbers
