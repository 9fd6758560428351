"""Commands on the proof of a draw: write it, and draw again from it without any store."""

from pathlib import Path
from typing import Annotated

import typer

from commands.opening import opened_for
from commands.speaking import AsOption, Command, ProgrammeOption, StoreOption, WaveArgument, out, t
from presentation import samples as sample_words
from sampling import Verification
from sampling.proof.record import DrawRecord
from service.samples import proof_files, samples
from words import Fault

commands = typer.Typer()


@commands.command(name="draw-proof", cls=Command, help=t("cli.draw_proof.help"))
def draw_proof(
    wave: WaveArgument,
    folder: Annotated[Path, typer.Option("--out", help=t("cli.draw_proof.out"))],
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Write a draw's proof to a folder, and say what must be published beside it."""
    opened, programme_name = opened_for(store, as_, programme)
    proof_files.write_proof(proof_files.draw_proof(opened, programme_name, wave), folder)
    out.print(t("cli.draw_proof.written", folder=str(folder), wave=wave))
    out.print(t("sample.published_slip", slip=samples.read_sample(opened, programme_name, wave).plan.slip))


@commands.command(name="verify-draw", cls=Command, help=t("cli.verify_draw.help"))
def verify_draw(
    folder: Annotated[Path, typer.Argument(help=t("cli.verify_draw.folder"))],
    published: Annotated[str | None, typer.Option(help=t("cli.verify_draw.published"), show_default=False)] = None,
    screened: Annotated[list[str] | None, typer.Option(help=t("cli.verify_draw.screened"), show_default=False)] = None,
) -> None:
    """Draw again from a proof's files, without a store."""
    say_verified(*proof_files.verify_folder(folder, published=published, screened=screened or []), published)


def say_verified(record: DrawRecord, verification: Verification, published: str | None) -> None:
    """Print every difference; a Fault if one of them means that the proof does not hold."""
    for line in sample_words.verification_lines(verification, t):
        out.print(line)
    if not verification.holds:
        raise Fault(key="cli.verify_draw.fails", wave=record.wave)
    out.print(t("cli.verify_draw.holds", wave=record.wave, units=record.units))
    if published is None:
        out.print(t("cli.verify_draw.not_compared", slip=proof_files.slip_of(record)))
