"""How the command line speaks: the reader's language, shared options, tables, files, and progress."""

import locale
import os
import re
import sys
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import typer.core
from rich.console import Console
from rich.table import Table

from service.store.aside import write_new, write_over
from service.store.names import legible
from words import LANGUAGES, Fault, speaker, visible

if TYPE_CHECKING:
    from service.figures.waves import Computed

LANGUAGE_VARIABLE = "RANKSHIFT_LANGUAGE"
REFUSED = 1
PERSON_VARIABLE = "RANKSHIFT_PERSON"
DAY = ["%Y-%m-%d"]
WIDEST = 10_000  # characters of a line: no cell of a table is cut, and a narrow terminal wraps the line


def chosen_language(arguments: list[str], environment: Mapping[str, str]) -> str:
    """--language, else RANKSHIFT_LANGUAGE, else the machine's language; English if there are no words in that one."""
    chosen = [b for a, b in pairwise(arguments) if a == "--language"]
    chosen += [a.split("=", 1)[1] for a in arguments if a.startswith("--language=")]
    name = (chosen or [environment.get(LANGUAGE_VARIABLE) or locale.getlocale()[0] or ""])[-1]
    code_of = {"chinese": "zh", **{language: language for language in LANGUAGES}}
    return next((code_of[start] for start in code_of if name.lower().startswith(start)), "en")


def without_language(arguments: list[str]) -> list[str]:
    """The arguments with --language moved in front of the sub-command; if it is given twice, the last one counts."""
    others, language, following = [], [], iter(arguments)
    for argument in following:
        if argument == "--":
            others += [argument, *following]
        elif argument == "--language" or argument.startswith("--language="):
            value = argument.split("=", 1)[1] if "=" in argument else next(following, None)
            if value is None:
                return ["--language"]  # refused: it needs a value
            language = [f"--language={value}"]
        else:
            others.append(argument)
    return language + others


class Terminal(Console):
    """A console that prints texts as they are, brackets included; nothing in a name steers the screen."""

    def __init__(self, **options: Any):
        super().__init__(highlight=False, markup=False, emoji=False, **options)

    def print(self, *objects: Any, **options: Any) -> None:
        """Print; of what a text holds besides letters, its line breaks alone are kept."""
        super().print(*(_seen(printed) for printed in objects), **options)


def _seen(printed: Any) -> Any:
    return "\n".join(visible(line) for line in printed.split("\n")) if isinstance(printed, str) else printed


# Help texts are read when the module is imported, so the language is chosen here, once.
LANGUAGE = chosen_language(sys.argv, os.environ)
_sentence = speaker(LANGUAGE)


def t(key: str, **values) -> str:
    """A sentence in the reader's language, in which names of files can be printed whatever their bytes are."""
    return legible(_sentence(key, **values))


out, err = Terminal(soft_wrap=True), Terminal(stderr=True, soft_wrap=True)


@dataclass(frozen=True)
class AsTyped:
    """What converts a parameter's value: a text is passed on as it was typed, and what was not given stays so.

    Typer loads pydantic to convert even these two, a tenth of what a command costs. All other values are left to it.
    """

    of_typer: Callable[[], Any]  # makes Typer's own

    def coerce(self, value, param, ctx):
        if value is None and not param.multiple and param.nargs == 1:
            return None
        if isinstance(value, str) and param.type_descriptor.annotation is str:
            return value
        return self.of_typer().coerce(value, param=param, ctx=ctx)


