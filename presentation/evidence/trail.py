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
from words import OF_WAVES, Speaker, dictionary

ABSENT = "–"


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
    return t(f"trail.detail.{key}") if f"trail.detail.{key}" in dictionary(t("language.code")) else key


def _value(key: str, value: Any, action: str, t: Speaker) -> str:
    if isinstance(value, Mapping):
        parts = [t("trail.item", what=_name(k, t), value=_value(k, v, action, t)) for k, v in value.items()]
        return t("list.between").join(parts) or ABSENT
    if isinstance(value, list | tuple):
        return t("list.between").join(_value(key, v, action, t) for v in value) or ABSENT
    if value is None or value == "":
        return ABSENT
    if isinstance(value, bool):
        return t("trail.yes" if value else "trail.no")
    if key == "use_case" and action != DENIED:
        return _action(str(value), t)
    if key in OF_WAVES and WAVE.fullmatch(str(value)):
        return wave_text(str(value), t)
    words = {"outcome": f"outcome.{value}", "role": f"role.{value}"}.get(key)
    return t(words) if words is not None and words in dictionary(t("language.code")) else str(value)
