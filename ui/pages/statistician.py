"""The statistician's page: every figure with its standard error, its n, its interval, and the run behind it."""

import streamlit as st

from service import league_table, wording
from service.detection import detection
from service.files import file_name
from service.league import League, run_list
from service.runs import run_text
from service.store import Store
from ui import parts

ICON = ":material/calculate:"
PROBABILITY = "%.4f"
RELATIVE = ("relative", "relative_lower", "relative_upper")
SHIFT = ("places", "places_range", "own", "others", "noise")
LEVELS = {  # columns of each level of change
    "score": ("change", "change_se", "change_se_design", "change_lower", "change_upper", "p", "p_holm", "q_screening"),
    "standing": (*RELATIVE, "relative_se", "p_standing", "watched", "verdict"),
    "rank": ("rank_before", "range_before", "rank_after", "range_after", *SHIFT, "verdict"),
    "probability": ("p_worse", "p_rank_worse", "p_rank_better", "p_last"),
}


def show(store: Store, t) -> None:
    """Estimates, changes, rules, downloads and runs."""
    st.title(t("statistician.title"))
    league = parts.choose_league(store, t)
    if league is None:
        return
    rows = wording.shown_rows(league, league_table.league_rows(league, t), t)
    _downloads(league, t)
    st.subheader(t("statistician.estimates"), anchor=False)
    _estimates(league, rows, t)
    if league.against is not None:
        st.subheader(t("statistician.changes"), anchor=False)
        _changes(league, rows, t)
    if len(league.table) > 1:
        st.subheader(t("detection.title"), anchor=False)
        _detection(league, t)
    if len(league.rules):
        st.subheader(t("statistician.rules"), anchor=False)
        parts.show_table(wording.rule_rows(league, t), ["rule", "area", "printed", "shown", "lower", "upper"], {}, t)
    st.subheader(t("statistician.run"), anchor=False)
    for run in league.runs.values():
        st.code(run_text(run, t), language=None, wrap_lines=True)
    with st.expander(t("statistician.runs")):
        for run in run_list(store).to_dict("records"):
            st.text(run_text(run, t) + (f"  [{t('column.outdated')}]" if run["outdated"] else ""))


def _detection(league: League, t) -> None:
    found = detection(league)
    for rows in wording.detection_rows(league, found, t):
        parts.plain_table(rows)
    st.caption(wording.detection_note(found, t))


def _downloads(league: League, t) -> None:
    name = (league.plan.name, league.measure.name, league.wave)
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
    columns = ["rank", "code", "area", "n", "estimate", "se", "deff", "df", "lower", "upper", "method"]
    columns += ["n_effective", "unfit", "rank_range", "rank_range_alone"]
    number = "%.2f"
    formats = {c: number for c in ("estimate", "se", "lower", "upper", "deff")}
    parts.show_table(rows, columns, formats | {"df": "%d", "n": "%d", "n_effective": "%.1f"}, t)
    st.caption(wording.everybody_text(league, t))
    st.caption(t(f"statistician.unit.{league.measure.kind}"))
    st.caption(t("statistician.reference"))
    parts.notes(league, t)


def _changes(league: League, rows, t) -> None:
    """One table a level: own score, standing in the field, rank, probability; each says what it asks."""
    formats = {c: "%+.2f" for c in ("change", "change_lower", "change_upper", *RELATIVE)}
    formats |= {c: "%.2f" for c in ("change_se", "change_se_design", "relative_se")}
    formats |= {c: PROBABILITY for c in ("p", "p_holm", "q_screening", "p_standing")}
    formats |= dict.fromkeys(LEVELS["probability"], "%.2f")
    formats |= {"places": "%+d", "noise": "±%d", "own": "%+.1f", "others": "%+.1f"}
    tabs = st.tabs([t(f"level.{level}") for level in LEVELS])
    for tab, (level, columns) in zip(tabs, LEVELS.items(), strict=True):
        with tab:
            st.markdown(t(f"statistician.level.{level}"))
            parts.show_table(rows, ["area", *columns], formats, t)
    for note in league_table.change_notes(league, t) + league_table.probability_notes(league, t):
        st.caption(note)
    st.caption(t("statistician.smoothing"))
