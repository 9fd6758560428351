"""A panel to compare any two waves or windows of waves: refused before it starts where it would fail, else a job."""

import streamlit as st

from presentation.times import wave_text, window_text
from service.care import jobs
from service.figures.comparable import check_comparison
from service.figures.league import League, waves_with_estimates
from service.figures.windows import JOINED
from service.store.engine import Store
from ui import faults
from ui.literal import said
from ui.panels import job
from words import Fault, Speaker


def show(store: Store, league: League, t: Speaker) -> None:
    """A choice of waves before and after, why they cannot be compared, a button, and how the job goes; not on paper."""
    name = league.programme.name
    waves = waves_with_estimates(store, name)[::-1]
    if len(waves) < 2:
        return
    with st.container(key="screen-only-compare"):
        st.subheader(t("compare.title"), anchor=False)
        left, right = st.columns(2)
        before, after = (
            place.multiselect(
                t(f"compare.{side}"),
                waves,
                format_func=lambda wave: wave_text(wave, t),
                key=f"compare {side} {t('language.code')}",
                placeholder=t("app.choose"),
                filter_mode=None,
            )
            for place, side in ((left, "before"), (right, "after"))
        )
        if before and after:
            _ask(store, name, JOINED.join(sorted(before)), JOINED.join(sorted(after)), t)
        job.show(store, name, t)


def _ask(store: Store, name: str, before: str, after: str, t: Speaker) -> None:
    """A button that starts the job; where it would fail, the reason in its place."""
    try:
        check_comparison(store, name, before, after)
    except Fault as fault:
        faults.say(fault, t)
        return
    st.caption(said(t, "compare.what", before=window_text(before, t), after=window_text(after, t)))
    if st.button(t("compare.go"), key="compare_go"):
        faults.act(lambda: jobs.start(store, jobs.COMPARE, name, before=before, after=after), t)
