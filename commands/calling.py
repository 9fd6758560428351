"""Commands to call a wave's numbers without a CATI system: interviewers, numbers, outcomes, appointments."""

from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from commands.opening import opened_for
from commands.speaking import (
    AsOption,
    Command,
    Group,
    ProgrammeOption,
    StoreOption,
    WaveArgument,
    out,
    print_table,
    t,
)
from fieldwork.dispositions import OUTCOMES
from presentation import terminal
from presentation.calling import calling_rows
from service.fieldwork.answering import interviews
from service.fieldwork.answering.responses import Response
from service.fieldwork.calling import appointments, assigning, attempts, holding, interviewers, revealing
from service.intake.imports import current_programme
from service.protection import keys
from service.store.engine import Store
from words import Fault

MINUTES = ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S"]
WhoArgument = Annotated[str, typer.Argument(help=t("cli.calling.who"))]
UnitArgument = Annotated[str, typer.Argument(help=t("cli.calling.unit"))]
EndOption = Annotated[
    datetime | None, typer.Option("--end", formats=MINUTES, help=t("cli.calling.end"), show_default=False)
]
ForOption = Annotated[str | None, typer.Option("--for", help=t("cli.calling.for"), show_default=False)]
NoteOption = Annotated[str, typer.Option(help=t("cli.calling.note"), show_default=False)]

commands = typer.Typer(cls=Group, no_args_is_help=True, help=t("cli.calling.help"))


