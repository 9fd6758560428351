"""The tables of a wave as Parquet objects: read as they were written, in parts, by columns; changed ones are found."""

import hashlib

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa
from made_up import BOTH, MAY, NAME, begin_survey, interviews, take

from service.care.doctor import examine
from service.figures.loaded_waves import load_wave
from service.intake.imports import current_wave
from service.store import objects, schema
from service.store.objects import ANSWERS, RECORDS, RELEASED, RESPONDENTS, content_digest, order_by, read_object
from words import Fault


def test_what_was_imported_is_read_in_the_order_of_the_file_whole_or_by_columns(store):
    begin_survey(store)
    table = interviews().sample(frac=1, random_state=3)
    take(store, content=table.to_csv(index=False).encode())
    version = current_wave(store, NAME, MAY)
    assert list(read_object(store, version, RESPONDENTS).unit_id) == list(table.id)
    for item in ("noise", "market", "pier"):
        column = read_object(store, version, ANSWERS, (item,))
        assert list(column) == [item] and list(column[item]) == list(table[item])
    assert list(load_wave(store, version).answers.index) == list(table.id)
    assert read_object(store, version, RECORDS).empty and read_object(store, version, RELEASED).empty


def test_an_object_larger_than_a_part_is_put_together_again(store, monkeypatch):
    monkeypatch.setattr(objects, "PART", 500)
    begin_survey(store)
    take(store)
    version = current_wave(store, NAME, MAY)
    with store.read() as connection:
        count = sa.select(sa.func.count()).where(schema.objects.c.name == ANSWERS)
        assert connection.scalar(count) > 2
    assert list(read_object(store, version, ANSWERS).noise) == list(interviews().noise)


def test_an_object_that_was_changed_is_refused_and_named_by_the_doctor(store):
    begin_survey(store)
    take(store)
    version = current_wave(store, NAME, MAY)
    with store.begin() as connection:
        forged = objects.parquet(read_object(store, version, ANSWERS).assign(noise="never"))
        here = schema.objects.c.version_id == version, schema.objects.c.name == ANSWERS
        connection.execute(schema.objects.update().where(*here).values(content=forged))
    with pytest.raises(Fault) as caught:
        load_wave(store, version)
    assert (caught.value.key, caught.value.values) == ("store.object", {"version": version, "table": ANSWERS})
    assert len({say(caught.value.key, **caught.value.values) for say in BOTH.values()}) == 2
    url = store.engine.url.render_as_string(hide_password=False)
    (bad,) = [finding for finding in examine(url) if finding.key == "doctor.objects_bad"]
    assert bad.values["objects"] == [f"{ANSWERS} {version}"]


def digest_of(*tables: pd.DataFrame) -> str:
    return content_digest([(table, order_by(table, ("unit",))) for table in tables])


def test_the_digest_says_what_tables_say_whatever_their_order():
    table = pd.DataFrame({"unit": ["b", "a", "c"], "x": [1.5, 2.0, 2.0], "y": ["k", "", "k"], "nothing": None})
    first = digest_of(table)
    assert digest_of(table.iloc[::-1][["y", "unit", "x"]]) == first
    changed = [
        table.assign(x=[1.5, 2.0, 2.5]),
        table.assign(y=["k", "k", ""]),
        table.rename(columns={"x": "z"}),
        table.assign(nothing="n"),
        table.head(2),
    ]
    assert len({digest_of(other) for other in changed} | {first}) == 6
    assert digest_of(table, table) != first


@pytest.mark.parametrize("at_once", [3, 50_000])
@pytest.mark.parametrize("odd", ["plain", "it's", 'say "it\'s"', "back\\slash", "位次", "tab\t", "\x7f", ""])
def test_the_digest_is_that_of_the_bytes_that_python_writes_for_lists(odd, at_once, monkeypatch):
    """Versions that are stored are known again by it, so that it must never change."""
    monkeypatch.setattr(objects, "AT_ONCE", at_once)
    units = [odd, *(f"u{k}" for k in range(11))]
    table = pd.DataFrame({"unit": units, "psu": units, "area": [odd, "b", "a"] * 4, "weight": [2.5, 1.0, 2.5, 4.0] * 3})
    codes = pd.Categorical(["9", odd, None] * 4, categories=sorted({odd, "5", "9"}))
    table = table.assign(answer=codes).sample(frac=1, random_state=1)
    sha, rows = hashlib.sha256(b"12\n"), table.sort_values("unit")
    for column in sorted(table):
        values = sorted(rows[column].dropna().unique())
        numbers = [-1 if pd.isna(value) else values.index(value) for value in rows[column]]
        sha.update(f"{column}\n{[str(value) for value in values]}\n".encode() + np.array(numbers, "<i8").tobytes())
    assert digest_of(table) == sha.hexdigest()
