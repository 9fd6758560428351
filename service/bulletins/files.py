"""The files of a bulletin by their endings: Word, PDF, slide and workbook, all made from the same content."""

from service.bulletins.document import BRIEF, KINDS, NOTICE, SLIDE, THEMATIC, Document, is_official
from service.bulletins.pdf import empty_before_last, pdf_bytes
from service.bulletins.slide import slide_bytes, slide_template
from service.bulletins.templates import word_template
from service.bulletins.word import word_bytes
from service.bulletins.workbook import workbook_bytes

WORD, PDF, DECK, BOOK = ".docx", ".pdf", ".pptx", ".xlsx"
ENDINGS = {kind: (DECK if kind == SLIDE else WORD, PDF, BOOK) for kind in KINDS}
WRITTEN = (NOTICE, THEMATIC, BRIEF)  # kinds that are texts


def file_bytes(document: Document, ending: str, template: bytes | None = None, *, file: str = "") -> bytes:
    """The bulletin as a file with this ending, made with an office's template or the shipped one."""
    if ending == BOOK:
        return workbook_bytes(document)
    if document.kind not in WRITTEN:
        content = slide_bytes(document, template, file=file)
        return pdf_bytes(content, DECK) if ending == PDF else content
    content = word_bytes(document, template, file=file)
    return _printed(document, template, content, file) if ending == PDF else content


def _printed(document: Document, template: bytes | None, content: bytes, file: str) -> bytes:
    """The Word file as PDF.  GB/T 9704 numbers no page with a foot that follows an empty one, which only shows here."""
    pdf = pdf_bytes(content, WORD)
    if not is_official(document.language, document.kind) or not empty_before_last(pdf):
        return pdf
    return pdf_bytes(word_bytes(document, template, file=file, last_numbered=False), WORD)


def template_bytes(kind: str, language: str) -> tuple[bytes, str]:
    """The shipped template of a kind in a language, and its file's ending."""
    content = word_template(language, kind) if kind in WRITTEN else slide_template(language)
    return content, ENDINGS[kind][0]
