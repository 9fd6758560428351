"""The vault: telephone numbers and names, encrypted field by field, masked on every screen, and deleted on their day.

field = AES-SIV(plain text; associated data = table, column, programme, wave, unit): decrypted nowhere but in its place
phone_hash = HMAC-SHA256(number as `normalised`): a number can be found without decrypting any
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice

import pandas as pd
import sqlalchemy as sa
from cryptography.exceptions import InvalidTag

from fieldwork.phone_numbers import STAR, masked, normalised
from programme.wave_names import check_wave_name
from service.files.choice import Choice
from service.files.faults import FaultList
from service.files.preview import Preview, preview
from service.files.read import read_file
from service.files.zeros import refuse_lost_zeros, restored
from service.intake.imports import current_programme
from service.protection.erasure import Search, leftovers, owed, scrub, search, store_files
from service.protection.keys import Key
from service.protection.people import is_demo
from service.store import audit, schema
from service.store.engine import Store, take_turn
from service.store.permissions import permitted
from words import Fault

UNIT, PHONE, NAME = "unit_id", "phone", "name"
FIELDS = (PHONE, NAME)
AT_ONCE, FEW = 50_000, 500  # rows written, and units asked for, by one statement


@dataclass(frozen=True)
class Purged:
    """What a purge deleted, and what was found when the store's bytes were read again.

    before, after: how many of the deleted ciphertexts, hashes and plain numbers were in the files before and after;
    None if the files cannot be read (PostgreSQL).  clean: no free page and no log is left.
    leftovers: files beside the store that may hold what was deleted.  owed: bytes that an earlier deletion or change of
    keys had left were scrubbed with it.
    """

    waves: tuple[str, ...]
    numbers: int
    before: Search | None
    after: Search | None
    clean: bool
    leftovers: tuple[str, ...] = ()
    owed: bool = False

    @property
    def proven(self) -> bool:
        """Whether the bytes were read, held the numbers before the purge, and hold none of them now."""
        if self.before is None or self.after is None:
            return False
        return self.clean and not self.leftovers and self.after.found == 0 and self.before.found > 0


@permitted
def import_contacts(
    store: Store,
    programme: str,
    wave: str,
    content: bytes,
    file: str,
    *,
    key: Key,
    delete_on: date,
    choice: Choice | None = None,
) -> int:
    """Import a wave's list of numbers, completely or not at all; returns how many they are.

    content: a table with columns unit_id, phone and, if known, name.
    delete_on: the day from which `purge` deletes them; it must be after today.
    """
    check_wave_name(wave)
    current_programme(store, programme)
    if is_demo(store):
        raise Fault(key="contacts.demo")
    if delete_on <= date.today():
        raise Fault(key="contacts.delete_on", found=delete_on.isoformat())
    listed = _checked(content, file, choice, _drawn_units(store, programme, wave))
    rows = [_sealed(key, programme, wave, row) for row in listed.to_dict("records")]
    with store.begin() as connection:
        values = _add(connection, programme, wave, rows, len(rows), key=key, delete_on=delete_on)
        _record(connection, store, "import-contacts", values)
    return len(rows)


@permitted
def preview_contacts(
    store: Store, programme: str, wave: str, content: bytes, file: str, choice: Choice | None = None
) -> Preview:
    """What `import_contacts` would make of a list; numbers are masked."""
    units = _drawn_units(store, programme, wave)

    def check() -> tuple:
        _checked(content, file, choice, units)
        return ()

    return preview(
        content,
        file,
        {column: column for column in (UNIT, *FIELDS)},
        check,
        expected=(UNIT, PHONE),
        choice=choice,
        recognise=lambda read: restored(read.table, UNIT, units, choice),
    )


def _drawn_units(store: Store, programme: str, wave: str) -> frozenset[str]:
    """The units of the wave's sample, if it was drawn here: names that lost their zeros are recognised by them."""
    draws, units = schema.draws, schema.sample_units
    drawn = sa.select(units.c.unit_id).join(draws, draws.c.draw_id == units.c.draw_id)
    with store.read() as connection:
        return frozenset(connection.scalars(drawn.where(draws.c.programme == programme, draws.c.wave == wave)))


def seal_frame_numbers(
    connection: sa.Connection, programme: str, place: str, listed: pd.DataFrame, *, key: Key, delete_on: date
) -> None:
    """Encrypt a list frame's numbers (unit_id, phone as `normalised`, name), in the transaction that adds the frame."""
    parts = (listed[[UNIT, *FIELDS]].iloc[first : first + AT_ONCE] for first in range(0, len(listed), AT_ONCE))
    rows = (_sealed(key, programme, place, row) for part in parts for row in part.to_dict("records"))
    _add(connection, programme, place, rows, len(listed), key=key, delete_on=delete_on)


