"""Permanent random numbers, one per unit, made from its id and a secret key; and the seed that says where to start.

A unit keeps its number for good, whatever the order of the rows and whichever engine reads them.  The seed of a wave,
to which the centre commits itself before the draw, gives a point in [0, 1) from which numbers are taken upwards.
Ohlsson (1995), in Business Survey Methods, ch. 9.
"""

import hashlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike

from words import Fault

BITS = 53  # every number is a whole multiple of 2⁻⁵³: exact in float64, in any database
SHORTEST = 16  # bytes of a key, characters of a seed


def permanent_random_numbers(unit_ids: Iterable[str], *, key: bytes) -> np.ndarray:
    """U_i = ⌊2⁵³ BLAKE2b(key; id_i)/2⁶⁴⌋/2⁵³ in [0, 1), (n,) float64.

    unit_ids  (n,) text
    key       secret, 16 to 64 bytes; only who knows it can find out which ids come first
    A number depends on the key and the id alone.  It takes about a microsecond per unit, once for a frame.

    Examples: the same key and unit give the same number, whatever other units are in the list.

    >>> from sampling import permanent_random_numbers
    >>> key = bytes(32)
    >>> bool(permanent_random_numbers(["u1", "u2"], key=key)[1] == permanent_random_numbers(["u2"], key=key)[0])
    True
    """
    check_key(key)
    start = hashlib.blake2b(key=key, digest_size=8)
    joined = bytearray()
    for unit_id in unit_ids:
        digest = start.copy()
        digest.update(unit_id.encode())
        joined += digest.digest()
    return _uniform(np.frombuffer(bytes(joined), dtype=">u8"))


def commitment(seed: str) -> str:
    """SHA-256 of the seed, hexadecimal: published before the draw, so that the seed cannot be chosen afterwards."""
    if len(seed) < SHORTEST:
        raise Fault(key="sampling.seed", found=len(seed), expected=SHORTEST)
    return hashlib.sha256(b"rankshift seed\0" + seed.encode()).hexdigest()


def starting_point(seed: str, wave: str, value: str | None = None) -> float:
    """Where the wave starts, in [0, 1): ⌊2⁵³ h/2⁶⁴⌋/2⁵³ with h the first 64 bits of SHA-256(seed, wave, value).

    value: the public value that enters the draw, if there is one
    """
    commitment(seed)
    parts = [seed, wave, *([] if value is None else [value])]
    digest = hashlib.sha256(b"rankshift start\0" + "\0".join(parts).encode()).digest()
    return float(_uniform(np.frombuffer(digest[:8], dtype=">u8"))[0])


def derived_numbers(start: float, label: str, count: int) -> np.ndarray:
    """`count` further numbers in [0, 1), determined by start and label alone: BLAKE2b(label, start, block)."""
    check_start(start)
    name = f"{label}\0{int(start * 2**BITS)}\0".encode()
    blocks = (hashlib.blake2b(name + str(b).encode()).digest() for b in range(-(-count // 8)))
    return _uniform(np.frombuffer(b"".join(blocks), dtype=">u8"))[:count]


def check_start(start: ArrayLike) -> None:
    """A Fault unless all starts are in [0, 1)."""
    wrong = ~((np.asarray(start) >= 0) & (np.asarray(start) < 1))
    if wrong.any():
        raise Fault(key="sampling.start", found=float(np.asarray(start)[wrong].flat[0]))


def check_key(key: bytes) -> None:
    """A Fault unless the key has 16 to 64 bytes."""
    if not SHORTEST <= len(key) <= 64:
        raise Fault(key="sampling.key", found=len(key), expected=SHORTEST)


def _uniform(whole: np.ndarray) -> np.ndarray:
    return (whole.astype(np.uint64) >> np.uint64(64 - BITS)).astype(np.float64) * 2.0**-BITS
