"""Bulletins: golden texts, the same bytes when made again, GB/T 9704's page, templates, and what is withheld or new."""

import io
import sqlite3
import zipfile
import zlib
from contextlib import closing
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from docx import Document as WordDocument
from docx.enum.section import WD_SECTION
from docx.oxml.ns import qn
from pptx import Presentation

from fieldwork.dispositions import CLASSES
from fieldwork.rates import outcome_rates
from presentation.bulletin.making import made_again, made_bulletin, written
from presentation.bulletin.said import again_texts, listed_text
from presentation.bulletin.wording import Asked
from presentation.league_table import league_rows, shown_rows
from presentation.screen import last_promise, rolling_text
from programme.bulletin import BulletinHead
from service.bulletins import facts as facts_of_bulletins
from service.bulletins import files as files_of_bulletins
from service.bulletins.column_widths import ems, layout_of, lines_of, pieces
from service.bulletins.document import (
    KINDS,
    cell_text,
    digest_of,
    document_bytes,
    document_of,
    plain,
    plain_text,
    row_texts,
)
from service.bulletins.facts import bulletin_facts
from service.bulletins.files import file_bytes, template_bytes
from service.bulletins.keeping import bulletin_list, read_bulletin
from service.bulletins.sealed import sealed_pdf
from service.bulletins.sheet_layout import (
    CLOSING,
    FULL,
    OPENING,
    TALL,
    column_widths,
    divided,
    heading_text,
    row_heights,
)
from service.bulletins.since import Since, changes_since
from service.bulletins.templates import FIELDS
from service.bulletins.word import read_template
from service.bulletins.workbook import number_format
from service.fieldwork.rates import WaveRates
from service.figures import waves
from service.figures.screen import RollingPlaces
from service.intake import imports
from service.proof.bulletin_checked import check_bulletin
from service.store import audit, schema
from service.store.engine import Store
from service.store.permissions import LEADER, Actor
from service.store.trail import trail_lines
from words import Fault, speaker

GOLDEN = Path(__file__).parents[1] / "golden" / "bulletins"
ENSU = Path(__file__).parents[2] / "data" / "ensu2015"
DAY = date(2015, 10, 15)
ASKED = {
    "zh": Asked(DAY, issuer="某省统计局", number="某统调〔2015〕9号", addressee="各市人民政府", copies="省政府办公厅"),
    "en": Asked(DAY, issuer="Statistics Bureau", number="No. 9/2015", addressee="City governments"),
}
LANGUAGES = ("zh", "en")


@pytest.fixture(scope="module")
def facts(ensu_store):
    return bulletin_facts(ensu_store[0], "ensu2015")


@pytest.fixture
def own_store(ensu_store, tmp_path):
    """A copy of the demonstration's store, to be written to."""
    places = (ensu_store[0].engine.url.database, tmp_path / "own.db")
    with closing(sqlite3.connect(places[0])) as original, closing(sqlite3.connect(places[1])) as copy:
        original.backup(copy)
    store = Store.open(f"sqlite:///{tmp_path / 'own.db'}")
    yield store
    store.engine.dispose()


