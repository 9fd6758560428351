"""The table of a league's changes between two windows of waves: what is confirmed, and how sure it is."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from accountability.league.conventions import LAST, PROBABILITIES, RANK_SHARE
from accountability.league.joined import joined_waves
from accountability.league.wave_measure import WaveMeasure
from estimation import (
    Estimate,
    Waves,
    change_steps,
    combine,
    compare_league,
    shift_posterior,
    third_ratio,
    window_change,
    windows,
)
from estimation.changes.verdicts import BOTH
from words import Fault


def change_table(
    waves: Mapping[str, WaveMeasure],
    before: Sequence[str],
    after: Sequence[str],
    areas: Sequence[str],
    *,
    level: float,
    rng: np.random.Generator,
    rank_share: float = RANK_SHARE,
    family: int = 1,
    watch: Sequence[str] = (),
    last: int = LAST,
    side: str = BOTH,
) -> pd.DataFrame:
    """CHANGES of a league between two windows of waves, over the areas with answers in all of them.

    waves   name -> data, of every wave in either window;  before, after: their names; the caller adds from and to
    level   of all that is called proven or real on the page; rank_share of its error goes to the rank level
    family, watch  as in `compare_league`; watched areas nobody answered in are left out
    last    how many are "the last" in the probabilities; empty where the league has no more areas than that
    side    "both", or "worse": only falls against the field are called; fixed before the waves are seen
    On smoothed variances, interviewers counted; waves that share PSUs are correlated by `joint_waves`, and
    interviewers are taken as new in every wave.
    """
    common, measure = answered_in_all(waves, areas), next(iter(waves.values())).measure
    plain, sampled, smooth = joined_waves(waves, common, sides=(before, after))
    one, two, cross = windows(smooth, before, after)
    coefficients = window_change(before, after)
    shift = _shift(waves, smooth, coefficients, common)
    alpha, reach = 1 - level, measure.high - measure.low
    comparison = compare_league(
        one,
        two,
        cross=cross,
        shift=shift,
        side=side,
        rng=rng,
        alpha_standing=alpha * (1 - rank_share),
        alpha_rank=alpha * rank_share,
        family=family,
        watch=[a for a in watch if a in common],
        largest_is_best=measure.largest_is_best,
    )
    likely = _probabilities(one, two, cross, last, rng=rng, largest_is_best=measure.largest_is_best)
    rows = comparison.to_frame().rename(columns={"outcome": "verdict"}).rename_axis("area").reset_index()
    return rows.assign(
        measure=measure.name,
        se=comparison.change.se,
        se_design=combine(plain, coefficients).se,
        se_interviewer=interviewers_part(waves, sampled, smooth, coefficients),
        df=comparison.change.df,
        lower=np.maximum(rows.lower, -reach),
        upper=np.minimum(rows.upper, reach),
        level=level,
        p=comparison.score.p,
        p_holm=comparison.score.p_holm,
        q_screening=comparison.score.q_screening,
        relative=comparison.standing.relative,
        relative_se=comparison.standing.se,
        relative_lower=np.maximum(comparison.standing.lower, -2 * reach),
        relative_upper=np.minimum(comparison.standing.upper, 2 * reach),
        p_standing=comparison.standing.p_standing,
        p_worse_standing=comparison.worse.p_standing,
        side=comparison.side,
        alpha_standing=comparison.alpha_standing,
        alpha_rank=comparison.alpha_rank,
        family=family,
        watched=np.isin(common, list(watch)).astype(int),
        few_changed=float(not comparison.told_apart),
        **likely,
    )


def change_of(
    waves: Mapping[str, WaveMeasure], before: Sequence[str], after: Sequence[str], areas: Sequence[str]
) -> Estimate:
    """The changes of `change_table` with their errors, over the areas with answers in all waves."""
    common = answered_in_all(waves, areas)
    smooth = joined_waves(waves, common, sides=(before, after))[2]
    return _shift(waves, smooth, window_change(before, after), common)


def answered_in_all(waves: Mapping[str, WaveMeasure], areas: Sequence[str]) -> list[str]:
    """The areas with answers in all of the waves; a Fault if there is none."""
    common = [a for a in areas if all(a in set(wave.areas.names) for wave in waves.values())]
    if not common:
        raise Fault(key="report.league_empty", measure=next(iter(waves.values())).measure.name)
    return common


def _shift(waves: Mapping[str, WaveMeasure], joined: Waves, coefficients, areas: Sequence[str]) -> Estimate:
    linearized = {name: wave.linearized for name, wave in waves.items()}
    skewness, steps = third_ratio(linearized, coefficients), change_steps(linearized, coefficients, areas)
    return combine(joined, coefficients, third_ratio=skewness, steps=steps)


def interviewers_part(
    waves: Mapping[str, WaveMeasure], sampled: Waves, counted: Waves, coefficients: Mapping[str, float]
) -> np.ndarray:
    """The interviewers' part of a change's standard errors (p,); NaN unless it is known in every wave compared."""
    parts = [waves[name].interviewers for name, a in coefficients.items() if a]
    variances = (combine(waves_of_error, coefficients).variance for waves_of_error in (sampled, counted))
    if any(part is None or not part.known for part in parts):
        return np.full(len(sampled.estimates[0].names), np.nan)
    without, whole = variances
    return np.sqrt(np.maximum(whole - without, 0.0))


def _probabilities(one: Estimate, two: Estimate, cross, k: int, **options) -> dict:
    """The probability level: what the two-wave posterior says of score, rank and the last k, and whether it fits.

    That an area is among the last k is right as often as said where the model fits, and is left out elsewhere.  That it
    fell is not, in leagues of which few areas moved: kept for study, shown nowhere (docs/decisions.md).
    """
    none = dict.fromkeys(PROBABILITIES, np.nan) | {"last": k, "fits": np.nan}
    if len(one.names) <= k:
        return none
    try:
        posterior = shift_posterior(one, two, cross=cross, k=k, **options)
    except Fault as fault:
        if fault.key not in ("posterior.not_converged", "posterior.certain"):
            raise
        return none  # a league its model cannot describe has no probabilities; the tests stand without them
    last = posterior.after.p_last if posterior.league.fit.fits else np.full(len(one.names), np.nan)
    columns = (posterior.p_score_worse, posterior.p_rank_worse, posterior.p_rank_better, last)
    return dict(zip(PROBABILITIES, columns, strict=True)) | {"last": k, "fits": float(posterior.league.fit.fits)}
