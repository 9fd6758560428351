"""Commands on a wave's sample: its plan, approval, draw, releases and calls."""

from pathlib import Path
from typing import Annotated

import typer

from commands.incoming import (
    EncodingOption,
    FaultsOption,
    PreviewOption,
    SheetOption,
    ZerosOption,
    listing_faults,
    say_recognised,
    show_preview,
)
from commands.opening import opened_as, opened_for, programme_of
from commands.speaking import (
    AsOption,
    Command,
    Group,
    ProgrammeOption,
    StoreOption,
    WaveArgument,
    counting,
    ending_in,
    out,
    print_table,
    t,
    write_private,
)
from presentation import calls as call_words
from presentation import samples as sample_words
from presentation import terminal
from presentation.calling import kinds as kind_words
from presentation.calling import monitor as monitor_words
from presentation.calling import rates as rate_words
from presentation.calling import wave_steps as step_words
from programme.declared import Programme
from sampling import Assumed
from sampling.planning.wanted import REST, Wanted, read_columns, read_numbers, read_rotation, written_numbers
from sampling.proof.draw_plan import KISH
from service.drawing import draws, releases
from service.fieldwork import calls, monitor, rates, screening
from service.fieldwork.kinds import Kinds, read_kinds
from service.figures import wave_steps
from service.files.bounds import read_bounded
from service.files.choice import choice_of
from service.files.write import csv_bytes
from service.intake.imports import current_programme
from service.intake.without_row import units_without_row
from service.protection import keys
from service.samples import frames, samples
from service.samples.plan_files import read_constraints, read_costs
from service.samples.previews import preview_plan_file
from service.samples.public_value import plain_text
from service.samples.shares_file import read_shares
from service.store.engine import Store
from service.store.names import name_of
from words import Fault

FrameOption = Annotated[str | None, typer.Option("--frame", help=t("cli.sample.frame"), show_default=False)]
IntoArgument = Annotated[Path, typer.Argument(help=t("cli.sample.file"), callback=ending_in(".csv"))]

commands = typer.Typer(cls=Group, no_args_is_help=True, help=t("cli.sample.help"))