class Speaking:
    """A command whose help is in the reader's language, and whose parameters are converted only where they must be."""

    def get_params(self, ctx):
        parameters = super().get_params(ctx)  # ty: ignore[missing-attribute]  # of the Command it is mixed into
        for parameter in parameters:
            # an older Typer converts without pydantic, and has nothing to be replaced
            if hasattr(parameter, "_runtime_param") and not isinstance(parameter.get_runtime_param, partial):
                parameter.get_runtime_param = partial(AsTyped, parameter.get_runtime_param)
        return parameters

    def get_help_option(self, ctx):
        option = super().get_help_option(ctx)  # ty: ignore[missing-attribute]  # of the Command it is mixed into
        if option is not None:
            option.help = t("cli.help_option")
        return option

    def get_usage(self, ctx) -> str:
        """The line of usage, begun in the reader's language."""
        usage = super().get_usage(ctx)  # ty: ignore[missing-attribute]
        return usage.replace("Usage:", t("cli.usage"), 1)

    def format_help(self, ctx, formatter) -> None:
        from typer import rich_utils  # imported here: only help needs it, and every command would pay for it

        rich_utils.OPTIONS_PANEL_TITLE = t("cli.options")
        rich_utils.ARGUMENTS_PANEL_TITLE = t("cli.arguments")
        rich_utils.COMMANDS_PANEL_TITLE = t("cli.commands")
        rich_utils.DEFAULT_STRING = t("cli.default", value="{}")
        rich_utils.REQUIRED_LONG_STRING = t("cli.required")
        super().format_help(ctx, formatter)  # ty: ignore[missing-attribute]


class Command(Speaking, typer.core.TyperCommand):
    pass


class Group(Speaking, typer.core.TyperGroup):
    def resolve_command(self, ctx, args):
        """The sub-command that is named first; if there is none of this name, those with a similar one are named."""
        if args and args[0] not in self.list_commands(ctx):
            similar = get_close_matches(args[0], self.list_commands(ctx))
            key = "cli.no_such_command" if similar else "cli.no_command"
            ctx.fail(t(key, name=args[0], similar=similar))
        return super().resolve_command(ctx, args)

    def main(self, *arguments, standalone_mode: bool = True, **options):
        """Run the command; what was mistyped is said in the reader's language, with exit code 2."""
        if not standalone_mode:
            return super().main(*arguments, standalone_mode=False, **options)
        try:
            code = super().main(*arguments, standalone_mode=False, **options)
        except MISTYPED as mistake:
            say_mistyped(mistake)
            sys.exit(mistake.exit_code)
        except typer.Abort:
            err.print(t("cli.aborted"), style="red")
            sys.exit(REFUSED)
        if code == STOPPED:
            err.print(t("cli.aborted"), style="red")
        sys.exit(code if isinstance(code, int) else 0)


MISTYPED: Any = typer.BadParameter.__base__  # Typer's class of everything that may be wrong in what was typed

STOPPED = 130  # the exit code after Ctrl-C
AFTER = ("--store", "-s", "--programme", "-p", "--as")  # options of the sub-commands, which often come too early
BOUND = re.compile(r"(less|greater) than or equal to (\S+)")
TOO_MANY = re.compile(r"unexpected extra argument\S* \((.*)\)")
EXPECTED = {  # a part of Typer's English message -> the key of what was expected
    "valid integer": "cli.expected_integer",
    "valid number": "cli.expected_number",
    "match the format": "cli.expected_day",
}


def say_mistyped(mistake) -> None:
    """One line on what was wrong in the command as typed, and one on where its help is."""
    option, parameter = getattr(mistake, "option_name", None), getattr(mistake, "param", None)
    name = getattr(mistake, "param_hint", None)
    if parameter is not None and not name:
        is_option = parameter.param_type_name == "option"
        name = " / ".join(parameter.opts) if is_option else (parameter.metavar or parameter.name.upper())
    kind = type(mistake).__name__
    if kind == "NoArgsIsHelpError":
        mistake.show()
        return
    if kind == "NoSuchOption":
        similar = sorted(mistake.possibilities or ())
        early = mistake.ctx is not None and mistake.ctx.parent is None and option in AFTER
        key = "cli.option_too_early" if early else "cli.no_such_option" if similar else "cli.no_option"
        sentence = t(key, name=option, similar=similar)
    elif kind == "MissingParameter":
        sentence = t("cli.missing", name=name)
    elif kind == "BadParameter" and name:
        sentence = t("cli.bad_value", name=name, problem=_expected(mistake.message))
    elif kind == "BadOptionUsage":
        sentence = t("cli.option_without_value", name=option)
    elif "Missing command" in mistake.message:
        sentence = t("cli.command_missing")
    elif match := TOO_MANY.search(mistake.message):
        sentence = t("cli.too_many", names=match[1])
    else:
        sentence = mistake.message
    err.print(sentence, style="red")
    if mistake.ctx is not None:
        err.print(t("cli.see_help", command=f"{mistake.ctx.command_path} --help"))


