"""A panel of a wave's sample plan: its status, what its interviews can show, and the precision of each area."""

import streamlit as st

from presentation import samples as sample_words
from service.intake.imports import current_programme
from service.samples.samples import SamplePlan
from service.store.engine import Store
from ui import pictures, tables
from ui.charts import power_chart
from ui.literal import literal
from words import Speaker


def show(store: Store, programme: str, sample_plan: SamplePlan, t: Speaker) -> None:
    """The plan's status and its tables."""
    show_status(sample_plan, t)
    show_tables(store, programme, sample_plan, t)


def show_status(sample_plan: SamplePlan, t: Speaker) -> None:
    """Which plan it is and whether it is approved; once it is, also the line to publish before the draw."""
    st.subheader(literal(sample_words.plan_title(sample_plan, t)), anchor=False)
    st.caption(literal(sample_words.status(sample_plan, t)))
    if sample_plan.approved:
        st.markdown(t("samples.publish"))
        st.code(sample_plan.slip, language=None)


def show_tables(store: Store, programme: str, sample_plan: SamplePlan, t: Speaker) -> None:
    """What the plan's interviews can show, and the precision of each area."""
    names = {code: area.name for code, area in current_programme(store, programme)[1].areas.items()}
    foresight, assumed = sample_plan.foresight, sample_plan.wanted.assumed
    if len(foresight.power):
        st.markdown(t("sample.power"))
        tables.plain_table(sample_words.power_rows(foresight, assumed, t), words=2)
        planned = float(foresight.power.interviews[foresight.power.planned].iloc[0])
        points = sample_words.power_curve(foresight, assumed, t)
        of = current_programme(store, programme)[1]
        pictures.show_of_plan(st, "power", power_chart(points, planned, t), of, sample_plan, t("sample.power"), t)
    constraints = sample_words.constraint_rows(sample_plan, names, t)
    if len(constraints):
        st.markdown(t("sample.constraints"))
        tables.plain_table(constraints, words=1)
    modes = sample_words.mode_rows(sample_plan, t)
    if len(modes):
        tables.plain_table(modes, words=1)
    with st.expander(t("samples.precision"), expanded=not sample_plan.approved):
        tables.plain_table(sample_words.precision_rows(sample_plan, names, t), words=1)
    for note in sample_words.plan_notes(sample_plan, t, names, current_programme(store, programme)[1]):
        st.caption(literal(note))
