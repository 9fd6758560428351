"""The chance with which a unit counts that was drawn in one of several ways: weights that are right whoever moves.

A course is what chance did with a unit: drawn in which of the waves since it was first listed, and not drawn in which.
Where people move, the rates of a wave depend on who was drawn before.  Let p(ω) be the product of the rates that a unit
met on its course ω, each given what came before.  Then E[1{course = ω}/p(ω)] = 1, however the rates came about, as long
as none of them can be 0 (`turns`).  With any numbers a(ω) that no draw decides and that add up to 1 over the courses on
which the unit is drawn now, w = a(ω)/p(ω) therefore has E[Σ_s w_i y_i] = Σ y_i exactly.
a(ω) = q(ω)/Σ q, where q is the same product in the plan: with the rates there would be if nobody had moved.  Where
nobody moved p = q, and 1/w is the plain inclusion probability Σ q = n_h/N_h.  Where people moved 1/w is no probability:
it may be above 1 where few are left to draw from, and w below 1.  What is shown is bounded (`weighted_release`).
Where the plan has no course on which the unit is drawn now, which only used-up strata can bring about, a(ω) is not
defined, and 1/w is Σ p instead, by the rates as they came about.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from estimation.columns.texts import among
from sampling.draw.past import PastWave, Succession, refuse_rotated
from sampling.draw.turns import Turn, drawn_in_turn, expected_counts
from sampling.planning.rotation import group_sizes, rotation_ages


@dataclass(frozen=True, eq=False)
class Taken:
    """The units of a sample: their ids, the codes of their strata, their rests and the ages of their groups."""

    unit_ids: pd.Series
    code: np.ndarray
    rest: np.ndarray
    age: np.ndarray


@dataclass(frozen=True, eq=False)
class Chances:
    """The rates of one wave by stratum, rest and new group.

    strata  (H,)
    again   (H,A) of those called again in their groups
    fresh   (H,A,B) of those who are drawn and, where there are no groups, of those kept
    """

    strata: pd.Index
    again: np.ndarray
    fresh: np.ndarray

    def short(self, keep: float) -> np.ndarray:
        """Whether others joined those who rested longest in a stratum (H,), of which there were too few."""
        drawn = self.fresh.sum(axis=2)[:, :-1]
        kept = np.zeros(drawn.shape[1])
        kept[:1] = keep
        return (drawn > kept + 1e-9).any(axis=1)

    def instead(self, other: "Chances", where: np.ndarray) -> "Chances":
        """These, with the other ones in the strata where `where` (H,)."""
        again = np.where(where[:, None], other.again, self.again)
        return Chances(self.strata, again, np.where(where[:, None, None], other.fresh, self.fresh))


@dataclass(frozen=True, eq=False)
class Met:
    """A wave as courses met it: the rates as they came about, those of the plan, and how its rests are counted.

    turn   its rules
    over   how much longer a rest is counted now than it was in that wave
    """

    turn: Turn
    over: int
    came_about: Chances
    planned: Chances

    def rests(self, most: int) -> np.ndarray:
        """The place among this wave's rests of each rest 1..most+1 as it is counted now."""
        return np.clip(np.arange(1, most + 2) - self.over, 1, self.turn.classes) - 1

    @property
    def new_rests(self) -> np.ndarray:
        """The rest (B,) that a unit of each new group has in the next wave."""
        return np.array([self.over + 1 if self.turn.ages is None else age + 1 for age in self.turn.beginning])


def course_probabilities(
    taken: Taken, strata: pd.Index, rates: pd.DataFrame, sample: np.ndarray, turn: Turn, succession: Succession
) -> np.ndarray:
    """1/w (n,) of the units that a wave takes, from its RATES and n_h and from the waves before it."""
    past, longest, rotation = succession.past, succession.longest, succession.rotation
    over = 0 if rotation is None else rotation_ages(rotation)[-1]
    most = max([longest, *(wave.rest + over for wave in past)])
    names = strata.union(pd.Index(sorted({name for wave in past for name in wave.rates.stratum})))
    stayed, chances = _never(len(names), most), _never(len(taken.unit_ids), most)
    state, ratio = np.full(len(taken.unit_ids), most), np.ones(len(taken.unit_ids))
    as_it_was = _never(len(taken.unit_ids), most)
    in_groups = 0
    for wave in past:
        met = _met(wave, names, stayed, over, in_groups, rotation)
        in_groups += wave.rotation is not None
        code = met.came_about.strata.get_indexer(pd.Index(wave.stratum.reindex(taken.unit_ids)))
        group = _group_joined(taken.unit_ids, wave, met)
        ratio *= _ratio(met, code, state, group, most)
        state = np.where(group < 0, state + 1, met.new_rests[group] - 1).clip(max=most)
        chances = _after(chances, met.planned, met, code, most)
        as_it_was = _after(as_it_was, met.came_about, met, code, most)
        stayed = _after(stayed, met.planned, met, met.came_about.strata.get_indexer(names), most)
    rests = np.clip(np.arange(most + 1), 0, longest)
    shares = _by_rest(stayed[names.get_indexer(strata)], rests, turn.classes)
    now = _of_table(rates, strata, turn)
    plan = _planned(rates, strata, sample, shares, turn)
    plan = plan.instead(now, now.short(turn.keep) | plan.short(turn.keep))
    at = taken.code, taken.rest - 1
    again = (taken.age == taken.rest) if turn.ages is not None else np.zeros(len(taken.rest), dtype=bool)
    group = np.where(again, 0, np.searchsorted(np.array(turn.beginning), taken.age)).clip(max=len(turn.beginning) - 1)
    planned, met_now = (np.where(again, c.again[at], c.fresh[(*at, group)]) for c in (plan, now))
    expected, unplanned = (
        (_by_rest(of_rest, rests, turn.classes) * (c.again + c.fresh.sum(axis=2))[taken.code]).sum(axis=1)
        for of_rest, c in ((chances, plan), (as_it_was, now))
    )
    return np.where(expected > 1e-12, expected / (ratio * _quotient(planned, met_now)), unplanned)


