"""The ranks of all areas of a league in every wave, for a picture of how they moved."""

import pandas as pd

from service.figures.league import read_estimated, waves_with_estimates
from service.store.engine import Store
from service.store.permissions import permitted
from service.store.remembered import remembered_while_called
from words import Fault

OF_AREA = ("rank", "rank_lower", "rank_upper")


@permitted
@remembered_while_called
def read_rank_waves(store: Store, programme_name: str, *, measure: str, league: str, upto: str) -> pd.DataFrame:
    """One row for each area that may be shown in each estimated wave up to `upto`: wave, area, OF_AREA, oldest first.

    Waves before the last break are left out: their ranks cannot be compared with those after it.
    """
    tables = []
    for wave in waves_with_estimates(store, programme_name):
        if wave > upto:
            continue
        try:
            read = read_estimated(store, programme_name, wave=wave, measure=measure, league=league).league(None)
        except Fault:  # nobody was asked this then, or all of it is withheld
            continue
        rows = read.table[list(OF_AREA)].reset_index(names="area")
        tables.append(rows.assign(wave=wave))
        if wave in read.programme.breaks:
            break
    columns = ["wave", "area", *OF_AREA]
    return pd.concat(tables[::-1])[columns].reset_index(drop=True) if tables else pd.DataFrame(columns=columns)
