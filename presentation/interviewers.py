"""What is said of interviewers under every figure: how large their effect is, or why it is not known."""

import numpy as np
import pandas as pd

from presentation.numbers import size_text
from presentation.screen import area_word
from service.figures.league import League
from words import Speaker

LEVEL = 0.95  # confidence level of the limits of ρ
USUAL = 0.02  # ρ by telephone where it cannot be known: .01 to .03 are typical


def interviewer_notes(league: League, t: Speaker) -> list[str]:
    """Whether the standard errors include interviewers; if so, ρ with its limits and their part of the variance."""
    declared, table = league.programme.interviewers, league.table
    if declared is None:
        return [t("interviewers.undeclared")]
    if not declared.at_random:
        return [t("interviewers.not_random")]
    working = table.interviewers.dropna()
    if working.empty:
        return [t("interviewers.absent")]
    warning = one_interviewer_note(league, t)
    if warning:
        return warning
    known = table[table.rho_interviewer.notna()]
    if known.empty:
        return [t("interviewers.unknown")]
    alone = [league.name(area) for area in working.index[working == 1]]
    part = (known.se_interviewer**2 / known.se.where(known.se > 0) ** 2).median()
    rho = known.iloc[0]  # the same in every area
    limits = {"lower": rho.rho_lower, "upper": rho.rho_upper, "df": rho.rho_df, "level": LEVEL}
    notes = [t("interviewers.counted", rho=rho.rho_interviewer, part=0.0 if pd.isna(part) else part, **limits)]
    notes += [t("interviewers.some_alone", names=alone, count=len(alone))] if alone else []
    if league.against is not None and table.change_se_interviewer.isna().all():
        notes.append(t("interviewers.change_absent"))
    return notes


def counts_interviewers(league: League) -> bool:
    """Whether the intervals and verdicts of a league's figures count what interviewers add."""
    return bool(league.table.se_interviewer.notna().any())


def interviewers_text(league: League, t: Speaker) -> list[str]:
    """That intervals count interviewers, with both parts of the standard error over all areas.

    Empty where interviewers are not counted, or where the figure over all areas is withheld.
    """
    se, added = (league.everybody.get(name) for name in ("se", "se_interviewer"))
    if se is None or added is None or pd.isna(added):
        return []
    sizes = {"se": se, "sampling": np.sqrt(max(se**2 - added**2, 0.0)), "interviewers": added}
    texts = {name: size_text(league.measure, float(size), t, further=1) for name, size in sizes.items()}
    count = len(league.table) + len(league.withheld)
    return [t("bulletin.interviewers", areas=count, area=area_word(league, count, t), **texts)]


def one_interviewer_note(league: League, t: Speaker) -> list[str]:
    """A warning if every area has one interviewer, whose effect is the area's: why, and what is to be done."""
    alone = _alone(league)
    if alone.empty:
        return []
    names = [league.name(area) for area in alone.index]
    return [t("interviewers.alone", names=names, count=len(names), rho=USUAL, factor=_factor(league, alone))]


def one_interviewer_line(league: League, t: Speaker) -> list[str]:
    """The same warning in one line without terms of statistics, to stand beside a headline."""
    alone = _alone(league)
    return [] if alone.empty else [t("interviewers.alone_line", factor=_factor(league, alone))]


def _alone(league: League) -> pd.Series:
    """How many interviewers each area has, if none has more than one and numbers were dealt out by lot; else empty."""
    declared, working = league.programme.interviewers, league.table.interviewers.dropna()
    known = declared is not None and declared.at_random and not (working > 1).any()
    return working if known else working.iloc[:0]


def _factor(league: League, alone: pd.Series) -> float:
    """√(1 + ρ(n - 1)), n the effective interviews of the middling area and ρ = USUAL: Kish (1962)."""
    n = float(league.table.n_effective[alone.index].median())
    return float(np.sqrt(1 + USUAL * max(n - 1, 0.0)))
