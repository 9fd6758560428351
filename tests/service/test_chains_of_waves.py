"""Chains of proof of other waves: screened, continuing one with a public value, in two stages, in two modes, named."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_up import ANN, JUNE, MAY, NAME, TOWNS, as_csv, begin_survey, changed, interviews, take
from proven_wave import people, proven
from simulated import read_toml, simulated
from test_chain_of_proof import forged, outcome, written

from sampling import Wanted
from sampling.proof.links import read_chain
from service.fieldwork import screening
from service.figures import waves
from service.figures.factors import read_factors
from service.intake import imports
from service.proof.uploaded_chain import check_upload
from service.samples.proof_files import zipped
from service.samples.samples import read_sample
from service.store import audit
from service.store.engine import Store
from service.store.permissions import LEADER, Actor

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture(autouse=True)
def heads_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv(audit.HEAD_VARIABLE, str(tmp_path / "heads"))


def screened(wave: str):
    """One in five of the first portion is called dead."""

    def screen(store: Store) -> None:
        units = read_sample(store, NAME, wave).units
        units = units[units.release == 1].reset_index(drop=True)
        said = pd.DataFrame({"unit_id": units.unit_id, "status": np.where(units.index % 5 < 1, "空号", "正常")})
        screening.screen_numbers(store, NAME, wave, as_csv(said), "operator.csv")

    return screen


def test_screened_and_continued_by_a_panel_with_a_public_value(sqlite_store, tmp_path):
    listed = people().assign(side=np.where(np.arange(200) % 4 < 3, "quay", "hill"))
    first = Wanted(110, portions=(0.8, 0.2), attempts=3, call_dead=0.25)
    proven(sqlite_store, MAY, first, listed=listed, by=("area", "side"), before=screened(MAY))
    second = Wanted(
        80, portions=(1.0,), after=MAY, keep=0.5, respondents=True, public="the lottery", attempts=3, rest=2
    )
    proven(sqlite_store, JUNE, second, listed=listed, by=("area", "side"), value="3 1 4")
    for wave in (MAY, JUNE):
        folder = tmp_path / wave
        folder.mkdir()
        line = written(sqlite_store, folder, wave)
        lines = {"published": read_sample(sqlite_store.acting(ANN), NAME, wave).plan.slip}
        if wave == MAY:
            lines["screened"] = list(screening.read_screening(sqlite_store.acting(ANN), NAME, MAY).rows.line)
        assert outcome(folder, line, answers=wave == JUNE, **lines) == []
    assert "published before the draw" in " ".join(outcome(tmp_path / MAY, published="0" * 64))
    proof = tmp_path / JUNE / "proof"
    chain = read_chain((proof / "chain.json").read_bytes(), "chain.json")
    before = read_chain((tmp_path / MAY / "proof" / "chain.json").read_bytes(), "chain.json")
    assert chain.says("draw")["continues"] == [MAY, before.says("draw")["line"]]
    assert before.says("release")["screenings"] == lines_of_screenings(tmp_path / MAY / "proof")
    assert len(before.says("release")["screenings"]) == 1
    # who answered in May, and what the operator said, are named when they are changed
    for file, old, new in (
        (proof / "earlier" / "01" / "answered.csv", b"ash", b"oak"),
        (tmp_path / MAY / "proof" / "screened.csv", b"dead", b"alive"),
    ):
        content = file.read_bytes()
        file.write_bytes(content.replace(old, new, 1))
        said = " ".join(outcome(proof.parent if "answered" in file.name else tmp_path / MAY))
        assert file.name in said
        file.write_bytes(content)


def lines_of_screenings(proof) -> list[str]:
    return [row["line"] for row in json.loads((proof / "record.json").read_text("utf-8"))["screenings"]]


def test_two_stages_and_one_adult_of_a_household(sqlite_store, tmp_path):
    rows = [(f"{town}-{v}-{i:02}", town, f"{town}-{v}") for town in TOWNS for v in "abcd" for i in range(20)]
    listed = pd.DataFrame(rows, columns=["unit_id", "area", "psu"])
    wanted = Wanted(100, portions=(0.5, 0.5), each=5, person="kish", attempts=3, response_rate=0.5)
    villages = changed(('stratum = ["town", "side"]', 'stratum = ["town", "side"]\npsu = "village"'))
    proven(sqlite_store, MAY, wanted, villages, listed=listed)
    line = written(sqlite_store, tmp_path)
    assert outcome(tmp_path, line, answers=True) == []
    psus = tmp_path / "proof" / "psus.csv"
    psus.write_bytes(psus.read_bytes().replace(b"ash", b"oak", 1))
    assert "psus.csv" in " ".join(outcome(tmp_path))


def test_a_comparison_has_the_chains_of_its_waves_and_its_changes_are_computed_again(sqlite_store, tmp_path, rankshift):
    begin_survey(sqlite_store)
    for wave, seed in ((MAY, 1), (JUNE, 2)):
        table = pd.concat([interviews(seed), interviews(seed + 5)], ignore_index=True)
        take(sqlite_store, wave, as_csv(table.assign(id=[f"n{k}" for k in table.index])))
        waves.estimate_wave(sqlite_store.acting(ANN), NAME, wave)
    waves.compare_waves(sqlite_store.acting(ANN), NAME, MAY, JUNE)
    at = ["-s", str(sqlite_store.engine.url)]
    made = rankshift(
        "chain", JUNE, "--against", MAY, "--out", tmp_path / "proof", "--answers", tmp_path / "answers", *at
    )
    assert made.code == 0, made.err
    line = made.out.split()[-1]
    assert (tmp_path / "answers").stat().st_mode & 0o777 == 0o700
    assert outcome(tmp_path, line) == []
    assert len(pd.read_csv(tmp_path / "proof" / "changes.csv", encoding="utf-8-sig")) >= 5
    there = [place for place in (tmp_path / "proof").rglob("*") if place.is_file()]
    packed = zipped({place.relative_to(tmp_path).as_posix(): place.read_bytes() for place in there})
    checked = check_upload(packed, "p.zip", line=line)
    assert checked.verification.holds and checked.verdict[0][1]["last"]["en"] == "changes"

    def changed_file(name: str, change, *, answers: bool = False) -> str:
        file = tmp_path / name
        content = file.read_bytes()
        file.write_bytes(change(content))
        assert file.read_bytes() != content
        said = " ".join(outcome(tmp_path, line, answers=answers))
        file.write_bytes(content)
        return said

    assert "changes.csv" in changed_file("proof/changes.csv", lambda c: c.replace(b"0.", b"1.", 1))
    said = changed_file(f"proof/{MAY}/figures.csv", lambda c: c.replace(b"0.", b"1.", 1))
    assert "In the chain of 2024-05" in said and "figures.csv" in said
    said = changed_file(f"answers/{JUNE}/answers.parquet", lambda c: c[:-9] + b"x" + c[-8:], answers=True)
    assert "In the chain of 2024-06" in said and "answers.parquet" in said
    june = (tmp_path / "proof" / JUNE / "chain.json").read_bytes()
    assert "published with the figures" in changed_file(f"proof/{MAY}/chain.json", lambda _: june)
    # every digest made right again by a forger: the changes are computed otherwise
    files = {"changes.csv": (tmp_path / "proof" / "changes.csv").read_bytes().replace(b"0.", b"0.9", 1)}
    forged(tmp_path, {}, files)
    assert outcome(tmp_path) == [] and "line published" in " ".join(outcome(tmp_path, line))
    (said,) = outcome(tmp_path, answers=True)
    assert "changes.csv" in said and "computing again gives" in said
    take(sqlite_store, MAY, as_csv(table.assign(id=[f"m{k}" for k in table.index])))
    waves.estimate_wave(sqlite_store.acting(ANN), NAME, MAY)
    assert rankshift("chain", JUNE, "--against", MAY, "--out", tmp_path / "other", *at).code == 1


def test_a_wave_in_two_modes_and_waves_of_rotation_groups(sqlite_store, tmp_path):
    listed = people()
    listed["phone"] = [f"1380000{k:04}" if k % 4 < 3 else f"0772{2_000_000 + k}" for k in range(len(listed))]
    both = {"modes": {"mobile": 3, "landline": 1}, "rotation": (2,), "attempts": 3}
    proven(sqlite_store, MAY, Wanted(80, portions=(1.0,), **both), listed=listed, by=("area", "mode"))
    again = Wanted(80, portions=(1.0,), after=MAY, **both)
    proven(sqlite_store, JUNE, again, listed=listed, by=("area", "mode"))
    for wave in (MAY, JUNE):
        folder = tmp_path / wave
        folder.mkdir()
        line = written(sqlite_store, folder, wave)
        assert outcome(folder, line, answers=wave == JUNE) == []
    proof = tmp_path / JUNE / "proof"
    sample = pd.read_csv(proof / "sample.csv")
    assert set(sample.stratum.str.split("/").str[1]) == {"mobile", "landline"}
    content = (proof / "sample.csv").read_bytes()
    (proof / "sample.csv").write_bytes(content.replace(b"/landline", b"/mobile", 1))
    assert "sample.csv" in " ".join(outcome(tmp_path / JUNE))


def test_what_people_named_is_in_the_chain_without_what_few_named(fresh_store, tmp_path):
    file = DATA / "programmes" / "s02_laibin.toml"
    store = fresh_store("sqlite")
    imports.import_programme(store, file.read_bytes(), file.name)
    programme = read_toml(file.read_bytes())
    name, table, areas = programme["programme"], simulated(programme, 1), list(programme["areas"])[:8]
    table = table[table[programme["columns"]["area"]].isin(areas)]
    imports.import_wave(store, name, "2026Q1", as_csv(table), "simulated.csv")
    waves.estimate_wave(store, name, "2026Q1")
    line = written(store, tmp_path, "2026Q1", name)
    assert outcome(tmp_path, line) == []
    factors = tmp_path / "proof" / "factors.csv"
    shown = pd.read_csv(factors, encoding="utf-8-sig", dtype={"area": str, "factor": str, "table": str})
    leader = store.acting(Actor("lee", LEADER))
    for area in ("*", *areas[:3]):
        seen = read_factors(leader, name, area=area)
        rows = shown[shown.area == area].set_index("factor").loc[seen.table.index]
        np.testing.assert_allclose(rows.respondents, seen.table.respondents, rtol=1e-12)
        assert set(rows.index[rows.respondents.isna()]) == set(seen.withheld)
    assert shown.respondents.isna().any() and shown.respondents.notna().any()
    content = factors.read_bytes()
    factors.write_bytes(content.replace(b",0.", b",0.9", 1))
    said = outcome(tmp_path, answers=True)  # all else is computed again as it stands
    assert len(said) == 2 and all("factors.csv" in sentence for sentence in said) and "respondents" in said[1], said
