"""A key of a programme that nothing reads is refused, in every table, before anything that is then missing."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from made_up import NAME, PROGRAMME, begin_survey
from test_programme_page import CONTENT

from programme.survey import read_programme
from service.intake.imports import current_programme
from service.store import schema
from service.store.engine import Store
from words import Fault

ROOT = Path(__file__).parents[2]
LAIBIN = (ROOT / "tests" / "surveys" / "laibin_simulated" / "programme.toml").read_bytes()
INTERVIEWERS = b'\n[interviewers]\ncolumn = "interviewer"\nat_random = true\n'
QUESTIONNAIRE = """
[questionnaire]
introduction = { zh = "您好", en = "Good evening" }
closing = { zh = "再见", en = "Goodbye" }
adults = "adults"
partial = { complete = 0.8, partial = 0.5, counted = "answered", needed = ["safe"] }
[questionnaire.screener]
adults = { text = { en = "How many adults?" }, range = [1, 20], whole = true, eligible = [1, 19], outcome = "4.7" }
sex = { text = { zh = "性别", en = "Sex" } }
"""
WHOLE = {
    "riverside": tomllib.loads((CONTENT + INTERVIEWERS).decode()),
    "laibin": tomllib.loads(LAIBIN.decode() + QUESTIONNAIRE),
}
FILES = sorted(
    file
    for folder in ("data", "tests")
    for file in (ROOT / folder).rglob("*.toml")
    if file.name != "fieldwork.toml"  # says how simulated waves are played, and is no programme
)
# tables whose keys are names that the survey gives: of areas, items, codes, frames
NAMING = {
    "leagues",
    "areas",
    "breaks",
    "items",
    "records",
    "measures",
    "factors",
    "types",
    "groups",
    "rules",
    "labels",
    "units",
    "numbers",
}
NAMING |= {
    "screener",
    "consequences",
    "renamed",
    "outcomes",
    "answers",
    "points",
    "weights",
    "parts",
    "where",
    "asked_if",
    "codes",
}
NAMING |= {"slots", "delays", "priority", "until"}


def tables(data: Mapping, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The paths of all tables, the whole file first."""
    yield path
    for key, value in data.items():
        if isinstance(value, dict):
            yield from tables(value, (*path, key))


def written(value) -> str:
    """A value as TOML; every table is written inline."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {written(v)}" for key, v in value.items()) + "}"
    return "[" + ", ".join(map(written, value)) + "]" if isinstance(value, list) else json.dumps(value)


def with_table(data: Mapping, path: tuple[str, ...], change) -> bytes:
    """The programme with the table at `path` changed."""
    whole = json.loads(json.dumps(data))
    table = whole
    for key in path:
        table = table[key]
    changed = change(table)
    table.clear()
    table.update(changed)
    return "\n".join(f"{json.dumps(key)} = {written(value)}" for key, value in whole.items()).encode()


def names_keys(path: tuple[str, ...]) -> bool:
    """Are the keys of this table names given by the survey?  A name may be one of `NAMING` itself (an item “where”)."""
    if path[:1] in (("renamed",), ("quotas",)) or path == (
        "design",
        "merge",
    ):  # waves and codes; kinds of people; strata
        return True
    return bool(path) and path[-1] in NAMING and (len(path) < 2 or path[-2] not in NAMING)


CASES = [(survey, path) for survey, data in WHOLE.items() for path in tables(data)]


@pytest.mark.parametrize(("survey", "path"), CASES, ids=lambda case: case if isinstance(case, str) else ".".join(case))
def test_a_misspelt_key_is_named_in_every_table_and_before_what_is_then_missing(survey, path):
    data = WHOLE[survey]
    read_programme(with_table(data, path, dict), "p.toml")  # as it is, it loads
    if path[-1:] == ("numbers",):
        return  # names of sampling frames, known only from the wave's file
    with pytest.raises(Fault, match="levle"):
        read_programme(with_table(data, path, lambda table: {**table, "levle": 0.9}), "p.toml")
    if names_keys(path):
        return
    table = data
    for key in path:
        table = table[key]
    for key in table:
        misspelt = key + "x" if len(key) > 2 else key + "xx"
        renamed = {misspelt if k == key else k: value for k, value in table.items()}
        with pytest.raises(Fault) as fault:
            read_programme(with_table(data, path, lambda _, renamed=renamed: renamed), "p.toml")
        assert fault.value.key == "programme.unknown_key", (misspelt, str(fault.value))
        assert fault.value.values["entry"] == ".".join((*path, misspelt))
        assert key in str(fault.value).split(misspelt)[1]  # the right spelling is among the known ones


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_programme_of_the_project_loads(file):
    read_programme(file.read_bytes(), file.name)


def test_a_programme_that_an_older_program_stored_with_a_misspelt_key_can_still_be_read(store: Store):
    misspelt = PROGRAMME + b"\n[comparison]\nyearly_error = 0.05\n"
    with pytest.raises(Fault, match="comparison"):
        read_programme(misspelt, "harbours.toml")
    begin_survey(store)
    version_id, as_imported = current_programme(store, NAME)
    with store.begin() as connection:
        row = {"content": misspelt, "digest": "of the misspelt file"}
        connection.execute(schema.programmes.update().where(schema.programmes.c.version_id == version_id).values(**row))
    read_again = current_programme(store, NAME)[1]
    assert replace(read_again, digest=as_imported.digest) == as_imported
