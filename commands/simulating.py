"""The command that makes up a drawn wave's calls and answers from known truth."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from commands.opening import opened_for
from commands.speaking import (
    DAY,
    AsOption,
    Command,
    ProgrammeOption,
    StoreOption,
    WaveArgument,
    out,
    t,
    working,
    write,
)
from fieldwork.calling_rules import CallingRules
from fieldwork.simulated import Interviewing, Reaching, Truth
from service.fieldwork.calling.interviewers import interviewer_list
from service.fieldwork.calls import interviewed
from service.fieldwork.simulating import COACHED, RATE, WILLING, read_truth, simulate_wave
from service.files.bounds import read_bounded
from service.files.write import csv_bytes
from service.intake.imports import current_programme
from service.store.names import name_of
from words import Fault

INTERVIEWERS, WEEKS = 40, 3
FIRST_HOUR = timedelta(hours=9)

commands = typer.Typer()


@commands.command(cls=Command, help=t("cli.simulate.help"))
def simulate(
    wave: WaveArgument,
    truth: Annotated[Path, typer.Argument(help=t("cli.simulate.truth"))],
    folder: Annotated[Path, typer.Argument(help=t("cli.simulate.folder"))],
    measure: Annotated[str | None, typer.Option(help=t("cli.simulate.measure"), show_default=False)] = None,
    interviewers: Annotated[
        int | None, typer.Option(min=1, max=999, help=t("cli.simulate.interviewers"), show_default=False)
    ] = None,
    rho: Annotated[float, typer.Option(help=t("cli.simulate.rho"))] = 0.0,
    lazy: Annotated[int, typer.Option(min=0, help=t("cli.simulate.lazy"))] = 0,
    begins: Annotated[
        datetime | None, typer.Option("--from", formats=DAY, help=t("cli.simulate.from"), show_default=False)
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=120, help=t("cli.simulate.days"))] = 7 * WEEKS,
    coached_on: Annotated[
        datetime | None, typer.Option(formats=DAY, help=t("cli.simulate.coached_on"), show_default=False)
    ] = None,
    seed: Annotated[str, typer.Option(help=t("cli.simulate.seed"))] = "1",
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    opened, programme_name = opened_for(store, as_, programme)
    declared = current_programme(opened, programme_name)[1]
    areas = read_truth(read_bounded(truth), name_of(truth), list(declared.areas), wave)
    zone = ZoneInfo(CallingRules.zone)
    first = datetime.now(zone) - timedelta(days=days + 1) if begins is None else begins.replace(tzinfo=zone)
    first = first.replace(hour=0, minute=0, second=0, microsecond=0)
    listed = tuple(interviewer_list(opened, programme_name, wave).query("numbers > 0").interviewer)
    made_up = tuple(f"i{number:03d}" for number in range(1, (interviewers or INTERVIEWERS) + 1))
    names = listed if listed and interviewers is None else made_up
    if lazy > len(names):
        raise Fault(key="simulated.lazy_count", found=lazy, expected=len(names))
    jump = None if coached_on is None else coached_on.replace(tzinfo=zone)
    column = lambda name: areas[name].to_dict() if name in areas else {}  # noqa: E731
    named = {"seed": seed, "begins": first + FIRST_HOUR, "ends": first + timedelta(days=days)}
    with working(t("cli.simulate.working", wave=wave)):
        made = simulate_wave(
            opened,
            programme_name,
            wave,
            measure or next(iter(declared.measures)),
            Truth(column(RATE)),
            Reaching(willing=column(WILLING)),
            Interviewing(names, rho, frozenset(names[:lazy]), column(COACHED), jump),
            **named,
        )
    for kind, table in (("calls", made.calls), ("answers", made.answers)):
        file = folder / f"simulated_{kind}_{wave}.csv"
        file.parent.mkdir(parents=True, exist_ok=True)
        write(file, csv_bytes(table, simulated=True))
    out.print(t("cli.simulate.done", wave=wave, calls=len(made.calls), interviews=made.interviews))
    if interviewed(opened, programme_name, wave):
        out.print(t("cli.simulate.called", wave=wave))
