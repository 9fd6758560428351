"""The line to publish before a draw: one digest of the seed's commitment, frame, random numbers and design."""

import hashlib
import json

from sampling import DrawPlan
from sampling.proof.proof import DrawRecord


def slip(wave: str, design: DrawPlan, commitment: str, frame: str, numbers: str, psus: str | None = None) -> str:
    """SHA-256, in hexadecimal, of everything that must not change between approval and draw.

    frame, numbers, psus: digests of the frame's units, of their random numbers and, in a two-stage draw, of the PSUs.
    """
    parts = [wave, design.plain(), commitment, frame, numbers, *([] if psus is None else [psus])]
    fixed = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(b"rankshift slip\0" + fixed.encode()).hexdigest()


def slip_of(record: DrawRecord) -> str:
    """The line that must have been published if the record is what was approved."""
    return slip(record.wave, record.plan, record.commitment, record.frame, record.numbers, record.psus)
