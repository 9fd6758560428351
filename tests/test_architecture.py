"""The rooms: who may import whom, which library belongs where, and what pure rooms must never do."""

import ast
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# the rooms from left to right: a room may import itself and those named with it
LEFT = {
    "words": set(),
    "contracts": {"words"},
    "estimation": {"words", "contracts"},
    "sampling": {"words", "contracts", "estimation"},
    "fieldwork": {"words", "contracts", "estimation"},
    "accountability": {"words", "contracts", "estimation"},
    "programme": {"words", "contracts", "estimation", "fieldwork", "accountability"},
    "service": {"words", "contracts", "estimation", "sampling", "fieldwork", "accountability", "programme"},
}
SHOWING = {*LEFT, "presentation"}
MAY_IMPORT = LEFT | {
    "presentation": set(LEFT),
    "commands": SHOWING,
    "ui": SHOWING,
    "app": {*SHOWING, "ui"},
    "pages": {"ui"},
}
# the chapters of a room, each of which may import only those before it
CHAPTERS = {
    "estimation": [
        "columns",
        "calibration",
        "estimators",
        "precision",
        "indicators",
        "weighting",
        "response",
        "waves",
        "ranking",
        "changes",
    ],
    "sampling": ["allocation", "planning", "draw", "frames", "proof"],
    "fieldwork": ["quality", "simulated"],
    "accountability": ["league", "rules", "ladders", "disclosure", "printed"],
    "service": [
        "store",
        "files",
        "intake",
        "protection",
        "samples",
        "fieldwork",
        "figures",
        "bulletins",
        "proof",
        "drawing",
        "care",
        "demonstration",
    ],
    "programme": ["editing"],
    "presentation": ["area", "calling", "evidence", "ladder", "pictures", "printed", "quality", "samples", "bulletin"],
    "commands": ["drawing", "keeping"],
    "ui": ["panels", "pages"],
    "study": ["chain", "claims", "ladders", "quality"],
    "bench": ["printed", "calling", "judging", "quality"],
}
TOOLS = ("study", "bench", "mutants", "torture", "reference")  # run from a checkout, never by the product
MAY_IMPORT |= {room: SHOWING | {"commands", *TOOLS} for room in TOOLS}
PURE = ("words", "contracts", "estimation", "sampling", "fieldwork", "accountability", "programme")
TYPED = ("estimation", "sampling", "fieldwork", "accountability", "programme")
LIBRARIES = {
    "sqlalchemy": {"service"},
    "alembic": {"service"},
    "psycopg": {"service"},
    "sqlite3": {"service"},
    "duckdb": {"service"},
    "ibis": {"service"},
    "typer": {"commands"},
    "rich": {"presentation", "commands"},
    "xlsxwriter": {"service"},
    "docx": {"service"},
    "pptx": {"service"},
    "matplotlib": {"service"},
    "streamlit": {"ui", "app", "pages"},
    "altair": {"ui"},
}
CALLS = {"open", "print", "input", "exec", "eval"}
CLOCKS = {"now", "today", "utcnow", "time", "perf_counter", "monotonic"}
ONLY_FOR_WORDS = {"read_text"}  # its own sentences, part of the package
FILES = {
    "read_text",
    "read_bytes",
    "write_text",
    "write_bytes",
    "read_csv",
    "to_csv",
    "read_excel",
    "to_excel",
    "getenv",
}
IMPORTS_NO_PURE_ROOM = {"os", "sys", "time", "random", "logging", "pathlib", "socket", "subprocess", "requests"}

UNBOUND = {"Store", "engine_of", "store_url", "local_operator", "replace", "dataclasses.replace"}


def imported_names(code: ast.AST) -> set[str]:
    """Names a module takes from others: from x import these."""
    return {alias.name for n in ast.walk(code) if isinstance(n, ast.ImportFrom) for alias in n.names}


@cache
def files(room: str) -> list[Path]:
    return [ROOT / f"{room}.py"] if (ROOT / f"{room}.py").is_file() else sorted((ROOT / room).rglob("*.py"))


@cache
def tree(file: Path) -> ast.AST:
    return ast.parse(file.read_text("utf-8"))


@cache
def imported(file: Path) -> set[str]:
    """First names of the modules a file imports."""
    found = set()
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: imports are written out"
            found.add(node.module.split(".")[0])
    return found


@cache
def called(file: Path) -> set[str]:
    """Names of functions and methods a file calls: f(), x.f()."""
    calls = [node.func for node in ast.walk(tree(file)) if isinstance(node, ast.Call)]
    return {f.id if isinstance(f, ast.Name) else f.attr for f in calls if isinstance(f, ast.Name | ast.Attribute)}


