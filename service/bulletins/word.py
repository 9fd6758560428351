"""A bulletin as a Word file: an office's template, or the shipped one, with its fields and its body filled in."""

import io
import re
from collections.abc import Iterable, Sequence
from copy import deepcopy
from itertools import pairwise
from xml.sax.saxutils import escape

from docx import Document as WordDocument
from docx.document import Document as Word
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Length, Mm

from service.bulletins.column_widths import ems
from service.bulletins.document import (
    ANNEX,
    BRIEF,
    HEADING,
    NEXT,
    NOTE,
    NOTICE,
    ONLY,
    PARAGRAPH,
    PICTURE,
    TABLE,
    Block,
    Document,
    is_official,
)
from service.bulletins.pictures import picture_png
from service.bulletins.sealed import sealed
from service.bulletins.templates import (
    FIELDS,
    LINE,
    MARK,
    STYLES,
    style_id,
    style_name,
    word_template,
)
from service.bulletins.word_foot import set_foot, take_out
from service.bulletins.word_tables import table_of
from words import Fault

FIELD = re.compile(r"\{\{\s*(\w+)\s*\}\}")
BODY, ANNEXES = "body", "annexes"
NEEDED = ("title", BODY, MARK)
FIRST_CHINESE = 0x2E80
WIDE = 2  # a Chinese sign is as wide as two Latin ones
TITLE, BODY_TEXT = 22, 16  # points
SPACED = 1.5  # signs that programs add to a line between Chinese and digits
TITLE_LINE = 40  # Latin letters: a line of 20 signs of 22 points
# of a list of annexes, in hundredths of a sign: the first line's indent, the word before the first name, a number
INDENT, WORD, NUMBER = 200, 300, 125
NO_BREAK = "\N{NO-BREAK SPACE}"
SIGN = 320  # twentieths of a point: a sign of 16 points
SIGNATURE, DATE = style_id("Signature"), style_id("Date")
AFTER_BORDERS = ("w:shd", "w:tabs", "w:snapToGrid", "w:spacing", "w:ind", "w:jc", "w:rPr", "w:sectPr")
FOOT_SIGNS, FOOT_LINE = 26, 24  # signs of a line of who gets copies, without its indents; points of a line
FOOT_LINES = 4  # points of the lines drawn around it, together
POINTS_OF_MM = 72 / 25.4
RIGHT = 4  # signs at the right of the date
KEPT = 3  # paragraphs on the page of the signature


def word_bytes(
    document: Document, template: bytes | None = None, *, file: str = "", last_numbered: bool = True
) -> bytes:
    """The bulletin as a Word file; a Fault if the template, which `file` names, lacks a field or a style.

    last_numbered: whether the last page of a notice, an annex with the foot below it, has its number
    """
    word = read_template(template, file, document.language, document.kind)
    for part in _parts(word):
        _fill(part, document)
    first = next((k for k, block in enumerate(document.blocks) if block.kind == ANNEX), len(document.blocks))
    places = {
        FIELD.findall(_text(p))[0]: p for p in word.element.body.iter(qn("w:p")) if FIELD.fullmatch(_text(p).strip())
    }
    for name, blocks in ((BODY, document.blocks[:first]), (ANNEXES, document.blocks[first:])):
        place = places.get(name, places[BODY])  # a template without a place for annexes has them after the text
        elements = list(_elements(word, document, blocks))
        for element in elements:
            place.addprevious(element)
        if name == BODY:
            _keep_end(elements)
    if template is None:
        _set_off(word, document)
    for place in places.values():
        place.getparent().remove(place)
    if is_official(document.language, document.kind):
        set_foot(
            word,
            style_id("Copies"),
            _last_annex(word, document),
            official=document.kind == NOTICE,
            numbered=last_numbered,
        )
    _properties(word, document)
    buffer = io.BytesIO()
    word.save(buffer)
    return sealed(buffer.getvalue())


