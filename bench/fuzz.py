"""Ten thousand damaged files, and bred inputs for every parser: none may trace back, be imported in part, or be costly.

    python -m bench.fuzz [--quick]

Each file is a mutation of one that is right (reference.examples). It is read, and every tenth imported into a store, in
a process of its own, which may take 10 seconds of processor time and 500 MB; what is refused must be refused with a
sentence in both languages. Then every parser of ours, also of proofs, plans and what is typed, gets a thousand inputs
that are bred (bench.guided). --quick: each kind in one format, and each format once.
"""

import os
import random
import resource
import shutil
import sys
import tempfile
import traceback
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import sqlalchemy as sa

from bench import guided
from bench.measured import quick_asked
from programme.survey import read_programme
from reference import examples
from service.fieldwork.call_file import read_calls
from service.files.choice import choice_of
from service.files.fault_file import fault_table
from service.intake import imports
from service.intake.margin_file import read_margins
from service.intake.records_file import RecordsFile, read_records
from service.intake.wave_file import read_wave
from service.samples.bank_files import ExchangeFile, read_banks
from service.samples.frame_file import read_frame
from service.samples.shares_file import read_shares
from service.store import schema
from service.store.engine import Store
from words import Fault, speaker

FILES, SEED = 10_000, 20_261_127
INPUTS, QUICK_INPUTS, FEW = 1_000, 3, 2  # bred inputs of a parser; traces of it that are shown
SECONDS, BYTES = 10, 500_000_000
IN_STORE = 10  # every tenth wave or programme is imported into a store
KEPT = Path("build/fuzz")  # files that failed
NOW = datetime(2026, 11, 27, tzinfo=UTC)
LOGS = ("imports", "audit")  # tables that a refused import may write
TOML = (examples.FOLDER / "programme.toml").read_bytes()
PROGRAMME = read_programme(TOML, "programme.toml")
TOWNS = list(examples.TOWNS)
CRIMES = b"""[records.crimes]
best = "smallest"
name = { en = "Crimes" }
[measures.index]
kind = "index"
best = "largest"
scale = [0, 1]
name = { en = "Index" }
parts.safe = { weight = 0.5 }
parts.crimes = { weight = 0.5, bounds = [0, 100] }
"""
WITH_RECORDS = read_programme(TOML + CRIMES, "programme.toml")
PREFIXES = examples.csv(examples.prefixes(), "utf-8")
CITIES = [examples.CITY]
READERS: Mapping[str, Callable[[bytes, str], object]] = {
    "wave": lambda content, name: read_wave(content, name, PROGRAMME, wave="2026Q1"),
    "list": lambda content, name: read_frame(content, name, by=["area", "mode"], areas=TOWNS),
    "margins": read_margins,
    "calls": lambda content, name: read_calls(content, name, NOW),
    "shares": read_shares,
    "records": lambda content, name: read_records(RecordsFile(content, name), WITH_RECORDS, TOWNS),
    "prefixes": lambda content, name: read_banks(content, name, None, CITIES),
    "exchanges": lambda content, name: read_banks(PREFIXES, "p.csv", ExchangeFile(content, name), CITIES),
    "programme": read_programme,
}
NASTY = (  # what a cell may become
    *("", " ", "0", "-1", "1e308", "1e-300", "1e999", "nan", "inf", "9" * 400, "0x10", "1_000", "1,5", "\u0663"),
    *("#N/A", "=1+1", "'01", "1;2", "1;1", ";", "9999-12-31", "10000-01-01", "2026-02-30", "45778.75", "\ufeff1"),
    *("\u67d0" * 5_000, "a" * 40_000, "\U0001f600", "e\u0301", "\u202e1", "2026/3/1 25:00", "0001/1/1 00:00"),
)
TOKENS = (b"{", b"[", b'"', b"=", b"\n", b"9" * 5_000, b"1e400", b"nan", b"9999-12-31T23:59:59+23:59", b"'''", b"\\u")


