"""The mode of each number in rates by mode: each rule by hand, on numbers that differ in it alone."""

import pandas as pd
import pytest

from fieldwork.final_outcomes import NEVER_CALLED, final_outcomes
from fieldwork.modes import NOT_CALLED, modes_of_numbers

CALLS = [  # unit, outcome, mode, hour
    ("said", "3.13", "tel", 1),
    ("said", "2.11", "door", 2),
    ("twice", "3.13", "tel", 1),
    ("twice", "3.13", "door", 2),
    ("answers", "1.1", "tel", 3),
    ("unsaid", "3.13", "tel", 1),
    ("unsaid", "3.13", None, 2),
    ("later", "1.1", "web", 1),
    ("later", "3.13", "tel", 2),
]
ANSWERED = [("answers", "1.1", "web"), ("twice", "1.2", "web")]  # the second was taken back: it is not how it ended
UNITS = ["said", "twice", "answers", "unsaid", "later", "never"]


def modes(assigned: dict, usual: str | None) -> dict:
    attempts = pd.DataFrame(CALLS, columns=["unit_id", "disposition", "mode", "at"])
    answered = pd.DataFrame(ANSWERED, columns=["unit_id", "disposition", "mode"])
    counts = attempts.groupby(["unit_id", "disposition"], as_index=False).agg(attempts=("at", "size"))
    final = final_outcomes(counts, UNITS)
    assert final["never"] == NEVER_CALLED
    of_numbers = modes_of_numbers(final, attempts, answered, pd.Series(assigned, dtype=object), usual)
    return {unit: mode for unit, mode in of_numbers.items() if pd.notna(mode)}


KNOWN = {"said": "door", "twice": "door", "answers": "web", "later": "web"}


@pytest.mark.parametrize(
    ("assigned", "usual", "others"),
    [
        ({}, None, {"never": NOT_CALLED}),
        ({"unsaid": "form"}, None, {"unsaid": "form", "never": NOT_CALLED}),
        ({"unsaid": "form", "said": "form"}, "tel", {"unsaid": "form", "never": "tel"}),
        ({"never": "form"}, "tel", {"unsaid": "tel", "never": "form"}),
    ],
)
def test_a_number_counts_with_the_mode_in_which_it_ended(assigned, usual, others):
    assert modes(assigned, usual) == KNOWN | others