def read_template(content: bytes | None, file: str, language: str, kind: str) -> Word:
    """The template, or the shipped one; a Fault that names every field and style it lacks."""
    if content is None:
        return WordDocument(io.BytesIO(word_template(language, kind)))
    try:
        word = WordDocument(io.BytesIO(content))
        parts, style_elements = _parts(word), list(word.styles.element.iter(qn("w:style")))
    except Exception as error:  # a ZIP file, a part or a relation that is broken: python-docx says it in many ways
        raise Fault(key="bulletin.template_unreadable", file=file, kind=".docx") from error
    fields = {match[1] for part in parts for p in part.iter(qn("w:p")) for match in FIELD.finditer(_text(p))}
    alone = any(_text(p).strip() in ("{{body}}", "{{ body }}") for p in word.element.body.iter(qn("w:p")))
    missing = [name for name in NEEDED if name not in fields or (name == BODY and not alone)]
    known = {style.get(qn("w:styleId")) for style in style_elements}
    styles = [f"Bulletin {name}" for name in STYLES if style_id(name) not in known]
    unknown = sorted(fields - {*FIELDS, MARK})
    if missing or styles or unknown:
        said = {"fields": [f"{{{{{name}}}}}" for name in missing], "styles": styles, "unknown": unknown}
        raise Fault(key="bulletin.template", file=file, body="{{body}}", **said)
    return word


def _keep_end(elements: Sequence) -> None:
    """The last paragraphs stay on the page of the signature, so that no page has a signature and hardly any text."""
    for element in reversed(elements[-KEPT:]):
        if element.tag != qn("w:p"):
            break
        element.pPr.get_or_add_keepNext()


def _set_off(word: Word, document: Document) -> None:
    """In the shipped template: room above a date that stands alone, and an office's name centred above the date.

    The date has four signs of room at its right; the name is centred above it (GB/T 9704), which moves both where the
    name is long.
    """
    head = document.head
    lines = {_style(p): p for p in word.element.body.iter(qn("w:p")) if _style(p) in (SIGNATURE, DATE)}
    if not head.signature and DATE in lines:
        for spacing in word.styles[style_name("Signature")].element.iter(qn("w:spacing")):
            before = spacing.get(qn("w:before"))
            if before:
                lines[DATE].get_or_add_pPr().get_or_add_spacing().set(qn("w:before"), before)
    official = is_official(document.language, document.kind)
    if official and document.kind != NOTICE and lines:  # a report has no seal, so a line above its signature is enough
        first = lines.get(SIGNATURE, lines.get(DATE))
        first.get_or_add_pPr().get_or_add_spacing().set(qn("w:before"), str(20 * LINE))
    if official and head.signature and {SIGNATURE, DATE} <= {*lines}:
        name, day = _signs(head.signature), _signs(head.date)
        right = max(RIGHT, (name - day) / 2)
        for style, room in ((SIGNATURE, right + (day - name) / 2), (DATE, right)):
            indent = lines[style].get_or_add_pPr().get_or_add_ind()
            indent.set(qn("w:rightChars"), str(round(100 * room)))
            indent.set(qn("w:right"), str(round(SIGN * room)))


def _last_annex(word: Word, document: Document):
    """The first paragraph of the last annex, where it is a picture, which has one page; else None."""
    if len(document.blocks) < 2 or [block.kind for block in document.blocks[-2:]] != [ANNEX, PICTURE]:
        return None
    return [p for p in word.element.body.iter(qn("w:p")) if _style(p) == style_id("Annex")][-1]


def _signs(text: str) -> float:
    """The width of a line in Chinese signs; word processors add a quarter where a digit stands beside one."""
    return _wide(text) / WIDE + sum(_wide(a) != _wide(b) for a, b in pairwise(text)) / 4


def _style(paragraph) -> str | None:
    return None if paragraph.pPr is None else paragraph.pPr.style


def _parts(word: Word) -> list:
    """The body, and every header and footer, as XML."""
    parts = [word.element.body]
    for section in word.sections:
        for kind in ("header", "footer", "even_page_header", "even_page_footer", "first_page_header"):
            part = getattr(section, kind)
            if not part.is_linked_to_previous:
                parts.append(part._element)
    return parts


def _text(paragraph) -> str:
    return "".join(node.text or "" for node in paragraph.iter(qn("w:t")))


