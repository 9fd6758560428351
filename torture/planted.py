"""A planted number: after its deletion it stands in no byte that the product ever wrote, on either engine.

Plain it may stand nowhere, at any time. Its ciphertexts and hashes, which the store held, may stand in no file of a
SQLite store after the purge; what a PostgreSQL server keeps of them is counted and said.
"""

import contextlib
import os
import tempfile
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from service.care import doctor
from service.intake import imports
from service.protection import vault
from service.store import backup, schema
from service.store.engine import Store
from service.store.permissions import ADMINISTRATOR, CENTRE
from torture import world
from torture.engines import POSTGRESQL, Place
from words import Fault

PLANTED, PERSON = "13987654321", "郭晓川"
LIST = f"unit_id,phone,name\nu1,139-8765-4321,{PERSON}\n".encode()
CODINGS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")


def searched(place: Place) -> int:
    """Plant a number, use it in every way, delete it, and look for it; prints and returns what was found."""
    temporary = place.folder / "temporary"
    temporary.mkdir()
    tempfile.tempdir = os.environ["SQLITE_TMPDIR"] = str(temporary)
    try:
        ciphertexts = _lived(place)
    finally:
        tempfile.tempdir = None
        del os.environ["SQLITE_TMPDIR"]
    place.alone()
    plain = [text.encode(coding) for text in (PLANTED, PERSON) for coding in CODINGS]
    everything = [file for file in place.folder.parent.rglob("*") if file.is_file()]
    backups = [file for file in everything if file.name == "backup.db"]
    of_server = [file for file in everything if (place.folder.parent / "server") in file.parents]
    others = [file for file in everything if file not in backups and file not in of_server]
    in_plain = _found(everything, plain)
    left = _found(others, ciphertexts)
    size = sum(file.stat().st_size for file in everything)
    print(f"{place.engine}: a planted number, {len(everything)} files, {size:,} bytes")
    print(f"  plain, in any of them: {in_plain}")
    print(f"  its ciphertexts and hashes, in the store's own files and temporary ones: {left}")
    print(f"  … in the backup made before the purge: {_found(backups, ciphertexts)} of {len(ciphertexts)}")
    if place.engine == POSTGRESQL:
        print(f"  … kept by the server in its files and logs: {_found(of_server, ciphertexts)} of {len(ciphertexts)}")
    return in_plain + left


def _lived(place: Place) -> list[bytes]:
    """The number comes in, is searched, shown, given out, sealed again, backed up and deleted; its ciphertexts."""
    place.use_heads()
    store = Store.create(place.url)
    centre, administrator = store.acting(world.ACTORS[CENTRE]), store.acting(world.ACTORS[ADMINISTRATOR])
    content = (world.examples.FOLDER / "programme.toml").read_bytes()
    imports.import_programme(centre, content, "p.toml")
    given = {"key": world.KEY, "delete_on": world.LATER}
    of_wave = (world.PROGRAMME, world.BEFORE)
    for bad in (LIST + LIST, LIST.replace(b"unit_id", b"unit")):
        with contextlib.suppress(Fault):
            vault.import_contacts(centre, *of_wave, bad, f"{PLANTED}.csv", **given)
    vault.import_contacts(centre, *of_wave, LIST, f"{PLANTED}.csv", **given)
    vault.masked_contacts(centre, *of_wave, key=world.KEY)
    vault.find_number(centre, PLANTED, key=world.KEY)
    vault.call_sheet(centre, *of_wave, key=world.KEY)
    ciphertexts = _ciphertexts(store)
    vault.rotate_key(administrator, world.KEY, world.NEW_KEY)
    ciphertexts += _ciphertexts(store)
    backup.backup(administrator, place.folder / "backup.db")
    vault.purge(administrator, key=world.NEW_KEY, today=world.LATER + timedelta(days=1))
    doctor.examine(place.url)
    store.engine.dispose()
    return ciphertexts


def _ciphertexts(store: Store) -> list[bytes]:
    contacts = schema.contacts.c
    with store.read() as connection:
        rows = connection.execute(sa.select(contacts.phone, contacts.name, contacts.phone_hash)).all()
    return [bytes(text) for row in rows for text in row if text]


def _found(files: list[Path], texts: list[bytes]) -> int:
    """How many of the texts stand in any of the files."""
    contents = [file.read_bytes() for file in files]
    return sum(any(text in content for content in contents) for text in texts)
