"""The chain of proof of a wave's figures as files: a folder for anybody, and one with the answers for auditors."""

import hashlib
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from sampling.proof.links import FIGURES, RESPONSES, WEIGHTS, ProofChain, canonical, linked
from service.files.write import csv_bytes
from service.proof.proof_links import (
    attempts_then,
    computed_tables,
    described,
    estimated,
    figures_say,
    responses_say,
    said_of_draw,
    stored_weights,
    trail_line,
    weights_say,
)
from service.proof.published import published_figures
from service.samples.proof_files import READ_ME, draw_proof
from service.store import audit, objects, schema
from service.store.engine import Store
from service.store.objects import ANSWERS, RESPONDENTS, read_object
from service.store.permissions import permitted
from words import LANGUAGES, text

CHAIN, PROGRAMME, MARGINS = "chain.json", "programme.toml", "margins.csv"
CONTENTS, WEIGHTS_FILE, ATTEMPTS_FILE = "contents.json", f"{WEIGHTS}.parquet", "attempts.parquet"
EXPORT = "export-answers"  # the action in the audit trail


@dataclass(frozen=True, eq=False)
class WaveChain:
    """The chain of a wave's figures with what it was made of.

    public   file -> content: the figures, the programme, the known totals
    answers  file -> content: the tables of the wave, its weights and its attempts, in which everybody is a unit_id
    """

    chain: ProofChain
    public: Mapping[str, bytes]
    answers: Mapping[str, bytes]


@permitted
def figure_chain(store: Store, programme: str, wave: str) -> WaveChain:
    """The chain of the newest estimate of a wave; a Fault if there is none."""
    of = estimated(store, programme, wave)
    steps = said_of_draw(store, of)
    tables = described(store, of.version_id)
    steps[RESPONSES] = responses_say(
        of.version, {name: said for name, (said, _, _) in tables.items()}, of.origin, of.recorded
    )
    weights = stored_weights(store, of, read_object(store, of.version_id, RESPONDENTS, ("unit_id", "weight")))
    inputs = input_files(store, of.inputs)
    steps[WEIGHTS] = weights_say(of.programme, digests(inputs), weights, of.run["stopped"])

    def people(item: str) -> tuple[pd.Series, pd.Series]:
        areas = read_object(store, of.version_id, RESPONDENTS, ("area",)).area
        return areas, read_object(store, of.version_id, ANSWERS, (item,))[item]

    made = published_figures(of.programme, wave, computed_tables(store, of.run["run_id"]), people)
    figures = {name: csv_bytes(table, simulated=of.programme.simulated) for name, table in made.items()}
    steps[FIGURES] = figures_say(of.run, digests(figures), trail_line(store, of.run["run_id"]))
    answers = {f"{name}.parquet": content for name, (_, _, content) in tables.items()}
    if weights is not None:
        answers[WEIGHTS_FILE] = objects.parquet(weights)
    if of.origin is not None:
        answers[ATTEMPTS_FILE] = objects.parquet(attempts_then(store, of))
    answers[CONTENTS] = contents_file(
        {name: of_columns for name, (_, of_columns, _) in tables.items()}, digests(answers)
    )
    return WaveChain(linked(wave, steps, {}), inputs | figures, answers)


@permitted
def chain_proof(store: Store, programme: str, wave: str) -> tuple[str, dict[str, bytes]]:
    """The line of a wave's figures, and file name -> content of all that anybody needs to check them.

    Of a wave drawn here with the proof of its draw. No telephone number, no name and no answer is in it.
    """
    of_wave = figure_chain(store, programme, wave)
    files = dict(of_wave.public)
    if of_wave.chain.drawn_here:
        files |= draw_proof(store, programme, wave)
    files[READ_ME] = "\n\n".join(text("chain.read_me", language, wave=wave) for language in LANGUAGES).encode()
    chain = ProofChain(of_wave.chain.links, digests(files))
    return chain.line, files | {CHAIN: chain.content}


@permitted
def answers_files(store: Store, programme: str, wave: str) -> dict[str, bytes]:
    """File name -> content of the answers behind a wave's figures, for an auditor who may read them; it is recorded."""
    of_wave = figure_chain(store, programme, wave)
    with store.begin() as connection:
        details = {"programme": programme, "wave": wave, "line": of_wave.chain.line}
        audit.append(connection, store.actor, EXPORT, details)
    return dict(of_wave.answers)


def parquet_table(content: bytes) -> pd.DataFrame:
    """A table of the answers from its file."""
    import pyarrow.parquet as pq

    return pq.read_table(io.BytesIO(content)).to_pandas()


def contents_file(columns: Mapping[str, Mapping[str, str]], files: Mapping[str, str]) -> bytes:
    """What the answers consist of: table -> column -> digest, and file -> SHA-256; written in one way only."""
    return f"{canonical({'columns': columns, 'files': files})}\n".encode()


def input_files(store: Store, inputs: Iterable[tuple[str, int]]) -> dict[str, bytes]:
    """The programme and the known totals that a run read, as files; totals of several periods are numbered."""
    files: dict[str, bytes] = {}
    for kind, table, name in (("programme", schema.programmes, PROGRAMME), ("margins", schema.margins, MARGINS)):
        numbers = sorted(version_id for of_kind, version_id in inputs if of_kind == kind)
        for place, number in enumerate(numbers, 1):
            with store.read() as connection:
                select = sa.select(table.c.content).where(table.c.version_id == number)
                content = connection.execute(select).scalar_one()
            files[name if len(numbers) == 1 else name.replace(".", f"{place}.")] = content
    return files


def digests(files: Mapping[str, bytes]) -> dict[str, str]:
    """File -> SHA-256."""
    return {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
