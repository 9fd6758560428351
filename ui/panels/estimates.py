"""A panel of a league's estimates: each area's figure with its standard error and interval, and files to save."""

from collections.abc import Iterable

import pandas as pd
import streamlit as st

from presentation import league_table
from presentation.definitions import definition_text
from presentation.evidence.columns import column_lines
from presentation.notes import everybody_text
from service.figures import waves
from service.figures.league import League
from service.files.write import file_name
from service.store.engine import Store
from ui import cards, faults, tables
from ui.literal import literal, said
from ui.panels import source
from words import Speaker

COLUMNS = ("rank", "code", "area", "n", "estimate", "se", "se_interviewer", "deff", "df", "lower", "upper", "method")
IF_FINITE = ("population", "fpc")  # where the eligible people of each area are counted
IF_KNOWN = ("se_interviewer",)  # where the wave says which interviewer held each interview


def downloads(league: League, t: Speaker) -> None:
    """Buttons that save the league's table as XLSX and as CSV."""
    name = (league.programme.name, league.measure.name, league.wave)
    left, right, _ = st.columns([1, 1, 4])
    left.download_button(
        t("statistician.xlsx"),
        lambda: league_table.league_workbook(league, t),
        file_name(*name, suffix=".xlsx"),
        on_click="ignore",
    )
    right.download_button(
        t("statistician.csv"),
        lambda: league_table.league_csv(league, t),
        file_name(*name, suffix=".csv"),
        "text/csv",
        on_click="ignore",
    )


def show(store: Store, league: League, rows: pd.DataFrame, t: Speaker) -> None:
    """The table of estimates, what it means, and a button for the rank ranges of single areas if they are lacking.

    rows: `shown_rows` of the league.
    """
    st.subheader(t("statistician.estimates"), anchor=False)
    columns = [*COLUMNS, *IF_FINITE * league.finite, "n_effective", "rank_range"]
    columns += [*["rank_range_alone"] * league.alone, "unfit"]
    number = f"%.{league.measure.decimals + 1}f"
    formats = {c: number for c in ("estimate", "se", "se_interviewer", "lower", "upper", "deff")}
    formats |= {"df": "%d", "n": "%d", "n_effective": "%.1f", "population": "%.0f", "fpc": "%.3f"}
    st.caption(t("source.hint"))
    source.table(store, league, rows, columns, formats, t, if_known=IF_KNOWN, choosing="estimates")
    _explained(columns, t)
    st.caption(said(t, "notes.definition", text=definition_text(league.programme, league.measure, t)))
    st.caption(literal(everybody_text(league, t)))
    st.caption(t(f"statistician.unit.{league.measure.unit}"))
    st.caption(t("statistician.reference"))
    cards.show_notes(league, t)
    if not league.alone and len(league.table) > 1:
        _rank_alone(store, league, t)


def _explained(columns: Iterable[str], t: Speaker) -> None:
    with st.expander(t("columns.explained")):
        tables.explained(column_lines(columns, t))


def _rank_alone(store: Store, league: League, t: Speaker) -> None:
    """A button for the rank range of each area alone, which takes long and is computed only on demand."""
    if st.button(t("statistician.alone"), help=t("statistician.alone.help"), key="ranks_alone"):
        of = (league.runs[waves.ESTIMATE]["run_id"], league.measure.name, league.league)
        faults.act(lambda: waves.rank_alone(store, *of), t)
