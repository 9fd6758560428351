"""A panel of factors: what respondents named, in one area or over all of them."""

import streamlit as st

from accountability.league.conventions import ALL
from presentation.factors import factor_notes, shown_factors
from service.figures.factors import read_factors
from service.figures.league import League
from service.store.engine import Store
from ui import tables
from ui.choosers import choose
from ui.literal import literal
from words import Speaker


def show(store: Store, league: League, t: Speaker) -> None:
    """A choice of factors and area, and their table."""
    st.subheader(t("factors.title"), anchor=False)
    factors, areas = league.programme.factors, league.programme.areas
    code = t("language.code")
    left, right = st.columns(2)
    name = choose(left, "factors", list(factors), lambda name: factors[name].name[code], t)
    area_name = lambda area: t("factors.everybody") if area == ALL else areas[area].name[code]  # noqa: E731
    area = choose(right, "area factors", [ALL, *league.table.index], area_name, t)
    factor_table = read_factors(store, league.programme.name, wave=league.wave, name=name, area=area)
    tables.plain_table(shown_factors(factor_table, t))
    for note in factor_notes(factor_table, t):
        st.caption(literal(note))
