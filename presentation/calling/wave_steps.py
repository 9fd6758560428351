"""The steps of a wave in words: each with its mark and its facts, and a sentence on what comes next and for whom."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from presentation.times import wave_text
from service.figures.wave_steps import (
    BEGUN,
    CALL,
    ELSEWHERE,
    FIGURES,
    OF_SAMPLE,
    RELEASED,
    RESPONSES,
    STEPS,
    Step,
    WaveSteps,
)
from service.store.runs import local_time, person_text
from words import Fault, Speaker

MARKS = {"done": "✓", "begun": "◐", "next": "▶", "waiting": "○", "elsewhere": "–"}


def step_name(step: Step, t: Speaker) -> str:
    """The step as it is called in the line of steps."""
    return t(f"steps.name.{step.name}")


def step_fact(step: Step, t: Speaker) -> str:
    """What there is to say of a step; nothing for one of which nothing is known."""
    facts = _said(step.facts, t)
    if step.state == ELSEWHERE:
        return t("steps.elsewhere")
    if "stored" in facts:
        return t("steps.fact.stored", **facts)
    if step.name == FIGURES and facts.get("outdated"):
        return t("steps.fact.outdated", **facts)
    if step.name == RELEASED and facts.get("at_once"):
        return t("steps.fact.at_once")
    return t(f"steps.fact.{step.name}", **facts) if facts else ""


def next_text(steps: WaveSteps, t: Speaker) -> str:
    """What is to be done next, and who does it; that all is done where it is."""
    wave, step = wave_text(steps.wave, t) if steps.wave else t("steps.first_wave"), steps.following
    if step is None:
        return t("steps.all_done", wave=wave)
    if "stored" in step.facts and step.name == RESPONSES:
        return t("steps.next.make_wave", wave=wave, who=t(f"role.{step.who}"), page=t("samples.page"))
    samples = t("samples.page")
    if step.name == CALL and step.state == BEGUN:
        of_page = {"page": t("calling.page"), "samples": samples, "stop": t("calls.stop"), "make": t("response.make")}
        return t("steps.next.call_begun", wave=wave, who=t(f"role.{step.who}"), open=step.facts["open"], **of_page)
    page = t("calling.page") if step.name == CALL else samples if step.name in OF_SAMPLE else t("centre.page")
    of_page = {"page": page, "samples": samples, "start": t("jobs.start")}
    return t(f"steps.next.{step.name}", wave=wave, who=t(f"role.{step.who}"), **of_page)


def ahead_lines(steps: WaveSteps, t: Speaker) -> list[str]:
    """What will be missing when the wave is made of its calls and answers; nothing where nothing is."""
    return lacking_lines(steps.wave, steps.ahead, t)


def lacking_lines(wave: str, lacks: Sequence[Fault], t: Speaker) -> list[str]:
    """A heading and a line for each thing that is missing; nothing where nothing is."""
    lines = [t(fault.key, **fault.values) for fault in lacks]
    return [t("steps.ahead", wave=wave_text(wave, t)), *lines] if lines else []


def step_rows(steps: WaveSteps, t: Speaker) -> pd.DataFrame:
    """One row for each step: its number and name, its state, whose work it is, and what there is to say of it."""
    rows = [
        (
            f"{STEPS.index(step.name) + 1} {step_name(step, t)}",
            f"{MARKS[step.state]} {t(f'steps.state.{step.state}')}",
            t(f"role.{step.who}"),
            step_fact(step, t),
        )
        for step in steps.steps
    ]
    return pd.DataFrame(rows, columns=[t(f"steps.column.{name}") for name in ("step", "state", "who", "fact")])


def _said(facts: Mapping[str, Any], t: Speaker) -> dict[str, Any]:
    said = {"at": local_time, "who": lambda name: person_text(name, t)}
    return {name: said[name](value) if name in said else value for name, value in facts.items()}
