"""Commands that compute: weights, estimates, comparisons, and what a comparison could detect."""

from pathlib import Path
from typing import Annotated

import typer

from commands.opening import opened_as, opened_for, programme_of
from commands.speaking import (
    AsOption,
    Command,
    ProgrammeOption,
    SeedOption,
    StoreOption,
    compute,
    ending_in,
    out,
    print_table,
    t,
    write,
)
from presentation import terminal
from presentation import weights as weight_words
from presentation.detection import detection_note, detection_rows
from presentation.times import wave_text, window_text
from programme.wave_names import parts_of_wave
from service.fieldwork.calls import OPEN
from service.figures import waves
from service.figures.comparable import NEVER, regular_of_wave
from service.figures.consequences import keep_boards
from service.figures.detection import detection
from service.figures.league import newest_wave, read_league
from service.figures.regular import annual_steps, rolling_steps
from service.figures.weighing import read_weights
from service.intake import imports
from service.store.engine import Store
from service.store.runs import run_text
from words import Fault

commands = typer.Typer()


@commands.command(cls=Command, help=t("cli.weights.help"))
def weights(
    wave: Annotated[str | None, typer.Argument(help=t("cli.weights.wave"), show_default=False)] = None,
    csv: Annotated[
        Path | None, typer.Option(help=t("cli.weights.csv"), show_default=False, callback=ending_in(".csv"))
    ] = None,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Compute a wave's weights, and show every step or write them to a file."""
    opened, programme_name = opened_for(store, as_, programme)
    wave_name = imports.check_wave_name(wave) if wave else newest_wave(opened, programme_name)
    what = wave_text(wave_name, t)
    compute(what, lambda p: waves.weigh_wave(opened, programme_name, wave_name, progress=p))
    wave_weights = read_weights(opened, programme_name, wave_name)
    if csv is not None:
        write(csv, wave_weights.csv())
        return
    print_table(weight_words.title(wave_weights, t), terminal.words_table(weight_words.step_rows(wave_weights, t)), [])
    for step in wave_weights.weighting.steps:
        table = terminal.words_table(weight_words.detail_rows(wave_weights, step, t))
        out.print()
        print_table(t(f"weights.step.{step.name}"), table, [weight_words.step_note(wave_weights, step, t)])
    if wave_weights.cost is not None:
        out.print()
        print_table(
            t("weights.cost"), terminal.words_table(weight_words.cost_rows(wave_weights, t)), [t("weights.note.cost")]
        )
    if len(wave_weights.extremes):
        print_table(t("weights.heaviest"), terminal.words_table(weight_words.extreme_rows(wave_weights, t)), [])
    out.print()
    for note in [
        weight_words.extreme_note(wave_weights, t),
        *weight_words.notes(wave_weights, t),
        run_text(wave_weights.run, t),
    ]:
        out.print(note, style="dim")


@commands.command(cls=Command, help=t("cli.estimate.help"))
def estimate(
    wave: Annotated[str | None, typer.Argument(help=t("cli.import_wave.wave"), show_default=False)] = None,
    programme: ProgrammeOption = None,
    seed: SeedOption = waves.SEED,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Estimate one wave, or all of them; of a survey by quarters or months, a year is judged by its annual rules."""
    opened, programme_name = opened_for(store, as_, programme)
    if wave in {parts_of_wave(name)[0] for name in _waves(opened, programme_name)} - {*_waves(opened, programme_name)}:
        compute(wave_text(wave, t), lambda p: waves.judge_year(opened, programme_name, wave, seed=seed, progress=p))
        keep_boards(opened, programme_name)
        return
    for wave_name in [wave] if wave else _waves(opened, programme_name):
        what = wave_text(imports.check_wave_name(wave_name), t)
        compute(what, lambda p, w=wave_name: waves.estimate_wave(opened, programme_name, w, seed=seed, progress=p))
        _compare_regularly(opened, programme_name, wave_name, seed)
        for period, judge in (
            *annual_steps(opened, programme_name, wave_name, seed=seed),
            *rolling_steps(opened, programme_name, wave_name, seed=seed),
        ):
            compute(window_text(period, t), judge)
    keep_boards(opened, programme_name)


@commands.command(cls=Command, help=t("cli.compare.help"))
def compare(
    before: Annotated[str | None, typer.Argument(help=t("cli.compare.before"), show_default=False)] = None,
    after: Annotated[str | None, typer.Argument(help=t("cli.compare.after"), show_default=False)] = None,
    programme: ProgrammeOption = None,
    seed: SeedOption = waves.SEED,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Compare two waves, or every wave with the one before it and with that of the same period last year."""
    if (before is None) != (after is None):
        raise typer.BadParameter(t("cli.compare.both"))
    opened, programme_name = opened_for(store, as_, programme)
    known_waves = _waves(opened, programme_name)
    if before and after:
        for wave_name in waves.window(before) + waves.window(after):
            imports.check_wave_name(wave_name)
        what = " → ".join(window_text(w, t) for w in (before, after))
        compute(what, lambda p: waves.compare_waves(opened, programme_name, before, after, seed=seed, progress=p))
        keep_boards(opened, programme_name)
        return
    if len(known_waves) < 2:
        if not known_waves:
            raise Fault(key="wave.none", programme=programme_name)
        raise Fault(key="compare.one_wave", programme=programme_name, found=known_waves)
    for wave_name in known_waves:
        _compare_regularly(opened, programme_name, wave_name, seed)
    keep_boards(opened, programme_name)


@commands.command(cls=Command, help=t("cli.power.help"))
def power(
    wave: Annotated[str | None, typer.Option(help=t("cli.league.wave"), show_default=False)] = None,
    measure: Annotated[str | None, typer.Option(help=t("cli.league.measure"), show_default=False)] = None,
    group: Annotated[str | None, typer.Option("--league", help=t("cli.league.league"), show_default=False)] = None,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Print which changes each comparison can detect in a league, and how many interviews a given change needs."""
    opened = opened_as(store, as_)
    league_figures = read_league(opened, programme_of(opened, programme), wave=wave, measure=measure, league=group)
    detectable = detection(league_figures)
    designs, needed = detection_rows(league_figures, detectable, t)
    title = t(
        "notes.table",
        programme=league_figures.programme.title,
        measure=league_figures.programme.measure_names[league_figures.measure.name],
    )
    print_table(title, terminal.words_table(designs), [], t("detection.title"))
    print_table("", terminal.words_table(needed), [detection_note(detectable, t)])


def _compare_regularly(opened: Store, programme_name: str, wave: str, seed: str) -> None:
    """Make the regular comparisons of a wave; say of one that can never be made, or not yet, why it is left out."""
    for comparison in regular_of_wave(opened, programme_name, wave):
        ends = comparison.before, comparison.after
        what = " → ".join(wave_text(end, t) for end in ends)
        try:
            compute(
                what, lambda p, ends=ends: waves.compare_waves(opened, programme_name, *ends, seed=seed, progress=p)
            )
        except Fault as fault:
            if fault.key not in (*NEVER, OPEN):
                raise
            out.print(t(fault.key, **fault.values))


def _waves(store: Store, programme: str) -> list[str]:
    """All waves of the programme, oldest first; a Fault if there is no such programme, or none of its waves."""
    imports.current_programme(store, programme)
    if not (names := list(imports.wave_versions(store, programme).wave.unique())):
        raise Fault(key="wave.none", programme=programme)
    return names
