"""A panel of a wave's weights: the steps in one table, and what each of them changed."""

import streamlit as st

from presentation import weights
from presentation.evidence.source import weights_source_rows
from service.figures.league import League
from service.figures.provenance import weights_provenance
from service.figures.weighing import read_weights
from service.files.write import file_name
from service.store.engine import Store
from service.store.runs import run_text
from ui import tables
from ui.literal import literal
from ui.panels import source
from words import Speaker


def show(store: Store, league: League, t: Speaker) -> None:
    """The weighting steps, a file of the weights, and for those who look closer the cells, costs and extremes."""
    st.subheader(t("weights.title"), anchor=False)
    wave_weights = read_weights(store, league.programme.name, league.wave)
    tables.plain_table(weights.step_rows(wave_weights, t), words=1)
    with st.popover(t("source.title"), key="weights-source"):
        rows = weights_source_rows(wave_weights, weights_provenance(store, wave_weights), t)
        source.said_rows(weights.title(wave_weights, t), rows)
    for sentence in [weights.extreme_note(wave_weights, t), *weights.notes(wave_weights, t)]:
        st.caption(literal(sentence))
    name = file_name(league.programme.name, league.wave, "weights", suffix=".csv")
    st.download_button(t("weights.csv"), wave_weights.csv, name, "text/csv", on_click="ignore")
    with st.expander(t("weights.show")):
        steps = wave_weights.weighting.steps
        tabs = st.tabs([t(f"weights.step.{step.name}") for step in steps])
        for tab, step in zip(tabs, steps, strict=True):
            with tab:
                st.markdown(literal(weights.step_note(wave_weights, step, t)))
                tables.plain_table(weights.detail_rows(wave_weights, step, t), words=1)
    if wave_weights.cost is not None:
        with st.expander(t("weights.cost")):
            tables.plain_table(weights.cost_rows(wave_weights, t), words=1)
            st.caption(t("weights.note.cost"))
    if len(wave_weights.extremes):
        with st.expander(t("weights.heaviest")):
            tables.plain_table(weights.extreme_rows(wave_weights, t), words=1)
    st.code(run_text(wave_weights.run, t), language=None, wrap_lines=True)
