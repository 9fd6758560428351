"""A plain CSV file read column by column is the table that the reader of rows makes of it; others are left to it."""

import numpy as np
import pandas as pd
import pytest
from made_up import MAY, NAME, begin_survey, interviews, take

from service.files import bounds, plain_csv, read
from service.files import coded as files_coded
from service.files.coded import are_among, as_numbers, coded, distinct, is_coded, recoded
from service.files.read import read_file
from service.intake.imports import wave_versions
from words import Fault

HEAD = "编号,镇,n\n"
PLAIN = {
    "short": HEAD + "a1,磨坊镇,3\na2,渡口镇,\n",
    "blanks around cells": HEAD + " a1 ,　磨坊镇\t, 3\na2, ,4 \n",
    "an answer of several bytes among others": HEAD + "a1,磨,3\na2,渡,12\na3,堰,\na4,桥,é\n",
    "ends without a line's end": HEAD + "a1,x,1\na2,y,2",
    "ends with many": HEAD + "a1,x,1\n\n\n\n",
    "Windows' line ends": (HEAD + "a1,x,1\na2,y,2\n").replace("\n", "\r\n"),
    "other separator": (HEAD + "a1,x,1\na2,y,2\n").replace(",", ";"),
    "a column that is not asked for": "编号,镇,n,more\na1,x,1,u\na2,y,2,v\n",
    "two columns of a name that is not asked for": "编号,镇,n,more,more\na1,x,1,u,v\n",
    "a column without a name": "编号,镇,,n\na1,x,u,1\n",
}
OTHER = {
    "quotes": HEAD + '"a1",x,1\n',
    "a title above": "调查名单\n" + HEAD + "a1,x,1\n",
    "a row that is shorter": HEAD + "a1,x,1\na2,y\n",
    "a row that is longer": HEAD + "a1,x,1\na2,y,2,3\n",
    "a row of blanks": HEAD + "a1,x,1\n , ,\na2,y,2\n",
    "an empty row": HEAD + "a1,x,1\n\na2,y,2\n",
    "old line ends": (HEAD + "a1,x,1\na2,y,2\n").replace("\n", "\r"),
    "empty columns at the end": "编号,镇,n,,\na1,x,1,,\n",
    "no rows": HEAD,
}


def as_read(content: bytes) -> tuple:
    """What the reader says of a file: its cells by row and column, or the key of the Fault; and what is noted."""
    try:
        found = read_file(content, "名单.csv", ["编号", "镇", "n"], coded=["n", "镇"])
    except Fault as fault:
        return fault.key, fault.values
    cells = {name: found.table[name].astype(str).to_dict() for name in found.table}
    return cells, list(found.table), found.notes, found.form, [fault.values for fault in found.faults]


def by_rows(content: bytes, monkeypatch) -> tuple:
    """The same by the reader of rows alone."""
    with monkeypatch.context() as patched:
        patched.setattr(read, "plain_table", lambda *_: None)
        return as_read(content)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("name", [*PLAIN, *OTHER])
def test_a_file_is_the_same_table_column_by_column_and_row_by_row(name, encoding, monkeypatch):
    content = (PLAIN | OTHER)[name].replace("é", "二").encode(encoding)
    assert as_read(content) == by_rows(content, monkeypatch)
    plain = plain_csv.plain_table(content, "a.csv", encoding, ["编号", "镇", "n"], ["编号", "镇", "n"], ["n"])
    assert (plain is not None) == (name in PLAIN)


def test_a_file_of_many_parts_is_one_table_with_few_texts_as_numbers(monkeypatch):
    monkeypatch.setattr(plain_csv, "AT_ONCE", 4_000)
    rng = np.random.default_rng(3)
    n = 5_000
    table = pd.DataFrame(
        {"编号": np.char.add("u", np.arange(n).astype(str)), "镇": rng.choice(["01", "02", "三"], n)}
        | {"n": np.where(np.arange(n) < n // 2, "1", np.where(np.arange(n) % 300 == 0, "", np.arange(n) // 10))}
    )
    content = table.to_csv(index=False).encode()
    assert as_read(content) == by_rows(content, monkeypatch)
    monkeypatch.setattr(files_coded, "ROOM", 4)
    found = read_file(content, "a.csv", list(table), coded=["n"]).table
    assert found.n.tolist() == list(table.n)
    assert is_coded(found.n) and found.n.cat.codes.dtype == np.int16 and not is_coded(found["镇"])
    assert list(found.n.cat.categories) == sorted(set(table.n)) and list(found.index) == list(range(2, n + 2))


@pytest.mark.parametrize(("limit", "most"), [("ROWS", 3), ("CSV_CELLS", 8)])
def test_a_plain_file_beyond_the_limits_is_refused_as_any_other(limit, most, monkeypatch):
    monkeypatch.setattr(bounds, limit, most)
    content = (HEAD + "a,x,1\nb,y,2\nc,z,3\n").encode()
    assert as_read(content) == by_rows(content, monkeypatch)
    assert as_read(content)[0] in ("file.too_many_rows", "file.too_many_cells")


def test_what_is_asked_of_a_column_is_the_same_whether_its_texts_are_numbered():
    plain = pd.Series(["1", "", "07", "1", "x", "7"], index=range(2, 8), dtype="str")
    numbered = coded(plain)
    assert is_coded(numbered) and coded(numbered) is numbered
    some = numbered[numbered != "x"]  # a text that no row has any more
    assert sorted(distinct(some)) == sorted(distinct(plain[plain != "x"])) == ["", "07", "1", "7"]
    for texts in (["1", "x"], ["x"], [], ["9"]):
        assert are_among(plain, texts).tolist() == are_among(numbered, texts).tolist() == plain.isin(texts).tolist()
    for codes in ({"x": "1", "7": "07"}, {"": "0"}, {"1": "7", "7": "1"}, {}):
        expected = [codes.get(cell, cell) for cell in plain]
        for cells in (recoded(plain, codes), recoded(numbered, codes)):
            assert cells.tolist() == expected and list(cells.index) == list(plain.index)
        assert list(recoded(numbered, codes).cat.categories) == sorted(set(expected))
    for cells in (["1", "2.50", "-3e2"], ["1", "+2", "", "x", "1,5"]):
        texts = pd.Series(cells, dtype="str")
        np.testing.assert_array_equal(as_numbers(texts), pd.to_numeric(texts, errors="coerce").to_numpy(dtype=float))


def test_a_wave_is_the_same_version_from_a_plain_file_and_from_one_with_quotes(store):
    begin_survey(store)
    assert take(store, content=interviews().to_csv(index=False).encode()).outcome == "imported"
    assert take(store, content=interviews().to_csv(index=False, quoting=1).encode()).outcome == "unchanged"
    assert take(store, content=interviews().iloc[::-1].to_csv(index=False).encode()).outcome == "unchanged"
    assert len(wave_versions(store, NAME)) == 1 and MAY in set(wave_versions(store, NAME).wave)
