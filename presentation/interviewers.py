"""What is said of interviewers under every figure: how large their effect is, or why it is not known."""

import pandas as pd

from service.figures.league import League
from words import Speaker

LEVEL = 0.95  # confidence level of the limits of ρ


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
    alone = [league.name(area) for area in working.index[working == 1]]
    known = table[table.rho_interviewer.notna()]
    if known.empty:
        key = "interviewers.alone" if len(alone) == len(working) else "interviewers.unknown"
        return [t(key, names=alone, count=len(alone))]
    part = (known.se_interviewer**2 / known.se.where(known.se > 0) ** 2).median()
    rho = known.iloc[0]  # the same in every area
    limits = {"lower": rho.rho_lower, "upper": rho.rho_upper, "df": rho.rho_df, "level": LEVEL}
    notes = [t("interviewers.counted", rho=rho.rho_interviewer, part=0.0 if pd.isna(part) else part, **limits)]
    notes += [t("interviewers.some_alone", names=alone, count=len(alone))] if alone else []
    if league.against is not None and table.change_se_interviewer.isna().all():
        notes.append(t("interviewers.change_absent"))
    return notes
