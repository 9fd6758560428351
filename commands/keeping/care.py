"""Commands that take care of a store: its pages, backups, deletions and health."""

import os
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from commands.opening import opened_as
from commands.speaking import LANGUAGE, LANGUAGE_VARIABLE, REFUSED, AsOption, Command, StoreOption, out, t, working
from service.care import doctor
from service.files.carried import PAGE_SETTINGS
from service.protection import keys, people, vault
from service.store import backup as backups
from service.store import large_objects
from service.store.engine import STORE_VARIABLE, Store, absolute, shown, store_url
from words import Fault

ROOT = Path(__file__).parents[2]

commands = typer.Typer()


@commands.command(cls=Command, help=t("cli.serve.help"))
def serve(
    store: StoreOption = None,
    port: Annotated[int | None, typer.Option(help=t("cli.serve.port"), min=1, max=65_535)] = None,
    address: Annotated[str | None, typer.Option(help=t("cli.serve.address"), show_default=False)] = None,
) -> None:
    """Start the pages."""
    url = store_url(store)
    if password := people.first_administrator(Store.open(url)):
        out.print(t("cli.serve.first", name=people.FIRST, password=password))
    command = [sys.executable, "-m", "pages", *_page_settings()]
    command += ["--server.port", str(port)] if port else []
    command += ["--server.address", address] if address else []
    environment = {**os.environ, STORE_VARIABLE: absolute(url), LANGUAGE_VARIABLE: LANGUAGE}
    os.chdir(ROOT)
    sys.stdout.flush()
    # this process becomes the pages: whoever ends it ends them, and no second process keeps its memory
    os.execve(command[0], command, environment)


def _page_settings() -> list[str]:
    """The pages' settings as options of Streamlit, except those that the environment sets (STREAMLIT_SERVER_PORT)."""
    options = []
    for name, value in _flat(tomllib.loads(PAGE_SETTINGS.read_text("utf-8"))):
        words = re.sub(r"(?=[A-Z])", "_", name).replace(".", "_").upper()
        if f"STREAMLIT_{words}" not in os.environ:
            options.append(f"--{name}={str(value).lower() if isinstance(value, bool) else value}")
    return options


def _flat(section: Mapping[str, Any], name: str = "") -> Iterator[tuple[str, Any]]:
    """The settings in a section and in the sections within it, under their whole names (theme.dark.textColor)."""
    for key, value in section.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{name}{key}.")
        else:
            yield name + key, value


@commands.command(cls=Command, help=t("cli.backup.help"))
def backup(
    file: Annotated[Path | None, typer.Argument(help=t("cli.backup.file"), show_default=False)] = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Write the store to one file."""
    file = file or Path(backups.suggested(datetime.now()))
    with working(str(file)):
        size = backups.backup(opened_as(store, as_), file)
    out.print(t("cli.backup.done", file=str(file), size=f"{size / 1e6:,.1f} MB"))


@commands.command(cls=Command, help=t("cli.restore.help"))
def restore(
    file: Annotated[Path, typer.Argument(help=t("cli.restore.file"))],
    replace: Annotated[bool, typer.Option("--replace", help=t("cli.restore.replace"))] = False,
    store: StoreOption = None,
) -> None:
    """Restore the store from a backup."""
    url = store_url(store)
    with working(str(file)):
        restored = backups.restore(file, url, replace=replace)
    out.print(t("cli.restore.done", file=str(file), url=shown(url)))
    for note in restored.notes:
        out.print(t(note.key, **note.values))


@commands.command(cls=Command, help=t("cli.purge.help"))
def purge(store: StoreOption = None, as_: AsOption = None) -> None:
    """Delete the telephone numbers whose day of deletion has come."""
    opened = opened_as(store, as_)
    try:
        key = keys.find_key()
    except Fault as fault:
        if fault.key != "key.absent":
            raise
        key = None
    purged = vault.purge(opened, key=key, today=date.today())
    if purged.waves:
        out.print(t("cli.purge.done", waves=list(purged.waves), count=purged.numbers))
    else:
        out.print(t("cli.purge.nothing"))
    if purged.leftovers:
        raise Fault(key="cli.purge.leftovers", files=list(purged.leftovers))
    if purged.owed and purged.clean:
        out.print(t("cli.purge.scrubbed"))
    if not purged.waves:
        if not purged.clean:
            raise Fault(key="cli.purge.not_scrubbed")
    elif purged.after is None:
        out.print(t("cli.purge.postgresql"))
    elif purged.proven:
        out.print(t("cli.purge.proven", before=purged.before.found, bytes=purged.after.bytes))
    else:
        raise Fault(key="cli.purge.not_proven", left=purged.after.found)


@commands.command(name="doctor", cls=Command, help=t("cli.doctor.help"))
def examine(
    store: StoreOption = None,
    remove_orphans: Annotated[bool, typer.Option("--remove-orphans", help=t("cli.doctor.remove_orphans"))] = False,
    mend: Annotated[Path | None, typer.Option(help=t("cli.doctor.mend"), show_default=False)] = None,
    as_: AsOption = None,
) -> None:
    """Check the versions, the engine, the migrations, the free space, the objects, and what is out of date."""
    if mend is not None:
        objects = backups.mend_objects(opened_as(store, as_), mend)
        out.print(t("cli.doctor.mended", count=len(objects), file=str(mend)))
    if remove_orphans:
        removed = large_objects.remove_orphans(opened_as(store, as_))
        out.print(
            t("cli.doctor.removed", count=len(removed), size=f"{sum(left.size for left in removed) / 1e6:,.1f} MB")
        )
    findings = doctor.examine(store_url(store))
    for finding in findings:
        style = {doctor.BAD: "red", doctor.NOTE: "yellow"}.get(finding.grade)
        out.print(f"[{t(f'doctor.{finding.grade}')}] {t(finding.key, **finding.values)}", style=style)
    if any(finding.grade == doctor.BAD for finding in findings):
        raise typer.Exit(REFUSED)
