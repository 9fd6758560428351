"""From released numbers to responses: outcomes of calls and their rates, who is called next and by whom.

What every command needs is handed out here. Imported from their files are the response rates (rates.py), the scheduler
(scheduling.py), and who calls which number (assignment.py).
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
