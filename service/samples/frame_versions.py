"""A frame's new version, as it is written: its units with random numbers, its telephone numbers into the vault."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date

import sqlalchemy as sa

from fieldwork.phone_numbers import masked_text
from programme.versions import Version, next_step, number_of
from sampling import Finding, NumberedFrame, numbered_frame
from service.files.choice import Note
from service.intake.import_log import Imported, Tried, frame_label, log_attempt, refusals_logged
from service.protection.keys import Key
from service.protection.people import is_demo
from service.protection.vault import seal_frame_numbers
from service.samples.frame_file import ListFrame
from service.samples.roll_file import store_roll
from service.store import audit, schema
from service.store.engine import Store, inserted_id
from service.store.permissions import Actor
from service.store.rows import insert_rows
from service.store.runs import add_run
from words import Fault

IMPORT = "import-frame"
FRAME_NAME = re.compile(r"[\w.-]{1,64}")
KEPT = 50  # units that a stored finding names at most
AT_ONCE = 50_000  # units written by one statement


@dataclass(frozen=True)
class ImportedFrame:
    """What an import did, as in `import_log.Imported`; numbers: how many went into the vault; findings: those accepted.

    notes: what was recognised in the file.
    """

    outcome: str
    frame: str
    version: int
    units: int
    strata: int
    numbers: int
    findings: tuple[Finding, ...]
    notes: tuple[Note, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Incoming:
    """A frame that was read and is to be stored.

    arguments  of the run: programme, frame, file and how the file was read
    digest     of the file and of how it was read
    vault      the vault's key and the day of deletion, if the frame has telephone numbers
    roll       of a list too large for rows: the file of its units (`roll_file.roll_bytes`)
    """

    programme_id: int
    arguments: Mapping
    digest: str
    frame: ListFrame
    vault: tuple[Key, date] | None
    roll: bytes | None = None


def number_key(frame_key: Key) -> bytes:
    """The key of permanent random numbers, derived from the frame key."""
    return frame_key.derived("permanent random numbers", 32)


def contact_place(name: str, version: int) -> str:
    """What the vault has in its column `wave` for the numbers of a frame's version."""
    return f"frame {name} {version}"


def shortened(finding: Finding) -> Finding:
    """The finding with at most KEPT of what it names; its count stays that of all."""
    return Finding(finding.key, {k: v[:KEPT] if isinstance(v, list) else v for k, v in finding.values.items()})


def tried_import(store: Store, programme: str, name: str, file: str) -> Tried:
    """What the import log is to say; a Fault, which is logged too, if the name is not one that a frame can have."""
    tried = Tried(programme, masked_text(frame_label(name)), masked_text(file), store.actor)
    if not FRAME_NAME.fullmatch(name):
        with refusals_logged(store, tried):
            raise Fault(key="frame.name", found=name)
    return tried


def numbers_vault(store: Store, key: Key | None, delete_on: date | None) -> tuple[Key, date]:
    """What telephone numbers need to go into the vault, a key and a day after today; a Fault in a demonstration."""
    if is_demo(store):
        raise Fault(key="contacts.demo")
    if key is None or delete_on is None:
        raise Fault(key="frame.needs_vault")
    if delete_on <= date.today():
        raise Fault(key="contacts.delete_on", found=delete_on.isoformat())
    return key, delete_on


def newest_number(store: Store, programme: str, name: str) -> int:
    with store.read() as connection:
        return number_of(_version(last_version(connection, programme, name)))


def add_version(store: Store, incoming: Incoming, tried: Tried, began: int, frame_key: Key) -> ImportedFrame:
    """Write a frame's new version, unless its newest version is of the same file.

    began: the newest version when the import began, 0 if there was none.
    """
    programme, name, frame = incoming.arguments["programme"], incoming.arguments["frame"], incoming.frame
    numbered = _numbered(incoming, frame_key)
    with store.begin("frame", programme, name) as connection:
        row = last_version(connection, programme, name)
        if row is not None and row.fingerprint != frame_key.fingerprint:
            raise Fault(key="frame.other_key", found=frame_key.fingerprint, expected=row.fingerprint)
        step = next_step(_version(row), incoming.digest, began=began)
        if step.writes:
            _write(connection, store.actor, incoming, numbered, step.version, frame_key)
        log_attempt(connection, tried, Imported(step.outcome, programme, tried.wave, step.version))
    units, numbers = numbered.units, 0 if frame.numbers is None else len(frame.numbers)
    strata = units.stratum.nunique()
    return ImportedFrame(step.outcome, name, step.version, len(units), strata, numbers, frame.findings, frame.notes)


def _write(
    connection: sa.Connection, actor: Actor, incoming: Incoming, numbered: NumberedFrame, version: int, frame_key: Key
) -> None:
    """Write a version of a frame: its telephone numbers into the vault, its run, its units and a line of the trail."""
    programme, name, frame = incoming.arguments["programme"], incoming.arguments["frame"], incoming.frame
    if frame.numbers is not None and incoming.vault is not None:
        key, delete_on = incoming.vault
        place = contact_place(name, version)
        seal_frame_numbers(connection, programme, place, frame.numbers, key=key, delete_on=delete_on)
    identity = {"programme": programme, "frame": name, "version": version}
    run = add_run(connection, actor, IMPORT, incoming.arguments, [("programme", incoming.programme_id)])
    values = identity | {"file": incoming.arguments["file"], "file_digest": incoming.digest, "run_id": run}
    values |= {"digest": numbered.digest, "numbers": numbered.numbers, "units": len(numbered.units)}
    values |= {"fingerprint": frame_key.fingerprint, "findings": [asdict(shortened(f)) for f in frame.findings]}
    frame_id = inserted_id(connection, schema.frames.insert().values(**values))
    if incoming.roll is not None:
        store_roll(connection, frame_id, incoming.roll)
    for first in range(0, 0 if incoming.roll is not None else len(numbered.units), AT_ONCE):
        part = numbered.units.iloc[first : first + AT_ONCE]
        insert_rows(connection, schema.frame_units, part, frame_id=frame_id)
    details = identity | {"digest": numbered.digest, "findings": [f.key for f in frame.findings]}
    audit.append(connection, actor, IMPORT, details)


def _numbered(incoming: Incoming, frame_key: Key) -> NumberedFrame:
    """The units with their random numbers and digests; those of a roll have no numbers, and the digest of its file."""
    units = incoming.frame.units
    if incoming.roll is None:
        return numbered_frame(units, key=number_key(frame_key))
    digest = hashlib.sha256(incoming.roll).hexdigest()
    return NumberedFrame(units, digest, digest)


def _version(row: sa.Row | None) -> Version | None:
    """A row of the frames as the version that `next_step` wants: the same file is the same content."""
    return None if row is None else Version(row.version, row.file_digest, row.file)


def last_version(connection: sa.Connection, programme: str, name: str) -> sa.Row | None:
    frames = schema.frames
    select = sa.select(frames).where(frames.c.programme == programme, frames.c.frame == name)
    return connection.execute(select.order_by(frames.c.version.desc()).limit(1)).first()
