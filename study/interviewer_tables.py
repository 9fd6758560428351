"""The chapter on interviewers of docs/quality.md and docs/quality.zh.md, between its marks."""

from collections.abc import Mapping

import pandas as pd

from study.written import clear, markdown, percent
from words import speaker

NAME = "interviewers"  # of the chapter's marks
ALLOWED = 0.05  # of leagues may have a false confirmation


def chapter(table: pd.DataFrame, cells: Mapping, language: str, code: str) -> str:
    """The `summary` of the promised cells in words: false confirmations with interviewers ignored and counted.

    cells: number -> Cell;  code: the version that simulated
    """
    t = speaker(language)
    of_one = [number for number in table.index if alone(cells[number])]
    others = table.drop(of_one)
    heads = ("who", "league", "team", "leagues", "ignored", "counted", "holds")
    rows = [_row(cells[number], row, t) for number, row in table.loc[[k for k in cells if k in table.index]].iterrows()]
    above = others.index[others["false"] - clear(others.false_error) > ALLOWED]
    worst = others.loc[others["false"].idxmax()]
    values = {"largest": percent(worst["false"], worst.false_error), "above": len(above), "cells": len(others)}
    text = t("study.interviewers_text", code=f"`{code}`", allowed=ALLOWED)
    parts = [text, markdown([t(f"study.interviewers_{head}") for head in heads], rows)]
    return "\n\n".join([*parts, t("study.interviewers_follows", allowed=ALLOWED, **values)])


def alone(cell) -> bool:
    """Has every area one interviewer, whose effect is the area's?"""
    return cell.who == "own" and cell.interviewers == 1


def _row(cell, row: pd.Series, t) -> list[str]:
    rates = [percent(row[name], row[f"{name}_error"]) for name in ("false_ignored", "false", "holds")]
    team = t("study.interviewers_or_one", count=cell.interviewers) if cell.who == "part" else str(cell.interviewers)
    return [t(f"study.interviewers_{cell.who}"), str(cell.areas), team, str(int(row.leagues)), *rates]
