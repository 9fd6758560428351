"""The shipped templates of Word files: pages and styles as GB/T 9704-2012 has them, or an ordinary report in English.

An office may have any of them written out, edit it, and have its bulletins made from it (`word.read_template`).
"""

import io
from dataclasses import dataclass

from docx import Document as WordDocument
from docx.document import Document as Word
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from service.bulletins.document import BRIEF, IDEOGRAPHIC_SPACE, NOTICE, is_official
from service.bulletins.fonts import FONTS, LATIN
from service.bulletins.sealed import sealed
from service.bulletins.word_foot import MARK_LINE, NUMBER_LINE, empty_paragraph, foot_table

SANS, FANG, KAI, HEI, SONG = (FONTS[role]["family"] for role in ("title", "body", "second", "first", "figures"))
RED = RGBColor(0xE6, 0x00, 0x12)
WIDTH = round(156 / 25.4 * 1440)  # twentieths of a point: the type area
LINE = 29  # points from line to line: 22 lines in 225 mm
LEFT, CENTER, RIGHT, BOTH = (
    WD_ALIGN_PARAGRAPH.LEFT,
    WD_ALIGN_PARAGRAPH.CENTER,
    WD_ALIGN_PARAGRAPH.RIGHT,
    WD_ALIGN_PARAGRAPH.JUSTIFY,
)
STYLES = (
    "Issuer",
    "Number",
    "Title",
    "Addressee",
    "Body",
    "Heading1",
    "Heading2",
    "Heading3",
    "Heading4",
    "Note",
    "TableTitle",
    "TableHead",
    "Cell",
    "Picture",
    "Annex",
    "Signature",
    "Date",
    "Copies",
    "Mark",
    "PageNumber",
)


@dataclass(frozen=True)
class Look:
    """How a style looks.

    font: of Chinese;  size, line: points, line None: as the font has it
    first, right: indents of the first line and at the right, in characters;  hanging: that of all other lines
    spacing: between signs, 1/20 point
    """

    font: str
    size: float
    line: float | None = LINE
    align: WD_ALIGN_PARAGRAPH = BOTH
    first: int = 0
    right: int = 0
    hanging: int = 0
    bold: bool = False
    colour: RGBColor | None = None
    before: float = 0
    after: float = 0
    keep: bool = False
    spacing: int = 0
    latin: str = LATIN


OFFICIAL = {
    "Issuer": Look(SANS, 42, None, CENTER, colour=RED, before=62, after=0),
    "Number": Look(FANG, 16, LINE, CENTER, before=2 * LINE, after=11),
    "Title": Look(SANS, 22, 34, CENTER, before=2 * LINE, after=LINE, keep=True),
    "Addressee": Look(FANG, 16, align=LEFT, spacing=-5),
    "Body": Look(FANG, 16, first=2, spacing=-5),
    "Heading1": Look(HEI, 16, first=2, keep=True, spacing=-5),
    "Heading2": Look(KAI, 16, first=2, keep=True, spacing=-5),
    "Heading3": Look(FANG, 16, first=2, keep=True, spacing=-5),
    "Heading4": Look(FANG, 16, first=2, keep=True, spacing=-5),
    "Note": Look(FANG, 10.5, 16, LEFT, first=2),
    "TableTitle": Look(HEI, 12, 20, CENTER, before=6, after=4, keep=True),
    "TableHead": Look(HEI, 9, 13, CENTER),
    "Cell": Look(SONG, 9, 13, CENTER),
    "Picture": Look(FANG, 16, None, CENTER, before=6, after=4),
    "Annex": Look(HEI, 16, align=LEFT, after=6, keep=True),
    "Signature": Look(FANG, 16, align=RIGHT, right=4, before=1.5 * LINE, keep=True),
    "Date": Look(FANG, 16, align=RIGHT, right=4),
    "Copies": Look(FANG, 14, 24, LEFT, right=1, hanging=4),
    "Mark": Look(HEI, 12, MARK_LINE, CENTER, colour=RED),
    "PageNumber": Look(SONG, 14, NUMBER_LINE, LEFT, latin=SONG),
}
REPORT = {
    "Issuer": Look(HEI, 13, None, LEFT, bold=True, colour=RGBColor(0x00, 0x4B, 0x87), latin="Arial"),
    "Number": Look(SONG, 10, None, LEFT, after=10, latin="Arial"),
    "Title": Look(HEI, 18, None, LEFT, bold=True, before=14, after=12, keep=True, latin="Arial"),
    "Addressee": Look(SONG, 11, None, LEFT, after=6),
    "Body": Look(SONG, 11, 15, LEFT, after=5),
    "Heading1": Look(HEI, 14, None, LEFT, bold=True, before=11, after=5, keep=True, latin="Arial"),
    "Heading2": Look(HEI, 12, None, LEFT, bold=True, before=8, after=3, keep=True, latin="Arial"),
    "Heading3": Look(HEI, 11, None, LEFT, bold=True, before=8, after=4, keep=True, latin="Arial"),
    "Heading4": Look(HEI, 11, None, LEFT, before=6, after=4, keep=True, latin="Arial"),
    "Note": Look(SONG, 9, 12.5, LEFT, after=4),
    "TableTitle": Look(HEI, 10.5, None, LEFT, bold=True, before=8, after=4, keep=True, latin="Arial"),
    "TableHead": Look(HEI, 7.5, 10, CENTER, bold=True, latin="Arial"),
    "Cell": Look(SONG, 7.5, 11, CENTER, latin="Arial"),
    "Picture": Look(SONG, 11, None, CENTER, before=6, after=6),
    "Annex": Look(HEI, 14, None, LEFT, bold=True, after=6, keep=True, latin="Arial"),
    "Signature": Look(SONG, 11, None, LEFT, before=24, keep=True),
    "Date": Look(SONG, 11, None, LEFT),
    "Copies": Look(SONG, 9.5, None, LEFT, before=6),
    "Mark": Look(HEI, 10, None, CENTER, bold=True, colour=RED, latin="Arial"),
    "PageNumber": Look(SONG, 9, None, CENTER, latin="Arial"),
}
ONE_PAGE = {  # what is smaller where all must stand on one page
    "Title": Look(HEI, 15, None, LEFT, bold=True, before=6, after=6, keep=True, latin="Arial"),
    "Body": Look(SONG, 10, 13.5, LEFT, after=3),
    "Note": Look(SONG, 8.5, 11.5, LEFT, after=3),
    "Signature": Look(SONG, 10, None, LEFT, before=8, keep=True),
    "Date": Look(SONG, 10, None, LEFT, before=6),
    "Number": Look(SONG, 10, None, LEFT, after=2, latin="Arial"),
    "TableTitle": Look(HEI, 9.5, None, LEFT, bold=True, before=4, after=3, keep=True, latin="Arial"),
    "Picture": Look(SONG, 11, None, CENTER, before=2, after=2),
}
STYLE_OF_FIELD = {
    "issuer": "Issuer",
    "number": "Number",
    "title": "Title",
    "addressee": "Addressee",
    "body": "Body",
    "signature": "Signature",
    "date": "Date",
    "annexes": "Body",
    "copies": "Copies",
    "printed": "Copies",
}
FIELDS = tuple(STYLE_OF_FIELD)
AT_THE_FOOT = ("copies", "printed")  # of an official document
OFF_GRID = ("TableHead", "Cell", "Note", "TableTitle", "Picture", "Issuer", "Title")
DASH = "\N{EM DASH}"
MARK = "mark"  # the field of the header


