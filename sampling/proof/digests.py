"""Digests of frames, sampling units and samples: what a line binds before a draw, and what a record says after it."""

import hashlib
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from sampling.draw.releases import Through, is_out
from sampling.draw.roll import Roll
from sampling.proof.draw_plan import KISH, RESTED, TWO_STAGE, DrawPlan
from words import Fault


def frame_digest(frame: pd.DataFrame, columns: Sequence[str] = ("unit_id", "stratum")) -> str:
    """SHA-256, hexadecimal, of the sorted BLAKE2b digests of the rows, so that the order of the rows does not matter.

    Numbers are written in their shortest exact decimal form.  The time is O(N log N), about 2 µs per row and column.
    Raises Fault for a missing column and for a unit_id in two rows, which would not say which unit is meant.
    """
    missing = [c for c in columns if c not in frame]
    if missing:
        raise Fault(key="table.columns", table="FRAME", columns=missing)
    repeated = frame.unit_id.duplicated()
    if repeated.any():
        raise Fault(key="sampling.repeated", count=int(repeated.sum()), found=str(frame.unit_id[repeated].iloc[0]))
    texts = [_as_text(frame[c]) for c in columns]
    rows = b"".join(
        hashlib.blake2b("\0".join(row).encode(), digest_size=32).digest() for row in zip(*texts, strict=True)
    )
    ordered = np.sort(np.frombuffer(rows, dtype="S32")) if rows else np.array([], dtype="S32")
    header = f"rankshift frame\0{','.join(columns)}\0{len(frame)}\0"
    return hashlib.sha256(header.encode() + ordered.tobytes()).hexdigest()


def psu_digest(psus: pd.DataFrame, plan: DrawPlan) -> str:
    """`frame_digest` of the PSUs by unit_id, stratum, permanent random number and sizes, written as floats."""
    size = str(plan.size)
    sizes = psus.assign(**{size: psus[size].astype(float)}) if size in psus else psus
    return frame_digest(sizes, ("unit_id", "stratum", *([] if plan.seeded else ["prn"]), size))


def released_digest(sample: pd.DataFrame, through: Through) -> str:
    """Digest of the units that are released when so many portions are, with stratum, place and release."""
    return frame_digest(sample[is_out(sample, through)], ("unit_id", "stratum", "place", "release"))


def answered_digest(answered: Iterable[str]) -> str:
    """Digest of the unit_ids of those who answered."""
    return frame_digest(pd.DataFrame({"unit_id": sorted(answered)}, dtype=str), ("unit_id",))


def frame_digests(
    frame: pd.DataFrame | Roll, plan: DrawPlan, psus: pd.DataFrame | None = None
) -> tuple[str, str, str | None]:
    """The digests that a plan fixes before the draw: who could be drawn, their random numbers, and the PSUs.

    Of the roll of a large list the first two are its own.
    """
    clusters = None if psus is None else psu_digest(psus, plan)
    if not isinstance(frame, pd.DataFrame):
        return frame.digest, frame.digest, clusters
    return frame_digest(frame, _who(plan)), frame_digest(frame, numbers_columns(plan)), clusters


def numbers_columns(plan: DrawPlan) -> tuple[str, ...]:
    """What besides these settles the draw or the weights; of two stages the sizes are the PSUs'."""
    sizes = [plan.size] if plan.size and plan.method != TWO_STAGE else []
    if plan.method == RESTED or plan.seeded:
        return ("unit_id", "first_phase", *sizes, *plan.order)
    return ("unit_id", "prn", *sizes, *plan.order)


def sample_digest(sample: pd.DataFrame, *, portions: bool = False) -> str:
    """Digest of a sample: its units with stratum, place and probability; of two stages PSU, π_I and table too; of a
    rested draw also rest, release and base weight.

    portions: whether the plan of another draw binds its portions, so that the release counts too
    """
    if "rest" in sample:
        of_group = ("age",) if "age" in sample else ()
        weights = ("place", "release", "probability", "base_weight", "first_phase")
        return frame_digest(sample, ("unit_id", "stratum", "rest", *of_group, *weights))
    staged = ("psu", "first_probability") if "first_probability" in sample else ()
    tables = (KISH,) if KISH in sample else ()
    released = ("release",) if portions else ()
    return frame_digest(sample, ("unit_id", "stratum", "place", "probability", *staged, *tables, *released))


def _who(plan: DrawPlan) -> tuple[str, str]:
    """Who could be drawn, and where: the frame's own columns."""
    return ("unit_id", "psu" if plan.method == TWO_STAGE else "stratum")


def _as_text(column: pd.Series) -> list[str]:
    if pd.api.types.is_numeric_dtype(column):
        return [repr(value) for value in column.tolist()]
    return column.astype(str).tolist()
