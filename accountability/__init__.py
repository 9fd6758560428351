"""From estimates to verdicts: rules as data, and what the numbers support; pure."""

from accountability.rules import MET, MISSED, UNDECIDED, Rule, Verdict, judge

__all__ = ["MET", "MISSED", "UNDECIDED", "Rule", "Verdict", "judge"]
