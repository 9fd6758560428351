"""The command's parts about samples: frames, a wave's plan, approval, draw and releases, and the proof of its draw."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from sampling import Assumed
from sampling.phone import LANDLINE, MOBILE
from sampling.proof import KISH
from sampling.wanted import PROPORTIONAL, Wanted
from service import (
    call_words,
    calls,
    draws,
    frames,
    keys,
    large_frame_commands,
    proof_files,
    sample_words,
    samples,
    terminal,
)
from service.bank_files import GUANGXI_PREFIXES, ExchangeFile
from service.bounds import read_bounded
from service.commands.opening import opened_as, programme_of
from service.commands.speaking import DAY, PERSON_VARIABLE, counting, write_private
from service.files import csv_bytes
from service.imports import current_programme
from service.shares_file import read_shares
from service.store import Store
from words import Fault


def groups(t, say: Callable, show: Callable, command: type, group: type) -> dict[str, typer.Typer]:
    """name -> sub-commands, speaking with `t`; say(text) writes a line, show(title, table, notes) a table."""
    Where = Annotated[str | None, typer.Option("--store", "-s", help=t("cli.store"), show_default=False)]
    As = Annotated[str | None, typer.Option("--as", envvar=PERSON_VARIABLE, help=t("cli.as"), show_default=False)]
    Of = Annotated[str | None, typer.Option("--programme", "-p", help=t("cli.programme"), show_default=False)]
    Wave = Annotated[str, typer.Argument(help=t("cli.import_wave.wave"))]
    Frame = Annotated[str | None, typer.Option("--frame", help=t("cli.sample.frame"), show_default=False)]
    Into = Annotated[Path, typer.Argument(help=t("cli.sample.file"))]

    made = {
        name: typer.Typer(cls=group, no_args_is_help=True, help=t(f"cli.{name}.help")) for name in ("frame", "sample")
    }

    def under(name: str, sub: str):
        return made[name].command(sub, cls=command, help=t(f"cli.{name}.{sub.replace('-', '_')}.help"))

    def say_frame(done: frames.ImportedFrame) -> None:
        for finding in done.findings:
            say(t(finding.key, **finding.values))
        counts = {"units": done.units, "strata": done.strata, "numbers": done.numbers}
        said = t(f"outcome.{done.outcome}")
        say(t("cli.frame.imported", frame=done.frame, version=done.version, outcome=said, **counts))

    @under("frame", "new-key")
    def frame_new_key() -> None:
        file = keys.frame_key_file()
        say(t("cli.frame.made", file=str(file), fingerprint=keys.new_key(file).fingerprint))

    @under("frame", "import")
    def frame_import(
        name: Annotated[str, typer.Argument(help=t("cli.sample.frame"))],
        file: Annotated[Path, typer.Argument(help=t("cli.frame.file"))],
        by: Annotated[str, typer.Option("--by", help=t("cli.frame.by"))] = "area",
        accept: Annotated[bool, typer.Option("--accept", help=t("cli.frame.accept"))] = False,
        delete_on: Annotated[
            datetime | None,
            typer.Option("--delete-on", formats=DAY, help=t("cli.contacts.delete_on"), show_default=False),
        ] = None,
        programme: Of = None,
        store: Where = None,
        as_: As = None,
    ) -> None:
        opened = opened_as(store, as_)
        of = programme_of(opened, programme)
        sealing = {} if delete_on is None else {"key": keys.find_key(), "delete_on": delete_on.date()}
        done = frames.import_frame(
            opened,
            of,
            name,
            read_bounded(file),
            file.name,
            frame_key=keys.find_frame_key(),
            by=by.split(","),
            accept=accept,
            **sealing,
        )
        say_frame(done)

    @under("frame", "banks")
    def frame_banks(
        name: Annotated[str, typer.Argument(help=t("cli.sample.frame"))],
        city: Annotated[str, typer.Argument(help=t("cli.plan.city"))],
        numbers: Annotated[int, typer.Argument(help=t("cli.frame.numbers"))],
        delete_on: Annotated[datetime, typer.Option("--delete-on", formats=DAY, help=t("cli.contacts.delete_on"))],
        landlines: Annotated[int, typer.Option(help=t("cli.frame.landlines"), show_default=False)] = 0,
        exchanges: Annotated[Path | None, typer.Option(help=t("cli.frame.exchanges"), show_default=False)] = None,
        prefixes: Annotated[Path, typer.Option(help=t("cli.frame.prefixes"))] = GUANGXI_PREFIXES,
        accept: Annotated[bool, typer.Option("--accept", help=t("cli.frame.accept"))] = False,
        programme: Of = None,
        store: Where = None,
        as_: As = None,
    ) -> None:
        opened = opened_as(store, as_)
        of = programme_of(opened, programme)
        done = frames.import_banks(
            opened,
            of,
            name,
            read_bounded(prefixes),
            prefixes.name,
            cities=city.split(","),
            numbers={MOBILE: numbers} | ({LANDLINE: landlines} if landlines else {}),
            exchanges=None if exchanges is None else ExchangeFile(read_bounded(exchanges), exchanges.name),
            frame_key=keys.find_frame_key(),
            key=keys.find_key(),
            delete_on=delete_on.date(),
            accept=accept,
        )
        say_frame(done)

    @under("frame", "list")
    def frame_list(programme: Of = None, store: Where = None, as_: As = None) -> None:
        opened = opened_as(store, as_)
        for row in frames.frame_list(opened, programme_of(opened, programme)).to_dict("records"):
            say(t("cli.frame.line", **{c: row[c] for c in ("frame", "version", "units", "file", "digest")}))

    def show_plan(opened: Store, of: str, plan: samples.SamplePlan) -> None:
        names = {code: area.name for code, area in current_programme(opened, of)[1].areas.items()}
        table = sample_words.precision_rows(plan, names, t)
        show(sample_words.plan_title(plan, t), terminal.words_table(table), [])
        modes = sample_words.mode_rows(plan, t)
        if len(modes):
            show("", terminal.words_table(modes), [])
        if len(plan.foresight.power):  # with one area there is no last one
            power = sample_words.power_rows(plan.foresight, plan.wanted.assumed, t)
            show(t("sample.power"), terminal.words_table(power), [])
        for note in sample_words.plan_notes(plan, t, names):
            say(note)
        say(sample_words.status(plan, t))
        if plan.approved:
            say(t("sample.publish", slip=plan.slip))

    @under("sample", "plan")
    def sample_plan(
        wave: Wave,
        interviews: Annotated[int, typer.Argument(help=t("cli.plan.interviews"))],
        frame: Frame = None,
        method: Annotated[str, typer.Option(help=t("cli.sample.method"))] = PROPORTIONAL,
        q: Annotated[float, typer.Option(help=t("cli.sample.q"))] = 0.5,
        minimum: Annotated[int, typer.Option(help=t("cli.sample.minimum"))] = 2,
        modes: Annotated[str | None, typer.Option(help=t("cli.sample.modes"), show_default=False)] = None,
        response: Annotated[float, typer.Option(help=t("cli.sample.response"))] = 1.0,
        eligibility: Annotated[float, typer.Option(help=t("cli.sample.eligibility"))] = 1.0,
        portions: Annotated[str, typer.Option(help=t("cli.sample.portions"))] = "0.5,0.25,0.25",
        cost: Annotated[float | None, typer.Option(help=t("cli.sample.cost"), show_default=False)] = None,
        after: Annotated[str | None, typer.Option(help=t("cli.sample.after"), show_default=False)] = None,
        keep: Annotated[float, typer.Option(help=t("cli.sample.keep"))] = 0.0,
        share: Annotated[float, typer.Option(help=t("cli.plan.share"))] = 0.9,
        shares: Annotated[Path | None, typer.Option(help=t("cli.sample.shares"), show_default=False)] = None,
        spread: Annotated[float, typer.Option(help=t("cli.sample.spread"))] = 0.03,
        fall: Annotated[float, typer.Option(help=t("cli.sample.fall"))] = 0.05,
        deff: Annotated[float, typer.Option(help=t("cli.sample.deff"))] = 1.0,
        attempts: Annotated[int, typer.Option(help=t("cli.sample.attempts"))] = Wanted.attempts,
        panel: Annotated[float, typer.Option(help=t("cli.sample.panel"))] = 0.5,
        information: Annotated[float, typer.Option(help=t("cli.sample.information"))] = 2.2,
        chance: Annotated[float, typer.Option(help=t("cli.sample.chance"))] = 0.8,
        from_: Annotated[str | None, typer.Option("--from", help=t("cli.sample.from"), show_default=False)] = None,
        measure: Annotated[str | None, typer.Option(help=t("cli.sample.measure"), show_default=False)] = None,
        psu: Annotated[int | None, typer.Option("--psu", help=t("cli.sample.psu"), show_default=False)] = None,
        kish: Annotated[bool, typer.Option("--kish", help=t("cli.sample.kish"))] = False,
        programme: Of = None,
        store: Where = None,
        as_: As = None,
    ) -> None:
        opened = opened_as(store, as_)
        of = programme_of(opened, programme)
        given = {} if shares is None else read_shares(read_bounded(shares), shares.name)
        parts = tuple(_numbers(portions, ",", "portions"))
        split = {} if modes is None else dict(zip(("mobile", "landline"), _numbers(modes, ":", "modes"), strict=False))
        wanted = Wanted(
            interviews,
            method,
            q,
            minimum,
            split,
            response,
            eligibility,
            parts,
            cost,
            after,
            keep,
            Assumed(share, spread, fall, deff, panel, information, chance, from_, measure),
            given,
            attempts,
            psu,
            KISH if kish else None,
        )
        with counting(wave) as progress:
            plan = draws.make_plan(opened, of, wave, wanted, frame=frame, progress=progress)
        show_plan(opened, of, plan)

    @under("sample", "show")
    def sample_show(wave: Wave, programme: Of = None, store: Where = None, as_: As = None) -> None:
        opened = opened_as(store, as_)
        of = programme_of(opened, programme)
        show_plan(opened, of, samples.read_plan(opened, of, wave))
        known = samples.sample_waves(opened, of).set_index("wave")
        if known.drawn[wave]:
            show_sample(opened, of, samples.read_sample(opened, of, wave))

    def show_sample(opened: Store, of: str, sample: samples.Sample) -> None:
        lines = sample_words.draw_lines(sample, t)
        show(lines[0], terminal.words_table(sample_words.release_rows(sample, t)), lines[1:])
        show_fieldwork(calls.fieldwork_of(opened, of, sample))

    def show_fieldwork(found: calls.Fieldwork) -> None:
        if len(found.releases):
            rows = terminal.words_table(call_words.release_rows(found, t))
            show(t("calls.title"), rows, call_words.lines(found, t))

    @under("sample", "approve")
    def sample_approve(wave: Wave, programme: Of = None, store: Where = None, as_: As = None) -> None:
        opened = opened_as(store, as_)
        plan = draws.approve_plan(opened, programme_of(opened, programme), wave, frame_key=keys.find_frame_key())
        say(sample_words.status(plan, t))
        say(t("sample.commitment", commitment=plan.approval["commitment"]))
        say(t("sample.publish", slip=plan.slip))

    @under("sample", "draw")
    def sample_draw(wave: Wave, programme: Of = None, store: Where = None, as_: As = None) -> None:
        opened = opened_as(store, as_)
        of = programme_of(opened, programme)
        show_sample(opened, of, draws.draw_wave(opened, of, wave, frame_key=keys.find_frame_key()))

    @under("sample", "release")
    def sample_release(wave: Wave, programme: Of = None, store: Where = None, as_: As = None) -> None:
        opened = opened_as(store, as_)
        of = programme_of(opened, programme)
        show_sample(opened, of, draws.release_next(opened, of, wave))

    @under("sample", "calls")
    def sample_calls(
        wave: Wave,
        file: Annotated[Path, typer.Argument(help=t("cli.sample.call_log"))],
        programme: Of = None,
        store: Where = None,
        as_: As = None,
    ) -> None:
        opened = opened_as(store, as_)
        of = programme_of(opened, programme)
        say(call_words.taken_in(calls.import_calls(opened, of, wave, read_bounded(file), file.name), t))
        show_fieldwork(calls.read_fieldwork(opened, of, wave))

    @under("sample", "stop")
    def sample_stop(
        wave: Wave,
        reason: Annotated[str, typer.Argument(help=t("calls.stop.reason"))],
        programme: Of = None,
        store: Where = None,
        as_: As = None,
    ) -> None:
        opened = opened_as(store, as_)
        show_fieldwork(calls.stop_fieldwork(opened, programme_of(opened, programme), wave, reason))

    @under("sample", "list")
    def sample_list(wave: Wave, file: Into, programme: Of = None, store: Where = None, as_: As = None) -> None:
        opened = opened_as(store, as_)
        out = samples.read_sample(opened, programme_of(opened, programme), wave).weighted
        columns = ["unit_id", "stratum", "area", "place", "release", "probability", "base_weight", "psu", "kish"]
        write_private(file, csv_bytes(out[[c for c in columns if c in out]]))
        say(t("cli.sample.written", file=str(file), count=len(out)))

    @under("sample", "call-sheet")
    def sample_call_sheet(wave: Wave, file: Into, programme: Of = None, store: Where = None, as_: As = None) -> None:
        opened = opened_as(store, as_)
        rows = draws.release_sheet(opened, programme_of(opened, programme), wave, key=keys.find_key())
        write_private(file, csv_bytes(rows))
        say(t("cli.contacts.sheet_written", file=str(file), count=len(rows)))

    return made | {large_frame_commands.GROUP: large_frame_commands.group(t, say, show, command, group)}


def write_proof(opened: Store, programme: str, wave: str, out: Path, t, say: Callable[[str], None]) -> None:
    """Write a draw's proof, and say what must be published beside it."""
    proof_files.write_proof(proof_files.draw_proof(opened, programme, wave), out)
    sample = samples.read_sample(opened, programme, wave)
    say(t("cli.draw_proof.written", folder=str(out), wave=wave))
    say(t("sample.published_slip", slip=sample.plan.slip))


def check_proof(folder: Path, published: str | None, t, say: Callable[[str], None]) -> None:
    """Draw again from a proof's files and say every difference; a Fault if there is one that counts."""
    record, found = proof_files.verify_folder(folder, published=published)
    for line in sample_words.verification_lines(found, t):
        say(line)
    if not found.holds:
        raise Fault(key="cli.verify_draw.fails", wave=record.wave)
    say(t("cli.verify_draw.holds", wave=record.wave, units=record.units))
    if published is None:
        say(t("cli.verify_draw.not_compared", slip=proof_files.slip_of(record)))


def _numbers(written: str, between: str, name: str) -> list[float]:
    try:
        return [float(part) for part in written.split(between)]
    except ValueError as error:
        raise Fault(key="sample.numbers", name=name, found=written) from error
