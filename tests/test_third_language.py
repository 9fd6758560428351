"""A third language is one folder of words: half of one, put beside the two complete ones, is spoken everywhere."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FRENCH = {
    "language": {
        "language.code": "fr",
        "language.name": "Français",
        "language.one": "0 1",
        "list.between": " ; ",
        "list.shortened": "{names} et {more} autres",
    },
    "league": {
        "screen.none": "{moved} sur {count} {count:zone|zones} ({base}).",
    },
    "columns": {"short.verdict.chance": "non confirmé"},
}
NAMED_IN_CHINESE_ONLY = """
from pathlib import Path
from programme.entry import Entry
entry = Entry("p.toml", "", {"name": {"zh": "安全感"}, "other": {"fr": "Sécurité", "en": "Safety"}})
print(entry.names("name"), entry.names("other"))
"""
PAGE = """
from streamlit.testing.v1 import AppTest
page = AppTest.from_file({app!r}, default_timeout=60)
page.query_params["lang"] = "fr"
page.run()
assert not page.exception, page.exception
print(*page.radio(key="language").options, sep="|")
for kind in (page.title, page.subheader, page.success, page.info, page.markdown, page.caption):
    print(*(part.value for part in kind), sep="\\n")
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory, ensu_store):
    """run(code): what Python prints that finds words with French in them, and all else as it is here."""
    folder = tmp_path_factory.mktemp("with_french")
    shutil.copytree(ROOT / "words", folder / "words", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.rmtree(folder / "words" / "fr", ignore_errors=True)  # once somebody has added it
    (folder / "words" / "fr").mkdir()
    for name, sentences in FRENCH.items():
        (folder / "words" / "fr" / f"{name}.json").write_text(json.dumps(sentences), "utf-8")
    environment = {**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}", "RANKSHIFT_STORE": ensu_store[1]}

    def said(code: str) -> str:
        command = [sys.executable, "-P", "-c", code]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return said


def command(*arguments: str) -> str:
    return f"import sys; sys.argv = {['rankshift', *arguments]!r}; from commands.cli import main; main()"


def test_a_name_not_given_in_it_is_shown_in_a_language_it_is_given_in(run):
    chinese_only, two = run(NAMED_IN_CHINESE_ONLY).replace("} {", "}\n{").splitlines()
    assert eval(chinese_only) == {"zh": "安全感", "en": "安全感", "fr": "安全感"}
    assert eval(two) == {"zh": "Safety", "en": "Safety", "fr": "Sécurité"}


def test_the_command_speaks_it_and_says_in_english_what_it_lacks(run):
    table = run(command("--language", "fr", "league"))
    assert "26 sur 32 zones (last quarter (2015 Q2))" in table and "non confirmé" in table
    assert "Mexico City" in table and "Range" in table  # without French names
    assert "zh|en|fr" in run(command("--language", "fr", "--help"))


def test_the_page_offers_it_and_speaks_it(run):
    shown = run(PAGE.format(app=str(ROOT / "app.py")))
    assert shown.splitlines()[0] == "中文|English|Français"
    assert "26 sur 32 zones" in shown


def test_each_language_says_which_numbers_go_with_its_first_form(run):
    code = "from words import text; print(text('screen.none', 'fr', count={n}, base='', area='', moved=0))"
    assert "0 sur 0 zone (" in run(code.format(n=0)) and "0 sur 2 zones (" in run(code.format(n=2))
