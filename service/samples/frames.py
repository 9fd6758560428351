"""Use cases on frames: each import is a version, each unit gets a permanent random number; phone numbers are apart."""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

import pandas as pd
import sqlalchemy as sa

from fieldwork.phone_numbers import masked_text
from programme.versions import Version, next_step, number_of
from sampling import (
    Finding,
    NumberBanks,
    NumberedFrame,
    bank_findings,
    numbered_frame,
    placed,
    stratify,
)
from sampling.proof.master_sample import MasterRecord, draw_master, master_key, numbers_digest
from service.files.choice import Choice, Note
from service.files.preview import Preview, preview
from service.files.zeros import restored
from service.intake.import_log import frame_label
from service.intake.imports import Imported, Tried, current_programme, log_attempt, refusals_logged
from service.protection.keys import Key
from service.protection.people import is_demo
from service.protection.vault import seal_frame_numbers
from service.samples.bank_files import ExchangeFile, check_wanted, read_banks
from service.samples.frame_file import (
    AREA,
    MODE,
    NAME,
    PHONE,
    PSU,
    SOURCE,
    UNIT,
    ListFrame,
    read_frame,
    refuse_findings,
)
from service.samples.master import commit_master, lines_committed, master_plan, recorded
from service.store import audit, schema
from service.store.engine import Store, insert_rows, inserted_id
from service.store.permissions import Actor, permitted
from service.store.runs import add_run
from words import Fault

IMPORT = "import-frame"
FRAME_NAME = re.compile(r"[\w.-]{1,64}")
KEPT = 50  # units that a stored finding names at most
ID_DIGITS = 14  # of a unit of a master sample: two of 100,000 alike once in 14 million frames
AT_ONCE = 50_000  # units written by one statement


