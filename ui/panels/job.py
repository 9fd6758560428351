"""A panel on the job that computes a programme's figures: its progress, and buttons to cancel it or start one."""

import streamlit as st

from service.care import jobs
from service.store.engine import Store
from ui import faults
from ui.literal import literal
from words import Speaker

EVERY = 2  # seconds between two looks at a running job; only this panel is drawn again


def show(store: Store, programme: str, t: Speaker) -> None:
    """A running job's progress and a button to cancel it; else how the last job ended and a button for the next."""
    st.subheader(t("jobs.title"), anchor=False)
    job = jobs.newest_job(store, programme)
    running = job is not None and job["finished"] is None
    st.fragment(_running if running else _idle, run_every=EVERY if running else None)(store, programme, t)


def _running(store: Store, programme: str, t: Speaker) -> None:
    job = jobs.newest_job(store, programme)
    if job["finished"] is not None:
        st.rerun()  # the whole page: its figures may be new
    st.progress(min(job["progress"], 1.0), text=literal(jobs.job_text(job, t)))
    st.caption(t("jobs.note"))
    if job["cancel"]:
        st.caption(t("jobs.stopping"))
    elif st.button(t("jobs.stop"), key="cancel_job"):
        faults.act(lambda: jobs.cancel(store, job["job_id"]), t)


def _idle(store: Store, programme: str, t: Speaker) -> None:
    job = jobs.newest_job(store, programme)
    if job is not None:
        (st.caption if job["state"] == jobs.DONE else st.warning)(literal(jobs.job_text(job, t)))
    if st.button(t("jobs.start"), key="start_job"):
        faults.act(lambda: jobs.start(store, jobs.REFRESH, programme), t)