def _expected(message: str) -> str:
    """What was expected in the place of a value, from Typer's English message."""
    if match := BOUND.search(message):
        key = "cli.expected_less" if match[1] == "less" else "cli.expected_greater"
        return t(key, bound=match[2])
    return next((t(key) for part, key in EXPECTED.items() if part in message), message)


def ending_in(*endings: str) -> Callable[[typer.CallbackParam, Path | None], Path | None]:
    """For a parameter that names a file to be written: a Fault if its name ends otherwise than the file's kind."""

    def check(param: typer.CallbackParam, file: Path | None) -> Path | None:
        if file is not None and file.suffix.lower() not in endings:
            name = param.opts[0] if param.param_type_name == "option" else (param.metavar or str(param.name).upper())
            raise Fault(key="cli.other_ending", option=name, file=str(file), endings=" / ".join(endings))
        return file

    return check


StoreOption = Annotated[str | None, typer.Option("--store", "-s", help=t("cli.store"), show_default=False)]
ProgrammeOption = Annotated[str | None, typer.Option("--programme", "-p", help=t("cli.programme"), show_default=False)]
AsOption = Annotated[str | None, typer.Option("--as", envvar=PERSON_VARIABLE, help=t("cli.as"), show_default=False)]
WaveArgument = Annotated[str, typer.Argument(help=t("cli.import_wave.wave"))]
SeedOption = Annotated[str, typer.Option(help=t("cli.seed"))]
CsvOption = Annotated[
    Path | None, typer.Option(help=t("cli.league.csv"), show_default=False, callback=ending_in(".csv"))
]


def print_table(title: str, table: Table, notes: list[str], headline: str = "") -> None:
    """Print a title, a headline if there is one, the table with no column cut, and the notes below it."""
    out.print(title, style="bold")
    if headline:
        out.print(headline)
    Terminal(width=WIDEST).print(table)
    for note in notes:
        out.print(note, style="dim")


def write(file: Path, content: bytes) -> None:
    """Write a file, and say so; a Fault if it cannot be written, or is a store, a key or a list of heads."""
    write_all([(file, content)])


def write_all(contents: Sequence[tuple[Path, bytes]], before: str | None = None) -> None:
    """Write every file, then say `before` and name the files, so that a reader who stops listening loses none.

    A Fault if a file cannot be written, or is a store, a key or a list of heads; those written before are named.
    """
    names: list[str] = []
    try:
        for file, content in contents:
            write_over(file, content)
            names.append(str(file))
    except OSError as error:
        raise Fault(key="file.unreadable", file=str(file), problem=error.strerror) from error
    finally:
        if before is not None:
            out.print(before)
        for name in names:
            out.print(t("cli.written", file=name))


@contextmanager
def working(what: str) -> Generator[Callable[[str], None]]:
    """A spinner on standard error that says what is being computed; yields a function to call with each next step."""
    with err.status(t("cli.working", what=what)) as status:
        yield lambda step: status.update(t("cli.working", what=f"{what} · {step}"))


@contextmanager
def counting(what: str) -> Generator[Callable[[float, float], None]]:
    """A bar on standard error that says what is being computed; yields a function to call with (done, of)."""
    from rich.progress import BarColumn, Progress, TextColumn  # imported here: few commands count

    columns = TextColumn("{task.description}"), BarColumn()
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(t("cli.working", what=what), total=1.0)
        yield lambda done, of: bar.update(task, completed=done / of)


def compute(what: str, use_case: Callable[..., "Computed"]) -> None:
    """Compute under a spinner; say which run it was, whether it was stored already, and which areas have no answers."""
    with working(what) as progress:
        computed = use_case(progress)
    out.print(t("cli.repeated" if computed.repeated else "cli.computed", what=what, run=computed.run_id))
    if computed.unanswered:
        out.print(t("cli.unanswered", names=list(computed.unanswered)))


def write_private(file: Path, content: bytes) -> None:
    """Write a new file that only its owner may read; a Fault if the file exists already."""
    try:
        write_new(file, content)
    except FileExistsError as error:
        raise Fault(key="file.exists", file=str(file)) from error
    except OSError as error:
        raise Fault(key="file.unreadable", file=str(file), problem=error.strerror) from error
