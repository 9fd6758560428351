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
from presentation.quality import listening as listened
from presentation.quality import response as said
from service.files.write import csv_bytes
from service.intake.imports import current_programme
from words import Fault

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


@commands.command(cls=Command, help=t("cli.quality.interviewers.help"))
def interviewers(
    wave: WaveOption = None,
    against: Annotated[str | None, typer.Option(help=t("cli.quality.verdicts"), show_default=False)] = None,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Print the interviewers' part of the errors, and verdicts with and without it."""
    from service.figures.interviewers import read_interviewers

    opened, programme_name = opened_for(store, as_, programme)
    report = read_interviewers(opened, programme_name, wave, against=against)
    if len(report.measures):
        print_table(t("interviewer_report.title"), terminal.words_table(listened.interviewer_rows(report, t)), [])
    if len(report.changes) and len(rows := listened.verdict_rows(report, t)):
        print_table("", terminal.words_table(rows, 2), [])
    for note in listened.interviewer_notes(report, t):
        out.print(note)


@commands.command("relisten", cls=Command, help=t("cli.quality.relisten.help"))
def relisten(
    wave: Annotated[str, typer.Argument(help=t("cli.quality.wave"))],
    draw: Annotated[bool, typer.Option("--draw", help=t("cli.quality.draw"))] = False,
    part: Annotated[float, typer.Option(help=t("cli.quality.part"))] = 0.1,
    seed: Annotated[str | None, typer.Option(help=t("cli.quality.seed"), show_default=False)] = None,
    result: Annotated[list[str] | None, typer.Option(help=t("cli.quality.result"), show_default=False)] = None,
    csv: FileOption = None,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Draw interviews to listen to again, record what was heard, and print the list."""
    from service.fieldwork import relistening

    opened, programme_name = opened_for(store, as_, programme)
    if draw:
        relistening.draw_relistening(opened, programme_name, wave, part=part, seed=seed)
    if result:
        heard = dict(said_result.rpartition("=")[::2] for said_result in result)
        relistening.record_relistening(opened, programme_name, wave, heard)
    sample = relistening.read_relistening(opened, programme_name, wave)
    if sample is None:
        raise Fault(key="relistening.none", wave=wave)
    current = current_programme(opened, programme_name)[1]
    if csv is not None:
        write(csv, csv_bytes(sample.interviews, simulated=current.simulated))
        return
    rows = listened.sample_rows(sample, current, t)
    print_table(t("relistening.title"), terminal.words_table(rows, 5), listened.sample_notes(sample, t))


@commands.command("leave-out", cls=Command, help=t("cli.quality.leave_out.help"))
def leave_out(
    wave: Annotated[str, typer.Argument(help=t("cli.quality.wave"))],
    units: Annotated[list[str] | None, typer.Argument(help=t("cli.quality.units"), show_default=False)] = None,
    reason: Annotated[str, typer.Option(help=t("cli.quality.reason"))] = "",
    back: Annotated[bool, typer.Option("--back", help=t("cli.quality.back"))] = False,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Leave interviews out of a wave, or take all back; print the figures both ways."""
    from service.figures.both_ways import read_both_ways
    from service.intake import left_out

    opened, programme_name = opened_for(store, as_, programme)
    if back:
        left_out.take_back(opened, programme_name, wave, reason)
    elif units:
        left_out.leave_out(opened, programme_name, wave, units, reason)
    both = read_both_ways(opened, programme_name, wave)
    out.print(listened.out_sentence(both, t))
    if not both.without:
        return
    print_table("", terminal.words_table(listened.out_rows(both, t), 4), [])
    print_table(t("both_ways.title"), terminal.words_table(listened.both_rows(both, t), 2), [t("both_ways.note")])