def test_all_code_stands_in_a_known_room():
    rooms = {
        p.stem if p.is_file() else p.name
        for p in [*ROOT.glob("*.py"), *ROOT.glob("*/__init__.py")]
        for p in [p if p.parent == ROOT else p.parent]
    }
    assert rooms <= set(MAY_IMPORT) | {"tests"}
    assert set(MAY_IMPORT) - set(TOOLS) <= rooms


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_imports_only_rooms_to_its_left(room):
    for file in files(room):
        outside = (imported(file) & set(MAY_IMPORT)) - {room}
        assert outside <= MAY_IMPORT[room], file.name


@cache
def modules_imported(file: Path) -> set[str]:
    """Dotted names that a file imports: the modules themselves, and those a `from room import module` may mean."""
    found = set()
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.ImportFrom):
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


@pytest.mark.parametrize("room", [room for room in MAY_IMPORT if (ROOT / room).is_dir()])
def test_no_two_files_of_a_room_import_each_other_even_by_a_detour(room):
    name = {
        file: ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for file in files(room)
    }
    imports = {own: modules_imported(file) & (set(name.values()) - {own, room}) for file, own in name.items()}
    waiting = dict(imports)
    while free := [own for own, needed in waiting.items() if not needed & set(waiting)]:
        for own in free:
            del waiting[own]
    assert not waiting, f"these import each other: {sorted(waiting)}"


@pytest.mark.parametrize("room", [room for room in MAY_IMPORT if (ROOT / room).is_dir()])
def test_a_room_of_many_files_has_chapters_and_a_chapter_imports_only_those_before_it(room):
    folders = [p.name for p in sorted((ROOT / room).iterdir()) if (p / "__init__.py").is_file()]
    assert sorted(CHAPTERS.get(room, [])) == folders
    assert len(list((ROOT / room).glob("*.py"))) <= 20
    for place, chapter in enumerate(CHAPTERS.get(room, [])):
        for file in (ROOT / room / chapter).rglob("*.py"):
            later = {f"{room}.{name}" for name in CHAPTERS[room][place + 1 :]}
            assert not {".".join(name.split(".")[:2]) for name in modules_imported(file)} & later, file


@pytest.mark.parametrize("room", ["estimation", "sampling", "accountability"])
def test_no_chapter_has_the_name_of_something_its_room_hands_out(room):
    """Else `room.name` is the function, and `room.name.file` cannot be reached by it."""
    handed_out = {
        alias.asname or alias.name
        for node in ast.walk(tree(ROOT / room / "__init__.py"))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert not handed_out & set(CHAPTERS[room])


def test_estimation_never_imports_sampling_and_nobody_imports_the_pages():
    assert "sampling" not in MAY_IMPORT["estimation"] | MAY_IMPORT["accountability"]
    for room in (*PURE, "service", "presentation", "commands"):
        assert not {"ui", "app"} & {name for file in files(room) for name in imported(file)}


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_library_is_imported_only_where_it_belongs(library):
    for room in set(MAY_IMPORT) - set(TOOLS):
        users = [file.name for file in files(room) if library in imported(file)]
        assert not users or room in LIBRARIES[library], users


@pytest.mark.parametrize("room", PURE)
def test_a_pure_room_reads_no_clock_file_screen_or_environment(room):
    for file in files(room):
        allowed = ONLY_FOR_WORDS if room == "words" else set()
        assert not called(file) & (CALLS | CLOCKS | FILES) - allowed, file.name
        assert not imported(file) & IMPORTS_NO_PURE_ROOM, file.name


@pytest.mark.parametrize("room", [*PURE, "service", "presentation", "commands", "ui", "app"])
def test_there_is_no_hidden_randomness(room):
    for file in files(room):
        assert "random" not in imported(file), file.name
        for node in ast.walk(tree(file)):
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) in ("np.random", "numpy.random"):
                allowed = {"Generator", "Philox"} if room == "service" else {"Generator"}
                assert node.attr in allowed, f"{file.name}:{node.lineno} np.random.{node.attr}"
            if isinstance(node, ast.ImportFrom) and node.module == "numpy.random":
                assert {alias.name for alias in node.names} <= {"Generator"}, file.name
            if isinstance(node, ast.keyword) and node.arg == "random_state":
                raise AssertionError(f"{file.name}: random_state")


@pytest.mark.parametrize("room", PURE)
def test_randomness_enters_a_pure_room_by_name_and_is_never_defaulted(room):
    for file in files(room):
        for node in ast.walk(tree(file)):
            if isinstance(node, ast.FunctionDef):
                named = node.args.kwonlyargs
                defaults = dict(zip([a.arg for a in named], node.args.kw_defaults, strict=True))
                assert defaults.get("rng") is None, f"{file.name}: {node.name}"
                positional = node.args.args[len(node.args.args) - len(node.args.defaults) :]
                assert "rng" not in [a.arg for a in positional], f"{file.name}: {node.name}"


