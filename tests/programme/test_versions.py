"""What an import does with the newest version: a table of all cases, and any history of imports."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programme.versions import CORRECTED, IMPORTED, UNCHANGED, Step, Version, next_step
from words import Fault

SECOND = Version(2, "b", "second.csv")


@pytest.mark.parametrize(
    ("newest", "digest", "began", "step"),
    [
        (None, "a", 0, Step(IMPORTED, 1)),
        (SECOND, "b", 2, Step(UNCHANGED, 2)),
        (SECOND, "a", 2, Step(CORRECTED, 3)),
        (SECOND, "b", 1, Step(UNCHANGED, 2)),  # somebody else imported the same in the meantime
        (SECOND, "b", 0, Step(UNCHANGED, 2)),
    ],
)
def test_the_first_is_imported_the_same_is_unchanged_and_other_content_is_the_next_version(newest, digest, began, step):
    assert next_step(newest, digest, began=began) == step
    assert step.writes == (step.outcome != UNCHANGED)


@pytest.mark.parametrize(
    ("newest", "began", "file"), [(SECOND, 1, "second.csv"), (SECOND, 0, "second.csv"), (None, 1, "-")]
)
def test_nobody_corrects_a_version_that_they_have_not_seen(newest, began, file):
    with pytest.raises(Fault) as refused:
        next_step(newest, "a", began=began)
    assert refused.value.key == "import.overtaken"
    assert refused.value.values == {"version": 0 if newest is None else 2, "file": file}


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3))))
def test_versions_are_numbered_without_gaps_and_no_two_neighbours_are_alike(imports):
    """Imports of content a, b or c, each of which began when the store was up to three versions younger."""
    stored: list[Version] = []
    for digest, behind in imports:
        newest = stored[-1] if stored else None
        try:
            step = next_step(newest, digest, began=max(len(stored) - behind, 0))
        except Fault:
            assert behind and stored and stored[-1].digest != digest
            continue
        if step.writes:
            stored.append(Version(step.version, digest, f"{digest}.csv"))
    assert [version.number for version in stored] == list(range(1, len(stored) + 1))
    assert all(one.digest != two.digest for one, two in pairwise(stored))
