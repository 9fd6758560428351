"""A bulletin as a slide: an office's template, or the shipped one, whose boxes with fields are filled in."""

import io
import re
from datetime import datetime

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls
from pptx.util import Mm, Pt

from service.bulletins.document import IDEOGRAPHIC_SPACE, Document
from service.bulletins.fonts import FONTS
from service.bulletins.pictures import picture_png
from service.bulletins.sealed import sealed
from words import Fault

FIELD = re.compile(r"\{\{\s*(\w+)\s*\}\}")
INK, QUIET, RED, BLUE = (RGBColor.from_string(c) for c in ("222222", "666666", "C8102E", "004B87"))
BOXES = {  # field -> left, top, width, height in mm; points; bold; colour
    "mark": (14, 4, 180, 9, 12, True, RED),
    "office": (196, 4, 128, 9, 10, False, QUIET),
    "title": (14, 13, 310, 18, 22, True, BLUE),
    "lead": (14, 33, 310, 28, 17, False, INK),
    "tile1": (14, 63, 92, 34, 15, False, INK),
    "tile2": (14, 98, 92, 34, 15, False, INK),
    "tile3": (14, 133, 92, 34, 15, False, INK),
    "picture": (112, 64, 212, 104, 12, False, INK),
    "note": (14, 167, 310, 12, 8.5, False, QUIET),
    "source": (14, 179, 310, 8, 9.5, False, QUIET),
}
NO_BREAK = "\N{NO-BREAK SPACE}"
TO_THE_RIGHT = "office"  # who issues it and when
NEEDED = ("title", "lead", "picture", "source", "mark")


def slide_template(language: str) -> bytes:
    """The shipped template: one slide of 16 : 9 with a box for each field."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Mm(338.7), Mm(190.5)
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    for name, (left, top, width, height, points, bold, colour) in BOXES.items():
        box = slide.shapes.add_textbox(Mm(left), Mm(top), Mm(width), Mm(height))
        box.name = name
        frame = box.text_frame
        frame.word_wrap, frame.vertical_anchor = True, MSO_ANCHOR.TOP
        if name == TO_THE_RIGHT:
            frame.paragraphs[0].alignment = PP_ALIGN.RIGHT
        run = frame.paragraphs[0].add_run()
        run.text, run.font.size, run.font.bold = f"{{{{{name}}}}}", Pt(points), bold
        run.font.color.rgb = colour
        _font(run, "Arial")
    return _saved(deck)


def slide_bytes(document: Document, template: bytes | None = None, *, file: str = "") -> bytes:
    """The bulletin as a slide; a Fault if the template, which `file` names, lacks a field."""
    deck = _read(template, file, document.language)
    values = {"title": document.title, "lead": document.lead, "source": document.source, "mark": document.mark}
    values["note"] = (" " if document.language == "en" else "").join(block.text for block in document.blocks)
    day = document.head.date.replace(" ", NO_BREAK)  # below a long name, but never divided
    values["office"] = IDEOGRAPHIC_SPACE.join(filter(None, (document.head.issuer, day)))
    tiles = {f"tile{k}": f"{number}\n{text}" for k, (number, text) in enumerate(document.tiles, 1)}
    for slide in deck.slides:
        for shape in list(slide.shapes):
            match = FIELD.fullmatch(shape.text_frame.text.strip()) if shape.has_text_frame else None
            if match is None:
                continue
            if match[1] == "picture":
                _picture(slide, shape, document)
            else:
                _fill(shape, {**values, **tiles}.get(match[1], ""), large=match[1].startswith("tile"))
    properties = deck.core_properties
    properties.title, properties.author, properties.comments = document.title, document.head.issuer, document.mark
    properties.created = properties.modified = datetime(1980, 1, 1)
    properties.last_modified_by, properties.revision = "", 1
    return _saved(deck)


def _read(content: bytes | None, file: str, language: str):
    """The template, or the shipped one; a Fault that names every field it lacks."""
    if content is None:
        return Presentation(io.BytesIO(slide_template(language)))
    try:
        deck = Presentation(io.BytesIO(content))
    except Exception as error:  # a ZIP file, a part or a relation that is broken: python-pptx says it in many ways
        raise Fault(key="bulletin.template_unreadable", file=file, kind=".pptx") from error
    shapes = [shape for slide in deck.slides for shape in slide.shapes if shape.has_text_frame]
    fields = {match[1] for shape in shapes if (match := FIELD.fullmatch(shape.text_frame.text.strip()))}
    missing, unknown = [name for name in NEEDED if name not in fields], sorted(fields - set(BOXES))
    if missing or unknown:
        raise Fault(
            key="bulletin.slide_template", file=file, fields=[f"{{{{{name}}}}}" for name in missing], unknown=unknown
        )
    return deck


def _fill(shape, text: str, *, large: bool) -> None:
    """The text in the box's own look; an empty field's box is taken out.  large: its first line is a number."""
    if not text:
        shape._element.getparent().remove(shape._element)
        return
    paragraph = shape.text_frame.paragraphs[0]
    runs = paragraph.runs
    for run in runs[1:]:
        run._r.getparent().remove(run._r)
    first, *others = text.split("\n")
    runs[0].text = first
    size, colour = runs[0].font.size, runs[0].font.color
    if large:
        runs[0].font.size, runs[0].font.bold = Pt(2 * (size.pt if size else 16)), True
    for line in others:
        run = shape.text_frame.add_paragraph().add_run()
        run.text, run.font.size = line, size
        if colour is not None and colour.type is not None:
            run.font.color.rgb = colour.rgb
        _font(run, "Arial")


def _picture(slide, shape, document: Document) -> None:
    """The bulletin's first picture in place of the box, with what it shows in words."""
    place = (shape.left, shape.top, shape.width, shape.height)
    shape._element.getparent().remove(shape._element)
    if not document.pictures:
        return
    picture = document.pictures[0]
    content, _ = picture_png(document, picture, width_mm=place[2].mm, height_mm=place[3].mm, scale=1.45)
    shown = slide.shapes.add_picture(io.BytesIO(content), *place)
    shown._element.nvPicPr.cNvPr.set("descr", picture.alternative)


def _font(run, latin: str) -> None:
    """The Latin font, and the one of Chinese signs."""
    run.font.name = latin
    east = parse_xml(f'<a:ea {nsdecls("a")} typeface="{FONTS["first"]["family"]}"/>')
    run._r.get_or_add_rPr().append(east)


def _saved(deck) -> bytes:
    buffer = io.BytesIO()
    deck.save(buffer)
    return sealed(buffer.getvalue())
