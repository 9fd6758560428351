"""What a simulation takes for true: shares by area, who is reached and who refuses, what interviewers do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

import numpy as np

from words import Fault

AGE_SHARES = MappingProxyType({"18-29": 0.18, "30-39": 0.22, "40-49": 0.22, "50-59": 0.22, "60-70": 0.16})
RESPONSE = MappingProxyType({"18-29": 0.50, "30-39": 0.60, "40-49": 0.70, "50-59": 0.78, "60-70": 0.84})
UNEASE = MappingProxyType({"18-29": 1.7, "30-39": 1.25, "40-49": 0.9, "50-59": 0.65, "60-70": 0.5})
ANSWERING = MappingProxyType({"day": 0.33, "evening": 0.52, "weekend": 0.46})
AT_HOME = MappingProxyType({"18-29": 0.8, "30-39": 0.9, "40-49": 1.0, "50-59": 1.1, "60-70": 1.2})
NOBODY = MappingProxyType({"4.32": 0.05, "4.51": 0.01, "4.1": 0.03, "4.7": 0.01})


@dataclass(frozen=True)
class Truth:
    """What is true of the people: P(good answer) is 1 - (1 - θ_t) k_a for age group a of area t, with Σ W_a k_a = 1.

    rates       area -> θ_t in (0, 1], the share of its people who give a good answer
    age_shares  age group ("18-29") -> W_a, the same in every area
    unease      age group -> in proportion to k_a
    steady      correlation of two answers of one person to one question, in two waves at unchanged rates
    """

    rates: Mapping[str, float]
    age_shares: Mapping[str, float] = field(default_factory=lambda: AGE_SHARES)
    unease: Mapping[str, float] = field(default_factory=lambda: UNEASE)
    steady: float = 0.6

    def __post_init__(self) -> None:
        _chances("steady", {"": self.steady})
        if not self.rates or not all(0 < rate <= 1 for rate in self.rates.values()):
            raise Fault(key="simulated.rate", found={a: r for a, r in self.rates.items() if not 0 < r <= 1})
        if set(self.unease) != set(self.age_shares):
            raise Fault(key="simulated.ages", found=sorted(self.unease), expected=sorted(self.age_shares))
        lowest = min(self.rates.values())
        if (1 - lowest) * max(self.factors().values()) > 1:
            raise Fault(key="simulated.low_rate", found=lowest, expected=1 - 1 / max(self.factors().values()))

    def factors(self) -> dict[str, float]:
        """k_a = u_a / Σ W_a u_a by age group."""
        total = sum(self.age_shares.values())
        mean = sum(self.age_shares[a] * u for a, u in self.unease.items()) / total
        return {a: u / mean for a, u in self.unease.items()}


@dataclass(frozen=True)
class Reaching:
    """Who is reached by a call, and who then gives an interview.

    answering     name of a time slot -> chance that a person answers the telephone in it
    at_home       age group -> factor of that chance
    response      age group -> chance that a person who is asked gives an interview
    willing       area -> factor of that chance; 1 where it is not named
    nobody        code of an outcome -> part of the numbers behind which nobody of the survey's people is
    hung_up       chance that somebody who answers hangs up before anything is known of the person
    appointments  chance that a person asks to be called at another time
    broken_off    part of those who give no interview that breaks it off
    """

    answering: Mapping[str, float] = field(default_factory=lambda: ANSWERING)
    at_home: Mapping[str, float] = field(default_factory=lambda: AT_HOME)
    response: Mapping[str, float] = field(default_factory=lambda: RESPONSE)
    willing: Mapping[str, float] = field(default_factory=dict)
    nobody: Mapping[str, float] = field(default_factory=lambda: NOBODY)
    hung_up: float = 0.05
    appointments: float = 0.08
    broken_off: float = 0.1

    def __post_init__(self) -> None:
        for name in ("answering", "response", "nobody"):
            _chances(name, getattr(self, name))
        for name in ("hung_up", "appointments", "broken_off"):
            _chances(name, {"": getattr(self, name)})
        if sum(self.nobody.values()) > 1:
            raise Fault(key="simulated.chance", what="nobody", found=sum(self.nobody.values()))
        largest = max((*self.willing.values(), 1.0)) * max(self.response.values())
        if min((*self.willing.values(), 1.0)) < 0 or largest > 1:
            raise Fault(key="simulated.chance", what="response", found=largest)


@dataclass(frozen=True)
class Interviewing:
    """The interviewers and what they do to answers.

    names       the interviewers, each with an effect of its own on the answers
    rho         correlation of two answers to one interviewer in one area, of the good answers at the mean rate
    lazy        those who make up interviews: the same answer to every question, in less than half of the time
    coached     area -> part of its people who now give the best answer to every question, whatever they think
    coached_on  when that begins; None: with the fieldwork
    an_hour     calls an interviewer makes in an hour
    """

    names: tuple[str, ...]
    rho: float = 0.0
    lazy: frozenset[str] = frozenset()
    coached: Mapping[str, float] = field(default_factory=dict)
    coached_on: datetime | None = None
    an_hour: float = 10.0

    def __post_init__(self) -> None:
        if not self.names or len(set(self.names)) != len(self.names):
            raise Fault(key="simulated.interviewers", found=list(self.names))
        if not 0 <= self.rho <= 0.2:
            raise Fault(key="simulated.rho", found=self.rho)
        _chances("coached", self.coached)
        if unknown := sorted(self.lazy - set(self.names)):
            raise Fault(key="simulated.lazy", found=unknown, expected=list(self.names))
        if not 1 <= self.an_hour <= 60:
            raise Fault(key="simulated.an_hour", found=self.an_hour)


def _chances(what: str, chances: Mapping[str, float]) -> None:
    """A Fault for what is no chance."""
    wrong = [chance for chance in chances.values() if not (np.isfinite(chance) and 0 <= chance <= 1)]
    if wrong:
        raise Fault(key="simulated.chance", what=what, found=wrong[0])
