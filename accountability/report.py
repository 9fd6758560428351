"""The tables of a bulletin, made from answers: estimates, ranks, verdicts on rules, and what is real in changes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations

import numpy as np
import pandas as pd
import scipy.sparse as sp

from accountability.rules import NOT_LAST, Rule, judge
from estimation import (
    Design,
    Estimate,
    Interval,
    LastK,
    Limits,
    Measure,
    Moderated,
    RankSet,
    Waves,
    combine,
    compare_league,
    design_effect,
    indicator_values,
    interviewer_variance,
    joint_waves,
    last_k,
    lasting_correlation,
    linearize_domain_means,
    mean,
    measure_interval,
    moderate_effects,
    own_effects,
    rank_confidence_set,
    sample_sizes,
    shift_posterior,
    smooth_scores,
    smooth_shares,
    third_ratio,
    unfit_to_publish,
    window_change,
    windows,
)
from estimation.change.field import BOTH
from estimation.columns.ties import at_end, onto_ends
from estimation.estimators.estimates import SPARSE_FROM, Linearization
from estimation.indicators.answer_moments import third_moments
from estimation.indicators.answers import put
from estimation.precision.finite import WITHOUT_END, FiniteEstimate, Population, finite_means, interview_fractions
from estimation.precision.interviewers import InterviewerVariance
from estimation.waves.finite_changes import finite_waves, of_the_people
from estimation.waves.noise import off_diagonal
from estimation.waves.waves import is_independent
from words import Fault

ALL = "*"  # the domain of everybody
EVERYONE = "everyone"  # the method of an interval where all eligible units were asked
SIMULTANEOUS, MARGINAL = "simultaneous", "marginal"
LAST = 5  # of a league, where no rule says how many are called the last
PROBABILITIES = ("p_worse", "p_rank_worse", "p_rank_better", "p_last")
RANK_SHARE = 0.1  # of the page's error, for the rank level: at ordinary n it has next to no power
INTERVIEWER_COLUMNS = ("interviewers", "se_interviewer", "rho_interviewer", "rho_lower", "rho_upper", "rho_df")
REFERENCE = "wr"  # design effects compare with simple random sampling with replacement


@dataclass(frozen=True, eq=False)
class WaveMeasure:
    """One measure in one wave: values (n,) with NaN for no answer, areas (n,), and the design they came from.

    values are `estimation.indicator_values` of the areas; overall those of everybody, where the two differ (a share of
    mentions, an index); an index whose records are not known for everybody has no overall value: all NaN.
    interviewer (n,): who rang, where numbers were shared at random among an area's interviewers; None: not known.
    population: the eligible units there are, if known; then levels are of them (`finite_areas`), while ranks, changes
    and rules are about the process behind them, unless `of_people` says that they too are of these units
    unanswered (n,): asked the question without an answer to it
    """

    measure: Measure
    values: np.ndarray
    area: np.ndarray
    design: Design
    overall: np.ndarray | None = None
    interviewer: np.ndarray | None = None
    population: Population | None = None
    unanswered: np.ndarray | None = None
    of_people: bool = False

    @classmethod
    def of_answers(
        cls,
        measure: Measure,
        answers: pd.DataFrame,
        area,
        design: Design,
        *,
        interviewer=None,
        population=None,
        of_people=False,
        **options,
    ) -> "WaveMeasure":
        """The measure made from answers' codes; options: items, measures and records of `indicator_values`."""
        values = indicator_values(answers, measure, area, design, **options)
        total = np.full(len(area), ALL, dtype=object)
        overall = None if measure.linear else indicator_values(answers, measure, total, design, **options)
        unanswered = np.isnan(values) & put(answers, measure, options["items"], options.get("measures"))
        return cls(measure, values, area, design, overall, interviewer, population, unanswered, of_people)

    @property
    def answered_by_anyone(self) -> bool:
        """Has anyone with a weight above 0 a value?"""
        return bool((~np.isnan(self.values) & (self.design.weight > 0)).any())

    @cached_property
    def linearized(self) -> Linearization:
        """The areas' means before their variance: needed for the covariance with another wave."""
        found = linearize_domain_means(self.values, self.area, self.design)
        return replace(found, value=self._on_the_scale(found.value))

    def _on_the_scale(self, value) -> np.ndarray:
        """Values exactly at an end of the measure's scale where only rounding keeps them from it."""
        return onto_ends(value, self.measure.low, self.measure.high)

    @cached_property
    def areas(self) -> Estimate:
        """The areas' estimates with the design's covariance."""
        return self.linearized.estimate()

    @cached_property
    def interviewers(self) -> InterviewerVariance | None:
        """What interviewers add to the areas' variances; None where it is not known who rang."""
        if self.interviewer is None:
            return None
        return interviewer_variance(self.values, self.area, self.interviewer, self.design)

    @cached_property
    def everyones(self) -> np.ndarray:
        """The values (n,) whose mean is the estimate over all areas."""
        return self.values if self.overall is None else self.overall

    @cached_property
    def everybody(self) -> Estimate | None:
        """The estimate over all areas; None where there is none."""
        if not (~np.isnan(self.everyones) & (self.design.weight > 0)).any():
            return None
        found = mean(self.everyones, self.design)
        return Estimate((ALL,), self._on_the_scale(found.value), found.covariance, found.df)

    @cached_property
    def fractions(self) -> np.ndarray:
        """f_i (n,): the part of the eligible units of its area or stratum that an interview was one of."""
        counted = self.design.weight > 0
        counted = counted if self.unanswered is None else counted & ~self.unanswered
        return interview_fractions(self.population, self.area, self.design, counted)

    @cached_property
    def finite_areas(self) -> FiniteEstimate:
        """The areas' estimates, of the eligible units there are."""
        return finite_means(self.linearized, self.population, self.area, self.fractions, self.area)

    @cached_property
    def finite_everybody(self) -> FiniteEstimate:
        """The estimate over all areas, of the eligible units there are."""
        total = np.full(len(self.area), ALL, dtype=object)
        found = linearize_domain_means(self.everyones, total, self.design)
        linearized = replace(found, value=self._on_the_scale(found.value))
        return finite_means(linearized, self.population, self.area, self.fractions, total)

    @cached_property
    def sizes(self) -> pd.DataFrame:
        """n and Kish's effective n by area, and over all areas."""
        total = np.full(len(self.area), ALL, dtype=object)
        each = ((self.values, self.area), (self.everyones, total))
        return pd.concat([sample_sizes(values, domain, self.design) for values, domain in each])

    @cached_property
    def smoothed(self) -> Estimate:
        """The areas' estimates with the sampling variances that statements about ranks and changes use."""
        sizes = self.sizes.loc[list(self.areas.names)]
        n, effective = sizes.n.to_numpy(), sizes.n_effective.to_numpy()
        if self.measure.yes_or_no:
            return smooth_shares(self.areas, effective, n=n)
        third = third_moments(self.values, self.area, self.design.weight, self.areas.names)
        return smooth_scores(self.areas, effective, reach=self.measure.high - self.measure.low, unit_third=third)

    @cached_property
    def effects(self) -> Moderated:
        """The design effects of the areas' shares, each drawn to the league's."""
        sizes = self.sizes.loc[list(self.areas.names)]
        return moderate_effects(self.areas, sizes.n.to_numpy(), sizes.n_effective.to_numpy())

    @property
    def finite(self) -> bool:
        """Whether ranks, changes and rules too are of the eligible units there are."""
        return self.of_people and self.population is not None

    @cached_property
    def judged(self) -> Estimate:
        """`smoothed`, of the eligible units there are where ranks, changes and rules are of them."""
        return of_the_people(self.smoothed, self.finite_areas.remaining) if self.finite else self.smoothed

    @cached_property
    def counted(self) -> Estimate:
        """`judged` with the interviewers' part: what ranks, rules and changes are judged on."""
        return self.judged if self.interviewers is None else self.interviewers.added_to(self.judged)

    def answered(self, areas) -> list:
        """Those of the areas that have answers, in their order."""
        return [a for a in areas if a in set(self.areas.names)]

    def league(self, areas) -> Estimate:
        """The estimates, smoothed and interviewers counted, of a league's areas with answers; a Fault if none has."""
        present = self.answered(areas)
        if not present:
            raise Fault(key="report.league_empty", measure=self.measure.name)
        return self.counted.select(present)


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