def seeds() -> list[tuple[str, str, Callable[[random.Random], bytes]]]:
    """kind, name, and what makes a file: the right one with a few cells changed, or as it is."""

    def saved(kind: str, form: str) -> Callable[[random.Random], bytes]:
        def make(rng: random.Random) -> bytes:
            table = examples.KINDS[kind]()
            for _ in range(rng.choice((0, 0, 1, 3))):
                table.iat[rng.randrange(len(table)), rng.randrange(table.shape[1])] = rng.choice(NASTY)
            return examples.FORMS[form](table)

        return make

    found = [(kind, form, saved(kind, form)) for kind in examples.KINDS for form in examples.FORMS]
    found += [("wave", name, lambda _, make=make: make()) for name, make in examples.WAVES.items()]
    return [*found, ("programme", "programme.toml", lambda _: TOML)]


def seeds_of(quick: bool) -> list[tuple[str, str, Callable[[random.Random], bytes]]]:
    """All seeds; quick: those whose kind, or whose name, none before them has."""
    every = seeds()
    if not quick:
        return every
    chosen, kinds, names = [], set(), set()
    for kind, name, make in every:
        if kind not in kinds or name not in names:
            chosen.append((kind, name, make))
            kinds.add(kind)
            names.add(name)
    return chosen


def mutated(content: bytes, rng: random.Random) -> bytes:
    """Some bytes changed, taken out, doubled, or put in; of a zip, half the time within one of its parts."""
    if content.startswith(b"PK") and rng.random() < 0.5:
        with suppress(zipfile.BadZipFile, zlib.error, OSError, NotImplementedError, RuntimeError):
            return _in_a_part(content, rng)
    for _ in range(rng.choice((1, 1, 2, 8))):
        content = _changed(content, rng)
    return content


def _changed(content: bytes, rng: random.Random) -> bytes:
    at, length = rng.randrange(len(content) + 1), rng.choice((1, 1, 2, 4, 16, 200))
    how = rng.randrange(7)
    if how == 0:  # other bytes
        return content[:at] + rng.randbytes(length) + content[at + length :]
    if how == 1:  # the end is missing
        return content[:at]
    if how == 2:  # a part is missing
        return content[:at] + content[at + length :]
    if how == 3:  # a part stands twice
        return content[:at] + content[at : at + length] * rng.choice((2, 50)) + content[at + length :]
    if how == 4:  # the largest and the smallest numbers
        return content[:at] + rng.choice((b"\xff", b"\x00", b"\x7f", b"\x80")) * length + content[at + length :]
    if how == 5:  # what means something to a reader
        return content[:at] + rng.choice(TOKENS) + content[at:]
    if not content[at : at + 1]:
        return content
    return content[:at] + bytes([content[at] ^ 1 << rng.randrange(8)]) + content[at + 1 :]


def _in_a_part(content: bytes, rng: random.Random) -> bytes:
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(made := BytesIO(), "w", 8) as new:
        names = old.namelist()
        chosen = rng.choice(names)
        for name in names:
            part = old.read(name)
            if name == chosen:
                part = _changed(part, rng) if rng.random() < 0.8 else b""
            new.writestr(name, part)
    return made.getvalue()


def cases(count: int, quick: bool) -> Iterator[tuple[int, str, str, bytes]]:
    """number, kind, name and content of each damaged file."""
    every = seeds_of(quick)
    for number in range(len(every) if quick else count):
        rng = random.Random(SEED + number)
        kind, name, make = every[number % len(every)]
        content = make(rng)
        yield number, kind, name, mutated(content, rng) if rng.random() < 0.9 else content


def outcome(kind: str, name: str, content: bytes, store: str | None) -> str:
    """What becomes of a file: "read", or the key of the fault; anything else is raised."""
    try:
        if store is None:
            choice_of(None, None)
            READERS[kind](content, name)
        else:
            _imported_whole(kind, name, content, store)
    except Fault as fault:
        for language in ("zh", "en"):
            assert fault.sentences[language]
            fault_table(fault, speaker(language))
        return fault.key
    return "read"


def _imported_whole(kind: str, name: str, content: bytes, url: str) -> None:
    """Import the file; a Fault must leave every table as it was, but for the log and the trail."""
    store = Store.open(url)
    before = _rows(store)
    try:
        if kind == "programme":
            imports.import_programme(store, content, name)
        else:
            imports.import_wave(store, "lakeside", "2026Q1", content, name)
    except Fault:
        assert _rows(store) == before, "imported in part"
        raise


