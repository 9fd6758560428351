"""An area's waves one by one, as a picture needs them and as a table in words."""

import pandas as pd

from presentation.league_table import heading
from presentation.numbers import shown_value
from presentation.times import wave_text
from service.figures.area_page import AreaPage
from words import Speaker

NOTHING = "–"


def drawn_waves(page: AreaPage, t: Speaker) -> pd.DataFrame:
    """The page's waves, oldest first, with the wave in words and values in the unit shown."""
    rows = page.waves.assign(wave=[wave_text(wave, t) for wave in page.waves.wave])
    values = {c: shown_value(page.league.measure, rows[c].astype(float)) for c in ("estimate", "lower", "upper")}
    return rows.assign(**values, everybody=shown_value(page.league.measure, rows.everybody.astype(float)))


def wave_rows(page: AreaPage, t: Speaker) -> pd.DataFrame:
    """The waves as text under their headings, newest first: figure, interval, rank, rank range and answers."""
    rows, decimals = drawn_waves(page, t).iloc[::-1], page.league.measure.decimals

    def written(column: str, digits: int = 0) -> list[str]:
        return [NOTHING if pd.isna(value) else f"{value:.{digits}f}" for value in rows[column].astype(float)]

    def spans(low: str, high: str, digits: int = 0) -> list[str]:
        ends = zip(written(low, digits), written(high, digits), strict=True)
        return [NOTHING if lower == NOTHING else f"{lower}–{upper}" for lower, upper in ends]

    columns = {
        "estimate": written("estimate", decimals),
        "interval": spans("lower", "upper", decimals),
        "rank": written("rank"),
        "rank_range": spans("rank_lower", "rank_upper"),
        "n": written("n"),
    }
    return pd.DataFrame({t("app.wave"): rows.wave, **{heading(c, t): text for c, text in columns.items()}})
