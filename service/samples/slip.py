"""The line a centre publishes before a draw: one digest of seed's commitment, frame, random numbers and design."""

import hashlib
import json

from sampling import DrawPlan
from sampling.proof.proof import DrawRecord


def slip(wave: str, design: DrawPlan, commitment: str, frame: str, numbers: str, psus: str | None = None) -> str:
    """SHA-256, hexadecimal, of all that must not change between approval and draw; psus: of two stages."""
    said = [wave, design.plain(), commitment, frame, numbers, *([] if psus is None else [psus])]
    fixed = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(b"rankshift slip\0" + fixed.encode()).hexdigest()


def slip_of(record: DrawRecord) -> str:
    """The line that must have been published if the record is what was approved."""
    return slip(record.wave, record.plan, record.commitment, record.frame, record.numbers, record.psus)
