"""A file of assumed shares: one row for each area, with columns area and share."""

from service.files.faults import check_given
from service.files.read import read_table
from words import Fault

AREA, SHARE = COLUMNS = ("area", "share")


def read_shares(content: bytes, file: str) -> dict[str, float]:
    """area -> share; a Fault if a column is missing, an area occurs twice, or a share is not a number in (0, 1)."""
    table = read_table(content, file, COLUMNS)
    check_given(table, file, COLUMNS)
    shares = {}
    for row, (area, cell) in table[list(COLUMNS)].iterrows():
        if area in shares:
            raise Fault(key="shares.twice", file=file, row=row, area=area)
        shares[area] = _share(cell, file, row)
    return shares


def _share(cell: str, file: str, row: int) -> float:
    try:
        share = float(cell)
    except ValueError:
        share = float("nan")
    if not 0 < share < 1:
        raise Fault(key="shares.share", file=file, row=row, found=cell)
    return share
