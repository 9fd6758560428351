"""A draw from those who were not called lately, which remains right in a population that moves.

Units of a stratum differ only in how long they have rested: in the waves since they were last released.  A
wave keeps the wanted part of those released in the wave before (a panel), and otherwise takes those who have rested
longest.  Among units that rested equally long every choice is equally likely, by the stream of a key that is not known
before the draw (`draw_key`): nothing of a unit, and nothing shown of an earlier draw, tells who comes next.
A unit that has moved to another stratum brings its rest with it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sampling.draw.draw import Allocation, CodedFrame, sample_table, units_wanted
from sampling.draw.past import RATES, Succession, last_answered, rates_met, rest_chances, waves_rested
from sampling.draw.seeded import drawn_positions, interleaved, whole_numbers
from sampling.draw.spread import Spread
from sampling.planning.rotation import beginning_ages, divided_by_age, rotated_counts, rotation_ages


def draw_rested(
    frame: pd.DataFrame,
    allocation: Allocation,
    succession: Succession,
    *,
    key: bytes,
    spread: Spread | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """SAMPLE and RATES of a wave that follows earlier ones.

    frame        unit_id, stratum and the columns by which it is spread
    allocation   n_h by stratum, or an ALLOCATION table
    succession   the rest k, the part o that is kept or the rotation groups, and the earlier waves
    key          from `draw_key`
    spread       how the units of each stratum and rest are sorted or balanced; None: they are drawn at random

    A unit's rest a is the number of waves since it was last released (1: in the wave before), and k + 1 if that is
    longer ago or never was.  N_ha units of a stratum have rest a, and C_h of those with rest 1 can be kept: all, or
    those who answered.  Of the n_h,
        n_h1 = min(⌊o C_h + 1/2⌋, n_h),  then n_ha = min(what is left, N_ha) for a = k+1, k, …, 2, and at last a = 1.
    Each of them is taken with the rate n_ha/N_ha, places in the order of its stream; those kept are spread evenly over
    the places of the others, so that every portion has its share of both.
    In rotation groups a is instead the number of waves since the first one of the unit's group, and k + the length of
    the rotation if that is over, rest included; groups whose age a is one of the rotation's are called again whole, and
    what is left of n_h is drawn, as `rotated_counts` says.  SAMPLE has then also `age`, that of the unit's group.
    SAMPLE has also `rest`.  Its probability is π_it = Σ_a P_i(a) n_ha/N_ha, where P_i(a) is the chance that unit i has
    the rest a now, from the rates of the earlier waves in the strata in which it was then (`rest_chances`).  Where
    nobody moves it is n_h/N_h.  base_weight is 1/π.
    Where people move, the N_ha depend on who was drawn before.  Let F_i be 1 while unit i rests longest and P_i its
    chance of that.  A wave that takes such units with the rate r leaves E[F_i'/P_i'] = F_i (1 - r)/(P_i (1 - r)): so
    E[Σ_s w_i y_i] = Σ y_i exactly, whoever moves, as long as every unit can have come to its rest in one way only (in a
    chain that keeps nobody, for the first k + 1 waves) and no stratum is used up.  Otherwise π is a sum in which the
    rates depend on chance and on the unit itself, and totals have a relative bias of the order of one over the number
    of people in a stratum.  `bench.draws` measures it with 10 % movers a wave in strata of 42 to 71 people: .4 per
    cent where half is kept, and .6 per cent or less in rotation groups, a tenth of the spread of Σw.  Who comes from
    a stratum in which everybody was taken lately has π = 0 until the rest is over, and no weight can make up for it.
    A draw among respondents is a further phase: C_h/N_h1 (C_ha/N_ha) of those called answered, and this part, which no
    draw decides, stands in π for each one's chance to answer, as in a weighting class.  Σw is n_h N_h/n_h whoever
    answers; a mean is unbiased where answering is unrelated to the answers within strata, and no further.
    RATES: one row for each stratum and rest, in rotation groups for each age of the group too: population N_ha, sample
    n_ha, rate.
    Raises Fault for a wave of another rotation among the earlier ones, and whatever `draw_stratified` refuses.
    """
    units = frame.sort_values("unit_id", kind="stable").reset_index(drop=True)
    coded = CodedFrame.of(units.assign(prn=0.0))
    sample = units_wanted(coded, allocation)
    cells = cells_of(units, coded, succession)
    rows, ages_rest, ages = [], [], []
    parts_of = parts_of_strata(cells.population, cells.candidates, sample, succession)
    known = None if spread is None else spread.known(units)
    for h in np.flatnonzero(sample):
        counts = cells.population[h], cells.candidates[h]
        choose = at_random
        if spread is not None and known is not None:
            choose = _spread_choice(spread, known, cells.order, cells.first[h])
        chosen = chosen_of_stratum(key, str(coded.strata[h]), *counts, parts_of[h], choose=choose)
        rows.append(cells.order[cells.first[h, chosen[:, 0] - 1] + chosen[:, 1]])
        ages_rest.append(chosen[:, 0])
        ages.append(chosen[:, 2])
    at = np.concatenate(rows) if rows else np.array([], dtype=np.int64)
    rates = rates_table(coded.strata, cells.population, parts_of, succession.rotation)
    drawn_units = units.iloc[at]
    probability = probabilities(drawn_units.unit_id, coded.code[at], rates, succession)
    table = sample_table(coded, at, sample, probability).drop(columns="prn")
    table.insert(2, "rest", np.concatenate(ages_rest) if rows else at)
    if succession.rotation is not None:
        table.insert(3, "age", np.concatenate(ages) if rows else at)
    return table, rates


def probabilities(unit_ids: pd.Series, code: np.ndarray, rates: pd.DataFrame, succession: Succession) -> np.ndarray:
    """π (n,) of units in these strata, numbered as RATES has them: Σ_a P_i(a) r_ha."""
    met = rates if succession.rotation is None else rates_met(rates, succession.rotation)
    by_rest = met.groupby(["stratum", "rest"]).rate.sum().to_numpy().reshape(-1, succession.longest + 1)
    return (rest_chances(unit_ids, succession) * by_rest[code]).sum(axis=1)


@dataclass(frozen=True, eq=False)
class Cells:
    """A frame's units by stratum and rest, before a draw.

    population, candidates (H,longest+1)  N_ha, and how many of these can be called again
    order, first  the rows, those of a cell together and its candidates first, and where each cell begins
    """

    population: np.ndarray
    candidates: np.ndarray
    order: np.ndarray
    first: np.ndarray


def cells_of(units: pd.DataFrame, coded: CodedFrame, succession: Succession) -> Cells:
    """The cells of the units, sorted by unit_id, as `draw_rested` takes them."""
    longest, rested = succession.longest, waves_rested(units.unit_id, succession)
    cell = coded.code * (longest + 1) + rested - 1
    shape = len(coded.strata), longest + 1
    population = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)
    first = (population.ravel().cumsum() - population.ravel()).reshape(shape)
    if not succession.respondents:
        return Cells(population, population, np.argsort(cell, kind="stable"), first)
    answered = last_answered(units.unit_id, succession.past) | (
        rested > longest
    )  # nobody of the last cell is called again
    candidates = np.bincount(cell[answered], minlength=shape[0] * shape[1]).reshape(shape)
    return Cells(population, candidates, np.lexsort((~answered, cell)), first)


def kept_counts(frame: pd.DataFrame, allocation: Allocation, succession: Succession) -> pd.Series:
    """How many of each stratum's n_h a draw will call again, which is known before it; arguments of `draw_rested`."""
    units = frame.sort_values("unit_id", kind="stable").reset_index(drop=True)
    coded = CodedFrame.of(units.assign(prn=0.0))
    sample = units_wanted(coded, allocation)
    cells = cells_of(units, coded, succession)
    return kept_of_cells(coded.strata, cells.population, cells.candidates, sample, succession)


