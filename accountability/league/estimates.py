"""The tables of a wave's estimates and of their covariances."""

import numpy as np
import pandas as pd
import scipy

from accountability.league.limits import finite_limits, with_interviewers
from accountability.league.wave_measure import WaveMeasure
from estimation import Estimate, Limits, design_effect, unfit_to_publish
from estimation.precision.finite import FiniteEstimate
from estimation.precision.interviewers import InterviewerVariance

INTERVIEWER_COLUMNS = ("interviewers", "se_interviewer", "rho_interviewer", "rho_lower", "rho_upper", "rho_df")
REFERENCE = "wr"  # design effects compare with simple random sampling with replacement


def estimate_table(wave: WaveMeasure, *, level: float, publish: Limits | None = None) -> pd.DataFrame:
    """ESTIMATES of the areas and of everybody, with the interval method used and the limits of `publish` broken.

    se and limits are those of the eligible units there are where they are known (`WaveMeasure.population`), deff and
    n_effective those of the process behind them.
    """
    rows = []
    for sampled, values, domain in ((wave.areas, wave.values, wave.area), (wave.everybody, wave.everyones, None)):
        if sampled is None:
            continue
        finite = _finite(wave, sampled, everybody=domain is None)
        estimate, added = with_interviewers(wave, finite.estimate)
        sizes = wave.sizes.loc[list(estimate.names)]
        limits, methods = finite_limits(wave, finite, level=level)
        unfit = unfit_to_publish(estimate, sizes, low=wave.measure.low, high=wave.measure.high, limits=publish)
        rows.append(
            pd.DataFrame(
                {
                    "measure": wave.measure.name,
                    "domain": list(estimate.names),
                    "estimate": estimate.value,
                    "se": estimate.se,
                    "df": estimate.df,
                    "lower": limits.lower,
                    "upper": limits.upper,
                    "level": level,
                    "method": methods,
                    "deff": design_effect(sampled, values, wave.design, reference=REFERENCE, domain=domain),
                    "n": sizes.n.to_numpy(),
                    "n_effective": sizes.n_effective.to_numpy(),
                    "population": finite.population,
                    "fpc": np.nan if wave.population is None else finite.remaining,
                    "unfit": [" ".join(broken) for broken in unfit],
                    **interviewer_columns(added),
                }
            )
        )
    return pd.concat(rows, ignore_index=True)


def _finite(wave: WaveMeasure, estimate: Estimate, *, everybody: bool) -> FiniteEstimate:
    """The estimate of the eligible units there are; as it is where nobody knows how many."""
    if wave.population is None:
        unknown = np.full(len(estimate.names), np.nan)
        return FiniteEstimate(estimate, unknown, np.ones(len(unknown)))
    return wave.finite_everybody if everybody else wave.finite_areas


def interviewer_columns(part: InterviewerVariance | None) -> dict:
    """The columns of ESTIMATES about interviewers; empty where nothing is known."""
    if part is None:
        return dict.fromkeys(INTERVIEWER_COLUMNS, np.nan)
    columns: dict = {"interviewers": part.working.astype(float)}
    if part.known:
        columns |= dict(zip(INTERVIEWER_COLUMNS[1:], (part.se, part.rho, *part.limits(), part.df), strict=True))
    return dict.fromkeys(INTERVIEWER_COLUMNS, np.nan) | columns


def covariance_table(wave: WaveMeasure) -> pd.DataFrame:
    """COVARIANCES between areas, each pair once (domain <= other), only those that are not zero."""
    areas, _ = with_interviewers(wave, wave.areas)
    names, upper = np.array(areas.names, dtype=object), scipy.sparse.triu(areas.covariance, format="coo")
    kept = upper.data != 0
    i, j = upper.row[kept], upper.col[kept]
    columns = {"domain": names[i], "other": names[j], "covariance": upper.data[kept]}
    return pd.DataFrame(columns).assign(measure=wave.measure.name)
