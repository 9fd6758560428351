"""A plan of two stages from a list: its PSUs with their sizes, how many of them are drawn, and units in each."""

from dataclasses import replace

import numpy as np
import pandas as pd

from sampling.planning.size import numbers_needed
from sampling.planning.wanted import Wanted, allocate
from words import Fault

SIZE = "units"  # the column of sizes


def psu_list(units: pd.DataFrame) -> pd.DataFrame:
    """The PSUs of a frame (unit_id, stratum, psu, prn): unit_id, stratum, prn, units M_i, by unit_id.

    The PSU's prn is the smallest of its units': whoever has the frame makes the same list.
    Raises Fault for a unit without PSU, and for a PSU in two strata.
    """
    if "psu" not in units or units.psu.isna().any():
        raise Fault(key="sampling.without_psu", count=int(units.psu.isna().sum()) if "psu" in units else len(units))
    by = units.groupby("psu")
    spread = by.stratum.nunique()
    if (spread > 1).any():
        raise Fault(key="sampling.psu_in_strata", psus=sorted(spread.index[spread > 1]))
    made = by.agg(stratum=("stratum", "first"), prn=("prn", "min"), **{SIZE: ("unit_id", "size")})
    return made.rename_axis("unit_id").reset_index()


def allocate_stages(strata: pd.DataFrame, psus: pd.DataFrame, wanted: Wanted) -> pd.DataFrame:
    """One row a stratum as `allocate`, and psus: k_h = ⌈n_h/b⌉ PSUs with b = `wanted.each` interviews in every one.

    At least 2 PSUs where a stratum has them, or there is no variance; interviews are then k_h b, which is why they may
    be more than were wanted.  numbers: k_h times those enough for b interviews in one PSU with chance 0.95.
    Raises Fault for a stratum with fewer PSUs than it needs, and for PSUs with fewer units than are drawn in each.
    """
    assert wanted.each is not None
    rates = {"response_rate": wanted.response_rate, "eligibility": wanted.eligibility}
    need = numbers_needed(wanted.each, **rates)
    given = allocate(strata, replace(wanted, response_rate=1.0, eligibility=1.0))
    there = given.stratum.map(psus.stratum.value_counts()).fillna(0).to_numpy(dtype=np.int64)
    least = np.where(given.interviews > 0, np.minimum(2, there), 0)
    clusters = np.maximum(-(-given.interviews.to_numpy() // wanted.each), least)
    over = clusters > there
    if over.any():
        rows = zip(given.stratum[over], clusters[over], there[over], strict=True)
        raise Fault(key="sampling.few_psus", strata=[f"{s}: {k} > {K}" for s, k, K in rows])
    used = psus[psus.stratum.isin(set(given.stratum[clusters > 0]))]
    small = used.unit_id[used[SIZE] < need.draw]
    if len(small):
        raise Fault(key="sampling.small_psus", psus=sorted(small), expected=need.draw)
    counts = {"interviews": clusters * wanted.each, "release": clusters * need.release, "numbers": clusters * need.draw}
    return given.assign(psus=clusters, **counts)