def _add(
    connection: sa.Connection,
    programme: str,
    wave: str,
    rows: Iterable[Mapping],
    numbers: int,
    *,
    key: Key,
    delete_on: date,
) -> dict:
    """Write a list's encrypted rows, so many; returns the details for the audit trail."""
    _key_in_use(connection, key)
    if _list(connection, programme, wave) is not None:
        raise Fault(key="contacts.exists", programme=programme, wave=wave)
    values = {"programme": programme, "wave": wave, "numbers": numbers, "delete_on": delete_on}
    connection.execute(schema.contact_lists.insert().values(**values))
    for part in _batched(rows, AT_ONCE):
        connection.execute(schema.contacts.insert(), part)
    return values | {"delete_on": delete_on.isoformat()}


@permitted
def contact_lists(store: Store) -> pd.DataFrame:
    """programme, wave, numbers, delete_on and (if it was deleted) purged of every imported list."""
    lists = schema.contact_lists
    return store.table(sa.select(lists).order_by(lists.c.programme, lists.c.wave))


@permitted
def masked_contacts(store: Store, programme: str, wave: str, *, key: Key) -> pd.DataFrame:
    """unit_id, phone and name of a wave's list, masked: 138****5678."""
    opened = _opened(store, programme, wave, key)
    names = [name[:1] + STAR * 2 if name else "" for name in opened[NAME]]
    return opened.assign(**{PHONE: [masked(number) for number in opened[PHONE]], NAME: names})


@permitted
def masked_number(store: Store, programme: str, wave: str, unit_id: str, *, key: Key) -> str:
    """The number of one unit of a list, masked; "" if the list does not have it."""
    with store.read() as connection:
        _key_in_use(connection, key, may_begin=False)
        rows = _rows(connection, programme, wave, [unit_id])
    return masked(_open(key, rows[0], PHONE) or "") if rows else ""


@permitted
def find_number(store: Store, number: str, *, key: Key) -> pd.DataFrame:
    """The programme, wave and unit_id of a number, found by its keyed hash; the search is recorded."""
    plain = normalised(number)
    if plain is None:
        raise Fault(key="contacts.no_number", found=masked(number))
    contacts = schema.contacts.c
    where = contacts.phone_hash == key.look_up(plain)
    with store.begin() as connection:
        _key_in_use(connection, key)
        places = connection.execute(sa.select(contacts.programme, contacts.wave, contacts.unit_id).where(where)).all()
        _record(connection, store, "find-number", {"number": masked(plain), "found": len(places)})
    return pd.DataFrame(places, columns=["programme", "wave", UNIT])


@permitted
def call_sheet(
    store: Store, programme: str, wave: str, *, key: Key, units: Iterable[str] | None = None
) -> pd.DataFrame:
    """unit_id, the full phone number and the name of each unit: only here do they leave the vault; recorded first.

    units: if given, only these (the released units of a frame's list).
    """
    chosen = None if units is None else set(units)
    with store.begin() as connection:
        row = _list(connection, programme, wave)
        if row is not None and row.delete_on <= date.today():
            raise Fault(key="contacts.overdue", programme=programme, wave=wave, day=row.delete_on.isoformat())
        numbers = 0 if row is None else row.numbers if chosen is None else len(chosen)
        _record(connection, store, "call-sheet", {"programme": programme, "wave": wave, "numbers": numbers})
    return _opened(store, programme, wave, key, chosen)


@permitted
def set_deletion(store: Store, programme: str, wave: str, delete_on: date) -> None:
    """Set another day of deletion, earlier or later; this is recorded."""
    with store.begin() as connection:
        row = _list(connection, programme, wave)
        if row is None:
            raise Fault(key="contacts.none", programme=programme, wave=wave)
        lists = schema.contact_lists
        of_wave = sa.and_(lists.c.programme == programme, lists.c.wave == wave)
        connection.execute(lists.update().where(of_wave).values(delete_on=delete_on))
        days = {"before": row.delete_on.isoformat(), "delete_on": delete_on.isoformat()}
        _record(connection, store, "set-deletion", {"programme": programme, "wave": wave, **days})


@permitted
def key_fingerprint(store: Store) -> str | None:
    """The fingerprint of the key in use; None if nothing was encrypted yet."""
    with store.read() as connection:
        return connection.scalar(sa.select(schema.vault.c.fingerprint))


