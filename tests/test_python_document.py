"""The Python document: every block runs, in order and as it stands, and prints what stands under it."""

import contextlib
import io
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BLOCKS = re.compile(r"^```python\n(.*?)^```\n```text\n(.*?)^```$", re.DOTALL | re.MULTILINE)
ENGLISH, CHINESE = ((ROOT / "docs" / name).read_text("utf-8") for name in ("python.md", "python.zh.md"))


def test_the_blocks_print_what_stands_under_them(monkeypatch):
    monkeypatch.chdir(ROOT)
    names: dict = {}
    assert len(BLOCKS.findall(ENGLISH)) == ENGLISH.count("```python") >= 8
    for code, expected in BLOCKS.findall(ENGLISH):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, "docs/python.md", "exec"), names)
        assert printed.getvalue() == expected, code


@pytest.mark.parametrize("subject", ["INDEPENDENT", "Design", "rake", "allocate_proportional"])
def test_each_part_is_there(subject):
    assert subject in ENGLISH


def test_the_chinese_document_has_the_same_blocks():
    assert BLOCKS.findall(CHINESE) == BLOCKS.findall(ENGLISH)
