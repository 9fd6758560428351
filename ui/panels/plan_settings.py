"""The rest of what a plan can say: how interviews are allocated and drawn, whom a wave continues, what is assumed."""

from collections.abc import Mapping, Sequence
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
from service.drawing.earlier_rates import plan_measures
from service.figures.league import waves_with_estimates
from service.files.kinds import ENDINGS
from service.intake.imports import current_programme
from service.samples.public_value import plain_text
from service.store.engine import Store
from ui import uploads
from words import Speaker


def show(store: Store, programme: str, drawn: Sequence[str], t: Speaker) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields; returned are those of `Wanted` as they are written, and the files uploaded, each of them or None.

    drawn: the waves already drawn, which this one may continue
    """
    one, two, three = st.columns(3)
    fields: dict[str, Any] = {}
    fields["method"] = one.selectbox(
        t("samples.method"), METHODS, format_func=lambda m: t(f"samples.method.{m}"), key="plan_method"
    )
    fields["mobiles"] = two.number_input(t("samples.modes"), 0.0, value=0.0)
    fields["eligibility"] = three.number_input(
        t("cli.sample.eligibility"), 0.001, 1.0, Wanted.eligibility, format="%.3f"
    )
    fields["cost"] = three.number_input(t("cli.sample.cost"), 0.0, value=None, key="plan_cost")
    fields["q"] = one.number_input(t("samples.q"), 0.0, 1.0, Wanted.q, key="plan_q")
    fields["portions"] = two.text_input(t("cli.sample.portions"), written_numbers(Wanted.portions), key="plan_portions")
    files = {"shares": uploads.field(three, t("cli.sample.shares"), list(ENDINGS), key="plan_shares")}
    fields |= _continuing(drawn, t)
    one, two, three = st.columns(3)
    fields["public"] = one.text_input(t("cli.sample.public"), key="plan_public")
    fields["attempts"] = two.number_input(t("cli.sample.attempts"), 1, value=Wanted.attempts)
    fields["response_sd"] = three.number_input(t("cli.sample.response_sd"), 0.0, 0.5, Wanted.response_sd, format="%.3f")
    fields["each"] = one.number_input(t("cli.sample.psu"), 1, value=None, key="plan_psu")
    fields["pps"] = two.selectbox(
        t("samples.pps"), PPS_METHODS, key="plan_pps", format_func=lambda m: t(f"sample.pps.{m}")
    )
    fields["kish"] = three.checkbox(t("cli.sample.kish"), key="plan_kish")
    fields["call_dead"] = one.number_input(
        t("samples.call_dead"), 0.001, 1.0, None, format="%.3f", key="plan_call_dead"
    )
    fields["sort"] = two.text_input(t("samples.sort"), key="plan_sort")
    fields["balance"] = three.text_input(t("samples.balance"), key="plan_balance")
    files["costs"] = uploads.field(one, t("samples.costs"), list(ENDINGS), key="plan_costs")
    files["constraints"] = uploads.field(two, t("samples.constraints"), list(ENDINGS), key="plan_constraints")
    fields["icc"] = three.number_input(t("samples.icc"), 0.001, 0.999, None, format="%.3f", key="plan_icc")
    fields["psu_cost"] = three.number_input(t("samples.psu_cost"), 0.01, None, None, key="plan_psu_cost")
    fields["unequal"] = one.selectbox(
        t("samples.unequal"),
        PPS_METHODS,
        index=None,
        key="plan_unequal",
        format_func=lambda m: t(f"sample.pps.{m}"),
        placeholder=t("samples.unequal.none"),
    )
    fields["size"] = two.text_input(t("samples.size"), key="plan_size")
    fields["census"] = st.checkbox(t("samples.census"), key="plan_census")
    return fields | {"assumed": _assumed(store, programme, t)}, files


def wanted_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields as `Wanted` has them; a Fault for a list of numbers that cannot be read."""
    given = {name: fields[name] for name in ("method", "q", "eligibility", "cost", "after", "keep", "respondents")}
    given |= {name: fields[name] for name in ("again", "attempts", "response_sd", "census", "pps", "call_dead")}
    given |= {name: fields[name] for name in ("unequal", "icc", "psu_cost")}
    return given | {
        "modes": mode_parts(fields),
        "portions": tuple(read_numbers(fields["portions"], name="portions")),
        "rest": int(fields["rest"]),
        "rotation": read_rotation(fields["rotation"]),
        "public": plain_text(fields["public"]) or None,
        "each": None if fields["each"] is None else int(fields["each"]),
        "person": KISH if fields["kish"] else None,
        "sort": read_columns(fields["sort"]),
        "balance": read_columns(fields["balance"]),
        "size": fields["size"].strip() or None,
    }


def mode_parts(fields: Mapping[str, Any]) -> dict[str, float]:
    """The parts of mobile and landline numbers; empty where interviews are not split by mode."""
    return {"mobile": fields["mobiles"], "landline": 1.0} if fields["mobiles"] else {}


def _continuing(drawn: Sequence[str], t: Speaker) -> dict[str, Any]:
    """The fields on an earlier wave that this one continues."""
    one, two, three = st.columns(3)
    none = t("samples.after.none")
    return {
        "after": one.selectbox(
            t("samples.after"),
            drawn[::-1],
            index=None,
            key="plan_after",
            placeholder=none,
            format_func=lambda w: wave_text(w, t),
        ),
        "keep": two.number_input(t("cli.sample.keep"), 0.0, 1.0, Wanted.keep, key="plan_keep"),
        "rest": three.number_input(t("cli.sample.rest"), 0, LONGEST, REST, key="plan_rest"),
        "rotation": one.text_input(t("samples.rotation"), key="plan_rotation"),
        "respondents": two.checkbox(t("samples.respondents"), key="plan_respondents"),
        "again": three.number_input(t("samples.again"), 0.01, 1.0, Wanted.again, key="plan_again"),
    }


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
