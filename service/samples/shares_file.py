"""A file of assumed shares: one row for each area, with columns area and share."""

from collections.abc import Collection

import pandas as pd

from service.files.choice import Choice
from service.files.decimals import with_points
from service.files.faults import FaultList
from service.files.read import read_file
from service.files.zeros import refuse_lost_zeros, restored

AREA, SHARE = COLUMNS = ("area", "share")


def read_shares(
    content: bytes, file: str, choice: Choice | None = None, areas: Collection[str] = ()
) -> dict[str, float]:
    """area -> share; a Fault names every row of an area that occurs twice, or whose share is no number in (0, 1).

    areas: the codes that are known, by which one that lost its zeros (1 for 01) is recognised
    """
    read = read_file(content, file, COLUMNS, choice=choice)
    faults = FaultList(file, list(read.faults))
    table, _ = with_points(read.table, [SHARE])
    absent = faults.lacking(table, COLUMNS)
    table, _ = restored(table, AREA, areas, choice)
    if AREA not in absent:
        refuse_lost_zeros(faults, AREA, table, areas)
        blank = faults.refuse(table[AREA] == "", "wave.blank", AREA, table)
        faults.refuse(~blank & table[AREA].duplicated(), "shares.twice", AREA, table)
    if SHARE not in absent:
        share = pd.to_numeric(table[SHARE], errors="coerce")
        faults.refuse(~((share > 0) & (share < 1)), "shares.share", SHARE, table)
    faults.settle()
    return dict(zip(table[AREA], share, strict=True))
