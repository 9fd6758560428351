"""One measure in one wave: its values, areas and design, and the estimates that follow from them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from accountability.league.conventions import ALL, all_in_one
from estimation import (
    Design,
    Estimate,
    Measure,
    Moderated,
    indicator_values,
    interviewer_variance,
    linearize_domain_means,
    mean,
    moderate_effects,
    sample_sizes,
    smooth_scores,
    smooth_shares,
)
from estimation.columns.ties import onto_ends
from estimation.estimators.estimates import Linearization
from estimation.estimators.grouped import grouped_means
from estimation.indicators.answer_moments import answer_skewness
from estimation.indicators.answers import put
from estimation.precision.effects import psu_evenness
from estimation.precision.finite import FiniteEstimate, Population, finite_means, interview_fractions
from estimation.precision.interviewers import InterviewerVariance
from estimation.waves.finite_changes import of_the_people
from words import Fault


@dataclass(frozen=True, eq=False)
class WaveMeasure:
    """One measure in one wave: values (n,) with NaN for no answer, areas (n,), and the design they came from.

    values are `estimation.indicator_values` of the areas; overall those of everybody, where the two differ (a share of
    mentions, an index); an index whose records are not known for everybody has no overall value: all NaN.
    interviewer (n,): who called, where numbers were shared at random among an area's interviewers; None: not known.
    population: the eligible units there are, if known; then levels are of them (`finite_areas`), while ranks, changes
    and rules are about the process behind them, unless `of_people` says that they too are of these units
    unanswered (n,): asked the question without an answer to it
    """

    measure: Measure
    values: np.ndarray
    area: np.ndarray | pd.Categorical
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
        area: np.ndarray | pd.Categorical,
        design: Design,
        *,
        interviewer: np.ndarray | None = None,
        population: Population | None = None,
        of_people: bool = False,
        **options: Any,
    ) -> "WaveMeasure":
        """The measure made from answers' codes; options: items, measures and records of `indicator_values`."""
        values = indicator_values(answers, measure, area, design, **options)
        total = all_in_one(len(area))
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
        linear = linearize_domain_means(self.values, self.area, self.design)
        return replace(linear, value=self._on_the_scale(linear.value))

    def _on_the_scale(self, value) -> np.ndarray:
        """Values exactly at an end of the measure's scale where only rounding keeps them from it."""
        return onto_ends(value, self.measure.low, self.measure.high)

    @cached_property
    def areas(self) -> Estimate:
        """The areas' estimates with the design's covariance."""
        if self.design.alone:
            means = grouped_means(self.values, self.area, self.design)
            return replace(means, value=self._on_the_scale(means.value))
        return self.linearized.estimate()

    @cached_property
    def interviewers(self) -> InterviewerVariance | None:
        """What interviewers add to the areas' variances; None where it is not known who called."""
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
        if self.design.alone:
            linear = grouped_means(self.everyones, all_in_one(len(self.area)), self.design)
        else:
            linear = mean(self.everyones, self.design)
        return Estimate((ALL,), self._on_the_scale(linear.value), linear.covariance, linear.df)

    @cached_property
    def fractions(self) -> np.ndarray:
        """f_i (n,): the part of the eligible units of its area or stratum that an interview was one of."""
        assert self.population is not None
        counted = self.design.weight > 0
        counted = counted if self.unanswered is None else counted & ~self.unanswered
        return interview_fractions(self.population, self.area, self.design, counted)

    @cached_property
    def finite_areas(self) -> FiniteEstimate:
        """The areas' estimates, of the eligible units there are."""
        assert self.population is not None
        return finite_means(self.linearized, self.population, self.area, self.fractions, self.area)

    @cached_property
    def finite_everybody(self) -> FiniteEstimate:
        """The estimate over all areas, of the eligible units there are."""
        assert self.population is not None
        total = all_in_one(len(self.area))
        linear = linearize_domain_means(self.everyones, total, self.design)
        linearized = replace(linear, value=self._on_the_scale(linear.value))
        return finite_means(linearized, self.population, self.area, self.fractions, total)

    @cached_property
    def sizes(self) -> pd.DataFrame:
        """n and Kish's effective n by area, and over all areas."""
        total = all_in_one(len(self.area))
        domains = ((self.values, self.area), (self.everyones, total))
        return pd.concat([sample_sizes(values, domain, self.design) for values, domain in domains])

    @cached_property
    def smoothed(self) -> Estimate:
        """The areas' estimates with the sampling variances that statements about ranks and changes use."""
        sizes = self.sizes.loc[list(self.areas.names)]
        n, effective, n_third = (sizes[name].to_numpy() for name in ("n", "n_effective", "n_third"))
        if self.measure.yes_or_no:
            return smooth_shares(self.areas, effective, n=n, n_third=n_third)
        names = self.areas.names
        return smooth_scores(
            self.areas,
            effective,
            reach=self.measure.high - self.measure.low,
            unit_skewness=answer_skewness(
                self.values, self.area, self.design.weight, names, square=self.design.squares
            ),
            n_third=n_third,
            evenness=psu_evenness(self.values, self.area, self.design, names),
        )

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

    def answered(self, areas: Sequence[str]) -> list[str]:
        """Those of the areas that have answers, in their order."""
        with_answers = set(self.areas.names)
        return [a for a in areas if a in with_answers]

    def league(self, areas: Sequence[str]) -> Estimate:
        """The estimates, smoothed and interviewers counted, of a league's areas with answers; a Fault if none has."""
        present = self.answered(areas)
        if not present:
            raise Fault(key="report.league_empty", measure=self.measure.name)
        return self.counted.select(present)
