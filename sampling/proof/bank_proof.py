"""Proof of a draw from number banks: as for a list, with the key itself shown to the auditor once it is retired.

A list's random numbers can be shown without their key; a bank's order exists only through it.  So the key's digest is
fixed with the record before the seed is known, and whoever is shown the key draws again.
"""

import hashlib
from dataclasses import dataclass

import pandas as pd

from sampling.draw.random_numbers import check_key, commitment, starting_point
from sampling.frames.phone import NumberBanks, draw_numbers
from sampling.proof.proof import Verification, differing_seed, differing_units, sample_digest, verification
from words import Fault


@dataclass(frozen=True)
class BankRecord:
    """All that a second draw from banks needs but the key; plain values, fit for JSON.

    series  the wave or series whose start this is: waves of one series share it and follow each other
    after   numbers of each stratum that earlier waves of the series took
    banks, key_digest  digests of the banks and of the key;   the rest as in `DrawRecord`
    """

    wave: str
    series: str
    allocation: tuple[tuple[str, int], ...]
    after: int
    banks: str
    key_digest: str
    commitment: str
    seed: str
    start: float
    sample: str
    units: int
    code: str


def bank_digest(banks: NumberBanks) -> str:
    """SHA-256, hexadecimal, of prefixes, following digits, modes and areas, in the order of prefixes."""
    rows = "\n".join(f"{b.prefix}\t{b.digits}\t{b.mode}\t{'+'.join(b.areas)}" for b in banks.banks)
    return hashlib.sha256(b"rankshift banks\0" + rows.encode()).hexdigest()


def key_digest(key: bytes) -> str:
    """SHA-256, hexadecimal, of a key, which it does not give away: keys are 16 random bytes or more."""
    check_key(key)
    return hashlib.sha256(b"rankshift key\0" + key).hexdigest()


def record_numbers(
    banks: NumberBanks, allocation, *, key: bytes, seed: str, wave: str, code: str, series: str = "", after: int = 0
) -> tuple[pd.DataFrame, BankRecord]:
    """Draw a wave's numbers from banks (`draw_numbers`) and write down what proves it; series "": the wave alone."""
    series, allocation = series or wave, tuple(sorted((str(s), int(n)) for s, n in dict(allocation).items()))
    start = starting_point(seed, series)
    sample = draw_numbers(banks, dict(allocation), key=key, start=start, after=after)
    fixed = bank_digest(banks), key_digest(key), commitment(seed)
    return sample, BankRecord(
        wave, series, allocation, after, *fixed, seed, start, sample_digest(sample), len(sample), code
    )


def verify_numbers(
    banks: NumberBanks,
    record: BankRecord,
    *,
    key: bytes,
    sample: pd.DataFrame | None = None,
    published: str | None = None,
    code: str | None = None,
) -> Verification:
    """Draw again from the banks with the key shown, and compare everything that can be compared, as `verify_draw`."""
    found: list[tuple[str, dict]] = []
    if bank_digest(banks) != record.banks:
        found.append(("proof.banks", {"banks": len(banks.banks)}))
    if key_digest(key) != record.key_digest:
        found.append(("proof.key", {"recorded": record.key_digest}))
    found += differing_seed(record, record.series, published)
    try:
        again = draw_numbers(banks, dict(record.allocation), key=key, start=record.start, after=record.after)
    except Fault as fault:
        found.append(("proof.cannot_draw", {"reason": fault.sentences}))
    else:
        found += differing_units(again, record, sample)
    return verification(found, record, code)
