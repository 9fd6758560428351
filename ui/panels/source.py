"""A panel that says where one figure comes from, kept at the foot of the screen while its cell is chosen."""

import html
from collections.abc import Collection, Iterable, Mapping

import pandas as pd
import streamlit as st

from presentation.evidence.source import source_rows, source_title
from service.figures.league import League
from service.figures.provenance import provenance
from service.store.engine import Store
from ui import tables
from words import Speaker


def show(store: Store, league: League, area: str, column: str, t: Speaker) -> None:
    """The figure's formula, definition, data versions, weights, design, method and run."""
    rows = source_rows(league, provenance(store, league), area, column, t)
    said_rows(source_title(league, area, column, t), rows)


def said_rows(title: str, rows: Iterable[tuple[str, str]]) -> None:
    """A list of what a figure comes from, under its title."""
    cells = "".join(f"<dt>{html.escape(what)}</dt><dd>{html.escape(said)}</dd>" for what, said in rows)
    st.html(f"<section><h4>{html.escape(title)}</h4><dl>{cells}</dl></section>")


def show_chosen(store: Store, league: League, rows: pd.DataFrame, chosen: tuple[int, str] | None, t: Speaker) -> None:
    """The source of the cell that is chosen in a table of these rows, until somebody closes it."""
    if chosen is None or chosen[0] >= len(rows):
        return
    place, column = chosen
    area = str(rows["code"].iloc[place])
    if area not in league.table.index:  # a withheld area has no figure
        return
    with st.container(key="source"):
        st.button(t("source.close"), key="close-source", type="tertiary", on_click=tables.close_chosen)
        show(store, league, area, column, t)


def table(
    store: Store,
    league: League,
    rows: pd.DataFrame,
    columns: list[str],
    formats: Mapping[str, str],
    t: Speaker,
    *,
    choosing: str,
    if_known: Collection[str] = (),
    name: str = "",
) -> None:
    """A table of a league (`tables.show_table`) whose numbers lead to their source."""
    runs = " ".join(str(run["run_id"]) for run in league.runs.values())
    key = f"{choosing} {runs} {league.measure.name} {league.league}"
    shown, chosen = tables.show_table(rows, columns, formats, t, if_known=if_known, name=name, choosing=key)
    show_chosen(store, league, shown, chosen, t)
