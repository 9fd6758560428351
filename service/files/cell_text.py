"""What a workbook's number looks like to those who typed it: zeros that a format shows, and dates."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

DATES = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])  # numbered formats that are dates
DECORATION = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)  # of a format's code
ZEROS = re.compile(r"0{2,}")
FIXED = re.compile(r"[#,0]*0(\.0+)?(%)?")  # a format that shows so many digits, perhaps of a percentage
NUMBERED = {"1": "0", "2": "0.00", "3": "#,##0", "4": "#,##0.00", "9": "0%", "10": "0.00%"}  # formats without a code
WHOLE = re.compile(r"-?[0-9]+")


@dataclass
class Formats:
    """The number formats of a workbook's cells, by the number of their style; from_1904: how its dates count."""

    from_1904: bool = False
    codes: dict[str, str] = field(default_factory=dict)
    styles: list[str] = field(default_factory=list)  # of each style the number of its format
    inside: bool = False
    _known: dict[str, tuple[bool, int]] = field(default_factory=dict)

    def start(self, name: str, a: dict) -> None:
        """Read an element of the part that holds the styles."""
        if name == "numFmt" and "numFmtId" in a:
            self.codes[a["numFmtId"]] = a.get("formatCode", "")
        elif name == "cellXfs":
            self.inside = True
        elif name == "xf" and self.inside:
            self.styles.append(a.get("numFmtId", "0"))

    def end(self, name: str) -> None:
        """Leave an element of that part."""
        if name == "cellXfs":
            self.inside = False

    def code(self, style: str) -> str:
        """The format's code for numbers above 0, without colours and other decoration."""
        number = self.styles[int(style)] if int(style) < len(self.styles) else "0"
        return DECORATION.sub("", self.codes.get(number, NUMBERED.get(number, "")).split(";")[0])

    def of(self, style: str) -> tuple[bool, int]:
        """Whether the style shows a date, and how many digits it shows at least (00 shows 1 as 01)."""
        number = self.styles[int(style)] if int(style) < len(self.styles) else "0"
        if number not in self._known:
            code = DECORATION.sub("", self.codes.get(number, "").split(";")[0])
            is_date = (number.isdigit() and int(number) in DATES and number not in self.codes) or (
                bool(re.search("[ymdhs]", code, re.IGNORECASE)) and code.lower() != "general"
            )
            self._known[number] = is_date, len(code) if ZEROS.fullmatch(code) else 0
        return self._known[number]


def number_text(raw: str, style: str, formats: Formats) -> str:
    """The text of a number as it was typed: a whole one without a decimal point, a date as 2026-03-01."""
    is_date, zeros = formats.of(style) if style != "0" else (False, 0)
    if is_date:
        day = serial_text(float(raw), from_1904=formats.from_1904)
        if day is not None:
            return day
    if not WHOLE.fullmatch(raw):
        value = float(raw)
        raw = str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return raw.zfill(zeros) if zeros else raw


def shown_text(raw: str, style: str, formats: Formats) -> str:
    """The text of a number as the spreadsheet shows it, rounded by its format: 0.9667 is 96.7% in 0.0%."""
    form = FIXED.fullmatch(formats.code(style))
    if form is None:
        return number_text(raw, style, formats)
    value = Decimal(raw) * (100 if form[2] else 1)
    digits = Decimal(1).scaleb(1 - len(form[1])) if form[1] else Decimal(1)
    return f"{value.quantize(digits, ROUND_HALF_UP):f}{form[2] or ''}"


def serial_text(serial: float, *, from_1904: bool = False) -> str | None:
    """The day or the time that a spreadsheet's number stands for (45778 is 2025-05-01); None if there is none."""
    first = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30)
    try:
        seconds = round(serial * 86_400)
        time = first + timedelta(seconds=seconds)
    except (OverflowError, ValueError):
        return None
    if serial < 0:
        return None
    if seconds < 86_400:
        return time.strftime("%H:%M:%S") if seconds else "00:00:00"
    return time.isoformat(sep=" ") if seconds % 86_400 else time.date().isoformat()
