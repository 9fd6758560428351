"""The columns of a league's tables: what each of them is, with its formula in words."""

from collections.abc import Iterable

from presentation.league_table import heading
from words import Speaker


def column_formula(column: str, t: Speaker) -> str:
    """What a column is, with its formula."""
    return t(f"formula.{column}")


def column_lines(columns: Iterable[str], t: Speaker) -> list[str]:
    """One line for each column: its heading and what it is."""
    return [f"**{heading(column, t)}**  {column_formula(column, t)}" for column in dict.fromkeys(columns)]
