"""Commands that need no store: a plan for a city's interviews, and its known totals from the census."""

from pathlib import Path
from typing import Annotated, Any

import typer

from commands.speaking import Command, CsvOption, counting, ending_in, out, print_table, t, write
from presentation import samples, terminal
from presentation.sizes import SizeAsked, size_lines
from sampling import Assumed
from service.drawing.city_plan import foresee_plan, plan_city
from service.files.bounds import read_bounded
from service.files.carried import GUANGXI
from service.files.write import csv_bytes
from service.intake.margin_file import census_file
from service.store.names import name_of

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
    """Allocate a city's interviews to its townships."""
    files: dict[str, Any] = {"divisions_file": name_of(divisions), "population_file": name_of(population)}
    city_plan = plan_city(read_bounded(divisions), read_bounded(population), city, interviews, p=share, **files)
    if csv is not None:
        write(csv, csv_bytes(city_plan.townships))
        return
    title = t("cli.plan.title", city=city_plan.city_name, count=len(city_plan.townships), interviews=interviews)
    print_table(title, terminal.city_plan_table(city_plan, t), [t(key, **values) for key, values in city_plan.notes])
    assumed = Assumed(share, spread, fall, deff)
    with counting(city_plan.city_name) as progress:
        foresight = foresee_plan(city_plan, assumed, cost=cost, progress=progress)
    table, note = samples.power_rows(foresight, assumed, t), samples.power_note(foresight, assumed, t)
    print_table(t("sample.power"), terminal.words_table(table), [note])
    if foresight.cost is not None:
        out.print(t("cli.plan.cost", cost=foresight.cost))


@commands.command(cls=Command, help=t("cli.size.help"))
def size(
    margin: Annotated[float | None, typer.Option(help=t("cli.size.margin"), show_default=False)] = None,
    change: Annotated[float | None, typer.Option(help=t("cli.size.change"), show_default=False)] = None,
    interviews: Annotated[int | None, typer.Option(help=t("cli.size.interviews"), show_default=False)] = None,
    share: Annotated[float, typer.Option(help=t("cli.plan.share"))] = SizeAsked.share,
    deff: Annotated[float, typer.Option(help=t("cli.sample.deff"))] = SizeAsked.deff,
    level: Annotated[float, typer.Option(help=t("cli.size.level"))] = SizeAsked.level,
    power: Annotated[float, typer.Option(help=t("cli.size.power"))] = SizeAsked.power,
    overlap: Annotated[float, typer.Option(help=t("cli.size.overlap"))] = SizeAsked.overlap,
    panel: Annotated[float, typer.Option(help=t("cli.sample.panel"))] = SizeAsked.correlation,
    population: Annotated[int | None, typer.Option(help=t("cli.size.population"), show_default=False)] = None,
    response: Annotated[float, typer.Option(help=t("cli.sample.response"))] = SizeAsked.response_rate,
    eligibility: Annotated[float, typer.Option(help=t("cli.sample.eligibility"))] = SizeAsked.eligibility,
) -> None:
    """Say how many interviews a margin or a change needs, or what so many can tell."""
    rates = {"response_rate": response, "eligibility": eligibility}
    asked = SizeAsked(margin, change, interviews, share, deff, level, power, overlap, panel, population, **rates)
    for line in size_lines(asked, t):
        out.print(line)


@commands.command(cls=Command, help=t("cli.margins.help"))
def margins(
    city: Annotated[str, typer.Argument(help=t("cli.plan.city"))],
    csv: Annotated[Path, typer.Option(help=t("cli.margins.csv"), show_default=False, callback=ending_in(".csv"))],
    ages: Annotated[str, typer.Option(help=t("cli.margins.ages"))] = "18-29,30-39,40-49,50-59,60-70",
    margin: Annotated[str, typer.Option(help=t("cli.margins.margin"))] = "sex*age_group,county*urban",
    population: Annotated[Path, typer.Option(help=t("cli.plan.population"))] = GUANGXI / "population.csv",
    period: Annotated[str, typer.Option(help=t("cli.margins.period"))] = "2020",
) -> None:
    """Write a city's known totals from the census, and say what had to be assumed."""
    margins_file = census_file(
        read_bounded(population), name_of(population), city, ages.split(","), margin.split(","), period
    )
    write(csv, margins_file.content)
    for key, values in margins_file.notes:
        out.print(t(key, **values), style="dim")
