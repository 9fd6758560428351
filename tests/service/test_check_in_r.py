"""A wave's figures computed again by R's survey and by the public functions from files that name nobody."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from programme.declared import Interviewers
from service.figures import waves
from service.figures.loaded_waves import load_waves
from service.intake import imports
from service.proof import outside
from service.proof.proof_links import estimated
from service.store import schema
from service.store.engine import Store
from service.store.permissions import LEADER, Actor
from words import Fault

ROOT = Path(__file__).parents[2]
SURVEY_IS_HERE = 'quit(status = !nzchar(system.file(package = "survey")))'  # loading it takes a second
FOLDER = ROOT / "tests" / "surveys" / "laibin_simulated"
NAME, WAVE = "laibin_simulated", "2026Q1"
TYPES = """
[items.sex]
text = { zh = "性别", en = "Sex" }
answers.m = { zh = "男", en = "men" }
answers.f = { zh = "女", en = "women" }
[items.age]
text = { zh = "年龄", en = "Age" }
range = [18, 70]
[types.sex]
item = "sex"
name = { zh = "性别", en = "Sex" }
measures = "safe"
[types.age]
item = "age"
groups."18-49" = { zh = "中青年", en = "younger" }
groups."50+" = { zh = "中老年", en = "older" }
name = { zh = "年龄", en = "Age" }
"""
WAYS = {"raking": None, "logit": (0.3, 3.0)}
PYTHON = ([sys.executable, "check_in_python.py"], "compared_python.csv", "again")


@cache
def r() -> tuple:
    """The command of the script in R; a skip where R or its package survey is absent."""
    rscript = shutil.which("Rscript")
    if rscript is None or subprocess.run([rscript, "-e", SURVEY_IS_HERE], capture_output=True).returncode:
        pytest.skip("Rscript with the package survey is not here (Debian: r-base-core, r-cran-survey)")
    return [rscript, "check_in_r.R"], "compared_r.csv", "r"


@pytest.fixture(scope="module")
def laibin(fresh_store):
    """A store with one wave of the simulated survey of Laibin, estimated, also by sex and by age."""
    store = fresh_store("sqlite")
    programme = (FOLDER / "programme.toml").read_text("utf-8") + TYPES
    imports.import_programme(store, programme.encode(), "programme.toml")
    imports.import_margins(store, NAME, (FOLDER / "margins.csv").read_bytes(), "margins.csv")
    imports.import_wave(store, NAME, WAVE, (FOLDER / f"{NAME}_{WAVE}.csv").read_bytes(), "w.csv")
    waves.estimate_wave(store, NAME, WAVE)
    yield store
    store.engine.dispose()


def weighted_by(store: Store, distance: str) -> dict[str, bytes]:
    """The files of the wave as if its weights were calibrated by this distance, and not trimmed."""
    of = estimated(store, NAME, WAVE)
    calibrating = replace(of.programme.weighting.calibrating, distance=distance, bounds=WAYS[distance])
    weighting = replace(of.programme.weighting, calibrating=calibrating, trimming=None)
    interviewers = Interviewers("", at_random=True) if distance == "logit" else None
    of = replace(of, programme=replace(of.programme, weighting=weighting, interviewers=interviewers))
    loaded = load_waves(store, of.programme, of.inputs)
    people, liked = loaded[0].respondents, loaded[0].answers.safe.astype(str).eq("1")
    people["interviewer"] = [f"who {k % (3 if yes else 5)}" for k, yes in enumerate(liked)]  # two hear less praise
    return outside.files_for_outside(of, loaded[0], outside.linear_measures(of, loaded))


def run(files: dict[str, bytes], folder: Path, way: tuple) -> tuple[subprocess.CompletedProcess, pd.DataFrame]:
    """What a script prints, and the figures that it compared."""
    command, compared, _ = way
    for name, content in files.items():
        (folder / name).write_bytes(content)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    return done, pd.read_csv(folder / compared)


@pytest.mark.parametrize("distance", WAYS)
def test_r_calibrates_the_weights_and_estimates_as_here_to_eight_digits(laibin, tmp_path, distance):
    files = weighted_by(laibin, distance)
    for way in (r(), PYTHON) if distance == "logit" else (r(),):
        done, compared = run(files, tmp_path, way)
        assert done.returncode == 0, done.stdout + done.stderr
        assert len(compared) == 7 * compared.measure.nunique() and compared.n.sum() > 1000
        assert {"safe.sex.m", "safe.sex.f", "score.age.50+"} <= set(compared.measure)
        assert compared.se_interviewer.notna().all() == (distance == "logit")
        for column in ("estimate", "se", "se_interviewer", "se_printed"):
            assert (compared[column] - compared[f"{column}_{way[2]}"]).abs().fillna(0).max() < 1e-8
        if distance == "logit":
            of_all = compared[(compared.area == "*") & (compared.measure == "safe")].iloc[0]
            assert of_all.se_interviewer > of_all.se and of_all.se_printed > of_all.se_interviewer
            assert "who" not in files["microdata.csv"].decode()
        assert "calibrated,yes" in files["settings.csv"].decode()


def test_a_script_fails_where_a_figure_is_another(laibin, tmp_path):
    files = weighted_by(laibin, "logit")
    table = pd.read_csv(pd.io.common.BytesIO(files["figures.csv"]))
    table.loc[0, "se_interviewer"] += 1e-7
    files["figures.csv"] = table.to_csv(index=False).encode()
    assert run(files, tmp_path, PYTHON)[0].returncode == 1


def test_the_files_name_nobody_and_making_them_is_recorded_and_permitted(laibin):
    files = outside.outside_files(laibin, NAME, WAVE)
    people = pd.read_csv(pd.io.common.BytesIO(files["microdata.csv"]), dtype=str)
    source = pd.read_csv(FOLDER / f"{NAME}_{WAVE}.csv", dtype=str)
    assert not any(set(source.number) & set(people[column]) for column in people)
    assert list(people.columns[:5]) == ["area", "stratum", "psu", "base_weight", "weight"]
    assert laibin.table(sa.select(schema.audit.c.action)).action.iloc[-1] == outside.EXPORT
    assert "se,no" in files["settings.csv"].decode()  # this survey trims its weights, which R does otherwise
    with pytest.raises(Fault):
        outside.outside_files(laibin.acting(Actor("lee", LEADER)), NAME, WAVE)