def with_interviewers(wave: WaveMeasure, sampled: Estimate) -> tuple[Estimate, InterviewerVariance | None]:
    """Areas' estimates of this wave, or that of everybody, with the interviewers' part; and that part."""
    part = wave.interviewers
    if part is None:
        return sampled, None
    everybody = sampled.names == (ALL,)
    part = part.pooled(_weights_of(wave, part.names), ALL) if everybody else part.select(sampled.names)
    return part.added_to(sampled), part


def interviewer_columns(part: InterviewerVariance | None) -> dict:
    """The columns of ESTIMATES about interviewers; empty where nothing is known."""
    if part is None:
        return dict.fromkeys(INTERVIEWER_COLUMNS, np.nan)
    found = {"interviewers": part.working.astype(float)}
    if part.known:
        found |= dict(zip(INTERVIEWER_COLUMNS[1:], (part.se, part.rho, *part.limits(), part.df), strict=True))
    return dict.fromkeys(INTERVIEWER_COLUMNS, np.nan) | found


def _weights_of(wave: WaveMeasure, areas) -> np.ndarray:
    """Each area's share of the weight of those who answered (k,)."""
    weight = pd.Series(np.where(np.isnan(wave.values), 0.0, wave.design.weight)).groupby(wave.area).sum()
    weight = weight[list(areas)].to_numpy()
    return weight / weight.sum()


