"""Columns of few different texts as the number of each row's text: a byte a row, and each text is looked at once."""

from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from estimation.columns.codes import which_occur

TEXTS = pd.StringDtype(na_value=np.nan)
NARROW = (np.int8, np.int16, np.int32)
ROOM = 2**18  # rows for which there is room at first
AT_ONCE = 2**16  # rows worked on at a time


class Coding:
    """The numbers of a column's texts without blanks around them, part after part, as the parts come in.

    They are kept in one array that is lengthened in place: thousands of small ones would leave their memory in pieces.
    """

    def __init__(self) -> None:
        self.number: dict[str, int] = {}
        self.rows = 0
        self.codes = np.empty(0, dtype=NARROW[0])

    def add(self, texts: pa.Array) -> None:
        """Add the rows of a part of the column."""
        single = _single_bytes(texts)
        if single is not None:
            self._add_numbers(*single)
            return
        encoded = texts.dictionary_encode()
        self._add_numbers(encoded.indices.to_numpy(), pc.utf8_trim_whitespace(encoded.dictionary).to_pylist())

    def _add_numbers(self, codes: np.ndarray, cells: Sequence[str]) -> None:
        """Add rows that have these codes (n,), each of which stands for one of the cells."""
        numbers = np.array([self.number.setdefault(cell, len(self.number)) for cell in cells])
        narrow, end = _narrow(len(self.number)), self.rows + len(codes)
        if narrow != self.codes.dtype:
            self.codes = self.codes.astype(narrow)
        if end > len(self.codes):
            self.codes.resize(max(2 * len(self.codes), end, ROOM), refcheck=False)
        np.take(numbers.astype(narrow), codes, out=self.codes[self.rows : end], mode="clip")
        self.rows = end

    def column(self) -> pd.Categorical:
        """The whole column."""
        return _sorted(self.codes[: self.rows], list(self.number))


def coded(cells: pd.Series) -> pd.Series:
    """A column of texts as numbers of its texts; itself if it is that already."""
    return cells if is_coded(cells) else cells.astype("category")


def is_coded(cells: pd.Series) -> bool:
    """Whether a column is kept as numbers of its texts."""
    return isinstance(cells.dtype, pd.CategoricalDtype)


def distinct(cells: pd.Series) -> list[str]:
    """Each text that occurs in a column, once."""
    if not is_coded(cells):
        return cells.unique().tolist()
    texts = cells.cat.categories
    return texts[which_occur(cells.cat.codes.to_numpy(), len(texts))].tolist()


def are_among(cells: pd.Series, texts: Collection[str]) -> np.ndarray:
    """Which rows (n,) of a column of texts have one of these."""
    if not is_coded(cells):
        return cells.isin(list(texts)).to_numpy(dtype=bool)
    known = np.append(cells.cat.categories.isin(list(texts)), False)  # the last one is that of -1, no text
    return known[cells.cat.codes.to_numpy()] if known.any() else np.zeros(len(cells), dtype=bool)


def as_numbers(cells: pd.Series) -> np.ndarray:
    """The number (n,) that each text of a column says, NaN where it says none."""
    try:
        return pc.cast(pa.array(cells), pa.float64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:  # a text among them says none, or says it with a plus
        return pd.to_numeric(cells, errors="coerce").to_numpy(dtype=float)


def recoded(cells: pd.Series, codes: Mapping[str, str]) -> pd.Series:
    """The column with each cell that is a key of `codes` replaced by what stands there, and the others as they are."""
    if not is_coded(cells):
        return cells.map(lambda cell: codes.get(cell, cell)).astype(cells.dtype)
    texts = [codes.get(text, text) for text in cells.cat.categories]
    number = {text: place for place, text in enumerate(dict.fromkeys(texts))}
    column = _sorted(np.array([number[text] for text in texts], dtype=np.int64)[cells.cat.codes.to_numpy()], number)
    return pd.Series(column, index=cells.index, name=cells.name)


def _single_bytes(texts: pa.Array) -> tuple[np.ndarray, list[str]] | None:
    """The rows' codes, and the cell of each code, if every cell is one byte that is no blank, as most answers are."""
    offsets = np.frombuffer(texts.buffers()[1], dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1]
    first, last = int(offsets[0]), int(offsets[-1])
    if last - first != len(texts) or (np.diff(offsets) != 1).any():
        return None
    data = np.frombuffer(texts.buffers()[2], dtype=np.uint8)[first:last]
    occurring = np.flatnonzero(np.bincount(data, minlength=256))
    cells = [chr(byte) for byte in occurring.tolist()]
    if any(cell.isspace() for cell in cells):
        return None
    code = np.zeros(256, dtype=np.int16)
    code[occurring] = np.arange(len(occurring))
    return code[data], cells


def _sorted(codes: np.ndarray, texts: Iterable[str]) -> pd.Categorical:
    """The column whose rows have these numbers, which are overwritten, with its texts in ascending order."""
    texts = list(texts)
    order = sorted(range(len(texts)), key=texts.__getitem__)
    place = np.empty(len(texts), dtype=_narrow(len(texts)))
    place[order] = np.arange(len(texts))
    categories = pd.Index([texts[k] for k in order], dtype=TEXTS)
    if codes.dtype != place.dtype:
        codes = codes.astype(place.dtype)
    for first in range(0, len(codes), AT_ONCE):  # in place, as a second array of each column would be as large again
        codes[first : first + AT_ONCE] = place[codes[first : first + AT_ONCE]]
    return pd.Categorical.from_codes(codes, categories=categories, validate=False)


def _narrow(count: int) -> type[np.signedinteger]:
    """The narrowest type of numbers below `count`."""
    return next(kind for kind in NARROW if count <= np.iinfo(kind).max)
