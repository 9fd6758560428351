"""A master sample of number banks that nobody could choose: its line before the draw, its record, and drawing it again.

The numbers follow from the banks, a sealed seed and a public value that did not exist when the line was published.
Another name for the frame, other banks or another number of numbers give another line, and so does another try.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import pandas as pd

from sampling.draw.random_numbers import commitment
from sampling.draw.seeded import draw_key
from sampling.frames.phone import Bank, NumberBanks, draw_numbers, placed
from sampling.proof.proof import Verification


@dataclass(frozen=True)
class MasterPlan:
    """What is fixed before a master sample is drawn.

    frame    the frame's name;   cities  those whose numbers are drawn;   numbers  how many of each city, by mode
    banks    `bank_digest`;   public  what the public value will be;   commitment  to the seed
    """

    frame: str
    cities: tuple[str, ...]
    numbers: Mapping[str, int]
    banks: str
    public: str
    commitment: str

    @property
    def line(self) -> str:
        """The line to publish: SHA-256, in hexadecimal, of all of it."""
        fields = asdict(self) | {"cities": sorted(self.cities), "numbers": dict(sorted(self.numbers.items()))}
        fixed = json.dumps(fields, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        return hashlib.sha256(b"rankshift banks\0" + fixed.encode()).hexdigest()


@dataclass(frozen=True)
class MasterRecord:
    """A master sample as it was drawn: its plan, the seed and the public value, and the digest of its numbers."""

    plan: MasterPlan
    seed: str
    value: str
    numbers: str


def bank_digest(banks: NumberBanks) -> str:
    """SHA-256, in hexadecimal, of the banks in the order of their prefixes."""
    rows = [[bank.prefix, bank.digits, bank.mode, sorted(bank.areas)] for bank in banks.banks]
    return hashlib.sha256(b"rankshift number banks\0" + json.dumps(rows).encode()).hexdigest()


def draw_master(
    banks: Sequence[Bank], cities: Sequence[str], numbers: Mapping[str, int], *, key: bytes
) -> pd.DataFrame:
    """n numbers of each city and mode, by `draw_numbers` from the first place of the key's order: area is the city."""
    of_cities = NumberBanks(placed(banks, cities))
    wanted = {bank.stratum: numbers[bank.mode] for bank in of_cities.banks}
    area = {bank.stratum: bank.areas[0] for bank in of_cities.banks}
    drawn = draw_numbers(of_cities, wanted, key=key, start=0.0)
    return drawn.assign(area=drawn.stratum.map(area))


def master_key(plan: MasterPlan, seed: str, value: str) -> bytes:
    """The key of the order of a master sample's numbers, which nobody knows before the public value exists."""
    return draw_key(seed, f"banks {plan.frame}", value)


def numbers_digest(drawn: pd.DataFrame) -> str:
    """SHA-256, in hexadecimal, of the drawn numbers with their strata, whatever their order."""
    rows = sorted(zip(drawn.stratum.astype(str), drawn.unit_id.astype(str), strict=True))
    return hashlib.sha256(b"rankshift master sample\0" + json.dumps(rows, ensure_ascii=False).encode()).hexdigest()


def verify_master(
    banks: Sequence[Bank], record: MasterRecord, numbers: Sequence[str], *, published: str | None = None
) -> Verification:
    """Draw a master sample again, and compare it with its record, the numbers shown and the line published."""
    plan, differing = record.plan, []
    if bank_digest(NumberBanks(banks)) != plan.banks:
        differing.append(("banks.changed", {"banks": len(banks)}))
    if commitment(record.seed) != plan.commitment:
        differing.append(("proof.commitment", {"recorded": plan.commitment}))
    if published is not None and published.strip().lower() != plan.line:
        differing.append(("proof.slip", {"published": published.strip(), "found": plan.line}))
    again = draw_master(banks, plan.cities, plan.numbers, key=master_key(plan, record.seed, record.value))
    if numbers_digest(again) != record.numbers:
        differing.append(("banks.numbers", {"drawn": len(again)}))
    added, missing = (len(set(one) - set(other)) for one, other in ((numbers, again.unit_id), (again.unit_id, numbers)))
    if added or missing:
        differing.append(("banks.shown", {"added": added, "missing": missing}))
    return Verification(not differing, tuple(differing))
