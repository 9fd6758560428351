"""A bulletin is checked from CSV, XLSX, DOCX and text, by command; what cannot be read is refused with the way out."""

import io
import zipfile

import pytest
from openpyxl import Workbook

from bench.bulletins import measured
from service.proof.bulletin_checked import check_bulletin, check_text
from words import Fault

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SHARES = [("Item", "Count", "Share (%)"), ("theft", 120, "24.0"), ("noise", 80, "16.0"), ("fraud", 300, "61.0")]


def docx(*blocks: str) -> bytes:
    """A Word document with these paragraphs and tables."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr("word/document.xml", f'<w:document xmlns:w="{W}"><w:body>{"".join(blocks)}</w:body></w:document>')
    return buffer.getvalue()


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text[:4]}</w:t></w:r><w:r><w:t>{text[4:]}</w:t></w:r></w:p>"


def table(rows) -> str:
    cells = ["".join(f"<w:tc>{paragraph(str(c))}</w:tc>" for c in row) for row in rows]
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


def workbook(rows, form: str | None = None) -> bytes:
    book = Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    if form:
        for cell in sheet["C"][1:]:
            cell.number_format = form
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def places(content: bytes, file: str) -> list[tuple]:
    found = check_bulletin(content, file).findings
    return [(f.place.table, f.place.row, f.place.of, f.printed, f.expected) for f in found]


TOTAL = ("Total", 500, "100")


def test_the_same_slip_is_found_in_csv_docx_and_xlsx_and_in_what_a_format_shows():
    rows = [*SHARES, TOTAL]
    csv = "\n".join(",".join(map(str, row)) for row in rows).encode()
    assert places(csv, "a.csv") == [("", 4, "fraud", "61.0", "60.0")]
    assert places(docx(paragraph("Shares"), table(rows)), "a.docx") == [("1", 4, "fraud", "61.0", "60.0")]
    assert places(workbook(rows), "a.xlsx") == [("Sheet", 4, "fraud", "61.0", "60.0")]
    shown = [*SHARES[:1], ("theft", 120, 0.2404), ("noise", 80, 0.16), ("fraud", 300, 0.6123), ("Total", 500, 1)]
    assert places(workbook(shown, "0.0%"), "a.xlsx") == [("Sheet", 4, "fraud", "61.2%", "60.0")]


def test_a_sheet_may_hold_several_tables_and_a_document_text_between_them():
    second = [("Area", "Score", "Rank"), ("A", 90.1, 1), ("B", 88.2, 2), ("C", 89.0, 3), ("D", 80.5, 4)]
    rows = [*SHARES, TOTAL, (None,), *second]
    assert [row for _, row, *_ in places(workbook(rows), "a.xlsx")] == [4, 9, 10]
    content = docx(table(SHARES), paragraph("173个乡镇中110个占57.8%。"), table(second))
    assert {name for name, *_ in places(content, "a.docx")} == {"", "2"}


def test_text_is_read_in_its_encoding_and_as_it_was_pasted():
    text = "一、总体情况\n刑事2,768件、治安1,453件，合计4,321件。"
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        assert places(text.encode(encoding), "a.txt") == [("", 2, "", "4,321", "4,221")]
    assert len(check_text(text, "pasted").findings) == 1


@pytest.mark.parametrize(
    ("content", "file", "named"),
    [
        (b"x,y\na,1\nb,2\n", "a.csv", "heading of a.csv"),
        (b"Nothing to see here.\n", "a.txt", "no figures"),
        (b"%PDF-1.7", "a.pdf", "PDF"),
        (docx().replace(b"document.xml", b"documenT.xml"), "a.docx", "a.docx"),
        (docx("<w:p>"), "a.docx", "Word"),
        (b"PAR1xxxx", "a.parquet", "DOCX"),
        ("１２３ ".encode() * 600_000, "a.txt", "Split"),
    ],
    ids=["headings", "no figures", "pdf", "no document", "broken", "parquet", "long"],
)
def test_what_cannot_be_checked_is_refused_with_the_way_out(content, file, named):
    with pytest.raises(Fault) as refused:
        check_bulletin(content, file)
    assert named in str(refused.value)


def test_an_entity_in_a_document_is_refused():
    with pytest.raises(Fault):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as made:
            made.writestr("word/document.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
        check_bulletin(buffer.getvalue(), "a.docx")


def test_the_command_prints_the_findings_and_saves_them(tmp_path, rankshift):
    place = tmp_path / "a.csv"
    place.write_text("地区,群众评价,排名\n甲,90.1,1\n乙,88.2,2\n丙,89.0,3\n丁,80,4\n", "utf-8")
    said = rankshift("check-bulletin", place, language="zh")
    assert said.code == 0 and "群众评价" in said.out and "--column" in said.out
    said = rankshift("check-bulletin", place, "--column", "群众评价=rate", "--csv", tmp_path / "o.csv")
    assert said.code == 1 and "2 are wrong" in said.out
    assert "row 3, 乙" in (tmp_path / "o.csv").read_text("utf-8-sig")
    said = rankshift("check-bulletin", place, "--column", "rate")
    assert said.code == 1 and "Opinion=rate" in said.err


def test_planted_slips_are_found_and_sound_figures_left_alone():
    for counts in measured(12, seed=5):
        kinds = counts.kinds.values()
        large = sum(c.planted - c.small for c in kinds)
        assert large > 30 and sum(c.found - c.small_found for c in kinds) >= 0.97 * large
        assert counts.sound >= 60 and (counts.false_wrong, counts.false_asked) == (0, 0)
