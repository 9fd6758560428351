"""Which moves each comparison can detect with a league's interviews, and how many interviews a given move needs."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from estimation import comparison_power, interviews_needed, usual_comparisons
from estimation.changes.needed import RANK, SCORE, STANDING
from estimation.indicators.indicators import MEAN
from service.figures.league import League, process_variance
from words import Fault

MOVES = (0.03, 0.05, 0.10)  # of the measure's whole scale: 3, 5 and 10 points of a share
STANDARD_MOVES = (0.1, 0.2, 0.5)  # standard deviations of one answer, for means of numbers, whose scale may be long
PANEL = 0.5  # correlation of one person's two answers; assumed, since no data tell it
WATCHED = 5  # length of a list of areas to watch, if the programme has none


@dataclass(frozen=True, eq=False)
class Detection:
    """Planning figures by normal theory for a typical area of the league, if the other areas do not move.

    interviews, design_effect: medians over the areas;  correlation: of a panel, assumed;  watched: length of the list
    designs: one row for each comparison (key): the power for each move, and the move detectable with 80 %
    needed: one row for each move: interviews per area and wave that give 80 % on the levels score, standing and rank
    """

    interviews: int
    design_effect: float
    correlation: float
    watched: int
    moves: tuple[float, ...]
    designs: pd.DataFrame
    needed: pd.DataFrame


def detection(league: League) -> Detection:
    """The power of the usual comparisons and the interviews needed, from a league's n, design effects and spread."""
    table, measure, programme = league.table, league.measure, league.programme
    areas = len(table)
    if areas < 2:
        raise Fault(key="detection.areas", found=areas)
    n, deff = int(table.n.median()), float(np.nanmedian(table.deff.astype(float).fillna(1.0)))
    alpha = league.error / programme.family
    levels = {SCORE: league.error, STANDING: alpha * (1 - programme.comparing.rank_share)}
    levels[RANK] = alpha * programme.comparing.rank_share
    spread = _spread(league)
    steps, unit = (MOVES, measure.high - measure.low)
    if measure.kind == MEAN and "sd" in spread:
        steps, unit = STANDARD_MOVES, spread["sd"]
    moves = tuple(m * unit for m in steps)
    watched = min(len(programme.comparing.watch) or WATCHED, areas)
    usual = usual_comparisons(correlation=PANEL, information=1.0, watch=watched)
    options: dict[str, Any] = {
        "areas": areas,
        "interviews": n,
        "alpha": levels[STANDING],
        "design_effect": deff,
        **spread,
    }
    designs = []
    for key, design in usual.items():
        if "score" not in key:
            powers = [comparison_power(design, move, **options) for move in moves]
            designs.append([key, *(power.power for power in powers), powers[0].detectable])
    columns: dict[str, Any] = {"areas": areas, "design_effect": deff, **spread}
    needed = {level: interviews_needed(moves, level=level, alpha=a, **columns) for level, a in levels.items()}
    return Detection(
        n,
        deff,
        PANEL,
        watched,
        moves,
        pd.DataFrame(designs, columns=["design", *moves, "detectable"]),
        pd.DataFrame({"move": moves, **needed}),
    )


def _spread(league: League) -> dict:
    """The typical share, or the standard deviation of one answer, from the design's own standard errors."""
    table = league.table
    if league.measure.yes_or_no:
        return {"share": float(np.clip((table.estimate * table.n).sum() / table.n.sum(), 0.01, 0.99))}
    per_interview = process_variance(table) * table.n / table.deff.astype(float).fillna(1.0)
    return {"sd": float(np.sqrt(np.nanmedian(per_interview[per_interview > 0])))}
