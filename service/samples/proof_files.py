"""A draw's proof as files, without telephone numbers, and the second draw that an auditor makes from them alone."""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import UTC
from pathlib import Path

import pandas as pd
import sqlalchemy as sa

from sampling import Verification, psu_list
from sampling import verify_draw as verify
from sampling.proof.proof import KISH, STAGED, TWO_STAGE, DrawPlan, DrawRecord, sample_digest
from service.files.bounds import read_bounded
from service.files.faults import check_given
from service.files.read import read_table
from service.files.write import csv_bytes
from service.samples.frames import load_frame
from service.samples.samples import read_sample
from service.samples.slip import slip_of
from service.store import schema
from service.store.engine import Store
from service.store.permissions import permitted
from service.store.runs import DRAWING, code_version
from words import LANGUAGES, Fault, text

RECORD, FRAME, SAMPLE, EARLIER, READ_ME = "record.json", "frame.csv", "sample.csv", "earlier.csv", "README.txt"
PSUS = "psus.csv"
FRAME_COLUMNS = ["unit_id", "stratum", "prn"]
DRAWN = ["unit_id", "stratum", "prn", "place", "probability"]
STAGED_FRAME = ["unit_id", "psu", "prn"]
SAMPLE_COLUMNS = [*DRAWN, "base_weight", "release"]
FIELDS = set(DrawRecord.__dataclass_fields__)
BESIDE = frozenset({"commitments", "released"})  # what the proof of a wave in a store says besides


@permitted
def draw_proof(store: Store, programme: str, wave: str) -> dict[str, bytes]:
    """File name -> content: the frame's list, the sample, and the record with every commitment made for this wave."""
    sample = read_sample(store, programme, wave)
    record = sample.record.plain() | {"commitments": _commitments(store, programme, wave)}
    record["released"] = len(sample.releases)
    units, draw_plan = load_frame(store, sample.plan.frame_id), sample.record.plan
    staged = draw_plan.method == TWO_STAGE
    files = {
        RECORD: json.dumps(record, ensure_ascii=False, indent=1).encode(),
        FRAME: csv_bytes(units[STAGED_FRAME if staged else FRAME_COLUMNS]),
        SAMPLE: csv_bytes(sample.units[[*SAMPLE_COLUMNS, *_further(draw_plan)]]),
        READ_ME: "\n\n".join(text("proof.read_me", lang, wave=wave) for lang in LANGUAGES).encode(),
    }
    if staged:
        files[PSUS] = csv_bytes(psu_list(units))
    if sample.earlier is not None:
        files[EARLIER] = csv_bytes(_earlier_released(store, *sample.earlier)[DRAWN])
    return files


def write_proof(files: Mapping[str, bytes], folder: Path) -> None:
    """Write the files to a new or empty folder."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise Fault(key="proof.folder", folder=str(folder))
        for name, content in files.items():
            (folder / name).write_bytes(content)
    except OSError as error:
        raise Fault(key="file.unreadable", file=str(folder), problem=str(error.strerror)) from error


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The files as one ZIP archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def verify_folder(folder: Path, *, published: str | None = None) -> tuple[DrawRecord, Verification]:
    """Draw again from a proof's files and compare; this needs neither a store nor a key.

    published: the line made public before the draw (`slip`), from another source than the folder.
    """
    record = read_record_file(read_bounded(folder / RECORD), BESIDE)
    draw_plan, psus = record.plan, None
    if draw_plan.method == TWO_STAGE:
        psus = read_units(folder / PSUS, [*FRAME_COLUMNS, str(draw_plan.size)], numbers=[str(draw_plan.size)])
    frame = read_units(folder / FRAME, STAGED_FRAME if draw_plan.method == TWO_STAGE else FRAME_COLUMNS)
    sample = read_units(folder / SAMPLE, [*DRAWN, *_further(draw_plan)])
    earlier = None if record.earlier is None else read_units(folder / EARLIER, DRAWN)
    verified = verify(frame, record, sample=sample, earlier=earlier, psus=psus, code=code_version(DRAWING))
    differences = list(differing_files(record, sample, published))
    return record, Verification(verified.holds and not differences, (*differences, *verified.differences))


def differing_files(record: DrawRecord, sample: pd.DataFrame, published: str | None) -> Iterator[tuple[str, dict]]:
    """What does not fit among the record, the line made public before the draw, and the sample's file."""
    if published is not None and published.strip().lower() != slip_of(record):
        yield "proof.slip", {"published": published.strip(), "found": slip_of(record)}
    if sample_digest(sample) != record.sample:
        yield "proof.sample_file", {"file": SAMPLE}


def _further(draw_plan: DrawPlan) -> list[str]:
    """The further columns of a two-stage sample."""
    staged = ["psu", "first_probability"] if draw_plan.method == TWO_STAGE else []
    return [*staged, *([KISH] if draw_plan.person == KISH else [])]


def read_units(file: Path, columns: Sequence[str], *, numbers: Sequence[str] = ()) -> pd.DataFrame:
    """The units in a CSV file of a proof; a Fault for content that no proof has.

    numbers: columns to be read as numbers, besides those that are numbers in every file.
    """
    table = read_table(read_bounded(file), file.name, columns)
    check_given(table, file.name, columns, key="frame.column")
    try:
        numeric = [c for c in ("prn", "probability", "first_probability", *numbers) if c in columns]
        figures = {c: table[c].map(float) for c in numeric}
        places = {"place": table.place.map(int)} if "place" in columns else {}
    except ValueError as error:
        raise Fault(key="proof.record", file=file.name, problem=str(error)) from error
    return table.assign(**figures, **places).reset_index(drop=True)


def read_record_file(content: bytes, more: Set[str] = frozenset()) -> DrawRecord:
    """A record from its file, which holds the fields of a record and `more`, and no others."""
    try:
        plain = json.loads(content)
        if unexpected := (set(plain) - set(STAGED)) ^ (FIELDS - set(STAGED) | more):
            raise KeyError(*unexpected)
        return DrawRecord.read({name: plain[name] for name in plain if name in FIELDS})
    except Fault:
        raise
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Fault(key="proof.record", file=RECORD, problem=str(error)) from error


def _commitments(store: Store, programme: str, wave: str) -> list[dict]:
    """All seeds ever committed to for this wave; if there are several, an auditor should ask why."""
    plans, approvals = schema.plans.c, schema.approvals.c
    select = sa.select(plans.version, approvals.commitment, approvals.at, approvals.by).join(
        schema.approvals, approvals.plan_id == plans.plan_id
    )
    rows = store.table(select.where(plans.programme == programme, plans.wave == wave).order_by(plans.version))
    times = [at.replace(tzinfo=at.tzinfo or UTC).isoformat() for at in rows["at"]]
    return [{**row, "at": at} for row, at in zip(rows.drop(columns="at").to_dict("records"), times, strict=True)]


def _earlier_released(store: Store, draw_id: int, through: int) -> pd.DataFrame:
    """The units of an earlier draw that were released when this draw continued it."""
    draws = schema.draws.c
    with store.read() as connection:
        row = connection.execute(sa.select(draws.programme, draws.wave).where(draws.draw_id == draw_id)).one()
    sample = read_sample(store, row.programme, row.wave)
    if len(sample.releases) != through:
        raise Fault(key="release.continued", wave=row.wave, later=row.wave)
    return sample.released
