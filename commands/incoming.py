"""What commands that take a file in share: what may be named of it, a preview of it, and the list of its faults."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from commands.speaking import ending_in, out, print_table, t, write
from service.files.fault_file import fault_file
from service.files.faults import FIRST_ROWS, CellFault, FileFaults
from service.files.preview import Preview
from service.store.names import name_of
from words import Fault, visible

SheetOption = Annotated[str | None, typer.Option("--sheet", help=t("cli.file.sheet"), show_default=False)]
EncodingOption = Annotated[str | None, typer.Option("--encoding", help=t("cli.file.encoding"), show_default=False)]
ZerosOption = Annotated[bool, typer.Option("--zeros", help=t("cli.file.zeros"))]
PreviewOption = Annotated[bool, typer.Option("--preview", help=t("cli.file.preview"))]
FaultsOption = Annotated[
    Path | None,
    typer.Option("--faults", help=t("cli.file.faults"), show_default=False, callback=ending_in(".csv", ".xlsx")),
]


def sheet_of(option: str):
    """--sheet of the second file of a command, which `option` names."""
    return typer.Option(f"--{option}-sheet", help=t("cli.file.sheet_of", option=f"--{option}"), show_default=False)


def encoding_of(option: str):
    """--encoding of the second file of a command, which `option` names."""
    help_text = t("cli.file.encoding_of", option=f"--{option}")
    return typer.Option(f"--{option}-encoding", help=help_text, show_default=False)


def say_recognised(notes) -> None:
    """Say what was recognised in a file that came in."""
    for key, values in notes:
        out.print(t(key, **values))


@contextmanager
def listing_faults(file: Path | None) -> Generator[None]:
    """Write all that is wrong with a refused file into `file`; if none is named, a note says that this is possible."""
    try:
        yield
    except Fault as fault:
        if file is not None:
            write(file, fault_file(fault, name_of(file), t))
        elif isinstance(fault, FileFaults) or (isinstance(fault, CellFault) and len(fault.numbers) > FIRST_ROWS):
            fault.add_note(t("cli.file.list_them"))
        raise


def show_preview(preview: Preview) -> None:
    """What was recognised, what each column is for, the first rows, and what is wrong: as a Fault, if anything is."""
    from presentation.terminal import Rows  # imported here: an import prints no table

    say_recognised(preview.notes)
    if preview.uses:
        used = [f"{column} = {t(f'file.use.{use}')}" for column, use in preview.uses.items() if use]
        out.print(t("file.preview.used", columns=used))
        if ignored := [column for column, use in preview.uses.items() if not use]:
            out.print(t("file.preview.ignored", columns=ignored))
        rows = Rows(*map(visible, preview.first.columns))
        for cells in preview.first.itertuples(index=False):
            rows.add_row(*cells)
        print_table(t("file.preview.rows", rows=preview.rows), rows, [])
    if preview.fault is not None:
        raise preview.fault
    out.print(t("cli.file.only_preview"))
