"""The chain of proof of a wave's figures, link by link from what the store has of the newest estimate of the wave.

Every link says what was true when that estimate was computed: calls and releases that came later change nothing.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa

import contracts
from fieldwork.dispositions import INTERVIEW
from programme.declared import Programme
from sampling import Screening
from sampling.proof.column_digests import column_digests, digest_of_columns, table_digest
from sampling.proof.linked_draw import draw_says, frame_says, release_says
from sampling.proof.links import CALLS, DRAW, FRAME, RELEASE
from service.fieldwork.answering.responses import RECORD
from service.fieldwork.calls import IMPORT
from service.figures.league import newest_run
from service.figures.use_cases import ESTIMATE, WEIGH
from service.intake.imports import RESPONSES, current_wave, programme_of_run
from service.samples.samples import Sample, read_sample
from service.store import schema
from service.store.engine import Store
from service.store.objects import ANSWERS, RECORDS, RELEASED, RESPONDENTS, object_of, read_object
from service.store.runs import RUN, find_run, run_inputs
from words import Fault

TABLES = (RESPONDENTS, ANSWERS, RELEASED, RECORDS)
ATTEMPTS = "attempts"  # how many a line of the trail says that it added to the log
RING = "record-attempt"  # the action of one attempt that an interviewer recorded
ATTEMPT_COLUMNS = ["unit_id", "at", "disposition"]
MADE = ("ESTIMATES", "RANKS", "VERDICTS", "CONTRASTS")


@dataclass(frozen=True, eq=False)
class Estimated:
    """What the chain of a wave is made of: its newest estimate, and the versions that this read.

    origin    how the version of the wave belongs to the sample drawn for it; None if it was not drawn here
    imported  the run that imported this version
    recorded  the digest of the responses that it was made of; None if its file came from elsewhere
    """

    programme: Programme
    wave: str
    run: Mapping[str, Any]
    version_id: int
    version: Mapping[str, Any]
    origin: Mapping[str, Any] | None
    imported: int
    recorded: str | None
    inputs: frozenset[tuple[str, int]]


def estimated(store: Store, programme_name: str, wave: str) -> Estimated:
    """The newest estimate of a wave; a Fault if there is none."""
    run = newest_run(store, ESTIMATE, programme=programme_name, wave=wave)
    if run is None:
        current_wave(store, programme_name, wave)  # a Fault that names the waves there are, if it is none of them
        raise Fault(key="league.not_estimated", wave=wave)
    waves, origins = schema.waves, schema.origins
    with store.read() as connection:
        inputs = frozenset(run_inputs(connection, run["run_id"]))
        (version_id,) = (number for kind, number in inputs if kind == "wave")
        version = connection.execute(sa.select(waves).where(waves.c.version_id == version_id)).mappings().one()
        origin = connection.execute(sa.select(origins).where(origins.c.version_id == version_id)).mappings().first()
        arguments = sa.select(schema.runs.c.arguments).where(schema.runs.c.run_id == version["run_id"])
        recorded = (connection.scalar(arguments) or {}).get(RESPONSES)
    known = None if origin is None else {k: v for k, v in origin.items() if k not in ("version_id", "draw_id")}
    programme = programme_of_run(store, run["run_id"])
    return Estimated(programme, wave, run, version_id, dict(version), known, version["run_id"], recorded, inputs)


def said_of_draw(store: Store, of: Estimated) -> dict[str, dict[str, Any]]:
    """What the links from the frame to the calls say; nothing of a wave that was not drawn here."""
    if of.origin is None:
        return {}
    sample = read_sample(store, of.programme.name, of.wave, reread=True)
    through = sample.through(of.origin["releases"])
    return {
        FRAME: frame_says(sample.record),
        DRAW: draw_says(sample.record),
        RELEASE: release_says(sample.units, through, _screenings_then(store, sample, of.imported)),
        CALLS: calls_say(attempts_then(store, of)),
    }


def calls_say(attempts: pd.DataFrame) -> dict[str, Any]:
    """How many attempts were logged, of how many numbers, with how many interviews, and the digest of all of them."""
    interviews = attempts.unit_id[attempts.disposition.isin(INTERVIEW)].nunique()
    counts = {"attempts": len(attempts), "numbers_called": attempts.unit_id.nunique(), "logged_interviews": interviews}
    return counts | {"log": table_digest(attempts) if len(attempts) else None}


def attempts_then(store: Store, of: Estimated) -> pd.DataFrame:
    """unit_id, at and disposition of the attempts that the log had before the estimate, by number and time."""
    calls, rounds = schema.calls.c, schema.rounds.c
    of_wave = rounds.programme == of.programme.name, rounds.wave == of.wave
    select = sa.select(*(calls[c] for c in ATTEMPT_COLUMNS)).join(schema.rounds).where(*of_wave).order_by(calls.call_id)
    with store.read() as connection:
        rows = connection.execute(select.limit(_attempts_before(connection, of))).all()
    attempts = pd.DataFrame([tuple(row) for row in rows], columns=ATTEMPT_COLUMNS)
    times = [_utc(at) for at in attempts["at"]]
    return attempts.assign(at=times).astype(str).sort_values(ATTEMPT_COLUMNS, ignore_index=True)


def _attempts_before(connection: sa.Connection, of: Estimated) -> int | None:
    """How many attempts the log had at the line of the estimate in the trail; None: all, where no line says so."""
    audit = schema.audit.c
    number = connection.scalar(sa.select(audit.number).where(audit.action == RUN, _names_run(of.run["run_id"])))
    earlier = [] if number is None else [audit.number < number]
    lines = sa.select(audit.details).where(audit.action.in_((IMPORT, RECORD, RING)), *earlier)
    said = [json.loads(details) for details in connection.scalars(lines)]
    of_wave = [d for d in said if (d["programme"], d["wave"]) == (of.programme.name, of.wave)]
    counts = [d.get(ATTEMPTS, 1 if "unit" in d else None) for d in of_wave]
    return None if number is None or None in counts else sum(counts)


def responses_say(
    version: Mapping[str, Any],
    tables: Mapping[str, Any],
    origin: Mapping[str, Any] | None,
    recorded: str | None = None,
) -> dict:
    """The version of the wave, the digest of the file it came in, its tables, and what differs from the sample.

    tables: name -> what `described` says of it;  recorded: the digest of the responses that the wave was made of
    """
    counts = {"version": version["version"], "interviews": version["interviews"]}
    of_sample = None if origin is None else dict(origin)
    said = counts | {"file": version["file_digest"], "tables": dict(tables), "of_sample": of_sample}
    return said if recorded is None else said | {"recorded": recorded}


def described(store: Store, version_id: int) -> dict[str, tuple[dict[str, Any], dict[str, str], bytes]]:
    """Table -> what its link says (SHA-256 of the object, rows, digest of its columns), its columns, its bytes."""
    tables = {}
    for name in TABLES:
        with store.read() as connection:
            digest, content = object_of(connection, version_id, name)
        if not content:
            continue
        table = read_object(store, version_id, name)
        columns = column_digests(table)
        said = {"sha256": digest, "rows": len(table), "columns": digest_of_columns(columns, len(table))}
        tables[name] = said, columns, content
    return tables


def weights_say(
    programme: Programme, content: Mapping[str, str], weights: pd.DataFrame | None, stops: Iterable[Mapping]
) -> dict[str, Any]:
    """The digests of the programme and the known totals, the steps, and the weights that came of them.

    content: file -> SHA-256;  weights: unit_id, step, weight in the order of `ordered_weights`
    """
    weighting = programme.weighting
    steps = [] if weights is None or weighting is None else sorted(weights.step.unique())
    numbers = None if weights is None else [weights.unit_id.nunique(), table_digest(weights)]
    stopped = [{name: stop[name] for name in ("open", "units", "reason")} for stop in stops]
    return {"files": dict(content), "steps": steps, "weights": numbers, "stopped": stopped}


def ordered_weights(weights: pd.DataFrame) -> pd.DataFrame:
    """unit_id, step and weight of a wave's weights, by unit and step."""
    return weights[["unit_id", "step", "weight"]].sort_values(["unit_id", "step"], ignore_index=True)