@permitted
def rotate_key(store: Store, old: Key, new: Key) -> int:
    """Encrypt and hash every field with a new key, in one transaction, and erase the old ones; returns how many.

    If the old ones could not be erased from the files (`unscrubbed` says so), `purge` tries it again.
    """
    contacts = schema.contacts
    with store.begin() as connection:
        _key_in_use(connection, old)
        rows = connection.execute(sa.select(contacts)).mappings().all()
        for row in rows:
            place = {column: row[column] for column in ("programme", "wave", UNIT)}
            fields = {column: _open(old, row, column) for column in FIELDS}
            sealed = _sealed(new, row["programme"], row["wave"], {UNIT: row[UNIT], **fields})
            this_row = [contacts.c[column] == value for column, value in place.items()]
            connection.execute(contacts.update().where(*this_row).values(**sealed))
        connection.execute(schema.vault.update().values(fingerprint=new.fingerprint))
        _record(connection, store, "rotate-key", {"rows": len(rows), "to": new.fingerprint})
    _record_scrub(store, "scrub", {"clean": scrub(store)})
    return len(rows)


@permitted
def unscrubbed(store: Store) -> bool:
    """Whether bytes of deleted numbers or of an old key may still stand in the store's files; `purge` scrubs again."""
    return owed(store)


def _record_scrub(store: Store, action: str, details: Mapping) -> None:
    """Record how the scrubbing ended: until there is such a line, it is owed."""
    with store.begin() as connection:
        _record(connection, store, action, details)


@permitted
def purge(store: Store, *, key: Key | None, today: date) -> Purged:
    """Delete every list whose day has come, rewrite the store, and search its bytes for what was deleted.

    key: if given, the plain numbers are searched for too; without it, only their ciphertexts and hashes.
    Estimates do not read the vault, so they stay reproducible.
    """
    lists, contacts = schema.contact_lists, schema.contacts
    on_sqlite, still_owed = store.engine.dialect.name == "sqlite", owed(store)
    with store.begin() as connection:
        due = connection.execute(sa.select(lists).where(lists.c.delete_on <= today, lists.c.purged.is_(None))).all()
        rows = [row for due_list in due for row in _rows(connection, due_list.programme, due_list.wave)]
        if key is not None:
            _key_in_use(connection, key, may_begin=False)
        texts = _texts(rows, key)
        before = search(store_files(store), texts) if on_sqlite else None
        for due_list in due:
            of_list = lambda t, of=due_list: sa.and_(t.c.programme == of.programme, t.c.wave == of.wave)  # noqa: E731
            connection.execute(contacts.delete().where(of_list(contacts)))
            connection.execute(lists.update().where(of_list(lists)).values(purged=datetime.now(UTC)))
        waves = tuple(f"{due_list.programme} {due_list.wave}" for due_list in due)
        _record(connection, store, "purge", {"waves": list(waves), "numbers": len(rows)})
    clean = scrub(store)
    after = search(store_files(store), texts) if on_sqlite else None
    left_files = tuple(str(file) for file in leftovers(store))
    purged = Purged(waves, len(rows), before, after, clean, left_files, still_owed)
    found = {"left": None if after is None else after.found, "files": len(left_files)}
    _record_scrub(store, "purge-checked", {"proven": purged.proven, "clean": clean and not left_files, **found})
    return purged


def _checked(content: bytes, file: str, choice: Choice | None, units: Collection[str]) -> pd.DataFrame:
    """The list with its numbers as `normalised`; a Fault names every row and column of an error and shows no number.

    units: the names that are known, by which one that lost its zeros (1 for 01) is recognised
    """
    read = read_file(content, file, (UNIT, PHONE), (NAME,), choice=choice)
    table, faults = read.table, FaultList(file, list(read.faults))
    missing = [column for column in (UNIT, PHONE) if column not in table]
    if missing:
        raise Fault(key="contacts.column", file=file, columns=missing, expected=[UNIT, PHONE, NAME])
    table, _ = restored(table, UNIT, units, choice)
    refuse_lost_zeros(faults, UNIT, table, units)
    blank = {c: faults.refuse(table[c] == "", "contacts.blank", c, table, private=True) for c in (UNIT, PHONE)}
    twice = ~blank[UNIT] & table[UNIT].duplicated()
    faults.refuse(twice, "contacts.twice", UNIT, table, private=True)
    numbers = table[PHONE].map(normalised)
    faults.refuse(~blank[PHONE] & numbers.isna(), "contacts.not_a_number", PHONE, table, private=True)
    digits = table[UNIT].str.replace(r"\D", "", regex=True)
    is_number = [isinstance(number, str) and number in unit for number, unit in zip(numbers, digits, strict=True)]
    faults.refuse(is_number, "contacts.number_as_unit", UNIT, table, private=True)
    faults.settle()
    names = table[NAME].where(table[NAME] != "", None) if NAME in table else None
    return pd.DataFrame({UNIT: table[UNIT], PHONE: numbers, NAME: names})


