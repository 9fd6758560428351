"""The survey centre's page of samples: plan a wave, approve it, draw it, release it, and hand out its proof."""

import streamlit as st

from presentation import samples as sample_words
from presentation.figures import wave_text
from sampling import Assumed
from sampling.planning.wanted import METHODS, Wanted
from service.drawing import draws
from service.drawing.earlier_rates import estimated_waves, plan_measures
from service.files.write import csv_bytes, file_name
from service.intake.imports import current_programme, wave_versions
from service.protection import keys
from service.samples import frames, proof_files, samples
from service.samples.shares_file import read_shares
from service.store.engine import Store
from service.store.permissions import PERMITTED
from ui import parts
from ui.panels import calls
from ui.panels import frames as frames_panel
from words import Fault

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
        _button(
            t("samples.draw"),
            f"draw {plan.version}",
            lambda: draws.draw_wave(store, programme, wave, frame_key=_key()),
            t,
        )
    else:
        approve = lambda: draws.approve_plan(store, programme, wave, frame_key=_key())  # noqa: E731
        _button(t("samples.approve"), f"approve {plan.version}", approve, t)
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
        q = one.number_input(t("samples.q"), 0.0, 1.0, 0.5, key="plan_q")
        portion = two.number_input(t("samples.portion"), 0.05, 1.0, FIRST_PORTION)
        shares = three.file_uploader(t("cli.sample.shares"), type="csv", key="plan_shares")
        after = one.selectbox(t("samples.after"), drawn[::-1], index=None, key="plan_after")
        keep = two.number_input(t("cli.sample.keep"), 0.0, 1.0, 0.0, key="plan_keep")
        attempts = three.number_input(t("cli.sample.attempts"), 1, value=Wanted.attempts)
        assumed = _assumed(store, programme, t)
        if not st.form_submit_button(t("samples.plan.go"), type="primary", key="plan_go"):
            return
    modes = {"mobile": mobiles, "landline": 1.0} if mobiles else {}
    portions = (portion, 1 - portion) if portion < 1 else (1.0,)
    try:
        wanted = Wanted(
            int(interviews),
            method,
            q=q,
            minimum=int(minimum),
            modes=modes,
            response_rate=response,
            eligibility=eligibility,
            portions=portions,
            cost=cost,
            after=after,
            keep=keep if after else 0.0,
            assumed=Assumed(**assumed),
            shares={} if shares is None else read_shares(shares.getvalue(), shares.name),
            attempts=int(attempts),
        )
        says = t("cli.working", what=wave)
        bar = st.progress(0.0, text=says)
        tell = lambda done, of: bar.progress(done / of, text=says)  # noqa: E731
        draws.make_plan(store, programme, wave, wanted, frame=frame, progress=tell)
        bar.empty()
        parts.choose_now("wave samples", wave, t)
    except Fault as fault:
        st.error(t(fault.key, **fault.values))


def _assumed(store: Store, programme: str, t) -> dict:
    """What the plan supposes of answers, or the earlier wave and measure it rests on."""
    st.caption(t("samples.assumed"))
    one, two, three = st.columns(3)
    plan = current_programme(store, programme)[1]
    code = t("language.code")
    waves = estimated_waves(store, programme, list(wave_versions(store, programme).wave.unique())[::-1])
    wave = one.selectbox(t("samples.from"), waves, index=None, key="plan_from", format_func=lambda w: wave_text(w, t))
    measure = two.selectbox(
        t("app.measure"), plan_measures(plan), key="plan_measure", format_func=lambda m: plan.measure_names[m][code]
    )
    return {
        "fall": three.number_input(t("cli.sample.fall"), 0.001, 0.5, 0.05, format="%.3f"),
        "share": one.number_input(t("cli.plan.share"), 0.01, 0.99, 0.9),
        "spread": two.number_input(t("cli.sample.spread"), 0.0, 0.3, 0.03),
        "design_effect": three.number_input(t("cli.sample.deff"), 0.1, 20.0, 1.0),
        "panel": one.number_input(t("cli.sample.panel"), 0.0, 0.99, 0.5, key="plan_panel"),
        "information": two.number_input(t("cli.sample.information"), 0.1, 10.0, 2.2, key="plan_information"),
        "chance": three.number_input(t("cli.sample.chance"), 0.01, 0.99, 0.8, key="plan_chance"),
        "wave": wave,
        "measure": None if wave is None else measure,
    }


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
        parts.plain_table(sample_words.power_rows(seen, assumed, t), words=2)
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
    calls.show(store, programme, sample, t)
    for line in lines:
        st.caption(line)
    if len(sample.releases) < sample.portions:
        number = len(sample.releases) + 1
        do = lambda: draws.release_next(store, programme, sample.wave)  # noqa: E731
        _button(t("samples.release", number=number), f"release {number}", do, t)
    if len(sample.releases) and store.actor.role in PERMITTED[draws.release_sheet.use_case]:
        _call_sheet(store, programme, sample, t)
    if st.button(t("samples.proof"), key="proof"):
        content = proof_files.zipped(proof_files.draw_proof(store, programme, sample.wave))
        name = file_name(programme, sample.wave, "proof", suffix=".zip")
        st.download_button(t("samples.proof.save"), content, name, "application/zip")


def _call_sheet(store: Store, programme: str, sample: samples.Sample, t) -> None:
    """The numbers of what was released, to save: opened and recorded when asked for, not before."""
    st.caption(t("samples.sheet.note"))
    if not st.button(t("samples.sheet"), key="sheet"):
        return
    try:
        rows = draws.release_sheet(store, programme, sample.wave, key=keys.find_key())
    except Fault as fault:
        st.error(t(fault.key, **fault.values))
        return
    name = file_name(programme, sample.wave, "call-sheet", suffix=".csv")
    save = t("samples.sheet.save", count=len(rows))
    parts.handed_over(save, csv_bytes(rows), name, "text/csv")


def _how(t) -> None:
    with st.expander(t("samples.how")):
        st.markdown(t("samples.how.text"))
        st.code(t("samples.how.command"), language=None)


def _button(label: str, key: str, do, t) -> None:
    """A button; its key names what it acts on, so that a click on what somebody else did meanwhile does nothing."""
    if st.button(label, key=key, type="primary"):
        parts.act(do, t)


def _key() -> keys.Key:
    return keys.find_frame_key()
