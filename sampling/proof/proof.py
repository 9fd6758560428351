"""Proof of a draw: what was fixed before, what was made public after, and a second draw that must give the same.

Before the draw: the frame's digests (who could be drawn, with which numbers) and the commitment to the seed.  After it:
the seed.  Nobody could choose the frame to fit the seed or the seed to fit the frame; whoever holds the list of
unit_id, stratum and prn - no telephone numbers, no key - draws again and compares.  A draw of two stages has two
lists: the PSUs with their sizes, and the units with their PSU.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from sampling.draw.random_numbers import commitment, starting_point
from sampling.proof.digests import sample_digest
from sampling.proof.draw_plan import DrawPlan
from sampling.proof.record import DrawRecord
from words import Fault


@dataclass(frozen=True)
class Verification:
    """Whether a record holds, and if not, what differs: keys of words/ with their values, in the order of checking.

    notes: what the reader should know besides, whether it holds or not
    """

    holds: bool
    differences: tuple[tuple[str, dict], ...] = field(default=())
    notes: tuple[tuple[str, dict], ...] = field(default=())


def check_value(plan: DrawPlan, value: str | None) -> None:
    """A Fault unless a public value is there exactly when the plan names one."""
    if (plan.public is None) != (value is None):
        raise Fault(key="proof.value_needed" if value is None else "proof.value_unwanted", public=str(plan.public))


def verification(
    differing: Iterable[tuple[str, dict]],
    record: DrawRecord,
    again: Callable[[], pd.DataFrame],
    *,
    sample: pd.DataFrame | None,
    code: str | None,
) -> Verification:
    """What differs before and after drawing again; another version of the program is reported, but is not a failure."""
    differences = list(differing)
    try:
        differences += differing_units(again(), record, sample)
    except Fault as fault:
        differences.append(("proof.cannot_draw", {"reason": fault.sentences}))
    said = [] if code in (None, record.code) else [("proof.code", {"recorded": record.code, "found": code})]
    return Verification(not differences, (*differences, *said))


def differing_seed(record: Any, label: str, published: str | None) -> Iterator[tuple[str, dict]]:
    """What does not agree among the seed, its commitment (as recorded and as published) and the start."""
    if commitment(record.seed) != record.commitment:
        yield "proof.commitment", {"recorded": record.commitment}
    if published is not None and published != record.commitment:
        yield "proof.published", {"published": published, "recorded": record.commitment}
    value = getattr(record, "value", None)
    if record.start is not None and starting_point(record.seed, label, value) != record.start:
        yield "proof.start", {"recorded": record.start, "found": starting_point(record.seed, label, value)}


def differing_units(again: pd.DataFrame, record: Any, sample: pd.DataFrame | None) -> Iterator[tuple[str, dict]]:
    """Where a second draw differs from the record (its sample and units) and from the `sample` shown."""
    if sample_digest(again, portions=record.plan.binds_portions) != record.sample:
        yield "proof.sample", {"drawn": len(again), "recorded": record.units}
    if sample is not None:
        added = sorted(set(sample.unit_id) - set(again.unit_id))
        missing = sorted(set(again.unit_id) - set(sample.unit_id))
        if added or missing:
            yield "proof.units", {"added": added or ["-"], "missing": missing or ["-"]}
