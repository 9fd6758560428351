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

from sampling.draw.courses import Taken, course_probabilities
from sampling.draw.draw import Allocation, CodedFrame, sample_table, units_wanted
from sampling.draw.past import RATES, Succession, last_answered, waves_rested
from sampling.draw.seeded import drawn_positions, interleaved, whole_numbers
from sampling.draw.spread import Spread
from sampling.draw.turns import Expected, Parts, Turn, drawn_in_turn, expected_counts, taken_of_stratum
from sampling.planning.rotation import group_sizes


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
        n_h1 = min(o C_h, o n_h),  then n_ha = min(what is left, N_ha) for a = k+1, k, …, 2, and at last a = 1.
    What is no whole number is rounded up with the chance of the part that is left over (among those who answered, to
    the nearest).  With o = 1 one place is left for those who came since.
    Each is taken with the rate E[n_ha]/N_ha, places in the order of its stream; those kept are spread evenly over
    the places of the others, so that every portion has its share of both.
    In rotation groups a is instead the number of waves since the first one of the unit's group, and k + the length of
    the rotation if that is over, rest included; groups whose age a is one of the rotation's are called again whole, and
    what is left of n_h is drawn from those whose group is over; ⌊n_h/G⌋ places at least, and one, are a new group's,
    and those called again give way to it by lot (`turns`).  SAMPLE has then also `age`, that of the unit's group.
    SAMPLE has also `rest`.  base_weight is w = 1/probability, of the course that chance took with the unit (`courses`):
    E[Σ_s w_i y_i] = Σ y_i exactly, whoever moves, as long as no stratum is used up.  Where nobody moved w = N_h/n_h.
    Where a stratum has fewer people who have rested than places, the rates of that wave stand as they came about, and
    totals have a relative bias of the order of one over the number of people in it, which `bench.draws` measures.
    Who comes from a stratum in which everybody was taken lately cannot be drawn until the rest is over, and no weight
    can make up for it.
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
    turn = turn_of(succession)
    parts_of = parts_of_strata(key, coded.strata, cells.population, cells.candidates, sample, turn)
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
    rests, group_ages = (np.concatenate(of) if rows else at for of in (ages_rest, ages))
    rates = rates_table(coded.strata, cells.population, cells.candidates, sample, parts_of, turn)
    events = Taken(units.unit_id.iloc[at], coded.code[at], rests, group_ages)
    probability = course_probabilities(events, coded.strata, rates, sample, turn, succession)
    table = sample_table(coded, at, sample, probability).drop(columns="prn")
    table.insert(2, "rest", rests)
    if succession.rotation is not None:
        table.insert(3, "age", group_ages)
    return table, rates


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
    turn = turn_of(succession)
    again = expected_counts(population, candidates, sample, turn).again.sum(axis=1)
    return pd.Series(np.rint(again).astype(np.int64), index=pd.Index(strata, name="stratum"), name="kept")


def turn_of(succession: Succession) -> Turn:
    """The rules by which the wave after the past ones takes its units."""
    in_groups = sum(wave.rotation is not None for wave in succession.past)
    return Turn.of(succession.rest, succession.keep, succession.respondents, succession.rotation, in_groups)


def parts_of_strata(
    key: bytes,
    strata: pd.Index,
    population: np.ndarray,
    candidates: np.ndarray,
    sample: np.ndarray,
    turn: Turn,
) -> list[Parts]:
    """What is taken of each cell, by stratum, from N_ha, those who can be called again (H,A) and n_h (H,)."""
    if turn.ages is None and turn.keep <= 0:  # nobody is called again, and nothing is left to chance
        drawn = drawn_in_turn(population, sample, turn.order).astype(np.int64).tolist()
        return [([], [(a, 0, n) for a, n in enumerate(of_stratum, 1) if n]) for of_stratum in drawn]
    return [
        taken_of_stratum(whole_numbers(key, f"{name}\0counts"), population[h], candidates[h], int(sample[h]), turn)
        for h, name in enumerate(strata)
    ]


