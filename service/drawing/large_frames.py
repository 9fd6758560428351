"""A wave's sample from a frame too large for memory: commit to a plan, draw on any engine, and let others verify it.

No store is needed: the frame is a Parquet file that `lake.number_frame` wrote, and the plan and the draw record are
files beside it. The proof is that of `sampling.proof`, with the digest of the frame's file in place of its rows' ones.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from programme.wave_names import check_wave_name
from sampling import DrawPlan, Verification, allocate_proportional, commitment, coordinated_start, slip, starting_point
from sampling.allocation.allocation import refuse_larger
from sampling.proof.digests import sample_digest
from sampling.proof.draw_plan import STRATIFIED
from sampling.proof.numbered_draw import check_earlier, record_start
from sampling.proof.proof import differing_seed, verification
from sampling.proof.record import DrawRecord
from service.drawing.lake import Lake, draw_from_lake, populations
from service.files.bounds import read_bounded
from service.files.faults import FaultList, check_given
from service.files.read import read_table
from service.files.write import csv_bytes
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
from service.store.runs import DRAWING, code_version
from words import LANGUAGES, Fault, text

BLOCK = 2**20  # bytes of a file digested at a time


@dataclass(frozen=True)
class LargePlan:
    """What is fixed before the draw: wave, design, the frame's digest, and the seed, encrypted under the frame key."""

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
        """The seed, decrypted with the frame key."""
        place = _place(self.wave, self.frame)
        return opened_seed(self.sealed, key, place, wave=self.wave, committed=self.commitment)


def proportional(strata: pd.DataFrame, units: int) -> pd.DataFrame:
    """An ALLOCATION of so many units in proportion to N_h, with at least 2 in each stratum."""
    sample = allocate_proportional(strata, units, minimum=2)
    return strata.assign(sample=sample.to_numpy())


def read_allocation(content: bytes, file: str, strata: pd.DataFrame) -> pd.DataFrame:
    """An ALLOCATION from a file (stratum, sample); if it has `population`, this must be that of the frame."""
    table = read_table(content, file, ("stratum", "sample"), ("population",))
    check_given(table, file, ("stratum", "sample"))
    faults = FaultList(file)
    faults.refuse(table.stratum.duplicated(), "lake.stratum_twice", "stratum", table)
    for column in [c for c in ("sample", "population") if c in table]:
        faults.refuse(~table[column].str.fullmatch("[0-9]{1,15}"), "records.number", column, table)
    faults.settle()
    unknown = sorted(set(table.stratum) - set(strata.stratum))
    if unknown:
        raise Fault(key="sampling.unknown_strata", strata=unknown)
    in_frame = table.stratum.map(strata.set_index("stratum").population)
    allocation = pd.DataFrame(
        {"stratum": table.stratum, "population": in_frame, "sample": table["sample"].astype(np.int64)}
    )
    if "population" in table and (table.population.astype(np.int64) != in_frame).any():
        changed = list(table.stratum[table.population.astype(np.int64) != in_frame])
        raise Fault(key="sampling.frame_changed", strata=changed)
    refuse_larger(allocation.stratum, allocation["sample"], allocation.population)
    return allocation.reset_index(drop=True)


def commit_plan(
    frame: Path, allocation: pd.DataFrame, wave: str, *, frame_key: Key, keep: float | None = None
) -> bytes:
    """A large plan's file (JSON): a new encrypted seed, the commitment to it, and the digest of the frame's file.

    keep    the part that is kept of an earlier wave, which this one continues (0: nobody); None if it continues none
    """
    check_wave_name(wave)
    if keep is not None and not 0 <= keep <= 1:
        raise Fault(key="sampling.keep", found=keep)
    drawn_strata = allocation[allocation["sample"] > 0]
    design = DrawPlan(
        STRATIFIED, tuple(zip(drawn_strata.stratum, drawn_strata["sample"].tolist(), strict=True)), keep=keep
    )
    seed, digest = new_seed(), file_digest(frame)
    sealed = base64.b64encode(sealed_seed(seed, frame_key, _place(wave, digest))).decode()
    return _json(asdict(LargePlan(wave, design, digest, commitment(seed), sealed)))


def read_plan_file(content: bytes, file: str) -> LargePlan:
    """The large plan in a file's content; a Fault if there is none."""
    try:
        values = json.loads(content)
        design = DrawPlan(**values.pop("design"))
        return LargePlan(design=design, **values)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Fault(key="lake.plan", file=file, problem=type(error).__name__) from error


def draw_plan(
    lake: Lake, frame: Path, large_plan: LargePlan, *, frame_key: Key, earlier: pd.DataFrame | None = None
) -> dict[str, bytes]:
    """Draw the plan's sample, with the seed public in the record; returns file name -> content, as `draw_proof` does.

    earlier   the released units of the wave that this one continues, if the plan has `keep`
    A Fault if the frame's file is not the one committed to.
    """
    digest, seed = file_digest(frame), large_plan.seed(frame_key)
    if digest != large_plan.frame:
        raise Fault(key="lake.frame_changed", file=frame.name, wave=large_plan.wave)
    start = starting_point(seed, large_plan.wave)
    sample = _draw(lake, frame, large_plan.design, start, earlier)
    record = DrawRecord.of_sample(
        sample,
        large_plan.design,
        (digest, digest, None),
        wave=large_plan.wave,
        seed=seed,
        code=code_version(DRAWING),
        start=start,
        earlier=earlier,
    )
    files = {RECORD: _json(record.plain()), SAMPLE: csv_bytes(sample[[*DRAWN, "base_weight"]])}
    files[READ_ME] = "\n\n".join(text("lake.read_me", lang, wave=large_plan.wave) for lang in LANGUAGES).encode()
    return files if earlier is None else files | {EARLIER: csv_bytes(earlier[DRAWN])}


def verify_large(
    lake: Lake, frame: Path, folder: Path, *, published: str | None = None
) -> tuple[DrawRecord, Verification]:
    """Draw again from the frame's file as the folder's record says, on any engine, and compare; this needs no key."""
    record = read_record_file(read_bounded(folder / RECORD))
    sample = read_units(folder / SAMPLE, DRAWN)
    earlier = None if record.earlier is None else read_units(folder / EARLIER, DRAWN)
    differences = list(differing_files(record, sample, published))
    if file_digest(frame) != record.frame:
        differences.append(("lake.other_frame", {"file": frame.name, "recorded": record.frame}))
    differences += differing_seed(record, record.wave, None)
    if (None if earlier is None else sample_digest(earlier)) != record.earlier:
        differences.append(("proof.earlier", {"wave": record.wave}))
    start = record_start(record)
    draw_again = lambda: _draw(lake, frame, record.plan, start, earlier)  # noqa: E731
    return record, verification(differences, record, draw_again, sample=sample, code=code_version(DRAWING))


def file_digest(frame: Path) -> str:
    """SHA-256, in hexadecimal, of a file (as by `sha256sum`), or of a folder's Parquet files with their names."""
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