def _place(column: str, programme: str, wave: str, unit: str) -> list[bytes]:
    """The associated data of a field, as a list, since two places could give the same text if it were joined."""
    return [part.encode() for part in (schema.contacts.name, column, programme, wave, unit)]


def _batched(rows: Iterable, most: int) -> Iterator[list]:
    """The rows in lists of at most so many."""
    left = iter(rows)
    while part := list(islice(left, most)):
        yield part


def _sealed(key: Key, programme: str, wave: str, row: Mapping) -> dict:
    """An encrypted row for the table `contacts`."""
    cipher, sealed = key.cipher, {"programme": programme, "wave": wave, UNIT: row[UNIT]}
    for column in FIELDS:
        text = row[column]
        place = _place(column, programme, wave, row[UNIT])
        sealed[column] = None if not isinstance(text, str) else cipher.encrypt(text.encode(), place)
    return sealed | {"phone_hash": key.look_up(row[PHONE])}


def _open(key: Key, row: Mapping, column: str) -> str | None:
    """A field's plain text; a Fault if its ciphertext was changed, moved from elsewhere, or made with another key."""
    if row[column] is None:
        return None
    try:
        return key.cipher.decrypt(row[column], _place(column, row["programme"], row["wave"], row[UNIT])).decode()
    except InvalidTag as error:
        raise Fault(key="contacts.forged", column=column, unit=row[UNIT], wave=row["wave"]) from error


def _opened(store: Store, programme: str, wave: str, key: Key, units: set[str] | None = None) -> pd.DataFrame:
    with store.read() as connection:
        _key_in_use(connection, key, may_begin=False)
        if units is None:
            rows = _rows(connection, programme, wave)
        else:
            parts = _batched(sorted(units), FEW)
            rows = [row for part in parts for row in _rows(connection, programme, wave, part)]
    if not rows:
        raise Fault(key="contacts.none", programme=programme, wave=wave)
    fields = {column: [_open(key, row, column) or "" for row in rows] for column in FIELDS}
    return pd.DataFrame({UNIT: [row[UNIT] for row in rows], **fields})


def _rows(connection: sa.Connection, programme: str, wave: str, units: Sequence[str] | None = None) -> list[Mapping]:
    """A list's encrypted rows by unit_id, or those of a few units."""
    contacts = schema.contacts
    of_wave = sa.select(contacts).where(contacts.c.programme == programme, contacts.c.wave == wave)
    if units is not None:
        of_wave = of_wave.where(contacts.c.unit_id.in_(units))
    return list(connection.execute(of_wave.order_by(contacts.c.unit_id)).mappings())


def _texts(rows: Iterable[Mapping], key: Key | None) -> list[bytes]:
    """What must not be found after the purge: ciphertexts, hashes and, given the key, plain numbers and names."""
    rows = list(rows)
    texts = [row[column] for row in rows for column in (*FIELDS, "phone_hash") if row[column] is not None]
    plain = [_open(key, row, column) for row in rows for column in FIELDS] if key is not None else []
    return texts + [text.encode() for text in plain if text]


def _list(connection: sa.Connection, programme: str, wave: str) -> sa.Row | None:
    lists = schema.contact_lists.c
    return connection.execute(
        sa.select(schema.contact_lists).where(lists.programme == programme, lists.wave == wave)
    ).first()


def _key_in_use(connection: sa.Connection, key: Key, *, may_begin: bool = True) -> None:
    """Make the first key that encrypts the store's key, and refuse any other; it cannot change in this transaction."""
    take_turn(connection, "vault")
    in_use = connection.scalar(sa.select(schema.vault.c.fingerprint))
    if in_use is None and may_begin:
        connection.execute(schema.vault.insert().values(fingerprint=key.fingerprint))
    elif in_use not in (None, key.fingerprint):
        raise Fault(key="key.other", found=key.fingerprint, expected=in_use)


def _record(connection: sa.Connection, store: Store, action: str, details: Mapping) -> None:
    audit.append(connection, store.actor, action, details)
