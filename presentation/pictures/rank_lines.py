"""Ranks over the waves: every area's line, which of them stand out, and the sentence above the picture."""

import numpy as np
import pandas as pd

from presentation.screen import area_word, count_text
from presentation.times import wave_text
from service.figures.screen import Screen
from words import Speaker

WORSE, BETTER, CHANGED = "worse", "better", "changed"  # why a line stands out: a confirmed change
LISTED, CHOSEN, OTHER = "listed", "chosen", "other"  # among the last; the area that is looked at; not at all
GAP = 0.03  # between two names at the right of the picture, as a part of its height


def outstanding(screen: Screen, chosen: str) -> dict[str, str]:
    """Area -> why its line stands out; a confirmed change goes before all else."""
    why = {chosen: CHOSEN, **dict.fromkeys(screen.last.printed if screen.last is not None else (), LISTED)}
    for compared in screen.compared:
        for kind, areas in ((CHANGED, compared.unsaid), (BETTER, compared.better), (WORSE, compared.worse)):
            why |= dict.fromkeys(areas, kind)
    return why


def line_rows(waves: pd.DataFrame, screen: Screen, chosen: str, t: Speaker) -> pd.DataFrame:
    """`rank_waves` with wave and area in words, `why` a line stands out, and `at`, where its name stands at the end."""
    league, why = screen.league, outstanding(screen, chosen)
    rows = waves.assign(
        code=waves.area,
        why=[why.get(area, OTHER) for area in waves.area],
        chosen=waves.area == chosen,
        area=[league.name(area)[t("language.code")] for area in waves.area],
        when=[wave_text(wave, t) for wave in waves.wave],
    )
    ends = rows[(rows.wave == rows.wave.max()) & (rows.why != OTHER)].sort_values("rank", kind="stable")
    rows["at"] = pd.Series(_apart(ends["rank"].to_numpy(float), GAP * max(rows["rank"].max(), 2)), index=ends.index)
    return rows


def line_sentence(rows: pd.DataFrame, screen: Screen, chosen: str, t: Speaker) -> str:
    """What the picture shows, with the rank of the chosen area then and now."""
    league, of_area = screen.league, rows[rows.code == chosen]
    areas = rows.code.nunique()
    values = {"count": areas, "areas": area_word(league, areas, t), "waves": rows.wave.nunique()}
    parts = [t("lines.what", **values)]
    if len(of_area) > 1:
        first, last = of_area.iloc[0], of_area.iloc[-1]
        ranks = {"first": int(first["rank"]), "last": int(last["rank"])}
        parts.append(t("lines.area", area=league.name(chosen), since=first.when, upto=last.when, **ranks))
    if screen.last is not None:
        parts.append(t("lines.named", k=count_text(len(screen.last.printed), t, numeral=True)))
    return t("list.between_sentences").join(parts)


def _apart(places: np.ndarray, gap: float) -> np.ndarray:
    """Places in order moved up so that each is at least `gap` above the one below it."""
    moved = places.copy()
    for k in range(len(moved) - 2, -1, -1):
        moved[k] = min(moved[k], moved[k + 1] - gap)
    return moved
