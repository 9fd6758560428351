"""The bulletin's tables: covariances of few and of very many areas, each pair once."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

import contracts
from accountability.league.changes import change_table
from accountability.league.estimates import covariance_table, estimate_table
from accountability.league.wave_measure import WaveMeasure
from estimation import Design, Measure
from estimation.changes.spread import ModelFit

SHARE = Measure("safe", "share", ("q",), frozenset({"1"}), {}, True)


def wave(areas: int, seed: int | None = None) -> WaveMeasure:
    """Three PSUs of two interviews in every area; every second area shares its stratum with the one before."""
    rng = np.random.default_rng(areas if seed is None else seed)
    rows = pd.DataFrame([(a, a // 2, 3 * a + k) for a in range(areas) for k in range(3) for _ in range(2)])
    rows.columns = ["area", "stratum", "psu"]
    rows = rows.assign(area=rows.area.map("{:04}".format), w=rng.uniform(1, 2, len(rows)))
    design = Design.from_table(rows, weight="w", stratum="stratum", psu="psu")
    return WaveMeasure(SHARE, rng.integers(0, 2, len(rows)).astype(float), rows.area.to_numpy(), design)


@pytest.mark.parametrize(("areas", "sparse"), [(8, False), (1_200, True)])
def test_covariances_are_kept_once_a_pair_and_only_where_areas_share_a_stratum(areas, sparse):
    found = wave(areas)
    assert sp.issparse(found.areas.covariance) == sparse
    table = contracts.check(covariance_table(found), contracts.COVARIANCES)
    assert (table.domain <= table.other).all()
    assert (table.domain.astype(int) // 2 == table.other.astype(int) // 2).all()
    own = table[table.domain == table.other].set_index("domain").covariance
    se = pd.Series(found.areas.se, index=found.areas.names)
    np.testing.assert_allclose(own, se[own.index] ** 2)
    assert (se[~se.index.isin(own.index)] == 0).all()


def test_estimates_of_very_many_areas_pass_the_table_s_truths():
    table = estimate_table(wave(1_200), level=0.95)
    assert len(contracts.check(table, contracts.ESTIMATES)) == 1_201


@pytest.mark.parametrize("fits", [True, False])
def test_who_is_probably_last_is_left_out_where_the_model_fits_poorly(fits, monkeypatch):
    """Two camps of areas: the posterior says more than is true (study/claims/probabilities.py)."""
    monkeypatch.setattr(ModelFit, "fits", property(lambda self: fits))
    waves = {"one": wave(8), "two": wave(8)}
    table = change_table(waves, ["one"], ["two"], waves["one"].areas.names, level=0.95, rng=np.random.default_rng(1))
    assert (table.fits == fits).all() and table.p_worse.notna().all()
    assert table.p_last.notna().all() if fits else table.p_last.isna().all()


@pytest.mark.parametrize(("level", "rank_share", "family"), [(0.9, 0.2, 1), (0.8, 0.5, 4)])
def test_the_pages_error_is_shared_out_between_standing_and_rank_whatever_the_family(level, rank_share, family):
    waves = {"one": wave(8, 1), "two": wave(8, 2)}
    options = {"level": level, "rank_share": rank_share, "family": family, "rng": np.random.default_rng(3)}
    table = change_table(waves, ["one"], ["two"], list(waves["one"].areas.names), **options)
    assert table.alpha_standing.to_numpy() == pytest.approx((1 - level) * (1 - rank_share))
    assert table.alpha_rank.to_numpy() == pytest.approx((1 - level) * rank_share)
    assert set(table.level) == {level} and set(table.family) == {family}
