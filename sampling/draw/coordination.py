"""Coordination of waves: nobody is called again before everybody was called, or a panel keeps part of its people.

In each stratum the units lie on a circle in the order of their permanent random numbers, and a wave takes the n_h units
that follow its starting point.  A wave that starts after the last unit of the wave before takes new units only; one
that starts after its m-th unit keeps the other n_h - m.  Because the order on the circle is random, the units at any
fixed places after an earlier start are a simple random sample of the stratum.  Ohlsson (1995), in Business Survey
Methods, ch. 9.
"""

import numpy as np
import pandas as pd

from words import Fault


def coordinated_start(sample: pd.DataFrame, *, keep: float = 0.0) -> pd.Series:
    """Where the next wave starts, by stratum: after the last unit of this wave that is not kept.

    sample  the wave as drawn by `draw_stratified`, or the part of it that was released: stratum, prn, place
    keep    the part o of the sample to keep.  0: nobody in it is called again before all others were (negative
            coordination); 1/2: half of a panel stays.  The last ⌊o n_h + 1/2⌋ units of each stratum are kept

    The start is the smallest floating-point number above that unit's prn; in SQL the condition is prn > it.  A random
    start could fall just before the units of this wave and take them again.  A stratum that was not drawn has no start.
    """
    if not 0 <= keep <= 1:
        raise Fault(key="sampling.keep", found=keep)
    size = sample.groupby("stratum").place.transform("size")
    leaving = size - np.floor(keep * size + 0.5)
    last = sample[sample.place == leaving].set_index("stratum").prn
    staying = sample[(leaving == 0) & (sample.place == 1)].set_index("stratum").prn
    after = pd.Series(np.nextafter(last.to_numpy(), 1.0), index=last.index)
    return pd.concat([after.where(after < 1, 0.0), staying]).sort_index().rename("start")
