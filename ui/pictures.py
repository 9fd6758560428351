"""Pictures: a chart with buttons that save it as SVG or PNG, with its title, source, wave and run in the picture."""

import html
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import streamlit as st

from presentation.notes import survey_note
from presentation.samples import plan_title, status
from presentation.times import wave_text
from programme.declared import Programme
from service.figures.league import League
from service.files.write import file_name
from service.samples.samples import SamplePlan
from ui import drawn
from words import Speaker

SCRIPT = Path(__file__).parent / "pictures.js"
KINDS = ("svg", "png")


@dataclass(frozen=True)
class Picture:
    """What a picture that is taken away says besides its chart: a title above it, notes below it, and a file name."""

    title: str
    notes: tuple[str, ...]
    file: str


def show(
    place: Any, name: str, specification: dict[str, Any], league: League, title: str, alt: str, t: Speaker
) -> None:
    """The chart, and below it a button for each kind of file.  name: of the chart on its page."""
    _place(place, name, specification, alt, _buttons(league, name, title, t=t))


def show_of_plan(
    place: Any, name: str, specification: dict[str, Any], programme: Programme, plan: SamplePlan, title: str, t: Speaker
) -> None:
    """The same of a sample plan, which has no run: its version and, once it is approved, its line stand for it."""
    said = Picture(
        title=t("picture.title", programme=programme.title, title=title, wave=wave_text(plan.wave, t)),
        notes=(survey_note(programme, t), plan_title(plan, t), plan.slip if plan.approved else status(plan, t)),
        file=file_name(programme.name, plan.wave, name, suffix=""),
    )
    _place(place, name, specification, title, "".join(_button(kind, said, t) for kind in KINDS))


def _place(place: Any, name: str, specification: dict[str, Any], alt: str, buttons: str) -> None:
    with place.container(key=f"picture-{name}"):
        st.vega_lite_chart(spec=specification, width="stretch", alt=alt)
        st.html(buttons)


def packed(specification: dict[str, Any]) -> dict[str, Any]:
    """The specification with its data as they are sent, so that a chart that is drawn once is packed once too."""
    tables = specification.get("datasets", {})
    packed_tables = {name: pa.Table.from_pandas(pd.DataFrame(rows)) for name, rows in tables.items()}
    return specification | {"datasets": packed_tables}


def listen() -> None:
    """The script behind the buttons, once a page."""
    st.html(f"<script>{SCRIPT.read_text('utf-8')}</script>", unsafe_allow_javascript=True)


def notes(league: League, t: Speaker) -> list[str]:
    """What stands below a picture that is taken away: how people were asked and by whom, and the runs."""
    numbers = [str(run["run_id"]) for run in league.runs.values()]
    code = next(iter(league.runs.values()))["version"]
    return [survey_note(league, t), t("picture.run", runs=numbers, code=code)]


@drawn.once
def _buttons(league: League, name: str, title: str, *, t: Speaker) -> str:
    said = Picture(
        title=t("picture.title", programme=league.programme.title, title=title, wave=wave_text(league.wave, t)),
        notes=tuple(notes(league, t)),
        file=file_name(league.programme.name, league.measure.name, league.wave, name, suffix=""),
    )
    return "".join(_button(kind, said, t) for kind in KINDS)


def _button(kind: str, picture: Picture, t: Speaker) -> str:
    lines = json.dumps(picture.notes, ensure_ascii=False)
    said = {"picture": kind, "title": picture.title, "notes": lines, "name": picture.file}
    data = " ".join(f'data-{what}="{html.escape(value)}"' for what, value in said.items())
    return f"<button {data}>{html.escape(t(f'picture.{kind}'))}</button>"