def stored_weights(store: Store, of: Estimated, respondents: pd.DataFrame) -> pd.DataFrame | None:
    """The weights of the wave: those of the file, or those that a run with the same inputs computed; else None."""
    if of.programme.weighting is None:
        return ordered_weights(respondents.assign(step="file"))
    arguments = {"programme": of.programme.name, "wave": of.wave}
    with store.read() as connection:
        run_id = find_run(connection, WEIGH, arguments, of.inputs, seed="", code=of.run["version"])
    if run_id is None:
        return None
    table = schema.DERIVED["WEIGHTS"]
    columns = [table.c[c] for c in ("unit_id", "step", "weight")]
    return ordered_weights(store.table(sa.select(*columns).where(table.c.run_id == run_id)))


def figures_say(run: Mapping[str, Any], content: Mapping[str, str], trail: str | None) -> dict[str, Any]:
    """With what the figures were computed and when, the digests of their files, and the run's line of the trail."""
    settings = {"arguments": run["arguments"], "seed": run["seed"], "code": run["version"]}
    return settings | {"run": run["run_id"], "at": _utc(run["at"]), "files": dict(content), "trail": trail}


def computed_tables(store: Store, run_id: int) -> dict[str, pd.DataFrame]:
    """The tables of a run that its figures are published from."""
    tables = {name: schema.DERIVED[name] for name in MADE}
    rows = {name: store.table(sa.select(t).where(t.c.run_id == run_id)) for name, t in tables.items()}
    return {name: table[list(getattr(contracts, name).columns)] for name, table in rows.items() if len(table)}


def trail_line(store: Store, run_id: int) -> str | None:
    """The head of the audit trail at the line of a run; None in stores whose runs are older than the trail."""
    audit = schema.audit.c
    with store.read() as connection:
        line = sa.select(audit.number, audit.digest).where(audit.action == RUN, _names_run(run_id))
        row = connection.execute(line).first()
    return None if row is None else f"{row.number}:{row.digest}"


def _names_run(run_id: int) -> sa.ColumnElement[bool]:
    """Whether a line of the trail is that of a run."""
    return schema.audit.c.details.contains(f'"run": {run_id}, ')


def _screenings_then(store: Store, sample: Sample, before: int) -> list[Screening]:
    """The screenings of a sample's numbers that were made before a run."""
    made = schema.screenings.c
    of_draw = made.draw_id == sample.draw_id, made.run_id < before
    rows = store.table(sa.select(made.screening, made.digest, made.line).where(*of_draw).order_by(made.screening))
    return [Screening(row["screening"], row["digest"], row["line"]) for row in rows.to_dict("records")]


def _utc(at: datetime) -> str:
    """A stored time; SQLite returns it without its zone, which is UTC."""
    return (at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)).isoformat()
