"""Number banks: all numbers that can follow a prefix, from which samples are drawn without storing the numbers.

A mobile prefix of seven digits, or a landline exchange, has 10,000 possible numbers.  It belongs to a city, never to a
county or a township; to reach those takes a question at the start of the interview, or a list.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from contracts import LANDLINE, MOBILE
from sampling.allocation.allocation import refuse_larger
from sampling.draw.permutation import KeyedPermutation
from sampling.draw.random_numbers import check_start
from sampling.frames.faults import Finding
from words import Fault

AREA_CODE = re.compile(r"0(10|2[0-9]|[3-9][0-9]{2})")  # 010, 02x: local numbers of 8 digits; 0 and three: of 7 or 8
LOCAL = (7, 8)  # digits of a local number


@dataclass(frozen=True)
class Bank:
    """A prefix and how many digits follow it, so that it has 10**digits possible numbers.

    areas  the cities that it belongs to, several where they share an area code (0772: Liuzhou and Laibin)
    """

    prefix: str
    areas: tuple[str, ...]
    digits: int = 4
    mode: str = MOBILE

    def __post_init__(self):
        if not (self.prefix.isascii() and self.prefix.isdigit() and self.areas and 1 <= self.digits <= 8):
            raise Fault(key="phone.bank", prefix=self.prefix, digits=self.digits)

    @property
    def size(self) -> int:
        """How many numbers are possible."""
        return 10**self.digits

    @property
    def stratum(self) -> str:
        """The stratum it is drawn in, its mode and areas: mobile 4513, landline 4502+4513."""
        return f"{self.mode} {'+'.join(self.areas)}"


class NumberBanks:
    """The banks of a frame in the order of their prefixes; their numbers are not stored.

    Raises Fault where two banks have a number in common.
    """

    def __init__(self, banks: Sequence[Bank]):
        self.banks = tuple(sorted(banks, key=lambda bank: bank.prefix))
        if not self.banks:
            raise Fault(key="sampling.no_rows")
        for bank, following in pairwise(self.banks):
            if following.prefix.startswith(bank.prefix):
                raise Fault(key="phone.overlap", one=bank.prefix, other=following.prefix)

    @property
    def strata(self) -> pd.DataFrame:
        """A STRATA table: stratum, population N_h (its possible numbers), and how many banks it has."""
        table = pd.DataFrame({"stratum": [b.stratum for b in self.banks], "population": [b.size for b in self.banks]})
        return table.groupby("stratum").population.agg(population="sum", banks="size").reset_index()

    def numbers(self, stratum: str, index: ArrayLike) -> np.ndarray:
        """The numbers (k,) at the places `index` of the stratum, 0..N_h-1."""
        banks = [bank for bank in self.banks if bank.stratum == stratum]
        ends = np.cumsum([bank.size for bank in banks])
        at = np.searchsorted(ends, index, side="right")
        place = np.asarray(index) - (ends - [bank.size for bank in banks])[at]
        numbers = [
            f"{banks[b].prefix}{k:0{banks[b].digits}d}" for b, k in zip(at.tolist(), place.tolist(), strict=True)
        ]
        return np.array(numbers, dtype=object)


def mobile_banks(segments: pd.DataFrame, cities: Sequence[str]) -> list[Bank]:
    """The banks of 10,000 numbers of the prefixes of these cities; segments: segment7, city_code.

    Raises Fault for a city without prefixes and for prefixes that are not a 1 and six more digits.
    """
    chosen = segments[segments.city_code.isin(list(cities))]
    absent = sorted(set(cities) - set(chosen.city_code))
    if absent:
        raise Fault(key="phone.no_prefix", cities=absent)
    wrong = chosen.segment7[~chosen.segment7.str.fullmatch("1[0-9]{6}")]
    if len(wrong):
        raise Fault(key="phone.prefix", count=len(wrong), found=list(wrong))
    return [Bank(prefix, (city,)) for prefix, city in zip(chosen.segment7, chosen.city_code, strict=True)]


def landline_banks(area_code: str, exchanges: Sequence[str], cities: Sequence[str], *, length: int) -> list[Bank]:
    """The banks of the exchanges of an area code.

    exchanges  the first digits of the local numbers
    cities     all cities that share the area code; if they are several, the interview must ask where the person lives
    length     digits of a local number
    Raises Fault for an area code that is not 010, 02x, or 0 and three digits from 300 on, for a length that local
    numbers there do not have, and for exchanges with which local numbers cannot begin.
    """
    if not AREA_CODE.fullmatch(area_code):
        raise Fault(key="phone.area_code", found=area_code)
    lengths = LOCAL if len(area_code) == 4 else LOCAL[1:]
    if length not in lengths:
        raise Fault(key="phone.length", area_code=area_code, found=length, expected=list(lengths))
    wrong = [e for e in exchanges if not (re.fullmatch("[2-9][0-9]*", e) and len(e) < length)]
    if wrong:
        raise Fault(key="phone.exchange", found=wrong, length=length)
    return [Bank(area_code + e, tuple(cities), length - len(e), LANDLINE) for e in exchanges]


def placed(banks: Sequence[Bank], cities: Sequence[str]) -> list[Bank]:
    """The banks that belong to these cities, each with its one city among them as its only area.

    In a frame for Laibin a bank shared by Liuzhou and Laibin (0772) counts as Laibin's, and who lives in Liuzhou is not
    eligible.  Raises Fault for a bank that two of the cities share, whose numbers have no stratum until somebody
    answers.
    """
    placed_banks = []
    for bank in banks:
        cities_of_bank = [city for city in bank.areas if city in cities]
        if len(cities_of_bank) > 1:
            raise Fault(key="phone.shared", prefix=bank.prefix, cities=cities_of_bank)
        placed_banks += [replace(bank, areas=(city,)) for city in cities_of_bank]
    return placed_banks


def bank_findings(banks: NumberBanks, areas: Sequence[str], *, cities: Sequence[str] = ()) -> tuple[Finding, ...]:
    """What the interview must ask because banks only tell the city: where areas are smaller, or area codes shared.

    areas   codes of the areas to be estimated; one that is itself a bank's area is reached, one below it is not
    cities  those the frame is made for; by default all cities of its banks
    """
    reached = set(cities) or {city for bank in banks.banks for city in bank.areas}
    below = [a for a in areas if a not in reached and any(a.startswith(city) for city in reached)]
    outside = [a for a in areas if not any(a.startswith(city) for city in reached)]
    shared = sorted({"+".join(bank.areas) for bank in banks.banks if len(bank.areas) > 1})
    findings = []
    if below:
        findings.append(Finding("frame.below_city", {"count": len(below), "areas": below}))
    if outside:
        findings.append(Finding("frame.not_covered", {"count": len(outside), "areas": outside}))
    if shared:
        findings.append(Finding("frame.shared_code", {"count": len(shared), "areas": shared}))
    return tuple(findings)


def draw_numbers(
    banks: NumberBanks, allocation: Mapping[str, int] | pd.Series, *, key: bytes, start: float, after: int = 0
) -> pd.DataFrame:
    """A simple random sample of n_h of the N_h possible numbers of each stratum, without making the others.

    allocation  n_h by stratum
    start       in [0, 1), from `starting_point`
    after       how many numbers of each stratum earlier waves with the same start took, so that no number is drawn
                twice before all have been drawn

    `KeyedPermutation` gives the stratum's numbers a secret random order, and the n_h places from ⌊start N_h⌋ + after on
    are taken, going on at the first place after the last.  The n_h smallest permanent random numbers would be an
    equivalent sample, but here the order is computed and nothing is sorted: the work depends on the sample, not on the
    4.63 million numbers of Laibin or the 148 million of Guangxi.
    Gives SAMPLE: unit_id (the number), stratum, mode, place, probability n_h/N_h, base_weight.
    Raises Fault for an unknown stratum and for more than N_h numbers.
    """
    check_start(start)
    population = banks.strata.set_index("stratum").population
    mode = {bank.stratum: bank.mode for bank in banks.banks}
    allocation = dict(allocation)
    unknown = sorted(set(allocation) - set(population.index))
    if unknown:
        raise Fault(key="sampling.unknown_strata", strata=unknown)
    refuse_larger(list(allocation), [n + after for n in allocation.values()], [population[s] for s in allocation])
    parts = []
    for stratum, n in sorted(allocation.items()):
        size = int(population[stratum])
        places = (int(start * size) + after + np.arange(n, dtype=np.int64)) % size
        order = KeyedPermutation(size, key=key, label=stratum)
        columns: dict[str, Any] = {
            "unit_id": banks.numbers(stratum, order(places)),
            "stratum": stratum,
            "mode": mode[stratum],
        }
        columns |= {"place": np.arange(1, n + 1), "probability": n / size, "base_weight": size / max(n, 1)}
        parts.append(pd.DataFrame(columns))
    return pd.concat(parts, ignore_index=True)
