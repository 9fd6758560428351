"""The command `rankshift`: one sub-command a use case, in the reader's language; a fault is one line, exit code 1."""

import locale
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Annotated

import typer
import typer.core
import typer.rich_utils
from rich.console import Console
from rich.table import Table

from accountability.report import ALL
from sampling import Assumed
from service import backup as backups
from service import (
    doctor,
    guarded_commands,
    imports,
    jobs,
    league_table,
    people,
    sample_words,
    sampling_commands,
    terminal,
    waves,
    weight_words,
    wording,
)
from service.bounds import read_bounded
from service.definitions import definition_text
from service.detection import detection
from service.factors import factors_csv, read_factors, shown_factors
from service.files import csv_bytes
from service.guarded_commands import opened_as, programme_of
from service.league import newest_wave, read_league, run_list
from service.margin_file import census_file
from service.permissions import person
from service.plans import foresee_plan, plan_city
from service.records_file import RecordsFile
from service.runs import code_version, local_time, run_text, run_version
from service.store import STORE_VARIABLE, Store, absolute, shown, store_url
from service.weighing import read_weights
from words import LANGUAGES, Fault, speaker

LANGUAGE_VARIABLE = "RANKSHIFT_LANGUAGE"
REFUSED = 1
WIDEST = 200  # a table keeps its columns whole; a narrow terminal wraps it
ROOT = Path(__file__).parents[1]
GUANGXI = ROOT / "data" / "guangxi"


def chosen_language(arguments: list[str], environment: Mapping[str, str]) -> str:
    """--language, else RANKSHIFT_LANGUAGE, else the machine's: Chinese if its locale is, English otherwise."""
    given = [b for a, b in pairwise(arguments) if a == "--language"]
    given += [a.split("=", 1)[1] for a in arguments if a.startswith("--language=")]
    wanted = (given or [environment.get(LANGUAGE_VARIABLE) or locale.getlocale()[0] or ""])[-1]
    return "zh" if wanted.lower().startswith(("zh", "chinese")) else "en"


# Help texts are read when the module is imported, so the language is chosen here, once.
LANGUAGE = chosen_language(sys.argv, os.environ)
t = speaker(LANGUAGE)
PLAIN = {"highlight": False, "markup": False, "emoji": False}  # names are shown as they are, brackets and all
out, err = Console(soft_wrap=True, **PLAIN), Console(stderr=True, soft_wrap=True, **PLAIN)

typer.rich_utils.OPTIONS_PANEL_TITLE = t("cli.options")
typer.rich_utils.ARGUMENTS_PANEL_TITLE = t("cli.arguments")
typer.rich_utils.COMMANDS_PANEL_TITLE = t("cli.commands")
typer.rich_utils.ERRORS_PANEL_TITLE = t("cli.error")
typer.rich_utils.DEFAULT_STRING = t("cli.default", value="{}")
typer.rich_utils.REQUIRED_LONG_STRING = t("cli.required")


class _Speaking:
    """A command whose --help option is described in the reader's language."""

    def get_help_option(self, ctx):
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = t("cli.help_option")
        return option


class _Command(_Speaking, typer.core.TyperCommand):
    pass


class _Group(_Speaking, typer.core.TyperGroup):
    pass


app = typer.Typer(cls=_Group, no_args_is_help=True, add_completion=False, help=t("cli.help"))

StoreOption = Annotated[str | None, typer.Option("--store", "-s", help=t("cli.store"), show_default=False)]
ProgrammeOption = Annotated[str | None, typer.Option("--programme", "-p", help=t("cli.programme"), show_default=False)]
AsOption = Annotated[
    str | None, typer.Option("--as", envvar=guarded_commands.PERSON_VARIABLE, help=t("cli.as"), show_default=False)
]
SeedOption = Annotated[str, typer.Option(help=t("cli.seed"))]


@app.callback()
def language(language: Annotated[str, typer.Option(help=t("cli.language"), metavar="zh|en")] = LANGUAGE) -> None:
    """The options of every sub-command; the language was read before."""
    if language not in LANGUAGES:
        raise typer.BadParameter(f"{language} ({' | '.join(LANGUAGES)})", param_hint="--language")


@app.command(cls=_Command, help=t("cli.init.help"))
def init(store: StoreOption = None) -> None:
    """Make the store."""
    url = store_url(store)
    Store.create(url)
    out.print(t("cli.init.done", url=shown(url)))


