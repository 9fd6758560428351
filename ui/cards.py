"""Cards: the key of the marks, the notes below the figures, and a file to save."""

import base64
import html
from collections.abc import Iterable

import streamlit as st

from presentation.evidence.publication import published_note
from presentation.interviewers import interviewer_notes, one_interviewer_line, one_interviewer_note
from presentation.notes import (
    accepted_note,
    finite_note,
    origin_note,
    stopped_note,
    survey_note,
    unfit_note,
    withheld_note,
)
from presentation.screen import promise_line
from presentation.tiles import Line, Tile
from service.figures.league import League
from service.figures.screen import Screen
from ui import charts, marks
from ui.literal import literal, said
from words import Speaker

LINK = "font:14px 'Source Sans', sans-serif;color:#0072B2"


def key_of_marks(league: League, t: Speaker, *, charted: bool = True) -> None:
    """What each mark means that the league's tables and, if there are some, its charts may have."""
    parts = []
    if league.against is not None:
        ways = ("rise", "fall") if league.measure.largest_is_best else ("better", "worse")
        named = {marks.of_direction(way): t(f"mark.{way}") for way in ways}
        parts = [*named.items(), (marks.OPEN, t("mark.open"))]
    if league.table.unfit.astype(bool).any():
        parts.append((marks.WEAK, t("mark.weak")))
    lines = charts.reference_lines(league) if charted else []
    parts += [("│", t("mark.mean"))] * any(dash == charts.SOLID for _, dash in lines)
    parts += [("┆", t("mark.target"))] * any(dash == charts.DASHED for _, dash in lines)
    if parts:
        st.html("&emsp;".join(f"{marks.coloured(mark)}&nbsp;{html.escape(said)}" for mark, said in parts))


def tile(content: Tile, t: Speaker) -> None:
    """A tile: what was counted, each count with its mark and its names, and a list of all names to open."""
    with st.container(border=True, key=f"tile-{content.name}", height="stretch"):
        st.html(_lines(content.lines, t, heading=content.heading, foot=content.foot))
        if not all(line.short for line in content.lines):
            with st.popover(t("tile.list"), key=f"list-{content.name}"):
                st.html(_lines(content.lines, t, whole=True))


def list_of_names(lines: Iterable[Line], t: Speaker) -> None:
    """Lines with all their names, however many."""
    st.html(_lines(lines, t, whole=True))


def _lines(lines: Iterable[Line], t: Speaker, *, heading: str = "", foot: str = "", whole: bool = False) -> str:
    """The lines as markup: a mark, the words, and the names, of many only if the whole list is wanted."""
    parts = [f"<h4>{html.escape(heading)}</h4>"] if heading else []
    for line in lines:
        mark, said = marks.OF_LINE.get(line.kind), html.escape(line.said)
        names = html.escape(t("list.all", names=list(line.names))) if line.names and (line.short or whole) else ""
        parts.append(f"<p>{marks.coloured(mark)}&nbsp;<b>{said}</b>" if mark else f"<p>{said}")
        parts.append(f"<br><small>{names}</small></p>" if names else "</p>")
    parts += [f"<footer>{html.escape(foot)}</footer>"] if foot else []
    return f'<div class="tile">{"".join(parts)}</div>'


def promise(screen: Screen, t: Speaker) -> None:
    """Below a headline: what rises and falls promise together, and the warning where an area has one interviewer."""
    st.caption(literal(promise_line(screen, t)))
    with st.container():  # one place on the page whether or not it warns
        for sentence in one_interviewer_line(screen.league, t):
            st.warning(literal(sentence))


def show_notes(league: League, t: Speaker) -> None:
    """What is said once under the figures of a league: whether they are out of date, who is missing, what is weak."""
    if league.outdated:
        st.warning(t("app.outdated"))
    for sentence in published_note(league, t):
        st.caption(literal(sentence))
    for sentence in stopped_note(league.runs.values(), t) + accepted_note(league.runs.values(), t):
        st.warning(literal(sentence))
    if league.missing:
        st.caption(said(t, "notes.missing", names=[league.name(area) for area in league.missing]))
    warned = one_interviewer_note(league, t)
    for sentence in warned:
        st.warning(literal(sentence))
    sentences = finite_note(league, t) + ([] if warned else interviewer_notes(league, t))
    for sentence in sentences + withheld_note(league, t) + unfit_note(league, t) + origin_note(league.runs.values(), t):
        st.caption(literal(sentence))


def survey_line(league: League, t: Speaker) -> None:
    """How people were asked and by whom, said above the figures; simulated data in a box of their own."""
    (st.warning if league.programme.simulated else st.caption)(said(t, "leader.note", note=survey_note(league, t)))


def file_link(label: str, content: bytes, name: str, mime: str) -> None:
    """A link that saves `content` under a file name; the content travels inside the page.

    For personal data, which a download button must not hold: the button's file has an address on the server, and
    whoever knows that address is asked for no role.
    """
    data = base64.b64encode(content).decode()
    file = f'href="data:{mime};base64,{data}" download="{html.escape(name)}"'
    st.iframe(f'<a id="save" style="{html.escape(LINK)}" {file}>{html.escape(label)}</a>', height=40, alt=label)
