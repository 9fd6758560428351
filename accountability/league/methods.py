"""Other methods beside the one used: every interval of a measure, and its standard error in three ways."""

import numpy as np
import pandas as pd

from accountability.league.limits import measure_limits
from accountability.league.wave_measure import WaveMeasure
from estimation import Estimate, jackknife_weights, proportion_interval, replicate_domain_means
from words import Fault

DEFAULT, WALD = "default", "wald"
OF_SHARES = ("logit", "korn_graubard", "wilson", "likelihood", "arcsine", WALD)
DESIGN, SMOOTHED, JACKKNIFE = SOURCES = ("design", "smoothed", "jackknife")


def method_table(wave: WaveMeasure, *, level: float, replicates: bool = True) -> pd.DataFrame:
    """One row for each area: its estimate, <method>_lower and <method>_upper for each interval, se_<source>.

    All intervals but the default one take the design's variance of the process: no interviewers, no finite population.
    design      √V of the linearised design;  smoothed: of shares and scores as ranks and changes use them
    jackknife   V = Σ_h (n_h−1)/n_h Σ_j (θ_hj − θ)²; NaN without `replicates`, or where a stratum has a lonely PSU
    """
    areas, columns = wave.areas, {"estimate": wave.areas.value}
    for name, (lower, upper) in _intervals(wave, level).items():
        columns |= {f"{name}_lower": lower, f"{name}_upper": upper}
    errors = {DESIGN: areas.se, SMOOTHED: wave.smoothed.se}
    errors[JACKKNIFE] = _jackknife(wave) if replicates else np.full(len(areas.names), np.nan)
    columns |= {f"se_{source}": errors[source] for source in SOURCES}
    return pd.DataFrame(columns, index=pd.Index(areas.names, name="area"))


def _intervals(wave: WaveMeasure, level: float) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    areas = wave.areas
    used, _ = measure_limits(wave, areas, level=level)
    by_method = {DEFAULT: (used.lower, used.upper)}
    if not wave.measure.yes_or_no:
        wald = areas.interval(level)
        return by_method | {WALD: (wald.lower, wald.upper)}
    sizes = wave.sizes.loc[list(areas.names)]
    n, kish = sizes.n.to_numpy(), sizes.n_effective.to_numpy()
    for name in OF_SHARES:
        limits = proportion_interval(areas, n, method=name, level=level, n_effective=kish)
        by_method[name] = (limits.lower, limits.upper)
    return by_method


def _jackknife(wave: WaveMeasure) -> np.ndarray:
    """Standard errors from one replicate per PSU, in the order of the areas."""
    try:
        replicated: Estimate = replicate_domain_means(wave.values, wave.area, jackknife_weights(wave.design))
    except Fault:
        return np.full(len(wave.areas.names), np.nan)
    return pd.Series(replicated.se, index=list(replicated.names)).reindex(list(wave.areas.names)).to_numpy()
