"""What is promised of all that a league's page says, statement by statement, and where it was simulated."""

import pandas as pd

from presentation.numbers import percent_text
from service.figures.league import League
from service.figures.screen import last_places, targets
from service.figures.windows import window
from words import Speaker

# waves before and after of which the study of claims simulates comparisons (study/claims/cells.py)
SIMULATED = ((1, 1), (4, 1), (8, 1), (8, 4), (8, 2))


def promise_rows(league: League, t: Speaker) -> pd.DataFrame:
    """One row for each kind of statement: what is promised, for how many at once, and the study's section on it."""
    level = league.programme.level
    rows = [("interval", percent_text(1 - level), "single", 1), ("ranks", percent_text(1 - level), "joint", 8)]
    compared = league.table[league.table.alpha_standing.notna()] if league.against is not None else league.table[:0]
    if len(compared):
        row = compared.iloc[0]
        rows.append(("standing", percent_text(row.alpha_standing), "joint", 8))
        rows.append(("moves", percent_text(row.alpha_rank), "joint", 8))
    if (last := last_places(league)) is not None:
        rows.append(("last", percent_text(1 - last.level), "joint", 6))
    rows += [("target", percent_text(1 - target.level), "single", 1) for target in targets(league)[:1]]
    names = ("statement", "error", "for", "section")
    cells = [
        (t(f"promise.{kind}"), error, t(f"promise.for.{scope}"), t("promise.section", section=section))
        for kind, error, scope, section in rows
    ]
    return pd.DataFrame(cells, columns=[t(f"promise.column.{name}") for name in names])


def promise_notes(league: League, t: Speaker) -> list[str]:
    """Whether comparisons of such windows were simulated, and what the simulation leaves out."""
    notes = [t("promise.simulated")]
    if league.against is None:
        return notes
    before, after = len(window(league.against)), len(window(str(league.upto)))
    key = "promise.windows" if (before, after) in SIMULATED else "promise.windows_not"
    return [t(key, before=before, after=after), *notes]
