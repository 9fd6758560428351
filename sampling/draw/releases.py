"""Releases: a sample is given to the callers in random portions, and a portion that was begun is finished.

A stratum's numbers are called in the order of their places.  That order is random, so the numbers released so far are a
simple random sample of the stratum, smaller than the one drawn.  Nobody who does not answer is replaced by the next
number of a list: if interviews are lacking, a further portion is released, of all strata or of those where they are
lacking.  A portion left unfinished would favour
people who are easy to reach.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from estimation.columns.texts import among
from words import Fault

Through: TypeAlias = int | Mapping[str, int]  # how many portions are out: of every stratum, or by stratum


def split_releases(sample: pd.DataFrame, portions: ArrayLike, *, within: str = "stratum") -> pd.DataFrame:
    """The sample with a column `release` 1..R: the first ⌈n_h p_1⌉ places of each stratum, then up to ⌈n_h (p_1+p_2)⌉ …

    portions  parts of the sample, > 0, which sum to 1: (0.5, 0.25, 0.25).  They are rounded up, so that the first
              release reaches every stratum.  Each is a random portion because places are random.
    within    "psu" for a two-stage sample, whose places are counted within the PSU
    """
    portions = np.asarray(portions, dtype=float)
    if not (len(portions) and (portions > 0).all() and abs(portions.sum() - 1) < 1e-9):
        raise Fault(key="sampling.portions", found=[float(p) for p in portions])
    size = sample.groupby(within).place.transform("size").to_numpy()
    ends = np.ceil(size[:, None] * portions.cumsum() - 1e-9)
    ends[:, -1] = size
    return sample.assign(release=1 + (sample.place.to_numpy()[:, None] > ends).sum(axis=1))


def portions_out(made: Sequence[Sequence[str] | None], strata: Iterable[str]) -> Through:
    """How many portions are out after these releases, each of the strata it names, or of all (None)."""
    if all(named is None for named in made):
        return len(made)
    return {s: sum(1 for named in made if named is None or s in named) for s in sorted(set(strata))}


def is_out(sample: pd.DataFrame, through: Through) -> np.ndarray:
    """Whether each row (n,) of a sample is released, when so many portions are; a stratum not named has none out."""
    release = sample.release.to_numpy()
    if isinstance(through, int):
        return release <= through
    return release <= sample.stratum.map(dict(through)).fillna(0).to_numpy(dtype=float)


def released(sample: pd.DataFrame, through: Through, *, within: str = "stratum") -> pd.DataFrame:
    """The rows of the portions that are out, with the probability of being released: π_drawn m_h/n_h, m_h of n_h.

    through  how many portions are out (1..R), of every stratum or by stratum (0..R)
    In a stratified sample that is m_h/N_h, in each stratum with its own m_h.  base_weight is 1/π.
    How many portions of a stratum are out may depend on how many interviews it gave so far.  Those who answer come in a
    random order, and when to stop does not depend on what they say: a stratum's mean stays unbiased.
    Raises Fault for a number of portions that the sample does not have.
    """
    most = int(sample.release.max())
    numbers, least = ([through], 1) if isinstance(through, int) else (list(through.values()), 0)
    wrong = [number for number in numbers if not least <= number <= most]
    if wrong:
        raise Fault(key="sampling.release", found=wrong[0], expected=most)
    chosen = sample[is_out(sample, through)]
    drawn = sample.groupby(within).size()
    part = chosen.groupby(within).size() / drawn
    probability = chosen.probability * chosen[within].map(part).to_numpy(dtype=float)
    return chosen.assign(probability=probability, base_weight=1 / probability).reset_index(drop=True)


def weighted_release(sample: pd.DataFrame, through: Through, *, within: str = "stratum") -> pd.DataFrame:
    """The rows of `released` with the base weights w to estimate with, and the probability π = min(1/w, 1).

    1/w is the probability of being released times `first_phase`, the probability of being in the frame.  Where people
    moved, 1/w belongs to the course that chance took with a unit (`courses`) and may be above 1, which no probability
    can be: w is then below 1, as totals need it, and the probability shown is 1.
    """
    units = released(sample, through, within=within)
    of_course = units.probability * units.first_phase
    return units.assign(probability=of_course.clip(upper=1.0), base_weight=1 / of_course)


def release_progress(
    sample: pd.DataFrame, tried: Iterable, finished: Iterable, *, through: Through, within: str = "stratum"
) -> pd.DataFrame:
    """One row per portion of which something is out: release, units (that are out), how many tried, finished and open.

    tried     unit_ids called at least once
    finished  unit_ids that need no more calls (`fieldwork.work_done`)
    """
    begun = released(sample, through, within=within)
    left = unfinished(sample, finished, through=through, within=within)
    rung = begun[among(begun.unit_id, tried)]
    numbers = range(1, int(begun.release.max()) + 1)
    counts = {name: rows.release.value_counts() for name, rows in (("units", begun), ("tried", rung), ("open", left))}
    table = pd.DataFrame({name: [int(count.get(r, 0)) for r in numbers] for name, count in counts.items()})
    table.insert(0, "release", list(numbers))
    table.insert(3, "finished", table.units - table.open)
    return table


def unfinished(sample: pd.DataFrame, finished: Iterable, *, through: Through, within: str = "stratum") -> pd.DataFrame:
    """The rows of the portions that are out whose unit_id is not among the `finished`: they are still to be called.

    A wave may be weighted only when none is left, but a further release may begin before that.
    """
    begun = released(sample, through, within=within)
    return begun[~among(begun.unit_id, finished)].reset_index(drop=True)


def interviews_short(
    sample: pd.DataFrame,
    wanted: Mapping[str, int],
    interviewed: Iterable,
    finished: Iterable,
    *,
    through: Through,
    rate: float,
) -> pd.DataFrame:
    """One row per stratum: stratum, wanted, interviews, open, out and portions (how many are out, of how many), short.

    wanted               interviews by stratum;   rate  the part of open numbers that are expected to give one
    interviewed, finished  unit_ids with an interview, and those that need no more calls
    short: interviews + rate · open < wanted, to within half an interview, and a portion is left.  As long as numbers
    are open they count as the plan supposed; when the work on a portion is finished, only interviews count.
    """
    out = is_out(sample, through)
    done, closed = (among(sample.unit_id, units) for units in (interviewed, finished))
    by = sample.stratum.to_numpy()
    rows = pd.DataFrame({"interviews": done & out, "open": out & ~closed & ~done}).groupby(by).sum().astype(int)
    rows["out"] = pd.Series(np.where(out, sample.release, 0)).groupby(by).max()
    rows["portions"] = sample.release.groupby(by).max()
    table = rows.rename_axis("stratum").reset_index()
    table.insert(1, "wanted", table.stratum.map(dict(wanted)).fillna(0).astype(int))
    lacking = table.wanted - table.interviews - rate * table.open >= 0.5
    return table.assign(short=lacking & (table.out < table.portions))
