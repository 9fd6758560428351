"""The page on which anybody checks a proof: what holds, what does not, what is no proof, and where nobody signs in."""

import io
import sys
import zipfile
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from sampling import Bank, commitment
from sampling.frames.phone import NumberBanks
from sampling.proof.master_sample import MasterPlan, MasterRecord, bank_digest, draw_master, master_key, numbers_digest
from service.samples import master, proof_files
from service.samples.proof_files import zipped
from service.store.engine import STORE_VARIABLE, Store
from words import text

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "tests" / "service"))
from small_proof import LINE, small_proof  # noqa: E402


def page(language: str = "en") -> AppTest:
    script = f"""
from ui.pages import check
from words import speaker
check.show(None, speaker({language!r}))
"""
    return AppTest.from_string(script, default_timeout=60).run()


def checked(content: bytes, line: str = "", language: str = "en", file: str = "proof.zip") -> AppTest:
    at = page(language)
    at.file_uploader(key="check_file").set_value((file, content, "application/zip"))
    at.text_input(key="check_line").set_value(line)
    at.button(key="check_go").click().run()
    assert not at.exception
    return at


def said(at: AppTest) -> str:
    return "\n".join(str(p.value) for p in (*at.success, *at.error, *at.warning, *at.markdown))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_proof_that_holds_is_said_to_hold_and_without_the_line_what_it_must_be(language):
    line, files = LINE, small_proof()
    at = checked(zipped(files), f"  {line} ", language)
    assert len(at.success) == 1 and not at.error and not at.warning
    assert text("proof.approvals", language, count=1) in said(at)
    inside = zipped({f"proof/{name}": content for name, content in files.items()})  # a folder that was packed
    assert text("cli.verify_draw.not_compared", language, slip=line) in said(checked(inside, language=language))


def test_another_line_or_a_changed_sample_does_not_hold_as_by_command(tmp_path, rankshift):
    files = small_proof()
    assert "published before" in said(at := checked(zipped(files), "0" * 64)) and at.error and not at.success
    files["sample.csv"] = files["sample.csv"].replace(b"u1", b"u9")
    at = checked(zipped(files), LINE)
    assert at.error and not at.success
    proof_files.write_proof(files, tmp_path / "proof")
    by_command = rankshift("verify", tmp_path / "proof", "--published", LINE)
    assert by_command.code == 1
    found = proof_files.verify_folder(tmp_path / "proof", published=LINE)[1]
    for key, values in found.differences:
        assert text(key, "en", **values) in said(at)


def test_a_master_sample_s_proof_is_checked_by_the_same_page():
    banks = [Bank("1390772", ("4513",)), Bank("1390773", ("4513",))]
    seed, digest = "a sealed seed of a master", bank_digest(NumberBanks(banks))
    plan = MasterPlan("numbers", ("4513",), {"mobile": 30}, digest, "the lottery", commitment(seed))
    drawn = draw_master(banks, plan.cities, plan.numbers, key=master_key(plan, seed, "3 1 4"))
    record = master.recorded(MasterRecord(plan, seed, "3 1 4", numbers_digest(drawn)), banks)
    rows = [f"{prefix},{digits},{mode},{areas}" for prefix, digits, mode, areas in record.pop("banks")]
    record |= {"seed": seed, "commitments": [{"line": plan.line}]}
    numbers = "\n".join(["unit_id,phone", *(f"u{n},{n}" for n in drawn.unit_id)]).encode()
    files = {"record.json": proof_files.json.dumps(record).encode(), "numbers.csv": numbers}
    files["banks.csv"] = "\n".join(["prefix,digits,mode,areas", *rows]).encode()
    at = checked(zipped(files), plan.line)
    assert len(at.success) == 1 and text("banks.lines", "en", count=1) in said(at)
    files["numbers.csv"] = numbers.replace(drawn.unit_id[0].encode(), b"13907720000")
    at = checked(zipped(files), plan.line)
    assert at.error and not at.success


def test_what_is_no_proof_is_one_sentence():
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("record.json", b"{}" + b" " * 500_000_000)
    outside = zipped({"../record.json": b"{}", "/tmp/x.csv": b"a"})
    for content in (b"no archive", zipped({"a.txt": b"x"}), bomb.getvalue(), outside, zipped({"record.json": b"[]"})):
        at = checked(content)
        assert len(at.error) == 1 and not at.success


def test_where_nobody_can_sign_in_yet_the_page_of_proofs_is_there(fresh_url, monkeypatch):
    url = fresh_url("sqlite")
    monkeypatch.setenv(STORE_VARIABLE, url)
    Store.create(url).engine.dispose()
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    assert not at.exception and at.get("page_link")