@commands.command("plan", cls=Command, help=t("cli.sample.plan.help"))
def sample_plan(
    wave: WaveArgument,
    interviews: Annotated[int, typer.Argument(help=t("cli.plan.interviews"))],
    frame: FrameOption = None,
    method: Annotated[str, typer.Option(help=t("cli.sample.method"))] = Wanted.method,
    q: Annotated[float, typer.Option(help=t("cli.sample.q"))] = Wanted.q,
    minimum: Annotated[int, typer.Option(help=t("cli.sample.minimum"))] = Wanted.minimum,
    modes: Annotated[str | None, typer.Option(help=t("cli.sample.modes"), show_default=False)] = None,
    response: Annotated[float, typer.Option(help=t("cli.sample.response"))] = Wanted.response_rate,
    eligibility: Annotated[float, typer.Option(help=t("cli.sample.eligibility"))] = Wanted.eligibility,
    response_sd: Annotated[float, typer.Option(help=t("cli.sample.response_sd"))] = Wanted.response_sd,
    census: Annotated[bool, typer.Option("--census", help=t("cli.sample.census"))] = False,
    portions: Annotated[str, typer.Option(help=t("cli.sample.portions"))] = written_numbers(Wanted.portions),
    cost: Annotated[float | None, typer.Option(help=t("cli.sample.cost"), show_default=False)] = None,
    after: Annotated[str | None, typer.Option(help=t("cli.sample.after"), show_default=False)] = None,
    keep: Annotated[float, typer.Option(help=t("cli.sample.keep"))] = Wanted.keep,
    respondents: Annotated[bool, typer.Option("--respondents", help=t("cli.sample.respondents"))] = False,
    again: Annotated[float, typer.Option(help=t("cli.sample.again"))] = Wanted.again,
    rotation: Annotated[str | None, typer.Option(help=t("cli.sample.rotation"), show_default=False)] = None,
    rest: Annotated[int, typer.Option(help=t("cli.sample.rest"))] = REST,
    public: Annotated[str | None, typer.Option(help=t("cli.sample.public"), show_default=False)] = None,
    share: Annotated[float, typer.Option(help=t("cli.plan.share"))] = Assumed.share,
    shares: Annotated[Path | None, typer.Option(help=t("cli.sample.shares"), show_default=False)] = None,
    spread: Annotated[float, typer.Option(help=t("cli.sample.spread"))] = Assumed.spread,
    fall: Annotated[float, typer.Option(help=t("cli.sample.fall"))] = Assumed.fall,
    sd: Annotated[float | None, typer.Option(help=t("cli.sample.sd"), show_default=False)] = None,
    deff: Annotated[float, typer.Option(help=t("cli.sample.deff"))] = Assumed.design_effect,
    attempts: Annotated[int, typer.Option(help=t("cli.sample.attempts"))] = Wanted.attempts,
    panel: Annotated[float, typer.Option(help=t("cli.sample.panel"))] = Assumed.panel,
    information: Annotated[float, typer.Option(help=t("cli.sample.information"))] = Assumed.information,
    chance: Annotated[float, typer.Option(help=t("cli.sample.chance"))] = Assumed.chance,
    from_: Annotated[str | None, typer.Option("--from", help=t("cli.sample.from"), show_default=False)] = None,
    measure: Annotated[str | None, typer.Option(help=t("cli.sample.measure"), show_default=False)] = None,
    psu: Annotated[int | None, typer.Option("--psu", help=t("cli.sample.psu"), show_default=False)] = None,
    kish: Annotated[bool, typer.Option("--kish", help=t("cli.sample.kish"))] = False,
    pps: Annotated[str, typer.Option(help=t("cli.sample.pps"))] = Wanted.pps,
    sheet: SheetOption = None,
    encoding: EncodingOption = None,
    zeros: ZerosOption = False,
    preview: PreviewOption = False,
    sort: Annotated[str | None, typer.Option(help=t("cli.sample.sort"), show_default=False)] = None,
    balance: Annotated[str | None, typer.Option(help=t("cli.sample.balance"), show_default=False)] = None,
    costs: Annotated[Path | None, typer.Option(help=t("cli.sample.costs"), show_default=False)] = None,
    constraints: Annotated[Path | None, typer.Option(help=t("cli.sample.constraints"), show_default=False)] = None,
    icc: Annotated[float | None, typer.Option(help=t("cli.sample.icc"), show_default=False)] = None,
    psu_cost: Annotated[float | None, typer.Option(help=t("cli.sample.psu_cost"), show_default=False)] = None,
    draw: Annotated[str | None, typer.Option("--draw", help=t("cli.sample.unequal"), show_default=False)] = None,
    size: Annotated[str | None, typer.Option(help=t("cli.sample.size"), show_default=False)] = None,
    call_dead: Annotated[float | None, typer.Option(help=t("cli.sample.call_dead"), show_default=False)] = None,
    faults: FaultsOption = None,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    opened, programme_name = opened_for(store, as_, programme)
    choice, areas = choice_of(sheet, encoding, zeros=zeros), list(current_programme(opened, programme_name)[1].areas)
    files = {"shares": shares, "costs": costs, "constraints": constraints}
    contents = {kind: (read_bounded(file), name_of(file), choice) for kind, file in files.items() if file is not None}
    with listing_faults(faults):
        if preview:
            if not contents:
                raise Fault(key="sample.nothing_to_preview")
            for kind, of_file in contents.items():
                show_preview(preview_plan_file(opened, programme_name, kind, *of_file))
            return
        own_shares = read_shares(*contents["shares"], areas) if "shares" in contents else {}
        own_costs = read_costs(*contents["costs"], areas) if "costs" in contents else {}
        own_constraints = read_constraints(*contents["constraints"], areas) if "constraints" in contents else ()
    release_portions = tuple(read_numbers(portions, name="portions"))
    ratio = [] if modes is None else read_numbers(modes, ":", name="modes")
    mode_split = dict(zip(("mobile", "landline"), ratio, strict=False))
    assumed = Assumed(share, spread, fall, deff, panel, information, chance, from_, measure, sd)
    wanted = Wanted(
        interviews,
        method,
        q=q,
        minimum=minimum,
        modes=mode_split,
        response_rate=response,
        eligibility=eligibility,
        portions=release_portions,
        cost=cost,
        after=after,
        keep=keep,
        rest=rest,
        public=None if public is None else plain_text(public),
        assumed=assumed,
        shares=own_shares,
        attempts=attempts,
        each=psu,
        person=KISH if kish else None,
        pps=pps,
        response_sd=response_sd,
        census=census,
        respondents=respondents,
        again=again,
        rotation=read_rotation(rotation or ""),
        call_dead=call_dead,
        sort=read_columns(sort),
        balance=read_columns(balance),
        unequal=draw,
        size=size,
        costs=own_costs,
        constraints=own_constraints,
        icc=icc,
        psu_cost=psu_cost,
    )
    earlier = _approved_plan(opened, programme_name, wave)
    with counting(wave) as progress:
        new_plan = draws.make_plan(opened, programme_name, wave, wanted, frame=frame, progress=progress)
    _show_plan(opened, programme_name, new_plan)
    if earlier is not None:
        out.print(t("sample.replaces_approved", version=earlier.version, slip=earlier.slip))


def _approved_plan(opened: Store, programme_name: str, wave: str) -> samples.SamplePlan | None:
    """The wave's newest plan if it is approved; None otherwise."""
    if wave not in set(samples.sample_waves(opened, programme_name).wave):
        return None
    plan = samples.read_plan(opened, programme_name, wave)
    return plan if plan.approved else None


@commands.command("show", cls=Command, help=t("cli.sample.show.help"))
def sample_show(
    wave: WaveArgument, programme: ProgrammeOption = None, store: StoreOption = None, as_: AsOption = None
) -> None:
    opened, programme_name = opened_for(store, as_, programme)
    _show_plan(opened, programme_name, samples.read_plan(opened, programme_name, wave))
    waves = samples.sample_waves(opened, programme_name).set_index("wave")
    if waves.drawn[wave]:
        _show_sample(opened, programme_name, samples.read_sample(opened, programme_name, wave))


@commands.command("approve", cls=Command, help=t("cli.sample.approve.help"))
def sample_approve(
    wave: WaveArgument, programme: ProgrammeOption = None, store: StoreOption = None, as_: AsOption = None
) -> None:
    opened, programme_name = opened_for(store, as_, programme)
    key = frames.frame_key_of(opened, programme_name)
    approved = draws.approve_plan(opened, programme_name, wave, frame_key=key)
    out.print(sample_words.status(approved, t))
    out.print(t("sample.commitment", commitment=approved.approval["commitment"]))
    out.print(t("sample.publish", slip=approved.slip))


@commands.command("draw", cls=Command, help=t("cli.sample.draw.help"))
def sample_draw(
    wave: WaveArgument,
    value: Annotated[str | None, typer.Option(help=t("cli.sample.value"), show_default=False)] = None,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    opened, programme_name = opened_for(store, as_, programme)
    key = frames.frame_key_of(opened, programme_name)
    drawn = draws.draw_wave(opened, programme_name, wave, frame_key=key, value=value)
    _show_sample(opened, programme_name, drawn)


@commands.command("release", cls=Command, help=t("cli.sample.release.help"))
def sample_release(
    wave: WaveArgument,
    short: Annotated[bool, typer.Option("--short", help=t("cli.sample.short"))] = False,
    area: Annotated[list[str] | None, typer.Option("--area", help=t("cli.sample.area"), show_default=False)] = None,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    opened, programme_name = opened_for(store, as_, programme)
    sample = releases.release_next(opened, programme_name, wave, areas=area or [], short=short)
    _show_sample(opened, programme_name, sample)


@commands.command("screen", cls=Command, help=t("cli.sample.screen.help"))
def sample_screen(
    wave: WaveArgument,
    file: Annotated[Path, typer.Argument(help=t("cli.sample.screened_file"))],
    sheet: SheetOption = None,
    encoding: EncodingOption = None,
    zeros: ZerosOption = False,
    preview: PreviewOption = False,
    faults: FaultsOption = None,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    opened, programme_name = opened_for(store, as_, programme)
    content, choice = read_bounded(file), choice_of(sheet, encoding, zeros=zeros)
    with listing_faults(faults):
        if preview:
            return show_preview(
                screening.preview_screening(opened, programme_name, wave, content, name_of(file), choice)
            )
        screened = screening.screen_numbers(opened, programme_name, wave, content, name_of(file), choice)
    say_recognised(screened.notes)
    _show_screened(screened)


@commands.command("screen-sheet", cls=Command, help=t("cli.sample.screen_sheet.help"))
def sample_screen_sheet(
    wave: WaveArgument,
    file: IntoArgument,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    opened = opened_as(store, as_)
    rows = screening.screening_sheet(opened, programme_of(opened, programme), wave, key=keys.find_key())
    write_private(file, csv_bytes(rows))
    out.print(t("cli.contacts.sheet_written", file=str(file), count=len(rows)))


@commands.command("calls", cls=Command, help=t("cli.sample.calls.help"))
def sample_calls(
    wave: WaveArgument,
    file: Annotated[Path, typer.Argument(help=t("cli.sample.call_log"))],
    sheet: SheetOption = None,
    encoding: EncodingOption = None,
    zeros: ZerosOption = False,
    preview: PreviewOption = False,
    faults: FaultsOption = None,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    opened, programme_name = opened_for(store, as_, programme)
    content, choice = read_bounded(file), choice_of(sheet, encoding, zeros=zeros)
    with listing_faults(faults):
        if preview:
            return show_preview(calls.preview_calls(opened, programme_name, wave, content, name_of(file), choice))
        imported = calls.import_calls(opened, programme_name, wave, content, name_of(file), choice)
    say_recognised(imported.notes)
    out.print(call_words.import_text(imported, t))
    _show_fieldwork(calls.read_fieldwork(opened, programme_name, wave))


@commands.command("rates", cls=Command, help=t("cli.sample.rates.help"))
def sample_rates(
    wave: WaveArgument,
    by: Annotated[str, typer.Option("--by", help=t("cli.sample.rates.by"))] = rates.ALL,
    e: Annotated[str | None, typer.Option("--e", help=t("cli.sample.rates.e"), show_default=False)] = None,
    weighted: Annotated[bool, typer.Option("--weighted", help=t("cli.sample.rates.weighted"))] = False,
    csv: Annotated[
        Path | None,
        typer.Option("--csv", help=t("cli.sample.rates.csv"), show_default=False, callback=ending_in(".csv")),
    ] = None,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    opened, programme_name = opened_for(store, as_, programme)
    wave_rates = rates.read_rates(
        opened, programme_name, wave, domain=by, eligibility=_eligibility(e), weighted=weighted
    )
    names = {code: area.name for code, area in current_programme(opened, programme_name)[1].areas.items()}
    rows = terminal.words_table(rate_words.rate_rows(wave_rates, names, t))
    print_table(t("rates.title"), rows, rate_words.rate_notes(wave_rates, t))
    if csv is not None:
        write_private(csv, csv_bytes(rate_words.rate_table(wave_rates)))


COMMANDS = {  # of each step that can be next
    wave_steps.FRAME: ["frame import NAME FILE"],
    wave_steps.PLAN: ["sample plan {wave} INTERVIEWS"],
    wave_steps.APPROVE: ["sample approve {wave}"],
    wave_steps.DRAW: ["sample draw {wave}"],
    wave_steps.RELEASE: ["sample release {wave}"],
    wave_steps.CALL: ["calling next {wave} INTERVIEWER", "sample calls {wave} FILE", "responses import {wave} FILE"],
    wave_steps.RESPONSES: ["responses import {wave} FILE", "responses make-wave {wave}", "import-wave {wave} FILE"],
    wave_steps.WEIGHTS: ["import-margins FILE", "sample stop {wave} REASON"],
    wave_steps.FIGURES: ["estimate {wave}"],
    wave_steps.RELEASED: ["publish {wave}"],
}


def _next_commands(steps: wave_steps.WaveSteps) -> list[str]:
    """The commands for what comes next."""
    step = steps.following
    following = [] if step is None else COMMANDS[step.name]
    if step is not None and (step.name, step.state) == (wave_steps.CALL, wave_steps.BEGUN):
        following = [*following, "sample stop {wave} REASON"]
    named = [f"rankshift {of.format(wave=steps.wave)}" for of in following]
    return [t("cli.steps.command", command=" · ".join(named))] if named else []


@commands.command("steps", cls=Command, help=t("cli.sample.steps.help"))
def sample_steps(
    wave: WaveArgument, programme: ProgrammeOption = None, store: StoreOption = None, as_: AsOption = None
) -> None:
    opened, programme_name = opened_for(store, as_, programme)
    steps = wave_steps.steps_of_wave(opened, programme_name, wave)
    in_the_way = [t(fault.key, **fault.values) for fault in steps.hindrances]
    lines = [step_words.next_text(steps, t), *_next_commands(steps), *in_the_way, *step_words.ahead_lines(steps, t)]
    print_table(t("steps.title"), terminal.words_table(step_words.step_rows(steps, t), words=4), lines)


@commands.command("monitor", cls=Command, help=t("cli.sample.monitor.help"))
def sample_monitor(
    wave: WaveArgument,
    csv: Annotated[
        Path | None,
        typer.Option("--csv", help=t("cli.sample.monitor.csv"), show_default=False, callback=ending_in(".csv")),
    ] = None,
    kinds: Annotated[
        Path | None,
        typer.Option("--kinds", help=t("cli.sample.monitor.kinds"), show_default=False, callback=ending_in(".csv")),
    ] = None,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    opened, programme_name = opened_for(store, as_, programme)
    progress = monitor.read_monitor(opened, programme_name, wave)
    names = {code: area.name for code, area in current_programme(opened, programme_name)[1].areas.items()}
    rows = terminal.words_table(monitor_words.monitor_rows(progress, names, t))
    print_table(t("monitor.title"), rows, [*monitor_words.monitor_lines(progress, t), *monitor_words.monitor_notes(t)])
    if len(progress.days):
        print_table(t("monitor.day.title"), terminal.words_table(monitor_words.day_rows(progress, t)), [])
    by_kind = read_kinds(opened, programme_name, wave)
    _show_kinds(by_kind, current_programme(opened, programme_name)[1])
    for file, table in ((csv, monitor_words.monitor_table(progress)), (kinds, kind_words.kind_table(by_kind))):
        if file is not None:
            write_private(file, csv_bytes(table))


def _show_kinds(kinds: Kinds, programme: Programme) -> None:
    """A table for each margin, and what cannot be told by kind of person."""
    for told in kinds.compositions:
        rows = terminal.words_table(kind_words.kind_rows(told, programme, t))
        print_table(t("monitor.kinds.title"), rows, kind_words.kind_lines(told, programme, t))
    for note in kind_words.kind_notes(kinds, programme, t):
        out.print(note, style="dim")


def _eligibility(e: str | None) -> float | dict[str, float] | None:
    """The option --e: a number, or one for each class of numbers of unknown eligibility."""
    if e is None:
        return None
    try:
        if "=" not in e:
            return float(e)
        return {group.strip(): float(part) for group, part in (item.split("=") for item in e.split(","))}
    except ValueError:
        raise Fault(key="rates.e_option", found=e) from None


@commands.command("stop", cls=Command, help=t("cli.sample.stop.help"))
def sample_stop(
    wave: WaveArgument,
    reason: Annotated[str, typer.Argument(help=t("calls.stop.reason"))],
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    opened = opened_as(store, as_)
    _show_fieldwork(calls.stop_fieldwork(opened, programme_of(opened, programme), wave, reason))


@commands.command("list", cls=Command, help=t("cli.sample.list.help"))
def sample_list(
    wave: WaveArgument,
    file: IntoArgument,
    absent: Annotated[bool, typer.Option("--without-row", help=t("cli.sample.list.absent"))] = False,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    opened, programme_name = opened_for(store, as_, programme)
    sample = samples.read_sample(opened, programme_name, wave)
    if sample.releases.empty:
        raise Fault(key="sample.none_out", wave=wave)
    rows = sample.weighted
    if absent:
        rows = rows[rows.unit_id.isin(units_without_row(opened, programme_name, wave))]
    columns = ["unit_id", "stratum", "area", "place", "release", "probability", "base_weight", "psu", "kish"]
    write_private(file, csv_bytes(rows[[c for c in columns if c in rows]]))
    out.print(t("cli.sample.written", file=str(file), count=len(rows)))


@commands.command("call-sheet", cls=Command, help=t("cli.sample.call_sheet.help"))
def sample_call_sheet(
    wave: WaveArgument,
    file: IntoArgument,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    opened = opened_as(store, as_)
    rows = releases.release_sheet(opened, programme_of(opened, programme), wave, key=keys.find_key())
    write_private(file, csv_bytes(rows))
    out.print(t("cli.contacts.sheet_written", file=str(file), count=len(rows)))


def _show_plan(opened: Store, programme_name: str, sample_plan: samples.SamplePlan) -> None:
    programme = current_programme(opened, programme_name)[1]
    names = {code: area.name for code, area in programme.areas.items()}
    table = sample_words.precision_rows(sample_plan, names, t)
    print_table(sample_words.plan_title(sample_plan, t), terminal.words_table(table), [])
    constraints = sample_words.constraint_rows(sample_plan, names, t)
    if len(constraints):
        print_table(t("sample.constraints"), terminal.words_table(constraints), [])
    modes = sample_words.mode_rows(sample_plan, t)
    if len(modes):
        print_table("", terminal.words_table(modes), [])
    if len(sample_plan.foresight.power):  # with one area there is no last one
        power = sample_words.power_rows(sample_plan.foresight, sample_plan.wanted.assumed, t)
        print_table(t("sample.power"), terminal.words_table(power), [])
    for note in sample_words.plan_notes(sample_plan, t, names, programme):
        out.print(note)
    out.print(sample_words.status(sample_plan, t))
    if sample_plan.approved:
        out.print(t("sample.publish", slip=sample_plan.slip))
    for line in step_words.ahead_lines(wave_steps.steps_of_wave(opened, programme_name, sample_plan.wave), t):
        out.print(line)


def _show_sample(opened: Store, programme_name: str, sample: samples.Sample) -> None:
    lines = sample_words.draw_lines(sample, t)
    print_table(lines[0], terminal.words_table(sample_words.release_rows(sample, t)), lines[1:])
    _show_screened(screening.read_screening(opened, programme_name, sample.wave))
    _show_fieldwork(calls.fieldwork_of(opened, programme_name, sample))
    if len(sample.releases) and sample.left:
        names = {code: area.name for code, area in current_programme(opened, programme_name)[1].areas.items()}
        rows = sample_words.short_rows(calls.short_strata(opened, programme_name, sample), names, t)
        if len(rows):
            print_table(t("sample.short"), terminal.words_table(rows), [t("sample.short.rule")])


def _show_screened(screened: screening.Screened) -> None:
    if len(screened.rows):
        rows = terminal.words_table(call_words.screening_rows(screened, t))
        print_table(t("screened.title"), rows, call_words.screening_lines(screened, t))


def _show_fieldwork(fieldwork: calls.Fieldwork) -> None:
    if len(fieldwork.releases):
        rows = terminal.words_table(call_words.release_rows(fieldwork, t))
        print_table(t("calls.title"), rows, call_words.lines(fieldwork, t))
