"""Who rested when a wave was drawn, and who is called before the rest is over, as the wave's record counts them."""

import numpy as np
import pandas as pd

from sampling.planning.rotation import rotation_ages
from sampling.proof.record import DrawRecord


def passed_over(record: DrawRecord) -> int:
    """How many units of the list were called in the last k waves, in whichever stratum, and are not drawn.

    Σ_h Σ_{a <= k} (N_ha - n_ha); in rotation groups also those who wait for their group's next wave.  0 of a draw that
    knows no rest.
    """
    rates = _rates(record)
    resting = rates[rates["rest"] <= _longest(record)]
    populations = resting.drop_duplicates(["stratum", "rest"]).population
    return int(populations.sum() - resting["sample"].sum())


def called_early(record: DrawRecord) -> pd.DataFrame:
    """stratum, rest, count: who is drawn though fewer than k waves passed since the last call, and is not kept."""
    rates, plan = _rates(record), record.plan
    early = rates[(rates["rest"] <= _longest(record)) & (rates["sample"] > 0)]
    if plan.rotation is not None:
        early = early[early.age != early["rest"]].assign(count=lambda of: of["sample"])
    else:
        kept = np.minimum(np.ceil((plan.keep or 0.0) * early.population - 1e-9), early["sample"])
        kept = early["sample"] if plan.respondents else kept  # how many answered, the record does not say
        early = early.assign(count=early["sample"] - np.where(early["rest"] > 1, 0, kept))
    early = early[early["count"] > 0].astype({"count": np.int64})
    return early.groupby(["stratum", "rest"], as_index=False)["count"].sum()


def _rates(record: DrawRecord) -> pd.DataFrame:
    columns = ["stratum", "rest", "population", "sample", *([] if record.plan.rotation is None else ["age"])]
    return pd.DataFrame(list(record.rates or ()), columns=pd.Index(columns))


def _longest(record: DrawRecord) -> int:
    in_groups = 0 if record.plan.rotation is None else rotation_ages(record.plan.rotation)[-1]
    return (record.plan.rest or 0) + in_groups
