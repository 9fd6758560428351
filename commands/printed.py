"""The command that checks a bulletin's figures by one another; it needs no store."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from accountability.printed.check import Checked
from commands.speaking import REFUSED, Command, CsvOption, out, print_table, t, write
from presentation.printed.findings import finding_table, meaning_names, meanings_of_lines, summary, unread_lines
from service.files.bounds import read_bounded
from service.files.write import csv_bytes
from service.proof import bulletin_checked
from words import Fault

commands = typer.Typer()


@commands.command(name="check-bulletin", cls=Command, help=t("cli.check_bulletin.help"))
def check_bulletin(
    file: Annotated[Path, typer.Argument(help=t("cli.check_bulletin.file"))],
    column: Annotated[list[str] | None, typer.Option(help=t("cli.check_bulletin.column"), show_default=False)] = None,
    csv: CsvOption = None,
) -> None:
    """Check a bulletin and print what does not agree; the exit code is 1 if a figure is wrong."""
    meanings = meanings_of_lines(column or [])
    try:
        checked = bulletin_checked.check_bulletin(read_bounded(file), file.name, meanings)
    except Fault as fault:
        if fault.key in ("printed.not_understood", "printed.no_meaning"):
            fault.add_note(t("cli.check_bulletin.say", names=meaning_names(t)))
        raise
    _say(checked)
    if csv is not None:
        write(csv, csv_bytes(finding_table(checked, t)))
    if any(finding.certain for finding in checked.findings):
        raise typer.Exit(REFUSED)


def _say(checked: Checked) -> None:
    rows = finding_table(checked, t)
    unread = unread_lines(checked, t)
    if unread:
        unread.append(t("cli.check_bulletin.say", names=meaning_names(t)))
    if not len(rows):
        for line in (summary(checked, t), t("printed.none_found"), *unread):
            out.print(line)
        return
    table = Table(*rows.columns)
    for row in rows.itertuples(index=False):
        table.add_row(*row)
    print_table(summary(checked, t), table, unread)
