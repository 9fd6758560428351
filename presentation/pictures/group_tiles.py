"""The areas of each group together, in the programme's order: as tiles with classes of figures, or as rows."""

from itertools import pairwise

import numpy as np
import pandas as pd

from estimation.indicators.indicators import SHARE
from presentation import league_table
from presentation.screen import area_word
from service.figures.league import League
from words import Speaker

ACROSS, CLASSES = 5, 5  # tiles beside one another, so that a name has room on a phone; classes of figures


def has_groups(league: League) -> bool:
    """Whether every area of the league lies in a group."""
    areas = league.programme.ranked
    return all(areas[area].group for area in league.table.index)


def by_group(league: League, rows: pd.DataFrame, t: Speaker) -> pd.DataFrame:
    """The rows of `league_rows` group by group, in each of them the best first, below a row with the group's name.

    Such a row has no code, and its name, as area, ends in a colon: no area's does.
    """
    groups = [league.programme.ranked[code].group for code in rows.code]
    parts = []
    for group, name in league.programme.groups.items():
        members = rows[[of == group for of in groups]]
        if len(members):
            heading = pd.DataFrame({"area": [t("order.heading", group=name)]})
            parts += [heading.reindex(columns=rows.columns), members]
    return pd.concat([part.astype(object) for part in parts], ignore_index=True)


def tile_rows(league: League, t: Speaker) -> pd.DataFrame:
    """One row for each area: code, area, estimate, its class, and the column and row of its tile; and for each group
    one with its name alone (`heading`). The order is the programme's, never that of the figures.
    """
    language, areas = t("language.code"), league.programme.ranked
    shown = league_table.shown_rows(league, league_table.league_rows(league, t), t).set_index("code")
    values = shown.estimate.astype(float)
    classes, rows, y = _classes(values, league), [], 0
    for group, name in league.programme.groups.items():
        members = [code for code in areas if areas[code].group == group and code in shown.index]
        if not members:
            continue
        rows.append({"heading": name[language], "column": 0, "row": y})
        for k, code in enumerate(members):
            row = {"code": code, "area": shown.area[code], "estimate": values[code], "interval": shown.interval[code]}
            place = {"column": k % ACROSS, "row": y + 1 + k // ACROSS}
            rows.append(
                {**row, "n": int(shown.n[code]), "rank": int(shown["rank"][code]), "class": classes[code], **place}
            )
        y += 1 + -(-len(members) // ACROSS)
    return pd.DataFrame(rows)


def class_names(rows: pd.DataFrame) -> list[str]:
    """The classes in their order, the lowest first."""
    known = rows.dropna(subset=["estimate"]).sort_values("estimate", kind="stable")
    return list(dict.fromkeys(known["class"]))


def tile_sentence(league: League, t: Speaker) -> str:
    """What the picture shows."""
    groups = {league.programme.ranked[area].group for area in league.table.index}
    return t("tiles.what", count=len(league.table), areas=area_word(league, len(league.table), t), groups=len(groups))


def _classes(values: pd.Series, league: League) -> dict[str, str]:
    """Each area's class: the spread of the figures in five equal parts."""
    low, high = float(values.min()), float(values.max())
    ends = np.linspace(low, high, CLASSES + 1)
    k = np.clip(np.searchsorted(ends, values.to_numpy(), side="right") - 1, 0, CLASSES - 1)
    decimals, unit = league.measure.decimals, "%" * (league.measure.unit == SHARE)
    said = [f"{a:.{decimals}f}–{b:.{decimals}f}{unit}" for a, b in pairwise(ends)]
    return {code: said[j] for code, j in zip(values.index, k, strict=True)}
