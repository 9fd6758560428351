"""Use cases on frames: taken in as versions, each unit with its permanent random number, numbers in the vault only."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

import pandas as pd
import sqlalchemy as sa

from fieldwork.phone_numbers import masked_text
from sampling import (
    Finding,
    NumberBanks,
    bank_findings,
    draw_numbers,
    frame_digest,
    permanent_random_numbers,
    placed,
    stratify,
)
from service.intake.imports import (
    CORRECTED,
    IMPORTED,
    UNCHANGED,
    Imported,
    Tried,
    current_programme,
    frame_label,
    log_attempt,
    refusals_logged,
    refuse_overtaken,
    version_of,
)
from service.protection.keys import Key
from service.protection.people import is_demo
from service.protection.vault import seal_frame_numbers
from service.samples.bank_files import ExchangeFile, check_wanted, read_banks
from service.samples.frame_file import AREA, MODE, NAME, PHONE, UNIT, ListFrame, read_frame, refuse_findings
from service.store import audit, schema
from service.store.engine import Store, insert_frame, inserted_id
from service.store.permissions import permitted
from service.store.runs import add_run
from words import Fault

IMPORT = "import-frame"
FRAME_NAME = re.compile(r"[\w.-]{1,64}")
KEPT = 50  # of the units a finding names
AT_ONCE = 50_000  # units written by one statement


@dataclass(frozen=True)
class ImportedFrame:
    """What an import did, as in `imports.Imported`; findings that were accepted; numbers now in the vault."""

    outcome: str
    frame: str
    version: int
    units: int
    strata: int
    numbers: int
    findings: tuple[Finding, ...]


@permitted
def import_frame(
    store: Store,
    programme: str,
    name: str,
    content: bytes,
    file: str,
    *,
    frame_key: Key,
    by: Sequence[str] = (AREA,),
    accept: bool = False,
    key: Key | None = None,
    delete_on: date | None = None,
) -> ImportedFrame:
    """Take in a list frame (`frame_file.read_frame`), whole or not at all; the same file again changes nothing.

    accept          findings that leave a drawable frame do not refuse it
    key, delete_on  the vault's key and the day of deletion, for a list with telephone numbers
    """
    tried = _tried(store, programme, name, file)
    with refusals_logged(store, tried):
        plan_id, plan = current_programme(store, programme)
        began = _version(store, programme, name)
        found = read_frame(content, file, by=by, areas=list(plan.areas))
        refuse_findings(found, file, accept=accept)
        if found.numbers is not None:
            _check_vault(store, key, delete_on)
        digest = hashlib.sha256(content + "\0".join(by).encode()).hexdigest()
        told = {"programme": programme, "frame": name, "file": file, "by": list(by)}
        return _add(
            store, plan_id, tried, told, digest, found, began, frame_key=frame_key, key=key, delete_on=delete_on
        )


@permitted
def import_banks(
    store: Store,
    programme: str,
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
) -> ImportedFrame:
    """Draw each city's master sample of possible numbers, mobile and landline, as a frame whose strata are city/mode.

    content   the mobile prefixes;   exchanges  the landline exchanges, where landlines are wanted (`bank_files`)
    numbers   of each city by mode, drawn by `sampling.draw_numbers` with the frames' key: n of the N possible ones, in
              secret order; they go into the vault, the frame holds city-mode-0000001 … and first_phase = n/N
    Waves are drawn from the master sample.  Banks stop at the city: areas below it are a finding.
    """
    tried = _tried(store, programme, name, file)
    with refusals_logged(store, tried):
        plan_id, plan = current_programme(store, programme)
        began = _version(store, programme, name)
        _check_vault(store, key, delete_on)
        check_wanted(numbers, exchanges)
        banks = NumberBanks(read_banks(content, file, exchanges, cities))
        secret = frame_key.derived(f"number banks {programme} {name}", 32)
        found = _master_sample(banks, cities, numbers, list(plan.areas), secret)
        refuse_findings(found, file, accept=accept)
        files = [file] if exchanges is None else [file, exchanges.file]
        told = {"programme": programme, "frame": name, "file": " + ".join(files), "of": list(cities)}
        told["numbers"] = dict(numbers)
        given = content if exchanges is None else content + b"\0" + exchanges.content
        digest = hashlib.sha256(given + repr((sorted(cities), sorted(numbers.items()))).encode()).hexdigest()
        return _add(
            store, plan_id, tried, told, digest, found, began, frame_key=frame_key, key=key, delete_on=delete_on
        )


@permitted
def frame_list(store: Store, programme: str) -> pd.DataFrame:
    """Every version of a programme's frames: frame, version, file, units, findings, digest."""
    frames = schema.frames
    select = sa.select(frames).where(frames.c.programme == programme).order_by(frames.c.frame, frames.c.version)
    return store.frame(select)


