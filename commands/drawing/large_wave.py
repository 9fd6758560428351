"""The command on a wave too large for memory: estimate it from the sums that an engine computes of its file."""

from pathlib import Path
from typing import Annotated

import typer

from commands.speaking import LANGUAGE, Command, SeedOption, ending_in, out, print_table, t, working, write
from presentation import terminal
from presentation.notes import simulated_mark
from presentation.samples.large_wave import measure_rows
from presentation.times import wave_text
from programme.survey import read_programme
from service.files.bounds import read_bounded
from service.files.write import csv_bytes
from service.store.names import name_of

EMBEDDED = "duckdb://"

commands = typer.Typer()


@commands.command("large-wave", cls=Command, help=t("cli.large_wave.help"))
def large_wave(
    programme: Annotated[Path, typer.Argument(help=t("cli.large_wave.programme"))],
    interviews: Annotated[Path, typer.Argument(help=t("cli.large_wave.interviews"))],
    wave: Annotated[str, typer.Option(help=t("cli.import_wave.wave"))],
    csv: Annotated[
        Path | None, typer.Option(help=t("cli.large_wave.csv"), show_default=False, callback=ending_in(".csv"))
    ] = None,
    seed: SeedOption = "rankshift",
    engine: Annotated[str, typer.Option(help=t("cli.large_frame.engine"))] = EMBEDDED,
) -> None:
    """Estimate a wave in a Parquet file from sums."""
    from service.drawing import lake, large_waves  # imported here, so that no other command waits for the engine

    declared = read_programme(read_bounded(programme), name_of(programme))
    with working(name_of(interviews)) as progress:
        opened = large_waves.opened_wave(lake.open_lake(engine), declared, wave, interviews)
        figures = large_waves.figures(large_waves.estimate_large(opened, seed=seed, progress=progress))
    if csv is not None:
        write(csv, csv_bytes(figures, simulated=declared.simulated))
        return
    out.print(f"{simulated_mark(declared, t)}{declared.title[LANGUAGE]} · {wave_text(wave, t)}", style="bold")
    for name in [name for name in declared.measures if (figures.measure == name).any()]:
        rows = measure_rows(figures, declared, name, t)
        print_table(declared.measure_names[name][LANGUAGE], terminal.words_table(rows, words=3), [])
        out.print()
    out.print(t("cli.large_wave.level", level=declared.level))
