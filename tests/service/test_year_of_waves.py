"""A year of Laibin's waves as a centre plays it by command, and a third party who has the proof alone.

Four quarters from the simulated list that comes with the program: planned with a public value, drawn, released by
completed interviews, each after the one before.  It takes some fifteen seconds, since every step is the real one.
"""

import csv
import re
import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from service.protection import keys
from service.samples.proof_files import zipped
from service.store import audit

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "surveys" / "laibin_simulated"
WAVES = ("2026Q1", "2026Q2", "2026Q3", "2026Q4")


@pytest.fixture
def centre(tmp_path, monkeypatch, rankshift):
    """A function that runs a command of the centre and gives what it says; every command must end well."""
    monkeypatch.setenv(audit.HEAD_VARIABLE, str(tmp_path / "heads"))
    for variable, name in ((keys.FILE_VARIABLE, "key"), (keys.FRAME_FILE_VARIABLE, "frame_key")):
        monkeypatch.setenv(variable, str(tmp_path / "keys" / name))
    for variable in (keys.KEY_VARIABLE, keys.FRAME_VARIABLE):
        monkeypatch.delenv(variable, raising=False)

    def run(*command) -> str:
        said = rankshift(*command, "--store", tmp_path / "laibin.db")
        assert said.code == 0, (command, said.err)
        return said.out

    run("init")
    run("import-programme", DATA / "programme.toml")
    run("person", "add", "ann", "centre")
    assert rankshift("frame", "new-key").code == 0
    return run


def rung(list_file: Path, calls_file: Path, number: int) -> int:
    """A made-up call log of everybody on the list: every third gives an interview, in one county every ninth."""
    rows = list(csv.DictReader(list_file.read_text("utf-8-sig").splitlines()))
    lines = ["unit_id,at,interviewer,disposition"]
    for k, row in enumerate(rows):
        answers = k % (9 if row["area"].endswith("4") else 3) == 0
        lines.append(
            f"{row['unit_id']},2025-{3 * number:02d}-10 10:{k % 60:02d}:00,i{k % 5},{'1.1' if answers else '2.11'}"
        )
    calls_file.write_text("\n".join(lines) + "\n", "utf-8")
    return len(rows)


def test_a_year_is_planned_drawn_released_by_completes_and_verified_by_a_third_party_by_page_and_command(
    centre, tmp_path, rankshift, monkeypatch
):
    at = tmp_path
    centre("frame", "import", "residents", DATA / "list" / "simulated_list.csv", "--by", "area,urban", "--as", "ann")
    lines, called, after = {}, {}, []
    for number, wave in enumerate(WAVES, 1):
        public = ["--public", f"the lottery of quarter {number} (made up)"]
        rates = ["--response", 0.4, "--portions", "0.6,0.2,0.2"]
        centre("sample", "plan", wave, 60, "--frame", "residents", *rates, *public, *after, "--as", "ann")
        lines[wave] = centre("sample", "approve", wave, "--as", "ann").split()[-1]
        centre("sample", "draw", wave, "--value", f"03 11 17 25 3{number}", "--as", "ann")
        centre("sample", "release", wave, "--as", "ann")
        centre("sample", "list", wave, at / f"first_{wave}.csv", "--as", "ann")
        first = rung(at / f"first_{wave}.csv", at / "calls.csv", number)
        centre("sample", "calls", wave, at / "calls.csv", "--as", "ann")
        said = centre("sample", "release", wave, "--short", "--as", "ann")  # only where interviews are short
        centre("sample", "list", wave, at / f"{wave}.csv", "--as", "ann")
        again = rankshift("sample", "list", wave, at / f"{wave}.csv", "--as", "ann", "--store", at / "laibin.db")
        assert again.code == 1 and "exists already and is not overwritten" in again.err
        units = {row["unit_id"] for row in csv.DictReader((at / f"{wave}.csv").read_text("utf-8-sig").splitlines())}
        drawn, released = map(int, re.findall(r"(\d+) units drawn, (\d+) released", said)[0])
        assert first < len(units) == released < drawn
        called[wave], after = units, ["--after", wave]
    assert len(set().union(*called.values())) == sum(map(len, called.values()))  # nobody was called twice in the year
    centre("draw-proof", WAVES[-1], "--out", at / "third" / "proof", "--as", "ann")

    shutil.rmtree(at / "keys")  # the third party has neither the store nor a key, only the proof and the line
    monkeypatch.chdir(at / "third")
    by_command = rankshift("verify", "proof", "--published", lines[WAVES[-1]])
    assert by_command.code == 0 and "is correct" in by_command.out
    assert by_command.out.count("approved 1 time") == 4 and "audit trail" in by_command.out
    assert rankshift("verify", "proof", "--published", lines["2026Q3"]).code == 1
    files = {p.relative_to(at / "third").as_posix(): p.read_bytes() for p in (at / "third").rglob("*") if p.is_file()}
    script = "from ui.pages import check\nfrom words import speaker\ncheck.show(None, speaker('zh'))"
    page = AppTest.from_string(script, default_timeout=60).run()
    page.file_uploader(key="check_file").set_value(("proof.zip", zipped(files), "application/zip"))
    page.text_input(key="check_line").set_value(lines[WAVES[-1]])
    page.button(key="check_go").click().run()
    assert len(page.success) == 1 and not page.error and not page.exception
