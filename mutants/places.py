"""Where a fault can be put: every place of a room's files that an operator changes, and the file with one change."""

import ast
import difflib
import random
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code

from mutants.operators import operators

GUARD = ", strict=True"  # of zip: it only detects an error in our own code, so leaving it out is no fault
BY_NAME = "*, "  # in a list of parameters: those after it are given by name
ROOMS = ("estimation", "sampling", "fieldwork", "accountability", "contracts.py")


@dataclass(frozen=True)
class Place:
    """A spot in a file, inside a function ("" outside of any), and what may be put there: (operator, occurrence)."""

    file: str
    line: int
    column: int
    function: str
    faults: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Mutant:
    """A file with one change: the line as it is, and as the mutant has it."""

    place: Place
    operator: str
    source: str
    before: str
    after: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What stays the same while lines move: file, original line, mutant's line."""
        return self.place.file, self.before, self.after


def files_of(root: Path, room: str) -> list[str]:
    """A room's files, relative to the root; an __init__.py only names what others hold."""
    path = root / room
    sources = [path] if path.is_file() else sorted(path.rglob("*.py"))
    return [f.relative_to(root).as_posix() for f in sources if f.name != "__init__.py"]


def places_of(root: Path, file: str) -> list[Place]:
    """Every place of a file outside annotations and decorators."""
    source = (root / file).read_text("utf-8")
    code = ast.parse(source)
    untouched, spans = _untouched(code), function_spans(code)
    faults, tree = defaultdict(list), list(ast_nodes(get_ast(source)))
    for name, operator in operators().items():
        positions = (start for node in tree for start, _ in operator.mutation_positions(node))
        for occurrence, (line, column) in enumerate(positions):
            if not any(start <= (line, column) < end for start, end in untouched):
                faults[line, column].append((name, occurrence))
    return [
        Place(file, line, column, function_at(spans, line), tuple(f)) for (line, column), f in sorted(faults.items())
    ]


def mutant_of(root: Path, place: Place, rng: random.Random) -> Mutant | None:
    """One of the place's faults, chosen at random; None if none of them can be compiled."""
    source = (root / place.file).read_text("utf-8")
    for name, occurrence in rng.sample(place.faults, len(place.faults)):
        changed_source = mutate_code(source, operators()[name], occurrence)
        if (
            changed_source is None
            or not _compiles(changed_source)
            or ast.dump(ast.parse(changed_source)) == ast.dump(ast.parse(source))
        ):
            continue
        changed = [d for d in difflib.ndiff(source.splitlines(), changed_source.splitlines()) if d[:2] in ("- ", "+ ")]
        before, after = (" ".join(d[2:].strip() for d in changed if d[0] == sign) for sign in "-+")
        if after in (before.replace(GUARD, ""), before.replace(BY_NAME, "/, ", 1)):
            continue
        return Mutant(place, name, changed_source, before, after)
    return None


def function_spans(code: ast.AST) -> list[tuple[int, int, str]]:
    """(first line, last line, qualified name) of every function, outer ones first."""
    function_lines = []

    def walk(node, names):
        for child in ast.iter_child_nodes(node):
            inside = names
            if isinstance(child, ast.FunctionDef | ast.ClassDef):
                inside = (*names, child.name)
                if isinstance(child, ast.FunctionDef):
                    function_lines.append((child.lineno, child.end_lineno or child.lineno, ".".join(inside)))
            walk(child, inside)

    walk(code, ())
    return function_lines


def function_at(spans: list[tuple[int, int, str]], line: int) -> str:
    """The innermost function that holds a line, "" if none does."""
    return next((name for first, last, name in reversed(spans) if first <= line <= last), "")


def _untouched(code: ast.AST) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    kept = []
    for node in ast.walk(code):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            kept += node.decorator_list
        if isinstance(node, ast.FunctionDef):
            arguments = node.args
            every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
            kept += [a.annotation for a in every if a is not None] + [node.returns]
        if isinstance(node, ast.AnnAssign):
            kept.append(node.annotation)
    return [((n.lineno, n.col_offset), (n.end_lineno, n.end_col_offset)) for n in kept if n is not None]


def _compiles(source: str) -> bool:
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True
