"""The public value of a draw, and what it will be, as people write them."""

import unicodedata


def plain_text(written: str) -> str:
    """A public value, or what it will be, as it enters a draw: in Unicode's composed form, runs of blanks as one."""
    return " ".join(unicodedata.normalize("NFC", written).split())
