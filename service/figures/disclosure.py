"""What is withheld of a league or a table of factors from whoever may not see small cells, and what stays in its place.

Figures withheld never leave this room: a `League` or a table made for such a reader does not hold them.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from accountability import MET, MISSED, UNDECIDED
from accountability.disclosure.cells import Withheld, place_among, withheld_parts, withheld_rows
from accountability.league import ALL, PROBABILITIES
from accountability.rules import NOT_LAST
from estimation.change.league_comparison import CHANCE, PROVEN, REAL
from programme.survey import Programme
from service.store.permissions import ADMINISTRATOR, STATISTICIAN, Actor

SEES_ALL = frozenset({ADMINISTRATOR, STATISTICIAN})
# what mixes all areas of a league, the withheld ones too, in equations or sums: shown of none where one is withheld
MIXED = ("relative", "relative_se", "relative_lower", "relative_upper", "p_standing", "p_holm", "q_screening")
MIXED += ("p_worse_standing", "own", "others", "places_one_margins", "verdict_one_margins", *PROBABILITIES)


def sees_all(actor: Actor) -> bool:
    """Whether small cells are shown to them."""
    return actor.role in SEES_ALL


def withheld_of_wave(plan: Programme, sizes: pd.DataFrame) -> dict[str, Withheld]:
    """measure -> the areas withheld of a wave, over all leagues: the total over all areas is shown with each of them.

    sizes: measure, domain, n of the wave's ESTIMATES.  Measures that follow from one another are withheld together: the
    groups of one measure (by sex), and an index with its parts.
    """
    n = {m: rows.set_index("domain").n.drop(ALL, errors="ignore") for m, rows in sizes.groupby("measure")}
    n = {m: counts.to_dict() for m, counts in n.items() if m in plan.measures}
    found, before = {m: withheld_parts(n[m], limit=plan.withhold) for m in n}, None
    families, indices = _families(plan, n), _indices(plan, n)
    while found != before:  # sets only grow
        before = dict(found)
        for tied in indices:
            together = frozenset().union(*(found[m].parts for m in tied))
            found |= {m: replace(found[m], parts=found[m].parts | (together & n[m].keys())) for m in tied}
        for whole, groups in families:
            also = frozenset().union(*(found[m].parts for m in (whole, *groups)))
            grid = pd.DataFrame({g: n[g] for g in groups}).reindex(list(n[whole])).fillna(0)
            rows = withheld_rows(grid, n[whole], limit=plan.withhold, also=also)
            total = rows.total or any(found[m].total for m in (whole, *groups))
            found |= {g: Withheld(found[g].parts | (rows.parts & n[g].keys()), found[g].total or total) for g in groups}
        for m in n:
            again = withheld_parts(n[m], limit=plan.withhold, also=found[m].parts)
            found[m] = Withheld(again.parts | found[m].parts, again.total or found[m].total)
    return found


def _families(plan: Programme, n: Mapping) -> list[tuple[str, list[str]]]:
    """A measure and the same measure of groups: one more condition, on one item."""
    plain = {m: replace(plan.measures[m], name="", where={}) for m in n}
    found: dict[tuple[str, str], list[str]] = {}
    for whole in n:
        of = plan.measures[whole].where
        for group in n:
            where = plan.measures[group].where
            more = set(where) - set(of)
            if len(more) == 1 and plain[group] == plain[whole] and all(where.get(k) == v for k, v in of.items()):
                found.setdefault((whole, more.pop()), []).append(group)
    return [(whole, groups) for (whole, _), groups in found.items()]


def _indices(plan: Programme, n: Mapping) -> list[list[str]]:
    """An index and those of its parts that are shown as measures of their own."""
    parts = {m: [p.name for p in plan.measures[m].parts if not p.record and p.name in n] for m in n}
    return [[m, *own] for m, own in parts.items() if own]


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
    unsure = (changes.verdict == PROVEN) & (changes.places_lower <= 0) & (changes.places_upper >= 0)
    changes.loc[unsure, "verdict"] = REAL
    changes.loc[np.sign(changes.places) != was, "verdict"] = CHANCE
    return shown.drop(columns=columns).join(changes)


def shown_rules(rules: pd.DataFrame, shown: pd.DataFrame, plan: Programme, measure: str, u: int) -> pd.DataFrame:
    """VERDICTS of the areas shown; "not among the last k" is judged among them where u areas are withheld.

    Shown to be among the last k of all, an area is among the last k of fewer; shown not to be, it is so here only if
    its range says so.
    """
    mine = rules[rules.area.isin(shown.index)]
    for rule in plan.rules[measure] if u else ():
        if rule.kind != NOT_LAST:
            continue
        rows = mine.index[mine.rule == rule.name]
        own = shown.loc[mine.area[rows]]
        worse = np.array([(shown["rank"] > r).sum() for r in own["rank"]])
        safe = own.rank_upper.to_numpy() <= len(shown) - rule.threshold
        outcomes = zip(mine.outcome[rows], safe, strict=True)
        outcome = [o if o == MISSED or (o == MET and s) else UNDECIDED for o, s in outcomes]
        values = {"printed": worse >= rule.threshold, "outcome": outcome, "estimate": own["rank"].to_numpy(float)}
        values |= {"lower": own.rank_lower.to_numpy(float), "upper": own.rank_upper.to_numpy(float)}
        mine = mine.assign(**{c: mine[c].astype(object if c == "outcome" else mine[c].dtype) for c in values})
        for column, new in values.items():
            mine.loc[rows, column] = new
    return mine


def withheld_mentions(
    n: Mapping[str, int], counts: Mapping[str, Mapping[str, int]], *, limit: int
) -> tuple[Withheld, dict[str, Withheld]]:
    """Of a table of factors: areas with nothing shown, and factor -> areas (total: everybody) where it is withheld.

    n: area -> respondents;  counts: factor -> area -> those who named it, each factor a table over areas of its own.
    A factor nobody of an area named is shown as 0, unless all of the area is withheld.
    """
    areas, factors = withheld_parts(n, limit=limit), {}
    for factor, named in counts.items():
        parts = {a: named.get(a, 0) for a in n if named.get(a, 0) or a in areas.parts}
        low = {a: 0 if a in areas.parts else 1 for a in parts}
        found = withheld_parts(parts, limit=limit, also=areas.parts, low=low)
        none = not sum(parts.values()) and not areas.parts
        factors[factor] = Withheld(found.parts, not none and (found.total or areas.total))
    return areas, factors
