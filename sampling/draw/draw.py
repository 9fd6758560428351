"""Stratified and systematic samples.

The same frame and start give the same units, whatever the order of the rows and whatever the machine.  Units are drawn
in the order of their random numbers from `start` upwards and then from 0 to `start`; equal numbers go in the order of
unit_id.  In SQL:
    row_number() over (partition by stratum order by (prn < start), prn, unit_id) <= n_h
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from sampling.allocation.allocation import refuse_larger
from sampling.draw.random_numbers import check_start, derived_numbers
from words import Fault

Allocation: TypeAlias = pd.DataFrame | pd.Series | Mapping[Any, int]  # ALLOCATION, or n_h by stratum
Start: TypeAlias = float | pd.Series | Mapping[Any, float]  # one for all strata, or by stratum

COLUMNS = ("unit_id", "stratum", "prn")
BLOCK = 2**17  # rows handled together, few enough for the processor's cache


@dataclass(frozen=True, eq=False)
class CodedFrame:
    """A frame prepared for draws, its rows in their given order.

    frame             unit_id, stratum, prn
    prn (N,)          the permanent random numbers, in [0, 1)
    code (N,)         each row's stratum as its position 0..H-1 in `strata`
    strata (H,)       the names of the strata
    population (H,)   N_h
    """

    frame: pd.DataFrame
    prn: np.ndarray
    code: np.ndarray
    strata: pd.Index
    population: np.ndarray

    @classmethod
    def of(cls, frame: pd.DataFrame) -> "CodedFrame":
        """Prepare a table with unit_id, stratum and prn, in O(N).  A categorical `stratum` is faster.

        Raises Fault for a missing column and for a row without stratum or with a prn outside [0, 1).
        """
        missing = [c for c in COLUMNS if c not in frame]
        if missing:
            raise Fault(key="table.columns", table="FRAME", columns=missing)
        code, strata = pd.factorize(frame.stratum)
        prn = frame.prn.to_numpy(dtype=float)
        wrong = (code < 0) | ~((prn >= 0) & (prn < 1))
        if wrong.any():
            row = int(wrong.argmax())
            raise Fault(key="sampling.frame_row", row=row + 1, count=int(wrong.sum()), prn=float(prn[row]))
        names = np.asarray(strata.astype(str), dtype=object)
        order = np.argsort(names, kind="stable")
        code = np.argsort(order)[code]
        return cls(frame, prn, code, pd.Index(names[order], name="stratum"), np.bincount(code, minlength=len(names)))

    @classmethod
    def part_of(cls, part: pd.DataFrame, population: pd.Series) -> "CodedFrame":
        """Prepare only the rows of a frame that a draw can reach; population: N_h of the whole frame, by stratum."""
        coded, population = cls.of(part), population.sort_index()
        code = population.index.get_indexer(coded.strata)[coded.code]
        return cls(part, coded.prn, code, population.index.rename("stratum"), population.to_numpy(dtype=np.int64))


def draw_stratified(frame: pd.DataFrame | CodedFrame, allocation: Allocation, *, start: Start) -> pd.DataFrame:
    """Stratified simple random sample: in each stratum the first n_h units in the order of prn from `start` on.

    frame       unit_id, stratum, prn in [0, 1); a CodedFrame saves work if it is drawn from many times
    allocation  n_h by stratum, or an ALLOCATION table, whose population is checked against the frame's
    start       in [0, 1), from `starting_point`; or one per stratum (Series), from `coordinated_start`

    Gives SAMPLE, sorted by stratum and place: unit_id, stratum, prn, place 1..n_h in the order of the draw, probability
    π = n_h/N_h, base_weight 1/π.  Random numbers do not depend on anything the survey asks, so every order of a stratum
    is equally likely: the n_h are a simple random sample of it, and so are the first m of them, or any m in succession.
    Ohlsson (1995).
    Cost: one pass to find the rows within (n_h + 6√n_h + 6)/N_h of `start`, then a sort of these few.  If a stratum
    yields fewer than n_h, all its rows are sorted.
    Raises Fault for a sample larger than its stratum, a stratum that the frame does not have, and a population other
    than the frame's.

    Examples: the two of three units with the smallest random numbers; from 0.5 on, the next two on the circle.

    >>> import pandas as pd
    >>> from sampling import draw_stratified
    >>> frame = pd.DataFrame({"unit_id": ["u", "v", "w"], "stratum": "a", "prn": [0.2, 0.6, 0.4]})
    >>> plan = pd.DataFrame({"stratum": ["a"], "population": [3], "sample": [2]})
    >>> draw_stratified(frame, plan, start=0.0).unit_id.tolist()
    ['u', 'w']
    >>> draw_stratified(frame, plan, start=0.5).unit_id.tolist()
    ['v', 'u']
    """
    coded = frame if isinstance(frame, CodedFrame) else CodedFrame.of(frame)
    sample = units_wanted(coded, allocation)
    starts = starts_by_stratum(coded.strata, start, sample)
    rows = _first_rows(coded, sample, starts)
    return sample_table(coded, rows, sample, (sample / coded.population)[coded.code[rows]])


def draw_stream(chunks: Iterable[pd.DataFrame], allocation: Allocation, *, start: Start) -> pd.DataFrame:
    """The sample of `draw_stratified` from a frame that is read in pieces.

    Memory holds one piece and the sample so far, because the first n_h of a union are among the first n_h of each part.
    allocation: n_h by stratum, or an ALLOCATION table, whose population is checked against that of all pieces together.
    """
    wanted, population, kept = _by_stratum(allocation), pd.Series(dtype=np.int64), []
    for chunk in chunks:
        piece = CodedFrame.of(chunk)
        population = population.add(pd.Series(piece.population, index=piece.strata), fill_value=0)
        kept = [pd.concat([*kept, chunk.iloc[_first_of(piece, wanted, start)]], ignore_index=True)]
        kept = [kept[0].iloc[_first_of(CodedFrame.of(kept[0]), wanted, start)]]
    if not kept:
        raise Fault(key="sampling.no_rows")
    whole = CodedFrame.part_of(kept[0], population)
    return draw_stratified(whole, allocation, start=start)


def draw_systematic(
    frame: pd.DataFrame, allocation: Allocation, *, start: float, order: list[str] | None = None
) -> pd.DataFrame:
    """Systematic sample with a fractional interval: in each stratum the units at ⌊(u_h + i) N_h/n_h⌋, i = 0..n_h-1.

    order   the columns by which each stratum is sorted before unit_id (area, age …), over which the sample is spread
    u_h     in [0, 1), derived from `start` and the stratum's name, so that strata do not move in step
    π = n_h/N_h exactly, even if N_h/n_h is not whole (Särndal, Swensson & Wretman 1992, 3.4).  Some pairs can never be
    drawn together, so no unbiased estimator of the variance exists; the usual one treats the sample as a stratified
    one.  Gives SAMPLE as `draw_stratified` does; places follow the prn, so that the first m are a random part of it.
    """
    coded = CodedFrame.of(frame)
    sample = units_wanted(coded, allocation)
    rows, first = rows_sorted(coded, order or [])
    chosen = []
    for h, name in enumerate(coded.strata):
        u = derived_numbers(start, f"systematic {name}", 1)[0]
        chosen.append(rows[first[h] + systematic_places(u, int(coded.population[h]), int(sample[h]))])
    drawn = np.concatenate(chosen).astype(np.int64)
    drawn = order_of_draw(coded, drawn, np.full(len(coded.strata), start))
    return sample_table(coded, drawn, sample, (sample / coded.population)[coded.code[drawn]])


def systematic_places(u: float, population: int, sample: int) -> np.ndarray:
    """⌊(u + i) N/n⌋ for i = 0..n-1, computed in integers, in units of 2⁻⁵³: no place is repeated or skipped."""
    whole, one = int(u * 2**53), 2**53
    return np.array([(whole + i * one) * population // (sample * one) for i in range(sample)], dtype=np.int64)


def starts_by_stratum(strata: pd.Index, start: Start, sample: np.ndarray) -> np.ndarray:
    """The starts (H,): the same for all strata, or each stratum's own, which only strata with n_h > 0 must have."""
    if isinstance(start, pd.Series | Mapping):
        start = pd.Series(start, dtype=float).reindex(strata)
        without = start.isna() & (sample > 0)
        if without.any():
            raise Fault(key="sampling.no_start", strata=list(strata[without]))
        start = start.fillna(0.0)
    starts = np.broadcast_to(np.asarray(start, dtype=float), (len(strata),))
    check_start(starts)
    return starts


