"""A draw's proof as files, without telephone numbers, and the second draw that an auditor makes from them alone."""

import io
import json
import shutil
import zipfile
from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import UTC
from itertools import pairwise
from pathlib import Path

import pandas as pd
import sqlalchemy as sa

from sampling import DrawnWave, Screening, Verification, differing_screenings, psu_list, slip_of, verify_chain
from sampling import verify_draw as verify
from sampling.proof.digests import sample_digest
from sampling.proof.draw_plan import KISH, LATER, PPS, RESTED, TWO_STAGE, DrawPlan
from sampling.proof.record import DrawRecord
from service.files.bounds import read_bounded
from service.files.faults import check_given
from service.files.read import read_table
from service.files.write import csv_bytes
from service.samples.chain import answered_before, chain_of, drawn_wave
from service.samples.frames import load_frame
from service.samples.public_value import spelled
from service.samples.roll_file import RollFile, stored_roll
from service.samples.samples import Sample, read_sample
from service.store import audit, schema
from service.store.aside import PART, moved, write_over
from service.store.engine import Store
from service.store.permissions import permitted
from service.store.runs import DRAWING, code_version
from words import LANGUAGES, Fault, text

RECORD, FRAME, SAMPLE, EARLIER, READ_ME = "record.json", "frame.csv", "sample.csv", "earlier.csv", "README.txt"
EARLIER_FOLDER = "earlier"
PSUS, ROLL, ANSWERED, SCREENED = "psus.csv", "units.parquet", "answered.csv", "screened.csv"
NUMBERS = ("prn", "probability", "base_weight", "first_probability", "first_phase")
FRAME_COLUMNS = ["unit_id", "stratum", "prn"]
CHAIN_FRAME = ["unit_id", "stratum", "first_phase"]
CHAIN_SAMPLE = ["unit_id", "stratum", "rest", "place", "release", "probability", "base_weight", "first_phase"]
DRAWN = ["unit_id", "stratum", "prn", "place", "probability"]
STAGED_FRAME, SEEDED_FRAME = ["unit_id", "psu", "prn"], ["unit_id", "psu", "first_phase"]
SAMPLE_COLUMNS = [*DRAWN, "base_weight", "release"]
FIELDS = set(DrawRecord.__dataclass_fields__)
BESIDE = frozenset({"commitments", "released"})  # what the proof of a wave in a store says besides
TRAIL = "trail"  # the head of the audit trail, which older proofs do not have
SCREENINGS = "screenings"  # of a wave whose numbers were screened: the number, digest and line of each
SCREENED_COLUMNS = ["unit_id", "screening", "status", "called"]
CALLED = {"1": True, "0": False}  # as the file of screened numbers writes it


@permitted
def draw_proof(store: Store, programme: str, wave: str) -> dict[str, bytes]:
    """File name -> content: the frame's list, the sample, and the record with every commitment made for this wave.

    Of a rested draw the folders earlier/01, earlier/02, … have the same of the waves that it continues, oldest first,
    and who answered in them, where the wave after them keeps only these.
    """
    sample = read_sample(store, programme, wave, reread=True)
    if sample.record.plan.method == RESTED:
        chain = chain_of(store, programme, sample.plan.wanted, wave, reread=True)
        files = _chain_files(store, programme, sample)
        for number, (earlier, following) in enumerate(pairwise([*chain, sample]), 1):
            of_earlier = _chain_files(store, programme, earlier)
            if of_earlier.get(ROLL) == files.get(ROLL):
                of_earlier.pop(ROLL, None)  # a large list is shown once
            answered = answered_before(following.plan)
            if answered is not None:
                of_earlier[ANSWERED] = csv_bytes(pd.DataFrame({"unit_id": sorted(answered)}))
            files |= {f"{EARLIER_FOLDER}/{number:02d}/{name}": content for name, content in of_earlier.items()}
        return files | {READ_ME: _read_me("proof.read_me_chain", wave)}
    record = _record(store, programme, sample)
    units, draw_plan = load_frame(store, sample.plan.frame_id), sample.record.plan
    staged, roll = draw_plan.method == TWO_STAGE, stored_roll(store, sample.plan.frame_id)
    listed = {FRAME: csv_bytes(units[_frame_columns(draw_plan)])} if roll is None else {ROLL: roll.path.read_bytes()}
    files = {
        RECORD: record,
        **listed,
        SAMPLE: csv_bytes(sample.units[list(dict.fromkeys([*SAMPLE_COLUMNS, *_further(draw_plan)]))]),
        **_screened_file(sample),
        READ_ME: _read_me("proof.read_me", wave),
    }
    if staged:
        psus = psu_list(units) if roll is None else roll.psus
        files[PSUS] = csv_bytes(psus.drop(columns="prn") if draw_plan.seeded else psus)
    if sample.earlier is not None:
        files[EARLIER] = csv_bytes(_earlier_released(store, *sample.earlier)[DRAWN])
    return files


