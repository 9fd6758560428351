"""Commands on frames: the key of their random numbers, frames from lists, and frames from number banks."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from commands.incoming import (
    EncodingOption,
    FaultsOption,
    PreviewOption,
    SheetOption,
    ZerosOption,
    encoding_of,
    listing_faults,
    say_recognised,
    sheet_of,
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
    out,
    t,
)
from contracts import LANDLINE, MOBILE
from presentation import samples as sample_words
from sampling.planning.wanted import read_columns
from service.files.bounds import read_bounded
from service.files.choice import choice_of
from service.protection import keys
from service.samples import frames, large_lists, master, number_banks, previews
from service.samples.bank_files import GUANGXI_PREFIXES, ExchangeFile
from service.samples.frame_file import for_large_list
from service.samples.proof_files import write_proof
from service.store.names import name_of
from words import Fault

commands = typer.Typer(cls=Group, no_args_is_help=True, help=t("cli.frame.help"))


@commands.command("new-key", cls=Command, help=t("cli.frame.new_key.help"))
def frame_new_key() -> None:
    file = keys.frame_key_file()
    out.print(t("cli.frame.made", file=str(file), fingerprint=keys.new_key(file).fingerprint))


@commands.command("import", cls=Command, help=t("cli.frame.import.help"))
def frame_import(
    name: Annotated[str, typer.Argument(help=t("cli.sample.frame"))],
    file: Annotated[Path, typer.Argument(help=t("cli.frame.file"))],
    by: Annotated[str, typer.Option("--by", help=t("cli.frame.by"))] = "area",
    keep: Annotated[str | None, typer.Option(help=t("cli.frame.keep"), show_default=False)] = None,
    accept: Annotated[bool, typer.Option("--accept", help=t("cli.frame.accept"))] = False,
    delete_on: Annotated[
        datetime | None,
        typer.Option("--delete-on", formats=DAY, help=t("cli.contacts.delete_on"), show_default=False),
    ] = None,
    sheet: SheetOption = None,
    encoding: EncodingOption = None,
    zeros: ZerosOption = False,
    preview: PreviewOption = False,
    faults: FaultsOption = None,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    opened, programme_name = opened_for(store, as_, programme)
    of_list: dict[str, Any] = {"by": [c.strip() for c in by.split(",")]}
    of_list |= {"choice": choice_of(sheet, encoding, zeros=zeros)} | ({"keep": read_columns(keep)} if keep else {})
    large = large_lists.is_large(file)
    if large and keep:
        raise Fault(key="frame.large_keep", file=name_of(file))
    if large and preview:
        raise Fault(key="frame.large_preview", file=name_of(file))
    try:
        content = b"" if large else read_bounded(file)
    except Fault as fault:
        raise for_large_list(fault, name_of(file)) from fault
    with listing_faults(faults):
        if preview:
            return show_preview(frames.preview_frame(opened, programme_name, name, content, name_of(file), **of_list))
        sealing = {} if delete_on is None else {"key": keys.find_key(), "delete_on": delete_on.date()}
        keyed = {"frame_key": frames.frame_key_of(opened, programme_name), "accept": accept}
        options = of_list | keyed | sealing
        if large:
            imported = large_lists.import_large(opened, programme_name, name, file, **options)
        else:
            imported = frames.import_frame(opened, programme_name, name, content, name_of(file), **options)
    _say_frame(imported)


@commands.command("banks", cls=Command, help=t("cli.frame.banks.help"))
def frame_banks(
    name: Annotated[str, typer.Argument(help=t("cli.sample.frame"))],
    city: Annotated[str, typer.Argument(help=t("cli.plan.city"))],
    numbers: Annotated[int, typer.Argument(help=t("cli.frame.numbers"))],
    delete_on: Annotated[datetime, typer.Option("--delete-on", formats=DAY, help=t("cli.contacts.delete_on"))],
    landlines: Annotated[int, typer.Option(help=t("cli.frame.landlines"), show_default=False)] = 0,
    exchanges: Annotated[Path | None, typer.Option(help=t("cli.frame.exchanges"), show_default=False)] = None,
    prefixes: Annotated[Path, typer.Option(help=t("cli.frame.prefixes"))] = GUANGXI_PREFIXES,
    prefixes_sheet: Annotated[str | None, sheet_of("prefixes")] = None,
    prefixes_encoding: Annotated[str | None, encoding_of("prefixes")] = None,
    exchanges_sheet: Annotated[str | None, sheet_of("exchanges")] = None,
    exchanges_encoding: Annotated[str | None, encoding_of("exchanges")] = None,
    zeros: ZerosOption = False,
    preview: PreviewOption = False,
    accept: Annotated[bool, typer.Option("--accept", help=t("cli.frame.accept"))] = False,
    public: Annotated[str | None, typer.Option(help=t("cli.sample.public"), show_default=False)] = None,
    value: Annotated[str | None, typer.Option(help=t("cli.frame.value"), show_default=False)] = None,
    faults: FaultsOption = None,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    opened, programme_name = opened_for(store, as_, programme)
    with listing_faults(faults):
        file, cities = (read_bounded(prefixes), name_of(prefixes)), city.split(",")
        choice = choice_of(prefixes_sheet, prefixes_encoding, zeros=zeros)
        of_exchanges = None
        if exchanges is not None:
            exchanges_choice = choice_of(exchanges_sheet, exchanges_encoding, zeros=zeros)
            of_exchanges = ExchangeFile(read_bounded(exchanges), name_of(exchanges), exchanges_choice)
        if preview:
            show_preview(previews.preview_prefixes(opened, *file, cities, choice))
            if of_exchanges is not None:
                show_preview(previews.preview_exchanges(opened, of_exchanges, *file, cities, choice))
            return
        of_banks = {
            "cities": cities,
            "numbers": {MOBILE: numbers} | ({LANDLINE: landlines} if landlines else {}),
            "exchanges": of_exchanges,
            "choice": choice,
            "frame_key": keys.find_frame_key(),
        }
        if public is not None and value is None:
            line = number_banks.commit_banks(opened, programme_name, name, *file, public=public, **of_banks)
            out.print(t("banks.publish", frame=name, public=public, line=line))
            return
        sealing = {"key": keys.find_key(), "delete_on": delete_on.date(), "accept": accept}
        drawing = {"public": public, "value": value}
        imported = number_banks.import_banks(opened, programme_name, name, *file, **of_banks, **sealing, **drawing)
    _say_frame(imported)
    out.print(t("banks.without_line" if public is None else "banks.with_line", frame=name))


@commands.command("prove-banks", cls=Command, help=t("cli.frame.prove_banks.help"))
def frame_prove_banks(
    name: Annotated[str, typer.Argument(help=t("cli.sample.frame"))],
    folder: Annotated[Path, typer.Option("--out", help=t("cli.draw_proof.out"))],
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    opened, programme_name = opened_for(store, as_, programme)
    secrets = {"key": keys.find_key(), "frame_key": keys.find_frame_key()}
    write_proof(master.master_proof(opened, programme_name, name, **secrets), folder)
    out.print(t("banks.proof_written", folder=str(folder), frame=name))


@commands.command("verify-banks", cls=Command, help=t("cli.frame.verify_banks.help"))
def frame_verify_banks(
    folder: Annotated[Path, typer.Argument(help=t("cli.verify_draw.folder"))],
    published: Annotated[str | None, typer.Option(help=t("cli.verify_draw.published"), show_default=False)] = None,
) -> None:
    record, verification, lines = master.verify_master_folder(folder, published=published)
    out.print(t("banks.lines", count=lines))
    for words in sample_words.verification_lines(verification, t):
        out.print(words)
    if not verification.holds:
        raise Fault(key="cli.verify_draw.fails", wave=record.plan.frame)
    out.print(t("banks.holds", frame=record.plan.frame, value=record.value, public=record.plan.public))


@commands.command("list", cls=Command, help=t("cli.frame.list.help"))
def frame_list(programme: ProgrammeOption = None, store: StoreOption = None, as_: AsOption = None) -> None:
    opened = opened_as(store, as_)
    for row in frames.frame_list(opened, programme_of(opened, programme)).to_dict("records"):
        out.print(t("cli.frame.line", **{c: row[c] for c in ("frame", "version", "units", "file", "digest")}))


def _say_frame(imported: frames.ImportedFrame) -> None:
    say_recognised(imported.notes)
    for finding in imported.findings:
        out.print(t(finding.key, **finding.values))
    counts = {"units": imported.units, "strata": imported.strata, "numbers": imported.numbers}
    outcome = t(f"outcome.{imported.outcome}")
    out.print(t("cli.frame.imported", frame=imported.frame, version=imported.version, outcome=outcome, **counts))
