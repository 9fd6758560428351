"""The areas' shares by an earlier wave's estimates, on which a sample plan can rest instead of an assumption."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from estimation import Estimate, smooth_shares
from programme.declared import Programme
from service.figures.league import process_variance, read_league
from service.intake.imports import current_programme
from service.store.engine import Store
from service.store.permissions import permitted
from words import Fault

FEWEST = 2  # areas with estimates, so that they have a spread


@permitted
def earlier_rates(store: Store, programme_name: str, wave: str, measure: str) -> tuple[Estimate, Mapping]:
    """The areas' shares of a measure in an estimated wave, with the largest as the best, and where they come from.

    Variances are smoothed (`estimation.smooth_shares`), so that no area is without error. Areas that are withheld from
    the reader and areas without a standard error are left out. The second value has wave, measure, name (by language)
    and estimated (the number of areas). A Fault if the measure is no share of respondents, or has fewer than two areas.
    """
    programme = current_programme(store, programme_name)[1]
    if measure not in programme.measures:
        raise Fault(key="league.unknown_measure", found=measure, expected=list(programme.measures))
    if measure not in plan_measures(programme):
        raise Fault(
            key="sample.from_measure", measure=programme.measure_names[measure], expected=plan_measures(programme)
        )
    leagues = [
        read_league(store, programme_name, wave=wave, measure=measure, league=name) for name in programme.leagues
    ]
    table = pd.concat([league.table for league in leagues])
    table = table[(table.se.astype(float) >= 0) & (table.n >= FEWEST)]
    if len(table) < FEWEST:
        raise Fault(key="sample.from_few", wave=wave, measure=programme.measure_names[measure], found=len(table))
    value = table.estimate.to_numpy(dtype=float)
    value = value if programme.measures[measure].largest_is_best else 1 - value
    variance = process_variance(table).fillna(table.estimate * (1 - table.estimate) / table.n).to_numpy(dtype=float)
    unsmoothed = Estimate(tuple(table.index), value, np.diag(variance), np.inf)
    basis = {"wave": wave, "measure": measure, "name": dict(programme.measure_names[measure]), "estimated": len(table)}
    return smooth_shares(unsmoothed, table.n_effective.to_numpy(dtype=float)), basis


def plan_measures(programme: Programme) -> list[str]:
    """The measures on which a sample plan can rest: shares of respondents."""
    return [name for name, measure in programme.measures.items() if measure.yes_or_no]
