"""A wave's sample from a frame too large for memory: committed to, drawn on any engine, drawn again by others.

No store is needed: the frame is a Parquet file that `lake.number_frame` wrote, the plan and the record are files beside
it.  What is proved is what `sampling.proof` proves, with the digest of the frame's file in place of its rows' digests.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from sampling import DrawPlan, Verification, allocate_proportional, commitment, coordinated_start, starting_point
from sampling.allocation.allocation import refuse_larger
from sampling.proof.proof import (
    STRATIFIED,
    DrawRecord,
    check_earlier,
    differing_seed,
    sample_digest,
    verification,
)
from service.drawing.lake import Lake, draw_from_lake, populations
from service.files.bounds import read_bounded
from service.files.csv import check_given, read_csv, refuse
from service.files.write import csv_bytes
from service.intake.wave_file import check_wave_name
from service.protection.keys import Key
from service.protection.seeds import new_seed, opened_seed, sealed_seed
from service.samples.proof_files import (
    DRAWN,
    EARLIER,
    READ_ME,
    RECORD,
    SAMPLE,
    differing_files,
    read_record_file,
    read_units,
)
from service.samples.slip import slip
from service.store.runs import DRAWING, code_version
from words import LANGUAGES, Fault, text

BLOCK = 2**20  # bytes of a file digested at a time


@dataclass(frozen=True)
class LargePlan:
    """What is fixed before the draw: wave, design, the frame's digest, and the seed, sealed under the frames' key."""

    wave: str
    design: DrawPlan
    frame: str
    commitment: str
    sealed: str

    @property
    def slip(self) -> str:
        """The line to publish before the draw."""
        return slip(self.wave, self.design, self.commitment, self.frame, self.frame)

    def seed(self, key: Key) -> str:
        """The seed, opened with the frames' key."""
        place = _place(self.wave, self.frame)
        return opened_seed(self.sealed, key, place, wave=self.wave, committed=self.commitment)


def proportional(strata: pd.DataFrame, units: int) -> pd.DataFrame:
    """An ALLOCATION of so many units in proportion to N_h, at least 2 a stratum."""
    sample = allocate_proportional(strata, units, minimum=2)
    return strata.assign(sample=sample.to_numpy())


def read_allocation(content: bytes, file: str, strata: pd.DataFrame) -> pd.DataFrame:
    """An ALLOCATION from a CSV (stratum, sample); `population`, if it stands there, is held against the frame's."""
    table = read_csv(content, file)
    check_given(table, file, ("stratum", "sample"))
    refuse(table.stratum.duplicated(), "lake.stratum_twice", file, "stratum", table)
    for column in [c for c in ("sample", "population") if c in table]:
        refuse(~table[column].str.fullmatch("[0-9]{1,15}"), "records.number", file, column, table)
    unknown = sorted(set(table.stratum) - set(strata.stratum))
    if unknown:
        raise Fault(key="sampling.unknown_strata", strata=unknown)
    known = table.stratum.map(strata.set_index("stratum").population)
    found = pd.DataFrame({"stratum": table.stratum, "population": known, "sample": table["sample"].astype(np.int64)})
    if "population" in table and (table.population.astype(np.int64) != known).any():
        changed = list(table.stratum[table.population.astype(np.int64) != known])
        raise Fault(key="sampling.frame_changed", strata=changed)
    refuse_larger(found.stratum, found["sample"], found.population)
    return found.reset_index(drop=True)


def commit_plan(
    frame: Path, allocation: pd.DataFrame, wave: str, *, frame_key: Key, keep: float | None = None
) -> bytes:
    """A plan's file (JSON): a new seed, sealed, and the commitment to it with the digest of the frame's file.

    keep    None, or the part that stays of an earlier wave, which this one continues: 0, nobody of it is rung again
    """
    check_wave_name(wave)
    if keep is not None and not 0 <= keep <= 1:
        raise Fault(key="sampling.keep", found=keep)
    wanted = allocation[allocation["sample"] > 0]
    design = DrawPlan(STRATIFIED, tuple(zip(wanted.stratum, wanted["sample"].tolist(), strict=True)), keep=keep)
    seed, digest = new_seed(), file_digest(frame)
    sealed = base64.b64encode(sealed_seed(seed, frame_key, _place(wave, digest))).decode()
    return _json(asdict(LargePlan(wave, design, digest, commitment(seed), sealed)))


