"""The statistician's page: every figure with its standard error, its n, its interval, and the run behind it."""

import streamlit as st

from accountability.league import ALL
from presentation import figures, league_table, weights
from presentation.definitions import definition_text
from presentation.factors import shown_factors
from service.figures import waves
from service.figures.detection import detection
from service.figures.factors import read_factors
from service.figures.league import League, run_list
from service.figures.weighing import read_weights
from service.files.write import file_name
from service.store.engine import Store
from service.store.runs import run_text
from ui import parts

PROBABILITY = "%.4f"
IF_KNOWN = ("se_interviewer", "change_se_interviewer")  # shown where the wave says who rang
RELATIVE = ("relative", "relative_lower", "relative_upper")
SHIFT = ("places", "places_range", "own", "others", "noise")
LEVELS = {  # columns of each level of change
    "score": (
        "change",
        "change_se",
        "change_se_design",
        "change_se_interviewer",
        "change_lower",
        "change_upper",
        "p",
        "p_holm",
        "q_screening",
    ),
    "standing": (*RELATIVE, "relative_se", "p_standing", "p_worse_standing", "watched", "verdict"),
    "rank": ("rank_before", "range_before", "rank_after", "range_after", *SHIFT, "verdict"),
    "probability": ("p_last",),
}


def show(store: Store, t) -> None:
    """Estimates, changes, rules, downloads and runs."""
    st.title(t("statistician.title"))
    league = parts.choose_league(store, t)
    if league is None:
        return
    rows = figures.shown_rows(league, league_table.league_rows(league, t), t)
    _downloads(league, t)
    st.subheader(t("statistician.estimates"), anchor=False)
    _estimates(league, rows, t)
    if not league.alone and len(league.table) > 1:
        _alone(store, league, t)
    if league.against is not None:
        st.subheader(t("statistician.changes"), anchor=False)
        _changes(league, rows, t)
    if len(league.table) > 1:
        st.subheader(t("detection.title"), anchor=False)
        _detection(league, t)
    if league.programme.factors:
        st.subheader(t("factors.title"), anchor=False)
        _factors(store, league, t)
    if len(league.rules):
        st.subheader(t("statistician.rules"), anchor=False)
        parts.show_table(figures.rule_rows(league, t), ["rule", "area", "printed", "shown", "lower", "upper"], {}, t)
    if league.programme.weighting is not None:
        st.subheader(t("weights.title"), anchor=False)
        _weights(store, league, t)
    st.subheader(t("statistician.run"), anchor=False)
    for run in league.runs.values():
        st.code(run_text(run, t), language=None, wrap_lines=True)
    with st.expander(t("statistician.runs")):
        for run in run_list(store).to_dict("records"):
            st.text(run_text(run, t) + (f"  [{t('column.outdated')}]" if run["outdated"] else ""))


def _detection(league: League, t) -> None:
    found = detection(league)
    for rows in figures.detection_rows(league, found, t):
        parts.plain_table(rows)
    st.caption(figures.detection_note(found, t))


def _factors(store: Store, league: League, t) -> None:
    """What people named, of one area or of everybody."""
    names, areas = league.programme.factors, league.programme.areas
    code = t("language.code")
    left, right = st.columns(2)
    name = parts.choose(left, "factors", list(names), lambda n: names[n].name[code], t)
    say = lambda a: t("factors.everybody") if a == ALL else areas[a].name[code]  # noqa: E731
    area = parts.choose(right, "area factors", [ALL, *league.table.index], say, t)
    found = read_factors(store, league.programme.name, wave=league.wave, name=name, area=area)
    parts.plain_table(shown_factors(found, t))
    for note in figures.factor_notes(found, t):
        st.caption(note)


