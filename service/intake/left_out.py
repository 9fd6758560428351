"""Interviews left out of a wave: a new version without them, with the reason; and taken back again."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pandas as pd

from fieldwork.phone_numbers import masked_text
from service.intake.imports import current_programme, current_wave
from service.intake.lacking_versions import LeftOut, add_version, left_out_of, tables_of, without_interviews
from service.intake.of_sample import LONGEST_REASON
from service.intake.wave_file import check_strata
from service.store.engine import Store
from service.store.objects import RESPONDENTS
from service.store.permissions import permitted
from words import Fault

LEAVE_OUT, TAKE_BACK = "leave-out", "take-back"


@permitted
def read_left_out(store: Store, programme: str, wave: str) -> LeftOut:
    """What is left out of the newest version of a wave."""
    version = current_wave(store, programme, wave)
    return left_out_of(store, version)


@permitted
def leave_out(store: Store, programme_name: str, wave: str, units: Sequence[str], reason: str) -> LeftOut:
    """Make a version of the wave without these interviews; who did it, when and why is recorded, and it can be undone.

    Several units with blanks between them may stand together, unless they are the name of one unit.
    Where the programme computes weights, the number counts as that of an eligible person who did not respond. A Fault
    for units without an interview, for a reason that is empty or too long, and where the design would be refused.
    """
    programme = current_programme(store, programme_name)[1]
    now_out = read_left_out(store, programme_name, wave)
    tables, reason = tables_of(store, now_out.version_id), _checked_reason(reason)
    known = set(tables[RESPONDENTS].unit_id)
    stripped = [unit.strip() for unit in units]
    units = list(dict.fromkeys(u for unit in stripped for u in ([unit] if unit in known else unit.split())))
    unknown = sorted(set(units) - known)
    if unknown or not units:
        raise Fault(key="left_out.unknown", wave=wave, units=[masked_text(u) for u in unknown], count=len(unknown))
    if len(units) == len(tables[RESPONDENTS]):
        raise Fault(key="left_out.nobody", wave=wave, count=len(units))
    kept = without_interviews(programme, tables, units)
    check_strata(kept[RESPONDENTS], programme, wave)
    written = {"unit_id": units, "reason": reason, "at": datetime.now(UTC), "by": store.actor.name}
    rows = pd.concat([now_out.interviews, pd.DataFrame(written)], ignore_index=True)
    details = {"programme": programme_name, "wave": wave, "interviews": len(units), "reason": reason}
    _write(store, now_out, kept, rows, LEAVE_OUT, details)
    return read_left_out(store, programme_name, wave)


@permitted
def take_back(store: Store, programme_name: str, wave: str, reason: str) -> LeftOut:
    """Make a version of the wave with all its interviews again; a Fault if none is left out."""
    now_out, reason = read_left_out(store, programme_name, wave), _checked_reason(reason)
    if now_out.interviews.empty:
        raise Fault(key="left_out.none", wave=wave)
    details = {"programme": programme_name, "wave": wave, "interviews": len(now_out.interviews), "reason": reason}
    _write(store, now_out, tables_of(store, now_out.from_id), now_out.interviews[:0], TAKE_BACK, details)
    return read_left_out(store, programme_name, wave)


def _write(store: Store, of: LeftOut, tables, rows: pd.DataFrame, action: str, details: dict) -> None:
    """Add the version with its tables and what it lacks, as a run and a line of the audit trail."""
    with store.begin("wave", details["programme"], details["wave"]) as connection:
        add_version(connection, store, of, tables, rows, action, details)


def _checked_reason(reason: str) -> str:
    reason = " ".join(reason.split())
    if not 1 <= len(reason) <= LONGEST_REASON:
        raise Fault(key="left_out.reason", found=len(reason), expected=LONGEST_REASON)
    return masked_text(reason)