def _by_stratum(allocation) -> pd.Series:
    """n_h by the stratum's name; a Fault for one that is no whole number >= 0, or for a stratum named twice."""
    if isinstance(allocation, pd.DataFrame):
        allocation = allocation.set_index("stratum")["sample"]
    wanted = pd.Series(allocation)
    if not ((wanted >= 0) & (wanted % 1 == 0)).all() or not wanted.index.is_unique:
        raise Fault(key="sampling.not_counts", found=[f"{s} {n}" for s, n in wanted.items()])
    return wanted.set_axis(wanted.index.astype(str)).astype(np.int64)


def units_wanted(coded: CodedFrame, allocation: Allocation) -> np.ndarray:
    """n_h (H,) in the frame's order of strata, 0 for a stratum that the allocation does not name."""
    wanted = _by_stratum(allocation)
    unknown = wanted.index[(wanted > 0).to_numpy() & ~wanted.index.isin(coded.strata)]
    if len(unknown):
        raise Fault(key="sampling.unknown_strata", strata=list(unknown))
    if isinstance(allocation, pd.DataFrame) and "population" in allocation:
        planned = allocation.set_index(allocation.stratum.astype(str)).population.reindex(coded.strata)
        changed = (planned.notna() & (planned != coded.population)).to_numpy()
        if changed.any():
            counts = [f"{s}: {p:g} → {n}" for s, p, n in zip(coded.strata, planned, coded.population, strict=True)]
            raise Fault(key="sampling.frame_changed", strata=[f for f, c in zip(counts, changed, strict=True) if c])
    sample = wanted.reindex(coded.strata).fillna(0).to_numpy(dtype=np.int64)
    refuse_larger(coded.strata, sample, coded.population)
    return sample