def _weights(store: Store, league: League, t) -> None:
    """The steps in one table, and a tab for what each changed."""
    found = read_weights(store, league.programme.name, league.wave)
    parts.plain_table(weights.step_rows(found, t), words=1)
    for sentence in [weights.extreme_note(found, t), *weights.notes(found, t)]:
        st.caption(sentence)
    name = file_name(league.programme.name, league.wave, "weights", suffix=".csv")
    st.download_button(t("weights.csv"), found.csv, name, "text/csv", on_click="ignore")
    with st.expander(t("weights.show")):
        tabs = st.tabs([t(f"weights.step.{step.name}") for step in found.weighting.steps])
        for tab, step in zip(tabs, found.weighting.steps, strict=True):
            with tab:
                st.markdown(weights.step_note(found, step, t))
                parts.plain_table(weights.detail_rows(found, step, t), words=1)
    if found.cost is not None:
        with st.expander(t("weights.cost")):
            parts.plain_table(weights.cost_rows(found, t), words=1)
            st.caption(t("weights.note.cost"))
    if len(found.extremes):
        with st.expander(t("weights.heaviest")):
            parts.plain_table(weights.extreme_rows(found, t), words=1)
    st.code(run_text(found.run, t), language=None, wrap_lines=True)


def _downloads(league: League, t) -> None:
    name = (league.programme.name, league.measure.name, league.wave)
    left, right, _ = st.columns([1, 1, 4])
    left.download_button(
        t("statistician.xlsx"),
        lambda: league_table.league_workbook(league, t),
        file_name(*name, suffix=".xlsx"),
        on_click="ignore",
    )
    right.download_button(
        t("statistician.csv"),
        lambda: league_table.league_csv(league, t),
        file_name(*name, suffix=".csv"),
        "text/csv",
        on_click="ignore",
    )


def _estimates(league: League, rows, t) -> None:
    columns = [
        "rank",
        "code",
        "area",
        "n",
        "estimate",
        "se",
        "se_interviewer",
        "deff",
        "df",
        "lower",
        "upper",
        "method",
    ]
    columns += ["population", "fpc"] if league.finite else []
    columns += ["n_effective", "unfit", "rank_range", *["rank_range_alone"] * league.alone]
    number = f"%.{league.measure.decimals + 1}f"
    formats = {c: number for c in ("estimate", "se", "se_interviewer", "lower", "upper", "deff")}
    formats |= {"df": "%d", "n": "%d", "n_effective": "%.1f", "population": "%.0f", "fpc": "%.3f"}
    parts.show_table(rows, columns, formats, t, if_known=IF_KNOWN)
    st.caption(t("notes.definition", text=definition_text(league.programme, league.measure, t)))
    st.caption(figures.everybody_text(league, t))
    st.caption(t(f"statistician.unit.{league.measure.unit}"))
    st.caption(t("statistician.reference"))
    parts.notes(league, t)


def _alone(store: Store, league: League, t) -> None:
    """A button for each area's own rank range, which takes long and is made when somebody asks."""
    if st.button(t("statistician.alone"), help=t("statistician.alone.help"), key="ranks_alone"):
        asked = (league.runs[waves.ESTIMATE]["run_id"], league.measure.name, league.league)
        parts.act(lambda: waves.rank_alone(store, *asked), t)


def _changes(league: League, rows, t) -> None:
    """One table a level: own score, standing in the field, rank, probability; each says what it asks."""
    k = league.measure.decimals + 1
    formats = {c: f"%+.{k}f" for c in ("change", "change_lower", "change_upper", *RELATIVE)}
    formats |= {c: f"%.{k}f" for c in ("change_se", "change_se_design", "change_se_interviewer", "relative_se")}
    formats |= {c: PROBABILITY for c in ("p", "p_holm", "q_screening", "p_standing", "p_worse_standing")}
    formats |= dict.fromkeys(LEVELS["probability"], "%.2f")
    formats |= {"places": "%+d", "noise": "±%d", "own": "%+.1f", "others": "%+.1f"}
    tabs = st.tabs([t(f"level.{level}") for level in LEVELS])
    for tab, (level, columns) in zip(tabs, LEVELS.items(), strict=True):
        with tab:
            st.markdown(t(f"statistician.level.{level}"))
            parts.show_table(rows, ["area", *columns], formats, t, if_known=IF_KNOWN)
    for note in league_table.change_notes(league, t) + league_table.probability_notes(league, t):
        st.caption(note)
    st.caption(t("statistician.smoothing"))
