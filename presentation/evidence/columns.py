"""The columns of a league's tables: what each of them is, with its formula in words."""

from collections.abc import Iterable

from presentation.league_table import heading
from words import Speaker


def column_formula(column: str, t: Speaker) -> str:
    """What a column is, with its formula."""
    return t(f"formula.{column}")


def column_lines(columns: Iterable[str], t: Speaker) -> list[tuple[str, str]]:
    """The heading of each column, and what it is."""
    return [(heading(column, t), column_formula(column, t)) for column in dict.fromkeys(columns)]