def _first_of(coded: CodedFrame, wanted: pd.Series, start) -> np.ndarray:
    """`_first_rows` of a part of the frame, where a stratum may have fewer than n_h units."""
    most = np.minimum(wanted.reindex(coded.strata).fillna(0).to_numpy(dtype=np.int64), coded.population)
    return _first_rows(coded, most, starts_by_stratum(coded.strata, start, most))


def _first_rows(coded: CodedFrame, sample, starts) -> np.ndarray:
    """The rows of the first n_h units of each stratum, by stratum and in the order of the draw."""
    reach = (sample + 6 * np.sqrt(sample) + 6) / np.maximum(coded.population, 1)
    reach = np.where(sample > 0, np.minimum(reach, 1.0), -1.0)
    near = _within(coded, starts, reach)
    short = np.bincount(coded.code[near], minlength=len(sample)) < sample
    if short.any():
        near = _within(coded, starts, np.where(short, 1.0, reach))
    near = order_of_draw(coded, near, starts)
    size = np.bincount(coded.code[near], minlength=len(sample))
    place = np.arange(len(near)) - np.repeat(size.cumsum() - size, size)
    return near[place < sample[coded.code[near]]]


def _within(coded: CodedFrame, starts, reach) -> np.ndarray:
    """Rows whose distance (prn - start) mod 1 is at most their stratum's reach.

    Distance never decreases along the order of the draw, so these are each stratum's first rows.  Rows beyond the
    largest reach are dropped before their own stratum's is looked up.
    """
    if len(reach) == 0:
        return np.array([], dtype=np.int64)
    farthest, one_start, inside = reach.max(), (starts == starts[0]).all(), []
    for begin in range(0, len(coded.prn), BLOCK):
        rows = slice(begin, begin + BLOCK)
        distance = coded.prn[rows] - (starts[0] if one_start else starts[coded.code[rows]])
        distance += distance < 0
        near = np.flatnonzero(distance <= farthest)
        inside.append(begin + near[distance[near] <= reach[coded.code[begin + near]]])
    return np.concatenate(inside) if inside else np.array([], dtype=np.int64)


def order_of_draw(coded: CodedFrame, rows: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """`rows` sorted by stratum, then by random number from the start on, then by unit_id.

    The sort is of whole numbers made of the stratum and the first 43 bits of the distance from the start; only if two
    are equal are the rows compared in full.
    """
    prn, code = coded.prn[rows], coded.code[rows]
    distance = prn - starts[code]
    distance += distance < 0
    key = (code << 43) | np.minimum(distance * 2.0**43, 2.0**43 - 1).astype(np.int64)
    rank = np.argsort(key)
    if len(starts) < 2**20 and (np.diff(key[rank]) > 0).all():
        return rows[rank]
    unit_id = coded.frame.unit_id.iloc[rows].to_numpy(dtype=str)
    return rows[np.lexsort((unit_id, prn, prn < starts[code], code))]


def rows_sorted(coded: CodedFrame, order: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """All rows sorted by stratum, then by the columns of `order`, then by unit_id; and the strata's limits (H+1,).

    Stratum h has the sorted rows from limit h up to, but not including, limit h + 1.
    """
    missing = [c for c in order if c not in coded.frame]
    if missing:
        raise Fault(key="table.columns", table="FRAME", columns=missing)
    keys = [pd.factorize(coded.frame[c], sort=True)[0] for c in ["unit_id", *reversed(order)]]
    return np.lexsort((*keys, coded.code)), np.concatenate([[0], coded.population.cumsum()])


def sample_table(coded: CodedFrame, rows: np.ndarray, sample: np.ndarray, probability: np.ndarray) -> pd.DataFrame:
    """SAMPLE of these rows, which are sorted by stratum and place.

    sample  n_h (H,);  probability  π of each row
    """
    code = coded.code[rows]
    first = sample.cumsum() - sample
    extra = [c for c in ("area", "psu") if c in coded.frame]
    table = coded.frame[[*COLUMNS, *extra]].iloc[rows].reset_index(drop=True)
    table["stratum"] = coded.strata[code].to_numpy()
    table["place"] = np.arange(len(rows)) - first[code] + 1
    table["probability"] = probability
    table["base_weight"] = 1 / probability
    return table
