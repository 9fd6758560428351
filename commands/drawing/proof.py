"""Commands on proofs: write that of a draw or the chain of a wave's figures, and check either without any store."""

from pathlib import Path
from typing import Annotated

import typer

from commands.opening import opened_for
from commands.speaking import AsOption, Command, ProgrammeOption, StoreOption, WaveArgument, out, t, write_private
from presentation import samples as sample_words
from sampling import Verification
from sampling.proof.record import DrawRecord
from service.proof import chain_files, compared_files, exchanged, outside, outside_changes
from service.proof.uploaded_chain import check_place
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


@commands.command(cls=Command, help=t("cli.chain.help"))
def chain(
    wave: WaveArgument,
    folder: Annotated[Path, typer.Option("--out", help=t("cli.chain.out"))],
    against: Annotated[str | None, typer.Option(help=t("cli.chain.against"), show_default=False)] = None,
    answers: Annotated[Path | None, typer.Option(help=t("cli.chain.answers"), show_default=False)] = None,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Write the chain of proof of a wave's figures to a folder, and say which line must be published with them."""
    opened, programme_name = opened_for(store, as_, programme)
    if against is None:
        line, files = chain_files.chain_proof(opened, programme_name, wave)
    else:
        line, files = compared_files.compared_proof(opened, programme_name, wave, against)
    proof_files.write_proof(files, folder)
    out.print(t("chain.written", folder=str(folder), wave=wave))
    if answers is not None:
        if against is None:
            given = chain_files.answers_files(opened, programme_name, wave)
        else:
            given = compared_files.compared_answers(opened, programme_name, wave, against)
        proof_files.write_proof(given, answers, private=True)
        out.print(t("chain.answers_written", folder=str(answers), wave=wave))
    out.print(t("chain.published_line", line=line))


@commands.command(name="check-in-r", cls=Command, help=t("cli.check_in_r.help"))
def check_in_r(
    wave: WaveArgument,
    file: Annotated[Path, typer.Option("--out", help=t("cli.check_in_r.out"))],
    against: Annotated[str | None, typer.Option(help=t("cli.check_in_r.against"), show_default=False)] = None,
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Write the files with which somebody else computes a wave's figures, or its changes, again."""
    opened, programme_name = opened_for(store, as_, programme)
    if against is None:
        write_private(file, proof_files.zipped(outside.outside_files(opened, programme_name, wave)))
        out.print(t("outside.written", file=str(file), wave=wave))
        return
    files = outside_changes.outside_changes(opened, programme_name, wave, against)
    write_private(file, proof_files.zipped(files))
    out.print(t("outside.changes_written", file=str(file), wave=wave, against=against))


@commands.command(cls=Command, help=t("cli.export.help"))
def export(
    wave: WaveArgument,
    folder: Annotated[Path, typer.Option("--out", help=t("cli.export.out"))],
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Write a wave's figures for other programs."""
    opened, programme_name = opened_for(store, as_, programme)
    proof_files.write_proof(exchanged.exchange_files(opened, programme_name, wave), folder)
    out.print(t("exchange.written", folder=str(folder), wave=wave))


@commands.command(cls=Command, help=t("cli.verify.help"))
def verify(
    place: Annotated[Path, typer.Argument(help=t("cli.verify.place"))],
    published: Annotated[str | None, typer.Option(help=t("cli.verify_draw.published"), show_default=False)] = None,
    line: Annotated[str | None, typer.Option(help=t("cli.verify.line"), show_default=False)] = None,
    screened: Annotated[list[str] | None, typer.Option(help=t("cli.verify_draw.screened"), show_default=False)] = None,
    answers: Annotated[Path | None, typer.Option(help=t("cli.verify.answers"), show_default=False)] = None,
) -> None:
    """Check a proof without a store: draw again, and check the chain of figures if there is one."""
    lines = {"published": published, "line": line, "screened": screened or []}
    checked = check_place(place, **lines, answers=answers)
    for said in sample_words.verification_lines(checked.verification, t):
        out.print(said)
    key, values = checked.verdict[0]
    if not checked.verification.holds:
        raise Fault(key=key, **values)
    for key, values in checked.verdict:
        out.print(t(key, **values))


def say_verified(record: DrawRecord, verification: Verification, published: str | None) -> None:
    """Print every difference; a Fault if one of them means that the proof does not hold."""
    for line in sample_words.verification_lines(verification, t):
        out.print(line)
    if not verification.holds:
        raise Fault(key="cli.verify_draw.fails", wave=record.wave)
    out.print(t("cli.verify_draw.holds", wave=record.wave, units=record.units))
    if published is None:
        out.print(t("cli.verify_draw.not_compared", slip=proof_files.slip_of(record)))
