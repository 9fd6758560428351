"""Commands that compute and show figures: weights, estimates, comparisons, leagues, and what they rest on."""

from itertools import pairwise
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
from presentation import changes, figures, league_table, terminal
from presentation import weights as weight_words
from presentation.definitions import definition_text
from presentation.factors import factors_csv, shown_factors
from service.figures import waves
from service.figures.detection import detection
from service.figures.factors import read_factors
from service.figures.league import newest_wave, read_league
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
    """Make a wave's weights and show every step, or write them to a file."""
    opened, name = opened_for(store, as_, programme)
    each = imports.check_wave_name(wave) if wave else newest_wave(opened, name)
    what = figures.wave_text(each, t)
    compute(what, lambda p: waves.weigh_wave(opened, name, each, progress=p))
    found = read_weights(opened, name, each)
    if csv is not None:
        write(csv, found.csv())
        return
    print_table(weight_words.title(found, t), terminal.words_table(weight_words.step_rows(found, t)), [])
    for step in found.weighting.steps:
        table = terminal.words_table(weight_words.detail_rows(found, step, t))
        out.print()
        print_table(t(f"weights.step.{step.name}"), table, [weight_words.step_note(found, step, t)])
    if found.cost is not None:
        out.print()
        print_table(t("weights.cost"), terminal.words_table(weight_words.cost_rows(found, t)), [t("weights.note.cost")])
    if len(found.extremes):
        print_table(t("weights.heaviest"), terminal.words_table(weight_words.extreme_rows(found, t)), [])
    out.print()
    for note in [weight_words.extreme_note(found, t), *weight_words.notes(found, t), run_text(found.run, t)]:
        out.print(note, style="dim")


@commands.command(cls=Command, help=t("cli.estimate.help"))
def estimate(
    wave: Annotated[str | None, typer.Argument(help=t("cli.import_wave.wave"), show_default=False)] = None,
    programme: ProgrammeOption = None,
    seed: SeedOption = waves.SEED,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Estimate one wave, or all."""
    opened, name = opened_for(store, as_, programme)
    for each in [wave] if wave else _waves(opened, name):
        what = figures.wave_text(imports.check_wave_name(each), t)
        compute(what, lambda p, w=each: waves.estimate_wave(opened, name, w, seed=seed, progress=p))


@commands.command(cls=Command, help=t("cli.compare.help"))
def compare(
    before: Annotated[str | None, typer.Argument(help=t("cli.compare.before"), show_default=False)] = None,
    after: Annotated[str | None, typer.Argument(help=t("cli.compare.after"), show_default=False)] = None,
    programme: ProgrammeOption = None,
    seed: SeedOption = waves.SEED,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Compare two waves, or all neighbours."""
    if (before is None) != (after is None):
        raise typer.BadParameter(t("cli.compare.both"))
    opened, name = opened_for(store, as_, programme)
    known = _waves(opened, name)
    plan = imports.current_programme(opened, name)[1]
    pairs = [(before, after)] if before and after else list(pairwise(known))
    if not pairs:
        raise Fault(key="compare.one_wave", programme=name, found=known)
    for one, two in pairs:
        for each in waves.window(one) + waves.window(two):
            imports.check_wave_name(each)
        what = " → ".join(figures.window_text(w, t) for w in (one, two))
        if before is None and (new := plan.break_between(one, two)) is not None:
            out.print(t("compare.break", before=one, after=two, wave=new, reason=plan.breaks[new]))
            continue
        compute(what, lambda p, a=one, b=two: waves.compare_waves(opened, name, a, b, seed=seed, progress=p))


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
    """Print a league's table, or write it to a file, or say one area in a sentence."""
    opened, name = opened_for(store, as_, programme)
    found = read_league(opened, name, wave=wave, measure=measure, league=group, against=against)
    if alone and not found.alone:
        asked = (found.runs[waves.ESTIMATE]["run_id"], found.measure.name, found.league)
        compute(figures.wave_text(found.wave, t), lambda p: waves.rank_alone(opened, *asked, progress=p))
        found = read_league(opened, name, wave=wave, measure=measure, league=group, against=against)
    if area is not None:
        if area not in found.table.index:
            raise Fault(key="cli.league.area_unknown", found=area, wave=found.wave, expected=list(found.table.index))
        out.print(changes.area_sentence(found, area, t))
    for path, content in ((csv, league_table.league_csv), (xlsx, league_table.league_workbook)):
        if path is not None:
            write(path, content(found, t))
    if area is None and csv is None and xlsx is None:
        title, headline, *notes = league_table.league_notes(found, t)
        headline = f"{figures.wave_text(found.wave, t)} · {headline}"
        if levels and found.against is None:
            raise Fault(key="cli.league.no_levels", wave=found.wave)
        print_table(title, (terminal.levels if levels else terminal.league)(found, t), notes, headline)


@commands.command(cls=Command, help=t("cli.power.help"))
def power(
    wave: Annotated[str | None, typer.Option(help=t("cli.league.wave"), show_default=False)] = None,
    measure: Annotated[str | None, typer.Option(help=t("cli.league.measure"), show_default=False)] = None,
    group: Annotated[str | None, typer.Option("--league", help=t("cli.league.league"), show_default=False)] = None,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """What each comparison can see in a league, and how many interviews would settle a stated move."""
    opened = opened_as(store, as_)
    found = read_league(opened, programme_of(opened, programme), wave=wave, measure=measure, league=group)
    seen = detection(found)
    designs, needed = figures.detection_rows(found, seen, t)
    title = t("notes.table", programme=found.programme.title, measure=found.programme.measure_names[found.measure.name])
    print_table(title, terminal.words_table(designs), [], t("detection.title"))
    print_table("", terminal.words_table(needed), [figures.detection_note(seen, t)])


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
    """Print what people named, or write it to a file."""
    opened = opened_as(store, as_)
    found = read_factors(opened, programme_of(opened, programme), wave=wave, name=table, area=area)
    if csv is not None:
        write(csv, factors_csv(found, t))
        return
    title = t("notes.table", programme=found.programme.title, measure=found.programme.factors[found.name].name)
    where = t("factors.everybody") if area == ALL else found.programme.areas[area].name[LANGUAGE]
    headline = f"{figures.wave_text(found.wave, t)} · {where}"
    print_table(title, terminal.words_table(shown_factors(found, t)), figures.factor_notes(found, t), headline)


@commands.command(cls=Command, help=t("cli.definitions.help"))
def definitions(programme: ProgrammeOption = None, store: StoreOption = None, as_: AsOption = None) -> None:
    """Say what every measure is."""
    opened = opened_as(store, as_)
    plan = imports.current_programme(opened, programme_of(opened, programme))[1]
    for name, measure in plan.measures.items():
        out.print(f"{name}  {plan.measure_names[name][LANGUAGE]}", style="bold")
        out.print(definition_text(plan, measure, t))


def _waves(store: Store, programme: str) -> list[str]:
    imports.current_programme(store, programme)
    return list(imports.wave_versions(store, programme).wave.unique())
