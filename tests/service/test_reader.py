"""Every table comes in by one reader: formats, encodings, separators and headers are told apart, and it says which."""

import io
import re
import zipfile
from datetime import datetime

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest
from made_up import BOTH

from service.files import csv
from service.files import rows as gathering
from service.files.choice import Choice, choice_of
from service.files.read import read_file, read_table
from words import Fault

ROWS = [["编号", "镇", "n"], ["a1", "磨坊镇", "3"], ["a2", "渡口镇", ""], ["a3", "堰镇", "0.25"]]
TEXT = "\n".join(",".join(row) for row in ROWS) + "\n"
PLAIN = {"编号": ["a1", "a2", "a3"], "镇": ["磨坊镇", "渡口镇", "堰镇"], "n": ["3", "", "0.25"]}


def workbook(*sheets, **formats) -> bytes:
    """A workbook of sheets (name, rows); formats: the number format of a column's cells below the header, by letter."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for letter, code in formats.items():
            for cell in sheet[letter][1:]:
                cell.number_format = code
    book.save(buffer := io.BytesIO())
    return buffer.getvalue()


def with_sheet(content: bytes, change) -> bytes:
    """The workbook with the XML of its first sheet changed."""
    part = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made := io.BytesIO(), "w", 8) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return made.getvalue()


def fault(*arguments, **options) -> Fault:
    with pytest.raises(Fault) as caught:
        read_table(*arguments, **options)
    for t in BOTH.values():
        assert "{" not in t(caught.value.key, **caught.value.values)
    return caught.value


@pytest.mark.parametrize(("separator", "said"), [(",", "commas"), (";", "semicolons"), ("\t", "tabs")])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_a_text_is_read_whatever_it_was_saved_as_and_it_is_said(separator, said, encoding):
    read = read_file(TEXT.replace(",", separator).encode(encoding), "名单.csv", ["编号", "镇"])
    assert read.table.to_dict("list") == PLAIN and list(read.table.index) == [2, 3, 4]
    if (separator, encoding.removesuffix("-sig")) == (",", "utf-8"):
        assert not read.notes
        return
    ((key, values),) = read.notes
    sentence = BOTH["en"](key, **values)
    assert said in sentence and encoding.upper().removesuffix("-SIG") in sentence and "row 1" in sentence


def test_a_named_encoding_is_the_only_one_tried():
    assert fault(TEXT.encode("gb18030"), "a.csv", choice=Choice(encoding="utf-8")).key == "file.encoding"
    assert read_table("a\né\n".encode("cp1252"), "a.csv", choice=choice_of(None, "cp1252")).a.tolist() == ["é"]
    for unknown in ("klingon", "hex"):
        with pytest.raises(Fault, match="not an encoding"):
            choice_of(None, unknown)


def test_damaged_utf_8_is_not_taken_for_chinese():
    damaged = TEXT.encode().replace("堰".encode(), "堰".encode()[:2])
    assert damaged.decode("gb18030", errors="replace") and fault(damaged, "a.csv").values["row"] == 4


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("id,name\n1,某某\n", "gb18030"),  # also UTF-8, of two Latin letters
        ("id,name\n1,café\n", "utf-8"),
        ("id,name\n1,Привет\n", "utf-8"),
        ("id,name\n1,καλός\n", "utf-8"),
        ("id,name\n1,某某\n", "utf-8"),
        ("id,name\n1,à la\n", "utf-8"),
    ],
)
def test_a_few_chinese_characters_are_not_taken_for_latin_letters_nor_the_other_way_round(text, encoding):
    cell = text.split(",")[-1].strip()
    assert read_table(text.encode(encoding), "a.csv").name.tolist() == [cell]
    if encoding == "gb18030":
        assert read_table(text.encode(encoding), "a.csv", choice=Choice(encoding="utf-8")).name.tolist() != [cell]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_titles_blank_rows_and_empty_columns_are_no_fault(form):
    rows = [["2026年四季度样本框", "", "", "", ""], [""] * 5, *([*row, "", ""] for row in ROWS[:2]), [""] * 5]
    rows += [[*row, "", ""] for row in ROWS[2:]]
    if form == "csv":
        read = read_file("\n".join(map(",".join, rows)).encode(), "a.csv", ["编号", "镇"])
    else:
        read = read_file(workbook(("说明", [["请勿修改"]]), ("名单", rows)), "a.xlsx", ["编号", "镇"])
        assert "名单" in BOTH["zh"](read.notes[0][0], **read.notes[0][1])
    assert read.table.to_dict("list") == PLAIN and list(read.table.index) == [4, 6, 7]
    assert read.notes[0][1]["row"] == 3


def test_rows_of_another_width_are_counted_and_the_others_read():
    read = read_file(b"a,b\n1,2\n3\n4,5,6\n7,8\n", "a.csv")
    assert read.table.a.tolist() == ["1", "7"]
    assert read.faults[0].key == "file.ragged" and read.faults[0].values["rows"] == [3, 4]


@pytest.mark.parametrize(
    "tag", [b"", b'<dimension ref="A1"/>', b'<dimension ref="A1:B3"/>', b'<dimension ref="A1:A99"/>']
)
def test_what_a_workbook_says_of_its_size_is_not_believed(tag):
    content = with_sheet(workbook(("s", ROWS)), lambda xml: re.sub(rb"<dimension[^>]*/>", tag, xml))
    assert read_table(content, "a.xlsx").to_dict("list") == PLAIN


def test_a_sheet_is_the_one_named_or_the_one_with_the_columns_or_it_is_asked():
    book = workbook(("说明", [["x", "y"], ["1", "2"]]), ("一", ROWS), ("二", ROWS))
    assert fault(book, "a.xlsx", ["编号"]).values["sheets"] == ["一", "二"]
    assert read_table(book, "a.xlsx", ["编号"], choice=Choice(sheet="二")).to_dict("list") == PLAIN
    assert read_table(book, "a.xlsx", ["x"]).x.tolist() == ["1"]
    assert fault(book, "a.xlsx", choice=Choice(sheet="三")).key == "file.no_sheet"


def test_numbers_in_a_workbook_keep_what_was_typed():
    rows = [["id", "w", "zeros", "day"], [13800000001, 1.1, 7, datetime(2025, 5, 1)], [2.0, 1e-7, 12, 45778.75]]
    table = read_table(workbook(("s", rows), C="000", D="yyyy/m/d h:mm"), "a.xlsx")
    assert table.id.tolist() == ["13800000001", "2"] and [float(w) for w in table.w] == [1.1, 1e-7]
    assert table.zeros.tolist() == ["007", "012"]
    assert table.day.tolist() == ["2025-05-01", "2025-05-01 18:00:00"]


def test_cells_without_a_value_are_faults_with_every_row_where_the_column_is_used():
    rows = [["id", "town", "note"], ["=A9", "#N/A", "#REF!"], [451302000000000001, "x", "=1+1"], ["c", "#N/A", ""]]
    content = workbook(("s", rows))
    found = read_file(content, "a.xlsx", ["id", "town"]).faults
    assert {f.key: f.values["rows"] for f in found} == {
        "file.look_up": [2, 4],
        "file.uncalculated": [2],
        "file.long_number": [3],
    }
    together = fault(content, "a.xlsx", ["id", "town"])
    sentence = BOTH["en"](together.key, **together.values)
    assert together.key == "file.faults" and "3 kinds" in sentence and "rows 2, 4" in sentence and "cell A2" in sentence
    assert fault(b"a,b\n#N/A,1\n", "a.csv").key == "file.look_up"


def other_zip(name: str) -> bytes:
    with zipfile.ZipFile(made := io.BytesIO(), "w") as new:
        new.writestr(name, "x")
    return made.getvalue()


OTHERS = {
    "pdf": b"%PDF-1.7 ...",
    "picture": b"\x89PNG\r\n\x1a\n",
    "archive": other_zip("a.csv"),
    "document": other_zip("word/document.xml"),
    "open_document": other_zip("content.xml"),
    "binary_workbook": other_zip("xl/workbook.bin"),
    "old_workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "web_page": b"  <HTML><body><table>",
    "xml": b"<?xml version='1.0'?><Workbook>",
}


@pytest.mark.parametrize("kind", OTHERS)
def test_what_cannot_be_read_gets_one_sentence_that_says_what_it_is(kind):
    found = fault(OTHERS[kind], "a.xls")
    assert found.key == "file.other_kind"
    for t in BOTH.values():
        assert t(f"file.kind.{kind}") in t(found.key, **found.values) and "XLSX" in t(found.key, **found.values)


def test_an_encrypted_workbook_is_said():
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    flagged = bytearray(workbook(("s", ROWS)))
    with zipfile.ZipFile(io.BytesIO(bytes(flagged))) as parts:
        for part in parts.infolist():
            flagged[part.header_offset + 6] |= 1
    at = -1
    while (at := flagged.find(b"PK\x01\x02", at + 1)) >= 0:
        flagged[at + 8] |= 1
    assert fault(ole, "a.xlsx").key == fault(bytes(flagged), "a.xlsx").key == "file.encrypted"


def test_a_workbook_that_pandas_wrote_reads_as_its_csv():
    table = pd.DataFrame({"id": ["a", "b"], "w": [0.1, 2.5], "n": [1, 30]})
    table.to_excel(buffer := io.BytesIO(), index=False, engine="xlsxwriter")
    read = read_table(buffer.getvalue(), "a.xlsx").to_dict("list")
    assert read == read_table(table.to_csv(index=False).encode(), "a.csv").to_dict("list")


@pytest.mark.parametrize(
    ("form", "number", "text"),
    [
        ("DATE11", 13966128000, "2025-05-09"),
        ("DATETIME20", 13966131000, "2025-05-09 00:50:00"),
        ("TIME8", 3661, "01:01:01"),
        ("MOYR8", 13966128000, "2025-05"),
        ("QYR6", 13966128000, "2025Q2"),
        ("%td", 24000, "2025-09-16"),
        ("%tc", 2062022400000, "2025-05-05 00:00:00"),
        ("%tm", 784, "2025-05"),
        ("%tq", -3, "1959Q2"),
    ],
)
def test_days_times_and_periods_of_statistical_files_are_read_as_such_and_beyond_the_year_9999_as_numbers(
    form, number, text, tmp_path
):
    write, suffix = (pyreadstat.write_dta, "dta") if form.startswith("%") else (pyreadstat.write_sav, "sav")
    place = tmp_path / f"a.{suffix}"
    write(pd.DataFrame({"d": [float(number), 1e18]}), str(place), variable_format={"d": form})
    assert read_table(place.read_bytes(), place.name).d.tolist() == [text, str(10**18)]


def test_days_of_parquet_are_read_as_such_and_beyond_the_year_9999_too():
    kinds = {"us": pa.timestamp("us"), "s": pa.timestamp("s"), "day": pa.date32()}
    far = {"us": 2**63 - 1, "s": 263402300799, "day": 2**31 - 1}
    for name, kind in kinds.items():
        days = {"us": 1746057600000000, "s": 1746057600, "day": 20209}
        whole = pa.int32() if name == "day" else pa.int64()
        for number, text in ((days[name], "2025-05-01"), (far[name], None)):
            table = pa.table({"d": pa.array([number], whole).cast(kind, safe=False)})
            pq.write_table(table, buffer := io.BytesIO())
            (cell,) = read_table(buffer.getvalue(), "a.parquet").d
            assert cell == text if text else not cell.startswith("2025")


HEAD = b'<c r="A1" t="inlineStr"><is><t>id</t></is></c><c r="B1" t="inlineStr"><is><t>n</t></is></c>'
HOSTILE = {  # rows below the header, as XML, and the key of the fault
    "a shared text that there is not": (b'<row r="2"><c r="A2" t="s"><v>999</v></c></row>', "file.not_xlsx"),
    "a shared text below zero": (b'<row r="2"><c r="A2" t="s"><v>-1</v></c></row>', "file.not_xlsx"),
    "a row that no spreadsheet has": (b'<row r="1048577"><c><v>1</v></c></row>', "file.not_xlsx"),
    "rows without end": (b"<row/>" * 1_048_576, "file.not_xlsx"),
    "cells far to the right": (
        b"".join(b'<row r="%d"><c r="XFD%d"><v>1</v></c></row>' % (k, k) for k in range(2, 1000)),
        "file.too_many_columns",
    ),
    "cells beyond the header in thousands of rows": (
        b"".join(b'<row r="%d"><c r="BXW%d"><v>1</v></c></row>' % (k, k) for k in range(2, 5_100)),
        "file.too_many_cells",
    ),
    "an attribute without end": (b'<row r="2" s="' + b"9" * 2_000_000 + b'"/>', "file.not_xlsx"),
    "a comment without end": (b"<!--" + b"<a> " * 500_000 + b"-->", "file.not_xlsx"),
    "elements within elements": (b"<a>" * 100 + b"</a>" * 100, "file.not_xlsx"),
    "thousands of names": (b"".join(b"<a%d/>" % k for k in range(20_000)), "file.not_xlsx"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_no_spreadsheet_writes_is_one_sentence(name):
    rows, key = HOSTILE[name]
    sheet = b'<sheetData><row r="1">' + HEAD + b"</row>" + rows + b"</sheetData>"
    xml = re.compile(rb"<sheetData.*</sheetData>|<sheetData/>", re.DOTALL)
    content = with_sheet(workbook(("s", ROWS)), lambda old: xml.sub(lambda _: sheet, old))
    assert fault(content, "a.xlsx", ["id", "n"]).key == key


def test_more_elements_than_are_read_and_sheets_too_large_to_be_searched_have_a_way_out(monkeypatch):
    rows = [["id", "n"], *[["a", str(k)] for k in range(9_000)]]
    book = workbook(("a", [["x"] * 150] * 45), ("b", rows))
    assert len(read_file(book, "a.xlsx", ["id", "n"]).table) == 9_000
    monkeypatch.setattr("service.files.xlsx.ELEMENTS", 9_000)
    assert fault(book, "a.xlsx", ["id", "n"], choice=Choice(sheet="b")).key == "file.workbook_too_large"
    monkeypatch.setattr("service.files.xlsx.SEARCHED_ELEMENTS", 5_000)
    assert fault(book, "a.xlsx", ["id", "n"]).key == "file.sheets_too_large"


def test_an_encoding_that_there_is_not_within_a_workbook_is_one_sentence():
    content = with_sheet(workbook(("s", ROWS)), lambda xml: b'<?xml version="1.0" encoding="UTFTF-8"?>' + xml)
    assert fault(content, "a.xlsx").key == "file.not_xlsx"


def test_a_text_that_a_workbook_repeats_counts_each_time(monkeypatch):
    """140 kB may say 30,000 characters 40,000 times."""
    content = workbook(("s", [["id", "n"], *[["x" * 1000, str(k)] for k in range(50)]]))
    assert len(read_table(content, "a.xlsx")) == 50
    monkeypatch.setattr("service.files.bounds.TEXT", 40_000)
    assert fault(content, "a.xlsx").key == "file.too_much_text"


def test_a_header_of_repeated_names_that_are_not_used_lacks_what_is_needed():
    assert read_file(b"x,x\n1,2\n3,4\n", "a.csv", [], ["id"]).table.shape == (2, 0)


def test_a_damaged_name_in_parquet_is_one_sentence():
    pq.write_table(pa.table({"unit": ["a"]}), buffer := io.BytesIO())
    assert fault(buffer.getvalue().replace(b"unit", b"\xff\xfe\xfd\xfc"), "a.parquet").key == "file.not_parquet"


@pytest.mark.parametrize("chunk,joined", [(1, 1), (3, 7), (7, 3), (29, 30), (30, 30)])
def test_a_table_is_the_same_however_few_rows_are_put_together_at_a_time(monkeypatch, chunk, joined):
    lines = [f"{k},\u9547{k}" if k % 9 else "," for k in range(1, 34)]  # with three blank rows, thirty others
    content = "\n".join(["id,town", *lines]).encode()
    whole = read_table(content, "a.csv")
    monkeypatch.setattr(gathering, "CHUNK", chunk)
    monkeypatch.setattr(gathering, "JOINED", joined)
    pd.testing.assert_frame_equal(read_table(content, "a.csv"), whole)
    assert list(whole.index) == [k + 1 for k in range(1, 34) if k % 9]


def test_a_wrong_byte_is_found_where_it_is_though_the_text_is_decoded_in_parts(monkeypatch):
    content = b"id,town\n" + "1,\u9547\n".encode() * 50
    for block in (1, 2, 3, 7):  # within characters too
        monkeypatch.setattr(csv, "BLOCK", block)
        assert csv.encoding_of(content, "a.csv", None, "utf-8") == "utf-8"
        gbk = content.decode().encode("gb18030")
        assert csv.encoding_of(gbk, "a.csv", "gb18030", "utf-8") == "gb18030"
        with pytest.raises(Fault) as caught:
            csv.encoding_of(content + b"51,\xff", "a.csv", "utf-8", "utf-8")
        assert (caught.value.values["row"], caught.value.values["found"]) == (52, "0xff")
        with pytest.raises(Fault):
            csv.encoding_of(content[:-2], "a.csv", "utf-8", "utf-8")  # its last character is not whole


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_its_mark_is_recognised_or_named(encoding):
    table = pd.DataFrame({"id": ["1", "2"], "town": ["\u78e8\u574a\u9547", "\u5830\u9547"]})
    content = table.to_csv(index=False).encode(encoding)
    for choice in (None, choice_of(None, encoding)):
        read = read_file(content, "a.csv", ["id"], choice=choice)
        assert read.table.to_dict("list") == table.to_dict("list") and read.notes[0][1]["encoding"] == encoding.upper()
    assert fault(b"a,b\n1,\x00\n", "a.csv").key == "file.binary"
    assert fault(content + b"\x00", "a.csv").key == "file.binary"