@dataclass(frozen=True)
class ImportedFrame:
    """What an import did, as in `imports.Imported`; numbers: how many went into the vault; findings: those accepted.

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


@permitted
def import_frame(
    store: Store,
    programme_name: str,
    name: str,
    content: bytes,
    file: str,
    *,
    frame_key: Key,
    by: Sequence[str] = (AREA,),
    accept: bool = False,
    key: Key | None = None,
    delete_on: date | None = None,
    choice: Choice | None = None,
) -> ImportedFrame:
    """Import a list frame (`frame_file.read_frame`), completely or not at all; the same file again changes nothing.

    by              the columns that make up the strata
    accept          whether findings that leave a frame to draw from are accepted
    key, delete_on  the vault's key and the day of deletion, for a list with telephone numbers
    """
    tried = _tried(store, programme_name, name, file)
    with refusals_logged(store, tried):
        programme_id, programme = current_programme(store, programme_name)
        began = _newest_number(store, programme_name, name)
        before = _areas_before(store, programme_name, name)
        frame = read_frame(content, file, by=by, areas=list(programme.areas), before=before, choice=choice)
        refuse_findings(frame, file, accept=accept)
        vault = None if frame.numbers is None else _vault(store, key, delete_on)
        how_read = "\0".join([*by, "zeros"] if choice is not None and choice.zeros else by)
        digest = hashlib.sha256(content + how_read.encode()).hexdigest()
        arguments = {"programme": programme_name, "frame": name, "file": file, "by": list(by)}
        return _add(store, _Incoming(programme_id, arguments, digest, frame, vault), tried, began, frame_key)


@permitted
def preview_frame(
    store: Store,
    programme_name: str,
    name: str,
    content: bytes,
    file: str,
    *,
    by: Sequence[str] = (AREA,),
    choice: Choice | None = None,
) -> Preview:
    """What `import_frame` would make of a list: its findings are among the notes."""
    areas = list(current_programme(store, programme_name)[1].areas)

    def check() -> list[Note]:
        before = _areas_before(store, programme_name, name)
        frame = read_frame(content, file, by=by, areas=areas, before=before, choice=choice)
        notes = [(finding.key, dict(finding.values)) for finding in frame.findings]
        return [*notes, ("frame.accept", {})] if notes else []

    uses = {column: column for column in (UNIT, AREA, PHONE, NAME, SOURCE, PSU)}
    uses |= {column: uses.get(column, "stratum") for column in by if column != MODE}
    expected = [UNIT, *(column for column in by if column != MODE)]
    return preview(
        content,
        file,
        uses,
        check,
        expected=expected,
        choice=choice,
        recognise=lambda read: restored(read.table, AREA, areas, choice),
    )


@permitted
def import_banks(
    store: Store,
    programme_name: str,
    name: str,
    content: bytes,
    file: str,
    *,
    cities: Sequence[str],
    numbers: Mapping[str, int],
    frame_key: Key,
    key: Key,
    delete_on: date,
    exchanges: ExchangeFile | None = None,
    accept: bool = False,
    public: str | None = None,
    value: str | None = None,
) -> ImportedFrame:
    """Draw a master sample of each city's possible numbers, mobile and landline, as a frame whose strata are city/mode.

    content    the mobile prefixes (`bank_files`)
    exchanges  the landline exchanges, if landlines are wanted
    numbers    how many in each city, by mode: n of the N possible ones, drawn by `sampling.draw_numbers` in an order
               that is secret; they go into the vault, and the frame has units city-mode-… in their place, which follow
               from the number alone, so that a number is the same unit in every version; first_phase = n/N
    public, value  what the public value was to be, as `commit_banks` fixed it in a line, and the value. Without them
               the order follows from the frames' key and the programme, whatever the frame is called
    Waves are drawn from the master sample. Banks say nothing below the city, so smaller areas are a finding.
    """
    tried = _tried(store, programme_name, name, file)
    with refusals_logged(store, tried):
        programme_id, programme = current_programme(store, programme_name)
        began = _newest_number(store, programme_name, name)
        vault = _vault(store, key, delete_on)
        check_wanted(numbers, exchanges)
        banks = NumberBanks(read_banks(content, file, exchanges, cities))
        key_of_order, master = frame_key.derived(f"number banks {programme_name}", 32), None
        if public is not None:
            fixed = {"programme": programme_name, "public": plain_text(public), "frame_key": frame_key}
            plan, seed = master_plan(banks, name, cities, numbers, **fixed)
            if plan.line not in [made["line"] for made in lines_committed(store, programme_name)]:
                raise Fault(key="banks.commit_first", frame=name)
            if value is None or not plain_text(value):
                raise Fault(key="proof.value_needed", public=plan.public)
            key_of_order = master_key(plan, seed, plain_text(value))
        drawn = draw_master(banks.banks, cities, numbers, key=key_of_order)
        if public is not None:
            of_cities = placed(banks.banks, cities)
            master = recorded(MasterRecord(plan, seed, plain_text(value or ""), numbers_digest(drawn)), of_cities)
        ids = frame_key.derived(f"number ids {programme_name}", 32)
        frame = _master_sample(drawn, ids, bank_findings(banks, list(programme.areas), cities=cities))
        refuse_findings(frame, file, accept=accept)
        files = [file] if exchanges is None else [file, exchanges.file]
        arguments: dict[str, Any] = {"programme": programme_name, "frame": name, "file": " + ".join(files)}
        arguments |= {"of": list(cities), "numbers": dict(numbers)} | ({} if master is None else {"master": master})
        contents = content if exchanges is None else content + b"\0" + exchanges.content
        digest = hashlib.sha256(
            contents + repr((sorted(cities), sorted(numbers.items()), *([value] if public else []))).encode()
        ).hexdigest()
        return _add(store, _Incoming(programme_id, arguments, digest, frame, vault), tried, began, frame_key)


@permitted
def commit_banks(
    store: Store,
    programme_name: str,
    name: str,
    content: bytes,
    file: str,
    *,
    cities: Sequence[str],
    numbers: Mapping[str, int],
    frame_key: Key,
    public: str,
    exchanges: ExchangeFile | None = None,
) -> str:
    """The line to publish before a master sample is drawn by `import_banks`, whose arguments these are.

    public: what the public value will be. The line goes into the trail; making another one shows.
    """
    _tried(store, programme_name, name, file)
    current_programme(store, programme_name)
    check_wanted(numbers, exchanges)
    if not plain_text(public):
        raise Fault(key="sample.public_empty")
    banks = NumberBanks(read_banks(content, file, exchanges, cities))
    fixed = {"programme": programme_name, "public": plain_text(public), "frame_key": frame_key}
    plan, _ = master_plan(banks, name, cities, numbers, **fixed)
    commit_master(store, programme_name, plan)
    return plan.line


@permitted
def frame_list(store: Store, programme: str) -> pd.DataFrame:
    """Every version of a programme's frames: frame, version, file, units, findings, digest."""
    frames = schema.frames
    select = sa.select(frames).where(frames.c.programme == programme).order_by(frames.c.frame, frames.c.version)
    return store.table(select)


