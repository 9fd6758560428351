"""What a draw must know of the waves before it: who rested how long, who answered, and with which chance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import pandas as pd

from estimation.columns.texts import among
from sampling.draw.releases import Through, is_out
from sampling.planning.rotation import rotation_ages
from sampling.planning.wanted import LONGEST
from words import Fault

RATES = ("stratum", "rest", "population", "sample", "rate")


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
    rates     RATES: the chance of being released, by stratum and rest, and `part`, as `released_rates` gives them
    keep, respondents  what its plan kept of the wave before it, and whether only those who answered
    answered  those of them who gave an interview before the next wave was approved; None: not recorded
    rotation  of a wave in rotation groups: the plan of them;  born: unit_id -> the age of the group that it joined, of
              the units released that were not called again
    """

    wave: str
    rest: int
    stratum: Strata
    released: frozenset[str]
    rates: pd.DataFrame
    answered: frozenset[str] | None = None
    rotation: tuple[int, ...] | None = None
    born: Mapping[str, int] = field(default_factory=dict)
    keep: float = 0.0
    respondents: bool = False


@dataclass(frozen=True, eq=False)
class Succession:
    """How a wave follows the waves before it: who rests, and who is called again.

    rest         k >= 0: a unit is not taken again before k waves have passed without it, as long as there are others
    keep         the part o that is kept of those released in the wave before who are in the stratum now
    respondents  whether only those can be kept, or called again, who answered in the last wave that called them
    rotation     waves in, waves out, waves in, … of rotation groups (`rotation_ages`), instead of `keep`
    past         the earlier waves, oldest first
    Raises Fault for a rest, a part to keep or a rotation outside its limits, and for a part kept where nobody rests.
    """

    rest: int
    keep: float = 0.0
    respondents: bool = False
    rotation: Sequence[int] | None = None
    past: Sequence[PastWave] = ()

    def __post_init__(self):
        if not 0 <= self.rest <= LONGEST:
            raise Fault(key="sampling.rest", found=self.rest, most=LONGEST)
        if not 0 <= self.keep <= 1:
            raise Fault(key="sampling.keep", found=self.keep)
        if self.keep > 0 and (self.rest < 1 or self.rotation is not None):
            raise Fault(key="sampling.keep_rest", keep=self.keep)
        if self.rotation is not None:
            rotation_ages(self.rotation)

    @property
    def longest(self) -> int:
        """The longest rest that is counted: k, in rotation groups with the waves from a group's first to its last."""
        return self.rest if self.rotation is None else self.rest + rotation_ages(self.rotation)[-1]


def waves_rested(unit_ids: pd.Series, succession: Succession) -> np.ndarray:
    """The rest a (n,) of units, 1..longest+1, after the past waves.

    In rotation groups a counts from the first wave of a unit's group; who was released in a wave without groups counts
    as one whose group's time is over with that wave.
    """
    past, longest, rotation = succession.past, succession.longest, succession.rotation
    rested = np.full(len(unit_ids), longest + 1)
    for ago in range(min(longest, len(past)), 0, -1):
        wave = past[-ago]
        called = among(unit_ids, wave.released)
        if rotation is None:
            refuse_rotated(wave, rotation)
            rested[called] = ago
            continue
        age = np.full(len(unit_ids), rotation_ages(rotation)[-1])
        if refuse_rotated(wave, rotation):
            joined = unit_ids.map(wave.born)
            called = called & joined.notna().to_numpy()
            age = joined.fillna(0).to_numpy(dtype=np.int64)
        rested[called] = np.minimum(ago + age, longest + 1)[called]
    return rested


def last_answered(unit_ids: pd.Series, past: Sequence[PastWave]) -> np.ndarray:
    """Whether each unit (n,) gave an interview in the last wave that released it, as far as that is recorded."""
    answered = np.zeros(len(unit_ids), dtype=bool)
    for wave in past:
        called = among(unit_ids, wave.released)
        answered = np.where(called, among(unit_ids, wave.answered or frozenset()), answered)
    return answered


def released_rates(rates: pd.DataFrame, sample: pd.DataFrame, through: Through) -> pd.DataFrame:
    """The RATES of what is released: times `part` = m_h/n_h; the portions that are out have m_h of a stratum's n_h.

    sample: with `release`
    """
    size = sample.groupby("stratum").size()
    part = (sample[is_out(sample, through)].groupby("stratum").size() / size).reindex(rates.stratum)
    part = part.fillna(0.0).to_numpy()
    return rates.assign(rate=rates.rate.to_numpy() * part, part=part)


def refuse_rotated(wave: PastWave, rotation: Sequence[int] | None) -> bool:
    """Whether the wave was drawn in rotation groups; a Fault if they were others than those of the plan."""
    if wave.rotation is not None and wave.rotation != (None if rotation is None else tuple(rotation)):
        planned = "-" if rotation is None else "-".join(map(str, rotation))
        raise Fault(
            key="sampling.rotation_changed", wave=wave.wave, found=planned, expected="-".join(map(str, wave.rotation))
        )
    return wave.rotation is not None
