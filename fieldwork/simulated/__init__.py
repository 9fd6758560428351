"""A survey's fieldwork made up from known truth: people, their answers, calls, interviewers.  Nobody is asked."""

from fieldwork.simulated.answers import Question, answer, simulated_responses
from fieldwork.simulated.assumptions import Interviewing, Reaching, Truth
from fieldwork.simulated.calling import play_calls, possible_outcomes
from fieldwork.simulated.people import made_up_people, uniforms

__all__ = [
    "Interviewing",
    "Question",
    "Reaching",
    "Truth",
    "answer",
    "made_up_people",
    "play_calls",
    "possible_outcomes",
    "simulated_responses",
    "uniforms",
]
