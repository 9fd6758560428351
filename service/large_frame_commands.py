"""The command's part about frames too large for memory: numbered once, counted, committed to, drawn, drawn again."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from service import keys, proof_files, sample_words, terminal
from service.bounds import read_bounded
from service.commands.speaking import write_private
from service.files import csv_bytes
from service.frames import number_key
from words import Fault

GROUP, EMBEDDED = "large-frame", "duckdb://"


def group(t, say: Callable, show: Callable, command: type, kind: type) -> typer.Typer:
    """The sub-commands of `large-frame`; say(text) writes a line, show(title, table, notes) a table."""
    File = Annotated[Path, typer.Argument(help=t("cli.large_frame.frame"))]
    Engine = Annotated[str, typer.Option(help=t("cli.large_frame.engine"))]
    made = typer.Typer(cls=kind, no_args_is_help=True, help=t("cli.large_frame.help"))

    def under(sub: str):
        return made.command(sub, cls=command, help=t(f"cli.large_frame.{sub}.help"))

    @under("number")
    def number(
        source: Annotated[Path, typer.Argument(help=t("cli.large_frame.source"))],
        target: Annotated[Path, typer.Argument(help=t("cli.large_frame.target"))],
        unit: Annotated[str, typer.Option(help=t("cli.large_frame.unit"))] = "unit_id",
        stratum: Annotated[str, typer.Option(help=t("cli.large_frame.stratum"))] = "stratum",
        keep: Annotated[str, typer.Option(help=t("cli.large_frame.keep"), show_default=False)] = "",
        memory: Annotated[str, typer.Option(help=t("cli.large_frame.memory"))] = "2GB",
    ) -> None:
        lake, _ = _rooms()
        if target.exists():
            raise Fault(key="lake.exists", file=str(target))
        columns = [column.strip() for column in keep.split(",") if column.strip()]
        key = number_key(keys.find_frame_key())
        lake.number_frame(source, target, key=key, unit=unit, stratum=stratum, keep=columns, memory=memory)
        strata = lake.populations(lake.open_lake(), target)
        counts = {"units": int(strata.population.sum()), "strata": len(strata)}
        say(t("cli.large_frame.numbered", file=str(target), **counts))

    @under("strata")
    def strata(
        frame: File,
        units: Annotated[int | None, typer.Option(help=t("cli.large_frame.units"), show_default=False)] = None,
        csv: Annotated[Path | None, typer.Option(help=t("cli.large_frame.csv"), show_default=False)] = None,
        engine: Engine = EMBEDDED,
    ) -> None:
        lake, large_frames = _rooms()
        found = lake.populations(lake.open_lake(engine), frame)
        if units is not None:
            found = large_frames.proportional(found, units)
        if csv is not None:
            write_private(csv, csv_bytes(found))
            say(t("cli.large_frame.written", file=str(csv), strata=len(found)))
            return
        title = t("cli.large_frame.counted", strata=len(found), units=int(found.population.sum()))
        show(title, terminal.words_table(sample_words.strata_rows(found, t)), [])

    @under("commit")
    def commit(
        frame: File,
        allocation: Annotated[Path, typer.Argument(help=t("cli.large_frame.allocation"))],
        plan: Annotated[Path, typer.Argument(help=t("cli.large_frame.plan"))],
        wave: Annotated[str, typer.Option(help=t("cli.import_wave.wave"))],
        keep: Annotated[float | None, typer.Option(help=t("cli.large_frame.keep_part"), show_default=False)] = None,
        engine: Engine = EMBEDDED,
    ) -> None:
        lake, large_frames = _rooms()
        key, counted = keys.find_frame_key(), lake.populations(lake.open_lake(engine), frame)
        wanted = large_frames.read_allocation(read_bounded(allocation), allocation.name, counted)
        content = large_frames.commit_plan(frame, wanted, wave, frame_key=key, keep=keep)
        write_private(plan, content)
        fixed = large_frames.read_plan_file(content, plan.name)
        say(t("cli.large_frame.committed", file=str(plan), wave=wave, units=int(wanted["sample"].sum())))
        say(t("sample.commitment", commitment=fixed.commitment))
        say(t("sample.publish", slip=fixed.slip))

    @under("draw")
    def draw(
        frame: File,
        plan: Annotated[Path, typer.Argument(help=t("cli.large_frame.plan"))],
        out: Annotated[Path, typer.Argument(help=t("cli.large_frame.out"))],
        after: Annotated[Path | None, typer.Option(help=t("cli.large_frame.after"), show_default=False)] = None,
        engine: Engine = EMBEDDED,
    ) -> None:
        lake, large_frames = _rooms()
        fixed = large_frames.read_plan_file(read_bounded(plan), plan.name)
        earlier = None if after is None else proof_files.read_units(after, proof_files.DRAWN)
        key, opened = keys.find_frame_key(), lake.open_lake(engine)
        files = large_frames.draw_plan(opened, frame, fixed, frame_key=key, earlier=earlier)
        proof_files.write_proof(files, out)
        record = large_frames.read_record_file(files[proof_files.RECORD])
        say(t("cli.large_frame.drawn", wave=record.wave, units=record.units, folder=str(out)))
        say(t("sample.published_seed", seed=record.seed, commitment=record.commitment))
        say(t("sample.published_slip", slip=fixed.slip))
        say(t("sample.code", code=record.code))

    @under("verify")
    def verify(
        frame: File,
        folder: Annotated[Path, typer.Argument(help=t("cli.verify_draw.folder"))],
        published: Annotated[str | None, typer.Option(help=t("cli.verify_draw.published"), show_default=False)] = None,
        engine: Engine = EMBEDDED,
    ) -> None:
        lake, large_frames = _rooms()
        record, found = large_frames.verify_large(lake.open_lake(engine), frame, folder, published=published)
        for line in sample_words.verification_lines(found, t):
            say(line)
        if not found.holds:
            raise Fault(key="cli.verify_draw.fails", wave=record.wave)
        say(t("cli.verify_draw.holds", wave=record.wave, units=record.units))
        if published is None:
            say(t("cli.verify_draw.not_compared", slip=proof_files.slip_of(record)))

    return made


def _rooms():
    """The engine and its use cases, imported when asked for: no other command should wait for them."""
    from service import lake, large_frames

    return lake, large_frames
