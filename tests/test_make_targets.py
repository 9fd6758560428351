"""Every target of the Makefile that only people call runs here at its smallest size, so that none can die unseen."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
TARGETS = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)[1].split()
ELSEWHERE = {"run", "demo", "setup", "test", "lint", "browser", "documents", "clean"}  # in a test of their own
SAID = {  # target -> a line of what it prints; none where files tell
    "bench": [
        "{} interviews, {} areas",
        "block R, {} areas",
        "Raking {} rows",
        "{} units drawn",
        "s beside the scan",
        "{} replications: relative error of Σw",
        "sqlite: {} attempts",
        "rankshift league: .* of the bare import",
        "{} rows of a workbook, ours: ",
        "{} interviews × {} items, {} areas × {} measures",
        "{} townships, notice, docx: ",
        "{} areas × {} quarters × {} rules",
        "{} replicates of the whole weighting: ",
    ],
    "fuzz": ["{} files, wrong 0; slowest"],
    "torture": ["sqlite: {} kills", "  lost: 0", "a planted number", "by {} processes", "wrong 0"],
    "load": ["headline: .* of an empty page", "{} readers at once over one alone", "outcome recorded, all at once"],
    "study": ["intervals: {} rows", "cells {}, cells above"],
    "mutants": ["2 of {} places tried"],
}


def commands(target: str) -> list[str]:
    """The lines that make would run for a target after the environment is there."""
    made = [f"--assume-old={name}" for name in (".venv/installed", ".venv/benched", ".venv/tested")]
    asked = ["make", "--dry-run", *made, target, "QUICK=--quick"]
    lines = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [line for line in lines if "uv pip" not in line and not line.startswith(("touch", "make"))]


def test_every_target_is_run_by_a_test():
    assert set(TARGETS) == ELSEWHERE | set(SAID)


@pytest.mark.parametrize("target", SAID)
def test_a_target_runs_from_its_first_line_to_its_last(target):
    if target == "mutants":
        pytest.importorskip("cosmic_ray")  # of the group `test`; an older environment has it after `make test`
    environment = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1") | {"PYTHONPATH": str(ROOT)}
    lines = commands(target)
    assert lines
    ours = [shlex.split(line.replace(".venv/bin/", "")) for line in lines if line.startswith(".venv/bin/")]
    assert [line for line in lines if not line.startswith((".venv/bin/", "echo "))] == []
    programs = [words[2:] if words[:2] == ["python", "-m"] else words for words in ours]
    command = [sys.executable, "tests/in_turn.py", json.dumps(programs)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=os.environ | environment)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    for line in SAID[target]:
        assert re.search(line.replace("{}", r"[\d,]+"), done.stdout), done.stdout
