"""The same people asked twice, weighted to three margins that their answers hang on: compared, with one covariance."""

from pathlib import Path

import numpy as np
import pytest

from accountability.league.joined import joined_waves
from service.figures import comparable, computing, loaded_waves, waves
from service.intake import imports
from service.store import schema
from service.store.engine import Store

FOLDER = Path(__file__).parent / "cases" / "panel_three_margins"
BEFORE, AFTER = "2025Q1", "2025Q2"


@pytest.fixture(scope="module")
def panel_store(tmp_path_factory):
    """20 towns of 30 persons (made up) in both waves: base weights, cells of nonresponse, and three margins raked."""
    store = Store.create(f"sqlite:///{tmp_path_factory.mktemp('panel')}/s.db")
    imports.import_programme(store, (FOLDER / "programme.toml").read_bytes(), "programme.toml")
    imports.import_margins(store, "panel", (FOLDER / "margins.csv").read_bytes(), "margins.csv")
    for wave in (BEFORE, AFTER):
        imports.import_wave(store, "panel", wave, (FOLDER / f"wave_{wave}.csv").read_bytes(), f"wave_{wave}.csv")
    yield store
    store.engine.dispose()


def test_a_panel_with_three_margins_is_compared(panel_store):
    run = waves.compare_waves(panel_store, "panel", BEFORE, AFTER)
    changes = panel_store.table(schema.DERIVED["CHANGES"].select())
    assert not run.unanswered and len(changes) == 20
    assert changes[["change", "se", "lower", "upper", "p_standing", "places"]].notna().all(axis=None)
    estimates = [estimates_of(panel_store, wave) for wave in (BEFORE, AFTER)]
    apart = np.hypot(*(e.set_index("domain").se.reindex(changes.area).to_numpy() for e in estimates))
    assert (changes.se_design.to_numpy() < apart).all()  # the same people: their change is surer than two samples'


def estimates_of(store, wave):
    run = waves.estimate_wave(store, "panel", wave).run_id
    table = schema.DERIVED["ESTIMATES"]
    return store.table(table.select().where(table.c.run_id == run))


def test_the_joint_covariance_of_both_waves_is_one(panel_store):
    plan_id, plan = imports.current_programme(panel_store, "panel")
    inputs = [("programme", plan_id), *comparable.wave_inputs(panel_store, plan, [BEFORE, AFTER])]
    (data,) = computing._measures(plan, loaded_waves.load_waves(panel_store, plan, inputs), {}).values()
    for joined in joined_waves(dict(zip((BEFORE, AFTER), data, strict=True)), list(plan.areas)):
        (cross,) = joined.cross.values()
        one, two = (e.covariance for e in joined.estimates)
        eigenvalues = np.linalg.eigvalsh(np.block([[one, cross], [cross.T, two]]))
        assert eigenvalues[0] > -1e-12 * eigenvalues[-1]
        assert (cross.diagonal() > 0.2 * np.sqrt(one.diagonal() * two.diagonal())).mean() > 0.8
