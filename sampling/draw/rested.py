"""A draw from those who were not called lately, which remains right in a population that moves.

Units of a stratum differ only in how long they have rested: in the waves since they were last released.  A
wave keeps the wanted part of those released in the wave before (a panel), and otherwise takes those who have rested
longest.  Among units that rested equally long every choice is equally likely, by the stream of a key that is not known
before the draw (`draw_key`): nothing of a unit, and nothing shown of an earlier draw, tells who comes next.
A unit that has moved to another stratum brings its rest with it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd

from sampling.draw.draw import Allocation, CodedFrame, sample_table, units_wanted
from sampling.draw.releases import Through, is_out
from sampling.draw.seeded import drawn_positions, interleaved, whole_numbers
from sampling.planning.wanted import LONGEST
from words import Fault


class Strata(Protocol):
    """unit_id -> stratum, as a Series by unit_id or as a list that is looked up."""

    def reindex(self, unit_ids: Any, /) -> pd.Series:
        """The strata of these units, in their order; missing for those that are not in the list."""
        ...


@dataclass(frozen=True, eq=False)
class PastWave:
    """An earlier wave of the chain as it is known when the next one is drawn.

    wave      its name
    rest      the waves its plan let a unit rest
    stratum   unit_id -> the stratum in that wave's frame, of every unit that was in it
    released  the unit_ids released
    rates     RATES: the chance of being released, by stratum and rest
    """

    wave: str
    rest: int
    stratum: Strata
    released: frozenset[str]
    rates: pd.DataFrame


RATES = ("stratum", "rest", "population", "sample", "rate")


def draw_rested(
    frame: pd.DataFrame,
    allocation: Allocation,
    *,
    key: bytes,
    rest: int,
    keep: float = 0.0,
    past: Sequence[PastWave] = (),
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """SAMPLE and RATES of a wave that follows the waves `past`, oldest first.

    frame       unit_id, stratum
    allocation  n_h by stratum, or an ALLOCATION table
    key         from `draw_key`
    rest        k >= 0: a unit is not taken again before k waves have passed without it, as long as there are others
    keep        the part o that is kept of those released in the wave before who are in the stratum now

    A unit's rest a is the number of waves since it was last released (1: in the wave before), and k + 1 if that is
    longer ago or never was.  N_ha units of a stratum have rest a.  Of the n_h,
        n_h1 = min(⌊o N_h1 + 1/2⌋, n_h),  then n_ha = min(what is left, N_ha) for a = k+1, k, …, 2, and at last a = 1.
    Each of the N_ha is taken with the rate n_ha/N_ha, places in the order of its stream; those kept are spread evenly
    over the places of the others, so that every portion has its share of both.
    SAMPLE has also `rest`.  Its probability is π_it = Σ_a P_i(a) n_ha/N_ha, where P_i(a) is the chance that unit i has
    the rest a now, from the rates of the earlier waves in the strata in which it was then (`rest_chances`).  Where
    nobody moves it is n_h/N_h.  base_weight is 1/π.  Where people move, the N_ha depend on chance, and totals have a
    relative bias of the order 1/N_h: nothing in strata of hundreds, some per cent in strata of a dozen.  Who comes from
    a stratum in which everybody was taken lately has π = 0 until the rest is over, and no weight can make up for it.
    RATES: one row for each stratum and rest: population N_ha, sample n_ha, rate.
    Raises Fault for a rest or a part to keep outside its limits, and whatever `draw_stratified` refuses.
    """
    check_rest(rest, keep)
    units = frame.sort_values("unit_id", kind="stable").reset_index(drop=True)
    coded = CodedFrame.of(units.assign(prn=0.0))
    sample = units_wanted(coded, allocation)
    rested = waves_rested(units.unit_id, [p.released for p in past], rest)
    cells = coded.code * (rest + 1) + rested - 1
    order = np.argsort(cells, kind="stable")
    population = np.bincount(cells, minlength=len(sample) * (rest + 1)).reshape(len(sample), rest + 1)
    counts = quotas(population, sample, keep)
    first = (population.ravel().cumsum() - population.ravel()).reshape(population.shape)
    rows, places_rest = [], []
    for h in np.flatnonzero(sample):
        chosen = chosen_of_stratum(key, str(coded.strata[h]), population[h], counts[h])
        rows.append(order[first[h, chosen[:, 0] - 1] + chosen[:, 1]])
        places_rest.append(chosen[:, 0])
    at = np.concatenate(rows) if rows else np.array([], dtype=np.int64)
    rate = np.divide(counts, population, out=np.zeros(counts.shape), where=population > 0)
    drawn_units = units.iloc[at]
    chances = rest_chances(drawn_units.unit_id, past, rest)
    probability = (chances * rate[coded.code[at]]).sum(axis=1)
    table = sample_table(coded, at, sample, probability).drop(columns="prn")
    table.insert(2, "rest", np.concatenate(places_rest) if rows else at)
    return table, rates_table(coded.strata, population, counts)


def check_rest(rest: int, keep: float) -> None:
    """A Fault for a rest or a part to keep outside its limits, and for a part kept where nobody rests."""
    if not 0 <= rest <= LONGEST:
        raise Fault(key="sampling.rest", found=rest, most=LONGEST)
    if not 0 <= keep <= 1:
        raise Fault(key="sampling.keep", found=keep)
    if keep > 0 and rest < 1:
        raise Fault(key="sampling.keep_rest", keep=keep)


def rates_table(strata: pd.Index, population: np.ndarray, counts: np.ndarray) -> pd.DataFrame:
    """RATES from N_ha and n_ha (H,k+1)."""
    rate = np.divide(counts, population, out=np.zeros(counts.shape), where=population > 0)
    rests = population.shape[1]
    return pd.DataFrame(
        {
            "stratum": np.repeat(np.asarray(strata), rests),
            "rest": np.tile(np.arange(1, rests + 1), len(strata)),
            "population": population.ravel(),
            "sample": counts.ravel(),
            "rate": rate.ravel(),
        },
        columns=pd.Index(RATES),
    )


def waves_rested(unit_ids: pd.Series, released: Sequence[Iterable[str]], rest: int) -> np.ndarray:
    """The rest a (n,) of units, 1..rest+1, after waves that released these units, oldest wave first."""
    rested = np.full(len(unit_ids), rest + 1)
    for ago in range(min(rest, len(released)), 0, -1):
        rested[unit_ids.isin(set(released[-ago])).to_numpy()] = ago
    return rested


def quotas(population: np.ndarray, sample: np.ndarray, keep: float) -> np.ndarray:
    """n_ha (H,k+1) from N_ha (H,k+1) and n_h (H,), by rest a = 1..k+1, as `draw_rested` says."""
    most, counts = population.shape[1] - 1, np.zeros_like(population)
    if most:
        counts[:, 0] = np.minimum(np.floor(keep * population[:, 0] + 0.5).astype(np.int64), sample)
    for a in (*range(most, 0, -1), 0):
        counts[:, a] += np.minimum(sample - counts.sum(axis=1), population[:, a] - counts[:, a])
    return counts


def rest_chances(unit_ids: pd.Series, past: Sequence[PastWave], rest: int) -> np.ndarray:
    """P_i(a) (n,k+1): the chance that each unit has the rest a = 1..k+1 after the waves `past`.

    Before the first wave P(k+1) = 1.  A wave in whose frame the unit had the stratum h releases it with the rate r_ha
    if its rest was a:  P'(1) = Σ_a P(a) r_ha,  P'(a+1) = P(a)(1 - r_ha),  and P'(k+1) keeps what was k + 1 before.
    In the frame of a wave that did not have the unit r is 0.
    """
    longest = max([rest, *(p.rest for p in past)])
    chances = np.zeros((len(unit_ids), longest + 1))
    chances[:, -1] = 1.0
    for wave in past:
        rate = _rates_of(unit_ids, wave, longest)
        taken, left = (chances * rate).sum(axis=1), chances * (1 - rate)
        chances = np.column_stack([taken, left[:, :-1]])
        chances[:, -1] += left[:, -1]
    return np.column_stack([chances[:, :rest], chances[:, rest:].sum(axis=1)])


def released_rates(rates: pd.DataFrame, sample: pd.DataFrame, through: Through) -> pd.DataFrame:
    """The RATES of what is released: times m_h/n_h, of which the portions that are out have m_h of a stratum's n_h.

    sample: with `release`
    """
    size = sample.groupby("stratum").size()
    part = (sample[is_out(sample, through)].groupby("stratum").size() / size).reindex(rates.stratum)
    return rates.assign(rate=rates.rate.to_numpy() * part.fillna(0.0).to_numpy())


def _rates_of(unit_ids: pd.Series, wave: PastWave, longest: int) -> np.ndarray:
    """r (n,longest+1) of units in an earlier wave, by rest; 0 where its frame did not have the unit."""
    stratum = wave.stratum.reindex(unit_ids)
    by_rest = wave.rates.pivot(index="stratum", columns="rest", values="rate")  # noqa: PD010
    rate = by_rest.reindex(index=stratum, columns=range(1, wave.rest + 2)).fillna(0.0).to_numpy()
    rested = np.minimum(np.arange(1, longest + 2), wave.rest + 1)
    return rate[:, rested - 1]


def chosen_of_stratum(key: bytes, stratum: str, population: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """(rest, position among those who rested so long) of each place (n_h,2), in the order of the draw."""
    chosen = np.empty((0, 2), dtype=np.int64)
    for a in range(1, len(counts) + 1):
        if not counts[a - 1]:
            continue
        below = whole_numbers(key, f"{stratum}\0{a}")
        positions = drawn_positions(below, int(population[a - 1]), int(counts[a - 1]))
        more = np.column_stack([np.full(len(positions), a), positions])
        earlier = interleaved(below, len(chosen), len(more))
        merged = np.empty((len(earlier), 2), dtype=np.int64)
        merged[earlier], merged[~earlier] = chosen, more
        chosen = merged
    return chosen
