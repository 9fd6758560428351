"""Parts of pages: language switch, choosers, charts of a league, tables with their units, and faults in words."""

import base64
import html
from collections.abc import Callable

import altair as alt
import pandas as pd
import streamlit as st

from estimation import Measure
from estimation.indicators.indicators import SHARE
from presentation import figures, league_table
from presentation.interviewers import interviewer_notes
from service.figures.league import League, comparisons, newest_estimated_wave, read_league
from service.intake.imports import current_programme, programme_names, wave_versions
from service.store.engine import Store
from words import LANGUAGES, Fault, text

INK, QUIET, ACCENT = "#1f2a37", "#9aa5b1", "#b3401a"
WIDE = ("area", "verdict")  # columns whose words must not be cut
ROW, AXIS = 22, 80  # heights in a chart: of an area's row, and of the axis below them
LONG = 40  # rows that fill a screen
CURVES, LEGEND_LINE = 360, 31  # heights of the curves of a plan and of a line of the legend under them
FONT = "'Source Sans Pro', 'Noto Sans CJK SC', 'Noto Sans SC', 'Microsoft YaHei', 'PingFang SC', sans-serif"


def language_switch(start: str) -> str:
    """The reader's language, chosen in the sidebar of every page."""
    with st.sidebar:
        return st.radio(
            text("app.language", "zh"),
            LANGUAGES,
            index=LANGUAGES.index(start) if start in LANGUAGES else 0,
            format_func=lambda code: text("language.name", code),
            horizontal=True,
            key="language",
        )


def explained(show: Callable, t):
    """What `show` gives; a fault is shown as a sentence instead of a trace, and gives None."""
    try:
        return show()
    except Fault as fault:
        st.error(t(fault.key, **fault.values))
    return None


def choose(box, name: str, options: list, say: Callable, t, *, start=None, **more):
    """A choice that stays when the reader's language changes, while its words change; None if there is nothing.

    A select box keeps the words it was first drawn with, so each language has a box of its own.
    """
    kept = st.session_state.get(f"chosen {name}", start)
    index = next((options.index(value) for value in (kept, start) if value in options), 0)
    key = f"{name} {t('language.code')}"
    value = box.selectbox(t(f"app.{name.split()[0]}"), options, index=index, format_func=say, key=key, **more)
    st.session_state[f"chosen {name}"] = value
    return value


def choose_now(name: str, value, t) -> None:
    """Have `choose` of this name, drawn further down, stand at a value."""
    st.session_state[f"chosen {name}"] = st.session_state[f"{name} {t('language.code')}"] = value


def choose_programme(store: Store, t) -> str | None:
    """The survey to look at, in the sidebar; None, with advice, if there is none."""
    names = programme_names(store)
    if not names:
        st.info(t("app.no_store"))
        return None
    titles = {name: current_programme(store, name)[1].title[t("language.code")] for name in names}
    with st.sidebar:
        return choose(st, "programme", names, titles.get, t)


def choose_league(store: Store, t) -> League | None:
    """Measure, wave, comparison and league, chosen in one row; the league's table, or None if there is no survey."""
    programme = choose_programme(store, t)
    if programme is None:
        return None
    plan = current_programme(store, programme)[1]
    code = t("language.code")
    columns = st.columns(4 if len(plan.leagues) > 1 else 3)
    measure = choose(columns[0], "measure", list(plan.measures), lambda m: plan.measure_names[m][code], t)
    waves = list(wave_versions(store, programme).wave.unique())[::-1]
    if not waves:
        st.info(t("app.no_store"))
        return None
    say = lambda wave: figures.comparison_text(wave, t)  # noqa: E731
    estimated = newest_estimated_wave(store, programme)
    wave = choose(columns[1], "wave", waves, say, t, start=estimated)
    earlier = comparisons(store, programme, wave)
    none = {"placeholder": t("app.against_none"), "disabled": not earlier}
    against = choose(columns[2], f"against {wave}", earlier, say, t, **none)
    league = next(iter(plan.leagues))
    if len(plan.leagues) > 1:
        names = {k: v[code] for k, v in plan.leagues.items()}
        league = choose(columns[3], "league", list(names), names.get, t)
    if estimated is not None and wave == estimated < waves[0]:
        st.info(t("app.not_estimated_yet", wave=say(waves[0])))
    return read_league(store, programme, wave=wave, measure=measure, league=league, against=against)


