"""Outcome rates in words: a row for each domain, each rate with its formula's name, and what they rest on."""

from collections.abc import Mapping

import pandas as pd

from fieldwork.dispositions import CLASSES, UNKNOWN_CLASSES
from fieldwork.rates import NEED_NO_UNKNOWN, RATES
from service.fieldwork.rates import ALL, MODE, WaveRates
from words import Speaker

SHOWN = ("RR1", "RR3", "COOP1", "REF1", "CON1")  # one of each kind, and the one that needs e; a file has all sixteen
OTHERWISE = "–"


def rate_rows(wave_rates: WaveRates, names: Mapping[str, Mapping[str, str]], t: Speaker) -> pd.DataFrame:
    """One row for each domain: its numbers, its interviews, and the rates SHOWN with their limits."""
    rates = wave_rates.rates
    columns = {
        t(f"rates.by.{wave_rates.domain}"): [_domain_name(name, wave_rates, names, t) for name in rates.counts.index],
        t("rates.column.numbers"): [f"{total:,.0f}" for total in rates.counts.sum(axis=1)],
        t("rates.column.interviews"): [f"{count:,.0f}" for count in rates.counts["I"]],
    }
    for name in SHOWN:
        limits = zip(rates.values[name], rates.low[name], rates.high[name], strict=True)
        columns[t(f"rates.name.{name}")] = [_rate_text(*three, t) for three in limits]
    columns[t("rates.column.e")] = [OTHERWISE if e != e else f"{e:.2f}" for e in rates.eligibility["UH"]]
    return pd.DataFrame(columns)


def _rate_text(rate: float, low: float, high: float, t: Speaker) -> str:
    return OTHERWISE if rate != rate else t("rates.with_limits", rate=rate, low=low, high=high)


def _domain_name(name: str, wave_rates: WaveRates, areas: Mapping[str, Mapping[str, str]], t: Speaker) -> str:
    if wave_rates.domain == ALL:
        return t("rates.all")
    names = areas if wave_rates.domain == "area" else wave_rates.names
    return names[name][t("language.code")] if name in names else str(name)


def rate_notes(wave_rates: WaveRates, t: Speaker) -> list[str]:
    """How many numbers the rates rest on, which e they use, and when they can be compared."""
    rates = wave_rates.rates
    notes = [t("rates.rest_on", released=wave_rates.released, never=wave_rates.never_called)]
    if rates.estimated:
        notes.append(t("rates.e_estimated"))
    else:
        stated = {group: float(rates.eligibility[group].iloc[0]) for group in UNKNOWN_CLASSES}
        notes.append(t("rates.e_stated", **stated))
    if wave_rates.weighted:
        notes.append(t("rates.weighted"))
    if wave_rates.domain == MODE:
        notes.append(t("rates.of_modes" if len(rates.counts) > 1 else "rates.one_mode"))
    if wave_rates.domain == "interviewer":
        notes.append(t("rates.of_interviewers"))
    return [*notes, t("rates.limits")]


def rate_table(wave_rates: WaveRates) -> pd.DataFrame:
    """All of it for a file: the numbers of each class, e, and every rate with its limits, as fractions.

    RR5, RR6, REF3 and CON3 are empty where a number may be eligible without its being known.
    """
    rates = wave_rates.rates
    table = rates.counts[list(CLASSES)].rename_axis(index=wave_rates.domain).reset_index()
    e = rates.eligibility.reset_index(drop=True).add_prefix("e_")
    columns = {}
    unknown = rates.counts[list(UNKNOWN_CLASSES)].sum(axis=1).to_numpy() > 0
    for name in RATES:
        hidden = unknown & (name in NEED_NO_UNKNOWN)
        for end, of in (("", rates.values), ("_low", rates.low), ("_high", rates.high)):
            columns[f"{name}{end}"] = of[name].mask(hidden).to_numpy()
    return pd.concat([table, e, pd.DataFrame(columns)], axis=1)


def hour_rows(hours: pd.DataFrame, t: Speaker) -> pd.DataFrame:
    """One row for each hour with calls: how many, how many of them reached somebody, how many ended in an interview."""
    shares = {
        t(f"rates.hour.{share}"): [
            t("rates.with_limits", rate=row[share], low=row[f"{share}_low"], high=row[f"{share}_high"])
            for _, row in hours.iterrows()
        ]
        for share in ("reached", "interviewed")
    }
    begins = [f"{hour:02d}:00–{hour + 1:02d}:00" for hour in hours.index]
    return pd.DataFrame({t("rates.hour"): begins, t("rates.hour.calls"): [f"{n:,.0f}" for n in hours.calls], **shares})
