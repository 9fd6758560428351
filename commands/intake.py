"""Commands that import files: programmes, waves, known totals, and a whole survey at once."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from commands.computing import compare, estimate
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
from commands.opening import opened_as, programme_of
from commands.speaking import (
    REFUSED,
    AsOption,
    Command,
    ProgrammeOption,
    StoreOption,
    out,
    print_table,
    t,
    working,
)
from presentation.ladder.edited_rules import fault_rows, preview_notes, preview_rows, preview_title
from presentation.terminal import words_table
from presentation.times import wave_text
from programme.survey import read_programme
from service.demonstration.story import is_story, read_story
from service.figures.league import newest_estimated_wave
from service.figures.publish import publication_list, publish_wave
from service.figures.rules_preview import preview_rules
from service.files.bounds import read_bounded
from service.files.carried import survey_folder
from service.files.choice import choice_of
from service.intake import imports
from service.intake.folder import margins_in, records_beside, wave_files
from service.intake.preview import preview_margins, preview_records, preview_wave
from service.intake.records_file import RecordsFile
from service.intake.rule_editing import check_programme
from service.protection import people
from service.store.engine import Store, shown, store_url
from service.store.names import name_of
from words import Fault

commands = typer.Typer()


@commands.command(cls=Command, help=t("cli.init.help"))
def init(store: StoreOption = None) -> None:
    """Create the store."""
    url = store_url(store)
    Store.create(url)
    out.print(t("cli.init.done", url=shown(url)))


@commands.command(cls=Command, help=t("cli.load.help"))
def load(
    folder: Annotated[Path, typer.Argument(help=t("cli.load.folder"))],
    demo: Annotated[bool, typer.Option("--demo", help=t("cli.load.demo"))] = False,
    store: StoreOption = None,
) -> None:
    """Create the store and import a survey's folder: the programme, its waves, then estimates and comparisons."""
    folder = survey_folder(folder)
    if not folder.is_dir():
        raise Fault(key="file.no_folder", folder=str(folder))
    programme_file, files = folder / "programme.toml", [] if is_story(folder) else wave_files(folder)
    read_programme(read_bounded(programme_file), name_of(programme_file))  # refused here, it leaves no store behind
    init(store)
    if demo:
        people.mark_demo(Store.open(store_url(store)))
    programme = import_programme(programme_file, store=store)
    if margins := margins_in(folder):
        import_margins(margins, programme=programme, store=store)
    for wave, file in files:
        import_wave(wave, file, records_beside(file), programme=programme, store=store)
    if is_story(folder):
        _played(folder, programme, store)
    estimate(programme=programme, store=store)
    if is_story(folder):
        _windows_compared(folder, programme, store)
        _released_to_leaders(programme, store)


def _played(folder: Path, programme: str, store: str | None) -> None:
    """Play the waves of a folder into the store; what was played before is left as it is."""
    from service.demonstration.playing import play  # imported here: loading files needs no draw

    opened = Store.open(store_url(store))
    story = read_story(folder, imports.current_programme(opened, programme)[1])
    with working(t("cli.load.playing")) as progress:
        said = lambda wave: progress(wave_text(wave, t))  # noqa: E731
        waves = play(opened, programme, story, now=datetime.now(UTC), progress=said)
    out.print(t("cli.load.played", waves=len(waves), present=wave_text(story.present[0], t)))


def _windows_compared(folder: Path, programme: str, store: str | None) -> None:
    """Compare the two windows that a played survey names, if it names any."""
    content = imports.current_programme(Store.open(store_url(store)), programme)[1]
    before, after = read_story(folder, content).windows
    if before:
        compare(before, after, programme=programme, store=store)


def _released_to_leaders(programme: str, store: str | None) -> None:
    """Release every wave that was not released before."""
    opened = Store.open(store_url(store))
    before = {publication.wave for publication in publication_list(opened, programme)}
    waves = [wave for wave in imports.wave_versions(opened, programme).wave.unique() if wave not in before]
    for wave in waves:
        publish_wave(opened, programme, wave, judging=wave == waves[-1])


@commands.command(cls=Command, help=t("cli.import_programme.help"))
def import_programme(
    file: Annotated[Path, typer.Argument(help=t("cli.import_programme.file"))],
    check: Annotated[bool, typer.Option("--check", help=t("cli.import_programme.check"))] = False,
    note: Annotated[str, typer.Option(help=t("cli.import_programme.note"), show_default=False)] = "",
    store: StoreOption = None,
    as_: AsOption = None,
) -> str:
    """Import a programme, or only check it; returns its name."""
    opened = opened_as(store, as_)
    if check:
        return _checked(opened, read_bounded(file), name_of(file))
    imported = imports.import_programme(opened, read_bounded(file), name_of(file), note=note)
    outcome = t(f"outcome.{imported.outcome}")
    out.print(t("cli.imported.programme", programme=imported.programme, version=imported.version, outcome=outcome))
    return imported.programme


