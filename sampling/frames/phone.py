"""Number banks: all numbers that a prefix could stand for, drawn from without ever being written down.

A mobile prefix of seven digits, or a landline exchange, stands for 10,000 possible numbers.  It belongs to a city,
never to a county or a township: whoever wants those needs a question at the start of the interview, or a list.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd

from sampling.allocation.allocation import refuse_larger
from sampling.draw.permutation import KeyedPermutation
from sampling.draw.random_numbers import check_start
from sampling.frames.faults import Finding
from words import Fault

MOBILE, LANDLINE = "mobile", "landline"
AREA_CODE = re.compile(r"0(10|2[0-9]|[3-9][0-9]{2})")  # 010, 02x: local numbers of 8 digits; 0 and three: of 7 or 8
LOCAL = (7, 8)  # digits of a local number


@dataclass(frozen=True)
class Bank:
    """A prefix and how many digits follow it: 10**digits possible numbers.

    areas   the cities it can ring in: one, or several where an area code is shared (0772: Liuzhou and Laibin)
    stratum what it is drawn in: by default mode and areas
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
        """Possible numbers."""
        return 10**self.digits

    @property
    def stratum(self) -> str:
        """mode and areas: mobile 4513, landline 4502+4513."""
        return f"{self.mode} {'+'.join(self.areas)}"


class NumberBanks:
    """The banks of a frame, number by number in the order of their prefixes, and no number of it stored.

    strata (H,) with population N_h: the possible numbers of each.  Raises Fault where two banks hold one number.
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
        """A STRATA table: stratum, population; and how many banks."""
        table = pd.DataFrame({"stratum": [b.stratum for b in self.banks], "population": [b.size for b in self.banks]})
        return table.groupby("stratum").population.agg(population="sum", banks="size").reset_index()

    def numbers(self, stratum: str, index) -> np.ndarray:
        """The numbers (k,) that stand at the places `index` of the stratum, 0..N_h-1."""
        banks = [bank for bank in self.banks if bank.stratum == stratum]
        ends = np.cumsum([bank.size for bank in banks])
        at = np.searchsorted(ends, index, side="right")
        rest = np.asarray(index) - (ends - [bank.size for bank in banks])[at]
        found = [f"{banks[b].prefix}{r:0{banks[b].digits}d}" for b, r in zip(at.tolist(), rest.tolist(), strict=True)]
        return np.array(found, dtype=object)


def mobile_banks(segments: pd.DataFrame, cities: Sequence[str]) -> list[Bank]:
    """Banks of 10,000 of the prefixes (columns segment7, city_code) of these cities.

    Raises Fault for a city without prefixes, and for prefixes that are not 1 and six digits more.
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
    """Banks of an area code and its exchanges (the first digits of local numbers of `length` digits).

    cities   all cities that share the area code; several: the plan must ask where the person lives
    Raises Fault for an area code that is none (010, 02x, or 0 and three digits from 3 on), for a length that local
    numbers there do not have, and for exchanges that cannot begin them.
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
    """The banks that can ring in these cities, each as the bank of its one city among them.

    A shared bank (0772: Liuzhou and Laibin) is one of Laibin's in a frame for Laibin; whoever lives in Liuzhou is then
    not eligible.  Raises Fault for a bank that two of the cities share: its numbers have no stratum before they ring.
    """
    found = []
    for bank in banks:
        own = [city for city in bank.areas if city in cities]
        if len(own) > 1:
            raise Fault(key="phone.shared", prefix=bank.prefix, cities=own)
        found += [replace(bank, areas=(city,)) for city in own]
    return found


def bank_findings(banks: NumberBanks, areas: Sequence[str], *, cities: Sequence[str] = ()) -> tuple[Finding, ...]:
    """What the plan must add, because banks stop at the city: to reach `areas`, and where area codes are shared.

    areas    codes of what is to be estimated; one that is itself a bank's area is reached, one below it is not
    cities   the frame is made for; by default all that its banks can ring in
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


def draw_numbers(banks: NumberBanks, allocation, *, key: bytes, start: float, after: int = 0) -> pd.DataFrame:
    """n_h of the N_h possible numbers of each stratum, simple random, without making the other N_h - n_h.

    allocation  n_h by stratum;   start  in [0, 1), `starting_point`
    after       numbers of the stratum that earlier waves with the same start took: 0, then what they took together,
                so that waves do not meet until all are used

    `KeyedPermutation` puts the stratum's numbers in a secret random order; taken are n_h places that follow each other
    from ⌊start N_h⌋ + after on, around the end.  This is what the n_h smallest permanent random numbers are, with the
    order computed instead of sorted: 4.63 million numbers of Laibin, or 148 million of Guangxi, cost no more than the
    sample.  (A threshold on keyed hashes would have to hash every number.)
    SAMPLE: unit_id (the number), stratum, mode, place, probability n_h/N_h, base_weight.
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
        columns = {"unit_id": banks.numbers(stratum, order(places)), "stratum": stratum, "mode": mode[stratum]}
        columns |= {"place": np.arange(1, n + 1), "probability": n / size, "base_weight": size / max(n, 1)}
        parts.append(pd.DataFrame(columns))
    return pd.concat(parts, ignore_index=True)
