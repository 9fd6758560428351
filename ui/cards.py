"""Cards: tables under their headings, the notes below them, and a file to save."""

import base64
import html
from collections.abc import Collection, Iterable, Mapping

import pandas as pd
import streamlit as st

from estimation import Measure
from estimation.indicators.indicators import SHARE
from presentation import league_table
from presentation.interviewers import interviewer_notes
from presentation.notes import finite_note, stopped_note, survey_note, unfit_note, withheld_note
from service.figures.league import League
from ui.charts import ACCENT, FONT
from words import Speaker

WIDE = ("area", "verdict")  # columns whose words must not be cut
ROW, BORDER = 35, 3  # heights in a table, in pixels: of a row, as of the headings, and of the border
TALLEST = 1200  # a longer table scrolls


def show_table(
    rows: pd.DataFrame,
    columns: Iterable[str],
    formats: Mapping[str, str],
    t: Speaker,
    *,
    if_known: Collection[str] = (),
) -> None:
    """A table of the given columns under their headings.

    formats: Streamlit's number format of a column, for those that have one.
    if_known: columns that are left out if no row has a value in them.
    """
    shown_columns = [c for c in columns if c not in if_known or rows[c].notna().any()]
    config = {}
    for c in shown_columns:
        width = "medium" if c in WIDE else None
        if c in formats:
            config[c] = st.column_config.NumberColumn(league_table.heading(c, t), format=formats[c])
        else:
            config[c] = st.column_config.Column(league_table.heading(c, t), width=width)
    height = min(_height(rows), TALLEST)
    st.dataframe(
        rows[shown_columns], column_config=config, hide_index=True, width="stretch", height=height, placeholder="–"
    )


def plain_table(rows: pd.DataFrame, *, words: int | None = None) -> None:
    """A small table whose headings and cells are text already.

    words: how many columns, from the left, hold words; the others hold figures and are aligned to the right.
    """
    right = {} if words is None else dict.fromkeys(rows.columns[words:], st.column_config.Column(alignment="right"))
    st.dataframe(rows, column_config=right, hide_index=True, width="stretch", height=_height(rows))


def show_notes(league: League, t: Speaker) -> None:
    """What is said under every figure of a league: whether it is out of date, and how people were asked."""
    if league.outdated:
        st.warning(t("app.outdated"))
    for sentence in stopped_note(league.runs.values(), t):
        st.warning(sentence)
    if league.missing:
        st.caption(t("notes.missing", names=[league.name(area) for area in league.missing]))
    sentences = finite_note(league, t) + interviewer_notes(league, t)
    for sentence in sentences + withheld_note(league, t) + unfit_note(league, t):
        st.caption(sentence)
    st.caption(t("leader.note", note=survey_note(league, t)))


def value_formats(measure: Measure) -> dict[str, str]:
    """Streamlit's number formats of an estimate and of a change, in the measure's unit."""
    decimals = measure.decimals
    return {"estimate": f"%.{decimals}f" + "%%" * (measure.unit == SHARE), "change": f"%+.{decimals}f"}


def file_link(label: str, content: bytes, name: str, mime: str) -> None:
    """A link that saves `content` under a file name; the content travels inside the page.

    For personal data, which a download button must not hold: the button's file has an address on the server, and
    whoever knows that address is asked for no role.
    """
    data = base64.b64encode(content).decode()
    style = f"font:14px {FONT};color:{ACCENT}"
    file = f'href="data:{mime};base64,{data}" download="{html.escape(name)}"'
    st.iframe(f'<a id="save" style="{html.escape(style)}" {file}>{html.escape(label)}</a>', height=40, alt=label)


def _height(rows: pd.DataFrame) -> int:
    return ROW * (len(rows) + 1) + BORDER
