"""Commands on frames too large for memory: number the frame once, count it, commit to a plan, draw, and verify."""

from pathlib import Path
from types import ModuleType
from typing import Annotated

import typer

from commands.drawing.proof import say_verified
from commands.speaking import Command, Group, ending_in, out, print_table, t, write_private
from presentation import samples, terminal
from service.files.bounds import read_bounded
from service.files.write import csv_bytes
from service.protection import keys
from service.samples import proof_files
from service.samples.frame_versions import number_key
from service.store.names import name_of
from words import Fault

EMBEDDED = "duckdb://"
FrameFile = Annotated[Path, typer.Argument(help=t("cli.large_frame.frame"))]
EngineOption = Annotated[str, typer.Option(help=t("cli.large_frame.engine"))]

commands = typer.Typer(cls=Group, no_args_is_help=True, help=t("cli.large_frame.help"))


@commands.command("number", cls=Command, help=t("cli.large_frame.number.help"))
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
    out.print(t("cli.large_frame.numbered", file=str(target), **counts))


@commands.command("strata", cls=Command, help=t("cli.large_frame.strata.help"))
def strata(
    frame: FrameFile,
    units: Annotated[int | None, typer.Option(help=t("cli.large_frame.units"), show_default=False)] = None,
    csv: Annotated[
        Path | None, typer.Option(help=t("cli.large_frame.csv"), show_default=False, callback=ending_in(".csv"))
    ] = None,
    engine: EngineOption = EMBEDDED,
) -> None:
    lake, large_frames = _rooms()
    counted = lake.populations(lake.open_lake(engine), frame)
    if units is not None:
        counted = large_frames.proportional(counted, units)
    if csv is not None:
        write_private(csv, csv_bytes(counted))
        out.print(t("cli.large_frame.written", file=str(csv), strata=len(counted)))
        return
    title = t("cli.large_frame.counted", strata=len(counted), units=int(counted.population.sum()))
    print_table(title, terminal.words_table(samples.strata_rows(counted, t)), [])


@commands.command("commit", cls=Command, help=t("cli.large_frame.commit.help"))
def commit(
    frame: FrameFile,
    allocation: Annotated[Path, typer.Argument(help=t("cli.large_frame.allocation"))],
    plan: Annotated[Path, typer.Argument(help=t("cli.large_frame.plan"))],
    wave: Annotated[str, typer.Option(help=t("cli.import_wave.wave"))],
    keep: Annotated[float | None, typer.Option(help=t("cli.large_frame.keep_part"), show_default=False)] = None,
    engine: EngineOption = EMBEDDED,
) -> None:
    lake, large_frames = _rooms()
    key, counted = keys.find_frame_key(), lake.populations(lake.open_lake(engine), frame)
    allocated = large_frames.read_allocation(read_bounded(allocation), name_of(allocation), counted)
    content = large_frames.commit_plan(frame, allocated, wave, frame_key=key, keep=keep)
    write_private(plan, content)
    committed = large_frames.read_plan_file(content, name_of(plan))
    out.print(t("cli.large_frame.committed", file=str(plan), wave=wave, units=int(allocated["sample"].sum())))
    out.print(t("sample.commitment", commitment=committed.commitment))
    out.print(t("sample.publish", slip=committed.slip))


@commands.command("draw", cls=Command, help=t("cli.large_frame.draw.help"))
def draw(
    frame: FrameFile,
    plan: Annotated[Path, typer.Argument(help=t("cli.large_frame.plan"))],
    folder: Annotated[Path, typer.Argument(help=t("cli.large_frame.out"))],
    after: Annotated[Path | None, typer.Option(help=t("cli.large_frame.after"), show_default=False)] = None,
    engine: EngineOption = EMBEDDED,
) -> None:
    lake, large_frames = _rooms()
    committed = large_frames.read_plan_file(read_bounded(plan), name_of(plan))
    earlier = None if after is None else proof_files.read_units(after, proof_files.DRAWN)
    key, opened = keys.find_frame_key(), lake.open_lake(engine)
    files = large_frames.draw_plan(opened, frame, committed, frame_key=key, earlier=earlier)
    proof_files.write_proof(files, folder)
    record = large_frames.read_record_file(files[proof_files.RECORD])
    out.print(t("cli.large_frame.drawn", wave=record.wave, units=record.units, folder=str(folder)))
    out.print(t("sample.published_seed", seed=record.seed, commitment=record.commitment))
    out.print(t("sample.published_slip", slip=committed.slip))
    out.print(t("sample.code", code=record.code))


@commands.command("verify", cls=Command, help=t("cli.large_frame.verify.help"))
def verify(
    frame: FrameFile,
    folder: Annotated[Path, typer.Argument(help=t("cli.verify_draw.folder"))],
    published: Annotated[str | None, typer.Option(help=t("cli.verify_draw.published"), show_default=False)] = None,
    engine: EngineOption = EMBEDDED,
) -> None:
    lake, large_frames = _rooms()
    record, verification = large_frames.verify_large(lake.open_lake(engine), frame, folder, published=published)
    say_verified(record, verification, published)


def _rooms() -> tuple[ModuleType, ModuleType]:
    """The engine and its use cases, imported only by these commands, so that no other command waits for them."""
    from service.drawing import lake, large_frames

    return lake, large_frames
