"""The chapter on flags of docs/quality.md and docs/quality.zh.md, between its marks."""

import pandas as pd

from study.quality.planted import COACHED, COPIED, ENOUGH, KINDS, LAZY, Cell
from study.written import clear, markdown, percent
from words import speaker

NAME = "flags"  # of the chapter's marks
ALLOWED = 0.05  # of waves may have a wrong flag


def chapter(table: pd.DataFrame, cells: list[Cell], language: str, code: str) -> str:
    """The table of `summary` in words, apart for waves in which nothing is planted and others; code: its version."""
    t = speaker(language)
    untouched = [number for number in table.index if cells[number].untouched]
    planted = [number for number in table.index if not cells[number].untouched]
    parts = [t("study.flags_text", code=f"`{code}`")]
    if untouched:
        heads = ("size", "interviewers", "team", "calls", "items", "rho", "waves", "wrong")
        rows = [_untouched(cells[n], table.loc[n], t) for n in untouched]
        parts += [markdown([t(f"study.flags_{h}") for h in heads], rows), _all_untouched(table.loc[untouched], t)]
    if planted:
        heads = ("size", "interviewers", "planted", *KINDS, "waves", *(f"{kind}_found" for kind in KINDS), "wrong")
        rows = [_planted(cells[n], table.loc[n]) for n in planted]
        parts += [t("study.flags_planted_text", enough=ENOUGH), markdown([t(f"study.flags_{h}") for h in heads], rows)]
    return "\n\n".join(parts)


def _untouched(cell: Cell, row: pd.Series, t) -> list[str]:
    calls = t("study.flags_turns" if cell.turns else "study.flags_own" if cell.own else "study.flags_by_lot")
    cells = [_size(cell), cell.interviewers, cell.team, calls, cell.items, f"{cell.rho:g}", int(row.waves)]
    return [*map(str, cells), percent(row.wrong, row.wrong_error)]


def _planted(cell: Cell, row: pd.Series) -> list[str]:
    strengths = (f"{value:g}" for value in (cell.lazy, cell.copied, cell.coached))
    found = [
        "–" if pd.isna(row[kind]) else percent(row[kind], row[f"{kind}_error"]) for kind in (LAZY, COPIED, COACHED)
    ]
    wrong = percent(row.wrong, row.wrong_error)
    return [_size(cell), str(cell.interviewers), str(cell.planted), *strengths, str(int(row.waves)), *found, wrong]


def _size(cell: Cell) -> str:
    return f"{cell.areas} × {cell.interviews}"


def _all_untouched(table: pd.DataFrame, t) -> str:
    """How many waves of all these cells together have a wrong flag, and how many cells are clearly above the level."""
    waves = table.waves.sum()
    wrong = (table.wrong * table.waves).sum() / waves
    inside = ((table.wrong * table.waves).sum() + 1) / (waves + 2)
    above = int((table.wrong - clear(table.wrong_error) > ALLOWED).sum())
    error = (inside * (1 - inside) / (waves + 2)) ** 0.5
    largest = percent(*table.loc[table.wrong.idxmax(), ["wrong", "wrong_error"]])
    values = {"rate": percent(wrong, error), "largest": largest, "above": above, "cells": len(table)}
    return t("study.flags_all", waves=int(waves), allowed=ALLOWED, **values)