def notes(league: League, t) -> None:
    """Under every figure: how people were asked, and whether the figures are out of date."""
    if league.outdated:
        st.warning(t("app.outdated"))
    for sentence in figures.stopped_note(league.runs.values(), t):
        st.warning(sentence)
    if league.missing:
        st.caption(t("notes.missing", names=[league.name(a) for a in league.missing]))
    said = figures.finite_note(league, t) + interviewer_notes(league, t)
    for sentence in said + figures.withheld_note(league, t) + figures.unfit_note(league, t):
        st.caption(sentence)
    st.caption(t("leader.note", note=figures.survey_note(league, t)))


def estimate_chart(league: League, t) -> alt.LayerChart:
    """Each area's estimate with its interval; real movement stands out."""
    m, rows = league.measure, chart_rows(league, t)
    title = t("leader.chart.estimate", measure=league.programme.measure_names[m.name], level=league.programme.level)
    domain = _near(rows, figures.shown_value(m, m.low), figures.shown_value(m, m.high))
    axis = alt.Axis(labelExpr="datum.label + '%'" if m.unit == SHARE else "datum.label", orient=_side(rows))
    return interval_chart(
        rows, ("lower", "estimate", "upper"), alt.X(title=title, scale={"domain": domain}, axis=axis), t
    )


