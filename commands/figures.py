"""Commands that compute and show figures: weights, estimates, comparisons, leagues, and what they rest on."""

from pathlib import Path
from typing import Annotated

import typer

from accountability.league import ALL
from commands.opening import opened_as, opened_for, programme_of
from commands.speaking import (
    LANGUAGE,
    AsOption,
    Command,
    CsvOption,
    ProgrammeOption,
    SeedOption,
    StoreOption,
    compute,
    out,
    print_table,
    t,
    write,
)
from presentation import league_table, terminal
from presentation import screen as said
from presentation import weights as weight_words
from presentation.area.sentences import area_sentence
from presentation.definitions import definition_text
from presentation.detection import detection_note, detection_rows
from presentation.factors import factor_notes, factors_csv, shown_factors
from presentation.league_notes import league_notes
from presentation.rules import rule_notes
from presentation.times import wave_text, window_text
from service.fieldwork.calls import OPEN
from service.figures import waves
from service.figures.comparable import NEVER, regular_of_wave
from service.figures.detection import detection
from service.figures.factors import read_factors
from service.figures.league import newest_wave, read_league
from service.figures.screen import read_screen
from service.figures.weighing import read_weights
from service.intake import imports
from service.store.engine import Store
from service.store.runs import run_text
from words import Fault

commands = typer.Typer()


@commands.command(cls=Command, help=t("cli.weights.help"))
def weights(
    wave: Annotated[str | None, typer.Argument(help=t("cli.weights.wave"), show_default=False)] = None,
    csv: Annotated[Path | None, typer.Option(help=t("cli.weights.csv"), show_default=False)] = None,
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
    """Estimate one wave, or all of them."""
    opened, programme_name = opened_for(store, as_, programme)
    for wave_name in [wave] if wave else _waves(opened, programme_name):
        what = wave_text(imports.check_wave_name(wave_name), t)
        compute(what, lambda p, w=wave_name: waves.estimate_wave(opened, programme_name, w, seed=seed, progress=p))
        _compare_regularly(opened, programme_name, wave_name, seed)


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
        return
    if len(known_waves) < 2:
        raise Fault(key="compare.one_wave", programme=programme_name, found=known_waves)
    for wave_name in known_waves:
        _compare_regularly(opened, programme_name, wave_name, seed)


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
    xlsx: Annotated[Path | None, typer.Option(help=t("cli.league.xlsx"), show_default=False)] = None,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Print a league's table, write it to a file, or describe one area in a sentence."""
    opened, programme_name = opened_for(store, as_, programme)
    league_figures = read_league(opened, programme_name, wave=wave, measure=measure, league=group, against=against)
    if alone and not league_figures.alone:
        of = (league_figures.runs[waves.ESTIMATE]["run_id"], league_figures.measure.name, league_figures.league)
        compute(wave_text(league_figures.wave, t), lambda p: waves.rank_alone(opened, *of, progress=p))
        league_figures = read_league(opened, programme_name, wave=wave, measure=measure, league=group, against=against)
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
    if area is None and csv is None and xlsx is None:
        title, headline, *notes = league_notes(league_figures, t)
        if against is None:
            screen = read_screen(opened, programme_name, wave=league_figures.wave, measure=measure, league=group)
            headline = t("list.between_sentences").join(
                filter(None, (said.headline(screen, t), said.weak_text(screen, t)))
            )
        headline = f"{wave_text(league_figures.wave, t)} · {headline}"
        if levels and league_figures.against is None:
            raise Fault(key="cli.league.no_levels", wave=league_figures.wave)
        table = (terminal.levels_table if levels else terminal.league_table)(league_figures, t)
        print_table(title, table, [*rule_notes(league_figures, t), *notes], headline)


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


@commands.command(cls=Command, help=t("cli.definitions.help"))
def definitions(programme: ProgrammeOption = None, store: StoreOption = None, as_: AsOption = None) -> None:
    """Print the definition of every measure."""
    opened = opened_as(store, as_)
    current_programme = imports.current_programme(opened, programme_of(opened, programme))[1]
    for name, measure in current_programme.measures.items():
        out.print(f"{name}  {current_programme.measure_names[name][LANGUAGE]}", style="bold")
        out.print(definition_text(current_programme, measure, t))


def _waves(store: Store, programme: str) -> list[str]:
    """All waves of the programme, oldest first; a Fault if there is no such programme."""
    imports.current_programme(store, programme)
    return list(imports.wave_versions(store, programme).wave.unique())
