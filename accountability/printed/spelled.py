"""Percentages written in words, put into digits: a text is then read as if it had been printed so."""

import re

from accountability.printed.vocabulary import words_for

DIGITS, TEN, HUNDRED, POINT, PERCENT = "digit", "ten", "hundred", "decimal_point", "per_hundred"


def in_digits(text: str) -> str:
    """The text with every percentage in words as 96.67%; numbers in words of other kinds stay as they are."""
    digits = {sign: number % 10 for number, sign in enumerate(words_for(DIGITS))}
    (ten,), (hundred,), (point,), (percent,) = (words_for(name) for name in (TEN, HUNDRED, POINT, PERCENT))
    if percent not in text:
        return text
    one = "".join(digits)
    pattern = re.compile(f"{percent}([{one}{ten}{hundred}]+)(?:{point}([{one}]+))?")

    def written(match: re.Match) -> str:
        whole, decimals = _whole(match[1], digits, ten, hundred), match[2] or ""
        if whole is None:
            return match[0]
        return f"{whole}" + ("." + "".join(str(digits[sign]) for sign in decimals) if decimals else "") + "%"

    return pattern.sub(written, text)


def _whole(signs: str, digits: dict[str, int], ten: str, hundred: str) -> int | None:
    """A whole number up to 999; None if the signs make none."""
    total = 0
    pending: int | None = None
    for sign in signs:
        if sign in digits:
            if pending:  # two digits beside one another make no number
                return None
            pending = digits[sign]
        else:
            total += (1 if pending is None else pending) * (10 if sign == ten else 100)
            pending = None
    return total + (pending or 0)
