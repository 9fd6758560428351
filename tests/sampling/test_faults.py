"""A list frame's faults: each is found, named and counted, a good list has none, and nothing is changed."""

import numpy as np
import pandas as pd
import pytest

from sampling import list_findings, stratify
from words import LANGUAGES, Fault, text


@pytest.fixture
def good():
    columns = {"unit_id": [f"u{i}" for i in range(6)], "number": [f"1380000000{i}" for i in range(6)]}
    return pd.DataFrame(columns | {"stratum": list("aaabbb"), "area": list("xxyyzz"), "source": "police"})


def _found(frame, **options):
    found = list_findings(frame, **options)
    assert all(len({text(f.key, language, **f.values) for language in LANGUAGES}) == 2 for f in found)
    return {f.key: f.values for f in found}


def test_a_good_list_has_no_findings_and_is_not_changed(good):
    before = good.copy()
    assert list_findings(good, areas=["x", "y", "z"]) == ()
    pd.testing.assert_frame_equal(good, before)


def test_every_fault_is_found(good):
    other = good.assign(source="government", unit_id=lambda t: "g" + t.unit_id)
    frame = pd.concat([good, other.iloc[:2], good.iloc[[5]].assign(unit_id="u6"), good.iloc[[0]]], ignore_index=True)
    frame.loc[3, "number"] = "138000"
    frame.loc[4, "stratum"] = None
    frame.loc[9, "number"] = None
    frame.loc[2, "stratum"] = "c"
    found = _found(frame, areas=["x", "w"])
    assert found["frame.repeated_unit"] == {"count": 1, "found": ["u0"]}
    assert found["frame.repeated_number"] == {"count": 1, "found": ["13800000005"]}
    assert found["frame.repeated_across"]["found"] == ["13800000000", "13800000001"]
    assert found["frame.wrong_number"]["found"] == ["u3", "u0"]
    assert found["frame.no_stratum"]["found"] == ["u4"]
    assert found["frame.small_stratum"] == {"count": 1, "found": ["c"], "least": 2}
    assert found["frame.not_covered"] == {"count": 1, "areas": ["w"]}
    assert len(found) == 7


@pytest.mark.parametrize(
    ("number", "right"),
    [
        ("13800000000", True),
        ("07724212345", True),
        ("010123456789", False),
        ("01012345678", True),
        ("4212345", False),
        ("1380000000", False),
        ("138000000001", False),
    ],
)
def test_numbers_have_the_length_they_are_rung_with(good, number, right):
    assert ("frame.wrong_number" in _found(good.assign(number=number, source=good.unit_id))) is not right


def test_strata_are_made_of_columns_and_missing_where_one_is(good):
    frame = stratify(good.assign(age=[1, 1, 2, np.nan, 2, 2]).drop(columns="stratum"), ["area", "source"])
    assert list(frame.stratum[:2]) == ["x/police", "x/police"]
    assert stratify(good.assign(sex=["m", None] * 3), ["area", "sex"]).stratum.isna().tolist() == [False, True] * 3
    with pytest.raises(Fault, match="sex"):
        stratify(good, ["sex"])
    with pytest.raises(Fault, match="stratum"):
        list_findings(good.drop(columns="stratum"))
