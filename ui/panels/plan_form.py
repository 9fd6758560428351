"""A panel with the form that asks for a wave's sample plan: interviews, allocation, and what is assumed of answers."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from presentation.times import wave_text
from sampling import Assumed
from sampling.planning.wanted import (
    LONGEST,
    METHODS,
    PPS_METHODS,
    REST,
    Wanted,
    read_columns,
    read_numbers,
    read_rotation,
    written_numbers,
)
from sampling.proof.draw_plan import KISH
from service.drawing import draws
from service.drawing.earlier_rates import plan_measures
from service.figures.league import waves_with_estimates
from service.files.kinds import ENDINGS
from service.intake.imports import current_programme
from service.samples.plan_files import read_constraints, read_costs
from service.samples.previews import preview_plan_file
from service.samples.public_value import plain_text
from service.samples.shares_file import read_shares
from service.store.engine import Store
from ui import address, faults, uploads
from ui.literal import literal
from ui.panels import incoming
from words import Fault, Speaker


def show(store: Store, programme: str, frames: Sequence[str], drawn: Sequence[str], t: Speaker) -> None:
    """The form; a plan that was asked for is made, and the page below turns to its wave.

    frames: the names to choose from; drawn: the waves already drawn, which this one may continue.
    """
    with st.expander(t("samples.plan")), st.form("plan"):
        one, two, three = st.columns(3)
        wave = one.text_input(t("centre.upload.wave"), key="plan_wave")
        interviews = two.number_input(t("cli.plan.interviews"), 1, value=7000, key="plan_interviews")
        frame = three.selectbox(t("cli.sample.frame"), frames)
        method = one.selectbox(t("samples.method"), METHODS, format_func=lambda m: t(f"samples.method.{m}"))
        minimum = two.number_input(t("cli.sample.minimum"), 1, value=Wanted.minimum)
        mobiles = three.number_input(t("samples.modes"), 0.0, value=0.0)
        response = one.number_input(t("cli.sample.response"), 0.001, 1.0, Wanted.response_rate, format="%.3f")
        eligibility = two.number_input(t("cli.sample.eligibility"), 0.001, 1.0, Wanted.eligibility, format="%.3f")
        cost = three.number_input(t("cli.sample.cost"), 0.0, value=None, key="plan_cost")
        q = one.number_input(t("samples.q"), 0.0, 1.0, Wanted.q, key="plan_q")
        portions = two.text_input(t("cli.sample.portions"), written_numbers(Wanted.portions), key="plan_portions")
        shares = uploads.field(three, t("cli.sample.shares"), list(ENDINGS), key="plan_shares")
        none = t("samples.after.none")
        after = one.selectbox(t("samples.after"), drawn[::-1], index=None, key="plan_after", placeholder=none)
        keep = two.number_input(t("cli.sample.keep"), 0.0, 1.0, Wanted.keep, key="plan_keep")
        rest = three.number_input(t("cli.sample.rest"), 0, LONGEST, REST, key="plan_rest")
        rotation = one.text_input(t("samples.rotation"), key="plan_rotation")
        respondents = two.checkbox(t("samples.respondents"), key="plan_respondents")
        again = three.number_input(t("samples.again"), 0.01, 1.0, Wanted.again, key="plan_again")
        public = one.text_input(t("cli.sample.public"), key="plan_public")
        attempts = two.number_input(t("cli.sample.attempts"), 1, value=Wanted.attempts)
        response_sd = three.number_input(t("cli.sample.response_sd"), 0.0, 0.5, Wanted.response_sd, format="%.3f")
        each = one.number_input(t("cli.sample.psu"), 1, value=None, key="plan_psu")
        pps = two.selectbox(t("samples.pps"), PPS_METHODS, key="plan_pps", format_func=lambda m: t(f"sample.pps.{m}"))
        kish = three.checkbox(t("cli.sample.kish"), key="plan_kish")
        call_dead = one.number_input(t("samples.call_dead"), 0.001, 1.0, None, format="%.3f", key="plan_call_dead")
        sort = two.text_input(t("samples.sort"), key="plan_sort")
        balance = three.text_input(t("samples.balance"), key="plan_balance")
        costs = uploads.field(one, t("samples.costs"), list(ENDINGS), key="plan_costs")
        constraints = uploads.field(two, t("samples.constraints"), list(ENDINGS), key="plan_constraints")
        icc = three.number_input(t("samples.icc"), 0.001, 0.999, None, format="%.3f", key="plan_icc")
        psu_cost = three.number_input(t("samples.psu_cost"), 0.01, None, None, key="plan_psu_cost")
        unequal = one.selectbox(
            t("samples.unequal"),
            PPS_METHODS,
            index=None,
            key="plan_unequal",
            format_func=lambda m: t(f"sample.pps.{m}"),
            placeholder=t("samples.unequal.none"),
        )
        size = two.text_input(t("samples.size"), key="plan_size")
        census = st.checkbox(t("samples.census"), key="plan_census")
        assumed = _assumed(store, programme, t)
        st.caption(t("samples.shares.choice"))
        named = incoming.choose("plan", t)
        look, go = st.columns(2)
        looks = look.form_submit_button(t("samples.shares.preview"), key="plan_look", width="stretch")
        if (
            not go.form_submit_button(t("samples.plan.go"), type="primary", key="plan_go", width="stretch")
            and not looks
        ):
            return
    try:
        choice, areas = incoming.chosen(named), list(current_programme(store, programme)[1].areas)
        if looks:
            for kind, file in (("shares", shares), ("costs", costs), ("constraints", constraints)):
                if file is not None:
                    looked = preview_plan_file(store, programme, kind, file.getvalue(), file.name, choice)
                    incoming.show_preview(looked, file.name, t)
            return
        wanted = Wanted(
            int(interviews),
            method,
            q=q,
            minimum=int(minimum),
            modes={"mobile": mobiles, "landline": 1.0} if mobiles else {},
            response_rate=response,
            eligibility=eligibility,
            portions=tuple(read_numbers(portions, name="portions")),
            cost=cost,
            after=after,
            keep=keep,
            rest=int(rest),
            respondents=respondents,
            again=again,
            rotation=read_rotation(rotation),
            public=plain_text(public) or None,
            assumed=Assumed(**assumed),
            shares={} if shares is None else read_shares(shares.getvalue(), shares.name, choice, areas),
            attempts=int(attempts),
            response_sd=response_sd,
            census=census,
            each=None if each is None else int(each),
            person=KISH if kish else None,
            pps=pps,
            call_dead=call_dead,
            sort=read_columns(sort),
            balance=read_columns(balance),
            unequal=unequal,
            size=size.strip() or None,
            costs={} if costs is None else read_costs(costs.getvalue(), costs.name, choice, areas),
            constraints=()
            if constraints is None
            else read_constraints(constraints.getvalue(), constraints.name, choice),
            icc=icc,
            psu_cost=psu_cost,
        )
        working = t("cli.working", what=wave)
        bar = st.progress(0.0, text=literal(working))
        progress = lambda done, of: bar.progress(done / of, text=literal(working))  # noqa: E731
        draws.make_plan(store, programme, wave, wanted, frame=frame, progress=progress)
        bar.empty()
        address.put("wave-samples", wave)
        st.rerun()
    except Fault as fault:
        faults.say(fault, t)


def _assumed(store: Store, programme_name: str, t: Speaker) -> dict[str, Any]:
    """The fields of `Assumed`: what is assumed of answers, and the earlier wave and measure to take it from, if any."""
    st.caption(t("samples.assumed"))
    one, two, three = st.columns(3)
    programme = current_programme(store, programme_name)[1]
    code = t("language.code")
    estimated = waves_with_estimates(store, programme_name)
    wave = one.selectbox(
        t("samples.from"),
        estimated,
        index=None,
        key="plan_from",
        format_func=lambda w: wave_text(w, t),
        placeholder=t("samples.from.none"),
    )
    measure = two.selectbox(
        t("app.measure"),
        plan_measures(programme),
        key="plan_measure",
        format_func=lambda m: programme.measure_names[m][code],
    )
    return {
        "fall": three.number_input(t("cli.sample.fall"), 0.001, None, Assumed.fall, format="%.3f"),
        "share": one.number_input(t("cli.plan.share"), 0.01, 0.99, Assumed.share),
        "spread": two.number_input(t("cli.sample.spread"), 0.0, None, Assumed.spread),
        "design_effect": three.number_input(t("cli.sample.deff"), 0.1, 20.0, Assumed.design_effect),
        "panel": one.number_input(t("cli.sample.panel"), 0.0, 0.99, Assumed.panel, key="plan_panel"),
        "information": two.number_input(
            t("cli.sample.information"), 0.1, 10.0, Assumed.information, key="plan_information"
        ),
        "chance": three.number_input(t("cli.sample.chance"), 0.01, 0.99, Assumed.chance, key="plan_chance"),
        "sd": one.number_input(t("samples.sd"), 0.0, value=None, key="plan_sd"),
        "wave": wave,
        "measure": None if wave is None else measure,
    }
