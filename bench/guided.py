"""Inputs that are bred: what reaches a line of ours that none before it reached is kept and changed further.

Every parser of ours is fed so: whatever takes a file's content, or a text that a person types. They are found in
service/, programme/ and sampling/ by their arguments; one that this file does not know how to call stops the fuzz.
"""

import importlib
import inspect
import io
import pkgutil
import random
import re
import sys
import tempfile
import traceback
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

import pandas as pd

import programme
import sampling
import service
from bench.seeds import FOLDER as SEEDS
from fieldwork.phone_numbers import normalised
from programme.editing.all_faults import all_faults
from programme.editing.edited_rules import faults_of_rules, rules_of, with_rules
from programme.survey import read_programme
from programme.wave_names import check_wave_name
from reference import examples
from sampling.proof.links import read_chain
from service.bulletins.document import NOTICE
from service.bulletins.templates import word_template
from service.bulletins.word import read_template
from service.drawing.large_frames import read_allocation, read_plan_file
from service.fieldwork.answering.response_file import read_responses
from service.fieldwork.call_file import read_calls
from service.fieldwork.simulating import read_truth
from service.files.faults import FaultList
from service.intake.margin_file import census_file, read_margins
from service.intake.wave_file import read_wave
from service.proof.bulletin_checked import check_bulletin
from service.proof.chain_checked import verify_chain_file
from service.proof.uploaded_chain import check_upload
from service.protection.keys import read_key
from service.samples.frame_file import read_frame
from service.samples.plan_files import read_constraints, read_costs
from service.samples.proof_files import read_record_file
from service.samples.public_value import plain_value, spelled
from service.samples.shares_file import read_shares
from service.store.audit import Head, read_kept
from service.store.engine import parsed_url
from words import LANGUAGES, Fault, text

VALUE = re.compile(rb'"[^"\n]*"|[0-9A-Za-z_.+-]+|[][{}]')
VALUES = (  # what a value of a text may become
    *(
        b"null",
        b"true",
        b"[]",
        b"{}",
        b"-1",
        b"0",
        b"1e999",
        b"NaN",
        b"9" * 400,
        b"0.5",
        b'""',
        b'"x"',
        b'"-1"',
        b"[[]]",
    ),
    *(
        b"[" * 3_000,
        b'{"a":' * 3_000,
        b'"\\ud800"',
        b'"\\u0000"',
        "号".encode(),
        b"1970-01-01",
        b"25:00",
        b"..",
        b"/etc",
    ),
)
Mutation = Callable[[bytes, random.Random], bytes]
ROOT = Path(__file__).parents[1]
OURS = tuple(f"{ROOT / room}/" for room in ("service", "programme", "sampling", "fieldwork", "words"))
ROOMS = (service, programme, sampling)
LOWER = ("service.files.", "service.store.")  # what all parsers read with, and what only writes
WITHIN = {  # parsers that only others call -> those
    "cells_of": "check_upload",
    "parquet_table": "check_upload",
    "differing_commitments": "check_upload",
    "unpacked": "check_upload",
    "listed_screenings": "check_upload",
    "figures_say": "check_upload",
    "weights_say": "check_upload",
}
NOT_FED = {  # what takes a content that nobody could have damaged, or any bytes at all, and why
    "digest_of": "a digest is of any bytes",
    "document_of": "a kept bulletin is read only if its digest is the one that was written with it",
    **dict.fromkeys(
        ("empty_before_last", "pdf_bytes", "sealed", "sealed_pdf", "with_fonts_at_hand", "with_parts"),
        "a file that was written just now",
    ),
}
TOML = (examples.FOLDER / "programme.toml").read_bytes()
SURVEY = read_programme(TOML, "programme.toml")
RULES = b"""
[rules.last]
measure = "safe"
kind = "not_last"
threshold = 1
name = { en = "Not the last" }

[consequences.talk]
kind = "each"
of = "last"
name = { en = "Talk" }
"""
TOWNS = list(examples.TOWNS)
STRATA = pd.DataFrame({"stratum": TOWNS, "population": [100, 200, 300, 400]})
NOW = datetime(2026, 11, 27, tzinfo=UTC)
CENSUS = (ROOT / "data" / "guangxi" / "population.csv").read_bytes()
AGES, MARGINS = ["18-29", "30-59", "60-120"], ["sex*age_group"]
PLAN = (
    b'{"wave": "2026Q1", "design": {"method": "stratified", "counts": [["01", 3]]}, "frame": "ab", '
    b'"commitment": "cd", "sealed": "ef"}'
)


