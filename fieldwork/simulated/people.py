"""Made-up people behind units: a unit is the same person in every wave that is simulated from the same seed."""

import hashlib
from collections.abc import Sequence

import numpy as np
import pandas as pd

from fieldwork.simulated.assumptions import NOBODY, Truth

COLUMNS = AGE, YEAR, SEX, ADULTS, NUMBER, UNEASE = tuple(range(6))
WIDTH = len(COLUMNS)
SEXES = ("f", "m")
MOST_ADULTS, ANOTHER_ADULT = 5, 0.35
PERSON = ""  # a number behind which a person of the survey's is


def uniforms(names: Sequence[str], seed: str, width: int = WIDTH) -> np.ndarray:
    """Numbers in (0, 1) of each name (n, width), at most 8: BLAKE2b of the name, keyed by the seed."""
    key = hashlib.blake2b(seed.encode(), digest_size=64).digest()
    text = b"".join(hashlib.blake2b(str(name).encode(), key=key, digest_size=8 * width).digest() for name in names)
    return ((np.frombuffer(text, dtype=">u8").reshape(len(names), width) >> 11) + 0.5) / 2**53


def made_up_people(
    units: pd.DataFrame, truth: Truth, *, seed: str, nobody: dict[str, float] | None = None
) -> pd.DataFrame:
    """Who is behind each unit: age, age_group, sex, adults (of the household), number, unease; by unit_id.

    units   unit_id and area
    nobody  as in `Reaching`: number is the code of an outcome if nobody of the survey's people is behind the unit
    unease  in (0, 1): the person gives a good answer where it is below the chance of one
    """
    u = uniforms(list(units.unit_id), seed)
    groups, shares = list(truth.age_shares), np.array(list(truth.age_shares.values()), dtype=float)
    group = _which(u[:, AGE], shares)
    low, high = (np.array([int(g.split("-")[k]) for g in groups]) for k in (0, 1))
    parts = NOBODY if nobody is None else nobody
    kinds = np.array([*parts, PERSON], dtype=object)
    number = kinds[_which(u[:, NUMBER], np.array([*parts.values(), 1 - sum(parts.values())]))]
    more = np.cumsum([(1 - ANOTHER_ADULT) * ANOTHER_ADULT**k for k in range(MOST_ADULTS - 1)])
    return pd.DataFrame(
        {
            "area": units.area.to_numpy(),
            "age": low[group] + (u[:, YEAR] * (high - low + 1)[group]).astype(int),
            "age_group": np.array(groups, dtype=object)[group],
            "sex": np.array(SEXES, dtype=object)[(u[:, SEX] * len(SEXES)).astype(int)],
            "adults": 1 + np.searchsorted(more, u[:, ADULTS]),
            "number": number,
            "unease": u[:, UNEASE],
        },
        index=pd.Index(units.unit_id, name="unit_id"),
    )


def chance_good(people: pd.DataFrame, truth: Truth) -> np.ndarray:
    """1 - (1 - θ_t) k_a of each person (n,)."""
    factor = people.age_group.map(truth.factors()).to_numpy(float)
    return 1 - (1 - people.area.astype(str).map(truth.rates).to_numpy(float)) * factor


def _which(u: np.ndarray, parts: np.ndarray) -> np.ndarray:
    """The place of the part in which each number lies."""
    return np.searchsorted(np.cumsum(parts)[:-1] / parts.sum(), u, side="right")