def _checked(opened: Store, content: bytes, file: str) -> str:
    """List all faults of a programme; without any, what its rules say of the newest wave; returns its name."""
    faults = check_programme(opened, content, file)
    if faults:
        title = t("cli.import_programme.faults", file=file, count=len(faults))
        print_table(title, words_table(fault_rows(faults, t), 2), [])
        raise typer.Exit(REFUSED)
    out.print(t("cli.import_programme.right", file=file))
    name = read_programme(content, file).name
    if name in imports.programme_names(opened) and newest_estimated_wave(opened, name) is not None:
        preview = preview_rules(opened, name, content, file)
        rows = preview_rows(preview, t)
        if not rows.empty:
            print_table(preview_title(preview, t), words_table(rows, len(rows.columns)), preview_notes(preview, t))
    return name


@commands.command(cls=Command, help=t("cli.import_margins.help"))
def import_margins(
    file: Annotated[Path, typer.Argument(help=t("cli.import_margins.file"))],
    sheet: SheetOption = None,
    encoding: EncodingOption = None,
    zeros: ZerosOption = False,
    preview: PreviewOption = False,
    faults: FaultsOption = None,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Import the known totals of a population."""
    opened = opened_as(store, as_)
    name, content = programme_of(opened, programme), read_bounded(file)
    choice = choice_of(sheet, encoding, zeros=zeros)
    with listing_faults(faults):
        if preview:
            return show_preview(preview_margins(opened, name, content, name_of(file), choice))
        imported = imports.import_margins(opened, name, content, name_of(file), choice)
    say_recognised(imported.notes)
    period = wave_text(imported.wave, t)
    out.print(
        t("cli.imported.margins", period=period, version=imported.version, outcome=t(f"outcome.{imported.outcome}"))
    )


@commands.command(cls=Command, help=t("cli.import_wave.help"))
def import_wave(
    wave: Annotated[str, typer.Argument(help=t("cli.import_wave.wave"))],
    file: Annotated[Path, typer.Argument(help=t("cli.import_wave.file"))],
    records: Annotated[Path | None, typer.Option(help=t("cli.import_wave.records"), show_default=False)] = None,
    sheet: SheetOption = None,
    encoding: EncodingOption = None,
    zeros: ZerosOption = False,
    records_sheet: Annotated[str | None, sheet_of("records")] = None,
    records_encoding: Annotated[str | None, encoding_of("records")] = None,
    accept: Annotated[
        str | None, typer.Option("--accept-differences", help=t("cli.import_wave.accept"), show_default=False)
    ] = None,
    preview: PreviewOption = False,
    faults: FaultsOption = None,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Import a wave."""
    opened = opened_as(store, as_)
    programme_name, content = programme_of(opened, programme), read_bounded(file)
    choice = choice_of(sheet, encoding, zeros=zeros)
    records_choice = choice_of(records_sheet, records_encoding, zeros=zeros)
    records_file = None if records is None else RecordsFile(read_bounded(records), name_of(records), records_choice)
    named = {"records": records_file, "choice": choice, "reason": accept}
    if preview:
        with listing_faults(faults):
            if records_file is not None:
                show_preview(preview_records(opened, programme_name, wave, records_file))
            looked = preview_wave(opened, programme_name, wave, content, name_of(file), **named)
            _say_hindrances(opened, programme_name, wave, imported=False)
            return show_preview(looked)
    with listing_faults(faults), working(name_of(file)):
        imported = imports.import_wave(opened, programme_name, wave, content, name_of(file), **named)
    say_recognised(imported.notes)
    shown_wave = wave_text(imported.wave, t)
    values = {"wave": shown_wave, "version": imported.version, "interviews": imported.interviews}
    out.print(t("cli.imported.wave", **values, outcome=t(f"outcome.{imported.outcome}")))
    _say_hindrances(opened, programme_name, wave, imported=True)


def _say_hindrances(opened: Store, programme: str, wave: str, *, imported: bool) -> None:
    """Why a job on the wave would fail as things are."""
    from service.figures.hindrances import hindrances  # imported here: most imports compute nothing

    for hindrance in hindrances(opened, programme, wave, imported=imported):
        out.print(t("wave.hindered", reason=hindrance.sentences), style="yellow")
