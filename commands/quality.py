"""Commands on the quality of fieldwork: who responded, what is conspicuous, what was listened to again."""

from pathlib import Path
from typing import Annotated

import typer

from commands.opening import opened_for
from commands.speaking import (
    AsOption,
    Command,
    Group,
    ProgrammeOption,
    StoreOption,
    ending_in,
    out,
    print_table,
    t,
    write,
)
from presentation import terminal
from presentation.quality import flags as flag_words
from presentation.quality import response as said
from service.files.write import csv_bytes

commands = typer.Typer(cls=Group, no_args_is_help=True, help=t("cli.quality.help"))

WaveOption = Annotated[str | None, typer.Option(help=t("cli.league.wave"), show_default=False)]
FileOption = Annotated[
    Path | None, typer.Option("--csv", help=t("cli.quality.csv"), show_default=False, callback=ending_in(".csv"))
]


@commands.command(cls=Command, help=t("cli.quality.response.help"))
def response(
    wave: WaveOption = None,
    against: Annotated[str | None, typer.Option(help=t("cli.quality.against"), show_default=False)] = None,
    replicates: Annotated[int, typer.Option(help=t("cli.quality.replicates"))] = 0,
    csv: FileOption = None,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Print the report on nonresponse, or write all its figures to a file."""
    from service.figures.response import read_response

    opened, programme_name = opened_for(store, as_, programme)
    report = read_response(opened, programme_name, wave, against=against, replicates=replicates)
    if csv is not None:
        write(csv, csv_bytes(said.report_csv(report), simulated=report.programme.simulated))
        return
    tables = []
    if report.even is not None:
        tables += [("nonresponse.by_variable", said.variable_rows(report, t), 1)]
        tables += [("nonresponse.by_category", said.category_rows(report, t), 2)]
    tables += [("nonresponse.moved", said.moved_rows(report, t), 2)] if len(report.moved) else []
    tables += [("nonresponse.errors", said.error_rows(report, t), 1)] if len(report.errors) else []
    out.print(said.title(report, t), style="bold")
    for sentence in said.headline(report, t):
        out.print(sentence)
    for key, rows, words in tables:
        out.print()
        print_table(t(key), terminal.words_table(rows, words), [])
    if len(report.changes):
        rows = said.error_rows(report, t, changes=True)
        print_table(t("nonresponse.changes", wave=report.against), terminal.words_table(rows), [])
    for note in said.notes(report, t):
        out.print(note)


@commands.command(cls=Command, help=t("cli.quality.flags.help"))
def flags(
    wave: WaveOption = None,
    csv: FileOption = None,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Print the flags of a wave's interviews, or write every test to a file."""
    from service.figures.quality import read_flags

    opened, programme_name = opened_for(store, as_, programme)
    found = read_flags(opened, programme_name, wave)
    if csv is not None:
        write(csv, csv_bytes(flag_words.flags_csv(found.flags), simulated=found.programme.simulated))
        return
    out.print(flag_words.title(found, t), style="bold")
    for sentence in flag_words.headline(found, t):
        out.print(sentence)
    rows, tested = flag_words.flag_rows(found, t), flag_words.usual_rows(found, t)
    if len(rows):
        print_table("", terminal.words_table(rows, 2), [])
    if len(tested):
        print_table(t("flags.tested"), terminal.words_table(tested), [])
    for note in flag_words.notes(found, t):
        out.print(note)
