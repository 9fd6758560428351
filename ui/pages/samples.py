"""The survey centre's page of samples: plan a wave, approve it, draw it, release it, and hand out its proof."""

import streamlit as st

from sampling import Assumed
from sampling.wanted import METHODS, Wanted
from service import draws, frames, keys, proof_files, sample_words, samples
from service.files import file_name
from service.imports import current_programme
from service.store import Store
from ui import frames_panel, parts
from words import Fault

ICON = ":material/casino:"
FIRST_PORTION = 0.5


def show(store: Store, t) -> None:
    """The frames, a form for a plan, and the wave chosen: its plan, draw and releases."""
    st.title(t("samples.title"))
    programme = parts.choose_programme(store, t)
    if programme is None:
        return
    st.subheader(t("samples.frames"), anchor=False)
    frames_panel.show(store, programme, t)
    listed = frames.frame_list(store, programme)
    if listed.empty:
        st.info(t("samples.no_frame"))
        return
    shown = listed.rename(columns={"units": "frame_units"})
    parts.show_table(shown, ["frame", "version", "frame_units", "file", "digest"], {}, t)
    known = samples.sample_waves(store, programme)
    _form(store, programme, list(dict.fromkeys(listed.frame)), list(known.wave[known.drawn]), t)
    known = samples.sample_waves(store, programme)
    if known.empty:
        return
    wave = parts.choose(st, "wave samples", list(known.wave)[::-1], str, t)
    plan = samples.read_plan(store, programme, wave)
    _plan(store, programme, plan, t)
    if known.drawn[list(known.wave).index(wave)]:
        _sample(store, programme, samples.read_sample(store, programme, wave), t)
    elif plan.approved:
        _button(t("samples.draw"), "draw", lambda: draws.draw_wave(store, programme, wave, frame_key=_key()), t)
    else:
        _button(
            t("samples.approve"), "approve", lambda: draws.approve_plan(store, programme, wave, frame_key=_key()), t
        )
    _how(t)


def _form(store: Store, programme: str, names: list[str], drawn: list[str], t) -> None:
    with st.expander(t("samples.plan")), st.form("plan"):
        one, two, three = st.columns(3)
        wave = one.text_input(t("centre.upload.wave"), key="plan_wave")
        interviews = two.number_input(t("cli.plan.interviews"), 1, value=7000, key="plan_interviews")
        frame = three.selectbox(t("cli.sample.frame"), names)
        method = one.selectbox(t("samples.method"), METHODS, format_func=lambda m: t(f"samples.method.{m}"))
        minimum = two.number_input(t("cli.sample.minimum"), 1, value=2)
        mobiles = three.number_input(t("samples.modes"), 0.0, value=0.0)
        response = one.number_input(t("cli.sample.response"), 0.001, 1.0, 1.0, format="%.3f")
        eligibility = two.number_input(t("cli.sample.eligibility"), 0.001, 1.0, 1.0, format="%.3f")
        cost = three.number_input(t("cli.sample.cost"), 0.0, value=None)
        share = one.number_input(t("cli.plan.share"), 0.01, 0.99, 0.9)
        spread = two.number_input(t("cli.sample.spread"), 0.0, 0.3, 0.03)
        fall = three.number_input(t("cli.sample.fall"), 0.001, 0.5, 0.05, format="%.3f")
        deff = one.number_input(t("cli.sample.deff"), 0.1, 20.0, 1.0)
        portion = two.number_input(t("samples.portion"), 0.05, 1.0, FIRST_PORTION)
        after = three.selectbox(t("cli.sample.after"), drawn[::-1], index=None)
        if not st.form_submit_button(t("samples.plan.go"), type="primary", key="plan_go"):
            return
    modes = {"mobile": mobiles, "landline": 1.0} if mobiles else {}
    portions = (portion, 1 - portion) if portion < 1 else (1.0,)
    try:
        wanted = Wanted(
            int(interviews),
            method,
            minimum=int(minimum),
            modes=modes,
            response_rate=response,
            eligibility=eligibility,
            portions=portions,
            cost=cost,
            after=after,
            assumed=Assumed(share, spread, fall, deff),
        )
        with st.spinner(t("cli.working", what=wave)):
            draws.make_plan(store, programme, wave, wanted, frame=frame)
    except Fault as fault:
        st.error(t(fault.key, **fault.values))


def _plan(store: Store, programme: str, plan: samples.SamplePlan, t) -> None:
    st.subheader(sample_words.plan_title(plan, t), anchor=False)
    st.caption(sample_words.status(plan, t))
    if plan.approved:
        st.markdown(t("samples.publish"))
        st.code(plan.slip, language=None)
    names = {code: area.name for code, area in current_programme(store, programme)[1].areas.items()}
    seen, assumed = plan.foresight, plan.wanted.assumed
    if len(seen.power):
        st.markdown(t("sample.power"))
        parts.plain_table(sample_words.power_rows(seen, assumed, t), words=0)
        planned = float(seen.power.interviews[seen.power.planned].iloc[0])
        st.altair_chart(parts.power_chart(sample_words.power_curve(seen, assumed, t), planned, t), width="stretch")
    modes = sample_words.mode_rows(plan, t)
    if len(modes):
        parts.plain_table(modes, words=1)
    with st.expander(t("samples.precision"), expanded=not plan.approved):
        parts.plain_table(sample_words.precision_rows(plan, names, t), words=1)
    for note in sample_words.plan_notes(plan, t, names):
        st.caption(note)


def _sample(store: Store, programme: str, sample: samples.Sample, t) -> None:
    title, *lines = sample_words.draw_lines(sample, t)
    st.subheader(title, anchor=False)
    parts.plain_table(sample_words.release_rows(sample, t), words=0)
    for line in lines:
        st.caption(line)
    if len(sample.releases) < sample.portions:
        number = len(sample.releases) + 1
        do = lambda: draws.release_next(store, programme, sample.wave)  # noqa: E731
        _button(t("samples.release", number=number), "release", do, t)
    if st.button(t("samples.proof"), key="proof"):
        content = proof_files.zipped(proof_files.draw_proof(store, programme, sample.wave))
        name = file_name(programme, sample.wave, "proof", suffix=".zip")
        st.download_button(t("samples.proof.save"), content, name, "application/zip")


def _how(t) -> None:
    with st.expander(t("samples.how")):
        st.markdown(t("samples.how.text"))
        st.code(t("samples.how.command"), language=None)


def _button(label: str, key: str, do, t) -> None:
    if st.button(label, key=key, type="primary"):
        parts.act(do, t)


def _key() -> keys.Key:
    return keys.find_frame_key()
