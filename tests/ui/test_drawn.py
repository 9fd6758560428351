"""What pages draw is drawn once for all readers, anew for any other place, and goes with the figures it is drawn of."""

import gc
import socket
import weakref
from dataclasses import replace

import pytest

from service.figures.rank_waves import read_rank_waves
from service.figures.screen import read_screen
from ui import connections, drawn
from ui.panels import league_charts
from words import speaker

EN, ZH = speaker("en"), speaker("zh")


@pytest.fixture(scope="module")
def screen(ensu_store):
    return read_screen(ensu_store[0], "ensu2015", wave="2015Q2")


@pytest.fixture
def drawings(monkeypatch):
    """The kinds of drawings made, in their order."""
    made: list[str] = []
    for name in ("estimate_chart", "rank_chart"):
        draw = getattr(league_charts.charts, name)
        monkeypatch.setattr(
            league_charts.charts, name, lambda *a, draw=draw, name=name, **k: made.append(name) or draw(*a, **k)
        )
    for name in ("group_tiles", "funnel", "rank_lines"):
        draw = getattr(league_charts.league_pictures, name)
        monkeypatch.setattr(
            league_charts.league_pictures, name, lambda *a, draw=draw, name=name: made.append(name) or draw(*a)
        )
    return made


def test_charts_are_drawn_once_for_a_place_and_anew_for_another_one_and_for_other_figures(screen, drawings):
    league = replace(screen.league)  # another one with the same figures: nobody drew it yet
    first = league_charts._charts(league, "33", "rank", t=EN)
    assert league_charts._charts(league, "33", "rank", t=EN) is first and len(drawings) == 2
    places = [("33", "rank", ZH), ("33", "movers", EN), ("01", "rank", EN)]
    for area, order, t in places:
        assert league_charts._charts(league, area, order, t=t) != first
    assert len(drawings) == 2 * (1 + len(places))
    table = league.table.copy()
    table.loc[table.index[0], "rank_upper"] += 1  # as if the wave had been corrected
    corrected = league_charts._charts(replace(league, table=table), "33", "rank", t=EN)
    assert corrected["ranks"] != first["ranks"]


def test_each_picture_is_drawn_once_and_anew_for_another_area_language_and_screen(screen, drawings):
    of, kind = replace(screen), league_charts.FUNNEL
    sentence, picture = league_charts._picture(of, kind, "33", t=EN)
    assert league_charts._picture(of, kind, "33", t=EN)[1] is picture and drawings == ["funnel"]
    assert league_charts._picture(of, kind, "33", t=ZH)[0] != sentence
    league_charts._picture(of, kind, "01", t=EN)
    league_charts._picture(replace(screen), kind, "33", t=EN)
    assert drawings == ["funnel"] * 4


def test_ranks_over_time_are_drawn_anew_for_other_ranks(screen, ensu_store, drawings):
    of = {"measure": "safe", "league": screen.league.league, "upto": "2015Q2"}
    ranks = read_rank_waves(ensu_store[0], "ensu2015", **of)
    picture = league_charts._lines(ranks, screen, "33", t=EN)[1]
    assert league_charts._lines(ranks, screen, "33", t=EN)[1] is picture and drawings == ["rank_lines"]
    other = ranks.assign(rank=ranks["rank"].to_numpy()[::-1])  # as if a wave had been corrected
    assert league_charts._lines(other, screen, "33", t=EN)[1] != picture and drawings == ["rank_lines"] * 2


def test_drawings_go_with_what_they_were_drawn_of():
    class Figures:
        pass

    draw = drawn.once(lambda figures, *, t: [t("language.code")])
    figures, other = Figures(), Figures()
    assert draw(figures, t=EN) is draw(figures, t=EN)
    number = id(figures)
    assert number in drawn._drawings
    del figures
    gc.collect()
    draw(other, t=EN)  # drawings are let go when the next one is made
    assert number not in drawn._drawings and id(other) in drawn._drawings


def test_connections_to_a_port_that_was_open_already_wait_for_no_acknowledgement():
    """Streamlit opens its port with no protocol named, for which asyncio leaves the rule on."""
    with socket.socket() as port:
        port.bind(("127.0.0.1", 0))
        port.listen()
        connections.send_at_once()
        with socket.create_connection(port.getsockname()), port.accept()[0] as accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


def test_what_is_gone_does_not_stop_the_pages_from_starting():
    port = socket.socket()
    kept = [weakref.proxy(port)]  # an object that the collector still lists, of a socket that is no more
    port.close()
    del port
    with pytest.raises(ReferenceError):
        isinstance(kept[0], socket.socket)
    connections.send_at_once()
