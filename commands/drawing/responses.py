"""Commands on responses: a file of them is recorded, they are counted, and the wave is made of them."""

from pathlib import Path
from typing import Annotated

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
from commands.opening import opened_for
from commands.speaking import (
    AsOption,
    Command,
    Group,
    ProgrammeOption,
    StoreOption,
    WaveArgument,
    ending_in,
    out,
    print_table,
    t,
    working,
    write_private,
)
from presentation import terminal
from presentation.calling import responses as response_words
from presentation.calling.wave_steps import lacking_lines
from presentation.times import wave_text
from service.fieldwork.answering import making, sheets
from service.fieldwork.answering import responses as use_cases
from service.fieldwork.answering.lacking import lacking_for
from service.files.bounds import read_bounded
from service.files.choice import choice_of
from service.intake.imports import current_programme
from service.intake.preview import preview_records
from service.intake.records_file import RecordsFile
from service.protection import keys
from service.store.engine import Store
from service.store.names import name_of
from words import Fault

commands = typer.Typer(cls=Group, no_args_is_help=True, help=t("cli.responses.help"))


@commands.command("import", cls=Command, help=t("cli.responses.import.help"))
def responses_import(
    wave: WaveArgument,
    file: Annotated[Path, typer.Argument(help=t("cli.responses.file"))],
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
    content, choice = read_bounded(file), choice_of(sheet, encoding, zeros=zeros)
    of_file = (opened, programme_name, wave, content, name_of(file), choice)
    with listing_faults(faults):
        if preview:
            return show_preview(use_cases.preview_responses(*of_file))
        recorded = use_cases.import_responses(*of_file)
    say_recognised(recorded.notes)
    out.print(response_words.import_text(recorded, t))
    _show(opened, programme_name, wave)


@commands.command("sheet", cls=Command, help=t("cli.responses.sheet.help"))
def responses_sheet(
    wave: WaveArgument,
    file: Annotated[Path, typer.Argument(help=t("cli.responses.sheet.file"), callback=ending_in(".xlsx"))],
    interviewer: Annotated[
        str | None, typer.Option(help=t("cli.responses.sheet.interviewer"), show_default=False)
    ] = None,
    numbers: Annotated[str, typer.Option(help=t("cli.responses.sheet.numbers"))] = sheets.NONE,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    opened, programme_name = opened_for(store, as_, programme)
    if numbers not in (sheets.NONE, sheets.MASKED, sheets.WHOLE):
        raise Fault(key="response.sheet_numbers", found=numbers, expected=[sheets.NONE, sheets.MASKED, sheets.WHOLE])
    key = None if numbers == sheets.NONE else keys.find_key()
    options = {"interviewer": interviewer, "numbers": numbers, "key": key}
    write_private(file, sheets.answer_sheet(opened, programme_name, wave, t, **options))
    out.print(t("cli.responses.sheet.written", file=str(file)))
    _say_lacking(opened, programme_name, wave)


@commands.command("show", cls=Command, help=t("cli.responses.show.help"))
def responses_show(
    wave: WaveArgument, programme: ProgrammeOption = None, store: StoreOption = None, as_: AsOption = None
) -> None:
    _show(*opened_for(store, as_, programme), wave)


@commands.command("questions", cls=Command, help=t("cli.responses.questions.help"))
def responses_questions(
    wave: Annotated[str | None, typer.Argument(help=t("cli.responses.questions.wave"), show_default=False)] = None,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    opened, programme_name = opened_for(store, as_, programme)
    questionnaire = current_programme(opened, programme_name)[1].questionnaire
    notes = [response_words.rule_text(questionnaire, t)]
    print_table(t("response.questions"), terminal.words_table(response_words.question_rows(questionnaire, t)), notes)
    if wave is not None:
        _say_lacking(opened, programme_name, wave)


@commands.command("make-wave", cls=Command, help=t("cli.responses.make_wave.help"))
def responses_make_wave(
    wave: WaveArgument,
    records: Annotated[Path | None, typer.Option(help=t("cli.import_wave.records"), show_default=False)] = None,
    records_sheet: Annotated[str | None, sheet_of("records")] = None,
    records_encoding: Annotated[str | None, encoding_of("records")] = None,
    zeros: ZerosOption = False,
    accept: Annotated[
        str | None, typer.Option("--accept-differences", help=t("cli.import_wave.accept"), show_default=False)
    ] = None,
    preview: PreviewOption = False,
    faults: FaultsOption = None,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    opened, programme_name = opened_for(store, as_, programme)
    choice = choice_of(records_sheet, records_encoding, zeros=zeros)
    records_file = None if records is None else RecordsFile(read_bounded(records), name_of(records), choice)
    with listing_faults(faults):
        if preview and records_file is not None:
            return show_preview(preview_records(opened, programme_name, wave, records_file))
        if preview:
            raise Fault(key="response.nothing_to_preview")
        with working(wave):
            made = making.make_wave(opened, programme_name, wave, records=records_file, reason=accept)
    say_recognised(made.notes)
    values = {"wave": wave_text(made.wave, t), "version": made.version, "interviews": made.interviews}
    out.print(t("cli.imported.wave", **values, outcome=t(f"outcome.{made.outcome}")))


def _say_lacking(opened: Store, programme_name: str, wave: str) -> None:
    """What will be missing when the wave is made of its calls and answers."""
    for line in lacking_lines(wave, lacking_for(opened, programme_name, wave), t):
        out.print(line)


def _show(opened: Store, programme_name: str, wave: str) -> None:
    """How many responses there are of each mode and group, in each state."""
    rows, declared = use_cases.responses_of(opened, programme_name, wave), current_programme(opened, programme_name)[1]
    if rows.empty:
        out.print(t("response.none_yet", wave=wave_text(wave, t)))
    else:
        table = terminal.words_table(response_words.count_rows(rows, declared, t))
        print_table(t("response.title"), table, [response_words.rule_text(declared.questionnaire, t)])