@app.command(cls=_Command, help=t("cli.load.help"))
def load(
    folder: Annotated[Path, typer.Argument(help=t("cli.load.folder"))],
    demo: Annotated[bool, typer.Option("--demo", help=t("cli.load.demo"))] = False,
    store: StoreOption = None,
) -> None:
    """Everything at once: the store, the programme, its waves, estimates and comparisons."""
    files = imports.wave_files(folder)
    init(store)
    if demo:
        people.mark_demo(Store.open(store_url(store)))
    programme = import_programme(folder / "programme.toml", store)
    if (folder / imports.MARGINS).exists():
        import_margins(folder / imports.MARGINS, programme, store)
    for wave, file in files:
        import_wave(wave, file, imports.records_beside(file), programme, store)
    estimate(programme=programme, store=store)
    if len(files) > 1:
        compare(programme=programme, store=store)


@app.command(cls=_Command, help=t("cli.import_programme.help"))
def import_programme(
    file: Annotated[Path, typer.Argument(help=t("cli.import_programme.file"))], store: StoreOption = None
) -> str:
    """Take in a programme; its name."""
    done = imports.import_programme(Store.open(store_url(store)), read_bounded(file), file.name, by=person())
    outcome = t(f"outcome.{done.outcome}")
    out.print(t("cli.imported.programme", programme=done.programme, version=done.version, outcome=outcome))
    return done.programme


@app.command(cls=_Command, help=t("cli.import_margins.help"))
def import_margins(
    file: Annotated[Path, typer.Argument(help=t("cli.import_margins.file"))],
    programme: ProgrammeOption = None,
    store: StoreOption = None,
) -> None:
    """Take in known totals."""
    opened = Store.open(store_url(store))
    done = imports.import_margins(opened, programme_of(opened, programme), read_bounded(file), file.name, by=person())
    period = wording.wave_text(done.wave, t)
    out.print(t("cli.imported.margins", period=period, version=done.version, outcome=t(f"outcome.{done.outcome}")))


@app.command(cls=_Command, help=t("cli.import_wave.help"))
def import_wave(
    wave: Annotated[str, typer.Argument(help=t("cli.import_wave.wave"))],
    file: Annotated[Path, typer.Argument(help=t("cli.import_wave.file"))],
    records: Annotated[Path | None, typer.Option(help=t("cli.import_wave.records"), show_default=False)] = None,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
) -> None:
    """Take in a wave."""
    opened = Store.open(store_url(store))
    name, content = programme_of(opened, programme), read_bounded(file)
    with _working(file.name):
        known = None if records is None else RecordsFile(read_bounded(records), records.name)
        done = imports.import_wave(opened, name, wave, content, file.name, by=person(), records=known)
    shown_wave = wording.wave_text(done.wave, t)
    values = {"wave": shown_wave, "version": done.version, "interviews": done.interviews}
    out.print(t("cli.imported.wave", **values, outcome=t(f"outcome.{done.outcome}")))


@app.command(cls=_Command, help=t("cli.weights.help"))
def weights(
    wave: Annotated[str | None, typer.Argument(help=t("cli.league.wave"), show_default=False)] = None,
    csv: Annotated[Path | None, typer.Option(help=t("cli.weights.csv"), show_default=False)] = None,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
) -> None:
    """Make a wave's weights and show every step, or write them to a file."""
    opened = Store.open(store_url(store))
    name = programme_of(opened, programme)
    each = imports.check_wave_name(wave) if wave else newest_wave(opened, name)
    what = wording.wave_text(each, t)
    _compute(what, lambda p: waves.weigh_wave(opened, name, each, by=person(), progress=p))
    found = read_weights(opened, name, each)
    if csv is not None:
        _write(csv, found.csv())
        return
    _print(weight_words.title(found, t), terminal.words_table(weight_words.step_rows(found, t)), [])
    for step in found.weighting.steps:
        table = terminal.words_table(weight_words.detail_rows(found, step, t))
        out.print()
        _print(t(f"weights.step.{step.name}"), table, [weight_words.step_note(found, step, t)])
    if found.cost is not None:
        out.print()
        _print(t("weights.cost"), terminal.words_table(weight_words.cost_rows(found, t)), [t("weights.note.cost")])
    if len(found.extremes):
        _print(t("weights.heaviest"), terminal.words_table(weight_words.extreme_rows(found, t)), [])
    out.print()
    for note in [weight_words.extreme_note(found, t), *weight_words.notes(found, t), run_text(found.run, t)]:
        out.print(note, style="dim")


