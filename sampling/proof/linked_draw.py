"""What a chain's links say of a frame, a draw and what of it was released, compared with the proof of the draw."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from sampling.draw.releases import Through, is_out
from sampling.proof.digests import released_digest
from sampling.proof.links import DRAW, FRAME, RELEASE, ProofChain, canonical, differing_says
from sampling.proof.record import DrawRecord
from sampling.proof.screening import Screening
from sampling.proof.slip import slip_of


def frame_says(record: DrawRecord) -> dict[str, Any]:
    """Who could be drawn: digests of the units with their strata, of what else the plan reads, and of the places."""
    return {"units": record.frame, "numbers": record.numbers, "places": record.psus}


def draw_says(record: DrawRecord) -> dict[str, Any]:
    """The line published before the draw, the digest of the whole record, the sample, and the wave it continues."""
    continued = None if record.continued is None else [record.continued.wave, record.continued.line]
    return {
        "line": slip_of(record),
        "record": hashlib.sha256(canonical(record.plain()).encode()).hexdigest(),
        "sample": record.sample,
        "drawn": record.units,
        "continues": continued,
    }


def release_says(sample: pd.DataFrame, through: Through, screenings: Sequence[Screening]) -> dict[str, Any]:
    """How many portions were out, the units in them, and the line of each screening of numbers made by then."""
    return {
        "portions": through,
        "released": int(is_out(sample, through).sum()),
        "released_units": released_digest(sample, through),
        "screenings": [screening.line for screening in screenings],
    }


def differing_draw(
    chain: ProofChain, record: DrawRecord, sample: pd.DataFrame, screenings: Sequence[Screening]
) -> Iterator[tuple[str, dict]]:
    """What the links of frame, draw and release say otherwise than the record and the sample of a draw's proof.

    screenings: those that the proof lists; later ones than the chain's are no difference
    """
    yield from differing_says(FRAME, chain.says(FRAME), frame_says(record), "record.json")
    yield from differing_says(DRAW, chain.says(DRAW), draw_says(record), "record.json")
    says = chain.says(RELEASE)
    through = says.get("portions")
    if not _is_through(through):
        yield from differing_says(RELEASE, says, {"portions": 0}, "sample.csv")
        return
    assert through is not None
    made = screenings[: len(says.get("screenings", ()))]
    yield from differing_says(RELEASE, says, release_says(sample, through, made), "sample.csv")


def released_units(sample: pd.DataFrame, chain: ProofChain) -> frozenset[str]:
    """The unit_ids of a sample that were released when the wave's answers came in."""
    through = chain.says(RELEASE).get("portions")
    if through is None or not _is_through(through):
        return frozenset()
    return frozenset(sample.unit_id[is_out(sample, through)])


def _is_through(value: Any) -> bool:
    """Whether a value read from a file says how many portions are out."""
    numbers = value.values() if isinstance(value, dict) else [value]
    return all(isinstance(number, int) and not isinstance(number, bool) for number in numbers)
