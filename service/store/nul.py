"""A text with a NUL is refused, which PostgreSQL cannot keep and SQLite cuts off when it is read elsewhere."""

from collections.abc import Iterable
from typing import Any

from words import Fault


def refuse_nul(values: Iterable[Any]) -> None:
    """A Fault if one of the values is a text with a NUL."""
    for value in values:
        if isinstance(value, str) and "\0" in value:
            raise Fault(key="store.nul", found=value.replace("\0", "\N{SYMBOL FOR NULL}")[:80])
