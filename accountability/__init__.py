"""From estimates to verdicts: rules as data, and what the numbers support; pure."""

from accountability.rules import Rule, Verdict, judge
from accountability.rules.kind import MET, MISSED, UNDECIDED, Figures

__all__ = ["MET", "MISSED", "UNDECIDED", "Figures", "Rule", "Verdict", "judge"]