def _chain_files(store: Store, programme: str, sample: Sample) -> dict[str, bytes]:
    """The record, frame and sample of one wave of a chain."""
    frame = drawn_wave(store, sample).frame
    if isinstance(frame, pd.DataFrame):
        listed = {FRAME: csv_bytes(frame[[*CHAIN_FRAME, *sample.record.plan.order]])}
    else:
        assert isinstance(frame, RollFile)  # the only roll that a store has
        listed = {ROLL: frame.path.read_bytes()}
    return {
        RECORD: _record(store, programme, sample),
        **listed,
        SAMPLE: csv_bytes(sample.units[_chain_columns(sample.record.plan)]),
        **_screened_file(sample),
    }


def _screened_file(sample: Sample) -> dict[str, bytes]:
    """What the operator said of the wave's numbers, and which of the dead are called; nothing without a screening."""
    if sample.screened.empty:
        return {}
    rows = sample.screened[SCREENED_COLUMNS]
    return {SCREENED: csv_bytes(rows.assign(called=rows.called.astype(int)))}


def _screenings(store: Store, draw_id: int) -> list[dict]:
    """The number, digest and line of each screening of a draw."""
    screenings = schema.screenings.c
    columns = screenings.screening.label("number"), screenings.digest, screenings.line
    select = sa.select(*columns).where(screenings.draw_id == draw_id).order_by(screenings.screening)
    return store.table(select).to_dict("records")


def _record(store: Store, programme: str, sample: Sample) -> bytes:
    """The record with every commitment made for the wave, and how many portions are out, perhaps by stratum."""
    with store.read() as connection:
        head = str(audit.last_head(connection))
    commitments = _commitments(store, programme, sample.wave)
    beside = {"commitments": commitments, "released": sample.through(), TRAIL: head}
    if len(sample.screened):
        beside[SCREENINGS] = _screenings(store, sample.draw_id)
    return json.dumps(sample.record.plain() | beside, ensure_ascii=False, indent=1).encode()


def _read_me(key: str, wave: str) -> bytes:
    return "\n\n".join(text(key, language, wave=wave) for language in LANGUAGES).encode()


def write_proof(files: Mapping[str, bytes], folder: Path, *, private: bool = False) -> None:
    """Write the files to a new or empty folder, which gets its name when all of them are on the disk.

    private: only its owner may open it (0700)
    """
    part = folder.with_name(f"{folder.name}{PART}")
    try:
        if folder.exists() and any(folder.iterdir()):
            raise Fault(key="proof.folder", folder=str(folder))
        shutil.rmtree(part, ignore_errors=True)  # of one that was stopped
        part.mkdir(parents=True, mode=0o700 if private else 0o777)
        for name, content in files.items():
            (part / name).parent.mkdir(parents=True, exist_ok=True)
            write_over(part / name, content)
        if folder.exists():
            folder.rmdir()
        moved(part, folder)
    except OSError as error:
        raise Fault(key="file.unreadable", file=str(folder), problem=str(error.strerror)) from error


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The files as one ZIP archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def verify_folder(
    folder: Path, *, published: str | None = None, screened: Sequence[str] = ()
) -> tuple[DrawRecord, Verification]:
    """Draw again from a proof's files and compare; this needs neither a store nor a key.

    published: the line made public before the draw (`slip`), from another source than the folder
    screened:  the lines of the last wave's screenings, as they were noted when these were made
    """
    content = read_bounded(folder / RECORD)
    record = read_record_file(content, BESIDE)
    rested = record.plan.method == RESTED
    differences: list[tuple[str, dict]] = []
    notes: list[tuple[str, dict]] = []
    for of_wave in (*(_earlier_folders(folder) if rested else []), folder):
        of_content = content if of_wave == folder else read_bounded(of_wave / RECORD)
        of_record = record if of_wave == folder else read_record_file(of_content, BESIDE)
        in_wave = [] if of_wave == folder else [("proof.in_earlier", {"wave": of_record.wave})]
        if found := list(differing_commitments(of_record, of_content)):
            differences += [*in_wave, *found]
        notes += [*in_wave, ("proof.approvals", {"count": _approvals(of_content)}), *spelled(of_record.value)]
        lines = list(screened) if of_wave == folder and screened else None
        of_screening = list(_differing_screenings(of_wave, of_record, of_content, lines))
        differences += [*in_wave, *of_screening] if of_screening else []
        notes += _screening_notes(of_record.wave, of_content)
    if isinstance(head := json.loads(content).get(TRAIL), str):
        notes.append(("proof.trail", {"head": head}))
    verified = _verified_chain(folder, published) if rested else _verified_alone(folder, record, published)
    holds = verified.holds and not differences
    return record, Verification(holds, (*differences, *verified.differences), tuple(notes))


