"""Use case: the shares an earlier wave's estimates allow, for a plan to rest on instead of an assumption."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from estimation import Estimate, smooth_shares
from programme.survey import Programme
from service.figures.league import newest_run, process_variance, read_league
from service.figures.waves import ESTIMATE
from service.intake.imports import current_programme
from service.store.engine import Store
from service.store.permissions import permitted
from words import Fault

FEWEST = 2  # areas with estimates, so that they have a spread


@permitted
def earlier_rates(store: Store, programme: str, wave: str, measure: str) -> tuple[Estimate, Mapping]:
    """The areas' shares of a measure in an estimated wave, the largest best, and what to say of them.

    Variances are smoothed (`estimation.smooth_shares`), so that no area is certain.  Areas withheld from the reader are
    left out, as are those without a standard error.  The other value: wave, measure, its name by language, estimated.
    Raises Fault for a measure that is no share of answers, and for fewer than two areas.
    """
    plan = current_programme(store, programme)[1]
    if measure not in plan.measures:
        raise Fault(key="league.unknown_measure", found=measure, expected=list(plan.measures))
    if measure not in plan_measures(plan):
        raise Fault(key="sample.from_measure", measure=plan.measure_names[measure], expected=plan_measures(plan))
    leagues = [read_league(store, programme, wave=wave, measure=measure, league=name) for name in plan.leagues]
    table = pd.concat([league.table for league in leagues])
    table = table[(table.se.astype(float) >= 0) & (table.n >= FEWEST)]
    if len(table) < FEWEST:
        raise Fault(key="sample.from_few", wave=wave, measure=plan.measure_names[measure], found=len(table))
    value = table.estimate.to_numpy(dtype=float)
    value = value if plan.measures[measure].largest_is_best else 1 - value
    variance = process_variance(table).fillna(table.estimate * (1 - table.estimate) / table.n).to_numpy(dtype=float)
    plain = Estimate(tuple(table.index), value, np.diag(variance), np.inf)
    basis = {"wave": wave, "measure": measure, "name": dict(plan.measure_names[measure]), "estimated": len(table)}
    return smooth_shares(plain, table.n_effective.to_numpy(dtype=float)), basis


@permitted
def estimated_waves(store: Store, programme: str, waves) -> list[str]:
    """Those of the waves that have estimates."""
    return [wave for wave in waves if newest_run(store, ESTIMATE, programme=programme, wave=wave) is not None]


def plan_measures(plan: Programme) -> list[str]:
    """The measures a plan can rest on: shares of respondents."""
    return [name for name, measure in plan.measures.items() if measure.yes_or_no]