def word_template(language: str, kind: str = NOTICE) -> bytes:
    """The shipped template of a kind in a language, as a Word file with its fields in double braces."""
    official = is_official(language, kind)
    word = WordDocument()
    for paragraph in list(word.element.body.iterchildren(qn("w:p"))):
        word.element.body.remove(paragraph)
    _page(word, official=official, brief=kind == BRIEF)
    looks = OFFICIAL if official else REPORT if kind != BRIEF else REPORT | ONE_PAGE
    for name, look in looks.items():
        _style(word, name, look)
    body = [name for name in FIELDS if name not in AT_THE_FOOT]
    if not official:
        body[-1:-1] = AT_THE_FOOT  # below the date, before the annexes
    for name in body:
        word.add_paragraph(f"{{{{{name}}}}}", style=style_name(STYLE_OF_FIELD[name]))
    if official:
        rows = [f"{IDEOGRAPHIC_SPACE}{{{{{name}}}}}" for name in AT_THE_FOOT]
        for element in (foot_table(rows, style_id("Copies"), WIDTH), empty_paragraph()):
            word.element.body.sectPr.addprevious(element)
    _headers(word, official=official)
    _fallback_fonts(word)
    buffer = io.BytesIO()
    word.save(buffer)
    return sealed(buffer.getvalue())


def style_id(name: str) -> str:
    """The id of one of STYLES in a Word file."""
    return f"Bulletin{name}"


def style_name(name: str) -> str:
    """The name of one of STYLES in a Word file."""
    return f"Bulletin {name}"


def _page(word: Word, *, official: bool, brief: bool) -> None:
    """A4; official: 37 mm above, 28 mm to the left, and a type area of 156 mm × 22 lines of 29 points."""
    section = word.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    if official:
        section.top_margin, section.left_margin, section.right_margin = Mm(37), Mm(28), Mm(26)
        section.bottom_margin = Mm(297) - Mm(37) - Pt(22 * LINE)
        section.header_distance, section.footer_distance = Mm(20), Mm(23)
        word.settings.odd_and_even_pages_header_footer = True
        grid = section._sectPr.find(qn("w:docGrid"))
        if grid is not None:
            section._sectPr.remove(grid)
        section._sectPr.append(parse_xml(f'<w:docGrid {nsdecls("w")} w:type="lines" w:linePitch="{20 * LINE}"/>'))
    else:
        section.top_margin = section.bottom_margin = Mm(18 if brief else 20)
        section.left_margin = section.right_margin = Mm(22 if brief else 25)
        section.header_distance = section.footer_distance = Mm(9 if brief else 12)


