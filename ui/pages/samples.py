"""The survey centre's page of samples: plan a wave, approve the plan, draw, release, and hand out the proof."""

import streamlit as st

from presentation.times import wave_text
from service.drawing import draws, outlines
from service.samples import frames, samples
from service.store.engine import Store
from ui import choosers, faults, tables
from ui.literal import said
from ui.panels import drawn_sample, plan_form, sample_plan, size_form, wave_steps
from ui.panels import frames as frames_panel
from words import Speaker


def show(store: Store, t: Speaker) -> None:
    """The frames, a form for a sample plan, and the chosen wave: its plan and, once it is drawn, its sample."""
    st.title(t("samples.title"))
    programme = choosers.choose_programme(store, t)
    if programme is None:
        return
    frame_list = frames.frame_list(store, programme)
    with st.container():  # also while it is empty: what stands below is not closed when the first plan comes
        _wave_of_the_day(store, programme, t)
    st.subheader(t("samples.frames"), anchor=False)
    frames_panel.show(store, programme, t)
    if frame_list.empty:
        st.info(t("samples.no_frame"))
    else:
        rows = frame_list.rename(columns={"units": "frame_units"})
        tables.show_table(rows, ["frame", "version", "frame_units", "file", "digest"], {}, t)
        size_form.show(t)
        waves = samples.sample_waves(store, programme)
        plan_form.show(store, programme, list(dict.fromkeys(frame_list.frame)), list(waves.wave[waves.drawn]), t)
    _how(t)


def _wave_of_the_day(store: Store, programme: str, t: Speaker) -> None:
    """The chosen wave: where it stands, and its plan or its sample; before the first plan, what comes first."""
    waves = samples.sample_waves(store, programme)
    if waves.empty:
        wave_steps.show(store, programme, outlines.plan_beginning(store, programme).wave, t)
        return
    wave = choosers.choose(st, "wave samples", list(waves.wave)[::-1], lambda w: wave_text(w, t), t)
    assert wave is not None  # there are some to choose from
    wave_steps.show(store, programme, wave, t)
    plan = samples.read_plan(store, programme, wave)
    if waves.drawn[list(waves.wave).index(wave)]:  # the work of the day first, the plan's tables below
        drawn_sample.show(store, programme, samples.read_sample(store, programme, wave), t)
        if st.toggle(t("samples.show_plan"), key=f"show_plan_{wave}"):
            sample_plan.show(store, programme, plan, t)
    else:
        _say_older_frame(store, programme, plan, t)
        sample_plan.show_status(plan, t)
        _approve_or_draw(store, programme, plan, t)
        sample_plan.show_tables(store, programme, plan, t)


def _say_older_frame(store: Store, programme: str, plan: samples.SamplePlan, t: Speaker) -> None:
    """That a newer version of the plan's frame came since, which a plan does not follow by itself."""
    newest = frames.current_frame(store, programme, plan.frame).version
    if newest > plan.frame_version:
        values = {"frame": plan.frame, "version": plan.frame_version, "newest": newest}
        st.warning(said(t, "sample.older_frame", **values))


def _approve_or_draw(store: Store, programme: str, plan: samples.SamplePlan, t: Speaker) -> None:
    """The next step's button; its key names the version, so that a click on one that was replaced does nothing."""
    if not plan.approved:
        sure = st.checkbox(t("samples.approve.sure"), key=f"approve_sure_{plan.version}")
        if st.button(t("samples.approve"), key=f"approve {plan.version}", type="primary", disabled=not sure):
            key_of_list = lambda: frames.frame_key_of(store, programme)  # noqa: E731
            faults.act(lambda: draws.approve_plan(store, programme, plan.wave, frame_key=key_of_list()), t)
        return
    value = None
    if plan.wanted.public is not None:
        value = st.text_input(said(t, "samples.value", public=plan.wanted.public), key=f"value {plan.version}")
    sure = st.checkbox(t("samples.draw.sure"), key=f"draw_sure_{plan.version}")
    ready = sure and value != ""
    if st.button(t("samples.draw"), key=f"draw {plan.version}", type="primary", disabled=not ready):
        draw = lambda: draws.draw_wave(  # noqa: E731
            store, programme, plan.wave, frame_key=frames.frame_key_of(store, programme), value=value
        )
        faults.act(draw, t)


def _how(t: Speaker) -> None:
    with st.expander(t("samples.how")):
        st.markdown(t("samples.how.text"))