def _differing_screenings(
    folder: Path, record: DrawRecord, content: bytes, lines: list[str] | None
) -> Iterator[tuple[str, dict]]:
    """What does not fit among a wave's screenings as its record lists them and the file of the screened numbers."""
    listed = listed_screenings(content)
    if not listed and lines is None and not (folder / SCREENED).exists():
        return
    shown = pd.DataFrame(columns=SCREENED_COLUMNS)
    if (folder / SCREENED).exists():
        shown = read_units(folder / SCREENED, SCREENED_COLUMNS)
        shown = shown.assign(called=shown.called.map(CALLED))
        if shown.called.isna().any():
            raise Fault(key="proof.record", file=SCREENED, problem="called")
    yield from differing_screenings(record, listed, shown, read_units(folder / SAMPLE, ["unit_id", "stratum"]), lines)


def listed_screenings(content: bytes) -> list[Screening]:
    """The screenings that a record lists; a Fault for what is no list of them."""
    try:
        rows = json.loads(content).get(SCREENINGS, [])
        listed = [Screening(row["number"], row["digest"], row["line"]) for row in rows]
        if not all(type(s.number) is int and isinstance(s.digest, str) and isinstance(s.line, str) for s in listed):
            raise TypeError(SCREENINGS)
    except (TypeError, KeyError) as error:
        raise Fault(key="proof.record", file=RECORD, problem=str(error)) from error
    return listed


def _screening_notes(wave: str, content: bytes) -> list[tuple[str, dict]]:
    """The line of each screening, with which the reader compares the one that was noted when it was made."""
    return [
        ("proof.screening_note", {"wave": wave, "number": screening.number, "line": screening.line})
        for screening in listed_screenings(content)
    ]


def _earlier_folders(folder: Path) -> list[Path]:
    """The folders of the waves that a proof's wave continues, oldest first."""
    return sorted(place for place in (folder / EARLIER_FOLDER).glob("*") if place.is_dir())


def _verified_chain(folder: Path, published: str | None) -> Verification:
    """Every wave of a chain drawn again, from the folders of a proof."""
    waves: list[DrawnWave] = []
    checked: dict[Path, RollFile] = {}
    for of_wave in (*_earlier_folders(folder), folder):
        record = read_record_file(read_bounded(of_wave / RECORD), BESIDE)
        if record.plan.method != RESTED:
            raise Fault(key="proof.record", file=f"{of_wave.name}/{RECORD}", problem=record.plan.method)
        sample, answered = read_units(of_wave / SAMPLE, _chain_columns(record.plan)), None
        if (of_wave / ANSWERED).exists():
            answered = frozenset(read_units(of_wave / ANSWERED, ["unit_id"]).unit_id)
        waves.append(DrawnWave(record, _chain_frame(of_wave, folder, record.plan, checked), sample, answered))
    return verify_chain(waves, published=published, code=code_version(DRAWING))


def _chain_frame(
    of_wave: Path, folder: Path, draw_plan: DrawPlan, checked: dict[Path, RollFile]
) -> pd.DataFrame | RollFile:
    """The list of a wave: in its folder, or of a large list that several waves share in that of the last one.

    checked: the large lists so far, by their files; each is checked once.
    """
    if not (of_wave / FRAME).exists():
        for place in (of_wave / ROLL, folder / ROLL):
            if place.exists():
                return checked.get(place) or checked.setdefault(place, RollFile(place).check())
    return read_units(of_wave / FRAME, [*CHAIN_FRAME, *draw_plan.order])


