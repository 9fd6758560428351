"""Commands on bulletins: they are made and kept, listed, written to files again, and compared with today's figures."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from commands.opening import opened_as, opened_for
from commands.speaking import (
    DAY,
    LANGUAGE,
    AsOption,
    Command,
    Group,
    ProgrammeOption,
    StoreOption,
    out,
    t,
    working,
    write,
    write_all,
)
from presentation.bulletin.making import made_again, made_bulletin
from presentation.bulletin.said import again_texts, kept_text, listed_text
from presentation.bulletin.wording import Asked
from presentation.times import wave_text
from service.bulletins.document import KINDS
from service.bulletins.files import ENDINGS, file_bytes, template_bytes
from service.bulletins.keeping import Kept, bulletin_list, read_bulletin
from service.bulletins.since import changes_since
from words import Fault

commands = typer.Typer(cls=Group, no_args_is_help=True, help=t("cli.bulletin.help"))
Kind = Annotated[str, typer.Argument(help=t("cli.bulletin.kind"))]
Number = Annotated[int, typer.Argument(help=t("cli.bulletin.number_kept"))]
Template = Annotated[Path | None, typer.Option(help=t("cli.bulletin.template_file"), show_default=False)]


@commands.command("make", cls=Command, help=t("cli.bulletin.make.help"))
def bulletin_make(
    kind: Kind,
    files: Annotated[list[Path], typer.Argument(help=t("cli.bulletin.files"))],
    wave: Annotated[str | None, typer.Option(help=t("cli.league.wave"), show_default=False)] = None,
    measure: Annotated[str | None, typer.Option(help=t("cli.league.measure"), show_default=False)] = None,
    group: Annotated[str | None, typer.Option("--league", help=t("cli.league.league"), show_default=False)] = None,
    title: Annotated[str | None, typer.Option(help=t("cli.bulletin.title"), show_default=False)] = None,
    issuer: Annotated[str | None, typer.Option(help=t("cli.bulletin.issuer"), show_default=False)] = None,
    number: Annotated[str | None, typer.Option(help=t("cli.bulletin.number"), show_default=False)] = None,
    addressee: Annotated[str | None, typer.Option(help=t("cli.bulletin.addressee"), show_default=False)] = None,
    signature: Annotated[str | None, typer.Option(help=t("cli.bulletin.signature"), show_default=False)] = None,
    copies: Annotated[str | None, typer.Option(help=t("cli.bulletin.copies"), show_default=False)] = None,
    printer: Annotated[str | None, typer.Option(help=t("cli.bulletin.printer"), show_default=False)] = None,
    day: Annotated[
        datetime | None, typer.Option("--date", formats=DAY, help=t("cli.bulletin.date"), show_default=False)
    ] = None,
    template: Template = None,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Make a bulletin, keep it, and write its files."""
    _check(kind, files)
    opened, name = opened_for(store, as_, programme)
    head = {"title": title, "issuer": issuer, "number": number, "addressee": addressee, "printer": printer}
    asked = Asked(day.date() if day else date.today(), **head, signature=signature, copies=copies)
    chosen = {"wave": wave, "measure": measure, "league": group}
    with working(t(f"bulletin.kind.{kind}")):
        kept = made_bulletin(opened, name, kind, asked, t, **chosen)
        contents = _contents(kept, files, template)
    write_all(contents, kept_text(kept, t))


@commands.command("list", cls=Command, help=t("cli.bulletin.list.help"))
def bulletin_list_(programme: ProgrammeOption = None, store: StoreOption = None, as_: AsOption = None) -> None:
    """List the bulletins that are kept, the newest first; those whose figures may have changed are marked."""
    opened, name = opened_for(store, as_, programme)
    kept = bulletin_list(opened, name)
    since = changes_since(opened, name, kept)
    if not kept:
        out.print(t("bulletin.none"))
    for one in kept:
        out.print(listed_text(one, since, t))


@commands.command("again", cls=Command, help=t("cli.bulletin.again.help"))
def bulletin_again(
    number: Number,
    files: Annotated[list[Path] | None, typer.Argument(help=t("cli.bulletin.files"))] = None,
    template: Template = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Write the files of a kept bulletin again, and say whether its figures are still those of today."""
    opened = opened_as(store, as_)
    kept = read_bulletin(opened, number)
    _check(kept.kind, files or [])
    write_all(_contents(kept, files or [], template), kept_text(kept, t))
    with working(wave_text(kept.wave, t)):
        again = made_again(opened, kept)
    for sentence in again_texts(kept, again, t):
        out.print(sentence)


@commands.command("template", cls=Command, help=t("cli.bulletin.template.help"))
def bulletin_template(kind: Kind, file: Annotated[Path, typer.Argument(help=t("cli.bulletin.template_out"))]) -> None:
    """Write out the shipped template of a kind in the language of the command."""
    _check(kind, [])
    content, ending = template_bytes(kind, LANGUAGE)
    if file.suffix.lower() != ending:
        raise Fault(key="cli.other_ending", option=t("cli.bulletin.template_word"), file=str(file), endings=ending)
    write(file, content)


def _check(kind: str, files: list[Path]) -> None:
    """A Fault for a kind of bulletin that there is not, or a kind of file that is not made of it."""
    if kind not in KINDS:
        raise Fault(key="bulletin.kind_unknown", found=kind, expected=KINDS)
    for file in files:
        if file.suffix.lower() not in ENDINGS[kind]:
            endings = " / ".join(ENDINGS[kind])
            raise Fault(key="cli.other_ending", option=t("cli.bulletin.file_word"), file=str(file), endings=endings)


def _contents(kept: Kept, files: list[Path], template: Path | None) -> list[tuple[Path, bytes]]:
    """Each file with its content."""
    office = None
    if template is not None:
        try:
            office = template.read_bytes()
        except OSError as error:
            raise Fault(key="file.unreadable", file=str(template), problem=error.strerror) from error
    named = "" if template is None else str(template)
    try:
        return [(file, file_bytes(kept.document, file.suffix.lower(), office, file=named)) for file in files]
    except Fault as fault:
        if office is not None:
            fault.add_note(t("cli.bulletin.template_way", kind=kept.kind))
        raise