def functions_of(file: Path) -> list[tuple[str, ast.FunctionDef]]:
    """The public functions of a file, and the public methods of its classes."""
    code = tree(file)
    owners = [("", code), *((f"{node.name}.", node) for node in code.body if isinstance(node, ast.ClassDef))]
    inside = [(owner + n.name, n) for owner, node in owners for n in node.body if isinstance(n, ast.FunctionDef)]
    return [(name, function) for name, function in inside if not function.name.startswith("_")]


@pytest.mark.parametrize("room", TYPED)
def test_a_public_function_of_a_pure_room_says_the_types_of_its_parameters_and_of_its_result(room):
    for file in files(room):
        for name, function in functions_of(file):
            named = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
            untyped = [a.arg for a in named if a.annotation is None and a.arg not in ("self", "cls")]
            assert not untyped and function.returns is not None, f"{file.name}: {name} {untyped}"


def test_a_page_is_words_and_widgets():
    for file in sorted((ROOT / "ui" / "pages").glob("*.py")):
        assert not called(file) & {"groupby", "merge", "pivot_table", "execute", "select"}, file.name
        assert not imported(file) & {"pandas", "numpy", "sqlalchemy", "estimation"}, file.name


def test_pages_are_handed_a_store_bound_to_an_actor_and_open_none_themselves():
    """navigation.py gives each page `store.acting(actor)`; ui/ opens and unbinds no store: no page acts as operator."""
    entry = tree(ROOT / "ui" / "navigation.py")
    shows = [n for n in ast.walk(entry) if isinstance(n, ast.Call) and ast.unparse(n.func).endswith(".show")]
    assert shows and all(ast.unparse(call.args[0]) == "store.acting(actor)" for call in shows)
    bound = [
        ast.unparse(n.value) for n in ast.walk(entry) if isinstance(n, ast.Assign) and "actor" in ast.unparse(n.targets)
    ]
    assert bound == ["explained(lambda: sign_in.actor(store, menu, t), t)"]
    for file in files("ui"):
        code = tree(file)
        calls = {ast.unparse(node.func) for node in ast.walk(code) if isinstance(node, ast.Call)}
        assert not calls & UNBOUND, file.name
        assert not {name for name in calls if name.startswith("Store.")}, file.name
        acting = [
            ast.unparse(n)
            for n in ast.walk(code)
            if isinstance(n, ast.Call) and ast.unparse(n.func).endswith(".acting")
        ]
        bindings = {"sign_in.py": ["store.acting(person)"], "navigation.py": ["store.acting(actor)"]}
        assert acting == bindings.get(file.name, []), file.name
        if file.parent.name == "pages" and file.name != "__init__.py":
            (show,) = [n for n in code.body if isinstance(n, ast.FunctionDef) and n.name == "show"]
            assert show.args.args[0].arg == "store" and ast.unparse(show.args.args[0].annotation) == "Store", file.name
            assert not imported_names(code) & {"engine_of", "store_url", "Actor", "local_operator"}, file.name


def test_the_entry_is_short():
    assert len((ROOT / "app.py").read_text("utf-8").splitlines()) <= 40


def test_every_page_is_shorter_than_a_hundred_lines():
    """A page chooses, calls a use case and shows; what is longer is a panel."""
    lengths = {f.name: len(f.read_text("utf-8").splitlines()) for f in (ROOT / "ui" / "pages").glob("*.py")}
    assert {name: length for name, length in lengths.items() if length >= 100} == {}


def test_every_file_opens_with_one_sentence():
    for room in MAY_IMPORT:
        for file in files(room):
            opening = ast.get_docstring(tree(file))
            assert opening and opening.splitlines()[0].rstrip().endswith((".", ":", ",")), file


def test_nothing_is_called_utils():
    vague = {"utils", "util", "helpers", "helper", "common", "core", "manager", "misc"}
    names = {part for room in MAY_IMPORT for file in files(room) for part in (file.stem, file.parent.name)}
    assert not names & vague


def test_no_list_of_index_addresses_is_kept():
    assert not (ROOT / "uv.lock").exists() and not (ROOT / "pylock.toml").exists()


@pytest.mark.parametrize("room", ["estimation", "sampling"])
def test_every_public_name_of_a_room_is_loaded_from_the_file_that_checkers_read(room):
    module, code = import_module(room), tree(ROOT / room / "__init__.py")
    for_checkers = {
        alias.name: node.module
        for node in ast.walk(code)
        if isinstance(node, ast.ImportFrom) and node.module.startswith(f"{room}.")
        for alias in node.names
    }
    assert sorted(for_checkers) == module.__all__
    for name, file in for_checkers.items():
        assert getattr(module, name) is getattr(import_module(file), name)
        assert f"{room}.{module._FILE_OF[name]}" == file
    assert not hasattr(module, "no_such_name")
