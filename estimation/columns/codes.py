"""Codes 0..c-1 for the integers, or the pairs of integers, that occur in a column."""

import numpy as np

FLAGS_UP_TO = 4  # codes are found with an array of flags if its size is at most this many times the number of rows


def occurring_pairs(
    first: np.ndarray, second: np.ndarray, firsts: int, seconds: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Codes 0..c-1 (n,) of the pairs in two columns of codes, and the first and second part (c,) of each pair found.

    first, second (n,): codes below `firsts` and below `seconds`; the pairs found are in ascending order.
    It is quick where every first code goes with one second code, as a PSU goes with its stratum.
    """
    partner, at = np.full(firsts, -1, dtype=second.dtype), first.astype(np.intp, copy=False)
    partner[at] = second
    if (partner[at] == second).all():
        all_occur = (partner >= 0).all()
        codes, occurring = (first, np.arange(firsts)) if all_occur else occurring_codes(first, firsts)
        return codes, occurring.astype(narrow(firsts), copy=False), partner[occurring]
    del partner, at
    pairs = np.multiply(first, seconds, dtype=np.int64)
    pairs += second
    codes, occurring = _codes_in_place(pairs, firsts * seconds)
    return codes, (occurring // seconds).astype(narrow(firsts)), (occurring % seconds).astype(narrow(seconds))


def which_occur(codes: np.ndarray, size: int) -> np.ndarray:
    """Which (size,) of the codes 0..size-1 occur in a column (n,) of them, where -1 stands for none."""
    seen = np.zeros(size + 1, dtype=bool)  # the last one is that of -1
    seen[codes] = True
    return seen[:-1]


def occurring_codes(numbers: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Codes 0..c-1 (n,) of integers in 0..size-1, and the c integers that occur, in ascending order."""
    return _codes_in_place(numbers.astype(np.int64), size)


def _codes_in_place(numbers: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """`occurring_codes` of numbers (n,) that the caller no longer needs, because they are overwritten."""
    n = len(numbers)
    if size <= FLAGS_UP_TO * n:
        flags = np.zeros(size, dtype=bool)
        flags[numbers] = True
        occurring = np.flatnonzero(flags)
        if len(occurring) == size:
            return numbers.astype(narrow(n)), occurring
        place = np.empty(size, dtype=narrow(n))
        place[occurring] = np.arange(len(occurring))
        return place[numbers], occurring
    row = _sort(numbers, size)
    first = np.append(True, numbers[1:] != numbers[:-1])
    occurring, codes = numbers[first], np.empty(n, dtype=narrow(n))
    codes[row] = np.cumsum(first, dtype=narrow(n)) - narrow(n)(1)
    return codes, occurring


def _sort(numbers: np.ndarray, size: int) -> np.ndarray:
    """Sorts numbers (n,) below `size` in place, and returns the rows (n,) they came from.

    If 63 bits are enough, each number and its row are the high and the low bits of one integer: that is twice as fast.
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
    """The integer type for codes below `size`: 32 bits where they are enough, which halves the memory."""
    return np.int32 if size < 2**31 else np.int64
