"""The lines of the audit trail in the reader's words: who did what, in which role, and with what."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pandas as pd

from presentation.times import wave_text
from programme.wave_names import WAVE
from service.store.audit import Verified
from service.store.permissions import DENIED, ROLES
from service.store.runs import RUN, local_time, person_text
from words import LANGUAGES, OF_WAVES, Speaker, dictionary

ABSENT = "–"
POPULATION = "population"  # of an estimate: wave -> of what the parts are, and how many people belong to each
PERIODS = (*OF_WAVES, "against")  # details that name waves or windows of waves
TIMES = ("starts", "ends")
WORDED = {  # details whose values have words -> what the keys of these words begin with
    "outcome": "outcome.",
    "role": "role.",
    "kind": "bulletin.kind.",
    "results": "relistening.result.",
}


def trail_rows(lines: pd.DataFrame, t: Speaker) -> pd.DataFrame:
    """The lines (`trail_lines`) in words; what an older program recorded and has no word is shown as it was written."""
    details = [json.loads(written) for written in lines.details]
    return lines.assign(
        at=[local_time(datetime.fromisoformat(at)) for at in lines["at"]],
        name=[person_text(name, t) for name in lines.name],
        role=[t(f"role.{role}") if role in ROLES else role for role in lines.role],
        action=[action_text(a, of, t) for a, of in zip(lines.action, details, strict=True)],
        details=[details_text(a, of, t) for a, of in zip(lines.action, details, strict=True)],
    )


def vouching(verified: Verified, t: Speaker) -> list[str]:
    """What the heads that are kept outside can vouch for and what not, sentence by sentence; nothing without heads."""
    sentences = [t("audit.vouched", vouched=verified.vouched)] if verified.vouched else []
    half_before = 0
    for line in verified.acknowledged:
        by = {"until": line.number, "name": line.name, "reason": line.reason}
        if line.unkept:
            sentences.append(t("audit.not_vouched", lines=[str(number) for number in line.unkept], **by))
        if line.half > half_before:
            sentences.append(t("audit.half_acknowledged", count=line.half - half_before, **by))
        half_before = max(half_before, line.half)
    return sentences


def action_text(action: str, details: Mapping, t: Speaker) -> str:
    """What was done; of a run, what was computed or brought in."""
    if action == RUN:
        return t("trail.run", what=_action(str(details.get("use_case")), t))
    return _action(action, t)


def details_text(action: str, details: Mapping, t: Speaker) -> str:
    """With what it was done, one item after another."""
    of_run = {key: value for key, value in details.items() if key not in ("use_case", "arguments", "version")}
    code = {"code": details["version"]} if action == RUN and "version" in details else {}
    whole = {**of_run, **details.get("arguments", {}), **code} if action == RUN else details
    items = [t("trail.item", what=_name(key, t), value=_value(key, value, action, t)) for key, value in whole.items()]
    return t("trail.between").join(items)


def _action(action: str, t: Speaker) -> str:
    name = action.replace("-", "_")
    return t(f"action.{name}") if f"action.{name}" in dictionary(t("language.code")) else action


def _name(key: str, t: Speaker) -> str:
    if WAVE.fullmatch(key):
        return wave_text(key, t)
    return t(f"trail.detail.{key}") if f"trail.detail.{key}" in dictionary(t("language.code")) else key


def _value(key: str, value: Any, action: str, t: Speaker) -> str:
    if isinstance(value, Mapping):
        if key == POPULATION:
            return t("list.between").join(_population(wave, of, t) for wave, of in value.items())
        of_units = key == "results"  # whose values are all of one kind
        parts = [
            t("trail.item", what=_name(k, t), value=_value(key if of_units else k, v, action, t))
            for k, v in value.items()
        ]
        return t("list.between").join(parts) or ABSENT
    if isinstance(value, list | tuple):
        return t("list.between").join(_value(key, v, action, t) for v in value) or ABSENT
    if value is None or value == "":
        return ABSENT
    if isinstance(value, bool):
        return t("trail.yes" if value else "trail.no")
    if key == "use_case" and action != DENIED:
        return _action(str(value), t)
    if key in PERIODS:
        return _periods(str(value), t)
    if key in TIMES:
        return local_time(datetime.fromisoformat(str(value)))
    if key == "language" and value in LANGUAGES:
        return dictionary(value)["language.name"]
    words = {name: beginning + str(value) for name, beginning in WORDED.items()}.get(key)
    return t(words) if words is not None and words in dictionary(t("language.code")) else str(value)


def _periods(written: str, t: Speaker) -> str:
    """Waves, windows of waves (2025Q1+2025Q2) and one after another (a>b) in words; anything else as it was written."""
    windows = [window.split("+") for window in written.split(">")]
    if not all(WAVE.fullmatch(wave) for window in windows for wave in window):
        return written
    return " → ".join(t("list.between").join(wave_text(wave, t) for wave in window) for window in windows)


def _population(wave: str, of: Mapping, t: Speaker) -> str:
    """How many people a wave stands for, in how many parts: each of the parts would fill the page."""
    units = of["units"]
    return t("trail.population", wave=_periods(wave, t), total=sum(units.values()), count=len(units))
