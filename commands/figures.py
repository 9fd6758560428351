"""Commands that show figures: leagues, what respondents named, and the definitions of the measures."""

from pathlib import Path
from typing import Annotated

import typer

from accountability.league.conventions import ALL
from commands.opening import opened_as, opened_for, programme_of
from commands.speaking import (
    LANGUAGE,
    AsOption,
    Command,
    CsvOption,
    ProgrammeOption,
    StoreOption,
    compute,
    ending_in,
    out,
    print_table,
    t,
    write,
)
from presentation import league_table, terminal
from presentation import screen as said
from presentation.area.sentences import area_sentence
from presentation.definitions import definition_text
from presentation.evidence import known_truth
from presentation.evidence.types_of_person import heading, shown_types, type_notes, type_sentence, types_csv
from presentation.factors import factor_notes, factors_csv, shown_factors
from presentation.league_notes import league_notes
from presentation.rules import rule_notes
from presentation.times import wave_text
from service.figures.factors import read_factors
from service.figures.known_truth import read_truth
from service.figures.league import League, read_league
from service.figures.screen import Screen, read_screen
from service.figures.types_of_person import read_types
from service.figures.use_cases import ESTIMATE
from service.intake import imports
from service.store.engine import Store
from words import Fault

commands = typer.Typer()


