"""What a job would refuse is said when a wave is imported and previewed; nothing is said where it would work."""

import shutil
from pathlib import Path

import pytest
from half_rung import INTERVIEW, released, ring, units
from made_up import BOTH, JUNE, MAY, NAME, begin_survey, take

from service.care import jobs
from service.figures.hindrances import hindrances
from service.intake import imports
from service.store import audit
from service.store.engine import Store
from words import Fault, text

FOLDER = Path(__file__).parents[2] / "tests" / "surveys" / "laibin_simulated"
LAIBIN, WAVE = "laibin_simulated", "2026Q1"
PROGRAMME, MARGINS, NUMBERS = (
    (FOLDER / name).read_bytes() for name in ("programme.toml", "margins.csv", f"{LAIBIN}_{WAVE}.csv")
)


@pytest.fixture
def own_store(empty_file, tmp_path, monkeypatch):
    monkeypatch.setenv(audit.HEAD_VARIABLE, str(tmp_path / "heads"))
    store = Store.open(f"sqlite:///{shutil.copy(empty_file, tmp_path / 's.db')}")
    yield store
    store.engine.dispose()


def refused(store: Store, programme: str) -> Fault:
    """What the job says, when it is done with all it can do."""
    with pytest.raises(Fault) as caught:
        jobs.refresh(store, programme)
    return caught.value


def said(faults) -> list[tuple]:
    return [(fault.key, fault.values) for fault in faults]


def laibin(store: Store, *, programme: bytes = PROGRAMME, margins: bytes | None = MARGINS) -> Store:
    imports.import_programme(store, programme, "programme.toml")
    if margins is not None:
        imports.import_margins(store, LAIBIN, margins, "margins.csv")
    imports.import_wave(store, LAIBIN, WAVE, NUMBERS, "numbers.csv")
    return store


def without(margin: str) -> bytes:
    lines = MARGINS.decode().splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(margin)).encode()


def changed(old: str, new: str, content: bytes = PROGRAMME) -> bytes:
    assert old.encode() in content
    return content.replace(old.encode(), new.encode())


REASONS = {
    "no totals": ("weighting.period", {"margins": None}),
    "totals of another period": ("weighting.period", {"margins": MARGINS.replace(b",2020\n", b",2010\n")}),
    "a margin is absent": ("weighting.margin_absent", {"margins": without("sex*age_group")}),
    "a category is absent": ("margins.disagree", {"margins": without("sex*age_group,m*18-29")}),
    "out of the bounds": (
        "calibration.beyond_bounds",
        {"programme": changed('distance = "raking"', 'distance = "logit"\nbounds = [0.99, 1.01]')},
    ),
}


@pytest.mark.parametrize("reason", REASONS)
def test_what_the_job_would_refuse_of_a_wave_s_weights_is_said_at_its_import(own_store, reason):
    key, made = REASONS[reason]
    laibin(own_store, **made)
    found = hindrances(own_store, LAIBIN, WAVE)
    fault = refused(own_store, LAIBIN)
    assert (fault.key, fault.values) in said(found) and fault.key == key


def test_open_numbers_of_a_wave_and_of_the_one_it_is_compared_with_are_said_until_they_are_closed(own_store):
    store = released(begin_survey(own_store))
    first = units(store)
    ring(store, *[(unit, k, INTERVIEW) for k, unit in enumerate(first[:7])])
    assert [f.key for f in hindrances(store, NAME, MAY, imported=False)] == ["calls.open"]  # in the preview
    take(store, MAY, reason="these answers are of a list of before")
    take(store, JUNE, seed=6)
    for wave in (MAY, JUNE):  # June's comparison waits for May
        assert said(hindrances(store, NAME, wave)) == said([refused(store, NAME)])
    ring(store, *[(unit, 30 + k, "2.11") for k, unit in enumerate(first[7:])])
    assert hindrances(store, NAME, MAY) == hindrances(store, NAME, JUNE) == ()
    assert jobs.refresh(store, NAME)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_command_says_it_with_the_preview_and_with_the_import(tmp_path, rankshift, language, monkeypatch):
    monkeypatch.chdir(tmp_path)
    store = ("--store", tmp_path / "s.db")
    assert rankshift("init", *store).code == 0
    assert rankshift("import-programme", FOLDER / "programme.toml", *store).code == 0
    wave = ("import-wave", WAVE, FOLDER / f"{LAIBIN}_{WAVE}.csv", *store)
    reason = text("weighting.period", language, expected="2020", programme=LAIBIN, found=[])
    whole = text("wave.hindered", language, reason=reason)
    for more in (["--preview"], []):
        answer = rankshift(*wave, *more, language=language)
        assert answer.code == 0 and whole in answer.out
    assert rankshift("import-margins", FOLDER / "margins.csv", *store).code == 0
    again = rankshift(*wave, language=language)
    assert again.code == 0 and BOTH[language]("wave.hindered", reason="") not in again.out