@permitted
def current_frame(store: Store, programme: str, name: str | None = None) -> sa.Row:
    """The newest version's row of a frame; not named: the only one there is."""
    known = list(dict.fromkeys(frame_list(store, programme).frame))
    if name is None and len(known) == 1:
        name = known[0]
    if name not in known:
        raise Fault(key="frame.unknown", found=name or "-", programme=programme, expected=known or ["-"])
    with store.read() as connection:
        newest = _last(connection, programme, str(name))
    assert newest is not None
    return newest


@permitted
def frame_strata(store: Store, frame_id: int) -> pd.DataFrame:
    """The strata of a frame: stratum, area, mode, population (units), by name."""
    units = schema.frame_units.c
    columns = [units.stratum, units.area, units.mode]
    select = sa.select(*columns, sa.func.count().label("population")).where(units.frame_id == frame_id)
    found = store.frame(select.group_by(*columns)).sort_values(["stratum", AREA], ignore_index=True)
    if MODE not in _varying(found):
        found = found.assign(mode=None).groupby(["stratum", AREA], as_index=False, sort=False).population.sum()
        found[MODE] = None
    return found


@permitted
def load_frame(store: Store, frame_id: int) -> pd.DataFrame:
    """unit_id, stratum, area, prn, first_phase and, if the list has them, psu of a frame's units, by unit_id."""
    units = schema.frame_units.c
    columns = (units.unit_id, units.stratum, units.area, units.prn, units.first_phase, units.psu)
    select = sa.select(*columns).where(units.frame_id == frame_id)
    found = store.frame(select.order_by(units.unit_id))
    return found.drop(columns="psu") if found.psu.isna().all() else found


def shortened(finding: Finding) -> Finding:
    """The finding with at most KEPT of what was found named; how many there are stands in it all the same."""
    return Finding(finding.key, {k: v[:KEPT] if isinstance(v, list) else v for k, v in finding.values.items()})


def contact_place(name: str, version: int) -> str:
    """What stands in the vault's column `wave` for the numbers of a frame's version."""
    return f"frame {name} {version}"


def number_key(frame_key: Key) -> bytes:
    """The key of permanent random numbers, derived from the frames' key."""
    return frame_key.derived("permanent random numbers", 32)


def _tried(store: Store, programme: str, name: str, file: str) -> Tried:
    """What the import log says was tried; a Fault, logged too, for what is no name of a frame."""
    tried = Tried(programme, masked_text(frame_label(name)), masked_text(file), store.actor)
    if not FRAME_NAME.fullmatch(name):
        with refusals_logged(store, tried):
            raise Fault(key="frame.name", found=name)
    return tried


def _master_sample(
    banks: NumberBanks, cities: Sequence[str], numbers: Mapping[str, int], areas: Sequence[str], secret: bytes
) -> ListFrame:
    """The numbers drawn of each city and mode as units city-mode-0000001 …, the numbers themselves kept apart."""
    own = NumberBanks(placed(banks.banks, cities))
    drawn = draw_numbers(own, {bank.stratum: numbers[bank.mode] for bank in own.banks}, key=secret, start=0.0)
    area = drawn.stratum.map({bank.stratum: bank.areas[0] for bank in own.banks})
    ids = [f"{a}-{m}-{place:07d}" for a, m, place in zip(area, drawn["mode"], drawn.place, strict=True)]
    units = stratify(pd.DataFrame({UNIT: ids, AREA: area, MODE: drawn["mode"]}), [AREA, MODE])
    units["first_phase"] = drawn.probability
    sealed = pd.DataFrame({UNIT: ids, PHONE: drawn.unit_id, NAME: None})
    return ListFrame(units, sealed, bank_findings(banks, areas, cities=cities))


