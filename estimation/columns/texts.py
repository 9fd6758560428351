"""Codes for a column of texts: from Arrow's hash table or, where most texts occur once, by sorting their hashes."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from estimation.columns.codes import occurring_codes

GLANCE = 1_000  # the first rows, by which the method is chosen
SLICE = 2**16  # rows worked on at a time
INLINE = 12  # bytes of text that a string view itself can hold
VIEWED = 2**18  # rows up to which string views are worth their memory
ODD = 0x9E3779B97F4A7C15  # 2^64 over the golden ratio: Knuth's multiplier for hashing
BYTES = np.array([2 ** (8 * kept) - 1 for kept in range(9)], dtype=np.uint64)  # masks: the first 0..8 bytes of a word


def text_codes(texts: pd.arrays.ArrowStringArray, *, ordered: bool) -> tuple[np.ndarray, Any]:
    """Codes 0..c-1 (n,) of a pandas array of n > 0 texts without missing ones, and the c texts that occur.

    ordered  True: the c texts are Python strings in ascending order;  False: a pandas array, in the order in which
             they first occur
    """
    glance = texts[:GLANCE]
    if not ordered and len(_hashed_codes(glance)[1]) == len(glance):
        codes, rows = _hashed_codes(texts)
        labels = texts.copy() if len(rows) == len(texts) else texts.take(rows)
        if _labelled(texts, codes, labels):
            return codes, labels
    codes, labels = _arrow_codes(texts.__arrow_array__())
    if not ordered:
        return codes, pd.array(labels, dtype=texts.dtype)
    order = pc.array_sort_indices(labels).to_numpy()
    rank = np.empty(len(order), dtype=np.int32)
    rank[order] = np.arange(len(order))
    return rank.take(codes, mode="clip"), labels.to_numpy(zero_copy_only=False)[order]


def among(texts: pd.Series | pd.Index, wanted: Iterable) -> np.ndarray:
    """Which rows (n,) of a column have one of the wanted texts, by Python's hash table.

    `Series.isin` would make an Arrow value of each wanted text first, which takes ten times as long for thousands.
    """
    known = wanted if isinstance(wanted, (set, frozenset)) else frozenset(wanted)
    if not known:
        return np.zeros(len(texts), dtype=bool)
    rows = texts.to_numpy(dtype=object).tolist()
    return np.fromiter((text in known for text in rows), dtype=bool, count=len(rows))


def _arrow_codes(column: pa.ChunkedArray) -> tuple[np.ndarray, pa.Array]:
    """Codes (n,) and the texts that occur, in the order in which they first occur.

    A string view has 16 bytes: the length of a text and, if the text has no more than 12 bytes, the text itself,
    filled up with zeros.  Where all texts are that short, two texts are equal if and only if their views are, and
    views are quicker to compare.
    """
    viewed = len(column) <= VIEWED and pc.max(pc.binary_length(column)).as_py() <= INLINE
    chunks = (_views(column) if viewed else column).dictionary_encode().chunks
    codes, labels = np.concatenate([chunk.indices.to_numpy() for chunk in chunks]), chunks[0].dictionary
    if viewed:
        labels = pa.Array.from_buffers(pa.string_view(), len(labels), labels.buffers()).cast(column.type)
    return codes, labels


def _views(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The 16 bytes of each text's string view."""
    views = column.cast(pa.string_view()).chunks
    sixteen = pa.binary(16)
    return pa.chunked_array([pa.Array.from_buffers(sixteen, len(v), v.buffers()[:2], offset=v.offset) for v in views])


def _hashed_codes(texts) -> tuple[np.ndarray, np.ndarray]:
    """Codes (n,) of the texts' hashes, and the row (c,) in which each hash first occurs, in ascending order.

    Where most texts differ, Arrow's hash table of a million texts takes more memory than the interviews themselves;
    sorting the hashes does not.
    """
    hashes = np.concatenate([_hashes(*part) for part in _slices(texts)])
    codes, occurring = occurring_codes((hashes >> np.uint64(1)).view(np.int64), 2**63)
    row = np.empty(len(occurring), dtype=np.int32)
    row[codes[::-1]] = np.arange(len(texts) - 1, -1, -1)
    first = np.zeros(len(texts), dtype=bool)
    first[row] = True
    rank = np.cumsum(first, dtype=np.int32)[row] - 1
    return rank[codes], np.flatnonzero(first)


def _labelled(texts, codes, labels) -> bool:
    """Is every text the label of its code?  It is not where two texts share a hash; if all codes differ, none can."""
    starts = range(0, len(texts) if len(labels) < len(texts) else 0, SLICE)
    return all((labels.take(codes[s : s + SLICE]) == texts[s : s + SLICE]).all() for s in starts)


def _slices(texts):
    """For each slice of at most `SLICE` texts: their bytes, and the bounds (texts + 1,) between the texts in them."""
    for chunk in texts.__arrow_array__().chunks:
        _, bounds, data = chunk.buffers()
        bounds = np.frombuffer(bounds, dtype=np.int64)[chunk.offset : chunk.offset + len(chunk) + 1]
        for start in range(0, len(chunk), SLICE):
            part = bounds[start : start + SLICE + 1]
            yield np.frombuffer(data, dtype=np.uint8)[part[0] : part[-1]], part - part[0]


def _hashes(data, bounds) -> np.ndarray:
    """length + Σ_k word_k ODD^(k+1) modulo 2^64 (n,): word_k is a text's k-th eight bytes, with zeros after its end."""
    start, length = bounds[:-1], np.diff(bounds)
    data = np.append(data, np.zeros(8, dtype=np.uint8))
    words = np.ndarray((len(data) - 7,), dtype="<u8", buffer=data, strides=(1,))  # the 8 bytes from each byte on
    hashes = length.astype(np.uint64)
    for k in range(0, int(length.max()), 8):
        word = words[np.minimum(start + k, bounds[-1])] & BYTES[np.clip(length - k, 0, 8)]
        hashes += word * np.uint64(pow(ODD, k // 8 + 1, 2**64))
    return hashes
