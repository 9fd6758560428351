"""A league's figures put together from a run's tables: one row per area, best first, with its ranks and its change."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from accountability.league.conventions import ALL, MARGINAL, SIMULTANEOUS
from estimation import Measure
from estimation.changes.verdicts import PROVEN, REAL

CHANGE_NAMES = {  # columns of CHANGES that ESTIMATES has too
    "se": "change_se",
    "se_design": "change_se_design",
    "se_interviewer": "change_se_interviewer",
    "lower": "change_lower",
    "upper": "change_upper",
}


@dataclass(frozen=True, eq=False)
class LeagueFigures:
    """A measure's figures in one league.

    table      indexed by area, best first: ESTIMATES with rank, rank_lower, rank_upper; alone_lower, alone_upper if
               each area's own rank set was computed; change, …, toward if waves were compared
    verdicts   VERDICTS, by rule, with areas in the order of the table
    everybody  the estimate over all areas; empty if there is none
    withheld, unchanged  areas left out of the table, and areas whose change is, because of small cells
    elsewhere  whether figures are left out, in another league, of areas of which these are groups
    """

    table: pd.DataFrame
    verdicts: pd.DataFrame
    everybody: dict
    withheld: tuple[str, ...] = ()
    elsewhere: bool = False
    unchanged: tuple[str, ...] = ()


def league_figures(
    measure: Measure,
    areas: Iterable[str],
    *,
    estimates: pd.DataFrame,
    ranks: pd.DataFrame,
    verdicts: pd.DataFrame,
    alone: pd.DataFrame | None = None,
    changes: pd.DataFrame | None = None,
) -> LeagueFigures:
    """The figures of those of the league's areas that have an estimate.

    estimates, ranks, verdicts, changes  rows of the measure in ESTIMATES, RANKS, VERDICTS and, if compared, CHANGES
    alone  RANKS of the run with each area's own rank set
    """
    by_area = estimates.set_index("domain")
    present = [area for area in areas if area in by_area.index]
    joint = ranks[ranks.family == SIMULTANEOUS].set_index("area").reindex(present)
    table = by_area.loc[present].assign(rank=joint["rank"], rank_lower=joint.lower, rank_upper=joint.upper)
    if alone is not None:
        alone_ranks = alone[alone.family == MARGINAL].set_index("area").reindex(present)
        table = table.assign(alone_lower=alone_ranks.lower, alone_upper=alone_ranks.upper)
    table = table.rename_axis("area").sort_values(["rank", "n"], ascending=[True, False], kind="stable")
    if changes is not None:
        table = _with_changes(table, changes.set_index("area"), measure)
    everybody = by_area.loc[ALL].to_dict() if ALL in by_area.index else {}
    return LeagueFigures(table, _in_order(verdicts, table.index), everybody)


def _with_changes(table: pd.DataFrame, changes: pd.DataFrame, measure: Measure) -> pd.DataFrame:
    """The table with the areas' CHANGES; p_last only if the model fits, which older runs did not ask."""
    changes = changes.assign(p_last=changes.p_last.where(changes.fits == 1))
    joined = table.join(changes.drop(columns=["measure", "level", "df"]).rename(columns=CHANGE_NAMES))
    return joined.assign(toward=_toward(joined, measure))


def _toward(table: pd.DataFrame, measure: Measure) -> pd.Series:
    """The direction of a confirmed change: 1 for the better, -1 for the worse; 0 if none is confirmed.

    It is that of the rank if its change is confirmed, else that of the change against the average of all areas.
    """
    against_average = np.sign(table.relative.astype(float)) * (1 if measure.largest_is_best else -1)
    of_rank = np.sign(table.places.astype(float))
    toward = of_rank.where(table.verdict == PROVEN, against_average.where(table.verdict == REAL))
    return toward.fillna(0).astype(int)


def _in_order(verdicts: pd.DataFrame, areas: pd.Index) -> pd.DataFrame:
    """The league's VERDICTS by rule, with areas in the order of the table, so that every engine gives the same."""
    place = areas.get_indexer(pd.Index(verdicts.area))
    of_league, rule = place >= 0, pd.Categorical(verdicts.rule).codes
    order = np.lexsort((place[of_league], rule[of_league]))
    return verdicts.iloc[np.flatnonzero(of_league)[order]]
