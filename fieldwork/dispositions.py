"""Outcomes of a call: AAPOR's codes, and which of them are final, so that the number is not called again.

AAPOR, Standard Definitions, telephone surveys.  Group 1 are interviews, group 2 eligible units without an interview,
group 3 units that may be eligible or not, group 4 units that are not eligible.  3.11 (not attempted) is left out,
because a log has one line per attempt.
"""

INTERVIEW = ("1.1", "1.2")  # complete, partial
REFUSAL = ("2.1", "2.11", "2.111", "2.112", "2.12")  # 2.12: broken off
CANNOT = ("2.31", "2.32", "2.33", "2.331", "2.332")  # dead, unable, another language
NOT_ELIGIBLE = (
    *("4.1", "4.2", "4.3", "4.31", "4.32"),  # out of sample, fax or data line, not working, disconnected
    *("4.4", "4.41", "4.42", "4.43", "4.44", "4.45", "4.46"),  # number changed, forwarded, pager, another kind of line
    *("4.5", "4.51", "4.52", "4.53", "4.54", "4.7", "4.9"),  # no residence, nobody eligible, other
)
NOT_REACHED = ("2.2", "2.21", "2.22", "2.221", "2.222")  # nobody there, the respondent away, a machine
NOT_NOW = ("2.3", "2.333", "2.34", "2.35", "2.36")  # no interviewer of the language, bad line, a bad moment, other
UNKNOWN = ("3.1", "3.12", "3.13", "3.14", "3.15", "3.16", "3.161", "3.2", "3.21", "3.3", "3.9")  # busy, no answer …
OUT_OF_ORDER = ("4.33",)  # temporarily
QUOTA_FILLED = ("4.8",)  # not final: a quota that drops people favours those who are easy to reach

ELIGIBLE = (*INTERVIEW, *REFUSAL, *CANNOT, *NOT_REACHED, *NOT_NOW)
ENDING = frozenset((*INTERVIEW, *REFUSAL, *CANNOT, *NOT_ELIGIBLE))
DISPOSITIONS = ENDING.union(NOT_REACHED, NOT_NOW, UNKNOWN, OUT_OF_ORDER, QUOTA_FILLED)


def canonical(code: str) -> str:
    """The code without zeros at its end, because a spreadsheet turns 2.10 into 2.1."""
    return code.rstrip("0").rstrip(".") if "." in code else code
