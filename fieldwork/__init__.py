"""From released numbers to responses: the outcomes of calls, and when a number needs no more of them.

Response rates (rates.py) will stand here; they are not built yet.
"""

from fieldwork.attempts import eligibility_known, work_done
from fieldwork.dispositions import DISPOSITIONS, ENDING, canonical, code_of
from fieldwork.screening import in_use, status_of

__all__ = [
    "DISPOSITIONS",
    "ENDING",
    "canonical",
    "code_of",
    "eligibility_known",
    "in_use",
    "status_of",
    "work_done",
]
