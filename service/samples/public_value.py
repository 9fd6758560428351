"""The public value of a draw, and what it will be, as people write them."""

import re
import unicodedata


def plain_text(written: str) -> str:
    """What a public value will be, as it enters a line: in Unicode's composed form, runs of blanks as one."""
    return " ".join(unicodedata.normalize("NFC", written).split())


def plain_value(written: str) -> str:
    """A public value as it enters a draw: its numbers and words alone, so that nobody can choose among its spellings.

    Whatever stands between them counts as one blank; numbers have no leading zeros, letters are small and of the usual
    width: "03, 11 、１７" is "3 11 17".  The order counts.
    """
    parts = re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", written).casefold())
    return " ".join(_number(part) if part.isdecimal() else part for part in parts)


def _number(digits: str) -> str:
    """A number in ASCII digits without leading zeros, however long it is."""
    return "".join(str(unicodedata.decimal(digit)) for digit in digits).lstrip("0") or "0"


def spelled(value: str | None) -> list[tuple[str, dict]]:
    """A note on a public value that is not written as a draw writes it: another spelling is another sample."""
    if value is None or value == plain_value(value):
        return []
    return [("proof.spelled", {"value": value, "plain": plain_value(value)})]
