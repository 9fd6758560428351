"""A panel with the line of steps of a wave, from the frame to the figures released, and what comes next for whom."""

import html

import streamlit as st

from presentation.calling import wave_steps as step_words
from service.figures.wave_steps import Step, steps_of_wave
from service.store.engine import Store
from ui import faults, tables
from ui.literal import literal
from words import Speaker

LINE = '<ol class="steps" aria-label="{name}">{boxes}</ol>'
BOX = '<li class="{state}"><b aria-hidden="true">{mark}</b> {name}<span class="unseen"> {said}</span></li>'


def show(store: Store, programme: str, wave: str, t: Speaker) -> None:
    """The line, the next step in words, what stands in its way or will, and all steps in a table to open."""
    steps = steps_of_wave(store, programme, wave)
    boxes = "".join(_box(step, t) for step in steps.steps)
    st.html(LINE.format(name=html.escape(t("steps.title")), boxes=boxes))
    (st.success if steps.following is None else st.info)(literal(step_words.next_text(steps, t)))
    for fault in steps.hindrances:
        faults.say(fault, t)
    if steps.ahead:
        st.warning("\n\n".join(literal(line) for line in step_words.ahead_lines(steps, t)))
    with st.expander(t("steps.all")):
        tables.plain_table(step_words.step_rows(steps, t), words=4)


def _box(step: Step, t: Speaker) -> str:
    """A step as markup: its mark, its name and, for those who hear the page, its state."""
    name, said = html.escape(step_words.step_name(step, t)), html.escape(t(f"steps.state.{step.state}"))
    return BOX.format(state=step.state, mark=step_words.MARKS[step.state], name=name, said=said)