def interval_inputs(
    wave: WaveMeasure, sampled: Estimate, growth=1.0
) -> tuple[Estimate, np.ndarray, np.ndarray, Moderated | None]:
    """What an interval is made from: estimates of this wave, n and effective n, design effects of shares.

    Interviewers are counted: in the variance; where nobody answered otherwise, so that it is 0, and for shares, in the
    effective n, and in the df.  Areas' shares take the design effects of the league; everybody's share its own.
    growth (k,): what the effective n grows by in a finite population (`FiniteEstimate.growth`); the design effects are
    those of the process
    """
    sizes, m = wave.sizes.loc[list(sampled.names)], wave.measure
    n, effective = sizes.n.to_numpy(), sizes.n_effective.to_numpy() * growth
    estimate, part = with_interviewers(wave, sampled)
    effects = share_effects(wave, sampled, part) if m.yes_or_no else None
    if part is not None and part.known:
        effective = effective / part.deff(effective)
        alike = (sampled.variance == 0) & (growth < WITHOUT_END)
        ends = at_end((sampled.value - m.low) / (m.high - m.low)) | alike
        estimate = replace(estimate, covariance=np.diag(np.where(ends, sampled.variance, estimate.variance)))
    return estimate, n, effective, effects


def share_effects(wave: WaveMeasure, sampled: Estimate, part: InterviewerVariance | None) -> Moderated:
    """The design effects of shares of this wave, with the df of both the sampling and the interviewers' part."""
    if sampled.names == (ALL,):
        sizes = wave.sizes.loc[[ALL]]
        n, effective = sizes.n.to_numpy(), sizes.n_effective.to_numpy()
        process = wave.everybody
        effects, smoothed = own_effects(process, n, effective), smooth_shares(process, effective, n=n)
    else:
        effects = wave.effects.select(wave.areas.positions(sampled.names))
        smoothed = wave.smoothed.select(sampled.names)
    return effects if part is None else effects._replace(df=part.added_to(smoothed).df)


def measure_limits(wave: WaveMeasure, sampled: Estimate, *, level: float, growth=1.0):
    """The measure's default interval for estimates of this wave, and the method used for each name."""
    m = wave.measure
    estimate, n, effective, effects = interval_inputs(wave, sampled, growth)
    options = {"low": m.low, "high": m.high, "share": m.yes_or_no, "level": level, "effects": effects}
    return measure_interval(estimate, n, effective, **options)


def _finite(wave: WaveMeasure, estimate: Estimate, *, everybody: bool) -> FiniteEstimate:
    """The estimate of the eligible units there are; as it is where nobody knows how many."""
    if wave.population is None:
        unknown = np.full(len(estimate.names), np.nan)
        return FiniteEstimate(estimate, unknown, np.ones(len(unknown)))
    return wave.finite_everybody if everybody else wave.finite_areas


def finite_limits(wave: WaveMeasure, finite: FiniteEstimate, *, level: float):
    """`measure_limits` of the eligible units there are; where all of them were asked, a point.

    Not so where interviewers are known to add to the error: asking everyone does not take that away.
    """
    n = wave.sizes.n[list(finite.estimate.names)].to_numpy()
    growth = finite.growth(n, wave.measure.low, wave.measure.high)
    limits, methods = measure_limits(wave, finite.estimate, level=level, growth=growth)
    known = wave.interviewers is not None and wave.interviewers.known
    everyone, value = (finite.remaining == 0) & (not known), finite.estimate.value
    lower, upper = (np.where(everyone, value, limit) for limit in (limits.lower, limits.upper))
    return Interval(lower, upper, level), np.where(everyone, EVERYONE, methods)