def made(facts, kind, language, asked=None):
    return written(facts, kind, asked or ASKED[language], speaker(language))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_bulletin_says_what_was_read_sentence_by_sentence(facts, kind, language):
    """The golden texts are of Mexico's 32 cities; the runs' numbers are those of the store of tests."""
    text = plain_text(made(facts, kind, language))
    assert text == (GOLDEN / f"{kind}_{language}.txt").read_text("utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_content_reads_back_as_the_same_and_word_files_are_the_same_bytes(facts, language):
    document = made(facts, "notice", language)
    assert document_of(document_bytes(document)) == document
    assert file_bytes(document, ".docx") == file_bytes(document_of(document_bytes(document)), ".docx")


def test_a_pdf_written_at_another_time_and_place_is_the_same_bytes():
    one, other = (
        b"%PDF pages "
        + b"/CreationDate(D:2026%sZ')>> trailer /ID [ <%s> <%s> ] /DocChecksum /%s end" % (at, *[who * 32] * 3)
        for at, who in ((b"1128113052", b"A"), (b"0101000000", b"7"))
    )
    assert one != other and sealed_pdf(one) == sealed_pdf(other)
    assert len(sealed_pdf(one)) == len(one) and sealed_pdf(one) != sealed_pdf(one.replace(b"pages", b"pagee"))


def word_of(document, template=None):
    return WordDocument(io.BytesIO(file_bytes(document, ".docx", template, file="own.docx")))


def test_the_notice_has_the_page_of_gb_t_9704(facts):
    """A4; 37 mm above, 28 mm to the left, 156 mm wide, 22 lines of 29 points, 28 signs of 16 points a line."""
    word = word_of(made(facts, "notice", "zh"))
    section = word.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    assert (round(section.top_margin.mm), round(section.left_margin.mm), round(section.right_margin.mm)) == (37, 28, 26)
    height = (section.page_height - section.top_margin - section.bottom_margin) / 12700
    assert 22 <= height / 29 < 23 and height == pytest.approx(225 / 25.4 * 72, abs=0.5)
    body = word.styles["Bulletin Body"]
    assert (body.font.size.pt, body.paragraph_format.line_spacing.pt) == (16, 29)
    spacing = int(body.element.rPr.find(qn("w:spacing")).get(qn("w:val"))) / 20
    assert 28 * (16 + spacing) <= 156 / 25.4 * 72 < 29 * (16 + spacing)
    assert body.element.rPr.rFonts.get(qn("w:eastAsia")) == "仿宋_GB2312"
    assert word.settings.odd_and_even_pages_header_footer
    odd, even = (footer.paragraphs[0] for footer in (section.footer, section.even_page_footer))
    assert odd.text.replace("PAGE", "").startswith("— ") and odd.alignment != even.alignment


def test_every_word_of_the_content_is_in_the_word_file_and_every_number_of_a_table_in_its_cell(facts):
    document = made(facts, "notice", "zh")
    word = word_of(document)
    said = [p.text for p in word.paragraphs]
    assert [b.text for b in document.blocks if b.kind == "paragraph" and b.text not in said] == []
    lines = {text.replace("\n", ""): text for text in said}[document.title].split("\n")
    assert lines == ["关于2015年第3季度", "墨西哥城市公共安全调查（ENSU）", "调查结果的通报"]
    assert {document.head.issuer, document.head.number, document.head.date} <= set(said)
    tables = [[[cell.text for cell in row.cells] for row in table.rows] for table in word.tables]
    shown = [document.grid(b.text) for b in document.blocks if b.kind == "table"]
    rows = [row_texts(grid) for grid in shown]
    assert [table[-len(of) :] for table, of in zip(tables, rows, strict=True)] == rows
    last = word.tables[-1] if len(word.tables[-1].rows) <= 13 else word.tables[-2]
    assert all(row.cells[0].paragraphs[0].paragraph_format.keep_with_next for row in last.rows)
    signature = next(p for p in word.paragraphs if p.style.name == "Bulletin Signature")
    assert signature._p.getprevious().pPr.find(qn("w:keepNext")) is not None  # it is never alone on its page
    pictures = list(word.element.body.iter(qn("wp:inline")))
    assert pictures and all(picture.get("distL") == picture.get("distR") == "0" for picture in pictures)
    assert not any("{{" in text for text in said)


def test_no_word_or_number_of_a_table_is_divided_and_its_letters_are_smaller_where_it_is_wide():
    heads = ["Rank", "Area", "95% interval", "Answered", "名次变动", "变化（百分点）"]
    rows = [["1", "Xiaopingyang", "0.859～0.958", "125", "+3", "+0.137"]] * 3
    for times, most in ((1, 9), (2, 9), (3, 9)):
        layout = layout_of(heads * times, [row * times for row in rows], 442, 9)
        assert sum(layout.shares) == pytest.approx(1) and 6.5 <= layout.points <= most
        assert (layout.points < 9) == (times > 1)
        room = [share * 442 / layout.points for share in layout.shares]
        assert times == 3 or all(r > max(map(ems, column)) for r, *column in zip(room, *rows, strict=False))
    assert layout.headings[0] == ("Rank",) and layout.headings[5][-1] == "（百分点）"


def test_a_heading_is_divided_between_words_and_never_leaves_one_chinese_sign_alone():
    assert lines_of("名次区间", 3) == ("名次", "区间") and lines_of("名次区间", 5) == ("名次区间",)
    assert lines_of("变化（百分点）", 6) == ("变化", "（百分点）")
    assert lines_of("与各组平均之差（百分点）", 6) == ("与各组", "平均之差", "（百分点）")
    assert pieces("变化的95%置信区间") == ["变化的", "95%", "置信", "区间"]
    assert lines_of("95% interval of the change", 12) == ("95% interval", "of the change")


def test_a_listed_annex_runs_on_under_its_name(facts):
    (first, second) = (
        p for p in word_of(made(facts, "notice", "zh")).paragraphs if p.text.startswith(("附件：1.", "2. 2015"))
    )
    indents = [p._p.pPr.find(qn("w:ind")) for p in (first, second)]
    assert len({indent.get(qn("w:leftChars")) for indent in indents}) == 1
    assert [indent.get(qn("w:hangingChars")) for indent in indents] == ["425", "125"]


def test_simulated_data_are_marked_on_every_page(facts):
    league = replace(facts.league, programme=replace(facts.league.programme, simulated=True))
    marked = replace(facts, screen=replace(facts.screen, league=league))
    section = word_of(made(marked, "notice", "en")).sections[0]
    assert "[SIMULATED DATA]" in section.header.paragraphs[0].text
    section = word_of(made(marked, "notice", "zh")).sections[0]
    assert all("模拟数据" in h.paragraphs[0].text for h in (section.header, section.even_page_header))


def test_an_offices_template_is_used_and_one_without_its_fields_is_refused_with_the_way_out(facts):
    document = made(facts, "notice", "en")
    own = WordDocument(io.BytesIO(template_bytes("notice", "en")[0]))
    own.add_paragraph("Printed on recycled paper")
    buffer = io.BytesIO()
    own.save(buffer)
    assert "Printed on recycled paper" in [p.text for p in word_of(document, buffer.getvalue()).paragraphs]
    empty = io.BytesIO()
    WordDocument().save(empty)
    with pytest.raises(Fault) as refused:
        word_of(document, empty.getvalue())
    said = str(refused.value)
    assert all(part in said for part in ("own.docx", "{{title}}", "{{body}}", "{{mark}}", "Bulletin Body", "template"))
    with pytest.raises(Fault, match=r"own\.docx"):
        word_of(document, b"no Word file")
    assert {f"{{{{{name}}}}}" for name in FIELDS} <= {
        "".join(node.text for node in p.iter(qn("w:t"))).strip()
        for p in WordDocument(io.BytesIO(template_bytes("notice", "zh")[0])).element.body.iter(qn("w:p"))
    }


def test_the_number_follows_the_programmes_pattern(facts):
    head = BulletinHead(number={"zh": "统调〔{year}〕{serial}号", "en": "No. {serial}/{year}"})
    league = replace(facts.league, programme=replace(facts.league.programme, bulletin=head))
    ours = replace(facts, screen=replace(facts.screen, league=league))
    assert made(ours, "notice", "zh", Asked(DAY, number="9")).head.number == "统调〔2015〕9号"
    with pytest.raises(Fault, match="serial"):
        made(ours, "notice", "zh", Asked(DAY))


def test_a_serial_alone_is_no_number_of_a_document(facts):
    """GB/T 9704: the year in its brackets and the serial; the red line stands under the head of an office only."""
    for issuer, number, lines in (("某省统计局", "〔2015〕12号", 0), ("", "2015年第12号", 1)):
        document = made(facts, "notice", "zh", Asked(DAY, number="12", issuer=issuer))
        assert document.head.number == number
        paragraph = next(p for p in word_of(document).paragraphs if p.text == number)
        assert len(list(paragraph._p.iter(qn("w:pBdr")))) == lines  # a paragraph's own borders take the style's away
    assert made(facts, "notice", "en", Asked(DAY, number="12")).head.number == "No. 12 of 2015"
    assert made(facts, "notice", "zh", Asked(DAY, number="统调〔2015〕12号")).head.number == "统调〔2015〕12号"


def test_the_name_of_the_office_is_centred_above_a_date_with_four_signs_at_its_right(facts):
    for issuer in ("某省统计局", "某某壮族自治区统计局社情民意调查中心"):
        word = word_of(made(facts, "thematic", "zh", Asked(DAY, issuer=issuer)))
        rooms = [int(p._p.pPr.find(qn("w:ind")).get(qn("w:rightChars"))) for p in word.paragraphs[-4:-2]]
        name, day = (
            100 * len(issuer),
            100 * 3 + 50 * 8 + 25 * 5,
        )  # a digit is half a sign
        assert min(rooms) >= 0 and rooms[1] >= 400
        assert rooms[0] + name / 2 == pytest.approx(rooms[1] + day / 2, abs=1)


def test_the_foot_of_a_notice_says_who_prints_it_when_on_a_last_page_that_is_even_and_of_a_report_below_its_text(facts):
    """GB/T 9704: thick lines at both ends, a thin one between, the last at the lower edge of the type area."""
    signed = replace(ASKED["zh"], signature="某省统计局民意调查中心")
    kinds = {kind: made(facts, kind, "zh", signed).head.printed for kind in KINDS}
    line = "某省统计局民意调查中心\t2015年10月15日印发"
    assert kinds == {"notice": line, "thematic": line, "brief": "", "slide": ""}
    assert not made(facts, "notice", "en").head.printed and not made(facts, "notice", "zh", Asked(DAY)).head.printed
    asked = replace(signed, printer="某省统计局办公室")
    asked = replace(asked, copies="省政府办公厅")
    notice = made(facts, "notice", "zh", asked)
    # after a text, which this notice has without its picture, the foot has a page without a number
    for document, numbered in ((notice, True), (replace(notice, blocks=notice.blocks[:-2]), False)):
        word = word_of(document)
        section, (before, last) = word.sections[0], word.sections
        assert (before.start_type, last.start_type) == (WD_SECTION.NEW_PAGE, WD_SECTION.EVEN_PAGE)
        footer = last.even_page_footer
        rows = [cell.text for cell in footer.tables[0].column_cells(0)]
        assert rows == ["\u3000抄送：省政府办公厅。", "\u3000某省统计局办公室\t2015年10月15日印发"]
        drawn = footer.tables[0]._tbl.tblPr.find(qn("w:tblBorders"))
        lines = {side.tag.split("}")[1]: side.get(qn("w:sz")) for side in drawn}
        assert lines == {"top": "8", "bottom": "8", "insideH": "6"}
        assert bool(footer.paragraphs[0].text) == numbered and not section.even_page_footer.tables
        room = (section.bottom_margin - section.footer_distance) / 12700  # the last line is the edge of the type area
        assert footer.paragraphs[0].paragraph_format.space_before.pt == pytest.approx(room - 20, abs=0.1)
    report = word_of(made(facts, "thematic", "zh", asked))  # no official document: its foot needs no page of its own
    assert len(report.sections) == 1 and [len(table.rows) for table in report.tables][-1] == 2
    assert report.tables[-1]._tbl.getprevious().pPr.find(qn("w:keepNext")) is not None
    assert len(word_of(made(facts, "notice", "zh", Asked(DAY, issuer=""))).sections) == 1
    only = word_of(made(facts, "notice", "zh", replace(asked, copies=""))).sections[-1].even_page_footer.tables[0]
    assert len(only.rows) == 1
    heights = [
        word_of(made(facts, "notice", "zh", replace(asked, copies=copies))).inline_shapes[-1].height.mm
        for copies in ("甲", "甲" * 90)
    ]
    assert heights[0] > 150 and heights[1] < 225 - 37 - 6 * 24 / 72 * 25.4 + 4  # lines of who gets copies leave less


@pytest.mark.parametrize(("before_last", "numbered"), [(b"BT (sentences) Tj ET", [True]), (b"0.1 w", [True, False])])
def test_a_page_with_the_foot_after_an_empty_one_has_no_number(facts, monkeypatch, before_last, numbered):
    """GB/T 9704; only the PDF shows whether the page before is empty, so the converter says what it was given."""
    asked: list[bool] = []

    def pages_of(content, _):
        asked.append(bool(WordDocument(io.BytesIO(content)).sections[-1].even_page_footer.paragraphs[0].text))
        drawn = [zlib.compress(page) for page in (b"text", before_last, b"foot")]
        objects = [b"\n%d 0 obj\n<<>>\nstream\n%s\nendstream" % pair for pair in enumerate(drawn)]
        return b"".join([*objects, *(b"<</Type/Page/Parent 9 0 R/Contents %d 0 R>>" % k for k in range(3))])

    monkeypatch.setattr(files_of_bulletins, "pdf_bytes", pages_of)
    file_bytes(made(facts, "notice", "zh"), ".pdf")
    assert asked == numbered


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_with_text_says_the_last_places_by_the_years_mean_and_each_promise_apart(facts, language):
    places = replace(facts.screen.last, confirmed=facts.screen.last.printed[:1])
    rolling = RollingPlaces(("2014Q4", "2015Q1", "2015Q2", "2015Q3"), places, 88)
    yearly = replace(facts, screen=replace(facts.screen, rolling=rolling))
    t = speaker(language)
    said = rolling_text(facts.league, rolling, t)
    for kind in ("notice", "thematic", "brief"):
        text = plain_text(made(yearly, kind, language))
        assert said in text and last_promise(yearly.screen, t) in text and "88" in text.splitlines()[-1]
    assert last_promise(yearly.screen, t) != last_promise(facts.screen, t)


def test_the_interval_of_a_change_has_the_level_that_two_comparisons_leave_it(facts):
    """Each of two comparisons has half of 5%, so that the limits of its changes are those of 97.5%."""
    (compared,) = facts.screen.compared
    halved = replace(compared, error=0.025)
    both = replace(facts, screen=replace(facts.screen, comparisons={**facts.screen.comparisons, "previous": halved}))
    grid = made(both, "thematic", "zh").grid("movers")
    assert "变化的97.5%置信区间" in [shown.heading for shown in grid.shown] and "97.5%" in grid.note
    areas = made(both, "notice", "zh").grid("areas")
    assert "环比变化97.5%下限（百分点）" in [column.heading for column in areas.columns]


def test_a_notice_says_whether_its_intervals_count_interviewers_and_how_much_of_the_error_is_theirs(facts):
    notes = [grid.note for grid in made(facts, "notice", "en").grids]
    assert "sampling error only" in " ".join(notes) and "interviewers" not in " ".join(notes)
    league = facts.league
    everybody = {**league.everybody, "se": 0.005, "se_interviewer": 0.004}
    league = replace(league, table=league.table.assign(se_interviewer=0.01), everybody=everybody)
    counted = replace(facts, screen=replace(facts.screen, league=league))
    document = made(counted, "notice", "en")
    (text,) = [block.text for block in document.blocks if "interviewer" in block.text]
    assert "is 0.50 percentage points: 0.30 percentage points from sampling and 0.40" in text
    assert "error that interviewers bring" in " ".join(grid.note for grid in document.grids)


def test_a_bulletin_is_kept_once_made_again_to_the_byte_and_says_what_was_revised(own_store):
    store = own_store
    kept = made_bulletin(store, "ensu2015", "notice", ASKED["en"], speaker("en"))
    assert made_bulletin(store, "ensu2015", "notice", ASKED["en"], speaker("en")).number == kept.number
    assert made_again(store, kept).same
    assert trail_lines(store, newest=1).action[0] == "bulletin"
    report = made_bulletin(store, "ensu2015", "thematic", ASKED["en"], speaker("en"))
    assert changes_since(store, "ensu2015", [report, kept]) == {}
    rows = schema.DERIVED["ESTIMATES"]
    area, then = kept.document.grid("areas").rows[0][3], kept.document.grid("areas").rows[0][4]
    waves.estimate_wave(store, "ensu2015", "2015Q3", seed="another")
    again = made_again(store, kept)
    assert again.newer and not any(one.then == one.now for one in again.revised)
    assert changes_since(store, "ensu2015", [kept])[kept.number] == Since(again.newer, False)
    line = listed_text(kept, changes_since(store, "ensu2015", [kept]), speaker("en"))
    assert line.startswith(f"[figures may have changed: computed again since (run {again.newer[0]})")
    ranges = made_again(store, report).revised  # another seed moves simulated limits, and no figure, change or rank
    assert ranges and all(one.column.startswith(("Rank range", "Difference, ")) for one in ranges)
    with store.begin() as connection:
        changed = rows.update().where(rows.c.run_id == again.newer[0], rows.c.domain == area, rows.c.measure == "safe")
        connection.execute(changed.values(estimate=then + 0.01))
        audit.append(connection, store.actor, "test", {})
    again = made_again(store, kept)
    figure = next(one for one in again.revised if one.table == kept.document.grid("areas").title)
    assert (figure.then, figure.now) == (f"{100 * then:.1f}", f"{100 * then + 1:.1f}")
    assert read_bulletin(store, kept.number).content == kept.content
    newer = made_bulletin(store, "ensu2015", "notice", ASKED["en"], speaker("en"))
    assert newer.number not in changes_since(store, "ensu2015", [newer])
    assert (newer.version, len(bulletin_list(store, "ensu2015"))) == (2, 3)


def test_other_words_of_newer_software_are_told_from_other_figures(own_store):
    store, t = own_store, speaker("zh")
    kept = made_bulletin(store, "ensu2015", "notice", ASKED["zh"], t)

    def with_words(old, new):
        blocks = tuple(replace(block, text=block.text.replace(old, new)) for block in kept.document.blocks)
        content = document_bytes(replace(kept.document, blocks=blocks))
        return replace(kept, content=content, digest=digest_of(content))

    other = with_words("现将", "兹将")
    assert again_texts(other, made_again(store, other), t) == [t("bulletin.again.words")]
    other = with_words("2,038人", "2,037人")
    first, *_, last = again_texts(other, made_again(store, other), t)
    assert "2,037人" in first and "2,038人" in first and last == t("bulletin.again.words")


def test_a_changed_content_is_found_and_a_leader_makes_none(own_store):
    store = own_store
    kept = made_bulletin(store, "ensu2015", "notice", ASKED["en"], speaker("en"))
    with store.engine.begin() as connection:
        connection.execute(schema.bulletins.update().values(content=kept.content.replace(b"2015", b"2016")))
    with pytest.raises(Fault, match="digest"):
        read_bulletin(store, kept.number)
    leader = store.acting(Actor("a leader", LEADER))
    with pytest.raises(Fault, match="a leader"):
        made_bulletin(leader, "ensu2015", "notice", ASKED["en"], speaker("en"))


def test_word_slide_workbook_and_page_have_their_numbers_from_the_same_object(facts):
    """A cell of the workbook is the stored number; on paper and on the page it is that number, printed."""
    document = made(facts, "slide", "en")
    book = openpyxl.load_workbook(io.BytesIO(file_bytes(document, ".xlsx")))
    for grid in document.grids:
        if grid.rows:
            sheet = book[document.words[f"sheet.{grid.name}"]]
            cells = [cell.value or None for row in sheet.iter_rows(min_row=4) for cell in row[: len(grid.columns)]]
            stored = [value or None for row in grid.rows for value in row]
            assert [pytest.approx(v, rel=1e-15) if isinstance(v, float) else v for v in stored] == cells[: len(stored)]
    areas = document.grid("areas")
    league = facts.league
    assert areas.values("estimate") == [float(v) for v in league.table.estimate]
    page = shown_rows(league, league_rows(league, speaker("en")), speaker("en"))
    printed = [cells[2] for cells in row_texts(areas)]
    assert printed == [f"{value:.1f}" for value in page.estimate]
    assert row_texts(made(facts, "notice", "en").grid("areas")) == row_texts(areas)
    assert book[document.words["sheet.areas"]]["F4"].number_format == "0.0%"
    assert number_format("points.1", -19.3) == '+0.0;"−"0.0;0.0'
    assert number_format("points.1", -0.01) == "0.0;0.0"  # a fall of .01 points is no −0.0
    deck = Presentation(io.BytesIO(file_bytes(document, ".pptx")))
    said = [shape.text_frame.text for shape in deck.slides[0].shapes if shape.has_text_frame]
    assert document.lead in said and f"{document.tiles[0][0]}\n{document.tiles[0][1]}" in said
    assert f"{document.head.issuer}\u3000{document.head.date}".strip() in [text.replace("\xa0", " ") for text in said]
    assert not any("{{" in text for text in said)


def test_a_printed_table_takes_the_fewest_pages_each_of_which_has_room_for_its_rows_and_the_note(facts):
    document = made(facts, "notice", "en")
    grid = document.grid("areas")
    widths = column_widths(grid)
    heights = row_heights(grid, widths)
    assert max(heading_text(*both).count("\n") for both in zip(grid.columns, widths, strict=True)) < 6
    assert divided(grid, widths, heights).down == ()  # 32 cities are not worth a second row of pages
    many = replace(grid, rows=grid.rows * 4)
    heights = row_heights(many, widths)
    division = divided(many, widths, heights)
    ends = [0, *division.down, len(many.rows)]
    counts = [end - start for start, end in pairwise(ends)]
    assert len(counts) > 1 and max(counts) - min(counts) < 8
    room = TALL * FULL / division.scale - heights[0]
    assert all(sum(heights[1 + a : 1 + b]) <= room for a, b in pairwise(ends))
    compared = [k for k, column in enumerate(grid.columns) if column.name.startswith("previous")]
    assert not {*compared[1:]} & {*division.across}  # the columns of a comparison are on one page


def test_on_the_sheet_of_sentences_a_heading_is_in_the_cell_of_what_follows_it(facts):
    document = made(facts, "notice", "zh")
    sheet = openpyxl.load_workbook(io.BytesIO(file_bytes(document, ".xlsx")))[document.words["text"]]
    cells = [row[0].value for row in sheet.iter_rows()]
    assert any(text.startswith("三、升降情况\n（一）与上一期相比（环比）\n与上季度") for text in cells)
    sentences = [block.text for block in document.blocks if block.kind == "paragraph"]
    joined = [text.replace("\n", "") for text in cells]
    assert all(any(text.endswith(sentence) for text in joined) for sentence in sentences)
    lines = [line for text in cells for line in text.split("\n")]
    assert len(lines) > len(cells) + 20 and not [line for line in lines if line[0] in CLOSING or line[-1] in OPENING]


def test_a_slide_without_its_fields_is_refused_and_a_kind_of_file_that_is_not_made_of_it_too(
    facts, rankshift, tmp_path
):
    empty = io.BytesIO()
    Presentation().save(empty)
    with pytest.raises(Fault, match=r"own\.pptx.*\{\{lead\}\}"):
        file_bytes(made(facts, "slide", "en"), ".pptx", empty.getvalue(), file="own.pptx")
    assert "pptx" in rankshift("bulletin", "make", "brief", tmp_path / "a.pptx").err
    assert "notice, thematic, brief, slide" in rankshift("bulletin", "make", "note", tmp_path / "a.docx").err
    assert rankshift("bulletin", "template", "slide", tmp_path / "a.pptx").code == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_notice_of_a_wave_that_was_called_has_the_response_rates_with_limits_e_and_formulas(facts, language):
    """A hundred released numbers: 30 interviews, 20 refusals, 10 not in service, 40 unknown, of which 5 not called."""
    counts = pd.DataFrame([dict.fromkeys(CLASSES, 0) | {"I": 30, "R": 20, "NE": 10, "UH": 40}])
    rates = outcome_rates(counts)
    calls = WaveRates(facts.league.wave, "all", 100, 5, False, rates)
    text = plain_text(made(replace(facts, rates=calls), "notice", language))
    for name, value in (("RR1", 30 / 90), ("RR3", 30 / (50 + 40 * 50 / 60))):
        numbers = value, rates.low[name].iloc[0], rates.high[name].iloc[0]
        assert all(f"{number:.1%}" in text for number in numbers) and name in text
    assert "0.83" in text and "AAPOR" in text and "95%" in text
    never = speaker(language)("bulletin.never_called", count=5)
    assert never in text and never not in plain_text(made(facts, "notice", language))
    known = outcome_rates(counts.assign(UH=0))
    text = plain_text(made(replace(facts, rates=replace(calls, rates=known, never_called=0)), "notice", language))
    assert "60.0%" in text and "RR3" in text and "e = " not in text and "e＝" not in text


def test_the_rates_are_those_of_the_calls_and_none_where_nobody_was_called(ensu_store, monkeypatch):
    counts = pd.DataFrame([dict.fromkeys(CLASSES, 0) | {"I": 1, "UH": 9}])
    for never, there in ((9, True), (10, False)):
        calls = WaveRates("2015Q3", "all", 10, never, False, outcome_rates(counts))
        monkeypatch.setattr(facts_of_bulletins, "read_rates", lambda *_, calls=calls: calls)
        assert (bulletin_facts(ensu_store[0], "ensu2015").rates is calls) == there


def test_a_leader_sees_a_bulletin_once_all_its_runs_were_released(own_store):
    kept = made_bulletin(own_store, "ensu2015", "brief", ASKED["en"], speaker("en"))
    content = (ENSU / "programme.toml").read_bytes().replace(b"[publish]", b"[publish]\nrelease = true\n#")
    imports.import_programme(own_store, content, "programme.toml")
    leader = own_store.acting(Actor("a leader", LEADER))
    assert bulletin_list(leader, "ensu2015") == []
    with pytest.raises(Fault, match=str(kept.number)):
        read_bulletin(leader, kept.number)
    with pytest.raises(Fault, match="released"):
        made_bulletin(own_store, "ensu2015", "brief", ASKED["en"], speaker("en"))


def test_the_figure_over_all_areas_is_said_to_be_of_those_withheld_too(own_store):
    """Some of the 32 cities have fewer than 40 respondents, and others are withheld beside them."""
    toml = (ENSU / "programme.toml").read_text("utf-8").replace("[publish]", "[publish]\nwithhold = 40")
    imports.import_programme(own_store, toml.encode(), "programme.toml")
    waves.estimate_wave(own_store, "ensu2015", "2015Q3")
    facts = bulletin_facts(own_store, "ensu2015", wave="2015Q3")
    shown, hidden = len(facts.league.table), len(facts.league.withheld)
    assert hidden > 5 and shown + hidden == 32 and facts.wholes[-1].areas == 32
    text = plain_text(made(facts, "notice", "zh"))
    assert "2015年第3季度，32个城市合计的单项安全感为31.9%" in text and f"公布数字的{shown}个城市共有" in text
    assert f"between {int(facts.league.table.n.min())} and" in plain_text(made(facts, "notice", "en"))


def test_a_withheld_figure_is_empty_in_every_file():
    assert [plain(value) for value in (pd.NA, float("nan"), None, 3.0, "a")] == [None, None, None, 3.0, "a"]
    assert cell_text(None, "share") == "" and cell_text(-0.04, "points") == "0.0" and cell_text(-3, "move") == "\u22123"


@pytest.mark.parametrize("part", [b"header", b"styles"])
def test_a_template_whose_header_or_styles_are_none_is_refused_as_unreadable(part):
    shipped, damaged = template_bytes("notice", "zh")[0], io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(shipped)) as old, zipfile.ZipFile(damaged, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"ml." + part + b"+xml", b"ml.other+xml"))
    with pytest.raises(Fault) as caught:
        read_template(damaged.getvalue(), "own.docx", "zh", "notice")
    assert caught.value.key == "bulletin.template_unreadable"