def _add(
    store: Store,
    plan_id: int,
    tried: Tried,
    told: Mapping,
    digest: str,
    found: ListFrame,
    began: int,
    *,
    frame_key: Key,
    key: Key | None,
    delete_on: date | None,
) -> ImportedFrame:
    """Write a frame's new version, unless the same file was the last one; began: the last version known before."""
    programme, name = told["programme"], told["frame"]
    units = found.units.assign(prn=permanent_random_numbers(found.units[UNIT], key=number_key(frame_key)))
    units["first_phase"] = units.get("first_phase", 1.0)
    with store.begin("frame", programme, name) as connection:
        last = _last(connection, programme, name)
        if last is not None and last.fingerprint != frame_key.fingerprint:
            raise Fault(key="frame.other_key", found=frame_key.fingerprint, expected=last.fingerprint)
        unchanged = last is not None and last.file_digest == digest
        version = last.version if unchanged else began + 1
        if not unchanged:
            refuse_overtaken(last, began)
            if found.numbers is not None:
                assert key is not None and delete_on is not None
                place = contact_place(name, version)
                seal_frame_numbers(connection, programme, place, found.numbers, key=key, delete_on=delete_on)
            values = {"programme": programme, "frame": name, "version": version, "file": told["file"]}
            run = add_run(connection, store.actor, IMPORT, told, [("programme", plan_id)])
            values |= {"file_digest": digest, "digest": frame_digest(units)}
            values |= {"numbers": frame_digest(units, (UNIT, "prn")), "units": len(units), "run_id": run}
            values |= {"fingerprint": frame_key.fingerprint, "findings": [asdict(shortened(f)) for f in found.findings]}
            frame_id = inserted_id(connection, schema.frames.insert().values(**values))
            for first in range(0, len(units), AT_ONCE):
                part = units.iloc[first : first + AT_ONCE]
                insert_frame(connection, schema.frame_units, part, frame_id=frame_id)
            said = {"programme": programme, "frame": name, "version": version, "digest": values["digest"]}
            said |= {"findings": [f.key for f in found.findings]}
            audit.append(connection, store.actor, IMPORT, said)
        outcome = UNCHANGED if unchanged else IMPORTED if last is None else CORRECTED
        log_attempt(connection, tried, Imported(outcome, programme, tried.wave, version))
    numbers = 0 if found.numbers is None else len(found.numbers)
    return ImportedFrame(outcome, name, version, len(units), units.stratum.nunique(), numbers, found.findings)


def _varying(strata: pd.DataFrame) -> list[str]:
    """["mode"] if every stratum holds numbers of one mode, so that interviews can be split over modes."""
    one = strata.groupby("stratum")[MODE].nunique(dropna=False).eq(1).all() and strata[MODE].notna().all()
    return [MODE] if one and len(set(strata[MODE])) > 1 else []


def _check_vault(store: Store, key: Key | None, delete_on: date | None) -> None:
    if is_demo(store):
        raise Fault(key="contacts.demo")
    if key is None or delete_on is None:
        raise Fault(key="frame.needs_vault")
    if delete_on <= date.today():
        raise Fault(key="contacts.delete_on", found=delete_on.isoformat())


def _version(store: Store, programme: str, name: str) -> int:
    with store.read() as connection:
        return version_of(_last(connection, programme, name))


def _last(connection: sa.Connection, programme: str, name: str) -> sa.Row | None:
    frames = schema.frames
    select = sa.select(frames).where(frames.c.programme == programme, frames.c.frame == name)
    return connection.execute(select.order_by(frames.c.version.desc()).limit(1)).first()