@permitted
def current_frame(store: Store, programme: str, name: str | None = None) -> sa.Row:
    """The row of a frame's newest version; without a name, of the only frame there is."""
    names = list(dict.fromkeys(frame_list(store, programme).frame))
    if name is None and len(names) == 1:
        name = names[0]
    if name not in names:
        raise Fault(key="frame.unknown", found=name or "-", programme=programme, expected=names or ["-"])
    with store.read() as connection:
        newest = _last(connection, programme, str(name))
    assert newest is not None
    return newest


@permitted
def frame_strata(store: Store, frame_id: int) -> pd.DataFrame:
    """The strata of a frame, by name: stratum, area, mode (None if strata mix modes), population and represents.

    population: units of the frame;  represents: the units that these stand for, more where the frame is a master sample
    """
    units = schema.frame_units.c
    columns = [units.stratum, units.area, units.mode]
    sums = sa.func.count().label("population"), sa.func.sum(1 / units.first_phase).label("represents")
    select = sa.select(*columns, *sums).where(units.frame_id == frame_id)
    strata = store.table(select.group_by(*columns)).sort_values(["stratum", AREA], ignore_index=True)
    if not _divided_by_mode(strata):
        by_stratum = strata.groupby(["stratum", AREA], as_index=False, sort=False)
        strata = by_stratum[["population", "represents"]].sum()
        strata[MODE] = None
    return strata


@permitted
def load_frame(store: Store, frame_id: int) -> pd.DataFrame:
    """A frame's units, by unit_id: unit_id, stratum, area, prn, first_phase and, if the list has them, psu."""
    units = schema.frame_units.c
    columns = (units.unit_id, units.stratum, units.area, units.prn, units.first_phase, units.psu)
    select = sa.select(*columns).where(units.frame_id == frame_id)
    frame = store.table(select.order_by(units.unit_id))
    return frame.drop(columns="psu") if frame.psu.isna().all() else frame


def shortened(finding: Finding) -> Finding:
    """The finding with at most KEPT of what it names; its count stays that of all."""
    return Finding(finding.key, {k: v[:KEPT] if isinstance(v, list) else v for k, v in finding.values.items()})


def plain_text(written: str) -> str:
    """A public value, or what it will be, as it enters a draw: in Unicode's composed form, runs of blanks as one."""
    return " ".join(unicodedata.normalize("NFC", written).split())


def contact_place(name: str, version: int) -> str:
    """What the vault has in its column `wave` for the numbers of a frame's version."""
    return f"frame {name} {version}"


def number_key(frame_key: Key) -> bytes:
    """The key of permanent random numbers, derived from the frame key."""
    return frame_key.derived("permanent random numbers", 32)


def _tried(store: Store, programme: str, name: str, file: str) -> Tried:
    """What the import log is to say; a Fault, which is logged too, if the name is not one that a frame can have."""
    tried = Tried(programme, masked_text(frame_label(name)), masked_text(file), store.actor)
    if not FRAME_NAME.fullmatch(name):
        with refusals_logged(store, tried):
            raise Fault(key="frame.name", found=name)
    return tried