@commands.command(cls=Command, help=t("cli.league.help"))
def league(
    wave: Annotated[str | None, typer.Option(help=t("cli.league.wave"), show_default=False)] = None,
    measure: Annotated[str | None, typer.Option(help=t("cli.league.measure"), show_default=False)] = None,
    group: Annotated[str | None, typer.Option("--league", help=t("cli.league.league"), show_default=False)] = None,
    against: Annotated[str | None, typer.Option(help=t("cli.league.against"), show_default=False)] = None,
    area: Annotated[str | None, typer.Option(help=t("cli.league.area"), show_default=False)] = None,
    levels: Annotated[bool, typer.Option("--levels", help=t("cli.league.levels"))] = False,
    alone: Annotated[bool, typer.Option("--alone", help=t("cli.league.alone"))] = False,
    csv: CsvOption = None,
    xlsx: Annotated[
        Path | None, typer.Option(help=t("cli.league.xlsx"), show_default=False, callback=ending_in(".xlsx"))
    ] = None,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Print a league's table, write it to a file, or describe one area in a sentence."""
    opened, programme_name = opened_for(store, as_, programme)
    chosen = {"wave": wave, "measure": measure, "league": group}
    whole_table = area is None and csv is None and xlsx is None

    def read() -> tuple[League, Screen | None]:
        """The league, and with the table of the nearest comparison the whole first screen, which says its headline."""
        if not whole_table or against is not None:
            return read_league(opened, programme_name, **chosen, against=against), None
        screen = read_screen(opened, programme_name, **chosen)
        return screen.league, screen

    league_figures, screen = read()
    if alone and not league_figures.alone:
        from service.figures import waves  # imported here: a table that was computed needs nothing that computes

        of = (league_figures.runs[ESTIMATE]["run_id"], league_figures.measure.name, league_figures.league)
        compute(wave_text(league_figures.wave, t), lambda p: waves.rank_alone(opened, *of, progress=p))
        league_figures, screen = read()
    if area is not None:
        if area not in league_figures.table.index:
            raise Fault(
                key="cli.league.area_unknown",
                found=area,
                wave=league_figures.wave,
                expected=list(league_figures.table.index),
            )
        out.print(area_sentence(league_figures, area, t))
    for path, content in ((csv, league_table.league_csv), (xlsx, league_table.league_workbook)):
        if path is not None:
            write(path, content(league_figures, t))
    if whole_table:
        title, headline, *notes = league_notes(league_figures, t)
        if screen is not None:
            headline, notes = said.opening(screen, t), [*said.list_texts(screen, t), *notes]
        headline = f"{wave_text(league_figures.wave, t)} · {headline}"
        if levels and league_figures.against is None:
            raise Fault(key="cli.league.no_levels", wave=league_figures.wave)
        table = (terminal.levels_table if levels else terminal.league_table)(league_figures, t)
        print_table(title, table, [*rule_notes(league_figures, t), *notes], headline)
        _print_truth(opened, league_figures)


def _print_truth(opened: Store, league_figures: League) -> None:
    """Of a simulated survey whose truth is known: who truly moved, beside what is confirmed."""
    truth = read_truth(opened, league_figures)
    if truth is not None and "moved" in truth:
        rows = terminal.words_table(known_truth.rows(league_figures, truth, t))
        print_table(t("truth.title"), rows, [t("truth.note")], known_truth.headline(league_figures, truth, t))


@commands.command(cls=Command, help=t("cli.factors.help"))
def factors(
    wave: Annotated[str | None, typer.Option(help=t("cli.league.wave"), show_default=False)] = None,
    table: Annotated[str | None, typer.Option(help=t("cli.factors.table"), show_default=False)] = None,
    area: Annotated[str, typer.Option(help=t("cli.factors.area"))] = ALL,
    csv: CsvOption = None,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Print what respondents named, or write it to a file."""
    opened = opened_as(store, as_)
    factor_table = read_factors(opened, programme_of(opened, programme), wave=wave, name=table, area=area)
    if csv is not None:
        write(csv, factors_csv(factor_table, t))
        return
    title = t(
        "notes.table",
        programme=factor_table.programme.title,
        measure=factor_table.programme.factors[factor_table.name].name,
    )
    where = t("factors.everybody") if area == ALL else factor_table.programme.areas[area].name[LANGUAGE]
    headline = f"{wave_text(factor_table.wave, t)} · {where}"
    print_table(title, terminal.words_table(shown_factors(factor_table, t)), factor_notes(factor_table, t), headline)


@commands.command(cls=Command, help=t("cli.types.help"))
def types(
    wave: Annotated[str | None, typer.Option(help=t("cli.league.wave"), show_default=False)] = None,
    measure: Annotated[str | None, typer.Option(help=t("cli.league.measure"), show_default=False)] = None,
    area: Annotated[str, typer.Option(help=t("cli.factors.area"))] = ALL,
    csv: CsvOption = None,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Print a measure's figures by type of person, or write them to a file."""
    opened = opened_as(store, as_)
    figures = read_types(opened, programme_of(opened, programme), wave=wave, measure=measure, area=area)
    if csv is not None:
        write(csv, types_csv(figures, t))
        return
    tested = [name for name, kind in figures.kinds.items() if kind.tested]
    notes = [*(type_sentence(figures, name, t) for name in tested), *type_notes(figures, t)]
    print_table(heading(figures, t), terminal.words_table(shown_types(figures, t)), notes, wave_text(figures.wave, t))


@commands.command(cls=Command, help=t("cli.consequences.help"))
def consequences(
    wave: Annotated[str | None, typer.Option(help=t("cli.league.wave"), show_default=False)] = None,
    group: Annotated[str | None, typer.Option("--league", help=t("cli.league.league"), show_default=False)] = None,
    area: Annotated[str | None, typer.Option(help=t("cli.consequences.area"), show_default=False)] = None,
    csv: CsvOption = None,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """List what followed from the verdicts of the last two years, or write it to a file."""
    # imported here: other tables simulate nothing
    from presentation.ladder.board import (
        behind_notes,
        board_csv,
        board_notes,
        board_rows,
        count_sentences,
        headline,
        together_sentences,
    )
    from service.figures.consequences import read_behind, read_consequences

    opened, programme_name = opened_for(store, as_, programme)
    board = read_consequences(opened, programme_name, wave=wave, league=group)
    areas = board.programme.league_areas(board.league)
    if area is not None and area not in areas:
        raise Fault(key="cli.league.area_unknown", found=area, wave=board.waves[-1], expected=areas)
    if csv is not None:
        write(csv, board_csv(board, t))
        return
    rows = board_rows(board, board.listed if area is None else board.of_area(area), t).drop(columns="code")
    rows.columns = [t(f"column.{column}") for column in rows]
    title = f"{board.programme.title[LANGUAGE]} · {board.programme.leagues[board.league][LANGUAGE]}"
    notes = [*behind_notes(read_behind(opened, board.runs), t), *board_notes(board, t)]
    print_table(
        title,
        terminal.words_table(rows, rows.shape[1] - 1),
        [*count_sentences(board, t), *together_sentences(board, t), *notes],
        headline(board, t),
    )


@commands.command(cls=Command, help=t("cli.definitions.help"))
def definitions(programme: ProgrammeOption = None, store: StoreOption = None, as_: AsOption = None) -> None:
    """Print the definition of every measure."""
    opened = opened_as(store, as_)
    current_programme = imports.current_programme(opened, programme_of(opened, programme))[1]
    for name, measure in current_programme.measures.items():
        out.print(f"{name}  {current_programme.measure_names[name][LANGUAGE]}", style="bold")
        out.print(definition_text(current_programme, measure, t))