@app.command(cls=_Command, help=t("cli.estimate.help"))
def estimate(
    wave: Annotated[str | None, typer.Argument(help=t("cli.import_wave.wave"), show_default=False)] = None,
    programme: ProgrammeOption = None,
    seed: SeedOption = waves.SEED,
    store: StoreOption = None,
) -> None:
    """Estimate one wave, or all."""
    opened = Store.open(store_url(store))
    name = programme_of(opened, programme)
    for each in [wave] if wave else _waves(opened, name):
        what = wording.wave_text(imports.check_wave_name(each), t)
        _compute(what, lambda p, w=each: waves.estimate_wave(opened, name, w, by=person(), seed=seed, progress=p))


@app.command(cls=_Command, help=t("cli.compare.help"))
def compare(
    before: Annotated[str | None, typer.Argument(help=t("cli.compare.before"), show_default=False)] = None,
    after: Annotated[str | None, typer.Argument(help=t("cli.compare.after"), show_default=False)] = None,
    programme: ProgrammeOption = None,
    seed: SeedOption = waves.SEED,
    store: StoreOption = None,
) -> None:
    """Compare two waves, or all neighbours."""
    if (before is None) != (after is None):
        raise typer.BadParameter(t("cli.compare.both"))
    opened = Store.open(store_url(store))
    name = programme_of(opened, programme)
    known = _waves(opened, name)
    plan = imports.current_programme(opened, name)[1]
    pairs = [(before, after)] if before and after else list(pairwise(known))
    if not pairs:
        raise Fault(key="compare.one_wave", programme=name, found=known)
    for one, two in pairs:
        for each in waves.window(one) + waves.window(two):
            imports.check_wave_name(each)
        what = " → ".join(wording.window_text(w, t) for w in (one, two))
        if before is None and (new := plan.break_between(one, two)) is not None:
            out.print(t("compare.break", before=one, after=two, wave=new, reason=plan.breaks[new]))
            continue
        _compute(
            what, lambda p, a=one, b=two: waves.compare_waves(opened, name, a, b, by=person(), seed=seed, progress=p)
        )


