"""A panel that plans a wave: six things are asked, their effect is shown as they are written, the rest on demand."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from presentation.samples import outline as outline_words
from presentation.samples.plan_notes import apart_text
from sampling import Assumed
from sampling.planning.wanted import Wanted
from service.drawing import draws, outlines
from service.files.choice import Choice
from service.intake.imports import current_programme
from service.samples.plan_files import read_constraints, read_costs
from service.samples.previews import preview_plan_file
from service.samples.shares_file import read_shares
from service.store.engine import Store
from ui import address, faults
from ui.literal import literal, said
from ui.panels import incoming, plan_settings
from words import Fault, Speaker


def show(store: Store, programme: str, frames: Sequence[str], drawn: Sequence[str], t: Speaker) -> None:
    """The form; a plan that was asked for is made, and the page turns to its wave.

    frames: the names to choose from; drawn: the waves already drawn, which this one may continue.
    """
    st.subheader(t("samples.plan"), anchor=False)
    beginning = outlines.plan_beginning(store, programme)
    asked = _six(frames, beginning, t)
    st.caption(literal(outline_words.beginning_text(beginning, t)))
    effect = st.container()
    with st.form("plan"):
        with st.expander(t("samples.plan.rest")):
            fields, files = plan_settings.show(store, programme, drawn, t)
            st.caption(t("samples.shares.choice"))
            named = incoming.choose("plan", t)
        look, go = st.columns(2)
        looks = look.form_submit_button(t("samples.shares.preview"), key="plan_look", width="stretch")
        goes = go.form_submit_button(t("samples.plan.go"), type="primary", key="plan_go", width="stretch")
    with effect:
        _effect(store, programme, asked, fields, t)
    try:
        choice = incoming.chosen(named)
        given = {name: (file.getvalue(), file.name, choice) for name, file in files.items() if file is not None}
        if looks:
            for kind, of_file in given.items():
                incoming.show_preview(preview_plan_file(store, programme, kind, *of_file), of_file[1], t)
        elif goes:
            _make(store, programme, asked, fields, given, t)
    except Fault as fault:
        faults.say(fault, t)


def _six(frames: Sequence[str], beginning: outlines.Beginning, t: Speaker) -> dict[str, Any]:
    """The six things that every plan says; they stand outside the form, so that their effect is seen at once."""
    one, two, three = st.columns(3)
    return {
        "wave": one.text_input(t("samples.six.wave"), beginning.wave, key="plan_wave"),
        "interviews": int(
            two.number_input(t("samples.six.interviews"), 1, value=beginning.interviews, key="plan_interviews")
        ),
        "minimum": int(three.number_input(t("samples.six.minimum"), 1, value=beginning.minimum, key="plan_minimum")),
        "frame": one.selectbox(t("samples.six.frame"), frames, key="plan_frame"),
        "response": two.number_input(
            t("samples.six.response"), 0.001, 1.0, _rate(beginning), format="%.3f", key="plan_response"
        ),
        "fall": three.number_input(t("samples.six.fall"), 0.001, None, Assumed.fall, format="%.3f", key="plan_fall"),
    }


def _rate(beginning: outlines.Beginning) -> float | None:
    """The response rate that the field begins with, within what it takes; None: it is empty."""
    return None if beginning.response_rate is None else round(max(beginning.response_rate, 0.001), 3)


def _effect(store: Store, programme: str, asked: Mapping[str, Any], fields: Mapping[str, Any], t: Speaker) -> None:
    """What the plan comes to as it stands; of a plan in several stages, with files or constraints what the six say."""
    if asked["response"] is None:
        return
    try:
        assumed = Assumed(**fields["assumed"], fall=asked["fall"])
        modes = plan_settings.mode_parts(fields)
        options = {name: fields[name] for name in ("method", "q", "eligibility", "response_sd", "census")}
        rate = asked["response"]
        wanted = Wanted(
            asked["interviews"], minimum=asked["minimum"], response_rate=rate, assumed=assumed, modes=modes, **options
        )
        comes_to = outlines.plan_outline(store, programme, wanted, frame=asked["frame"])
    except Fault as fault:
        st.warning(said(t, fault.key, **fault.values))
        return
    for line in outline_words.outline_lines(comes_to, assumed, t):
        st.markdown(literal(line))
    for note in apart_text(comes_to.interviews / comes_to.areas, current_programme(store, programme)[1], t):
        st.caption(literal(note))
    st.caption(t("outline.rough"))


def _make(
    store: Store,
    programme: str,
    asked: Mapping[str, Any],
    fields: Mapping[str, Any],
    given: Mapping[str, tuple[bytes, str, Choice]],
    t: Speaker,
) -> None:
    """Make the plan of all fields and files, and turn to its wave."""
    if asked["response"] is None:
        raise Fault(key="sample.no_response")
    areas, wave = list(current_programme(store, programme)[1].areas), asked["wave"]
    wanted = Wanted(
        asked["interviews"],
        minimum=asked["minimum"],
        response_rate=asked["response"],
        **plan_settings.wanted_fields(fields),
        assumed=Assumed(**fields["assumed"], fall=asked["fall"]),
        shares=read_shares(*given["shares"], areas) if "shares" in given else {},
        costs=read_costs(*given["costs"]) if "costs" in given else {},
        constraints=read_constraints(*given["constraints"]) if "constraints" in given else (),
    )
    working = t("cli.working", what=wave)
    bar = st.progress(0.0, text=literal(working))
    progress = lambda done, of: bar.progress(done / of, text=literal(working))  # noqa: E731
    draws.make_plan(store, programme, wave, wanted, frame=asked["frame"], progress=progress)
    bar.empty()
    address.put("wave-samples", wave)
    st.rerun()
