"""Coordinate waves: nobody is rung again while others wait, or a panel keeps a wanted part of its people.

In each stratum the units lie on a circle in the order of their permanent random numbers; a wave takes the n_h that
follow a point.  A wave that starts after the last unit of the one before takes the next ones; one that starts after its
m-th keeps the n_h - m others.  Because the order of the circle is random, units at any places counted off from an
earlier start are a simple random sample of the stratum, whatever the places.  Ohlsson (1995), in Business Survey
Methods, ch. 9.
"""

import numpy as np
import pandas as pd

from words import Fault


def coordinated_start(sample: pd.DataFrame, *, keep: float = 0.0) -> pd.Series:
    """Where the next wave starts in each stratum: after the unit that is the last one not kept, by stratum.

    sample  the last wave as `draw_stratified` gave it, or the part of it that was released (stratum, prn, place)
    keep    part o of the sample to keep: 0, nobody rung in it comes again before all others have (negative
            coordination); 1/2, half a panel stays.  Kept are the last ⌊o n_h + 1/2⌋ of each stratum

    The next start is the smallest number above that unit's: in SQL, prn > it.  A random start would not do: it can
    fall just before the numbers of the last wave.  A stratum that was not drawn has no start here.
    """
    if not 0 <= keep <= 1:
        raise Fault(key="sampling.keep", found=keep)
    size = sample.groupby("stratum").place.transform("size")
    leaving = size - np.floor(keep * size + 0.5)
    last = sample[sample.place == leaving].set_index("stratum").prn
    staying = sample[(leaving == 0) & (sample.place == 1)].set_index("stratum").prn
    after = pd.Series(np.nextafter(last.to_numpy(), 1.0), index=last.index)
    return pd.concat([after.where(after < 1, 0.0), staying]).sort_index().rename("start")


def refuse_repeated(sample: pd.DataFrame, earlier: list[pd.DataFrame]) -> None:
    """A Fault that names units of `sample` that were already in one of the `earlier` waves."""
    before = pd.concat(earlier).unit_id if earlier else pd.Series(dtype=object)
    again = sample.unit_id[sample.unit_id.isin(before)]
    if len(again):
        strata = sorted(sample.stratum[again.index].unique())
        raise Fault(key="sampling.rung_again", count=len(again), strata=strata, waves=len(earlier))
