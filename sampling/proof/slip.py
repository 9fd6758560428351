"""The line to publish before a draw: one digest of everything that the sample will follow from, but for chance."""

import hashlib
import json

from sampling.proof.draw_plan import DrawPlan
from sampling.proof.record import Continued, DrawRecord


def slip(
    wave: str,
    design: DrawPlan,
    commitment: str,
    frame: str,
    numbers: str,
    psus: str | None = None,
    continued: Continued | None = None,
) -> str:
    """SHA-256, in hexadecimal, of everything that must not change between approval and draw.

    frame, numbers, psus: digests of the frame's units, of their random numbers (of a rested draw: of their
    probabilities of being in the frame) and, in a two-stage draw, of the PSUs
    continued: the wave that this one continues, with its own line and what was released of it
    """
    parts: list = [wave, design.plain(), commitment, frame, numbers, *([] if psus is None else [psus])]
    parts += [] if continued is None else [continued.plain()]
    fixed = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(b"rankshift slip\0" + fixed.encode()).hexdigest()


def slip_of(record: DrawRecord) -> str:
    """The line that must have been published if the record is what was approved."""
    fixed = record.commitment, record.frame, record.numbers, record.psus, record.continued
    return slip(record.wave, record.plan, *fixed)
