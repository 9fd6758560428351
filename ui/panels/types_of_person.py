"""A panel of figures by type of person, in one area or over all of them."""

import streamlit as st

from accountability.league.conventions import ALL
from presentation.evidence.types_of_person import shown_types, type_notes, type_sentence
from service.figures.area_page import AreaPage
from service.figures.league import League
from service.figures.types_of_person import TypeFigures, read_types
from service.store.engine import Store
from ui import tables
from ui.choosers import choose
from ui.literal import literal
from words import Speaker


def show(store: Store, league: League, t: Speaker) -> None:
    """A choice of area, and the table of the league's measure; nothing where the programme does not tell it apart."""
    programme, measure = league.programme, league.measure.name
    if not any(measure in types.measured for types in programme.types.values()):
        return
    st.subheader(t("types.title"), anchor=False)
    code = t("language.code")
    area_name = lambda area: t("factors.everybody") if area == ALL else programme.areas[area].name[code]  # noqa: E731
    area = choose(st, "area types", [ALL, *league.table.index], area_name, t)
    show_table(read_types(store, programme.name, wave=league.wave, measure=measure, area=area), t)


def show_area(page: AreaPage, t: Speaker) -> None:
    """The types of person of an area's page, where the programme tells its measure apart."""
    if page.types is not None:
        st.subheader(t("types.title"), anchor=False)
        show_table(page.types, t)


def show_table(figures: TypeFigures, t: Speaker) -> None:
    """Which groups differ, the table, and its notes."""
    for name, kind in figures.kinds.items():
        if kind.tested:
            st.markdown(literal(type_sentence(figures, name, t)))
    tables.plain_table(shown_types(figures, t))
    for note in type_notes(figures, t):
        st.caption(literal(note))