@app.command(cls=_Command, help=t("cli.league.help"))
def league(
    wave: Annotated[str | None, typer.Option(help=t("cli.league.wave"), show_default=False)] = None,
    measure: Annotated[str | None, typer.Option(help=t("cli.league.measure"), show_default=False)] = None,
    group: Annotated[str | None, typer.Option("--league", help=t("cli.league.league"), show_default=False)] = None,
    against: Annotated[str | None, typer.Option(help=t("cli.league.against"), show_default=False)] = None,
    area: Annotated[str | None, typer.Option(help=t("cli.league.area"), show_default=False)] = None,
    levels: Annotated[bool, typer.Option("--levels", help=t("cli.league.levels"))] = False,
    csv: Annotated[Path | None, typer.Option(help=t("cli.league.csv"), show_default=False)] = None,
    xlsx: Annotated[Path | None, typer.Option(help=t("cli.league.xlsx"), show_default=False)] = None,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Print a league's table, or write it to a file, or say one area in a sentence."""
    opened = opened_as(store, as_)
    name = programme_of(opened, programme)
    found = read_league(opened, name, wave=wave, measure=measure, league=group, against=against)
    if area is not None:
        if area not in found.table.index:
            raise Fault(key="cli.league.area_unknown", found=area, wave=found.wave, expected=list(found.table.index))
        out.print(wording.area_sentence(found, area, t))
    for path, content in ((csv, league_table.league_csv), (xlsx, league_table.league_workbook)):
        if path is not None:
            _write(path, content(found, t))
    if area is None and csv is None and xlsx is None:
        title, headline, *notes = league_table.league_notes(found, t)
        headline = f"{wording.wave_text(found.wave, t)} · {headline}"
        if levels and found.against is None:
            raise Fault(key="cli.league.no_levels", wave=found.wave)
        _print(title, (terminal.levels if levels else terminal.league)(found, t), notes, headline)


@app.command(cls=_Command, help=t("cli.power.help"))
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
    designs, needed = wording.detection_rows(found, seen, t)
    title = t("notes.table", programme=found.plan.title, measure=found.plan.measure_names[found.measure.name])
    _print(title, terminal.words_table(designs), [], t("detection.title"))
    _print("", terminal.words_table(needed), [wording.detection_note(seen, t)])


@app.command(cls=_Command, help=t("cli.factors.help"))
def factors(
    wave: Annotated[str | None, typer.Option(help=t("cli.league.wave"), show_default=False)] = None,
    table: Annotated[str | None, typer.Option(help=t("cli.factors.table"), show_default=False)] = None,
    area: Annotated[str, typer.Option(help=t("cli.factors.area"))] = ALL,
    csv: Annotated[Path | None, typer.Option(help=t("cli.league.csv"), show_default=False)] = None,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Print what people named, or write it to a file."""
    opened = opened_as(store, as_)
    found = read_factors(opened, programme_of(opened, programme), wave=wave, name=table, area=area)
    if csv is not None:
        _write(csv, factors_csv(found, t))
        return
    title = t("notes.table", programme=found.plan.title, measure=found.plan.factors[found.name].name)
    where = t("factors.everybody") if area == ALL else found.plan.areas[area].name[LANGUAGE]
    headline = f"{wording.wave_text(found.wave, t)} · {where}"
    _print(title, terminal.words_table(shown_factors(found, t)), wording.factor_notes(found, t), headline)


@app.command(cls=_Command, help=t("cli.definitions.help"))
def definitions(programme: ProgrammeOption = None, store: StoreOption = None) -> None:
    """Say what every measure is."""
    opened = Store.open(store_url(store))
    plan = imports.current_programme(opened, programme_of(opened, programme))[1]
    for name, measure in plan.measures.items():
        out.print(f"{name}  {plan.measure_names[name][LANGUAGE]}", style="bold")
        out.print(definition_text(plan, measure, t))


@app.command(cls=_Command, help=t("cli.refresh.help"))
def refresh(
    programme: ProgrammeOption = None,
    background: Annotated[bool, typer.Option("--background", help=t("cli.refresh.background"))] = False,
    store: StoreOption = None,
) -> None:
    """Compute all that is out of date, in a process of its own."""
    opened = Store.open(store_url(store))
    name = programme_of(opened, programme)
    job = jobs.start(opened, jobs.REFRESH, name, by=person())
    out.print(t("cli.refresh.started", job=job))
    if background:
        return
    with err.status("") as status:
        try:
            while (now := jobs.newest_job(opened, name))["finished"] is None:
                status.update(jobs.job_text(now, t))
                time.sleep(jobs.BEAT)
        except KeyboardInterrupt:
            out.print(t("cli.refresh.goes_on", job=job))
            return
    out.print(jobs.job_text(now, t))
    if now["state"] != jobs.DONE:
        raise typer.Exit(REFUSED)


@app.command(name="jobs", cls=_Command, help=t("cli.jobs.help"))
def list_jobs(
    cancel: Annotated[int | None, typer.Option(help=t("cli.jobs.cancel"), show_default=False)] = None,
    store: StoreOption = None,
) -> None:
    """List the jobs, or cancel one."""
    opened = Store.open(store_url(store))
    if cancel is not None:
        jobs.cancel(opened, cancel)
        out.print(t("cli.jobs.cancelled", job=cancel))
        return
    for job in jobs.job_list(opened).to_dict("records"):
        out.print(jobs.job_text(job, t))


@app.command(cls=_Command, help=t("cli.runs.help"))
def runs(store: StoreOption = None) -> None:
    """List the runs."""
    for run in run_list(Store.open(store_url(store))).to_dict("records"):
        late = f"  [{t('column.outdated')}]" if run["outdated"] else ""
        out.print(run_text(run, t) + late)


@app.command(name="imports", cls=_Command, help=t("cli.imports.help"))
def list_imports(store: StoreOption = None) -> None:
    """List the imports."""
    for row in imports.import_log(Store.open(store_url(store))).to_dict("records"):
        reason = f"  {t(row['fault'], **row['fault_values'])}" if row["fault"] else ""
        line = f"{local_time(row['at'])}  {row['wave'] or row['programme']}  {row['file']}  "
        out.print(line + t(f"outcome.{row['outcome']}") + reason)


@app.command(cls=_Command, help=t("cli.rerun.help"))
def rerun(run: Annotated[int, typer.Argument(help=t("cli.rerun.run"))], store: StoreOption = None) -> None:
    """Compute a run again."""
    opened = Store.open(store_url(store))
    with _working(str(run)) as progress:
        differing = waves.rerun(opened, run, progress=progress)
    if differing:
        for each in differing:
            out.print(each.text(t))
        if (made := run_version(opened, run)) != code_version():
            out.print(t("rerun.code", run=run, found=made, expected=code_version()))
        raise Fault(key="cli.rerun.differs", run=run, tables=[each.table for each in differing])
    out.print(t("cli.rerun.same", run=run))


@app.command(cls=_Command, help=t("cli.backup.help"))
def backup(
    file: Annotated[Path | None, typer.Argument(help=t("cli.backup.file"), show_default=False)] = None,
    store: StoreOption = None,
) -> None:
    """Write the store to one file."""
    file = file or Path(backups.suggested(datetime.now()))
    with _working(str(file)):
        size = backups.backup(Store.open(store_url(store)), file)
    out.print(t("cli.backup.done", file=str(file), size=f"{size / 1e6:,.1f} MB"))


@app.command(cls=_Command, help=t("cli.restore.help"))
def restore(
    file: Annotated[Path, typer.Argument(help=t("cli.restore.file"))],
    replace: Annotated[bool, typer.Option("--replace", help=t("cli.restore.replace"))] = False,
    store: StoreOption = None,
) -> None:
    """Make the store what a backup says."""
    url = store_url(store)
    with _working(str(file)):
        restored = backups.restore(file, url, replace=replace)
    out.print(t("cli.restore.done", file=str(file), url=shown(url)))
    for each in restored.told:
        out.print(t(each.key, **each.values))


@app.command(name="doctor", cls=_Command, help=t("cli.doctor.help"))
def examine(store: StoreOption = None) -> None:
    """Look at versions, engine, migrations, space and what is out of date."""
    found = doctor.examine(store_url(store))
    for finding in found:
        style = {doctor.BAD: "red", doctor.NOTE: "yellow"}.get(finding.grade)
        out.print(f"[{t(f'doctor.{finding.grade}')}] {t(finding.key, **finding.values)}", style=style)
    if any(finding.grade == doctor.BAD for finding in found):
        raise typer.Exit(REFUSED)


@app.command(cls=_Command, help=t("cli.plan.help"))
def plan(
    city: Annotated[str, typer.Argument(help=t("cli.plan.city"))],
    interviews: Annotated[int, typer.Argument(help=t("cli.plan.interviews"))],
    divisions: Annotated[Path, typer.Option(help=t("cli.plan.divisions"))] = GUANGXI / "divisions.csv",
    population: Annotated[Path, typer.Option(help=t("cli.plan.population"))] = GUANGXI / "population.csv",
    share: Annotated[float, typer.Option(help=t("cli.plan.share"))] = 0.9,
    spread: Annotated[float, typer.Option(help=t("cli.sample.spread"))] = 0.03,
    fall: Annotated[float, typer.Option(help=t("cli.sample.fall"))] = 0.05,
    deff: Annotated[float, typer.Option(help=t("cli.sample.deff"))] = 1.0,
    cost: Annotated[float | None, typer.Option(help=t("cli.sample.cost"), show_default=False)] = None,
    csv: Annotated[Path | None, typer.Option(help=t("cli.league.csv"), show_default=False)] = None,
) -> None:
    """Spread a city's interviews over its townships."""
    files = {"divisions_file": divisions.name, "population_file": population.name}
    made = plan_city(read_bounded(divisions), read_bounded(population), city, interviews, p=share, **files)
    if csv is not None:
        _write(csv, csv_bytes(made.townships))
        return
    title = t("cli.plan.title", city=made.city_name, count=len(made.townships), interviews=interviews)
    _print(title, terminal.plan(made, t), [t(key, **values) for key, values in made.notes])
    assumed = Assumed(share, spread, fall, deff)
    seen = foresee_plan(made, assumed, cost=cost)
    table, note = sample_words.power_rows(seen, assumed, t), sample_words.power_note(seen, assumed, t)
    _print(t("sample.power"), terminal.words_table(table), [note])
    if seen.cost is not None:
        out.print(t("cli.plan.cost", cost=seen.cost))


@app.command(cls=_Command, help=t("cli.margins.help"))
def margins(
    city: Annotated[str, typer.Argument(help=t("cli.plan.city"))],
    csv: Annotated[Path, typer.Option(help=t("cli.margins.csv"), show_default=False)],
    ages: Annotated[str, typer.Option(help=t("cli.margins.ages"))] = "18-29,30-39,40-49,50-59,60-70",
    margin: Annotated[str, typer.Option(help=t("cli.margins.margin"))] = "sex*age_group,county*urban",
    population: Annotated[Path, typer.Option(help=t("cli.plan.population"))] = GUANGXI / "population.csv",
    period: Annotated[str, typer.Option(help=t("cli.margins.period"))] = "2020",
) -> None:
    """Write a city's known totals from the census, and say what had to be assumed."""
    made = census_file(read_bounded(population), population.name, city, ages.split(","), margin.split(","), period)
    _write(csv, made.content)
    for key, values in made.notes:
        out.print(t(key, **values), style="dim")


@app.command(cls=_Command, help=t("cli.serve.help"))
def serve(
    store: StoreOption = None, port: Annotated[int | None, typer.Option(help=t("cli.serve.port"))] = None
) -> None:
    """Start the pages."""
    url = store_url(store)
    if password := people.first_administrator(Store.open(url)):
        out.print(t("cli.serve.first", name=people.FIRST, password=password))
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py")]
    command += ["--server.port", str(port)] if port else []
    environment = {**os.environ, STORE_VARIABLE: absolute(url), LANGUAGE_VARIABLE: LANGUAGE}
    try:
        raise typer.Exit(subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode)
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


@app.command(cls=_Command, help=t("cli.purge.help"))
def purge(store: StoreOption = None) -> None:
    """Delete the numbers whose day has come."""
    guarded_commands.purge(Store.open(store_url(store)), t, out.print)


@app.command(name="draw-proof", cls=_Command, help=t("cli.draw_proof.help"))
def draw_proof(
    wave: Annotated[str, typer.Argument(help=t("cli.import_wave.wave"))],
    folder: Annotated[Path, typer.Option("--out", help=t("cli.draw_proof.out"))],
    programme: ProgrammeOption = None,
    store: StoreOption = None,
) -> None:
    """Write a draw's proof to a folder."""
    opened = Store.open(store_url(store))
    sampling_commands.write_proof(opened, programme_of(opened, programme), wave, folder, t, out.print)


@app.command(name="verify-draw", cls=_Command, help=t("cli.verify_draw.help"))
def verify_draw(
    folder: Annotated[Path, typer.Argument(help=t("cli.verify_draw.folder"))],
    published: Annotated[str | None, typer.Option(help=t("cli.verify_draw.published"), show_default=False)] = None,
) -> None:
    """Draw again from a proof's files, without a store."""
    sampling_commands.check_proof(folder, published, t, out.print)


def _print(title: str, table: Table, notes: list[str], headline: str = "") -> None:
    """A title, its table with every column whole, and the notes below."""
    out.print(title, style="bold")
    if headline:
        out.print(headline)
    Console(width=WIDEST, **PLAIN).print(table)
    for note in notes:
        out.print(note, style="dim")


for _name, _group in guarded_commands.groups(t, out.print, _Command, _Group).items():
    app.add_typer(_group, name=_name)
for _name, _group in sampling_commands.groups(t, out.print, _print, _Command, _Group).items():
    app.add_typer(_group, name=_name)


def main() -> None:
    """Run the command; a fault is one line on standard error and exit code 1."""
    try:
        app()
    except Fault as fault:
        err.print(t(fault.key, **fault.values), style="red")
        sys.exit(REFUSED)


def _waves(store: Store, programme: str) -> list[str]:
    imports.current_programme(store, programme)
    return list(imports.wave_versions(store, programme).wave.unique())


def _write(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        raise Fault(key="file.unreadable", file=str(file), problem=error.strerror) from error
    out.print(t("cli.written", file=str(file)))


@contextmanager
def _working(what: str):
    """A spinner on standard error that says what is being computed; yields what to call with the next step."""
    with err.status(t("cli.working", what=what)) as status:
        yield lambda step: status.update(t("cli.working", what=f"{what} · {step}"))


def _compute(what: str, use_case: Callable[..., waves.Computed]) -> None:
    with _working(what) as progress:
        done = use_case(progress)
    out.print(t("cli.repeated" if done.repeated else "cli.computed", what=what, run=done.run_id))
    if done.unanswered:
        out.print(t("cli.unanswered", names=list(done.unanswered)))
