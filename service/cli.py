"""The command `rankshift`: one sub-command a use case, in the reader's language; a fault is one line, exit code 1."""

import sys
from typing import Annotated

import typer

from service.commands import (
    audit,
    care,
    contacts,
    figures,
    frame,
    intake,
    key,
    large_frame,
    person,
    planning,
    proof,
    sample,
    work,
)
from service.commands.speaking import LANGUAGE, REFUSED, Group, err, t
from words import LANGUAGES, Fault

app = typer.Typer(cls=Group, no_args_is_help=True, add_completion=False, help=t("cli.help"))
for part in (intake, figures, work, planning, proof, care):
    app.add_typer(part.commands)
GROUPS = {
    "key": key,
    "contacts": contacts,
    "audit": audit,
    "person": person,
    "frame": frame,
    "sample": sample,
    "large-frame": large_frame,
}
for name, part in GROUPS.items():
    app.add_typer(part.commands, name=name)


@app.callback()
def language(language: Annotated[str, typer.Option(help=t("cli.language"), metavar="zh|en")] = LANGUAGE) -> None:
    """The options of every sub-command; `speaking` read the language before."""
    if language not in LANGUAGES:
        raise typer.BadParameter(f"{language} ({' | '.join(LANGUAGES)})", param_hint="--language")


def main() -> None:
    """Run the command; a fault is one line on standard error and exit code 1."""
    try:
        app()
    except Fault as fault:
        err.print(t(fault.key, **fault.values), style="red")
        sys.exit(REFUSED)
