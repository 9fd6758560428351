"""What a plan tells before anybody is rung: the last five, the falls seen."""

import numpy as np
import pandas as pd
import pytest

from sampling import Assumed, foresee
from words import LANGUAGES, Fault, text


def fault(do, *arguments, **options) -> Fault:
    with pytest.raises(Fault) as caught:
        do(*arguments, **options)
    assert len({text(caught.value.key, lang, **caught.value.values) for lang in LANGUAGES}) == 2
    return caught.value


def test_more_interviews_list_fewer_areas_wrongly_and_one_area_has_no_list():
    areas = pd.DataFrame({"area": list("abcdefghij"), "population": 9_000, "sample": 200})
    power = foresee(areas, Assumed(), rng=np.random.default_rng(0)).power
    assert power.wrong.is_monotonic_decreasing and power.right.is_monotonic_increasing
    assert foresee(areas[:1], Assumed(), rng=np.random.default_rng(0)).power.empty
    assert fault(foresee, areas, Assumed(spread=3.0), rng=np.random.default_rng(0)).key == "foresight.assumed"
