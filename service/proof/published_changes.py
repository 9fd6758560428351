"""The changes of a comparison as anybody may see them: one table, without what small cells follow from."""

from collections.abc import Mapping

import pandas as pd

from accountability.disclosure.shown_league import shown_figures
from accountability.league.figures import league_figures
from programme.declared import Programme
from service.figures.windows import window
from service.proof.published import joined_parts, typed
from words import Fault

CHANGES = "changes.csv"
KEY = ["measure", "league", "area"]


def published_changes(
    programme: Programme,
    arguments: Mapping,
    estimated: Mapping[str, Mapping[str, pd.DataFrame]],
    changes: pd.DataFrame,
) -> pd.DataFrame:
    """Change, places and verdict of every area of every measure and league of a comparison.

    arguments  those of its run: both windows
    estimated  each wave of the windows -> ESTIMATES, RANKS and VERDICTS of its run;  changes: CHANGES
    """
    sides = tuple(dict.fromkeys([*window(arguments["before"]), *window(arguments["after"])]))
    wave = window(arguments["after"])[-1]
    tables = [typed(estimated[wave], name) for name in ("ESTIMATES", "RANKS", "VERDICTS")]
    sizes = {name: typed(estimated[name], "ESTIMATES")[["measure", "domain", "n"]] for name in sides}
    changes = typed({"CHANGES": changes}, "CHANGES")
    rows = []
    for name, measure in programme.measures.items():
        estimates, ranks, verdicts, of_changes = (t[t.measure == name] for t in (*tables, changes))
        for league in programme.leagues:
            areas = programme.league_areas(league)
            if not of_changes.area.isin(areas).any():
                continue
            parts = {"estimates": estimates, "ranks": ranks, "verdicts": verdicts, "changes": of_changes}
            figures = league_figures(measure, areas, **parts)
            of_sizes = {"areas": areas, "wave": wave, "compared": sides, "limit": programme.withhold}
            of_sizes["inside"] = programme.ranked_inside
            try:
                shown = shown_figures(
                    figures, programme.shown_measures, name, programme.in_league(league).rules[name], sizes, **of_sizes
                ).table
            except Fault:  # all of it is withheld
                continue
            columns = list(shown.columns)[list(shown.columns).index("from_wave") :]
            table = shown.loc[shown.change.notna(), columns]
            rows.append(table.reset_index().assign(measure=name, league=league))
    return joined_parts(rows, KEY)
