"""A league's measure in a wave and the tables made of it: estimates, ranks, and changes between waves."""

from accountability.league.changes import LAST, PROBABILITIES, RANK_SHARE, change_table
from accountability.league.estimates import INTERVIEWER_COLUMNS, covariance_table, estimate_table
from accountability.league.figures import LeagueFigures, league_figures
from accountability.league.joined import interviewers_between, joined_waves
from accountability.league.limits import EVERYONE, finite_limits, measure_limits
from accountability.league.methods import method_table
from accountability.league.ranks import MARGINAL, SIMULTANEOUS, league_ranks, rank_table
from accountability.league.wave_measure import ALL, WaveMeasure

__all__ = [
    "ALL",
    "EVERYONE",
    "INTERVIEWER_COLUMNS",
    "LAST",
    "MARGINAL",
    "PROBABILITIES",
    "RANK_SHARE",
    "SIMULTANEOUS",
    "LeagueFigures",
    "WaveMeasure",
    "change_table",
    "covariance_table",
    "estimate_table",
    "finite_limits",
    "interviewers_between",
    "joined_waves",
    "league_figures",
    "league_ranks",
    "measure_limits",
    "method_table",
    "rank_table",
]
