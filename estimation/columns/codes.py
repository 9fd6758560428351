"""Codes 0..c-1 for the integers, and the pairs of integers, that occur in a column."""

import numpy as np

FLAGS_UP_TO = 4  # codes are found by flags when the numbers they lie in are at most so many times the rows


def occurring_pairs(first, second, firsts: int, seconds: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Codes 0..c-1 (n,) of pairs of codes below `firsts` and `seconds`, and the c pairs that occur, ascending.

    Quick where every first code goes with one second code, as a PSU with its stratum.
    """
    partner, at = np.full(firsts, -1, dtype=second.dtype), first.astype(np.intp, copy=False)
    partner[at] = second
    if (partner[at] == second).all():
        codes, found = (first, np.arange(firsts)) if (partner >= 0).all() else occurring_codes(first, firsts)
        return codes, found.astype(narrow(firsts), copy=False), partner[found]
    del partner, at
    pairs = np.multiply(first, seconds, dtype=np.int64)
    pairs += second
    codes, found = _codes_in_place(pairs, firsts * seconds)
    return codes, (found // seconds).astype(narrow(firsts)), (found % seconds).astype(narrow(seconds))


def occurring_codes(numbers: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Codes 0..c-1 (n,) of integers in 0..size-1, and the c integers that occur, ascending."""
    return _codes_in_place(numbers.astype(np.int64), size)


def _codes_in_place(numbers: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """`occurring_codes` of numbers (n,) that nobody needs any more: they are overwritten."""
    n = len(numbers)
    if size <= FLAGS_UP_TO * n:
        flags = np.zeros(size, dtype=bool)
        flags[numbers] = True
        found = np.flatnonzero(flags)
        if len(found) == size:
            return numbers.astype(narrow(n)), found
        place = np.empty(size, dtype=narrow(n))
        place[found] = np.arange(len(found))
        return place[numbers], found
    row = _sort(numbers, size)
    first = np.append(True, numbers[1:] != numbers[:-1])
    found, codes = numbers[first], np.empty(n, dtype=narrow(n))
    codes[row] = np.cumsum(first, dtype=narrow(n)) - narrow(n)(1)
    return codes, found


def _sort(numbers: np.ndarray, size: int) -> np.ndarray:
    """Sorts numbers (n,) below `size` where they stand, and gives the rows (n,) they came from.

    Number and row are sorted as the high and the low bits of one integer, if 63 bits are enough: twice as fast.
    """
    bits = len(numbers).bit_length()
    if size.bit_length() + bits > 63:
        row = np.argsort(numbers)
        numbers[:] = numbers[row]
        return row
    numbers <<= bits
    numbers |= np.arange(len(numbers))
    numbers.sort()
    row = numbers & ((1 << bits) - 1)
    numbers >>= bits
    return row


def narrow(size: int) -> type:
    """The integers to keep codes below `size` in: half the memory where 32 bits are enough."""
    return np.int32 if size < 2**31 else np.int64
