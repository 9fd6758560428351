"""The monitor of a wave's fieldwork in words: a row for each area, its sums, and what follows from them."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from fieldwork.evidence import WIDEST
from fieldwork.forecast import EXHAUSTED, REACHED, SHORT, STATES, UNSURE
from presentation.times import wave_text
from service.fieldwork.monitor import DAYS, Monitor
from words import Speaker

ORDER = {EXHAUSTED: 0, SHORT: 1, UNSURE: 2}  # those that need something come first
NOTHING = "–"


def monitor_lines(monitor: Monitor, t: Speaker) -> list[str]:
    """Interviews against the target, how many areas stand how, what the open numbers will give, and the pace.

    The last two are left out while it is too early to forecast, which is said in their place.
    """
    areas = monitor.areas
    sums = {name: int(areas[name].sum()) for name in ("target", "interviews", "numbers", "called", "open", "waiting")}
    lines = [t("monitor.sum", wave=wave_text(monitor.wave, t), **sums)]
    counts = areas.state.value_counts()
    standing = [t(f"monitor.count.{state}", count=int(counts[state])) for state in STATES if counts.get(state)]
    lines.append(t("monitor.standing", of=len(areas), standing=standing))
    evidence = monitor.evidence
    if evidence.too_early:
        if sums["called"]:
            known = {"calls": evidence.calls, "interviews": evidence.interviews, "widest": WIDEST}
            lines.append(t("monitor.too_early", **known, low=100 * evidence.low, high=100 * evidence.high))
        return lines
    if sums["open"]:
        lines.append(t("monitor.coming", open=sums["open"], coming=float(areas.coming.sum())))
    if monitor.lacking and monitor.pace > 0:
        days = int(np.ceil(monitor.lacking / monitor.pace))
        of = min(DAYS, len(monitor.days))
        lines.append(t("monitor.pace", pace=monitor.pace, of=of, lacking=monitor.lacking, days=days))
    return lines


def monitor_rows(monitor: Monitor, names: Mapping[str, Mapping[str, str]], t: Speaker) -> pd.DataFrame:
    """One row for each area, those that need something first: what it has, what it will have, what must be released."""
    areas = monitor.areas.assign(order=monitor.areas.state.map(ORDER).fillna(len(ORDER)))
    areas = areas.sort_values(["order", "needed"], ascending=[True, False], kind="stable")
    code = t("language.code")
    return pd.DataFrame(
        {
            t("sample.column.area"): [names[area][code] if area in names else area for area in areas.index],
            t("monitor.column.state"): [t(f"monitor.state.{state}") for state in areas.state],
            t("monitor.column.interviews"): [
                f"{had:,} / {of:,}" for had, of in zip(areas.interviews, areas.target, strict=True)
            ],
            t("monitor.column.called"): [f"{n:,} / {of:,}" for n, of in zip(areas.called, areas.numbers, strict=True)],
            t("monitor.column.open"): [f"{n:,}" for n in areas.open],
            t("monitor.column.coming"): [_limits(*row, t) for row in _columns(areas, "coming")],
            t("monitor.column.needed"): [
                NOTHING if state == REACHED else _limits(*row, t)
                for state, row in zip(areas.state, _columns(areas, "needed"), strict=True)
            ],
            t("monitor.column.waiting"): [f"{n:,}" for n in areas.waiting],
        }
    )


def _columns(areas: pd.DataFrame, name: str) -> list[tuple[float, float, float]]:
    return list(zip(areas[name], areas[f"{name}_low"], areas[f"{name}_high"], strict=True))


def _limits(value: float, low: float, high: float, t: Speaker) -> str:
    if np.isnan(value):
        return NOTHING
    return t("monitor.limits", value=_number(value, t), low=_number(low, t), high=_number(high, t))


def _number(value: float, t: Speaker) -> str:
    return t("monitor.endless") if np.isinf(value) else f"{value:,.0f}"


def beside_short(monitor: Monitor, t: Speaker) -> str:
    """Why the areas short at the plan's rates are others than those that the forecast by this wave's calls names."""
    counts = monitor.areas.state.value_counts()
    if not monitor.areas.called.any():
        return t("monitor.short.before")
    if monitor.evidence.too_early:
        return t("monitor.short.early")
    needing = {state: int(counts.get(state, 0)) for state in (EXHAUSTED, SHORT, UNSURE)}
    return t("monitor.short.beside", **needing)


def monitor_notes(t: Speaker) -> list[str]:
    """How the forecast is made, what its limits suppose, and that no quota is enforced."""
    return [t("monitor.note.forecast"), t("monitor.note.limits"), t("monitor.note.quota")]


def day_rows(monitor: Monitor, t: Speaker) -> pd.DataFrame:
    """One row for each day with calls: its calls, its interviews, and all interviews so far."""
    days = monitor.days
    return pd.DataFrame(
        {
            t("monitor.day"): [f"{day:%Y-%m-%d}" for day in days.index],
            t("monitor.day.calls"): [f"{n:,}" for n in days.calls],
            t("monitor.day.interviews"): [f"{n:,}" for n in days.interviews],
            t("monitor.day.so_far"): [f"{n:,}" for n in days.interviews.cumsum()],
        }
    )


def monitor_table(monitor: Monitor) -> pd.DataFrame:
    """All of it for a file, as numbers."""
    return monitor.areas.reset_index()
