"""Commands that look at a league from another side: an index with other weights, measures side by side."""

from pathlib import Path
from typing import Annotated

import typer

from commands.opening import opened_for
from commands.speaking import (
    AsOption,
    Command,
    CsvOption,
    ProgrammeOption,
    StoreOption,
    ending_in,
    out,
    print_table,
    t,
    write,
)
from presentation import terminal
from presentation.evidence import moved_weights as said
from presentation.evidence import side_by_side
from service.figures.moved_weights import WITHIN, read_moved_weights
from service.figures.side_by_side import read_side_by_side
from service.files.write import csv_bytes

commands = typer.Typer()


@commands.command(cls=Command, help=t("cli.move_weights.help"))
def move_weights(
    wave: Annotated[str | None, typer.Option(help=t("cli.league.wave"), show_default=False)] = None,
    measure: Annotated[str | None, typer.Option(help=t("cli.move_weights.measure"), show_default=False)] = None,
    group: Annotated[str | None, typer.Option("--league", help=t("cli.league.league"), show_default=False)] = None,
    within: Annotated[float, typer.Option(help=t("cli.move_weights.within"))] = WITHIN,
    csv: Annotated[
        Path | None, typer.Option(help=t("cli.move_weights.csv"), show_default=False, callback=ending_in(".csv"))
    ] = None,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Print how the ranks of an index move when its weights do, or write each area's ranks to a file."""
    opened, programme_name = opened_for(store, as_, programme)
    moved = read_moved_weights(opened, programme_name, wave=wave, measure=measure, league=group, within=within)
    rows = said.area_rows(moved, t)
    if csv is not None:
        write(csv, csv_bytes(rows, simulated=moved.league.programme.simulated))
        return
    print_table(said.title(moved, t), terminal.words_table(rows), [], said.headline(moved, t))
    out.print()
    print_table(t("moved.single"), terminal.words_table(said.single_rows(moved, t)), said.notes(moved, t))


@commands.command(cls=Command, help=t("cli.beside.help"))
def beside(
    wave: Annotated[str | None, typer.Option(help=t("cli.league.wave"), show_default=False)] = None,
    group: Annotated[str | None, typer.Option("--league", help=t("cli.league.league"), show_default=False)] = None,
    measure: Annotated[list[str] | None, typer.Option(help=t("cli.beside.measure"), show_default=False)] = None,
    csv: CsvOption = None,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Print several measures of a league side by side, or write them to a file."""
    opened, programme_name = opened_for(store, as_, programme)
    figures = read_side_by_side(opened, programme_name, wave=wave, league=group, measures=tuple(measure or ()))
    rows = side_by_side.rows(figures, t)
    if csv is not None:
        write(csv, csv_bytes(rows, simulated=figures.programme.simulated))
        return
    print_table(side_by_side.title(figures, t), terminal.words_table(rows), side_by_side.notes(figures, t))
