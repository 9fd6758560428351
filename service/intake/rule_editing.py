"""Use cases of the rule editor: the rules as they are, what is wrong with other ones, and a new version with a note."""

from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from programme.editing.all_faults import FaultAt, all_faults
from programme.editing.edited_rules import faults_of_rules, rules_of, with_rules
from service.intake.import_log import Imported
from service.intake.imports import import_programme, programme_names
from service.store import schema
from service.store.engine import Store
from service.store.permissions import permitted
from words import Fault


@dataclass(frozen=True)
class EditedRules:
    """What somebody edits: the programme's newest version, its file's name and bytes, and the text of its rules."""

    version: int
    file: str
    content: bytes
    rules: str

    def faults(self, rules: str) -> list[FaultAt]:
        """All that is wrong with other rules, each with its line in their text."""
        return faults_of_rules(self.content, rules, self.file)

    def changed(self, rules: str) -> bytes:
        """The whole programme with other rules."""
        return with_rules(self.content, rules)


@permitted
def read_rules(store: Store, programme_name: str) -> EditedRules:
    """The rules and consequences of a programme's newest version."""
    programmes = schema.programmes.c
    select = sa.select(programmes.version, programmes.file, programmes.content)
    newest = select.where(programmes.programme == programme_name).order_by(programmes.version.desc()).limit(1)
    with store.read() as connection:
        row = connection.execute(newest).first()
    if row is None:
        raise Fault(key="programme.unknown", found=programme_name, expected=programme_names(store))
    return EditedRules(row.version, row.file, row.content, rules_of(row.content, row.file))


@permitted
def check_programme(store: Store, content: bytes, file: str) -> list[FaultAt]:
    """All that is wrong with a programme's file, each fault with its line; nothing is imported."""
    return all_faults(content, file)


@permitted
def save_rules(store: Store, programme_name: str, rules: str, *, note: str, began: int) -> Imported:
    """Import the programme with other rules as a new version.

    note: why they change; it is kept with the version and in the audit trail.  began: the version that was edited: a
    Fault if somebody saved another one meanwhile.
    """
    if not note.strip():
        raise Fault(key="programme.no_note")
    edited = read_rules(store, programme_name)
    return import_programme(store, edited.changed(rules), edited.file, note=note.strip(), began=began)


@permitted
def rule_versions(store: Store, programme_name: str) -> pd.DataFrame:
    """Every version of a programme, newest first: version, file, by, at, note ("" where the file was imported)."""
    programmes, runs = schema.programmes.c, schema.runs.c
    select = sa.select(programmes.version, programmes.file, runs.by, runs.at, runs.arguments)
    of_programme = select.join_from(schema.programmes, schema.runs, programmes.run_id == runs.run_id)
    rows = store.table(of_programme.where(programmes.programme == programme_name).order_by(programmes.version.desc()))
    return rows.assign(note=[arguments.get("note", "") for arguments in rows.arguments]).drop(columns="arguments")
