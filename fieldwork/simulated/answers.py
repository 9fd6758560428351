"""What people answer in simulated interviews: from their unease, what interviewers do to it, and coaching."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri
from scipy.stats import multivariate_normal

from fieldwork.simulated.assumptions import Interviewing, Truth
from fieldwork.simulated.people import chance_good, uniforms

DONT_KNOW = 0.02
OWN_NUMBER = 0.6  # part of the other questions that a person answers in the mood of the first one
SECONDS, SPREAD, LAZY_SECONDS = 240.0, 0.3, 0.4  # of an interview; sd of its logarithm; factor of a lazy one
STRAIGHT = 0.95  # part of a lazy interviewer's interviews with the same answer throughout


@dataclass(frozen=True)
class Question:
    """One question: its codes from the best to the worst, good ones and bad ones, and the code of "don't know".

    several   the separator of several answers ("" for one); good is then empty, and one to three bad ones are named
    asked_if  question -> codes: it is put only to those who gave one of these; else not_asked is written
    """

    name: str
    good: tuple[str, ...]
    bad: tuple[str, ...]
    not_answered: str = ""
    several: str = ""
    asked_if: Mapping[str, frozenset[str]] = field(default_factory=dict)
    not_asked: str = ""


def latent_correlation(rho: float, rate: float) -> float:
    """r of two standard normal numbers, so that being below Φ⁻¹(q) has correlation ρ: Φ₂(z, z; r) = q² + ρ q(1 - q)."""
    if rho <= 0:
        return 0.0
    z, wanted = float(ndtri(rate)), rate**2 + rho * rate * (1 - rate)
    both = lambda r: float(multivariate_normal.cdf([z, z], cov=[[1, r], [r, 1]]))  # noqa: E731
    return float(brentq(lambda r: both(r) - wanted, 0.0, 0.999))


def answer(
    people: pd.DataFrame,
    interviewer: pd.Series,
    at: pd.Series,
    truth: Truth,
    interviewing: Interviewing,
    questions: Sequence[Question],
    *,
    seed: str,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """The answers to the questions and the seconds that the interview took, of each person interviewed; by unit_id.

    people  `made_up_people`;  interviewer, at  who asked and when, in the same order
    With z = Φ⁻¹(q) the chance of a good answer to interviewer j is Φ((z - √r b_j)/√(1 - r)), whose mean over normal b_j
    is q.  A person's number is the own one with probability √`steady`, else a new one.
    """
    q, n = chance_good(people, truth), len(people)
    r = latent_correlation(interviewing.rho, float(np.clip(np.mean(q), 0.5, 0.995))) if n else 0.0
    effect = dict(
        zip(interviewing.names, ndtri(uniforms(interviewing.names, seed + " interviewers", 1)[:, 0]), strict=True)
    )
    b = interviewer.astype(str).map(effect).to_numpy(float)
    z = ndtri(np.clip(q, 1e-12, 1 - 1e-12))
    shifted = np.where(q >= 1, 1.0, ndtr((z - np.sqrt(r) * b) / np.sqrt(1 - r)))
    first = np.where(rng.random(n) < np.sqrt(truth.steady), people.unease, rng.random(n))
    lazy = interviewer.isin(interviewing.lazy).to_numpy() & (rng.random(n) < STRAIGHT)
    coached = rng.random(n) < people.area.astype(str).map(interviewing.coached).fillna(0.0).to_numpy(float)
    if interviewing.coached_on is not None:
        coached &= (pd.DatetimeIndex(at) >= pd.Timestamp(interviewing.coached_on)).astype(bool)
    table = pd.DataFrame(index=people.index)
    for question in questions:
        number = first if question is questions[0] else np.where(rng.random(n) < OWN_NUMBER, first, rng.random(n))
        cell = _several(question, n, rng) if question.several else _one(question, number, shifted)
        if question.good:
            best = question.good[0]
            cell = np.where(coached, best, cell)
            cell = np.where(rng.random(n) < DONT_KNOW * bool(question.not_answered), question.not_answered, cell)
            cell = np.where(lazy, best, cell)
        table[question.name] = np.where(_asked(question, table), cell, question.not_asked)
    seconds = SECONDS * np.exp(SPREAD * rng.standard_normal(n)) * np.where(lazy, LAZY_SECONDS, 1.0)
    return table.assign(seconds=np.maximum(20, seconds.round()).astype(int))


def _one(question: Question, number: np.ndarray, q: np.ndarray) -> np.ndarray:
    """One code: of the good ones where the number is below q, the better the smaller it is; else of the bad ones."""
    good, bad = (np.array(codes, dtype=object) for codes in (question.good, question.bad))
    is_good = number < q
    in_good = np.minimum((number / np.maximum(q, 1e-12) * len(good)).astype(int), len(good) - 1)
    in_bad = np.minimum(((number - q) / np.maximum(1 - q, 1e-12) * len(bad)).astype(int), len(bad) - 1)
    return np.where(is_good, good[np.maximum(in_good, 0)], bad[np.maximum(in_bad, 0)])


def _several(question: Question, n: int, rng: np.random.Generator) -> np.ndarray:
    """One to three codes, in their order."""
    codes, most = np.array(question.bad, dtype=object), min(3, len(question.bad))
    named = [np.sort(rng.choice(len(codes), size, replace=False)) for size in rng.integers(1, most + 1, n)]
    return np.array([question.several.join(codes[places]) for places in named], dtype=object)


def _asked(question: Question, table: pd.DataFrame) -> np.ndarray:
    asked = np.ones(len(table), dtype=bool)
    for name, codes in question.asked_if.items():
        asked &= table[name].isin(codes).to_numpy()
    return asked


def simulated_responses(
    people: pd.DataFrame, outcome: pd.Series, answers: pd.DataFrame, interviewer: pd.Series
) -> pd.DataFrame:
    """One row for each number released: outcome, age and sex of those who told it, and the answers of interviews.

    outcome      the final code of each number, by unit_id (`final_outcomes`)
    answers      `answer` of those interviewed;  interviewer  who interviewed them, by unit_id
    """
    rows = people.loc[outcome.index]
    screened = outcome.str.startswith(("1.", "2.")).to_numpy()
    done = outcome.index.isin(answers.index)
    table = pd.DataFrame({"unit_id": outcome.index, "area": rows.area.to_numpy(), "outcome": outcome.to_numpy()})
    for column, known in (("age", screened), ("sex", screened), ("adults", done)):
        table[column] = np.where(known, rows[column].astype(str), "")
    for column in answers.columns:
        table[column] = answers[column].reindex(outcome.index).astype(object).where(done, "").to_numpy()
    return table.assign(interviewer=interviewer.reindex(outcome.index).fillna("").to_numpy(), simulated="true")
