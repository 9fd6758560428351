"""The command's parts about what is protected: keys, numbers, the audit trail and people."""

import os
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from service import audit, keys, people, trail, vault
from service.bounds import read_bounded
from service.files import csv_bytes, workbook_bytes
from service.imports import programme_names
from service.permissions import Actor, person
from service.runs import local_time
from service.store import Store, store_url
from words import Fault

PERSON_VARIABLE = "RANKSHIFT_PERSON"
DAY = ["%Y-%m-%d"]


def groups(t, say: Callable[[str], None], command: type, group: type) -> dict[str, typer.Typer]:
    """name -> sub-commands, speaking with `t`, writing with `say`, made of the command line's own classes."""
    Where = Annotated[str | None, typer.Option("--store", "-s", help=t("cli.store"), show_default=False)]
    As = Annotated[
        str | None,
        typer.Option("--as", envvar=PERSON_VARIABLE, help=t("cli.as"), show_default=False),
    ]
    Of = Annotated[str | None, typer.Option("--programme", "-p", help=t("cli.programme"), show_default=False)]
    Wave = Annotated[str, typer.Argument(help=t("cli.import_wave.wave"))]
    Name = Annotated[str, typer.Argument(help=t("cli.person.name"))]
    Day = Annotated[datetime, typer.Option("--delete-on", formats=DAY, help=t("cli.contacts.delete_on"))]

    made = {
        name: typer.Typer(cls=group, no_args_is_help=True, help=t(f"cli.{name}.help"))
        for name in ("key", "contacts", "audit", "person")
    }

    def under(name: str, sub: str):
        return made[name].command(sub, cls=command, help=t(f"cli.{name}.{sub.replace('-', '_')}.help"))

    @under("key", "new")
    def key_new() -> None:
        file = keys.key_file()
        key = keys.new_key(file)
        say(t("cli.key.made", file=str(file), fingerprint=key.fingerprint))

    @under("key", "rotate")
    def key_rotate(store: Where = None) -> None:
        opened, file = Store.open(store_url(store)), keys.key_file()
        if os.environ.get(keys.KEY_VARIABLE):
            raise Fault(key="key.rotate_file", variable=keys.KEY_VARIABLE)
        old, waiting = keys.find_key(), keys.next_file(file)
        new = keys.read_key(waiting) if waiting.exists() else keys.new_key(waiting)
        if vault.key_fingerprint(opened) != new.fingerprint:  # else only the last step was missing
            count = vault.rotate_key(opened, old, new)
            say(t("cli.key.rotated", count=count, fingerprint=new.fingerprint))
        os.replace(waiting, file)
        say(t("cli.key.in_use", file=str(file)))

    @under("contacts", "import")
    def contacts_import(
        wave: Wave,
        file: Annotated[Path, typer.Argument(help=t("cli.contacts.file"))],
        delete_on: Day,
        programme: Of = None,
        store: Where = None,
        as_: As = None,
    ) -> None:
        opened = opened_as(store, as_)
        content, day = read_bounded(file), delete_on.date()
        name = programme_of(opened, programme)
        count = vault.import_contacts(opened, name, wave, content, file.name, key=keys.find_key(), delete_on=day)
        say(t("cli.contacts.imported", wave=wave, count=count, day=day.isoformat()))

    @under("contacts", "lists")
    def contacts_lists(store: Where = None, as_: As = None) -> None:
        for row in vault.contact_lists(opened_as(store, as_)).to_dict("records"):
            gone = row["purged"] is not None and row["purged"] == row["purged"]
            key = "cli.contacts.purged" if gone else "cli.contacts.line"
            say(t(key, programme=row["programme"], wave=row["wave"], count=row["numbers"], day=str(row["delete_on"])))

    @under("contacts", "show")
    def contacts_show(wave: Wave, programme: Of = None, store: Where = None, as_: As = None) -> None:
        opened = opened_as(store, as_)
        shown = vault.masked_contacts(opened, programme_of(opened, programme), wave, key=keys.find_key())
        for row in shown.itertuples(index=False):
            say("  ".join(row))

    @under("contacts", "find")
    def contacts_find(store: Where = None, as_: As = None) -> None:
        number = typer.prompt(t("cli.contacts.number"))
        found = vault.find_number(opened_as(store, as_), number, key=keys.find_key())
        for row in found.itertuples(index=False):
            say("  ".join(row))
        if found.empty:
            say(t("cli.contacts.not_found"))

    @under("contacts", "call-sheet")
    def contacts_call_sheet(
        wave: Wave,
        file: Annotated[Path, typer.Argument(help=t("cli.contacts.sheet"))],
        programme: Of = None,
        store: Where = None,
        as_: As = None,
    ) -> None:
        opened = opened_as(store, as_)
        name = programme_of(opened, programme)
        rows = vault.call_sheet(opened, name, wave, key=keys.find_key())
        note = t("cli.contacts.sheet_note", wave=wave, name=opened.actor.name)
        content = csv_bytes(rows)
        if file.suffix.lower() == ".xlsx":
            content = workbook_bytes(rows, title=wave, formats={}, notes=[note], notes_title=t("notes.title"))
        write_private(file, content)
        say(t("cli.contacts.sheet_written", file=str(file), count=len(rows)))

    @under("contacts", "delete-on")
    def contacts_delete_on(
        wave: Wave,
        day: Annotated[datetime, typer.Argument(formats=DAY, help=t("cli.contacts.delete_on"))],
        programme: Of = None,
        store: Where = None,
        as_: As = None,
    ) -> None:
        opened = opened_as(store, as_)
        vault.set_deletion(opened, programme_of(opened, programme), wave, day.date())
        say(t("cli.contacts.day_set", wave=wave, day=day.date().isoformat()))

    @under("audit", "verify")
    def audit_verify(
        head: Annotated[list[str], typer.Option(help=t("cli.audit.head"), show_default=False)] = [],  # noqa: B006
        store: Where = None,
        as_: As = None,
    ) -> None:
        opened = opened_as(store, as_)
        verified = trail.verify_trail(opened, noted=[audit.Head.read(text) for text in head])
        for finding in verified.findings:
            say(t(finding.key, number=finding.number))
        say(t("cli.audit.at", head=str(verified.head)))
        if not verified.anchored and not head:
            say(t("cli.audit.not_anchored", variable=audit.HEAD_VARIABLE))
        if verified.findings:
            raise Fault(key="cli.audit.broken", count=len(verified.findings))
        say(t("cli.audit.whole", count=verified.head.number))

    @under("audit", "show")
    def audit_show(
        newest: Annotated[int, typer.Option(help=t("cli.audit.newest"))] = trail.NEWEST,
        store: Where = None,
        as_: As = None,
    ) -> None:
        for line in trail.trail_lines(opened_as(store, as_), newest=newest).to_dict("records"):
            at = local_time(datetime.fromisoformat(line["at"]))
            say(f"{line['number']}  {at}  {line['name']}  {line['role']}  {line['action']}  {line['details']}")

    Role = Annotated[str, typer.Argument(help=t("cli.person.role"))]

    @under("person", "add")
    def person_add(
        name: Name,
        role: Role,
        identity: Annotated[str | None, typer.Option(help=t("cli.person.identity"), show_default=False)] = None,
        store: Where = None,
        as_: As = None,
    ) -> None:
        password = people.add_person(opened_as(store, as_), name, role, identity=identity)
        say(t("cli.person.password", name=name, password=password) if password else t("cli.person.added", name=name))

    @under("person", "change")
    def person_change(
        name: Name,
        role: Annotated[str | None, typer.Option(help=t("cli.person.role"), show_default=False)] = None,
        active: Annotated[
            bool | None, typer.Option("--open/--closed", help=t("cli.person.active"), show_default=False)
        ] = None,
        store: Where = None,
        as_: As = None,
    ) -> None:
        people.change_person(opened_as(store, as_), name, role=role, active=active)
        say(t("cli.person.changed", name=name))

    @under("person", "password")
    def person_password(name: Name, store: Where = None, as_: As = None) -> None:
        password = people.new_password(opened_as(store, as_), name)
        say(t("cli.person.password", name=name, password=password))

    @under("person", "list")
    def person_list(store: Where = None, as_: As = None) -> None:
        for row in people.person_list(opened_as(store, as_)).to_dict("records"):
            closed = "" if row["active"] else f"  [{t('cli.person.closed')}]"
            say(f"{row['name']}  {t('role.' + row['role'])}{closed}")

    return made


