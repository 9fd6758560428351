"""From released numbers to responses: outcomes of attempts to ring, and when the work on a number is done; pure."""

from fieldwork.attempts import eligibility_known, work_done
from fieldwork.dispositions import DISPOSITIONS, ENDING, canonical

__all__ = ["DISPOSITIONS", "ENDING", "canonical", "eligibility_known", "work_done"]
