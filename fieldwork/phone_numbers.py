"""Phone numbers as people write them: one standard spelling for each, and a masked one that may be shown."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

MOBILE = re.compile(r"1[3-9]\d{9}")
DIGITS = 11  # of a mobile number
AREA_CODE = re.compile(r"0(?:10|2\d|[3-9]\d{2})")  # of a landline: 010, 02x, or 0 and three digits
LANDLINE = re.compile(rf"({AREA_CODE.pattern})?([2-9]\d{{6,7}})(?:x(\d{{1,6}}))?")
COUNTRY = re.compile(r"^(?:\+|00)86")
BETWEEN = r"[ \-.\u2010-\u2015()\u00a0]*"
# what looks like a phone number in a text: 7 digits or more, perhaps with spaces or dashes between groups
WRITTEN = re.compile(rf"(?<!\d)(?<!\d\.)\+?\d(?:{BETWEEN}\d){{6,}}(?!\d)")
DAY = re.compile(r"\d{4}[-.]\d{1,2}[-.]\d{1,2}")
LETTER = re.compile(r"[A-Za-z]")
STAR = "*"


def normalised(text: str) -> str | None:
    """The standard spelling ("13812345678", "07722812345", an extension after x); None if it is not a phone number.

    Full-width digits, spaces, dashes, brackets and +86 make no difference.
    """
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    plain = re.sub(r"(?:ext\.?|#|\u8f6c)", "x", plain)
    digits = re.sub(r"[^\dx+]", "", plain)
    if re.sub(rf"[\dx+]|{BETWEEN}", "", plain):
        return None
    digits = COUNTRY.sub("", digits)
    if MOBILE.fullmatch(digits) or LANDLINE.fullmatch(digits):
        return digits
    landline = f"0{digits}"  # after +86 the 0 of the area code is left out
    parts = LANDLINE.fullmatch(landline) if COUNTRY.match(re.sub(r"[^\d+]", "", plain)) else None
    return landline if parts and parts[1] else None


def masked(number: str) -> str:
    """138****5678, 0772****345, ****345: a mobile without its middle four digits, a landline with its last three."""
    number = normalised(number) or number
    if MOBILE.fullmatch(number):
        return number[:3] + STAR * 4 + number[-4:]
    landline = LANDLINE.fullmatch(number)
    if landline is None:
        return STAR * len(number)
    area, local, extension = landline.groups()
    shown = (area or "") + STAR * (len(local) - 3) + local[-3:]
    return shown + (f"x{STAR * len(extension)}" if extension else "")


def masked_text(text: str) -> str:
    """The text with all that looks like a phone number masked; inside a word, such as a digest, only mobile numbers."""

    def mask(match: re.Match) -> str:
        number, around = normalised(match[0]), text[max(match.start() - 1, 0) : match.start()] + text[match.end() :][:1]
        if number is None or DAY.fullmatch(match[0]) or (LETTER.search(around) and not MOBILE.fullmatch(number)):
            return match[0]
        return masked(number)

    return WRITTEN.sub(mask, text)


def masked_values(value: Any) -> Any:
    """A value made of texts, numbers, lists and mappings, with `masked_text` of every text; sequences become lists."""
    if isinstance(value, str):
        return masked_text(value)
    if isinstance(value, Mapping):
        return {masked_values(k): masked_values(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [masked_values(v) for v in value]
    return value