def _never(count: int, most: int) -> np.ndarray:
    """The chances (count,most+1) of each rest of units that were never drawn."""
    chances = np.zeros((count, most + 1))
    chances[:, -1] = 1.0
    return chances


def _by_rest(chances: np.ndarray, rests: np.ndarray, last: int) -> np.ndarray:
    """The chances (n,last) of a wave's own rests from those of all rests (n,most+1), whose places in it are `rests`."""
    of_wave = np.zeros((len(chances), last))
    for place, rest in enumerate(rests):
        of_wave[:, rest] += chances[:, place]
    return of_wave


def _met(
    wave: PastWave,
    names: pd.Index,
    stayed: np.ndarray,
    over: int,
    in_groups: int,
    rotation: Sequence[int] | None,
) -> Met:
    """An earlier wave; stayed: the chances of each rest of who has always been in the stratum of this name."""
    over = 0 if refuse_rotated(wave, rotation) else over
    turn = Turn.of(wave.rest, wave.keep, wave.respondents, wave.rotation, in_groups)
    strata = pd.Index(wave.rates.stratum.unique() if len(wave.rates) else [""])  # a forged record may have no rates
    came_about = _of_table(wave.rates, strata, turn)
    met = Met(turn, over, came_about, came_about)
    by_stratum = wave.rates.groupby("stratum", observed=True)
    sample = by_stratum["sample"].sum().reindex(strata, fill_value=0).to_numpy(dtype=np.int64)
    part = by_stratum["part"].max().reindex(strata, fill_value=0.0).to_numpy(dtype=float)
    of_wave = _by_rest(stayed[names.get_indexer(strata)], met.rests(stayed.shape[1] - 1), turn.classes)
    planned = _planned(wave.rates, strata, sample, of_wave, turn)
    released = Chances(strata, planned.again * part[:, None], planned.fresh * part[:, None, None])
    short = came_about.short(turn.keep) | planned.short(turn.keep)
    return Met(turn, over, came_about, released.instead(came_about, short))


def _of_table(rates: pd.DataFrame, strata: pd.Index, turn: Turn) -> Chances:
    """The rates of a table of RATES."""
    again, fresh = np.zeros((len(strata), turn.classes)), np.zeros((len(strata), turn.classes, len(turn.beginning)))
    code, rest = strata.get_indexer(pd.Index(rates.stratum)), rates["rest"].to_numpy(dtype=np.int64) - 1
    rate = rates.rate.to_numpy(dtype=float)
    if turn.ages is None:
        fresh[code, rest, 0] = rate
        return Chances(strata, again, fresh)
    whole = (rates.age == rates["rest"]).to_numpy()
    again[code[whole], rest[whole]] = rate[whole]
    group = np.searchsorted(np.array(turn.beginning), rates.age.to_numpy()).clip(max=len(turn.beginning) - 1)
    fresh[code[~whole], rest[~whole], group[~whole]] = rate[~whole]
    return Chances(strata, again, fresh)