def _rows(store: Store) -> dict[str, int | None]:
    with store.read() as connection:
        return {
            name: connection.scalar(sa.select(sa.func.count()).select_from(table))
            for name, table in schema.metadata.tables.items()
            if name not in LOGS
        }


def in_a_process(case: tuple[int, str, str, bytes], store: str | None) -> tuple[str, float, int]:
    """The outcome, the processor seconds and the bytes of one file, in a process of its own."""
    _, kind, name, content = case
    read_end, write_end = os.pipe()
    ours = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    child = os.fork()
    if child == 0:
        os.close(read_end)
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS + 5, SECONDS + 5))
        try:
            said = outcome(kind, name, content, store)
        except BaseException:
            said = "TRACEBACK " + traceback.format_exc()[-1500:]
        os.write(write_end, said.encode()[:4000])
        os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end, "rb") as pipe:
        said = pipe.read().decode()
    _, _, usage = os.wait4(child, 0)
    return said or "ENDED without a word", usage.ru_utime + usage.ru_stime, max(0, usage.ru_maxrss - ours) * 1024


def prepare(folder: Path) -> None:
    """Make a store in this folder, with the programme and a wave."""
    folder.mkdir()
    url = f"sqlite:///{folder}/tried.db"
    Store.create(url)
    store = Store.open(url)
    imports.import_programme(store, TOML, "programme.toml")
    imports.import_wave(store, "lakeside", "2026Q1", examples.WAVES["wave_utf8.csv"](), "wave.csv")
    store.engine.dispose()


def breed(inputs: int) -> int:
    """Feed every parser so many bred inputs; how many traced back."""
    guided.refuse_unknown()
    all_wrong = 0
    for k, name in enumerate(guided.PARSERS):
        kept, lines, wrong = guided.bred(name, inputs, mutated, random.Random(SEED + k))
        print(f"{name}: {inputs} bred inputs, {kept} kept, {lines} lines of ours reached, {len(wrong)} wrong")
        for number, (content, said) in enumerate(wrong):
            KEPT.mkdir(parents=True, exist_ok=True)
            (KEPT / f"bred_{name}_{number}").write_bytes(content)
            if number < FEW:
                print(said)
        all_wrong += len(wrong)
    return all_wrong


def main() -> None:
    """Try all files; say what became of them, and fail if one traced back or took too much."""
    quick, outcomes, wrong, slowest, largest = quick_asked(), Counter(), 0, 0.0, 0
    with tempfile.TemporaryDirectory() as folder:
        seed, place = Path(folder, "seed"), Path(folder, "tried")
        prepare(seed)
        for kind, name, make in seeds_of(
            quick
        ):  # what each reader imports is imported once, and not by ten thousand processes
            outcome(kind, name, make(random.Random(SEED)), None)
        for case in cases(FILES, quick):
            number, kind, name, content = case
            if number % 1000 == 0:
                print(f"{number} files: wrong {wrong}, slowest {slowest:.1f} s", flush=True)
            in_store = number % IN_STORE == 0 and kind in ("wave", "programme")
            if in_store:
                shutil.rmtree(place, ignore_errors=True)
                shutil.copytree(seed, place)
            said, seconds, size = in_a_process(case, f"sqlite:///{place}/tried.db" if in_store else None)
            slowest, largest = max(slowest, seconds), max(largest, size)
            outcomes[said.split(" ")[0]] += 1
            if " " in said or seconds > SECONDS or size > BYTES:
                wrong += 1
                KEPT.mkdir(parents=True, exist_ok=True)
                (KEPT / f"{number}_{kind}_{name}").write_bytes(content)
                print(f"{number} {kind} {name}: {seconds:.1f} s, {size / 1e6:.0f} MB: {said}")
    for said, count in outcomes.most_common():
        print(f"{said}: {count}")
    wrong += breed(QUICK_INPUTS if quick else INPUTS)
    print(f"{outcomes.total()} files, wrong {wrong}; slowest {slowest:.2f} s, largest {largest / 1e6:.0f} MB")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
