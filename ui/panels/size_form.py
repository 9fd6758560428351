"""A panel that says how many interviews a margin or a change needs, or what a number of interviews can tell."""

import streamlit as st

from presentation.sizes import SizeAsked, size_lines
from ui import faults
from ui.literal import literal
from words import Fault, Speaker


def show(t: Speaker) -> None:
    """The form and its answer; nothing is stored."""
    with st.expander(t("size.title")), st.form("size"):
        st.caption(t("size.one_of"))
        one, two, three = st.columns(3)
        margin = one.number_input(t("cli.size.margin"), 0.001, 0.5, None, format="%.3f", key="size_margin")
        change = two.number_input(t("cli.size.change"), 0.001, 0.9, None, format="%.3f", key="size_change")
        interviews = three.number_input(t("cli.size.interviews"), 1, value=None, key="size_interviews")
        share = one.number_input(t("cli.plan.share"), 0.01, 0.99, SizeAsked.share, key="size_share")
        deff = two.number_input(t("cli.sample.deff"), 0.1, 20.0, SizeAsked.deff, key="size_deff")
        population = three.number_input(t("cli.size.population"), 1, value=None, key="size_population")
        overlap = one.number_input(t("cli.size.overlap"), 0.0, 1.0, SizeAsked.overlap, key="size_overlap")
        correlation = two.number_input(t("cli.sample.panel"), 0.0, 0.99, SizeAsked.correlation, key="size_correlation")
        power = three.number_input(t("cli.size.power"), 0.01, 0.99, SizeAsked.power, key="size_power")
        response = one.number_input(t("cli.sample.response"), 0.001, 1.0, 1.0, format="%.3f", key="size_response")
        eligibility = two.number_input(
            t("cli.sample.eligibility"), 0.001, 1.0, 1.0, format="%.3f", key="size_eligibility"
        )
        if not st.form_submit_button(t("size.go"), key="size_go"):
            return
        try:
            asked = SizeAsked(
                margin,
                change,
                None if interviews is None else int(interviews),
                share=share,
                deff=deff,
                power=power,
                overlap=overlap,
                correlation=correlation,
                population=None if population is None else int(population),
                response_rate=response,
                eligibility=eligibility,
            )
            for line in size_lines(asked, t):
                st.markdown(literal(line))
        except Fault as fault:
            faults.say(fault, t)