def purge(store: Store, t, say: Callable[[str], None]) -> None:
    """Delete what is due, and say what was proved."""
    try:
        key = keys.find_key()
    except Fault as fault:
        if fault.key != "key.absent":
            raise
        key = None
    done = vault.purge(store, key=key, today=date.today())
    if not done.waves:
        say(t("cli.purge.nothing"))
        return
    say(t("cli.purge.done", waves=list(done.waves), count=done.numbers))
    if done.after is None:
        say(t("cli.purge.postgresql"))
    elif done.proven:
        say(t("cli.purge.proven", before=done.before.found, bytes=done.after.bytes))
    else:
        raise Fault(key="cli.purge.not_proven", left=done.after.found)


def opened_as(url: str | None, name: str | None) -> Store:
    """The store in the hands of whoever opened it, or of the person they name; both stand in the trail."""
    store = Store.open(store_url(url))
    if name is None:
        return store
    named = people.still_permitted(store, name)
    return store.acting(Actor(f"{named.name} ({person()})", named.role))


def programme_of(opened: Store, given: str | None) -> str:
    """The programme named, or the only one there is."""
    names = programme_names(opened)
    if given is None and len(names) != 1:
        raise Fault(key="cli.programme_needed", expected=names) if names else Fault(key="cli.no_programme")
    return given or names[0]


def write_private(file: Path, content: bytes) -> None:
    """A new file that only its owner may read."""
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
            opened.write(content)
    except OSError as error:
        raise Fault(key="file.unreadable", file=str(file), problem=error.strerror) from error
