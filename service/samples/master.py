"""Use cases on the draw of a master sample: the line before it, and the proof after it.

The proof shows the numbers of the master sample, and its seed tells them all: it is for an auditor who may know them.
The store has no seed; it follows from the frames' key.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd
import sqlalchemy as sa

from contracts import LANDLINE, MOBILE
from sampling import Bank, NumberBanks, Verification, commitment
from sampling.frames.phone import placed
from sampling.proof.master_sample import MasterPlan, MasterRecord, bank_digest, verify_master
from service.files.bounds import read_bounded
from service.files.read import read_table
from service.files.write import csv_bytes
from service.protection import vault
from service.protection.keys import Key
from service.samples.public_value import spelled
from service.store import audit, schema
from service.store.engine import Store
from service.store.permissions import permitted
from words import Fault

COMMIT = "commit-banks"
RECORD, BANKS, NUMBERS = "record.json", "banks.csv", "numbers.csv"
BANK_COLUMNS = ["prefix", "digits", "mode", "areas"]
AND, TRAIL = "+", "trail"  # between cities; the head of the audit trail


def master_plan(
    banks: NumberBanks,
    frame: str,
    cities: Sequence[str],
    numbers: Mapping[str, int],
    *,
    programme: str,
    public: str,
    frame_key: Key,
) -> tuple[MasterPlan, str]:
    """What is fixed of a master sample, and its seed, which follows from the frames' key and all that is fixed."""
    of_cities = NumberBanks(placed(banks.banks, cities))
    fixed: dict[str, Any] = {"cities": tuple(sorted(cities)), "numbers": dict(numbers), "banks": bank_digest(of_cities)}
    fixed |= {"frame": frame, "public": public}
    seed = _seed(frame_key, programme, fixed)
    return MasterPlan(commitment=commitment(seed), **fixed), seed


def _seed(frame_key: Key, programme: str, fixed: Mapping) -> str:
    """The seed of a master sample, which the frames' key and all that is fixed determine."""
    parts = [programme, fixed["frame"], fixed["public"], sorted(fixed["cities"]), sorted(fixed["numbers"].items())]
    return frame_key.derived(f"master sample {json.dumps([*parts, fixed['banks']])}", 32).hex()


@permitted
def commit_master(store: Store, programme: str, plan: MasterPlan) -> None:
    """Write the line of a master sample that is to be drawn into the trail, where it stays beside all others."""
    with store.begin("frame", programme, plan.frame) as connection:
        details = {"programme": programme, "frame": plan.frame, "line": plan.line, "public": plan.public}
        audit.append(connection, store.actor, COMMIT, details)


@permitted
def lines_committed(store: Store, programme: str) -> list[dict]:
    """Every line of a master sample that was made for a programme, of any frame: frame, line, at, by."""
    table = schema.audit.c
    rows = store.table(
        sa.select(table.at, table.name, table.details).where(table.action == COMMIT).order_by(table.number)
    )
    details = [json.loads(written) for written in rows.details]
    return [
        {"frame": commitment["frame"], "line": commitment["line"], "at": at, "by": name}
        for commitment, at, name in zip(details, rows["at"], rows.name, strict=True)
        if commitment["programme"] == programme
    ]


def recorded(record: MasterRecord, banks: Sequence[Bank]) -> dict:
    """A record with its banks but without its seed, in values fit for JSON."""
    rows = [[bank.prefix, bank.digits, bank.mode, AND.join(bank.areas)] for bank in banks]
    plain = {name: value for name, value in asdict(record).items() if name != "seed"}
    return plain | {"line": record.plan.line, "banks": rows}


@permitted
def master_proof(store: Store, programme: str, name: str, *, key: Key, frame_key: Key) -> dict[str, bytes]:
    """File name -> content: the record with every line ever committed to, the banks, and the numbers by unit.

    key: the vault's, which opens the numbers; that they were opened is recorded. A Fault for a frame that was not drawn
    from a line.
    """
    frames, runs = schema.frames.c, schema.runs.c
    select = sa.select(runs.arguments, frames.version).join(schema.frames, frames.run_id == runs.run_id)
    select = select.where(frames.programme == programme, frames.frame == name).order_by(frames.version.desc())
    with store.read() as connection:
        row = connection.execute(select.limit(1)).first()
    if row is None or "master" not in row.arguments:
        raise Fault(key="banks.no_line", frame=name)
    record = dict(row.arguments["master"])
    banks = pd.DataFrame(record.pop("banks"), columns=pd.Index(BANK_COLUMNS))
    numbers = vault.call_sheet(store, programme, f"frame {name} {row.version}", key=key)
    record["seed"] = _seed(frame_key, programme, record["plan"])
    record["commitments"] = lines_committed(store, programme)
    with store.read() as connection:
        record[TRAIL] = str(audit.last_head(connection))
    content = json.dumps(record, ensure_ascii=False, indent=1).encode()
    return {RECORD: content, BANKS: csv_bytes(banks), NUMBERS: csv_bytes(numbers[["unit_id", "phone"]])}


def verify_master_folder(folder: Path, *, published: str | None = None) -> tuple[MasterRecord, Verification, int]:
    """Draw a master sample again from its proof; the last is how many lines were committed to.

    published: the line made public before the draw, from another source than the folder.
    """
    try:
        plain = json.loads(read_bounded(folder / RECORD))
        plan = MasterPlan(**plain["plan"] | {"cities": tuple(plain["plan"]["cities"])})
        record, committed = MasterRecord(plan, *(plain[c] for c in ("seed", "value", "numbers"))), plain["commitments"]
        lines = [commitment["line"] for commitment in committed]
        _check_plan(plan, record)
    except (ValueError, TypeError, KeyError) as error:
        raise Fault(key="proof.record", file=RECORD, problem=str(error)) from error
    rows = read_table(read_bounded(folder / BANKS), BANKS, BANK_COLUMNS)
    columns = (rows[c].tolist() for c in ("prefix", "areas", "digits", "mode"))
    try:
        banks = [
            Bank(prefix, tuple(areas.split(AND)), int(digits), mode)
            for prefix, areas, digits, mode in zip(*columns, strict=True)
        ]
    except ValueError as error:
        raise Fault(key="proof.record", file=BANKS, problem=str(error)) from error
    numbers = read_table(read_bounded(folder / NUMBERS), NUMBERS, ["unit_id", "phone"])
    verified = verify_master(banks, record, list(numbers.phone), published=published)
    absent = [] if plan.line in lines else [("banks.not_committed", {"line": plan.line})]
    differences = (*absent, *verified.differences)
    head = plain.get(TRAIL)
    trail = [("proof.trail", {"head": head})] if isinstance(head, str) else []  # older proofs have none
    notes = (*spelled(record.value), *trail)
    return record, Verification(not differences, differences, notes), len(lines)


def _check_plan(plan: MasterPlan, record: MasterRecord) -> None:
    """A TypeError or ValueError for fields that are no texts, cities or counts."""
    texts = [plan.frame, plan.banks, plan.public, plan.commitment, record.seed, record.value, record.numbers]
    counts = list(plan.numbers.values()) if isinstance(plan.numbers, dict) else [None]
    if not all(isinstance(value, str) for value in (*texts, *plan.cities)):
        raise TypeError("text")
    if not all(type(n) is int and 1 <= n < 2**53 for n in counts) or not set(plan.numbers) <= {MOBILE, LANDLINE}:
        raise ValueError("numbers")