def _csv(kind: str) -> bytes:
    return examples.csv(examples.KINDS[kind](), "utf-8")


def _within(archive: str, name: str) -> bytes:
    with zipfile.ZipFile(SEEDS / archive) as opened:
        return opened.read(name)


def _from_file(read: Callable[[Path], Any]) -> Callable[[bytes], Any]:
    """A reader of a content in place of a file, which only its owner may read."""

    def reading(content: bytes) -> Any:
        with tempfile.NamedTemporaryFile() as file:
            file.write(content)
            file.flush()
            return read(Path(file.name))

    return reading


def _responses(content: bytes) -> None:
    """With all that is wrong with their cells."""
    faults = FaultList("r.csv")
    read_responses(content, "r.csv", SURVEY, faults)
    faults.settle()


def _typed(read: Callable[[str], Any]) -> Callable[[bytes], Any]:
    return lambda content: read(content.decode("utf-8", "replace"))


RESPONSES = (
    "unit_id,at,interviewer,disposition,safe,why,trust\n"
    "u001,2026/5/2 19:00:00,a,1.1 complete,3,1;2,7.5\nu002,2026/5/2 19:05:00,b,无人接听,,,\n"
    "u003,2026/5/2 19:09:00,,,比较安全,,10\n"
)
BULLETIN = (
    "Area,Score,Rank\nA,97.1,1\nB,95.2,2\n\nOf 173 townships, 110 (63.6 %) rose from 88.1 to 90.4, up 2.3 points.\n"
)


def _bulletin(content: bytes) -> None:
    """As a table, and as running text."""
    for file in ("b.csv", "b.txt"):
        check_bulletin(content, file)


def _rules_apart(content: bytes) -> str:
    """The rules of a programme that was accepted; no other has a version that could be edited."""
    read_programme(content, "p.toml")
    return rules_of(content, "p.toml")


# parser -> (a right input, how it is called)
PARSERS: Mapping[str, tuple[bytes, Callable[[bytes], Any]]] = {
    "read_programme": (TOML, lambda content: read_programme(content, "p.toml")),
    "all_faults": (TOML, lambda content: all_faults(content, "p.toml")),
    "rules_of": (TOML, _rules_apart),
    "faults_of_rules": (RULES, _typed(lambda rules: faults_of_rules(TOML, rules, "p.toml"))),
    "with_rules": (RULES, _typed(lambda rules: with_rules(TOML, rules))),
    "read_template": (word_template("zh"), lambda content: read_template(content, "t.docx", "zh", NOTICE)),
    "read_wave": (_csv("wave"), lambda content: read_wave(content, "w.csv", SURVEY, wave="2026Q1")),
    "read_frame": (_csv("list"), lambda content: read_frame(content, "l.csv", by=["area"], areas=TOWNS)),
    "read_margins": (_csv("margins"), lambda content: read_margins(content, "m.csv")),
    "census_file": (CENSUS, lambda content: census_file(content, "c.csv", "4513", AGES, MARGINS, "2020")),
    "read_calls": (_csv("calls"), lambda content: read_calls(content, "c.csv", NOW)),
    "read_responses": (RESPONSES.encode(), _responses),
    "read_truth": (
        b"area,rate,willing\n01,0.9,0.6\n02,0.8,0.7\n",
        lambda content: read_truth(content, "t.csv", TOWNS, "2026Q1"),
    ),
    "read_shares": (_csv("shares"), lambda content: read_shares(content, "s.csv")),
    "read_costs": (b"stratum,cost\n01,3\n02,4.5\n", lambda content: read_costs(content, "c.csv", areas=TOWNS)),
    "read_constraints": (b"domain,share,margin\narea=01,0.5,0.1\n", lambda content: read_constraints(content, "c.csv")),
    "read_allocation": (b"stratum,sample\n01,3\n02,4\n", lambda content: read_allocation(content, "a.csv", STRATA)),
    "read_plan_file": (PLAN, lambda content: read_plan_file(content, "p.json")),
    "read_record_file": (_within("proof.zip", "record.json"), read_record_file),
    "read_chain": (_within("chain.zip", "chain.json"), lambda content: read_chain(content, "chain.json")),
    "verify_chain_file": (_within("chain.zip", "chain.json"), lambda content: verify_chain_file(content, "chain.json")),
    "check_bulletin": (BULLETIN.encode(), _bulletin),
    "check_upload": ((SEEDS / "proof.zip").read_bytes(), lambda content: check_upload(content, "proof.zip")),
    # what a person types or an operator keeps
    "plain_value": ("3、17 号, ３".encode(), _typed(plain_value)),
    "spelled": (b"3,17", _typed(spelled)),
    "check_wave_name": (b"2026Q1", _typed(check_wave_name)),
    "normalised": (b"+86 139-8765-4321", _typed(normalised)),
    "Head.read": (b"12:" + b"5f" * 32, _typed(Head.read)),
    "read_kept": (b"1:" + b"5f" * 32 + b"\n", _from_file(lambda file: read_kept(parsed_url(f"sqlite:///{file}x")))),
    "read_key": (b"QUJD" * 22 + b"\n", _from_file(read_key)),
    "parsed_url": (b"postgresql://ann:a%20b@[::1]:5432/base?sslmode=require", _typed(parsed_url)),
}


