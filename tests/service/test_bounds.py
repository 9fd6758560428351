"""Uploads are bounded before they are opened: bytes, rows, columns, what a file unpacks to; XML bombs are refused."""

import io
import resource
import zipfile

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from made_up import BOTH

from service.files import bounds
from service.files.read import read_table
from words import Fault


def fault(do, *arguments) -> Fault:
    with pytest.raises(Fault) as caught:
        do(*arguments)
    for t in BOTH.values():
        assert "{" not in t(caught.value.key, **caught.value.values)
    return caught.value


def workbook(rows) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(buffer := io.BytesIO())
    return buffer.getvalue()


def with_part(content: bytes, name: str, text: bytes) -> bytes:
    """The workbook with one of its parts replaced."""
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made := io.BytesIO(), "w", 8) as new:
        for part in old.namelist():
            new.writestr(part, text if part == name else old.read(part))
    return made.getvalue()


def test_a_workbook_reads_as_the_csv_of_the_same_cells():
    rows = [
        ["id", "phone", "n"],
        ["a", "0772-2812345", 3],
        ["b", 13812345678.0, None],
        [None, None, None],
        ["c", " x ", 2.5],
    ]
    found = read_table(workbook(rows), "a.xlsx")
    expected = read_table(b"id,phone,n\na,0772-2812345,3\nb,13812345678,\n\nc,x,2.5\n", "a.csv")
    assert found.to_dict() == expected.to_dict() and list(found.index) == [2, 3, 5]


def parquet(table, **options) -> bytes:
    pq.write_table(pa.table(table), buffer := io.BytesIO(), **options)
    return buffer.getvalue()


def test_a_parquet_file_reads_as_the_csv_of_the_same_cells():
    made = parquet({"id": ["a", "b", "c"], "phone": ["0772-2812345", None, " x "], "n": [3.0, float("nan"), 2.5]})
    expected = read_table(b"id,phone,n\na,0772-2812345,3\nb,,\nc,x,2.5\n", "a.csv")
    assert read_table(made, "a.parquet").to_dict() == expected.to_dict()
    whole = parquet({"id": pa.array([b"1", b"2"]), "day": pa.array([0, 1], pa.date32()), "k": [2**60, None]})
    assert read_table(whole, "b.parquet").values.tolist() == [
        ["1", "1970-01-01", str(2**60)],
        ["2", "1970-01-02", ""],
    ]


def test_a_parquet_file_is_bounded_before_its_columns_are_unpacked(monkeypatch):
    """A text of a megabyte that stands half a million times takes 2 kB in the file and 500 GB written out."""
    column = pa.DictionaryArray.from_arrays(pa.array([0] * 500_000, pa.int32()), pa.array(["x" * 1_000_000]))
    bomb = parquet({"id": column}, compression="zstd")
    assert len(bomb) < 100_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert fault(read_table, bomb, "bomb.parquet").key == "file.unpacks_too_large"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kilobytes
    monkeypatch.setattr(bounds, "ROWS", 10)
    assert fault(read_table, parquet({"a": list(range(11))}), "a").key == "file.too_many_rows"
    monkeypatch.setattr(bounds, "CELLS", 15)
    assert fault(read_table, parquet({"a": list(range(8)), "b": list(range(8))}), "a").key == "file.too_many_cells"
    monkeypatch.setattr(bounds, "COLUMNS", 1)
    assert fault(read_table, parquet({"a": [1], "b": [1]}), "a").key == "file.too_many_columns"
    monkeypatch.setattr(bounds, "BYTES", 100)
    assert fault(read_table, bomb, "a").key == "file.too_large"


def test_what_is_no_plain_parquet_file_is_one_sentence():
    good = parquet({"a": [str(k) for k in range(100)]})
    for broken in (good[:-30], b"PAR1", b"PAR1" + b"\xff" * 90 + b"PAR1", good[:40] + b"\x00" * 60 + good[100:]):
        assert fault(read_table, broken, "a.parquet").key == "file.not_parquet"
    assert fault(read_table, parquet({"a": [[1], [2]]}), "a.parquet").key == "file.nested"
    assert fault(read_table, parquet({"a": pa.array([], pa.string())}), "a.parquet").key == "file.no_rows"


def test_a_file_too_large_is_refused_before_it_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(bounds, "BYTES", 1000)
    (tmp_path / "a.csv").write_bytes(b"x" * 1001)
    assert fault(bounds.read_bounded, tmp_path / "a.csv").key == "file.too_large"
    assert fault(read_table, b"x" * 1001, "a.csv").key == "file.too_large"
    assert fault(read_table, b"PK" * 1001, "a.xlsx").key == "file.too_large"


def test_rows_and_columns_are_counted_while_reading(monkeypatch):
    monkeypatch.setattr(bounds, "ROWS", 10)
    monkeypatch.setattr(bounds, "COLUMNS", 5)
    long, wide = [["a"]] * 12, [[f"c{k}" for k in range(6)], ["x"] * 6]
    for read, made in ((read_table, workbook), (read_table, lambda rows: "\n".join(map(",".join, rows)).encode())):
        assert fault(read, made([["a"], *long]), "a").key == "file.too_many_rows"
        assert fault(read, made(wide), "a").key == "file.too_many_columns"


def test_a_zip_bomb_is_refused_by_what_it_declares_without_unpacking():
    bomb = with_part(workbook([["a"], ["b"]]), "xl/worksheets/sheet1.xml", b" " * 500_000_000)
    assert len(bomb) < 1_000_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = fault(read_table, bomb, "bomb.xlsx")
    assert found.key == "file.unpacks_too_large" and found.values["found"] > 500_000_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kilobytes


def test_a_zip_that_declares_less_than_it_holds_gives_no_more_than_declared():
    content = bytearray(
        with_part(workbook([["a"], ["b"]]), "xl/worksheets/sheet1.xml", b"<a>" + b" " * 1_000_000 + b"</a>")
    )
    size = (1_000_007).to_bytes(4, "little")
    assert content.count(size) == 2  # in the part's own head and in the list at the end
    assert (
        fault(read_table, bytes(content.replace(size, (100).to_bytes(4, "little"))), "lies.xlsx").key == "file.not_xlsx"
    )


def test_many_parts_are_refused(monkeypatch):
    monkeypatch.setattr(bounds, "PARTS", 3)
    assert fault(read_table, workbook([["a"]]), "a.xlsx").key == "file.too_many_parts"


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml"])
@pytest.mark.parametrize(
    "entity", ['<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">', '<!ENTITY b SYSTEM "file:///etc/hostname">']
)
def test_xml_that_grows_or_reads_files_is_refused(part, entity):
    content = workbook([["a", "x"], ["b", "y"]])
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        text = parts.read(part).decode()
    start = text.index("?>") + 2 if text.startswith("<?xml") else 0
    root = text[start:].strip()[1:].split()[0].split(">")[0]
    evil = f"{text[:start]}<!DOCTYPE {root} [{entity}]>{text[start:]}".replace("<v>", "<v>&b;", 1).replace(
        "<t>", "<t>&b;", 1
    )
    found = fault(read_table, with_part(content, part, evil.encode()), "evil.xlsx")
    assert (found.key, found.values["problem"]) == ("file.not_xlsx", "EntitiesForbidden")


@pytest.mark.parametrize("content", [b"PK\x03\x04nonsense", b"PK\x03\x04"])
def test_what_only_begins_like_a_workbook_is_said(content):
    assert fault(read_table, content, "a.xlsx").key == "file.not_xlsx"
