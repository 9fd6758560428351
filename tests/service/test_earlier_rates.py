"""A plan that rests on an earlier wave: the simulated year's estimates, what may serve, and what is said of it."""

import numpy as np
import pytest
from township_list import as_csv
from two_years import Plan, laibin, people, simulate, write

from presentation import samples as sample_words
from sampling import Assumed, Wanted
from service.drawing import draws
from service.drawing.earlier_rates import earlier_rates, plan_measures
from service.figures import waves
from service.figures.league import waves_with_estimates
from service.intake import imports
from service.intake.folder import wave_files
from service.intake.imports import current_programme
from service.protection.keys import Key
from service.samples import frames, samples
from service.store import audit
from service.store.engine import Store
from service.store.permissions import CENTRE, Actor
from words import LANGUAGES, Fault, speaker, text

FEW = laibin().iloc[::6].reset_index(drop=True)  # 12 of the 70 townships
YEAR = Plan(interviews=150, quarters=2, moves=())
NAME, WAVE, NEXT, FRAME = "laibin_year_simulated", "2025Q1", "2025Q3", "simulated_residents"


@pytest.fixture(scope="module")
def store(fresh_store, tmp_path_factory):
    """The simulated year with its first quarter estimated, and a list of people to draw from."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(audit.HEAD_VARIABLE, str(tmp_path_factory.mktemp("heads") / "heads"))
        folder = tmp_path_factory.mktemp("year")
        write(simulate(YEAR, FEW), folder)
        made = fresh_store("sqlite").acting(Actor("ann", CENTRE))
        imports.import_programme(made, (folder / "programme.toml").read_bytes(), "programme.toml")
        for wave, file in wave_files(folder):
            imports.import_wave(made, programme(made), wave, file.read_bytes(), file.name)
        waves.estimate_wave(made, programme(made), WAVE)
        units = people(YEAR, FEW.township).groupby("stratum").head(60)
        table = units.rename(columns={"stratum": "area"}).assign(source="simulated")
        table["unit_id"] = [f"sim-{k}" for k in range(len(table))]
        content = as_csv(table[["unit_id", "area", "source"]])
        frames.import_frame(made, programme(made), FRAME, content, "simulated.csv", frame_key=Key(bytes(range(64))))
        yield made
        made.engine.dispose()


def programme(store: Store) -> str:
    (name,) = imports.programme_names(store)
    return name


def fault(do, *arguments, **options) -> Fault:
    with pytest.raises(Fault) as caught:
        do(*arguments, **options)
    assert len({text(caught.value.key, lang, **caught.value.values) for lang in LANGUAGES}) == 2
    return caught.value


def test_the_shares_are_the_stored_estimates_with_smoothed_variances(store):
    estimate, basis = earlier_rates(store, programme(store), WAVE, "safe")
    assert set(estimate.names) == set(FEW.township) and basis["estimated"] == 12 and basis["wave"] == WAVE
    assert ((estimate.value > 0.7) & (estimate.value < 1)).all()
    n = 150 * 0.9
    assert estimate.se == pytest.approx(np.sqrt(0.9 * 0.1 / n), rel=0.5) and (estimate.se > 0).all()
    assert waves_with_estimates(store, programme(store)) == [WAVE]


def test_a_plan_from_estimates_says_so_and_keeps_it(store):
    wanted = Wanted(240, assumed=Assumed(wave=WAVE, measure="safe"))
    plan = draws.make_plan(store, programme(store), NEXT, wanted)
    assert samples.read_plan(store, programme(store), NEXT).wanted == wanted
    assert plan.foresight.basis["estimated"] == 12
    for language in LANGUAGES:
        t = speaker(language)
        note = sample_words.power_note(plan.foresight, wanted.assumed, t)
        name = current_programme(store, programme(store))[1].measure_names["safe"][language]
        assert name in note and "2025" in note
    assumed = draws.make_plan(store, programme(store), NEXT, Wanted(240))
    assert assumed.foresight.basis is None and list(assumed.foresight.power.wrong) != list(plan.foresight.power.wrong)


def test_what_cannot_serve_is_one_sentence(store):
    name, measures = programme(store), current_programme(store, programme(store))[1].measures
    assert fault(earlier_rates, store, name, "2025Q2", "safe").key == "league.not_estimated"
    assert fault(earlier_rates, store, name, WAVE, "nothing").key == "league.unknown_measure"
    shares = plan_measures(current_programme(store, name)[1])
    assert "safe" in shares
    for other in set(measures) - set(shares):
        assert fault(earlier_rates, store, name, WAVE, other).key == "sample.from_measure"