def _planned(rates: pd.DataFrame, strata: pd.Index, sample: np.ndarray, shares: np.ndarray, turn: Turn) -> Chances:
    """The rates of a wave if nobody had ever moved: of the N_h people a part `shares` (H,A) has each rest.

    A rest that nobody has then has the rate of a unit that would have it all the same.  Where only those are called
    again who answered, which no draw decides, it is the part of them that there was.
    """
    cells = rates.drop_duplicates(["stratum", "rest"])
    total = cells.groupby("stratum", observed=True).population.sum().reindex(strata, fill_value=0).to_numpy(dtype=float)
    population = shares * total[:, None]
    again_of_empty = np.zeros(population.shape)
    if turn.ages is not None:
        again_of_empty[:, [age - 1 for age in turn.ages[1:]]] = 1.0
    elif population.shape[1] > 1:
        again_of_empty[:, 0] = turn.keep * (sample > 0)
    if turn.answered and (turn.ages is not None or turn.keep > 0):
        again = population * _part_called_again(rates, strata, turn, again_of_empty)
        too_many = np.maximum(again.sum(axis=1) / np.maximum(sample, 1), 1.0)
        again = again / too_many[:, None] * (sample > 0)[:, None]
        drawn = drawn_in_turn(population - again, sample - again.sum(axis=1), turn.order)
    else:
        expected = expected_counts(population, population, sample, turn)
        again, drawn = expected.again, expected.drawn
    there = population > 1e-9
    divisor = np.where(there, population, 1.0)
    again_rate = np.where(there, again / divisor, again_of_empty)
    fresh_rate = np.where(there, drawn / divisor, 0.0)
    never = (sample / np.maximum(total, 1.0))[:, None]
    fresh_rate[:, -1:] = np.where(there[:, -1:], fresh_rate[:, -1:], never)
    if turn.ages is None:
        return Chances(strata, np.zeros(population.shape), np.minimum(again_rate + fresh_rate, 1.0)[:, :, None])
    places = sample - again.sum(axis=1)
    parts = group_sizes(places, turn.beginning) / np.where(places > 1e-9, places, 1.0)[:, None]
    parts[places <= 1e-9] = 1 / len(turn.beginning)
    return Chances(strata, again_rate, fresh_rate[:, :, None] * parts[:, None, :])


def _part_called_again(rates: pd.DataFrame, strata: pd.Index, turn: Turn, otherwise: np.ndarray) -> np.ndarray:
    """The parts (H,A) of those of each rest who were called again; of a rest that nobody had that of all strata."""
    called = rates[rates.age == rates["rest"]] if turn.ages is not None else rates[rates["rest"] < 2]
    counts = called.groupby("rest")[["sample", "population"]].sum()
    overall = (counts["sample"] / counts.population.clip(lower=1)).reindex(np.arange(1, turn.classes + 1)).fillna(0.0)
    part = np.where(otherwise > 0, overall.to_numpy()[None, :], 0.0)
    some = called[called.population > 0]
    at = strata.get_indexer(pd.Index(some.stratum)), some["rest"].to_numpy(dtype=np.int64) - 1
    part[at] = (some["sample"] / some.population).to_numpy()
    return np.where(otherwise > 0, part, 0.0)


def _group_joined(unit_ids: pd.Series, wave: PastWave, met: Met) -> np.ndarray:
    """The place of the new group (n,) that each unit came to in an earlier wave; -1: it was not drawn there."""
    if met.turn.ages is None:
        return np.where(among(unit_ids, wave.released), 0, -1)
    joined = unit_ids.map(wave.born).where(among(unit_ids, wave.released))
    place = np.searchsorted(np.array(met.turn.beginning), joined.fillna(0).to_numpy(dtype=np.int64))
    return np.where(joined.notna().to_numpy(), place.clip(max=len(met.turn.beginning) - 1), -1)


def _ratio(met: Met, code: np.ndarray, state: np.ndarray, group: np.ndarray, most: int) -> np.ndarray:
    """q/p (n,) of what a wave did with each unit; 1 where its list did not have it."""
    at = code, met.rests(most)[state]
    planned, came_about = met.planned.fresh[at], met.came_about.fresh[at]
    drawn = _quotient(*(np.take_along_axis(of, group.clip(min=0)[:, None], 1)[:, 0] for of in (planned, came_about)))
    passed = _quotient(1 - planned.sum(axis=1), 1 - came_about.sum(axis=1))
    return np.where(code < 0, 1.0, np.where(group < 0, passed, drawn))


def _quotient(planned: np.ndarray, came_about: np.ndarray) -> np.ndarray:
    """q/p; 1 of what the plan did not have: whoever is called before the rest is over because a stratum ran short."""
    has = (planned > 1e-12) & (came_about > 1e-12)
    return np.where(has, planned / np.where(has, came_about, 1.0), 1.0)


def _after(chances: np.ndarray, by: Chances, met: Met, code: np.ndarray, most: int) -> np.ndarray:
    """The chances (n,most+1) of each rest after a wave, by these rates of it; code: -1 where it had no such unit.

    P'(b+1) = Σ_a P(a) r_ab for the new group b,  P'(a+1) = P(a) (1 - Σ_b r_ab),  and the last one keeps its own.
    """
    rate = by.fresh[code][:, met.rests(most)] * (code >= 0)[:, None, None]
    following = np.zeros((len(chances), most + 2))
    following[:, 1:] = chances * (1 - rate.sum(axis=2))
    following[:, most] += following[:, most + 1]
    for place, rest in enumerate(met.new_rests):
        following[:, min(rest, most + 1) - 1] += (chances * rate[:, :, place]).sum(axis=1)
    return following[:, : most + 1]