def _fill(part, document: Document) -> None:
    """Put the values in place of a part's fields; a paragraph of nothing but an empty field is taken out.

    The line under the document's number stays while there is an issuer above it, and only then.
    """
    values = {name: getattr(document.head, name, "") for name in FIELDS} | {
        "title": _title(document),
        MARK: document.mark,
    }
    for paragraph in list(part.iter(qn("w:p"))):
        text = _text(paragraph)
        fields = [name for name in FIELD.findall(text) if name not in (BODY, ANNEXES)]
        if not fields:
            continue
        alone = FIELD.fullmatch(text.strip()) is not None
        stays = values[fields[0]] or fields[0] == MARK or (fields[0] == "number" and document.head.issuer)
        if alone and not stays:
            take_out(paragraph)
            continue
        _set_text(paragraph, FIELD.sub(lambda match: values.get(match[1], match[0]), text))
        if alone and fields[0] == "number" and not document.head.issuer:
            _without_line(paragraph)
        if alone and fields[0] == "issuer" and document.kind != BRIEF:
            _fit(paragraph, document.head.issuer)


def _without_line(paragraph) -> None:
    """A paragraph without the lines that its style has."""
    lines = parse_xml(f'<w:pBdr {nsdecls("w")}><w:bottom w:val="nil"/></w:pBdr>')
    paragraph.get_or_add_pPr().insert_element_before(lines, *AFTER_BORDERS)


def _title(document: Document) -> str:
    """The title; a long one of a Chinese document in lines that divide no word: before and after the survey's name.

    In other languages its last two words stay together, such as a year and its quarter.
    """
    title, survey = document.title, document.words.get("survey", "")
    if document.language != "zh":
        return NO_BREAK.join(title.rsplit(" ", 1))
    if document.kind == BRIEF or _wide(title) <= TITLE_LINE or survey not in title:
        return title
    before, _, after = title.partition(survey)
    ways = ((before + survey, after), (before, survey + after), (before, survey, after))
    fitting = [way for way in ways if survey and max(map(_wide, way)) <= TITLE_LINE]
    return "\n".join(line for line in fitting[0] if line) if fitting else title


def _set_text(paragraph, text: str) -> None:
    """The text in the paragraph's first run, whose look it has; further lines follow breaks; tabulators stay."""
    runs = [run for run in paragraph.iter(qn("w:r")) if run.find(qn("w:t")) is not None]
    first, *others = runs
    for run in others:
        run.getparent().remove(run)
    for node in first.findall(qn("w:t")):
        first.remove(node)
    for k, line in enumerate(text.split("\n")):
        if k:
            first.append(parse_xml(f"<w:br {nsdecls('w')}/>"))
        for place, piece in enumerate(line.split("\t")):
            if place:
                first.append(parse_xml(f"<w:tab {nsdecls('w')}/>"))
            first.append(parse_xml(f'<w:t {nsdecls("w")} xml:space="preserve">{escape(piece)}</w:t>'))


def _fit(paragraph, issuer: str) -> None:
    """A long name of an office in smaller letters, so that it stays on one line of 156 mm."""
    width = _wide(issuer) / WIDE
    if width > 10 and len(issuer) < 2 * width:
        _sized(paragraph, max(int(430 / width), 20))


def _sized(paragraph, points: int) -> None:
    for run in paragraph.iter(qn("w:r")):
        properties = run.get_or_add_rPr()
        properties.append(parse_xml(f'<w:sz {nsdecls("w")} w:val="{2 * points}"/>'))
        properties.append(parse_xml(f'<w:szCs {nsdecls("w")} w:val="{2 * points}"/>'))


def _elements(word: Word, document: Document, blocks: Sequence[Block]) -> Iterable:
    """The elements of a part of the text in order."""
    section = word.sections[0]
    page = (section.page_width, section.left_margin, section.right_margin)
    width = Length(int(page[0] or 0) - int(page[1] or 0) - int(page[2] or 0))
    titled = False  # whether the annex's own title is that of its table or picture
    for block in blocks:
        if block.kind in (TABLE, PICTURE) and titled:
            title = (document.grid if block.kind == TABLE else document.picture)(block.text).title
            yield _annex_title(title, width.pt)
        if block.kind == TABLE:
            grid = document.grid(block.text)
            if not titled:
                yield _paragraph(grid.title, "TableTitle")
            yield table_of(word, grid, width)
            yield _paragraph(grid.note, "Note")
        elif block.kind == PICTURE:
            yield _picture(word, document, block, width, titled=not titled)
        elif block.kind == ANNEX:
            yield _paragraph(block.text, "Annex", new_page=True)
        else:
            style = {HEADING: f"Heading{block.level}", PARAGRAPH: "Body", NOTE: "Note"}[block.kind]
            yield _paragraph(block.text, style, indent=_indent(document, block))
        titled = block.kind == ANNEX and is_official(document.language, document.kind)


