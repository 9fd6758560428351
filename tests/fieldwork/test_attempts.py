"""When a number is finished: against a naive count written here, and the codes as AAPOR has them."""

import numpy as np
import pandas as pd
import pytest

from fieldwork import DISPOSITIONS, ENDING, canonical, work_done
from words import LANGUAGES, Fault, text


def _outcomes(rows) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["unit_id", "disposition", "attempts"])


def test_a_number_is_finished_by_its_last_word_or_by_enough_attempts():
    found = work_done(
        _outcomes([("a", "1.1", 1), ("b", "3.13", 2), ("c", "3.13", 2), ("c", "2.21", 1), ("d", "2.21", 1)]), required=3
    )
    assert found.finished.to_dict() == {"a": True, "b": False, "c": True, "d": False}
    assert found.attempts.to_dict() == {"a": 1, "b": 2, "c": 3, "d": 1}


def test_the_same_as_counting_call_by_call():
    rng, codes = np.random.default_rng(1), sorted(DISPOSITIONS)
    log = pd.DataFrame({"unit_id": rng.integers(0, 300, 900).astype(str), "disposition": rng.choice(codes, 900)})
    grouped = log.groupby(["unit_id", "disposition"]).size().rename("attempts").reset_index()
    for required in (1, 3, 6):
        found = work_done(grouped, required=required)
        for unit, mine in log.groupby("unit_id").disposition:
            ends = any(code in ENDING for code in mine)
            assert found.attempts[unit] == len(mine)
            assert found.finished[unit] == (ends or len(mine) >= required)


def test_interviews_refusals_and_the_ineligible_end_the_work_and_nobody_there_does_not():
    assert {"1.1", "1.2", "2.11", "2.12", "4.31", "4.51", "4.7"} <= ENDING
    assert not ENDING & {"2.2", "2.21", "2.22", "3.12", "3.13", "4.33"}


def test_a_filled_quota_ends_nothing_because_a_release_begun_is_finished():
    assert "4.8" in DISPOSITIONS - ENDING


def test_codes_are_of_the_four_groups_and_a_spreadsheets_spelling_is_the_same_code():
    assert all(code[0] in "1234" and code[1] == "." and canonical(code) == code for code in DISPOSITIONS)
    assert [canonical(c) for c in ("1.10", "2.10", "3.120", "4.30", "2.11", "1.0", "10")] == [
        *("1.1", "2.1", "3.12", "4.3", "2.11", "1", "10")
    ]
    assert not DISPOSITIONS & {"1", "2", "3", "4", "3.11"}


def test_nobody_rung_is_nobody_finished():
    assert work_done(_outcomes([]), required=2).empty


def test_the_fault_speaks_both_languages():
    with pytest.raises(Fault) as caught:
        work_done(_outcomes([("a", "1.1", 1)]), required=0)
    assert len({text(caught.value.key, language, **caught.value.values) for language in LANGUAGES}) == 2
