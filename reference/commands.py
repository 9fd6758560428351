"""Every sub-command of `rankshift` as a page of Markdown, in the words of its own `--help`."""

import re
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import get_args, get_type_hints

import typer
import typer.core

from words import speaker

ROOT = Path(__file__).parents[1]
FILES = {"en": ROOT / "docs" / "commands.md", "zh": ROOT / "docs" / "commands.zh.md"}
PROGRAM = "rankshift"
SHARED = ("store", "as_", "programme")  # options of nearly every sub-command, explained once
MADE_ANEW = ("commands",)  # modules that read their help texts when they are imported


@contextmanager
def program(language: str) -> Generator[typer.core.TyperGroup]:
    """The command line as a program newly started in this language has it."""
    arguments, kept = sys.argv, {name: module for name, module in sys.modules.items() if name.startswith(MADE_ANEW)}
    for name in kept:
        del sys.modules[name]
    sys.argv = [PROGRAM, f"--language={language}"]
    try:
        get_group = import_module("typer.main").get_group
        yield get_group(import_module("commands.cli").app)
    finally:
        sys.argv = arguments
        for name in [name for name in sys.modules if name.startswith(MADE_ANEW)]:
            del sys.modules[name]
        sys.modules.update(kept)


def sub_commands(command, path: str = PROGRAM) -> Iterator[tuple[str, typer.Context]]:
    """(full name, its context) of a command and of all below it, in the order of its help."""
    context = typer.Context(command, info_name=path)
    yield path, context
    if is_group(command):
        context.meta["resolving"] = True  # the sub-command itself, not only its line of help
        for name in command.list_commands(context):
            yield from sub_commands(command.get_command(context, name), f"{path} {name}")


def is_group(command) -> bool:
    return hasattr(command, "list_commands")


def document(language: str) -> str:
    """The page in one language: a table of all sub-commands, then each with its arguments and options."""
    t = speaker(language)
    with program(language) as group:
        (_, whole), *commands = sub_commands(group)
        parts = [
            f"# {t('reference.title')}",
            t("reference.other_language"),
            t("reference.made"),
            whole.command.help,
            options_table(shared_options(whole, commands), whole, t),
            t("reference.shared"),
            table(
                [t("cli.commands"), t("reference.meaning")],
                [[link(p), escaped(c.command.help)] for p, c in commands],
            ),
        ]
        for path, context in commands:
            parts += [f"{'#' * len(path.split())} {path}", escaped(context.command.help)]
            if not is_group(context.command):
                parts += [f"```\n{usage(path, context, t)}\n```", options_table(own_parameters(context), context, t)]
    return "\n\n".join(part for part in parts if part) + "\n"


def link(path: str) -> str:
    """The sub-command's name, leading to its chapter."""
    return f"[{path.removeprefix(PROGRAM + ' ')}](#{path.replace(' ', '-')})"


def own_parameters(context: typer.Context) -> list:
    """The arguments and options that are not shared by nearly all sub-commands."""
    return [p for p in context.command.params if p.name not in SHARED]


def shared_options(whole: typer.Context, commands: list) -> list:
    """The options of the program, and those shared by nearly all sub-commands, each once."""
    shared = {p.name: p for _, context in commands for p in context.command.params if p.name in SHARED}
    return [*whole.command.params, *(shared[name] for name in SHARED)]


def usage(path: str, context: typer.Context, t) -> str:
    """rankshift compare [BEFORE] [AFTER] [--seed TEXT] [--store TEXT]"""
    options = [p for p in context.command.params if p.param_type_name == "option"]
    arguments = [name_of(p, context, t) for p in context.command.params if p.param_type_name == "argument"]
    required = [name_of(p, context, t) for p in options if p.required]
    shared = [f"[{p.opts[0]}]" for p in options if p.name in SHARED]
    rest = [f"[{t('cli.options')}]"] if len(options) > len(required) + len(shared) else []
    return " ".join([path, *arguments, *required, *rest, *shared])


def options_table(params: list, context: typer.Context, t) -> str:
    """Arguments and options with what they mean and their defaults; nothing where there are none."""
    rows = [["`" + name_of(p, context, t).replace("|", "\\|") + "`", meaning(p, t)] for p in params]
    return table([t("reference.option"), t("reference.meaning")], rows) if rows else ""


def name_of(param, context: typer.Context, t) -> str:
    """WAVE, [WAVE] if it may be left out, --csv FILE, --demo"""
    if param.param_type_name == "argument":
        name = param.name.upper()
        return name if param.required else f"[{name}]"
    names = ", ".join(param.opts)
    return names if param.is_flag else f"{names} {kind(param, context, t)}"


def kind(param, context: typer.Context, t) -> str:
    """What an option takes, by the annotation of the function behind the sub-command: FILE, NUMBER, DATE or TEXT."""
    if param.metavar:
        return param.metavar
    annotation = get_type_hints(context.command.callback).get(param.name, str)
    types = {annotation, *get_args(annotation)}
    if Path in types:
        return t("reference.kind.file")
    if datetime in types:
        return t("reference.kind.date")
    return t("reference.kind.number" if types & {int, float} else "reference.kind.text")


def meaning(param, t) -> str:
    """What the parameter means, with its default or that it must be given."""
    parts = [escaped(param.help or "")]
    if param.required and param.param_type_name == "option":
        parts.append(t("cli.required"))
    if param.show_default and not param.required and param.default not in (None, False, ()):
        parts.append(t("cli.default", value=f"`{default_text(param.default)}`"))
    return " ".join(part for part in parts if part)


def table(head: list[str], rows: list[list[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def escaped(sentence: str | None) -> str:
    """A sentence as Markdown shows it in a table, asterisks and bars as they are."""
    return re.sub(r"([*|])", r"\\\1", sentence or "")


def default_text(default) -> str:
    """A default; a file that comes with the program by its place in it."""
    if isinstance(default, Path) and default.is_relative_to(ROOT):
        return default.relative_to(ROOT).as_posix()
    return str(default)
