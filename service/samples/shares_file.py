"""A file of assumed shares: one row an area, columns area and share."""

from service.files.csv import check_given, read_csv
from words import Fault

AREA, SHARE = COLUMNS = ("area", "share")


def read_shares(content: bytes, file: str) -> dict[str, float]:
    """area -> share; a Fault for a missing column, an area named twice, and a share that is no number in (0, 1)."""
    table = read_csv(content, file)
    check_given(table, file, COLUMNS)
    shares = {}
    for row, (area, written) in table[list(COLUMNS)].iterrows():
        if area in shares:
            raise Fault(key="shares.twice", file=file, row=row, area=area)
        shares[area] = _share(written, file, row)
    return shares


def _share(written: str, file: str, row: int) -> float:
    try:
        share = float(written)
    except ValueError:
        share = float("nan")
    if not 0 < share < 1:
        raise Fault(key="shares.share", file=file, row=row, found=written)
    return share