def _annex_title(title: str, width: float):
    """The title of an annex, on the third line of its page (GB/T 9704) of `width` points, smaller where it is long."""
    paragraph = _paragraph(title, "Title", indent=f'<w:spacing w:before="{20 * LINE}" w:after="120"/>')
    points = min(TITLE, max(BODY_TEXT, int(width / (ems(title) + SPACED))))
    if points < TITLE:
        _sized(paragraph, points)
    return paragraph


def _indent(document: Document, block: Block) -> str:
    """The indents of an annex that is listed, whose further lines begin under the first sign of its name."""
    if document.language != "zh" or block.kind != PARAGRAPH or not block.level:
        return ""
    number, word = 0 if block.level == ONLY else NUMBER, 0 if block.level == NEXT else WORD
    left, hanging = INDENT + WORD + number, word + number
    chars = f'w:leftChars="{left}" w:hangingChars="{hanging}"'
    room = "" if block.level == NEXT else f'<w:spacing w:before="{20 * LINE}"/>'  # a line below the text (GB/T 9704)
    return f'<w:keepNext/>{room}<w:ind {chars} w:left="{left * SIGN // 100}" w:hanging="{hanging * SIGN // 100}"/>'


def _paragraph(text: str, style: str, *, new_page: bool = False, indent: str = ""):
    """A paragraph.  indent: elements with indents and spaces other than the style's."""
    break_before = ("<w:pageBreakBefore/>" if new_page else "") + indent
    return parse_xml(
        f'<w:p {nsdecls("w")}><w:pPr><w:pStyle w:val="{style_id(style)}"/>{break_before}</w:pPr>'
        f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'
    )


def _wide(text: str) -> int:
    return sum(WIDE if ord(sign) >= FIRST_CHINESE else 1 for sign in text)


def _picture(word: Word, document: Document, block: Block, width: Length, *, titled: bool):
    """A picture as wide as the text, with what it shows in words for those who do not see it."""
    picture = document.picture(block.text)
    foot = 0.0 if titled else _foot_mm(document)
    content, size = picture_png(document, picture, width_mm=width.mm, below_mm=foot, titled=titled)
    paragraph = word.add_paragraph(style="Bulletin Picture")
    run = paragraph.add_run()
    shape = run.add_picture(io.BytesIO(content), width=Mm(min(width.mm, size)))
    shape._inline.docPr.set("descr", picture.alternative)
    shape._inline.docPr.set("title", picture.title)
    for side in ("distT", "distB", "distL", "distR"):
        shape._inline.set(side, "0")  # else LibreOffice puts 3.2 mm beside it, and it leaves the type area
    element = deepcopy(paragraph._p)
    paragraph._p.getparent().remove(paragraph._p)
    return element


def _foot_mm(document: Document) -> float:
    """The height of what stands at the foot of the last page: who gets copies, who prints it, and its lines."""
    head = document.head
    lines = -(-_signs(head.copies) // FOOT_SIGNS) + bool(head.printed)
    return (lines * FOOT_LINE + FOOT_LINES) / POINTS_OF_MM if lines else 0.0


def _properties(word: Word, document: Document) -> None:
    """Title, office and language; the times are those of no clock."""
    from datetime import datetime

    properties = word.core_properties
    properties.title, properties.author = document.title, document.head.issuer or document.head.signature
    properties.language = "zh-CN" if document.language == "zh" else "en-GB"
    properties.created = properties.modified = datetime(1980, 1, 1)
    properties.last_modified_by, properties.comments, properties.revision = "", document.mark, 1