def parsers_of_files() -> Iterator[str]:
    """The names of all functions of ours that take the content of a file and no store."""
    for room in ROOMS:
        for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            if ".migrations" in module.name or module.name.startswith(LOWER):
                continue
            loaded = importlib.import_module(module.name)
            for name, do in inspect.getmembers(loaded, inspect.isfunction):
                names = list(inspect.signature(do).parameters)
                its_own = do.__module__ == module.name and not name.startswith("_")
                if (
                    its_own
                    and names
                    and ("content" in names[:2])
                    and "store" not in names
                    and "connection" not in names
                ):
                    yield name


def refuse_unknown() -> None:
    """Stop if there is a parser that nobody feeds."""
    unknown = set(parsers_of_files()) - set(PARSERS) - set(WITHIN) - set(NOT_FED)
    if unknown:
        raise SystemExit(f"say in bench/guided.py how these are called: {sorted(unknown)}")


def bred(name: str, inputs: int, mutated: Mutation, rng: random.Random) -> tuple[int, int, list[tuple[bytes, str]]]:
    """Feed a parser so many inputs; how many were kept, how many lines of ours they reached, and which traced back."""
    seed, read = PARSERS[name]
    kept, reached, wrong = [seed], set(), []
    for number in range(inputs):
        content = seed if number == 0 else _changed(rng.choice(kept), mutated, rng)
        lines, said = _traced(read, content)
        if said:
            wrong.append((content, said))
        elif lines - reached:
            kept.append(content)
        reached |= lines
    return len(kept) - 1, len(reached), wrong


def _changed(content: bytes, mutated: Mutation, rng: random.Random) -> bytes:
    """Bytes changed anywhere; or, half the time, a value of the text replaced by one of another kind."""
    if rng.random() < 0.5:
        return mutated(content, rng)
    if content.startswith(b"PK"):
        return _repacked(content, mutated, rng)
    values = list(VALUE.finditer(content))
    if not values:
        return mutated(content, rng)
    chosen = rng.choice(values)
    return content[: chosen.start()] + rng.choice(VALUES) + content[chosen.end() :]


def _repacked(content: bytes, mutated: Mutation, rng: random.Random) -> bytes:
    """An archive with a value in one of its texts replaced; the archive itself is sound."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as old:
            parts = {name: old.read(name) for name in old.namelist()}
    except (zipfile.BadZipFile, zlib.error, OSError, NotImplementedError, RuntimeError):
        return mutated(content, rng)
    if parts:
        name = rng.choice(list(parts))
        parts[name] = _changed(parts[name], mutated, rng) if not parts[name].startswith(b"PK") else b""
    with zipfile.ZipFile(buffer := io.BytesIO(), "w") as new:
        for name, part in parts.items():
            new.writestr(name, part)
    return buffer.getvalue()


def _traced(read: Callable[[bytes], Any], content: bytes) -> tuple[set[tuple[str, int]], str]:
    """The lines of ours that reading reached, and the trace if it ended in one."""
    lines: set[tuple[str, int]] = set()

    def call(frame: FrameType, _event: str, _argument: Any) -> Callable | None:
        return line if frame.f_code.co_filename.startswith(OURS) else None

    def line(frame: FrameType, event: str, _argument: Any) -> Callable:
        if event == "line":
            lines.add((frame.f_code.co_filename, frame.f_lineno))
        return line

    sys.settrace(call)
    try:
        read(content)
    except Fault as fault:
        sys.settrace(None)
        for language in LANGUAGES:
            text(fault.key, language, **fault.values)
    except BaseException:
        return lines, traceback.format_exc()[-1500:]
    finally:
        sys.settrace(None)
    return lines, ""
