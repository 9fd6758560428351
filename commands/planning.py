"""Commands that need no store's figures: a city's plan, its census totals, and the proof of a draw."""

from pathlib import Path
from typing import Annotated, Any

import typer

from commands.speaking import Command, CsvOption, counting, out, print_table, t, write
from presentation import samples, terminal
from sampling import Assumed
from service.drawing.city_plan import foresee_plan, plan_city
from service.files.bounds import read_bounded
from service.files.carried import GUANGXI
from service.files.write import csv_bytes
from service.intake.margin_file import census_file

commands = typer.Typer()


@commands.command(cls=Command, help=t("cli.plan.help"))
def plan(
    city: Annotated[str, typer.Argument(help=t("cli.plan.city"))],
    interviews: Annotated[int, typer.Argument(help=t("cli.plan.interviews"))],
    divisions: Annotated[Path, typer.Option(help=t("cli.plan.divisions"))] = GUANGXI / "divisions.csv",
    population: Annotated[Path, typer.Option(help=t("cli.plan.population"))] = GUANGXI / "population.csv",
    share: Annotated[float, typer.Option(help=t("cli.plan.share"))] = Assumed.share,
    spread: Annotated[float, typer.Option(help=t("cli.sample.spread"))] = Assumed.spread,
    fall: Annotated[float, typer.Option(help=t("cli.sample.fall"))] = Assumed.fall,
    deff: Annotated[float, typer.Option(help=t("cli.sample.deff"))] = Assumed.design_effect,
    cost: Annotated[float | None, typer.Option(help=t("cli.sample.cost"), show_default=False)] = None,
    csv: CsvOption = None,
) -> None:
    """Spread a city's interviews over its townships."""
    files: dict[str, Any] = {"divisions_file": divisions.name, "population_file": population.name}
    made = plan_city(read_bounded(divisions), read_bounded(population), city, interviews, p=share, **files)
    if csv is not None:
        write(csv, csv_bytes(made.townships))
        return
    title = t("cli.plan.title", city=made.city_name, count=len(made.townships), interviews=interviews)
    print_table(title, terminal.plan(made, t), [t(key, **values) for key, values in made.notes])
    assumed = Assumed(share, spread, fall, deff)
    with counting(made.city_name) as progress:
        seen = foresee_plan(made, assumed, cost=cost, progress=progress)
    table, note = samples.power_rows(seen, assumed, t), samples.power_note(seen, assumed, t)
    print_table(t("sample.power"), terminal.words_table(table), [note])
    if seen.cost is not None:
        out.print(t("cli.plan.cost", cost=seen.cost))


@commands.command(cls=Command, help=t("cli.margins.help"))
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
    write(csv, made.content)
    for key, values in made.notes:
        out.print(t(key, **values), style="dim")
