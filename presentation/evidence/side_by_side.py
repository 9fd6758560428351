"""Several measures side by side in words: one row for each area, and for each measure its figure and its own rank."""

import pandas as pd

from presentation.numbers import value_text
from presentation.times import wave_text
from service.figures.side_by_side import SideBySide
from words import Speaker

NOTHING = "–"


def title(beside: SideBySide, t: Speaker) -> str:
    """The survey, the league and the wave."""
    language = t("language.code")
    names = (beside.programme.title[language], beside.programme.leagues[beside.league][language])
    return " · ".join((*names, wave_text(beside.wave, t)))


def rows(beside: SideBySide, t: Speaker) -> pd.DataFrame:
    """Each area's figure by each measure, with its rank by that measure and the range of this rank, as text."""
    language = t("language.code")
    columns = {t("column.area"): [beside.programme.ranked[area].name[language] for area in beside.areas]}
    for measure, figures in beside.by_measure.items():
        name = beside.programme.measure_names[measure][language]
        shown = [figures.table.loc[area] if area in figures.table.index else None for area in beside.areas]
        columns[name] = [
            NOTHING if row is None else value_text(figures.measure, float(row.estimate), t) for row in shown
        ]
        columns[t("beside.rank", measure=name)] = [
            NOTHING
            if row is None
            else t("beside.place", rank=int(row["rank"]), within=f"{row.rank_lower:.0f}–{row.rank_upper:.0f}")
            for row in shown
        ]
    return pd.DataFrame(columns)


def notes(beside: SideBySide, t: Speaker) -> list[str]:
    """That nothing is put together, the order, what is left out, and the runs."""
    sentences = [t("beside.how", level=beside.programme.level)]
    names = beside.programme.measure_names
    if beside.absent:
        sentences.append(t("beside.absent", names=[names[measure] for measure in beside.absent]))
    if beside.left_out:
        sentences.append(t("beside.left_out", count=beside.left_out))
    return sentences