def _chain_columns(draw_plan: DrawPlan) -> list[str]:
    """The columns of the sample's file of a rested draw."""
    return CHAIN_SAMPLE if draw_plan.rotation is None else [*CHAIN_SAMPLE, "age"]


def _verified_alone(folder: Path, record: DrawRecord, published: str | None) -> Verification:
    """A wave that continues none, or one drawn by random numbers, drawn again from the files of its proof."""
    draw_plan, psus = record.plan, None
    if draw_plan.method == TWO_STAGE:
        columns = [c for c in FRAME_COLUMNS if c != "prn" or not draw_plan.seeded]
        psus = read_units(folder / PSUS, [*columns, str(draw_plan.size)], numbers=[str(draw_plan.size)])
    large = draw_plan.method == TWO_STAGE and draw_plan.seeded and (folder / ROLL).exists()
    frame = RollFile(folder / ROLL).check() if large else read_units(folder / FRAME, _frame_columns(draw_plan))
    sample = read_units(folder / SAMPLE, [*DRAWN, *_further(draw_plan)])
    earlier = None if record.earlier is None else read_units(folder / EARLIER, DRAWN)
    verified = verify(frame, record, sample=sample, earlier=earlier, psus=psus, code=code_version(DRAWING))
    differences = list(differing_files(record, sample, published))
    return Verification(verified.holds and not differences, (*differences, *verified.differences))


def differing_commitments(record: DrawRecord, content: bytes) -> Iterator[tuple[str, dict]]:
    """A record must list the commitments of all approvals of its wave, its own among them."""
    listed = json.loads(content)["commitments"]
    commitments = [row.get("commitment") for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
    if record.commitment not in commitments:
        yield "proof.commitments", {"recorded": record.commitment, "count": len(commitments)}


def _approvals(content: bytes) -> int:
    listed = json.loads(content)["commitments"]
    return len(listed) if isinstance(listed, list) else 0


def differing_files(record: DrawRecord, sample: pd.DataFrame, published: str | None) -> Iterator[tuple[str, dict]]:
    """What does not fit among the record, the line made public before the draw, and the sample's file."""
    if published is not None and published.strip().lower() != slip_of(record):
        yield "proof.slip", {"published": published.strip(), "found": slip_of(record)}
    if sample_digest(sample, portions=record.plan.binds_portions) != record.sample:
        yield "proof.sample_file", {"file": SAMPLE}


def _frame_columns(draw_plan: DrawPlan) -> list[str]:
    """The columns of the frame's file: no permanent random numbers where the draw does not go by them."""
    if draw_plan.method in PPS and draw_plan.seeded:
        return [*CHAIN_FRAME, str(draw_plan.size)]
    if draw_plan.method != TWO_STAGE:
        return FRAME_COLUMNS
    return SEEDED_FRAME if draw_plan.seeded else STAGED_FRAME


def _further(draw_plan: DrawPlan) -> list[str]:
    """The further columns of a two-stage sample, and the release where the plan binds it."""
    if draw_plan.binds_portions:
        return ["release"]
    staged = ["psu", "first_probability"] if draw_plan.method == TWO_STAGE else []
    return [*staged, *([KISH] if draw_plan.person == KISH else [])]


def read_units(file: Path, columns: Sequence[str], *, numbers: Sequence[str] = ()) -> pd.DataFrame:
    """The units in a CSV file of a proof; a Fault for content that no proof has.

    numbers: columns to be read as numbers, besides those that are numbers in every file.
    """
    table = read_table(read_bounded(file), file.name, columns)
    check_given(table, file.name, columns, key="frame.column")
    try:
        numeric = [c for c in (*NUMBERS, *numbers) if c in columns]
        figures = {c: table[c].map(float) for c in numeric}
        places = {c: table[c].map(int) for c in ("place", "release", "rest", "age", "screening") if c in columns}
    except ValueError as error:
        raise Fault(key="proof.record", file=file.name, problem=str(error)) from error
    return table.assign(**figures, **places).reset_index(drop=True)


def read_record_file(content: bytes, more: Set[str] = frozenset()) -> DrawRecord:
    """A record from its file, which holds the fields of a record and `more`, and no others."""
    try:
        plain = json.loads(content)
        if unexpected := (set(plain) - LATER - {TRAIL, SCREENINGS}) ^ (FIELDS - LATER | more):
            raise KeyError(*unexpected)
        return DrawRecord.read({name: plain[name] for name in plain if name in FIELDS})
    except Fault:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
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
