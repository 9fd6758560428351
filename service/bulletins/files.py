"""The files of a bulletin by their endings: Word, PDF, slide and workbook, all made from the same content."""

from service.bulletins.document import BRIEF, NOTICE, THEMATIC, Document
from service.bulletins.pdf import pdf_bytes
from service.bulletins.templates import word_template
from service.bulletins.word import word_bytes

WORD, PDF = ".docx", ".pdf"
ENDINGS = {kind: (WORD, PDF) for kind in (NOTICE, THEMATIC, BRIEF)}


def file_bytes(document: Document, ending: str, template: bytes | None = None, *, file: str = "") -> bytes:
    """The bulletin as a file with this ending, made with an office's template or the shipped one."""
    if ending == PDF:
        return pdf_bytes(word_bytes(document, template, file=file), WORD)
    return word_bytes(document, template, file=file)


def template_bytes(kind: str, language: str) -> tuple[bytes, str]:
    """The shipped template of a kind in a language, and its file's ending."""
    return word_template(language), ENDINGS[kind][0]
