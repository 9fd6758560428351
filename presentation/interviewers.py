"""What is said of interviewers under every figure: counted and how large, not declared, or not to be known."""

import pandas as pd

from presentation.figures import Speaker
from service.figures.league import League

LEVEL = 0.95  # of ρ's limits


def interviewer_notes(league: League, t: Speaker) -> list[str]:
    """One or two sentences: whether the errors count interviewers, ρ with its limits, its part of the variance."""
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
    of = known.iloc[0]
    values = {"rho": of.rho_interviewer, "lower": of.rho_lower, "upper": of.rho_upper, "df": of.rho_df, "level": LEVEL}
    notes = [t("interviewers.counted", part=0.0 if pd.isna(part) else part, **values)]
    notes += [t("interviewers.some_alone", names=alone, count=len(alone))] if alone else []
    if league.against is not None and table.change_se_interviewer.isna().all():
        notes.append(t("interviewers.change_absent"))
    return notes
