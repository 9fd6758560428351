"""Use cases on number banks: a master sample of a city's possible numbers is a frame, drawn from a published line."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from sampling import Finding, NumberBanks, bank_findings, placed, stratify
from sampling.proof.master_sample import MasterRecord, draw_master, master_key, numbers_digest
from service.files.choice import Choice
from service.intake.import_log import refusals_logged
from service.intake.imports import current_programme
from service.protection.keys import Key
from service.samples.bank_files import ExchangeFile, check_wanted, read_banks
from service.samples.frame_file import AREA, MODE, NAME, PHONE, UNIT, ListFrame, refuse_findings
from service.samples.frame_versions import (
    ImportedFrame,
    Incoming,
    add_version,
    newest_number,
    numbers_vault,
    tried_import,
)
from service.samples.master import commit_master, lines_committed, master_plan, recorded
from service.samples.public_value import plain_text, plain_value
from service.store.engine import Store
from service.store.permissions import permitted
from words import Fault

ID_DIGITS = 14  # of a unit of a master sample: two of 100,000 alike once in 14 million frames


@permitted
def import_banks(
    store: Store,
    programme_name: str,
    name: str,
    content: bytes,
    file: str,
    *,
    cities: Sequence[str],
    numbers: Mapping[str, int],
    frame_key: Key,
    key: Key,
    delete_on: date,
    exchanges: ExchangeFile | None = None,
    choice: Choice | None = None,
    accept: bool = False,
    public: str | None = None,
    value: str | None = None,
) -> ImportedFrame:
    """Draw a master sample of each city's possible numbers, mobile and landline, as a frame whose strata are city/mode.

    content    the mobile prefixes (`bank_files`)
    choice     what the user named of that file
    exchanges  the landline exchanges, if landlines are wanted
    numbers    how many in each city, by mode: n of the N possible ones, drawn by `sampling.draw_numbers` in an order
               that is secret; they go into the vault, and the frame has units city-mode-… in their place, which follow
               from the number alone, so that a number is the same unit in every version; first_phase = n/N
    public, value  what the public value was to be, as `commit_banks` fixed it in a line, and the value. Without them
               the order follows from the frames' key and the programme, whatever the frame is called
    Waves are drawn from the master sample. Banks say nothing below the city, so smaller areas are a finding.
    """
    tried = tried_import(store, programme_name, name, file)
    with refusals_logged(store, tried):
        programme_id, programme = current_programme(store, programme_name)
        began = newest_number(store, programme_name, name)
        vault = numbers_vault(store, key, delete_on)
        if public is None and value is not None:
            raise Fault(key="banks.value_alone", frame=name)
        check_wanted(numbers, exchanges)
        banks = NumberBanks(read_banks(content, file, exchanges, cities, choice))
        key_of_order, master = frame_key.derived(f"number banks {programme_name}", 32), None
        if public is not None:
            fixed = {"programme": programme_name, "public": plain_text(public), "frame_key": frame_key}
            plan, seed = master_plan(banks, name, cities, numbers, **fixed)
            if plan.line not in [commitment["line"] for commitment in lines_committed(store, programme_name)]:
                raise Fault(key="banks.commit_first", frame=name)
            if value is None or not plain_value(value):
                raise Fault(key="proof.value_needed", public=plan.public)
            key_of_order = master_key(plan, seed, plain_value(value))
        drawn = draw_master(banks.banks, cities, numbers, key=key_of_order)
        if public is not None:
            of_cities = placed(banks.banks, cities)
            master = recorded(MasterRecord(plan, seed, plain_value(value or ""), numbers_digest(drawn)), of_cities)
        ids = frame_key.derived(f"number ids {programme_name}", 32)
        frame = _master_sample(drawn, ids, bank_findings(banks, list(programme.areas), cities=cities))
        refuse_findings(frame, file, accept=accept)
        files = [file] if exchanges is None else [file, exchanges.file]
        arguments: dict[str, Any] = {"programme": programme_name, "frame": name, "file": " + ".join(files)}
        arguments |= {"of": list(cities), "numbers": dict(numbers)} | ({} if master is None else {"master": master})
        contents = content if exchanges is None else content + b"\0" + exchanges.content
        digest = hashlib.sha256(
            contents + repr((sorted(cities), sorted(numbers.items()), *([value] if public else []))).encode()
        ).hexdigest()
        return add_version(store, Incoming(programme_id, arguments, digest, frame, vault), tried, began, frame_key)


@permitted
def commit_banks(
    store: Store,
    programme_name: str,
    name: str,
    content: bytes,
    file: str,
    *,
    cities: Sequence[str],
    numbers: Mapping[str, int],
    frame_key: Key,
    public: str,
    exchanges: ExchangeFile | None = None,
    choice: Choice | None = None,
) -> str:
    """The line to publish before a master sample is drawn by `import_banks`, whose arguments these are.

    public: what the public value will be. The line goes into the trail; making another one shows.
    """
    tried_import(store, programme_name, name, file)
    current_programme(store, programme_name)
    check_wanted(numbers, exchanges)
    if not plain_text(public):
        raise Fault(key="sample.public_empty")
    banks = NumberBanks(read_banks(content, file, exchanges, cities, choice))
    fixed = {"programme": programme_name, "public": plain_text(public), "frame_key": frame_key}
    plan, _ = master_plan(banks, name, cities, numbers, **fixed)
    commit_master(store, programme_name, plan)
    return plan.line


def _master_sample(drawn: pd.DataFrame, ids: bytes, findings: Sequence[Finding]) -> ListFrame:
    """The numbers drawn of each city and mode, as units city-mode-…, with the numbers themselves apart.

    ids: the key of the units' names, which follow from the numbers alone.
    """
    marks = [hmac.digest(ids, number.encode(), hashlib.sha256).hex()[:ID_DIGITS] for number in drawn.unit_id]
    names = [f"{a}-{m}-{mark}" for a, m, mark in zip(drawn.area, drawn["mode"], marks, strict=True)]
    units = stratify(pd.DataFrame({UNIT: names, AREA: drawn.area, MODE: drawn["mode"]}), [AREA, MODE])
    units["first_phase"] = drawn.probability
    return ListFrame(units, pd.DataFrame({UNIT: names, PHONE: drawn.unit_id, NAME: None}), tuple(findings))
