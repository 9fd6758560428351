"""Documents: every file they name is there, every link leads somewhere; the page of commands is as the program is."""

import ast
import re
from pathlib import Path

import pytest

from reference.commands import FILES, document, program, sub_commands

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted(
    p for p in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("data/*.md"), *ROOT.glob("tests/**/*.md")]
)
# what running, building and installing leave behind is listed in .gitignore: those folders are no rooms
IGNORED = [line.strip("/") for line in (ROOT / ".gitignore").read_text("utf-8").split()]
ROOMS = {
    p.name
    for p in ROOT.iterdir()
    if p.is_dir() and not p.name.startswith(".") and not any(p.match(pattern) for pattern in IGNORED)
}
KINDS = "py|md|toml|csv|json|R|npz|sql|png"
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
PATH = re.compile(rf"(?<![\w/.…-])((?:[\w-]+/)+[\w.-]+\.(?:{KINDS}))\b")
HEADING = re.compile(r"^#{2,3} (rankshift .*)$", re.MULTILINE)
TEST = re.compile(r"(?<![\w/])(test_\w+\.py)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_link_and_path_in_a_document_leads_to_a_file(document):
    text = document.read_text("utf-8")
    absent = [link for link in LINK.findall(text) if "://" not in link and not (document.parent / link).exists()]
    named = [path for path in PATH.findall(text) if path.split("/")[0] in ROOMS]
    absent += [path for path in named if not (ROOT / path).exists() and not (document.parent / path).exists()]
    tests = {p.name for p in (ROOT / "tests").rglob("test_*.py")}
    absent += [name for name in TEST.findall(text) if name not in tests]
    assert not absent


def test_the_pattern_finds_what_it_is_for():
    assert PATH.findall("see estimation/nowhere.py, (docs/x.md) and `tests/golden/a.json`") == [
        "estimation/nowhere.py",
        "docs/x.md",
        "tests/golden/a.json",
    ]
    assert len(DOCUMENTS) > 20


# ---------------------------------------------------------------- the README
# what a newcomer looks for -> the words of the README's line, the file it leads to, and what stands in that file
LOOKED_FOR = {
    "the finite population correction": (
        "finite population correction",
        "estimation/estimators/variance.py",
        "1 - f_h",
    ),
    "degrees of freedom": ("degrees of freedom", "estimation/estimators/design.py", "def df"),
    "a stratum with one PSU": ("a stratum with one PSU", "estimation/estimators/design.py", "lonely"),
    "the raking distance": ("the raking distance", "estimation/calibration/distances.py", "RAKING ="),
    "the response rate": ("response rates", "fieldwork/rates.py", "RR1"),
    "how many numbers are released": (
        "how many numbers are released",
        "sampling/planning/size.py",
        "def numbers_needed",
    ),
    "in which portions": ("in which portions", "sampling/draw/releases.py", "def split_releases"),
    "a rank's lower bound": ("a rank's lower bound", "estimation/ranking/ranks.py", "L_j = 1 +"),
    "when an area is missed": ("when an area is “missed”", "accountability/rules/at_least.py", "missed"),
    "the Chinese for stratum": ("the Chinese for “stratum”", "words/glossary.csv", "\nstratum,层,"),
    "the SQL type of a weight": ("the SQL type of a weight", "service/store/schema.py", "float: sa.Double"),
    "why a verdict can be recomputed": ("why a verdict can be recomputed", "service/store/runs.py", "code_version"),
    "the R command of a golden number": ("which R command made a golden number", "tests/golden/SOURCES.md", "calls"),
    "a leader's headline": ("a leader's headline", "presentation/screen.py", "def headline"),
    "who may see phone numbers": ("who may see phone numbers", "service/store/permissions.py", '"call_sheet"'),
}


@pytest.mark.parametrize("looked_for", LOOKED_FOR)
def test_what_a_newcomer_looks_for_is_found_from_the_readme(looked_for):
    words, file, there = LOOKED_FOR[looked_for]
    (line,) = [line for line in (ROOT / "README.md").read_text("utf-8").splitlines() if words in line]
    assert Path(file).name in line or f"({Path(file).parent})" in line
    assert there in (ROOT / file).read_text("utf-8")


@pytest.mark.parametrize("looked_for", LOOKED_FOR)
def test_what_a_newcomer_looks_for_is_named_by_its_folder_too(looked_for):
    """For those who open the tree and not the README: the folder's first file names the one that has it."""
    file = ROOT / LOOKED_FOR[looked_for][1]
    opening = file.parent / "__init__.py"
    if file.suffix == ".py" and file != opening:
        assert file.name in ast.get_docstring(ast.parse(opening.read_text("utf-8")))


@pytest.mark.parametrize("readme", ["README.md", "README.zh.md"])
def test_the_readme_is_short_and_leads_into_every_room(readme):
    text = (ROOT / readme).read_text("utf-8")
    assert len(text.splitlines()) < 120
    assert {room for room in ROOMS if f"({room}" not in text} <= {"docs"}


# ---------------------------------------------------------------- the commands


@pytest.mark.parametrize("language", FILES)
def test_the_page_of_commands_is_what_make_documents_would_write_now(language):
    assert FILES[language].read_text("utf-8") == document(language), "run `make documents` (python -m reference)"


@pytest.mark.parametrize("language", FILES)
def test_every_sub_command_has_its_chapter_and_every_word_of_its_help(language):
    text = FILES[language].read_text("utf-8")
    with program(language) as group:
        (_, whole), *commands = sub_commands(group)
        assert whole.command.help
        assert HEADING.findall(text) == [path for path, _ in commands]
        for path, context in commands:
            assert context.command.help, path
            for parameter in context.command.params:
                assert parameter.help and not parameter.help.startswith("cli."), f"{path} {parameter.name}"


def test_sub_commands_of_groups_are_found_too():
    with program("en") as group:
        names = [path for path, _ in sub_commands(group)]
    assert len(names) > 50 and {"rankshift league", "rankshift frame banks", "rankshift large-frame draw"} <= {*names}


WRITTEN = re.compile(r"`(?:\.venv/bin/)?rankshift ([^`\n]+)`|^(?:\.venv/bin/)?rankshift ([^\n#]+)", re.MULTILINE)


def written_commands(text: str) -> list[list[str]]:
    """The words after `rankshift` of every command line in a document."""
    lines = [one or other for one, other in WRITTEN.findall(text)]
    words = [part.split() for line in lines for part in re.split(r" && (?:\S*rankshift )?", line)]
    return [line for line in words if re.fullmatch(r"[a-z-]+", line[0]) and not line[0].startswith("-")]


def test_every_command_that_a_document_writes_exists_with_the_options_it_is_given():
    with program("en") as group:
        options = {p: {o for x in c.command.params for o in x.opts} for p, c in sub_commands(group)}
    absent = []
    for file in DOCUMENTS:
        for words in written_commands(file.read_text("utf-8")):
            path = max((p for p in options if f"rankshift {' '.join(words)} ".startswith(f"{p} ")), key=len)
            known = options[path] | {"--help", "--language"}
            given = {word.split("=")[0] for word in words if word.startswith("--")}
            if path == "rankshift" or not given <= known:
                absent.append(f"{file.name}: {' '.join(words)}")
    assert not absent


def test_commands_are_found_in_sentences_and_in_blocks():
    block = "```\n.venv/bin/rankshift load x --demo && .venv/bin/rankshift serve  # run\n```"
    text = f"see `rankshift league --csv FILE`\n{block}"
    assert [words[0] for words in written_commands(text)] == ["league", "load", "serve"]


# ---------------------------------------------------------------- the tests


def test_every_test_file_has_its_line_that_says_against_what_it_checks():
    lines = re.findall(
        r"^\| (test_\w+\.py) \| (.+) \| (.+) \|$", (ROOT / "tests" / "README.md").read_text("utf-8"), re.MULTILINE
    )
    assert sorted(name for name, _, _ in lines) == sorted(p.name for p in (ROOT / "tests").rglob("test_*.py"))


# ---------------------------------------------------------------- the decisions


def test_no_two_test_files_share_a_name():
    """pytest imports test files by their name alone: the second of two would not be collected."""
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_every_decision_stands_once_and_the_one_that_replaced_it_exists():
    text = (ROOT / "docs" / "decisions.md").read_text("utf-8")
    numbers = [int(n) for n in re.findall(r"^(?:\*\*)?(\d+)\.(?:\*\*)? ", text, re.MULTILINE)]
    assert len(numbers) > 100 and len(numbers) == len(set(numbers))
    cited = [
        int(n)
        for note in re.findall(r"\*([^*\n]*replaced by[^*\n]*)\*", text, re.IGNORECASE)
        for n in re.findall(r"\d+", note)
    ]
    assert len(cited) >= 8 and set(cited) <= set(numbers)
