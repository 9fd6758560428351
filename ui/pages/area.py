"""One area's page: what is confirmed of it, its waves one by one, its rules, and what its people named."""

import streamlit as st

from presentation.area.waves import drawn_waves, wave_rows
from presentation.factors import factor_notes, shown_factors
from presentation.ladder.board import COLUMNS as BOARD_COLUMNS
from presentation.ladder.board import board_rows
from presentation.notes import simulated_mark
from presentation.numbers import shown_value
from presentation.times import wave_text
from programme.declared import Programme
from service.figures.area_page import AreaPage, read_area
from service.figures.consequences import read_consequences
from service.intake.imports import current_programme
from service.store.engine import Store
from ui import address, cards, charts, choosers, pictures, tables
from ui.literal import literal
from ui.panels import area_card, in_r, source, types_of_person
from words import Speaker

OF_AREA = tuple(column for column in BOARD_COLUMNS if column != "area")


def show(store: Store, t: Speaker) -> None:
    """The area chosen: its verdict card, its figures and ranks over all waves, its rules and its factors."""
    chosen = choosers.choose_estimated(store, place := choosers.row(), t)
    if chosen is None:
        return
    name, waves = chosen
    programme = current_programme(store, name)[1]
    wave = choosers.choose(place, address.WAVE, waves, lambda wave: wave_text(wave, t), t, width=choosers.NARROW)
    measure = choosers.choose_measure(place, programme, t)
    area = choosers.choose(
        place, address.AREA, list(programme.ranked), lambda code: _name(programme, code, t), t, width=choosers.WIDE
    )
    page = read_area(store, name, str(area), wave=wave, measure=measure)
    st.title(literal(simulated_mark(page.league.programme, t) + _name(programme, page.area, t)))
    area_card.show(store, page, t)
    cards.survey_line(page.league, t)
    _history(page, t)
    area_card.show_neighbours(page, t)
    _rules(store, page, t)
    _consequences(store, page, t)
    _factors(page, t)
    types_of_person.show_area(page, t)
    in_r.of_league(store, page.league, t)
    cards.show_notes(page.league, t)


def _name(programme: Programme, area: str, t: Speaker) -> str:
    return programme.ranked[area].name[t("language.code")]


def _history(page: AreaPage, t: Speaker) -> None:
    """The area's figure and its rank in every wave, as pictures and as a table."""
    waves, measure = drawn_waves(page, t), page.league.measure
    targets = [shown_value(measure, target.threshold) for target in page.screen.targets]
    area, names = page.league.programme.ranked[page.area].name, page.league.programme.measure_names[measure.name]
    drawn = {
        "history": (charts.history_chart(waves, targets, measure.unit, t), names),
        "rank-history": (charts.rank_history_chart(waves, t), t("column.rank")),
    }
    for place, (name, (specification, of)) in zip(st.columns(2), drawn.items(), strict=True):
        titles = t("picture.area", area=area, of=of), t("area.chart.alt")
        pictures.show(place, name, specification, page.league, *titles, t)
    st.caption(t("area.chart.key"))
    tables.plain_table(wave_rows(page, t), words=1)


def _rules(store: Store, page: AreaPage, t: Speaker) -> None:
    rows = tables.rule_rows(page.league, t=t)
    rules_of_area = rows[(page.league.rules.area == page.area).to_numpy()]
    if len(rules_of_area):
        st.subheader(t("leader.rules"), anchor=False)
        columns = ["rule", "printed", "shown", "rule_lower", "rule_upper"]
        source.table(store, page.league, rules_of_area, columns, {}, t, choosing=f"rules {page.area}")


def _consequences(store: Store, page: AreaPage, t: Speaker) -> None:
    """What followed for the area in the two years that end with the wave."""
    name, league = page.league.programme.name, page.league
    if not current_programme(store, name)[1].in_league(league.league).consequences:
        return
    board = read_consequences(store, name, wave=league.wave, league=league.league)
    st.subheader(t("consequences.title"), anchor=False)
    rows = board_rows(board, board.of_area(page.area), t)
    if rows.empty:
        st.markdown(t("consequences.none_of_area"))
    else:
        tables.show_table(rows, OF_AREA, {}, t)


def _factors(page: AreaPage, t: Speaker) -> None:
    if page.factors is not None:
        st.subheader(t("factors.title"), anchor=False)
        tables.plain_table(shown_factors(page.factors, t))
        for note in factor_notes(page.factors, t):
            st.caption(literal(note))