def kept_of_cells(
    strata: pd.Index,
    population: np.ndarray,
    candidates: np.ndarray,
    sample: np.ndarray,
    succession: Succession,
) -> pd.Series:
    """How many of the n_h (H,) are called again, by stratum, from N_ha and those who can be called again (H,A)."""
    if succession.rotation is not None:
        again = rotated_counts(population, candidates, sample, rotation_ages(succession.rotation))[0].sum(axis=1)
    else:
        again = _to_keep(candidates, sample, succession.keep)
    return pd.Series(again, index=pd.Index(strata, name="stratum"), name="kept")


def _to_keep(candidates: np.ndarray, sample: np.ndarray, keep: float) -> np.ndarray:
    """min(⌊o C_h + 1/2⌋, n_h) (H,); nobody where the last cell is the only one."""
    if candidates.shape[1] == 1:
        return np.zeros_like(sample)
    return np.minimum(np.floor(keep * candidates[:, 0] + 0.5).astype(np.int64), sample)


def quotas(population: np.ndarray, sample: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """n_ha (H,k+1) from N_ha (H,k+1), n_h (H,) and those to keep (H,), by rest a = 1..k+1, as `draw_rested` says."""
    most, counts = population.shape[1] - 1, np.zeros_like(population)
    if most:
        counts[:, 0] = np.minimum(kept, sample)
    for a in (*range(most, 0, -1), 0):
        counts[:, a] += np.minimum(sample - counts.sum(axis=1), population[:, a] - counts[:, a])
    return counts


# of one stratum: (rest, age of the group, how many) of those called again, and of those drawn
Parts = tuple[list[tuple[int, int, int]], list[tuple[int, int, int]]]


def parts_of_strata(
    population: np.ndarray,
    candidates: np.ndarray,
    sample: np.ndarray,
    succession: Succession,
) -> list[Parts]:
    """What is taken of each cell, by stratum, from N_ha, those who can be called again (H,A) and n_h (H,)."""
    rotation = succession.rotation
    if rotation is None:
        kept = _to_keep(candidates, sample, succession.keep)
        counts = quotas(population, sample, kept)
        counts[:, 0] -= kept
        again = np.zeros_like(counts)
        again[:, 0] = kept
        beginning: Sequence[int] = (0,)
    else:
        ages = rotation_ages(rotation)
        again, counts = rotated_counts(population, candidates, sample, ages)
        in_groups = [wave for wave in succession.past if wave.rotation is not None]
        beginning = beginning_ages(ages, len(in_groups))
    parts = []
    for h in range(len(sample)):
        called = [(a, 0 if rotation is None else a, int(n)) for a, n in enumerate(again[h], 1) if n]
        parts.append((called, sorted(divided_by_age(counts[h], beginning))))
    return parts


def rates_table(
    strata: pd.Index, population: np.ndarray, parts_of: Sequence[Parts], rotation: Sequence[int] | None
) -> pd.DataFrame:
    """RATES of what is taken, in rotation groups with a column age; cells of which nobody is taken have a row too."""
    H, longest = population.shape
    taken = [(h, a, age, n) for h, parts in enumerate(parts_of) for of in parts for a, age, n in of]
    cells = np.array(taken, dtype=np.int64).reshape(-1, 4)
    nobody = np.setdiff1d(np.arange(H * longest), cells[:, 0] * longest + cells[:, 1] - 1)
    empty = np.column_stack([nobody // longest, nobody % longest + 1, np.zeros((len(nobody), 2), dtype=np.int64)])
    columns = pd.Index(["stratum", "rest", "age", "sample"])
    table = pd.DataFrame(np.concatenate([cells, empty]), columns=columns)
    table = table.groupby(["stratum", "rest", "age"], as_index=False)["sample"].sum()
    table["population"] = population[table.stratum, table["rest"] - 1]
    rate = table["sample"] / table.population.where(table.population > 0)
    table = table.assign(stratum=np.asarray(strata)[table.stratum], rate=rate.fillna(0.0))
    return table[[*RATES, *([] if rotation is None else ["age"])]]


# from the stream, the rest and the positions among those of this rest (the first m, or these): so many, in random order
Choose = Callable[[Callable[[int], int], int, int | np.ndarray, int], np.ndarray]


def at_random(below: Callable[[int], int], rest: int, among: int | np.ndarray, count: int) -> np.ndarray:
    """A simple random sample of the positions; all rests are drawn alike."""
    if isinstance(among, int):
        return drawn_positions(below, among, count)
    return among[drawn_positions(below, len(among), count)]


def _spread_choice(spread: Spread, known: np.ndarray, order: np.ndarray, first: np.ndarray) -> Choose:
    """The choice of a stratum's positions by what is known of the units that are there."""

    def choose(below: Callable[[int], int], rest: int, among: int | np.ndarray, count: int) -> np.ndarray:
        positions = np.arange(among) if isinstance(among, int) else among
        return positions[spread.chosen(below, known[order[first[rest - 1] + positions]], count)]

    return choose


def chosen_of_stratum(
    key: bytes,
    stratum: str,
    population: np.ndarray,
    candidates: np.ndarray,
    parts: Parts,
    *,
    choose: Choose = at_random,
) -> np.ndarray:
    """(rest, position among those of this rest, age of the group) of each place (n_h,3), in the order of the draw.

    Those who can be called again have the first positions.
    """
    again = {a: (age, count) for a, age, count in parts[0]}
    drawn: dict[int, list[tuple[int, int]]] = {}
    for a, age, count in parts[1]:
        drawn.setdefault(a, []).append((age, count))
    chosen = np.empty((0, 3), dtype=np.int64)
    for a in sorted({*again, *drawn}):
        below = whole_numbers(key, f"{stratum}\0{a}")
        new = drawn.get(a, [])
        age, count = again.get(a, (0, 0))
        total, everybody = count + sum(n for _, n in new), candidates[a - 1] == population[a - 1]
        if everybody:
            positions = choose(below, a, int(population[a - 1]), total)
        else:
            positions = choose(below, a, int(candidates[a - 1]), count)
            others = np.setdiff1d(np.arange(population[a - 1]), positions)
            positions = np.concatenate([positions, choose(below, a, others, total - count)])
        more = np.zeros((total, 3), dtype=np.int64)
        more[:, 0], more[:, 1] = a, positions
        if age or any(b for b, _ in new):
            more[:, 2] = np.repeat([age, *(b for b, _ in new)], [count, *(n for _, n in new)])
            # groups of one cell alternate: the first places of each, then the second ones
            turn = np.concatenate([np.arange(count), *(np.arange(n) for _, n in new)]).astype(np.int64)
            more = more[np.argsort(turn, kind="stable")] if new else more
        if not len(chosen):
            chosen = more
            continue
        earlier = interleaved(below, len(chosen), len(more))
        merged = np.empty((len(earlier), 3), dtype=np.int64)
        merged[earlier], merged[~earlier] = chosen, more
        chosen = merged
    return chosen