def covariance_table(wave: WaveMeasure) -> pd.DataFrame:
    """COVARIANCES between areas, each pair once (domain <= other), only those that are not zero."""
    areas, _ = with_interviewers(wave, wave.areas)
    names, upper = np.array(areas.names, dtype=object), sp.triu(areas.covariance, format="coo")
    kept = upper.data != 0
    i, j = upper.row[kept], upper.col[kept]
    columns = {"domain": names[i], "other": names[j], "covariance": upper.data[kept]}
    return pd.DataFrame(columns).assign(measure=wave.measure.name)


def league_ranks(
    wave: WaveMeasure, areas, *, family: str = SIMULTANEOUS, level: float, rng: np.random.Generator
) -> RankSet:
    """Rank sets of a league: of all areas together, or (MARGINAL, which takes p times as long) of each area alone."""
    return rank_confidence_set(
        wave.league(areas),
        simultaneous=family == SIMULTANEOUS,
        rng=rng,
        level=level,
        largest_is_best=wave.measure.largest_is_best,
    )


def rank_table(measure: str, ranks: RankSet, family: str = SIMULTANEOUS) -> pd.DataFrame:
    """RANKS of a league's rank sets."""
    rows = ranks.to_frame().rename_axis("area").reset_index()
    return rows.assign(measure=measure, family=family, level=ranks.level)


def verdict_table(wave: WaveMeasure, rank_set: RankSet, rules) -> pd.DataFrame:
    """VERDICTS of the measure's rules on a league; who is among the last k is shown by the K-split (`last_k`)."""
    estimate, smooth, found = wave.areas.select(rank_set.names), wave.counted.select(rank_set.names), []
    for rule in rules:
        if wave.finite:
            limits, _ = finite_limits(wave, wave.finite_areas.select(rank_set.names), level=rule.level)
        else:
            limits, _ = measure_limits(wave, estimate, level=rule.level)
        split = _last(smooth, rule, wave.measure.largest_is_best) if rule.kind == NOT_LAST else None
        unit = wave.measure.printed_unit
        found += judge([rule], estimate, rank_set, limits, split, printed_unit=unit)
    return pd.DataFrame([vars(v) for v in found]).assign(measure=wave.measure.name)


def _last(estimate: Estimate, rule: Rule, largest_is_best: bool) -> LastK | None:
    """The K-split at the rule's level; None where the league has no more areas than the rule lists."""
    k = int(rule.threshold)
    if k >= len(estimate.names):
        return None
    covariance = "independent" if off_diagonal(estimate.covariance) is None else "any"
    return last_k(estimate, k, alpha=1 - rule.level, covariance=covariance, largest_is_best=largest_is_best)


