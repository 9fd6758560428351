"""The foot of an official document (版记): who gets copies and who prints it, on a last page that has an even number.

GB/T 9704-2012 asks for lines as wide as the type area, thick ones at both ends and thin ones between; for the last of
them at the lower edge of the type area; and for a foot on the last page, which is the back of a sheet. No file of Word
can say "on the last page if it is even". So the last page is a section that begins on an even page, and the foot stands
in the footer of that section: word processors put an empty page before it where the text ends on an even page.
A report is no official document; its foot stands below the end of its text.
"""

from copy import deepcopy

from docx.document import Document as Word
from docx.enum.section import WD_SECTION
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Length, Pt

THICK, THIN = 8, 6  # eighths of a point: 0.35 and 0.26 mm
ROOM = 14.5  # points between a text and its foot: half a line
MARK_LINE, NUMBER_LINE = 16, 20  # points of the line with the mark above a page, and of that with its number


def foot_table(texts: list[str], style: str, twips: int):
    """A table of one column with a text in each row, between the lines of an official document's foot."""
    lines = "".join(
        f'<w:{side} w:val="single" w:sz="{size}" w:space="0" w:color="000000"/>'
        for side, size in (("top", THICK), ("bottom", THICK), ("insideH", THIN))
    )
    margins = "".join(f'<w:{side} w:w="0" w:type="dxa"/>' for side in ("left", "right"))
    rows = "".join(
        f'<w:tr><w:trPr><w:cantSplit/></w:trPr><w:tc><w:tcPr><w:tcW w:w="{twips}" w:type="dxa"/></w:tcPr>'
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'
        "</w:tc></w:tr>"
        for text in texts
    )
    return parse_xml(
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{twips}" w:type="dxa"/><w:tblInd w:w="0" w:type="dxa"/>'
        f"<w:tblBorders>{lines}</w:tblBorders>"
        f'<w:tblLayout w:type="fixed"/><w:tblCellMar>{margins}</w:tblCellMar></w:tblPr>'
        f'<w:tblGrid><w:gridCol w:w="{twips}"/></w:tblGrid>{rows}</w:tbl>'
    )


def empty_paragraph(points: float = 1):
    """An empty paragraph of this height; Word needs one after a table at the end."""
    return parse_xml(
        f'<w:p {nsdecls("w")}><w:pPr><w:snapToGrid w:val="0"/><w:spacing w:before="0" w:after="0" '
        f'w:line="{round(20 * points)}" w:lineRule="exact"/><w:rPr><w:sz w:val="2"/><w:szCs w:val="2"/></w:rPr></w:pPr>'
        "</w:p>"
    )


def take_out(paragraph) -> None:
    """Take a paragraph out; with it its row where it is alone in a cell, and the table where no row is left."""
    holder = paragraph.getparent()
    if holder.tag != qn("w:tc") or len(holder.findall(qn("w:p"))) > 1:
        holder.remove(paragraph)
        return
    row = holder.getparent()
    table = row.getparent()
    table.remove(row)
    if table.find(qn("w:tr")) is None:
        table.getparent().remove(table)


def set_foot(word: Word, style: str, last_annex, *, official: bool, numbered: bool) -> None:
    """Put the foot, a table in this style at the end, below the last page, which begins on an even page.

    official: a document of GB/T 9704, which no report is: there the foot stays half a line below the end of the text
    last_annex: the first paragraph of an annex of one page; without it the foot has the last page for itself, which
    then has no number, as GB/T 9704 has it after an empty page
    numbered: whether the annex's page has its number, which the standard asks for unless an empty page stands before it

    A template whose even pages have no footers of their own, or that has several sections, keeps the foot where it
    stands.
    """
    table = _foot(word, style)
    if table is None or len(word.sections) > 1 or not word.settings.odd_and_even_pages_header_footer:
        return
    if not official:
        _keep_with_text(table)
        return
    after = table.getnext()
    table.getparent().remove(table)
    if last_annex is None:
        first = after
    else:
        first = last_annex
        after.getparent().remove(after)
        for page_break in list(first.iter(qn("w:pageBreakBefore"))):
            page_break.getparent().remove(page_break)
    _begin_on_an_even_page(word, first)
    _below(word, table, numbered=numbered and last_annex is not None)


def _keep_with_text(table) -> None:
    """Let the foot stand half a line below the text, whole, and on the page of the paragraph before it."""
    before = table.getprevious()
    table.addprevious(empty_paragraph(ROOM))
    rows = list(table.iter(qn("w:p")))
    for paragraph in [before, table.getprevious(), *rows[:-1]]:
        if paragraph is not None and paragraph.tag == qn("w:p"):
            paragraph.get_or_add_pPr().get_or_add_keepNext()


def _foot(word: Word, style: str):
    """The table with the foot, where it stands at the end with one empty paragraph after it; else None."""
    tables = word.element.body.findall(qn("w:tbl"))
    if not tables or not any(mark.get(qn("w:val")) == style for mark in tables[-1].iter(qn("w:pStyle"))):
        return None
    after = tables[-1].getnext()
    is_last = after is not None and after.tag == qn("w:p") and after.getnext() is word.element.body.sectPr
    return tables[-1] if is_last and not any(True for _ in after.iter(qn("w:t"))) else None


def _begin_on_an_even_page(word: Word, first) -> None:
    """Let a section that begins on an even page begin with this paragraph.

    It has no grid of lines: LibreOffice centres the lines of a grid in what the foot leaves of a page.
    """
    before = first.getprevious()
    if before is None or before.tag != qn("w:p"):
        before = empty_paragraph()
        first.addprevious(before)
    section = word.element.body.sectPr
    before.get_or_add_pPr().append(deepcopy(section))
    for grid in section.findall(qn("w:docGrid")):
        section.remove(grid)
    word.sections[-1].start_type = WD_SECTION.EVEN_PAGE


def _below(word: Word, table, *, numbered: bool) -> None:
    """Put the table in the footer of the last section's even pages, above what stands there.

    Header and footer get the heights that the margins leave them, which LibreOffice gives to no page of such a section.
    """
    section = word.sections[-1]
    header, footer = (_part_of_its_own(word, name) for name in ("header", "footer"))
    if len(header) == 1:
        room = _points(section.top_margin) - _points(section.header_distance) - MARK_LINE
        header.append(empty_paragraph(max(room, 1)))
    footer.insert(0, table)
    line = section.even_page_footer.paragraphs[0]
    room = _points(section.bottom_margin) - _points(section.footer_distance) - NUMBER_LINE
    line.paragraph_format.space_before = Pt(max(room, 0))
    if not numbered:
        for run in list(line._p.iter(qn("w:r"))):
            run.getparent().remove(run)


def _part_of_its_own(word: Word, name: str):
    """A header or footer of the last section's even pages, with what the pages before have there."""
    section = word.sections[-1]
    for reference in list(section._sectPr.iter(qn(f"w:{name}Reference"))):
        if reference.get(qn("w:type")) == "even":
            section._sectPr.remove(reference)
    part, part_before = (getattr(each, f"even_page_{name}") for each in (section, word.sections[0]))
    part.is_linked_to_previous = False
    for element in list(part._element):
        part._element.remove(element)
    for element in part_before._element:
        part._element.append(deepcopy(element))
    return part._element


def _points(length: Length | None) -> float:
    return 0.0 if length is None else length.pt
