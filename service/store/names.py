"""The name of a file as people read it and as a store keeps it, also where the system gives bytes that are no UTF-8."""

from pathlib import Path

ENCODINGS = ("utf-8", "gb18030")  # old Chinese archives and disks give names in GBK


def name_of(file: Path) -> str:
    """The last part of a path, as text that can be shown and kept."""
    return legible(file.name)


def legible(text: str) -> str:
    """The text itself; bytes that Python smuggled into it (as lone surrogates) are read as GBK, or shown as �."""
    if text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text):
        return text
    content = text.encode("utf-8", "surrogateescape" if _escaped(text) else "replace")
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("utf-8", "replace")


def _escaped(text: str) -> bool:
    """Whether every lone surrogate is a byte that `os.fsdecode` could not read."""
    return all(not "\ud800" <= character <= "\udfff" or "\udc80" <= character <= "\udcff" for character in text)
