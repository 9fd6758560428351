"""Every parser is fed by the fuzz, and what bred inputs found is refused with a sentence."""

import io
import random
import zipfile
import zlib

import pytest
from made_up import BOTH

from bench import guided
from bench.seeds import FOLDER
from service.drawing.large_frames import read_plan_file
from service.proof.uploaded_chain import check_upload
from service.samples import uploaded_proof
from service.samples.proof_files import read_record_file
from service.samples.public_value import plain_value
from service.store.engine import engine_of
from words import Fault

DEEP = b'{"wave": ' + b"[" * 100_000


def refused(do, *arguments) -> Fault:
    with pytest.raises(Fault) as caught:
        do(*arguments)
    for t in BOTH.values():
        assert "{" not in t(caught.value.key, **caught.value.values)
    return caught.value


def test_a_parser_that_the_fuzz_does_not_know_stops_it(monkeypatch):
    guided.refuse_unknown()
    found = list(guided.parsers_of_files())
    assert len(found) > 12
    monkeypatch.setattr(guided, "PARSERS", {name: of for name, of in guided.PARSERS.items() if name != "read_costs"})
    with pytest.raises(SystemExit, match="read_costs"):
        guided.refuse_unknown()


def test_a_line_that_was_not_reached_before_is_worth_keeping():
    def cut(content: bytes, rng: random.Random) -> bytes:
        return content[: rng.randrange(len(content))]

    kept, lines, wrong = guided.bred("read_chain", 40, cut, random.Random(1))
    assert kept > 0 and lines > 10 and wrong == []


def test_json_that_is_nested_without_end_is_no_plan_and_no_record():
    assert refused(read_plan_file, DEEP, "plan.json").key == "lake.plan"
    assert refused(read_record_file, DEEP).key == "proof.record"


@pytest.mark.parametrize("error", [ValueError("negative seek value -1"), zlib.error("invalid distance"), EOFError()])
def test_an_archive_whose_parts_are_damaged_is_no_proof(monkeypatch, error):
    def broken(*_):
        raise error

    content = (FOLDER / "proof.zip").read_bytes()
    assert check_upload(content, "proof.zip").verification.holds
    with monkeypatch.context() as patched:
        patched.setattr(uploaded_proof.zipfile.ZipFile, "read", broken)
        assert refused(check_upload, content, "proof.zip").key == "check.no_record"


def test_an_archive_that_points_before_its_beginning_is_no_proof():
    content = bytearray((FOLDER / "proof.zip").read_bytes())
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        place = archive.start_dir
    content[place + 42 : place + 46] = b"\xff\xff\xff\xff"  # where the first part begins
    refused(check_upload, bytes(content), "proof.zip")


def test_a_public_value_may_have_any_number_of_digits():
    assert plain_value("3 " + "0" * 9 + "9" * 5_000) == "3 " + "9" * 5_000
    assert plain_value("０３, 000 ٣") == "3 0 3"


@pytest.mark.parametrize("url", ["postgresql://ann:se@cr:et@host/base", "postgresql://ann:secret@host:54x/base"])
def test_a_url_that_cannot_be_read_is_said_without_its_password(url):
    fault = refused(engine_of, url)
    assert fault.key == "store.url" and "cr" not in fault.values["found"] and "***@host" in fault.values["found"]