def change_table(
    waves: Mapping[str, WaveMeasure],
    before,
    after,
    areas,
    *,
    level: float,
    rng: np.random.Generator,
    rank_share: float = RANK_SHARE,
    family: int = 1,
    watch=(),
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
    common = [a for a in areas if all(a in set(wave.areas.names) for wave in waves.values())]
    measure = next(iter(waves.values())).measure
    if not common:
        raise Fault(key="report.league_empty", measure=measure.name)
    plain, sampled, smooth = joined_waves(waves, common, sides=(before, after))
    one, two, cross = windows(smooth, before, after)
    coefficients = window_change(before, after)
    skewness = third_ratio({name: wave.linearized for name, wave in waves.items()}, coefficients)
    shift = combine(smooth, coefficients, third_ratio=skewness)
    alpha, reach = 1 - level, measure.high - measure.low
    found = compare_league(
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
    rows = found.to_frame().rename(columns={"outcome": "verdict"}).rename_axis("area").reset_index()
    return rows.assign(
        measure=measure.name,
        se=found.change.se,
        se_design=combine(plain, coefficients).se,
        se_interviewer=_interviewers_part(waves, sampled, smooth, coefficients),
        df=found.change.df,
        lower=np.maximum(rows.lower, -reach),
        upper=np.minimum(rows.upper, reach),
        level=level,
        p=found.score.p,
        p_holm=found.score.p_holm,
        q_screening=found.score.q_screening,
        relative=found.standing.relative,
        relative_se=found.standing.se,
        relative_lower=np.maximum(found.standing.lower, -2 * reach),
        relative_upper=np.minimum(found.standing.upper, 2 * reach),
        p_standing=found.standing.p_standing,
        p_worse_standing=found.worse.p_standing,
        side=found.side,
        alpha_standing=found.alpha_standing,
        alpha_rank=found.alpha_rank,
        family=family,
        watched=np.isin(common, list(watch)).astype(int),
        **likely,
    )


def _interviewers_part(waves: Mapping[str, WaveMeasure], sampled: Waves, counted: Waves, coefficients) -> np.ndarray:
    """The interviewers' part of a change's standard errors (p,); NaN unless it is known in every wave compared."""
    parts = [waves[name].interviewers for name, a in coefficients.items() if a]
    both = (combine(each, coefficients).variance for each in (sampled, counted))
    if any(part is None or not part.known for part in parts):
        return np.full(len(sampled.estimates[0].names), np.nan)
    without, whole = both
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
        found = shift_posterior(one, two, cross=cross, k=k, **options)
    except Fault as fault:
        if fault.key not in ("posterior.not_converged", "posterior.certain"):
            raise
        return none  # a league its model cannot describe has no probabilities; the tests stand without them
    last = found.after.p_last if found.league.fit.fits else np.full(len(one.names), np.nan)
    columns = (found.p_score_worse, found.p_rank_worse, found.p_rank_better, last)
    return dict(zip(PROBABILITIES, columns, strict=True)) | {"last": k, "fits": float(found.league.fit.fits)}


def joined_waves(waves: Mapping[str, WaveMeasure], areas, *, sides=((), ())) -> tuple[Waves, Waves, Waves]:
    """The areas' estimates in all waves with the covariances between waves: the design's, smoothed, and with
    interviewers counted, which is what pages are judged on.

    Interviewers' parts are added to the smoothed ones; between waves what lasts of them (`lasting_correlation`), where
    other people are asked: else what lasts of an interviewer could not be told from what lasts of people.
    sides: the waves of the windows compared, for what is not known of changes of the people there are (`finite_waves`)
    """
    names = tuple(sorted(waves))
    plain = {name: waves[name].areas.select(areas) for name in names}
    smooth = {name: waves[name].smoothed.select(areas) for name in names}
    counted = {name: waves[name].counted.select(areas) for name in names}
    linearized = {name: waves[name].linearized for name in names}
    sampled = joint_waves(linearized, smooth)
    others = all(is_independent(shared) for shared in sampled.cross.values())
    lasting = interviewers_between(waves, areas) if others else {}
    if all(waves[name].finite for name in names):
        sampled = _of_the_people(waves, sampled, areas, sides)
        counted = dict(zip(names, sampled.estimates, strict=True))
        for name, part in ((n, waves[n].interviewers) for n in names if waves[n].interviewers is not None):
            counted[name] = part.select(areas).added_to(counted[name])
    cross = dict(sampled.cross)
    for pair, c in lasting.items():
        cross[pair] = c if is_independent(cross[pair]) else cross[pair] + c
    return joint_waves(linearized, plain), sampled, replace(sampled, estimates=tuple(counted.values()), cross=cross)


def interviewers_between(waves: Mapping[str, WaveMeasure], areas) -> dict:
    """(earlier, later) -> the covariance (p,p) by the interviewers in both, where other people are asked; {}: none."""
    parts = {name: waves[name].interviewers for name in sorted(waves)}
    if any(part is None or not part.known for part in parts.values()):
        return {}
    lasting = lasting_correlation(list(parts.values()))
    if not lasting:
        return {}
    own, few = {name: part.select(areas) for name, part in parts.items()}, len(areas) < SPARSE_FROM
    made = {(s, t): own[s].with_later(own[t], lasting) for s, t in combinations(own, 2)}
    return {pair: shared.toarray() if few else shared for pair, shared in made.items()}


def _of_the_people(waves: Mapping[str, WaveMeasure], sampled: Waves, areas, sides) -> Waves:
    """`finite_waves` of these waves: PSUs asked in each area, and those asked in both of two waves."""
    remaining = {name: w.finite_areas.select(areas).remaining for name, w in waves.items()}
    units = {name: _psus(w) for name, w in waves.items()}
    asked = {name: np.array([len(units[name].get(a, ())) for a in areas], dtype=float) for name in waves}
    common = {
        (s, t): np.array([len(units[s].get(a, set()) & units[t].get(a, set())) for a in areas], dtype=float)
        for s, t in sampled.cross
    }
    apart = {(s, t) for s, t in sampled.cross if any(s in one and t in two for one, two in (sides, sides[::-1]))}
    return finite_waves(sampled, remaining, asked, common, apart)


def _psus(wave: WaveMeasure) -> dict:
    """area -> the PSUs (stratum, label) with an answer in it."""
    design, given = wave.design, ~np.isnan(wave.values) & (wave.design.weight > 0)
    psu = design.psu[given]
    labels = zip(design.stratum_names[design.psu_stratum[psu]], np.asarray(design.psu_names)[psu], strict=True)
    found: dict = {}
    for area, label in zip(wave.area[given], labels, strict=True):
        found.setdefault(area, set()).add(label)
    return found
