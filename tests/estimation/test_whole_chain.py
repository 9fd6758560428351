"""The whole chain, small: from the list over calls and refusals to intervals; the study has 500 surveys of it."""

import numpy as np
import pandas as pd

from study.chain.simulated import ADJUSTED, ALL, AREAS, DRAWN, LEFT_OUT, summary, survey
from study.chain.written import apart, with_chapter
from words import LANGUAGES


def test_weighted_estimates_are_near_the_truth_and_the_unadjusted_ones_too_high_and_the_chapter_says_both():
    table = summary(pd.concat([survey(DRAWN, np.random.default_rng([1, k])) for k in range(3)], ignore_index=True))
    assert set(table.index) == {(way, domain) for way in (ADJUSTED, LEFT_OUT) for domain in (*AREAS, ALL)}
    adjusted, left_out = table.loc[(ADJUSTED, ALL)], table.loc[(LEFT_OUT, ALL)]
    assert abs(adjusted["bias"]) < 0.025 and left_out["bias"] > adjusted["bias"] + 0.004
    assert table.coverage.loc[ADJUSTED].mean() > 0.7
    for language in LANGUAGES:
        once = with_chapter("# Study\n", table, language, "0.1.0+abc")
        assert with_chapter(once, table, language, "0.1.0+abc") == once and apart(once)[0] == "# Study\n"
        assert f"{100 * adjusted['bias']:+.2f}" in once
