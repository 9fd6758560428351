"""Changes computed again by R and by Python, for waves that ask the same people, half of them, or none."""

import io
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa

from programme.declared import Interviewers
from service.figures import comparable, loaded_waves, waves
from service.intake import imports
from service.proof import outside, outside_changes
from service.store import schema
from service.store.permissions import LEADER, Actor
from words import Fault

ROOT = Path(__file__).parents[2]
SURVEY_IS_HERE = 'quit(status = !nzchar(system.file(package = "survey")))'  # loading it takes a second
FOLDER = Path(__file__).parent / "cases" / "panel_three_margins"
NAME, BEFORE, AFTER = "panel", "2025Q1", "2025Q2"
WINDOWS = {"before": BEFORE, "after": AFTER}


@cache
def rscript() -> str:
    """R with its package survey; a skip where it is absent."""
    command = shutil.which("Rscript")
    if command is None or subprocess.run([command, "-e", SURVEY_IS_HERE], capture_output=True).returncode:
        pytest.skip("Rscript with the package survey is not here (Debian: r-base-core, r-cran-survey)")
    return command


@pytest.fixture(scope="module")
def panel(fresh_store):
    """Towns of 30 persons (made up), who were all asked twice, with weights raked to three margins."""
    store = fresh_store("sqlite")
    imports.import_programme(store, (FOLDER / "programme.toml").read_bytes(), "programme.toml")
    imports.import_margins(store, NAME, (FOLDER / "margins.csv").read_bytes(), "margins.csv")
    for wave in (BEFORE, AFTER):
        imports.import_wave(store, NAME, wave, (FOLDER / f"wave_{wave}.csv").read_bytes(), f"wave_{wave}.csv")
    yield store
    store.engine.dispose()


def files_where(store, others: float, lonely: str | None) -> dict[str, bytes]:
    """The files as if this part of the people of the later wave were others than in the earlier one.

    lonely: what a stratum of one person contributes; then a stratum has one person, and another is in most towns
    """
    programme_id, programme = imports.current_programme(store, NAME)
    inputs = [("programme", programme_id), *comparable.wave_inputs(store, programme, [BEFORE, AFTER])]
    loaded = loaded_waves.load_waves(store, programme, inputs)
    psu = loaded[1].respondents.psu.astype(str)
    changed = np.arange(len(psu)) % 10 < 10 * others
    loaded[1].respondents["psu"] = psu.mask(changed, "other " + psu)
    for wave in loaded if lonely else ():
        stratum = wave.respondents.stratum.astype(str)
        alone, second = ~stratum.duplicated(), np.arange(len(stratum)) % 7 == 3
        wave.respondents["stratum"] = stratum.mask(second, stratum + " 2").mask(alone, stratum + " alone")
    if others == 1 and not lonely:  # other people, asked by the same four interviewers
        for wave in loaded:
            liked = wave.answers.iloc[:, 0].astype(str).eq(wave.answers.iloc[0, 0])
            wave.respondents["interviewer"] = [f"who {k % (2 if yes else 4)}" for k, yes in enumerate(liked)]
        programme = replace(programme, interviewers=Interviewers("", at_random=True))
    programme = replace(programme, lonely=lonely or programme.lonely)
    return outside_changes.files_of_changes(programme, loaded[::-1], WINDOWS)  # a store need not give them in order


def table(files: dict[str, bytes], name: str) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(files[name]), dtype={"area": str, "psu": str})


def run(files: dict[str, bytes], folder: Path, *, python: bool = False) -> subprocess.CompletedProcess:
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
    command = [sys.executable, outside_changes.IN_PYTHON] if python else [rscript(), outside_changes.SCRIPT]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


@pytest.mark.parametrize(
    ("others", "lonely"),
    [(0.0, None), (0.5, "average"), (1.0, "adjust")],
    ids=["a panel", "half of it", "independent waves"],
)
def test_r_computes_changes_and_standard_errors_as_here_to_eight_digits(panel, tmp_path, others, lonely):
    files = files_where(panel, others, lonely)
    done = run(files, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    compared = pd.read_csv(tmp_path / "compared_changes_r.csv")
    assert len(compared) == 20 and (compared.se > 0).all()
    for column in ("change", "se", "se_published"):
        assert (compared[column] - compared[f"{column}_r"]).abs().max() < 1e-8
    people = [table(files, f"{wave}/microdata.csv") for wave in (BEFORE, AFTER)]
    assert len({*people[0].psu} & {*people[1].psu}) == pytest.approx((1 - others) * len(people[0]), abs=60)
    assert "calibrated,yes" in files[f"{AFTER}/settings.csv"].decode()
    correlation = table(files, "correlations.csv").correlation
    assert (correlation == 0).all() if others == 1 else (correlation > 0).mean() > 0.8
    if others == 0.5:
        changes = table(files, "changes.csv")
        changes.loc[0, "se"] += 1e-7
        assert run(files | {"changes.csv": changes.to_csv(index=False).encode()}, tmp_path).returncode == 1


@pytest.mark.parametrize(("others", "lonely"), [(0.5, "average"), (1.0, None)], ids=["half of it", "independent"])
def test_python_computes_the_changes_and_also_the_correlations_that_are_used(panel, tmp_path, others, lonely):
    files = files_where(panel, others, lonely)
    done = run(files, tmp_path, python=True)
    assert done.returncode == 0, done.stdout + done.stderr
    compared = pd.read_csv(tmp_path / "compared_changes_python.csv")
    for column in ("change", "se", "se_published"):
        assert (compared[column] - compared[f"{column}_again"]).abs().max() < 1e-8
    if others == 1:
        changes = table(files, "changes.csv")
        assert (changes.se_interviewer > 0).all() and (changes.se_printed > changes.se_smoothed).all()
        changes.loc[0, "se_interviewer"] += 1e-7
        changed = files | {"changes.csv": changes.to_csv(index=False).encode()}
        assert run(changed, tmp_path, python=True).returncode == 1
        return
    correlations = table(files, "correlations.csv")
    assert (correlations.correlation - correlations.correlation_used).abs().max() > 1e-3
    correlations.loc[0, "correlation_used"] += 1e-7
    changed = files | {"correlations.csv": correlations.to_csv(index=False).encode()}
    failed = run(changed, tmp_path, python=True)
    assert failed.returncode == 1 and "correlation_used: 1e-07" in failed.stdout


def test_the_standard_errors_are_those_of_the_comparison_and_making_the_files_is_recorded_and_permitted(panel):
    waves.compare_waves(panel, NAME, BEFORE, AFTER)
    stored = panel.table(schema.DERIVED["CHANGES"].select()).set_index("area")
    files = outside_changes.outside_changes(panel, NAME, AFTER, BEFORE)
    changes = table(files, "changes.csv").set_index("area")
    assert (changes.se_published - stored.se_design).abs().max() < 1e-15
    assert (changes.se_printed - stored.se).abs().max() < 1e-15
    assert (changes.change - stored.change).abs().max() < 1e-15
    people = pd.read_csv(FOLDER / f"wave_{AFTER}.csv", dtype=str)
    assert not {*people.id} & {*table(files, f"{AFTER}/microdata.csv").psu}
    assert panel.table(sa.select(schema.audit.c.action)).action.iloc[-1] == outside.EXPORT
    with pytest.raises(Fault):
        outside_changes.outside_changes(panel.acting(Actor("lee", LEADER)), NAME, AFTER, BEFORE)
