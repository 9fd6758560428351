"""Commands on the telephone numbers in the vault."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from commands.incoming import (
    EncodingOption,
    FaultsOption,
    PreviewOption,
    SheetOption,
    ZerosOption,
    listing_faults,
    show_preview,
)
from commands.opening import opened_as, opened_for, programme_of
from commands.speaking import (
    DAY,
    AsOption,
    Command,
    Group,
    ProgrammeOption,
    StoreOption,
    WaveArgument,
    ending_in,
    out,
    t,
    write_private,
)
from service.files.bounds import read_bounded
from service.files.choice import choice_of
from service.files.write import csv_bytes, workbook_bytes
from service.protection import keys, vault
from service.store.names import name_of
from words import visible

Day = Annotated[datetime, typer.Option("--delete-on", formats=DAY, help=t("cli.contacts.delete_on"))]

commands = typer.Typer(cls=Group, no_args_is_help=True, help=t("cli.contacts.help"))


@commands.command("import", cls=Command, help=t("cli.contacts.import.help"))
def contacts_import(
    wave: WaveArgument,
    file: Annotated[Path, typer.Argument(help=t("cli.contacts.file"))],
    delete_on: Day,
    sheet: SheetOption = None,
    encoding: EncodingOption = None,
    zeros: ZerosOption = False,
    preview: PreviewOption = False,
    faults: FaultsOption = None,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    opened = opened_as(store, as_)
    content, day = read_bounded(file), delete_on.date()
    programme_name = programme_of(opened, programme)
    choice = choice_of(sheet, encoding, zeros=zeros)
    with listing_faults(faults):
        if preview:
            return show_preview(vault.preview_contacts(opened, programme_name, wave, content, name_of(file), choice))
        sealing = {"key": keys.find_key(), "delete_on": day, "choice": choice}
        count = vault.import_contacts(opened, programme_name, wave, content, name_of(file), **sealing)
    out.print(t("cli.contacts.imported", wave=wave, count=count, day=day.isoformat()))


@commands.command("lists", cls=Command, help=t("cli.contacts.lists.help"))
def contacts_lists(store: StoreOption = None, as_: AsOption = None) -> None:
    for row in vault.contact_lists(opened_as(store, as_)).to_dict("records"):
        purged = row["purged"] is not None and row["purged"] == row["purged"]
        key = "cli.contacts.purged" if purged else "cli.contacts.line"
        out.print(t(key, programme=row["programme"], wave=row["wave"], count=row["numbers"], day=str(row["delete_on"])))


@commands.command("show", cls=Command, help=t("cli.contacts.show.help"))
def contacts_show(
    wave: WaveArgument, programme: ProgrammeOption = None, store: StoreOption = None, as_: AsOption = None
) -> None:
    opened = opened_as(store, as_)
    masked = vault.masked_contacts(opened, programme_of(opened, programme), wave, key=keys.find_key())
    for row in masked.itertuples(index=False):
        out.print("  ".join(map(visible, row)))


@commands.command("find", cls=Command, help=t("cli.contacts.find.help"))
def contacts_find(store: StoreOption = None, as_: AsOption = None) -> None:
    number = typer.prompt(t("cli.contacts.number"))
    matches = vault.find_number(opened_as(store, as_), number, key=keys.find_key())
    for row in matches.itertuples(index=False):
        out.print("  ".join(map(visible, row)))
    if matches.empty:
        out.print(t("cli.contacts.not_found"))


@commands.command("call-sheet", cls=Command, help=t("cli.contacts.call_sheet.help"))
def contacts_call_sheet(
    wave: WaveArgument,
    file: Annotated[Path, typer.Argument(help=t("cli.contacts.sheet"), callback=ending_in(".xlsx", ".csv"))],
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    opened, programme_name = opened_for(store, as_, programme)
    rows = vault.call_sheet(opened, programme_name, wave, key=keys.find_key())
    note = t("cli.contacts.sheet_note", wave=wave, name=opened.actor.name)
    content = csv_bytes(rows)
    if file.suffix.lower() == ".xlsx":
        content = workbook_bytes(rows, title=wave, formats={}, notes=[note], notes_title=t("notes.title"))
    write_private(file, content)
    out.print(t("cli.contacts.sheet_written", file=str(file), count=len(rows)))


@commands.command("delete-on", cls=Command, help=t("cli.contacts.delete_on.help"))
def contacts_delete_on(
    wave: WaveArgument,
    day: Annotated[datetime, typer.Argument(formats=DAY, help=t("cli.contacts.delete_on"))],
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    opened = opened_as(store, as_)
    vault.set_deletion(opened, programme_of(opened, programme), wave, day.date())
    out.print(t("cli.contacts.day_set", wave=wave, day=day.date().isoformat()))