def _near(rows: pd.DataFrame, low: float, high: float) -> list[float]:
    """The tenths of the scale that hold every interval: 70–100 % for intervals within 71.2–98.4."""
    step = (high - low) / 10
    first = min(max((rows.lower.min() - low) // step, 0), 9)
    last = max(min(-((low - rows.upper.max()) // step), 10), first + 1)
    return [low + step * first, low + step * last]


def _side(rows: pd.DataFrame) -> str:
    """Where a chart's axis stands: on top where its end is more than a screen away."""
    return "top" if len(rows) > LONG else "bottom"


def rank_chart(league: League, t) -> alt.LayerChart:
    """Each area's rank with its range, in the same rows as `estimate_chart`."""
    rows = chart_rows(league, t)
    title = t("leader.chart.rank", level=league.programme.level)
    scale = {"domain": [1, max(len(rows), 2)], "nice": False}
    x = alt.X(title=title, scale=scale, axis=alt.Axis(tickMinStep=1, format="d", orient=_side(rows)))
    return interval_chart(rows, ("rank_lower", "rank", "rank_upper"), x, t, labels=False)


def value_formats(measure: Measure) -> dict[str, str]:
    """Streamlit's number formats of a value and of a change, in the measure's unit."""
    k = measure.decimals
    return {"estimate": f"%.{k}f" + "%%" * (measure.unit == SHARE), "change": f"%+.{k}f"}


def chart_rows(league: League, t) -> pd.DataFrame:
    """The league's rows with values as shown, a label for each area, and a colour for real movement."""
    rows = league_table.league_rows(league, t)
    k = league.measure.decimals
    shown = {c: figures.shown_value(league.measure, rows[c]).round(k) for c in ("estimate", "lower", "upper")}
    label = rows.area + "  n=" + rows.n.astype(str)
    colour = rows.code.isin(league.movers).map({True: ACCENT, False: QUIET})
    return rows.assign(**shown, label=label, colour=colour)


def interval_chart(
    rows: pd.DataFrame, columns: tuple[str, str, str], x: alt.X, t, *, labels: bool = True
) -> alt.LayerChart:
    """A bar from the first to the last column and a point at the middle one, one row an area, best on top."""
    low, point, high = columns
    tooltip = [alt.Tooltip(c, title=league_table.heading(c, t)) for c in ("area", point, low, high, "n")]
    y = alt.Y(
        "label:N",
        sort=list(rows.label),
        title=None,
        axis=alt.Axis(labels=labels, labelLimit=240, labelOverlap=False, labelFlush=False, ticks=False, domain=False),
    )
    colour = alt.Color("colour:N", scale=None)
    base = alt.Chart(rows, height=ROW * len(rows) + AXIS).encode(y=y, color=colour, tooltip=tooltip)
    x.shorthand = f"{low}:Q"
    bar = base.mark_rule(strokeWidth=4, opacity=0.45, strokeCap="round").encode(x=x, x2=f"{high}:Q")
    dot = base.mark_point(size=70, filled=True, opacity=1).encode(x=f"{point}:Q")
    return (bar + dot).configure_axis(labelFont=FONT, titleFont=FONT, labelColor=INK, titleColor=INK, labelFontSize=12)


def power_chart(points: pd.DataFrame, planned: float, t) -> alt.LayerChart:
    """Chances over interviews an area, a line each (interviews, chance, what), and where the plan stands."""
    x = alt.X("interviews:Q", title=t("sample.column.each"), scale={"type": "log", "nice": False})
    y = alt.Y("chance:Q", title=t("sample.chance"), scale={"domain": [0, 1]}, axis=alt.Axis(format="%"))
    order = list(dict.fromkeys(points.what))
    legend = alt.Legend(orient="bottom", columns=1, labelLimit=600)
    colour = alt.Color("what:N", title=None, sort=order, legend=legend)
    tooltip = [
        alt.Tooltip("what:N", title=" "),
        alt.Tooltip("interviews:Q", title=t("sample.column.each"), format=".0f"),
    ]
    tooltip.append(alt.Tooltip("chance:Q", title=t("sample.chance"), format=".0%"))
    height = CURVES + LEGEND_LINE * points.what.nunique()
    lines = alt.Chart(points, height=height).mark_line(point=True).encode(x=x, y=y, color=colour, tooltip=tooltip)
    here = alt.Chart(pd.DataFrame({"interviews": [planned]})).mark_rule(color=QUIET, strokeDash=[4, 3])
    return (lines + here.encode(x="interviews:Q")).configure_axis(labelFont=FONT, titleFont=FONT)


def show_table(rows: pd.DataFrame, columns, formats: dict, t, *, if_known=()) -> None:
    """A table under its headings; formats: column -> Streamlit number format.

    if_known: columns left out where no row has a value in them.
    """
    columns = [c for c in columns if c not in if_known or rows[c].notna().any()]
    config = {}
    for c in columns:
        width = "medium" if c in WIDE else None
        if c in formats:
            config[c] = st.column_config.NumberColumn(league_table.heading(c, t), format=formats[c])
        else:
            config[c] = st.column_config.Column(league_table.heading(c, t), width=width)
    height = min(35 * (len(rows) + 1) + 3, 1200)
    st.dataframe(
        rows[list(columns)], column_config=config, hide_index=True, width="stretch", height=height, placeholder="–"
    )


def plain_table(rows: pd.DataFrame, *, words: int | None = None) -> None:
    """A small table whose cells are words already; words: how many columns stand left, the others being figures."""
    right = {} if words is None else dict.fromkeys(rows.columns[words:], st.column_config.Column(alignment="right"))
    st.dataframe(rows, column_config=right, hide_index=True, width="stretch", height=35 * (len(rows) + 1) + 3)


def handed_over(label: str, content: bytes, name: str, mime: str) -> None:
    """A link that saves `content`, which travels inside the page: the server keeps nothing that an address opens.

    For what a download button must not hold: its file has an address that asks for no role.
    """
    data = base64.b64encode(content).decode()
    style = f"font:14px {FONT};color:{ACCENT}"
    file = f'href="data:{mime};base64,{data}" download="{html.escape(name)}"'
    st.iframe(f'<a id="save" style="{html.escape(style)}" {file}>{html.escape(label)}</a>', height=40, alt=label)


def act(do: Callable[[], object], t) -> None:
    """Do what a button says and draw the page anew; a Fault is said in its place."""
    try:
        do()
    except Fault as fault:
        st.error(t(fault.key, **fault.values))
    else:
        st.rerun()
