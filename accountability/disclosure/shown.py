"""A league's table without the areas withheld: places among those shown, and no figure that mixes all of them."""

import numpy as np
import pandas as pd

from accountability.disclosure.cells import place_among
from accountability.league.conventions import PROBABILITIES
from estimation.changes.verdicts import CHANCE, PROVEN, REAL

# what mixes all areas of a league, the withheld ones too, in equations or sums: shown of none where one is withheld
MIXED = ("relative", "relative_se", "relative_lower", "relative_upper", "p_standing", "p_holm", "q_screening")
MIXED += ("p_worse_standing", "own", "others", "places_one_margins", "verdict_one_margins", *PROBABILITIES)


def shown_table(table: pd.DataFrame, hidden: frozenset, unchanged: frozenset, compared: bool) -> pd.DataFrame:
    """The league's table of the areas not in `hidden`, places among them; no change of areas in `unchanged` either.

    A place among the areas shown is a function of what is shown.  With u areas withheld, one ranked r of all is
    r - u .. r among the shown, so a range lower .. upper of r becomes lower - u .. upper, at the same confidence.
    """
    shown = table.drop(index=[a for a in table.index if a in hidden])
    u, most = len(table) - len(shown), len(shown)
    if u:
        shown = shown.assign(rank=place_among(shown["rank"]))
        for low, high in (p for p in (("rank_lower", "rank_upper"), ("alone_lower", "alone_upper")) if p[0] in shown):
            shown = shown.assign(**{low: (shown[low] - u).clip(lower=1), high: shown[high].clip(upper=most)})
    return _shown_changes(table, shown, hidden | unchanged) if compared else shown


def _shown_changes(table: pd.DataFrame, shown: pd.DataFrame, hidden: frozenset) -> pd.DataFrame:
    """The same of the changes: places before and after are among the areas whose change is shown."""
    compared = table.index[table.change.notna()]
    u = sum(a in hidden for a in compared)
    if not u:
        return shown
    kept = [a for a in shown.index if a in compared and a not in hidden]
    first = list(shown.columns).index("from_wave")
    columns = [c for c in shown.columns[first:] if c in shown]
    changes = shown.loc[kept, columns].copy()
    most = max(len(kept), 1)
    was = np.sign(changes.places)
    for when in ("before", "after"):
        changes[f"rank_{when}"] = place_among(changes[f"rank_{when}"])
        changes[f"{when}_lower"] = (changes[f"{when}_lower"] - u).clip(lower=1)
        changes[f"{when}_upper"] = changes[f"{when}_upper"].clip(upper=most)
    changes["places"] = changes.rank_before - changes.rank_after
    changes["places_lower"] = (changes.places_lower - u).clip(lower=1 - most)
    changes["places_upper"] = (changes.places_upper + u).clip(upper=most - 1)
    changes["noise"] = changes.noise.clip(upper=most - 1)
    changes[[c for c in MIXED if c in changes]] = np.nan
    if "toward" in changes:  # which way a change goes, no more than the places shown say
        changes["toward"] = changes.toward.where(np.sign(changes.places) == changes.toward, 0)
    unsure = (changes.verdict == PROVEN) & (changes.places_lower <= 0) & (changes.places_upper >= 0)
    changes.loc[unsure, "verdict"] = REAL
    changes.loc[np.sign(changes.places) != was, "verdict"] = CHANCE
    return shown.drop(columns=columns).join(changes)
