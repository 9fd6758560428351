"""A part of a page: the job that works on a programme, how far it is, a button to cancel it or to begin one."""

import streamlit as st

from service.care import jobs
from service.store.engine import Store
from ui import parts

EVERY = 2  # seconds between two looks at a running job; the rest of the page is not drawn anew


def show(store: Store, programme: str, t) -> None:
    """Progress and cancel while a job runs; else what the last one left and a button for the next."""
    st.subheader(t("jobs.title"), anchor=False)
    job = jobs.newest_job(store, programme)
    running = job is not None and job["finished"] is None
    st.fragment(_running if running else _idle, run_every=EVERY if running else None)(store, programme, t)


def _running(store: Store, programme: str, t) -> None:
    job = jobs.newest_job(store, programme)
    if job["finished"] is not None:
        st.rerun()  # the whole page: its figures may be new
    st.progress(min(job["progress"], 1.0), text=jobs.job_text(job, t))
    st.caption(t("jobs.note"))
    if job["cancel"]:
        st.caption(t("jobs.stopping"))
    elif st.button(t("jobs.stop"), key="cancel_job"):
        parts.act(lambda: jobs.cancel(store, job["job_id"]), t)


def _idle(store: Store, programme: str, t) -> None:
    job = jobs.newest_job(store, programme)
    if job is not None:
        (st.caption if job["state"] == jobs.DONE else st.warning)(jobs.job_text(job, t))
    if st.button(t("jobs.start"), key="start_job"):
        parts.act(lambda: jobs.start(store, jobs.REFRESH, programme), t)