@pytest.mark.parametrize("language", LANGUAGES)
def test_annexes_are_listed_under_the_titles_that_they_have(facts, language):
    document = made(facts, "notice", language)
    listed = [block.text for block in document.blocks if block.kind == "paragraph" and block.level]
    titles = [document.grid("areas").title, next(p.title for p in document.pictures if p.kind == "intervals")]
    assert len(listed) == 2 and all(text.endswith(title) for text, title in zip(listed, titles, strict=True))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ("notice", "thematic"))
def test_the_checker_of_printed_figures_understands_a_bulletins_workbook_and_finds_no_slip(facts, kind, language):
    checked = check_bulletin(file_bytes(made(facts, kind, language), ".xlsx"), "figures.xlsx", {})
    assert checked.figures > 150 and not checked.findings and not checked.unread


def test_a_workbook_prints_each_comparison_on_one_page_under_its_headings(facts):
    book = openpyxl.load_workbook(io.BytesIO(file_bytes(made(facts, "thematic", "en"), ".xlsx")))
    types, areas = (book[speaker("en")(f"bulletin.sheet.{name}")] for name in ("types", "areas"))
    assert types.row_dimensions[3].height >= 3 * 15  # "Against the groups' mean (pp)" in 9 signs
    assert areas.print_title_rows == "$3:$3" and areas.print_title_cols == "$A:$B"
    heads = [cell.value for cell in areas[3]]
    firsts = {heads[b.id] for b in areas.col_breaks.brk}
    assert "Rank,\nwave\nbefore" in firsts and not any(h.startswith(("Change", "Places")) for h in firsts)
    assert areas.print_area.endswith(f"${len(facts.league.table) + 5}")
    text = book.worksheets[0]
    assert text.page_setup.fitToHeight == 2 and not any(s.page_setup.fitToHeight for s in book.worksheets[1:])