@commands.command("interviewers", cls=Command, help=t("cli.calling.interviewers.help"))
def calling_interviewers(
    wave: WaveArgument,
    names: Annotated[list[str] | None, typer.Argument(help=t("cli.calling.names"), show_default=False)] = None,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    opened, programme_name = opened_for(store, as_, programme)
    if names:
        listed = interviewers.list_interviewers(opened, programme_name, wave, names)
    else:
        listed = interviewers.interviewer_list(opened, programme_name, wave)
    print_table(t("calling.interviewers"), terminal.words_table(calling_rows.interviewer_rows(listed, t)), [])


@commands.command("leave", cls=Command, help=t("cli.calling.leave.help"))
def calling_leave(
    wave: WaveArgument,
    interviewer: WhoArgument,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    opened, programme_name = opened_for(store, as_, programme)
    listed = interviewers.retire_interviewer(opened, programme_name, wave, interviewer)
    print_table(t("calling.interviewers"), terminal.words_table(calling_rows.interviewer_rows(listed, t)), [])


@commands.command("assign", cls=Command, help=t("cli.calling.assign.help"))
def calling_assign(
    wave: WaveArgument,
    of: Annotated[str | None, typer.Option("--of", help=t("cli.calling.of"), show_default=False)] = None,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    opened, programme_name = opened_for(store, as_, programme)
    dealt = assigning.assign_numbers(opened, programme_name, wave, of=of)
    rows = terminal.words_table(calling_rows.dealt_rows(dealt.rows, t))
    print_table(t("calling.dealt", count=dealt.numbers), rows, [t("calling.dealt.note")])


@commands.command("lots", cls=Command, help=t("cli.calling.lots.help"))
def calling_lots(
    wave: WaveArgument, programme: ProgrammeOption = None, store: StoreOption = None, as_: AsOption = None
) -> None:
    opened, programme_name = opened_for(store, as_, programme)
    again = assigning.differing_assignments(opened, programme_name, wave)
    rows = calling_rows.lot_rows(again, _zone(opened, programme_name), t)
    print_table(t("calling.lots"), terminal.words_table(rows), [])
    differing = int(again.another.sum())
    out.print(t("calling.lots.differ", count=differing) if differing else t("calling.lots.same"))
    if differing:
        raise typer.Exit(1)


@commands.command("next", cls=Command, help=t("cli.calling.next.help"))
def calling_next(
    wave: WaveArgument,
    interviewer: WhoArgument,
    count: Annotated[int, typer.Option(help=t("cli.calling.count"))] = 1,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    opened, programme_name = opened_for(store, as_, programme)
    _show_numbers(opened, programme_name, holding.next_numbers(opened, programme_name, wave, interviewer, count))


@commands.command("take", cls=Command, help=t("cli.calling.take.help"))
def calling_take(
    wave: WaveArgument,
    interviewer: WhoArgument,
    unit: UnitArgument,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    opened, programme_name = opened_for(store, as_, programme)
    _show_numbers(opened, programme_name, holding.take_number(opened, programme_name, wave, interviewer, unit))


@commands.command("give-back", cls=Command, help=t("cli.calling.give_back.help"))
def calling_give_back(
    wave: WaveArgument,
    interviewer: WhoArgument,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    opened, programme_name = opened_for(store, as_, programme)
    count = holding.give_back(opened, programme_name, wave, interviewer)
    out.print(t("calling.given_back", count=count))


@commands.command("number", cls=Command, help=t("cli.calling.number.help"))
def calling_number(
    wave: WaveArgument,
    interviewer: WhoArgument,
    unit: UnitArgument,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    opened, programme_name = opened_for(store, as_, programme)
    out.print(revealing.show_number(opened, programme_name, wave, interviewer, unit, key=keys.find_key()))


@commands.command("find", cls=Command, help=t("cli.calling.find.help"))
def calling_find(
    wave: WaveArgument,
    unit: Annotated[str | None, typer.Option("--unit", help=t("cli.calling.unit"), show_default=False)] = None,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    opened, programme_name = opened_for(store, as_, programme)
    if unit is None:
        number = typer.prompt(t("cli.contacts.number"))
        units = revealing.find_caller(opened, programme_name, wave, number, key=keys.find_key())
    else:
        units = revealing.find_unit(opened, programme_name, wave, unit)
    if units.empty:
        out.print(t("calling.not_found", wave=wave))
    else:
        print_table(t("calling.found"), terminal.words_table(calling_rows.found_rows(units, t)), [])


@commands.command("record", cls=Command, help=t("cli.calling.record.help"))
def calling_record(
    wave: WaveArgument,
    interviewer: WhoArgument,
    unit: UnitArgument,
    outcome: Annotated[str | None, typer.Argument(help=t("cli.calling.outcome"), show_default=False)] = None,
    answer: Annotated[list[str] | None, typer.Option(help=t("cli.calling.answer"), show_default=False)] = None,
    at: Annotated[
        datetime | None, typer.Option("--at", formats=MINUTES, help=t("cli.calling.at"), show_default=False)
    ] = None,
    start: Annotated[
        datetime | None,
        typer.Option("--appointment", formats=MINUTES, help=t("cli.calling.start"), show_default=False),
    ] = None,
    end: EndOption = None,
    for_: ForOption = None,
    note: NoteOption = "",
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    opened, programme_name = opened_for(store, as_, programme)
    agreed = None if start is None else attempts.Agreed(start, end, for_, note)
    if (outcome is None) == (not answer) or (answer and agreed is not None):
        raise Fault(key="calling.outcome_or_answers", unit=unit)
    if outcome is None:
        response = _response(opened, programme_name, interviewer, unit, answer or [], at)
        recorded = interviews.record_interview(opened, programme_name, wave, response)
    else:
        of_call = opened, programme_name, wave, unit, interviewer, outcome
        recorded = attempts.record_attempt(*of_call, at=at, agreed=agreed)
    name = OUTCOMES[recorded.disposition].names[t("language.code")]
    out.print(calling_rows.recorded_line(recorded, name, _zone(opened, programme_name), t))


def _response(
    store: Store, programme: str, interviewer: str, unit: str, answers: list[str], at: datetime | None
) -> Response:
    """What was answered, from texts such as age=34; mode and group are among them."""
    declared = current_programme(store, programme)[1]
    parted = [answer.partition("=") for answer in answers]
    if wrong := [answer for answer, (_, sign, _) in zip(answers, parted, strict=True) if not sign]:
        raise Fault(key="calling.answer", found=wrong, expected=list(declared.questionnaire.items))
    said = {name.strip(): cell.strip() for name, _, cell in parted}
    zone = ZoneInfo(declared.calling.zone)
    moment = datetime.now(UTC) if at is None else at.replace(tzinfo=zone).astimezone(UTC)
    return Response(unit, moment, said, interviewer)


@commands.command("appointment", cls=Command, help=t("cli.calling.appointment.help"))
def calling_appointment(
    wave: WaveArgument,
    unit: UnitArgument,
    start: Annotated[datetime, typer.Argument(formats=MINUTES, help=t("cli.calling.start"))],
    end: EndOption = None,
    for_: ForOption = None,
    note: NoteOption = "",
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    opened, programme_name = opened_for(store, as_, programme)
    appointments.make_appointment(opened, programme_name, wave, unit, attempts.Agreed(start, end, for_, note))
    _show_calendar(opened, programme_name, wave)


@commands.command("cancel", cls=Command, help=t("cli.calling.cancel.help"))
def calling_cancel(
    wave: WaveArgument,
    unit: UnitArgument,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    opened, programme_name = opened_for(store, as_, programme)
    appointments.cancel_appointment(opened, programme_name, wave, unit)
    _show_calendar(opened, programme_name, wave)


@commands.command("appointments", cls=Command, help=t("cli.calling.appointments.help"))
def calling_appointments(
    wave: WaveArgument, programme: ProgrammeOption = None, store: StoreOption = None, as_: AsOption = None
) -> None:
    opened, programme_name = opened_for(store, as_, programme)
    _show_calendar(opened, programme_name, wave)


def _show_numbers(opened: Store, programme_name: str, numbers: holding.Next) -> None:
    declared = current_programme(opened, programme_name)[1]
    if numbers.rows.empty:
        out.print(t("calling.no_number", interviewer=numbers.interviewer))
        return
    names = {code: area.name for code, area in declared.areas.items()}
    rows = calling_rows.next_rows(numbers, names, declared.calling.zone, t)
    print_table(t("calling.numbers", interviewer=numbers.interviewer), terminal.words_table(rows), [])


def _show_calendar(opened: Store, programme_name: str, wave: str) -> None:
    calendar = appointments.read_calendar(opened, programme_name, wave)
    declared = current_programme(opened, programme_name)[1]
    names = {code: area.name for code, area in declared.areas.items()}
    line = calling_rows.calendar_line(calendar, t)
    if calendar.rows.empty:
        out.print(line)
        return
    print_table(line, terminal.words_table(calling_rows.calendar_rows(calendar, names, t)), [])
    print_table(t("appointment.load"), terminal.words_table(calling_rows.load_rows(calendar, t)), [])


def _zone(opened: Store, programme_name: str) -> str:
    """The survey's own time zone."""
    return current_programme(opened, programme_name)[1].calling.zone
