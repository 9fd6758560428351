"""A panel on one area: its verdict against each earlier wave, the last places, the targets, and its neighbours."""

import streamlit as st

from presentation import screen as words
from presentation.area.sentences import (
    absent_sentence,
    comparison_facts,
    neighbour_lines,
    screen_sentence,
    weak_sentence,
)
from presentation.changes import base_name
from presentation.tiles import Line
from service.figures.area_page import AreaPage
from service.store.engine import Store
from ui import cards
from ui.literal import literal, said
from ui.panels import source
from words import Speaker


def show(store: Store, page: AreaPage, t: Speaker) -> None:
    """The verdict card: a badge for each comparison with its facts, one sentence, and what else is known for sure."""
    if page.row is None:
        st.info(literal(absent_sentence(page.league, page.area, t)))
        return
    screen, area = page.screen, page.area
    with st.container(border=True, key="verdict"):
        for place, compared in zip(st.columns(max(len(screen.compared), 1)), screen.compared, strict=False):
            base = base_name(compared.before, compared.league.wave, t, period=True)
            badge = words.badge(compared.league, area, t)
            place.subheader(said(t, "area.against", base=base, badge=badge), anchor=False)
            place.caption(literal(t("list.between_sentences").join(comparison_facts(compared.league, area, t))))
        st.markdown(literal(screen_sentence(screen, area, t)))
        known = [words.last_area_text(page.last, area, t)] if page.last is not None else []
        known += [words.target_area_text(page.league, target, area, t) for target in screen.targets]
        for sentence in [*known, weak_sentence(screen, area, t)]:
            st.markdown(literal(sentence))
    st.caption(literal(t("list.between_sentences").join(words.promise_lines(screen, t))))
    with st.popover(t("source.title"), key="area-source"):
        source.show(store, page.league, area, "estimate", t)


def show_neighbours(page: AreaPage, t: Speaker) -> None:
    """The areas that are surely ahead or behind, and those from which it cannot be separated."""
    if page.neighbours is None or len(page.league.table) < 2:
        return
    st.subheader(t("neighbours.title"), anchor=False)
    st.caption(said(t, "neighbours.note", level=page.league.programme.level))
    code = t("language.code")
    lines = [
        Line(kind, said, tuple(n[code] for n in names))
        for kind, said, names in neighbour_lines(page.neighbours, page.league, t)
    ]
    cards.list_of_names([line for line in lines if line.names], t)