def rates_table(
    strata: pd.Index,
    population: np.ndarray,
    candidates: np.ndarray,
    sample: np.ndarray,
    parts_of: Sequence[Parts],
    turn: Turn,
) -> pd.DataFrame:
    """RATES of what is taken, in rotation groups with a column age.

    There is a row for every cell that could have been taken from, and one for each that could not.
    """
    H, longest = population.shape
    expected = expected_counts(population, candidates, sample, turn)
    taken = [(h, a, age, n) for h, parts in enumerate(parts_of) for of in parts for a, age, n in of]
    if turn.ages is None:
        possible = [(h, a + 1, 0, 0) for h, a in np.argwhere(expected.again + expected.drawn > 0).tolist()]
    else:
        shares = expected.drawn[:, :, None] * group_shares(expected.drawn, turn)[:, None, :]
        possible = [(h, a + 1, turn.beginning[b], 0) for h, a, b in np.argwhere(shares > 0).tolist()]
        possible += [(h, a + 1, a + 1, 0) for h, a in np.argwhere(expected.again > 0).tolist()]
    rows = np.array([*taken, *possible], dtype=np.int64).reshape(-1, 4)
    nobody = np.setdiff1d(np.arange(H * longest), rows[:, 0] * longest + rows[:, 1] - 1)
    empty = np.column_stack([nobody // longest, nobody % longest + 1, np.zeros((len(nobody), 2), dtype=np.int64)])
    columns = pd.Index(["stratum", "rest", "age", "sample"])
    table = pd.DataFrame(np.concatenate([rows, empty]), columns=columns)
    table = table.groupby(["stratum", "rest", "age"], as_index=False)["sample"].sum()
    table["population"] = population[table.stratum, table["rest"] - 1]
    rate = _expected_rates(table, table.stratum.to_numpy(), expected, turn)
    table = table.assign(stratum=np.asarray(strata)[table.stratum], rate=rate)
    return table[[*RATES, *([] if turn.ages is None else ["age"])]]


def rates_of_counts(table: pd.DataFrame, turn: Turn) -> pd.DataFrame:
    """RATES again from the counts that a record has of them.

    Of a draw among those who answered, whose number the record does not have, they are the parts that were taken.
    """
    if turn.answered:
        return table.assign(rate=(table["sample"] / table.population.where(table.population > 0)).fillna(0.0))
    strata = pd.Index(table.stratum.unique())
    code = strata.get_indexer(pd.Index(table.stratum))
    population = np.zeros((len(strata), turn.classes), dtype=np.int64)
    population[code, table["rest"].to_numpy(dtype=np.int64) - 1] = table.population.to_numpy(dtype=np.int64)
    sample = np.bincount(code, weights=table["sample"].to_numpy(dtype=np.int64), minlength=len(strata)).astype(np.int64)
    return table.assign(rate=_expected_rates(table, code, expected_counts(population, population, sample, turn), turn))


def _expected_rates(table: pd.DataFrame, code: np.ndarray, expected: Expected, turn: Turn) -> np.ndarray:
    """The rate (n,) of each row of a table of counts: the expected number over the people there are."""
    at = code, table["rest"].to_numpy(dtype=np.int64) - 1
    if turn.ages is None:
        count = (expected.again + expected.drawn)[at]
    else:
        again = (table.age == table["rest"]).to_numpy()
        group = np.searchsorted(np.array(turn.beginning), np.where(again, 0, table.age))
        shares = group_shares(expected.drawn, turn)[code, group.clip(max=len(turn.beginning) - 1)]
        count = np.where(again, expected.again[at], expected.drawn[at] * shares)
    return count / np.maximum(table.population.to_numpy(dtype=np.int64), 1)


def group_shares(drawn: np.ndarray, turn: Turn) -> np.ndarray:
    """The part of those drawn (H,A) that each group has which begins (H,B)."""
    places = drawn.sum(axis=1)
    return group_sizes(places, turn.beginning) / np.where(places > 0, places, 1.0)[:, None]


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
