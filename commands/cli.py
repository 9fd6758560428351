"""The command `rankshift`: one sub-command for each use case, in the reader's language.

A fault is one line on standard error, perhaps with one on how to see more, and an exit code (`exit_code`). The file
of a sub-command is imported only when it is called, since help and the version need none of the statistics.
"""

import errno
import gc
import sys
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.main import get_group

from commands.speaking import LANGUAGE, REFUSED, Command, Group, err, out, t, without_language
from words import LANGUAGES, Fault

# sub-command -> the file in commands/ that has it, in the order in which --help lists them
SINGLE = {
    **dict.fromkeys(("init", "load", "import-programme", "import-margins", "import-wave"), "intake"),
    "imports": "history",
    **dict.fromkeys(("weights", "estimate", "compare"), "computing"),
    "league": "figures",
    "power": "computing",
    **dict.fromkeys(("beside", "move-weights"), "trials"),
    **dict.fromkeys(("consequences", "factors", "types", "definitions"), "figures"),
    **dict.fromkeys(("refresh", "jobs", "publish"), "work"),
    **dict.fromkeys(("runs", "rerun"), "history"),
    **dict.fromkeys(("plan", "size", "margins"), "drawing.planning"),
    "check-bulletin": "printed",
    "large-wave": "drawing.large_wave",
    "simulate": "simulating",
    **dict.fromkeys(("draw-proof", "chain", "verify", "check-in-r", "export"), "drawing.proof"),
    **dict.fromkeys(("serve", "backup", "restore", "purge", "doctor"), "keeping.care"),
}
GROUPS = {
    **{"bulletin": "bulletin", "quality": "quality"},
    **{name: f"keeping.{name}" for name in ("key", "contacts", "audit", "person")},
    **{
        "frame": "drawing.frame",
        "sample": "drawing.sample",
        "calling": "calling",
        "responses": "drawing.responses",
        "large-frame": "drawing.large_frame",
    },
}
FULL_DISK, NO_ROOM = {errno.ENOSPC, errno.EDQUOT}, 6  # the exit code of a full disk, as for a full database
SELDOM = 100_000  # objects between two searches for cycles


class Subcommands(Group):
    """The sub-commands: their names come from the tables above, and each is loaded when it is called."""

    def list_commands(self, ctx) -> list[str]:
        return [*SINGLE, *GROUPS]

    def get_command(self, ctx, cmd_name: str):
        """The sub-command; while help is being written, only its name and its line of help."""
        if cmd_name not in self.list_commands(ctx):
            return None
        if ctx.invoked_subcommand is None and not ctx.meta.get("resolving"):
            return Command(cmd_name, help=t(f"cli.{cmd_name.replace('-', '_')}.help"))
        return loaded(cmd_name)

    def resolve_command(self, ctx, args):
        ctx.meta["resolving"] = True
        return super().resolve_command(ctx, args)


def loaded(name: str) -> Any:
    """The sub-command of this name, or the group of sub-commands, from its file."""
    file = {**SINGLE, **GROUPS}[name]
    command_or_group = get_group(import_module(f"commands.{file}").commands)
    if not gc.isenabled():  # `start` switched it off
        gc.freeze()  # modules that are loaded have no cycles to give back
        gc.enable()
    if name not in GROUPS:
        return command_or_group.commands[name]
    command_or_group.name = name
    return command_or_group


app = typer.Typer(cls=Subcommands, no_args_is_help=True, add_completion=False, help=t("cli.help"))


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version as installed_version

        out.print(f"rankshift {installed_version('rankshift')}")
        raise typer.Exit


@app.callback()
def options(
    language: Annotated[
        str, typer.Option(help=t("cli.language"), metavar="|".join(LANGUAGES), show_default=False)
    ] = LANGUAGE,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_version, help=t("cli.version"))
    ] = False,
) -> None:
    """The options of every sub-command; `speaking` read the language before."""
    if language not in LANGUAGES:
        raise typer.BadParameter(f"{language} ({' | '.join(LANGUAGES)})", param_hint="--language")


def main() -> None:
    """Run the command; a fault is one line on standard error and an exit code that is not 0."""
    gc.set_threshold(SELDOM, *gc.get_threshold()[1:])
    try:
        app(args=without_language(sys.argv[1:]))
    except Fault as fault:
        err.print(t(fault.key, **fault.values), style="red")
        for note in getattr(fault, "__notes__", ()):
            err.print(note)
        sys.exit(exit_code(fault))
    except OSError as error:  # a full disk, a folder that may not be written to
        problem = ": ".join(str(part) for part in (error.filename, error.strerror or error) if part)
        err.print(t("cli.system", problem=problem), style="red")
        sys.exit(NO_ROOM if error.errno in FULL_DISK else REFUSED)


def exit_code(fault: Fault) -> int:
    """1, or the code of a sick database: 3 busy, 4 damaged, 5 read-only, 6 full, 7 unreachable, 8 slow."""
    from service.store.sickness import EXIT_CODES  # imported here: only a command that failed asks

    return EXIT_CODES.get(fault.key, REFUSED)