def _style(word: Word, name: str, look: Look) -> None:
    style = word.styles.add_style(style_name(name), WD_STYLE_TYPE.PARAGRAPH)
    style.element.set(qn("w:styleId"), style_id(name))
    style.base_style, style.quick_style = None, True
    font, form = style.font, style.paragraph_format
    font.name, font.size, font.bold = look.latin, Pt(look.size), look.bold
    if look.colour is not None:
        font.color.rgb = look.colour
    properties = style.element.get_or_add_rPr()
    fonts = properties.find(qn("w:rFonts"))
    assert fonts is not None
    fonts.set(qn("w:eastAsia"), look.font)
    if look.spacing:
        spacing = OxmlElement("w:spacing")
        spacing.set(qn("w:val"), str(look.spacing))
        size = properties.find(qn("w:sz"))
        size.addprevious(spacing)
    form.alignment, form.keep_with_next = look.align, look.keep
    form.space_before, form.space_after = Pt(look.before), Pt(look.after)
    form.widow_control = look.line != LINE or name == "Body"  # other lines of 22 may not be left out
    form.keep_together = name == "Note"
    if look.line is not None:
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(look.line)
    if name in OFF_GRID:
        snap = OxmlElement("w:snapToGrid")
        snap.set(qn("w:val"), "0")
        style.element.get_or_add_pPr().find(qn("w:spacing")).addprevious(snap)
    if look.first or look.right:
        indent = style.element.get_or_add_pPr().get_or_add_ind()
        for which, count in (("firstLine", look.first), ("right", look.right)):
            if count:
                indent.set(qn(f"w:{which}Chars"), str(100 * count))
                indent.set(qn(f"w:{which}"), str(int(20 * look.size * count)))
    if look.hanging:
        indent = style.element.get_or_add_pPr().get_or_add_ind()
        for which in ("left", "hanging"):
            indent.set(qn(f"w:{which}Chars"), str(100 * look.hanging))
            indent.set(qn(f"w:{which}"), str(int(20 * look.size * look.hanging)))
    if name == "Copies" and look.font == FANG:
        right_tab = f'<w:tabs {nsdecls("w")}><w:tab w:val="right" w:pos="{WIDTH - int(20 * look.size)}"/></w:tabs>'
        style.element.get_or_add_pPr().find(qn("w:spacing")).addprevious(parse_xml(right_tab))
    if name == "Number" and look.font == FANG:
        _red_line(style.element.get_or_add_pPr())


def _red_line(properties) -> None:
    """The red line under the document's number, as wide as the type area."""
    border = parse_xml(
        f'<w:pBdr {nsdecls("w")}><w:bottom w:val="single" w:sz="12" w:space="11" w:color="{RED}"/></w:pBdr>'
    )
    spacing = properties.find(qn("w:spacing"))
    spacing.addprevious(border)


def _headers(word: Word, *, official: bool) -> None:
    """The mark of simulated data above every page; below it the page's number, between dashes and at the outer edge."""
    section = word.sections[0]
    pairs = [(section.header, section.footer, RIGHT)]
    if official:
        pairs.append((section.even_page_header, section.even_page_footer, LEFT))
    for header, footer, side in pairs:
        header.is_linked_to_previous = footer.is_linked_to_previous = False
        mark, number = header.paragraphs[0], footer.paragraphs[0]
        mark.style, number.style = style_name("Mark"), style_name("PageNumber")
        mark.add_run(f"{{{{{MARK}}}}}")
        if official:
            number.alignment = side
            _indent(number, "right" if side == RIGHT else "left")
            number.add_run(f"{DASH} ")
            _page_field(number)
            number.add_run(f" {DASH}")
        else:
            _page_field(number)


def _indent(paragraph: Paragraph, side: str) -> None:
    """One character of room at the outer edge."""
    indent = paragraph._p.get_or_add_pPr().get_or_add_ind()
    indent.set(qn(f"w:{side}Chars"), "100")
    indent.set(qn(f"w:{side}"), "280")


def _page_field(paragraph: Paragraph) -> None:
    for kind, text in (("begin", ""), ("", "PAGE"), ("separate", ""), ("shown", "1"), ("end", "")):
        run = paragraph.add_run("1" if kind == "shown" else "")
        if kind in ("begin", "separate", "end"):
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)
        elif text == "PAGE":
            code = OxmlElement("w:instrText")
            code.set(qn("xml:space"), "preserve")
            code.text = text
            run._r.append(code)


def _fallback_fonts(word: Word) -> None:
    """Name, in the file's table of fonts, what may stand in for each official font."""
    part = next(part for part in word.part.package.iter_parts() if str(part.partname) == "/word/fontTable.xml")
    rows = "".join(
        f'<w:font w:name="{row["family"]}"><w:altName w:val="{row["others"].replace(";", ",")}"/>'
        f'<w:charset w:val="86"/><w:family w:val="auto"/><w:pitch w:val="variable"/></w:font>'
        for row in FONTS.values()
    )
    content = part.blob.decode("utf-8").replace("</w:fonts>", f"{rows}</w:fonts>")
    part._blob = content.encode("utf-8")