def _master_sample(drawn: pd.DataFrame, ids: bytes, findings: Sequence[Finding]) -> ListFrame:
    """The numbers drawn of each city and mode, as units city-mode-…, with the numbers themselves apart.

    ids: the key of the units' names, which follow from the numbers alone.
    """
    marks = [hmac.digest(ids, number.encode(), hashlib.sha256).hex()[:ID_DIGITS] for number in drawn.unit_id]
    names = [f"{a}-{m}-{mark}" for a, m, mark in zip(drawn.area, drawn["mode"], marks, strict=True)]
    units = stratify(pd.DataFrame({UNIT: names, AREA: drawn.area, MODE: drawn["mode"]}), [AREA, MODE])
    units["first_phase"] = drawn.probability
    return ListFrame(units, pd.DataFrame({UNIT: names, PHONE: drawn.unit_id, NAME: None}), tuple(findings))


@dataclass(frozen=True)
class _Incoming:
    """A frame that was read and is to be stored.

    arguments  of the run: programme, frame, file and how the file was read
    digest     of the file and of how it was read
    vault      the vault's key and the day of deletion, if the frame has telephone numbers
    """

    programme_id: int
    arguments: Mapping
    digest: str
    frame: ListFrame
    vault: tuple[Key, date] | None


def _add(store: Store, incoming: _Incoming, tried: Tried, began: int, frame_key: Key) -> ImportedFrame:
    """Write a frame's new version, unless its newest version is of the same file.

    began: the newest version when the import began, 0 if there was none.
    """
    programme, name, frame = incoming.arguments["programme"], incoming.arguments["frame"], incoming.frame
    numbered = numbered_frame(frame.units, key=number_key(frame_key))
    with store.begin("frame", programme, name) as connection:
        row = _last(connection, programme, name)
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
    connection: sa.Connection, actor: Actor, incoming: _Incoming, numbered: NumberedFrame, version: int, frame_key: Key
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
    for first in range(0, len(numbered.units), AT_ONCE):
        part = numbered.units.iloc[first : first + AT_ONCE]
        insert_rows(connection, schema.frame_units, part, frame_id=frame_id)
    details = identity | {"digest": numbered.digest, "findings": [f.key for f in frame.findings]}
    audit.append(connection, actor, IMPORT, details)


def _divided_by_mode(strata: pd.DataFrame) -> bool:
    """Whether every stratum has numbers of a single mode and modes differ, so that interviews can be split by mode."""
    single = strata.groupby("stratum")[MODE].nunique(dropna=False).eq(1).all() and strata[MODE].notna().all()
    return bool(single) and len(set(strata[MODE])) > 1


def _vault(store: Store, key: Key | None, delete_on: date | None) -> tuple[Key, date]:
    """What telephone numbers need to go into the vault, a key and a day after today; a Fault in a demonstration."""
    if is_demo(store):
        raise Fault(key="contacts.demo")
    if key is None or delete_on is None:
        raise Fault(key="frame.needs_vault")
    if delete_on <= date.today():
        raise Fault(key="contacts.delete_on", found=delete_on.isoformat())
    return key, delete_on


def _areas_before(store: Store, programme: str, name: str) -> list[str]:
    """The areas of a frame's newest version; none if there is none."""
    with store.read() as connection:
        newest = _last(connection, programme, name)
        if newest is None:
            return []
        units = schema.frame_units.c
        areas = sa.select(units.area).where(units.frame_id == newest.version_id).distinct().order_by(units.area)
        return list(connection.scalars(areas))


def _newest_number(store: Store, programme: str, name: str) -> int:
    with store.read() as connection:
        return number_of(_version(_last(connection, programme, name)))


def _version(row: sa.Row | None) -> Version | None:
    """A row of the frames as the version that `next_step` wants: the same file is the same content."""
    return None if row is None else Version(row.version, row.file_digest, row.file)


def _last(connection: sa.Connection, programme: str, name: str) -> sa.Row | None:
    frames = schema.frames
    select = sa.select(frames).where(frames.c.programme == programme, frames.c.frame == name)
    return connection.execute(select.order_by(frames.c.version.desc()).limit(1)).first()
