"""Chance from a sealed seed and a public value: whole numbers below m and samples of positions that anybody repeats.

The stream of a name is BLAKE2b(key; name, block 0, 1, …) in 64-bit words, high byte first.  A whole number below m is
w mod m of the next word w that is less than the largest multiple of m, so that every number is equally likely.
"""

import hashlib
from collections.abc import Callable, Iterable

import numpy as np

from sampling.draw.random_numbers import commitment

WORD = 2**64  # how many numbers a word can be


def draw_key(seed: str, wave: str, public_value: str | None) -> bytes:
    """SHA-256 of the seed, the wave's name and the public value: nobody knows it before all are known.

    The seed was committed to before the value existed, so that whoever made the seed could not choose the outcome, and
    whoever reads the value cannot foresee it.  None: no public value; whoever knows the seed knows the draw.
    """
    commitment(seed)  # refuses one that is too short
    parts = [seed, wave, *([] if public_value is None else [public_value])]
    return hashlib.sha256(b"rankshift draw\0" + "\0".join(parts).encode()).digest()


def whole_numbers(key: bytes, name: str) -> Callable[[int], int]:
    """A function that gives the next whole number 0..m-1 of the stream `name` for any m >= 1."""
    words: list[int] = []
    block = 0

    def below(m: int) -> int:
        nonlocal block
        most = WORD - WORD % m
        while True:
            if not words:
                digest = hashlib.blake2b(f"{name}\0{block}".encode(), key=key).digest()
                words.extend(np.frombuffer(digest, dtype=">u8")[::-1].tolist())
                block += 1
            word = words.pop()
            if word < most:
                return word % m

    return below


def drawn_positions(below: Callable[[int], int], population: int, sample: int) -> np.ndarray:
    """`sample` of the positions 0..population-1, each ordered choice equally likely; in O(sample) steps.

    below: from `whole_numbers`.  It is the first part of a shuffle of the positions in which only those that were moved
    are written down.
    """
    moved: dict[int, int] = {}
    chosen = np.empty(sample, dtype=np.int64)
    for i in range(sample):
        j = i + below(population - i)
        chosen[i] = moved.get(j, j)
        moved[j] = moved.get(i, i)
    return chosen


def interleaved(below: Callable[[int], int], first: int, second: int) -> np.ndarray:
    """Which of first + second places belong to the `first`: spread evenly, so that every beginning has its share.

    Place j is one of the first if ⌊j r + u⌋ > ⌊(j-1) r + u⌋, r = first/(first + second), with u from `below`: the first
    M places have ⌊M r⌋ or ⌈M r⌉ of them, M r on average.
    """
    places = first + second
    u = below(places) if places else 0
    counted = (np.arange(places + 1) * first + u) // max(places, 1)
    return np.diff(counted) > 0


def drawn_numbers(unit_ids: Iterable[str], key: bytes, *, name: str) -> np.ndarray:
    """A random number in [0, 1) for each unit (n,) that only this draw has: BLAKE2b(key; name, unit_id), 53 bits of it.

    They take the place of permanent random numbers in draws that go by such numbers: nobody knows them before the key
    is known, and they tell nothing of another wave's.
    """
    keyed = hashlib.blake2b(f"numbers {name}\0".encode(), key=key, digest_size=8)

    def words() -> Iterable[bytes]:
        for unit_id in unit_ids:
            of_unit = keyed.copy()
            of_unit.update(unit_id.encode())
            yield of_unit.digest()

    return (np.frombuffer(b"".join(words()), dtype=">u8") >> np.uint64(11)) / 2.0**53
