"""What is bound of a screening of drawn numbers, and the second choice of those of its dead that are called."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from sampling.draw.screened import DEAD, STATUSES, dead_called
from sampling.draw.seeded import draw_key
from sampling.proof.digests import frame_digest
from sampling.proof.record import DrawRecord
from sampling.proof.slip import slip_of


@dataclass(frozen=True)
class Screening:
    """What a proof says of one screening: its number 1, 2, …, the digest of its statuses, and its line."""

    number: int
    digest: str
    line: str


def screening_of(record: DrawRecord, number: int, statuses: pd.DataFrame) -> Screening:
    """The screening of a drawn wave with these statuses (unit_id, status)."""
    digest = frame_digest(statuses, ("unit_id", "status"))
    return Screening(number, digest, screening_line(slip_of(record), number, digest))


def screening_line(wave_line: str, number: int, digest: str) -> str:
    """SHA-256, in hexadecimal, of the wave's own line, the number of its screening, and the digest of the statuses."""
    fixed = json.dumps([wave_line, number, digest], separators=(",", ":"))
    return hashlib.sha256(b"rankshift screening\0" + fixed.encode()).hexdigest()


def called_of_screening(record: DrawRecord, screening: Screening, statuses: pd.DataFrame) -> frozenset[str]:
    """The dead of a screening (unit_id, stratum, status) that are called; its line and the wave's seed decide."""
    assert record.plan.call_dead is not None  # a plan without it has no screening
    dead = statuses[statuses.status == DEAD]
    key = draw_key(record.seed, record.wave, record.value)
    return dead_called(dead, record.plan.call_dead, key=key, name=screening.line)


def differing_screenings(
    record: DrawRecord,
    listed: Sequence[Screening],
    shown: pd.DataFrame,
    sample: pd.DataFrame,
    published: Sequence[str] | None = None,
) -> Iterator[tuple[str, dict]]:
    """What does not fit among a wave's record, its screenings as listed and as shown, and the lines that were noted.

    shown      unit_id, screening, status and called (whether it is) of every number that was screened
    sample     the drawn units: unit_id, stratum
    published  the lines of the screenings as they were noted when these were made, in any order; None: nobody noted any
    """
    if listed and record.plan.call_dead is None:
        yield "proof.screening_unplanned", {"wave": record.wave}
        return
    strange = sorted(set(shown.unit_id) - set(sample.unit_id)) + sorted(set(shown.status) - set(STATUSES))
    strange += sorted(shown.unit_id[shown.unit_id.duplicated()])
    if strange:
        yield "proof.screened_units", {"wave": record.wave, "found": strange}
        return
    rows = shown.assign(stratum=shown.unit_id.map(sample.set_index("unit_id").stratum))
    if sorted(set(rows.screening)) != sorted(screening.number for screening in listed):
        yield "proof.screenings", {"wave": record.wave, "found": len(set(rows.screening)), "expected": len(listed)}
        return
    for screening in listed:
        of_screening = rows[rows.screening == screening.number]
        again = screening_of(record, screening.number, of_screening)
        values = {"wave": record.wave, "number": screening.number}
        if again != screening:
            yield "proof.screening", values
        dead = set(of_screening.unit_id[of_screening.status == DEAD])
        called = set(of_screening.unit_id) - dead | called_of_screening(record, again, of_screening)
        said = set(of_screening.unit_id[of_screening.called])
        if called != said:
            added, missing = sorted(said - called), sorted(called - said)
            yield "proof.dead_called", values | {"added": added or ["-"], "missing": missing or ["-"]}
        if published is not None and again.line not in {line.strip().lower() for line in published}:
            yield "proof.screening_line", values | {"found": again.line}
    if published is not None and len(published) > len(listed):
        yield "proof.screening_absent", {"wave": record.wave, "found": len(listed), "expected": len(published)}
