"""A random order of 0..N-1 that is not stored: the number at any place of it is computed from a secret key.

A generalised Feistel cipher on Z_a × Z_b, a b >= N (Black & Rogaway 2002, CT-RSA): x = (l, r), and in turn
l ← l + F_t(r) mod a and r ← r + F_t(l) mod b with keyed hashes F_t; a result of N or more is put in again.  Each round
is one-to-one, and so is the whole.  Only numbers below √N + 1 are hashed, so the hashes are kept in tables.
"""

import hashlib

import numpy as np
from numpy.typing import ArrayLike

from sampling.draw.random_numbers import check_key

ROUNDS = 12


class KeyedPermutation:
    """π: {0..N-1} → {0..N-1}, one-to-one, determined by key, label and N; about 50 ns per value.

    The tables hold 12 keyed hashes of √N numbers: 12,000 hashes for a million, 150,000 for 150 million.
    """

    def __init__(self, size: int, *, key: bytes, label: str = ""):
        check_key(key)
        self.size = size
        self.rows = max(1, int(np.ceil(np.sqrt(size))))
        self.columns = max(1, -(-size // self.rows))
        start = hashlib.blake2b(f"permutation\0{label}\0{size}".encode(), key=key, digest_size=8)
        self._tables = [
            _table(start, t, self.columns if t % 2 == 0 else self.rows, self.rows if t % 2 == 0 else self.columns)
            for t in range(ROUNDS)
        ]

    def __call__(self, place: ArrayLike) -> np.ndarray:
        """π of the places (k,), whole numbers 0..N-1."""
        value = self._once(np.asarray(place, dtype=np.int64))
        while (outside := value >= self.size).any():
            value[outside] = self._once(value[outside])
        return value

    def _once(self, value) -> np.ndarray:
        left, right = value // self.columns, value % self.columns
        for t, table in enumerate(self._tables):
            if t % 2 == 0:
                left = (left + table[right]) % self.rows
            else:
                right = (right + table[left]) % self.columns
        return left * self.columns + right


def _table(start, t: int, arguments: int, modulus: int) -> np.ndarray:
    """F_t (arguments,): keyed 64-bit hashes modulo `modulus`."""
    digests = []
    for argument in range(arguments):
        digest = start.copy()
        digest.update(f"\0{t}\0{argument}".encode())
        digests.append(digest.digest())
    return (np.frombuffer(b"".join(digests), dtype=">u8").astype(np.uint64) % np.uint64(modulus)).astype(np.int64)
