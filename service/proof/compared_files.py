"""The chain of proof of a comparison: the lines of its waves' figures, and the changes that were computed from them."""

from collections.abc import Mapping

import pandas as pd
import sqlalchemy as sa

import contracts
from sampling.proof.links import CHANGES, WAVES, ProofChain, linked
from service.figures.league import newest_comparison
from service.figures.windows import window
from service.files.write import csv_bytes
from service.intake.imports import programme_of_run
from service.proof.chain_files import CHAIN, answers_files, chain_proof, digests, input_files
from service.proof.proof_links import computed_tables, estimated, figures_say, trail_line
from service.proof.published_changes import CHANGES as CHANGES_FILE
from service.proof.published_changes import published_changes
from service.samples.proof_files import READ_ME
from service.store import schema
from service.store.engine import Store
from service.store.permissions import permitted
from service.store.runs import run_inputs
from words import LANGUAGES, Fault, text


@permitted
def compared_proof(store: Store, programme: str, wave: str, against: str) -> tuple[str, dict[str, bytes]]:
    """The line of a comparison, and file name -> content: its changes, and for each wave a folder as `chain_proof`.

    against: as in `read_league`.  A Fault if a wave was estimated from another version than the one compared.
    """
    run = newest_comparison(store, programme, wave, against)
    assert run is not None  # `against` is named
    with store.read() as connection:
        inputs = frozenset(run_inputs(connection, run["run_id"]))
    lines, files, tables = {}, {}, {}
    for name in waves_of(run["arguments"]):
        of = estimated(store, programme, name)
        if ("wave", of.version_id) not in inputs:
            raise Fault(key="chain.other_version", wave=name)
        lines[name], of_wave = chain_proof(store, programme, name)
        tables[name] = computed_tables(store, of.run["run_id"])
        files |= {f"{name}/{file}": content for file, content in of_wave.items()}
    compared = programme_of_run(store, run["run_id"])
    changes = published_changes(compared, run["arguments"], tables, _changes(store, run))
    own = input_files(store, inputs) | {CHANGES_FILE: csv_bytes(changes, simulated=compared.simulated)}
    says = figures_say(run, digests(own), trail_line(store, run["run_id"]))
    read_me = [text("chain.read_me_changes", language, wave=wave, before=against) for language in LANGUAGES]
    own[READ_ME] = "\n\n".join(read_me).encode()
    chain = ProofChain(linked(wave, {WAVES: {"lines": lines}, CHANGES: says}, {}).links, digests(own))
    return chain.line, files | own | {CHAIN: chain.content}


@permitted
def compared_answers(store: Store, programme: str, wave: str, against: str) -> dict[str, bytes]:
    """The answers of every wave of a comparison, each in a folder as `answers_files` gives it; it is recorded."""
    run = newest_comparison(store, programme, wave, against)
    assert run is not None  # `against` is named
    by_wave = {name: answers_files(store, programme, name) for name in waves_of(run["arguments"])}
    return {f"{name}/{file}": content for name, files in by_wave.items() for file, content in files.items()}


def waves_of(arguments: Mapping) -> list[str]:
    """The waves of both windows of a comparison, by name."""
    return sorted({*window(arguments["before"]), *window(arguments["after"])})


def _changes(store: Store, run: Mapping) -> pd.DataFrame:
    table = schema.DERIVED["CHANGES"]
    rows = store.table(sa.select(table).where(table.c.run_id == run["run_id"]))
    return rows[list(contracts.CHANGES.columns)]
