"""The leader's page: in one minute, which rises and falls are confirmed."""

import streamlit as st

from presentation import changes
from presentation import screen as words
from presentation.area.sentences import chosen_sentence
from presentation.definitions import definition_text
from presentation.league_notes import margin_notes, year_notes
from presentation.notes import simulated_mark
from presentation.numbers import percent_text
from presentation.rules import rule_sentence
from presentation.tiles import tiles
from service.figures.league import League, rule_summary
from service.figures.screen import Screen, read_screen
from service.store.engine import Store
from ui import address, cards, charts, choosers, drawn, tables
from ui.literal import literal, said
from ui.panels import bulletins, in_r, known_truth, league_charts, side_by_side, source
from words import Speaker


def show(store: Store, t: Speaker) -> None:
    """The headline, one area in a sentence, the charts, the table and the rules."""
    st.title(t("leader.title"))
    chosen = choosers.choose_view(store, t)
    if chosen is None:
        return
    screen = read_screen(store, **chosen)
    league = screen.league
    st.subheader(literal(simulated_mark(league.programme, t) + words.headline(screen, t)), anchor=False)
    if league.against is not None and league.against not in [c.before for c in screen.compared]:
        st.markdown(literal(changes.headline(league, t)))
    cards.promise(screen, t)
    content = tiles(screen, t)
    for place, tile in zip(st.columns(len(content)), content, strict=True):
        with place:
            cards.tile(tile, t)
    area, order = _area_and_order(screen, t)
    st.info(literal(chosen_sentence(screen, area, t)), icon=":material/location_on:")
    address.link_to("area", t("leader.area", area=league.name(area)), ":material/arrow_forward:", area=area)
    if detail := changes.movement_sentence(league, area, t):
        st.caption(literal(detail))
    known_truth.show(store, screen, t)
    league_charts.show(store, screen, area, order, t)
    st.fragment(_table)(store, league, t)
    side_by_side.show(store, league, t)
    bulletins.offered(store, league.programme.name, t)
    _rules(league, t)
    in_r.of_league(store, league, t)
    with st.expander(t("leader.how")):
        st.markdown(
            said(t, "leader.how.text", level=league.programme.level, page=percent_text(league.programme.page_level))
        )
        if league.against is not None:
            for sentence in year_notes(league, t) + margin_notes(league, t):
                st.caption(literal(sentence))
        st.caption(said(t, "notes.definition", text=definition_text(league.programme, league.measure, t)))


def _area_and_order(screen: Screen, t: Speaker) -> tuple[str, str]:
    """The area that is looked at, at first one whose change is confirmed, and the order of the charts' rows."""
    league = screen.league
    confirmed = [*league.movers, *(area for compared in screen.compared for area in compared.confirmed)]
    start = next((area for area in confirmed if area in league.table.index), league.table.index[0])
    area_name = lambda code: league.name(code)[t("language.code")]  # noqa: E731
    place = choosers.row("area-and-order")
    area = choosers.choose(place, "area", list(league.table.index), area_name, t, start=start, width=choosers.WIDE)
    order, orders = charts.BY_RANK, charts.orders(league)
    if len(orders) > 1:
        say = lambda order: t(f"order.{order}")  # noqa: E731
        order = choosers.choose(place, "order", orders, say, t, width=choosers.WIDE)
    return str(area), str(order)


def _table(store: Store, league: League, t: Speaker) -> None:
    st.subheader(t("leader.table"), anchor=False)
    columns = ["area", "rank"]
    if league.against is not None:
        columns = ["area", "verdict", "rank", "places", "noise", "change"]
    columns += ["estimate", "interval", "rank_range", "n"]
    formats = {"rank": "%d", "n": "%d", "places": "%+d", "noise": "±%d", **tables.value_formats(league.measure)}
    st.caption(t("source.hint"))
    source.table(store, league, tables.whole_rows(league, t=t), columns, formats, t, name="rows", choosing="league")
    cards.show_notes(league, t)


def _rules(league: League, t: Speaker) -> None:
    if not league.programme.rules[league.measure.name]:
        return
    st.subheader(t("leader.rules"), anchor=False)
    for sentence in _rule_sentences(league, t=t):
        st.markdown(literal(sentence))


@drawn.once
def _rule_sentences(league: League, *, t: Speaker) -> list[str]:
    rules = league.programme.rules[league.measure.name]
    return [rule_sentence(league, rule, rule_summary(league, rule.name), t) for rule in rules]