def read_plan_file(content: bytes, file: str) -> LargePlan:
    """A plan from its file."""
    try:
        plain = json.loads(content)
        design = DrawPlan(**plain.pop("design"))
        return LargePlan(design=design, **plain)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Fault(key="lake.plan", file=file, problem=type(error).__name__) from error


def draw_plan(
    lake: Lake, frame: Path, plan: LargePlan, *, frame_key: Key, earlier: pd.DataFrame | None = None
) -> dict[str, bytes]:
    """Draw the plan's sample and publish its seed: file name -> content of sample and record, as `draw_proof`'s.

    earlier   what was rung of the wave this one continues, where the plan says `keep`
    Raises Fault for a frame whose file is not the one committed to.
    """
    digest, seed = file_digest(frame), plan.seed(frame_key)
    if digest != plan.frame:
        raise Fault(key="lake.frame_changed", file=frame.name, wave=plan.wave)
    start = starting_point(seed, plan.wave)
    sample = _draw(lake, frame, plan.design, start, earlier)
    record = DrawRecord(
        wave=plan.wave,
        plan=plan.design,
        frame=digest,
        numbers=digest,
        commitment=plan.commitment,
        seed=seed,
        start=start,
        earlier=None if earlier is None else sample_digest(earlier),
        sample=sample_digest(sample),
        units=len(sample),
        code=code_version(DRAWING),
    )
    files = {RECORD: _json(asdict(record)), SAMPLE: csv_bytes(sample[[*DRAWN, "base_weight"]])}
    files[READ_ME] = "\n\n".join(text("lake.read_me", lang, wave=plan.wave) for lang in LANGUAGES).encode()
    return files if earlier is None else files | {EARLIER: csv_bytes(earlier[DRAWN])}


def verify_large(
    lake: Lake, frame: Path, folder: Path, *, published: str | None = None
) -> tuple[DrawRecord, Verification]:
    """Draw again from the frame's file as the folder's record says, on any engine, and compare; needs no key."""
    record = read_record_file(read_bounded(folder / RECORD))
    sample = read_units(folder / SAMPLE, DRAWN)
    earlier = None if record.earlier is None else read_units(folder / EARLIER, DRAWN)
    found = list(differing_files(record, sample, published))
    if file_digest(frame) != record.frame:
        found.append(("lake.other_frame", {"file": frame.name, "recorded": record.frame}))
    found += differing_seed(record, record.wave, None)
    if (None if earlier is None else sample_digest(earlier)) != record.earlier:
        found.append(("proof.earlier", {"wave": record.wave}))
    again = lambda: _draw(lake, frame, record.plan, record.start, earlier)  # noqa: E731
    return record, verification(found, record, again, sample=sample, code=code_version(DRAWING))


def file_digest(frame: Path) -> str:
    """SHA-256, hexadecimal, of a file (`sha256sum` gives the same), or of a folder's Parquet files with their names."""
    if not frame.exists():
        raise Fault(key="lake.absent", file=str(frame))
    if frame.is_dir():
        lines = [f"{file.name} {file_digest(file)}\n" for file in sorted(frame.glob("*.parquet"))]
        return hashlib.sha256("".join(lines).encode()).hexdigest()
    digest = hashlib.sha256()
    with frame.open("rb") as opened:
        for block in iter(lambda: opened.read(BLOCK), b""):
            digest.update(block)
    return digest.hexdigest()


def _draw(lake: Lake, frame: Path, design: DrawPlan, start: float, earlier: pd.DataFrame | None) -> pd.DataFrame:
    """The design's sample from the frame's file, as `sampling.proof` draws it from a frame in memory."""
    check_earlier(design, earlier)
    sizes = dict(design.allocation)
    strata = populations(lake, frame)
    unknown = sorted(set(sizes) - set(strata.stratum))
    if unknown:
        raise Fault(key="sampling.unknown_strata", strata=unknown)
    allocation = strata.assign(sample=strata.stratum.map(sizes).fillna(0).astype(np.int64))
    starts = pd.Series(start, index=allocation.stratum)
    if earlier is not None and design.keep is not None:
        starts.update(coordinated_start(earlier, keep=design.keep))
    return draw_from_lake(lake, frame, allocation, start=starts)


def _place(wave: str, digest: str) -> tuple[str, ...]:
    return "seed of a large frame", wave, digest


def _json(plain: Mapping) -> bytes:
    return json.dumps(plain, ensure_ascii=False, indent=1).encode()
